"""`python -m api …`: the command line of the service."""

from api.cli import cli

cli()
