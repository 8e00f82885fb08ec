"""`python -m api …`: the command line of the service."""

import gc

gc.disable()  # while loading, nothing is garbage; who stays for long turns it on again

from api.cli import cli  # noqa: E402

cli()
