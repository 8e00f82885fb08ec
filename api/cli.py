"""The command line: serve, worker, migrate, seed, create-admin, openapi, doctor."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvloop

cli = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Sextant's command line."
)


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="Port; the next free one is taken in development")] = None,
    worker: Annotated[
        bool | None, typer.Option(help="Run jobs in this process too (default: only outside production)")
    ] = None,
) -> None:
    """Run the web server. Without DATABASE_URL and keys it brings its own database and stand-ins."""
    from api.server import run_server

    raise typer.Exit(uvloop.run(run_server(host=host, port=port, worker=worker)))


@cli.command()
def worker() -> None:
    """Run background jobs and the assistant's turns, without a web server."""
    from api.server import run_worker

    uvloop.run(run_worker())


@cli.command()
def migrate(
    new: Annotated[
        str | None, typer.Option(help="Write a new migration from the models, with this message")
    ] = None,
    rewrite_initial: Annotated[bool, typer.Option(help="Write 0001 again from the models")] = False,
    check: Annotated[bool, typer.Option(help="Fail when models and migrations differ")] = False,
) -> None:
    """Bring the database to the newest schema."""
    from api import schema

    raise typer.Exit(asyncio.run(schema.run(new=new, rewrite_initial=rewrite_initial, check=check)))


@cli.command()
def seed() -> None:
    """Load the demo experts, once. Refuses in production."""
    from api.server import run_seed

    typer.echo(asyncio.run(run_seed()))


@cli.command("create-admin")
def create_admin(
    email: str,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Make an operator's account, or make an existing account one."""
    from api.server import run_create_admin

    typer.echo(asyncio.run(run_create_admin(email, password)))


@cli.command()
def openapi(
    check: Annotated[bool, typer.Option(help="Fail when the files are not up to date")] = False,
) -> None:
    """Write docs/openapi.json and docs/protocol.openapi.json."""
    from api import documents

    stale = documents.write(Path(__file__).parent.parent / "docs", check=check)
    for name in stale:
        typer.echo(f"{name} is not up to date; run `make generate`" if check else f"wrote {name}")
    if check and stale:
        raise typer.Exit(1)


@cli.command()
def doctor() -> None:
    """Say what is configured, what runs on a stand-in, and what is wrong."""
    from api.doctor import examine

    healthy = asyncio.run(examine(sys.stdout))
    raise typer.Exit(0 if healthy else 1)
