"""Running and writing migrations (Alembic, driven by code so that the database URL is never on a command line)."""

import asyncio
import re
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from core.db import sqlalchemy_url

ROOT = Path(__file__).parent.parent


def _config(url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"), stdout=StringIO())
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`. Does nothing when it is there already."""
    await asyncio.to_thread(command.upgrade, _config(url), revision)


async def downgrade(url: str, revision: str) -> None:
    """Take the database back to `revision`."""
    await asyncio.to_thread(command.downgrade, _config(url), revision)


async def write(url: str, message: str, *, head: str = "head") -> Path:
    """Write the next migration from the difference between models and the (upgraded) database at `url`."""
    config = _config(url)
    count = len(list((ROOT / "migrations" / "versions").glob("[0-9]*.py")))
    slug = f"{count:04d}"
    script = await asyncio.to_thread(
        command.revision, config, message, autogenerate=True, rev_id=slug, head=head
    )
    assert script is not None
    assert not isinstance(script, list)
    return Path(script.path)


async def current(url: str) -> str | None:
    """The revision the database is at; None for an empty one."""
    engine = create_async_engine(sqlalchemy_url(url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())
    finally:
        await engine.dispose()


def head() -> str | None:
    """The newest revision in migrations/."""
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()


async def drift(url: str, metadata: MetaData) -> list[str]:
    """What differs between the models and the database at `url`, in words; empty when nothing does."""

    def compare(connection: Connection) -> list[str]:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda obj, name, kind, reflected, other: (
                    not (
                        reflected
                        and other is None
                        and re.match(r"pgqueuer|ix_expert_embeddings_hnsw", name or "")
                    )
                ),
            },
        )
        return [repr(change) for change in compare_metadata(context, metadata)]

    engine = create_async_engine(sqlalchemy_url(url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await engine.dispose()
