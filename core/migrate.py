"""Running and writing migrations (Alembic, driven by code so that the database URL is never on a command line)."""

import asyncio
from io import StringIO
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from core.db import sqlalchemy_url
from core.revisions import VERSIONS

ROOT = Path(__file__).parent.parent

# Written by hand in migrations, not known to the models: neither removed nor reported.
_FOREIGN = ("pgqueuer", "ix_expert_embeddings_hnsw", "alembic_version")


def include_object(obj: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Whether Alembic compares this object of the database with the models."""
    return not (reflected and compare_to is None and name is not None and name.startswith(_FOREIGN))


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
    count = len(list(VERSIONS.glob("[0-9]*.py")))
    slug = f"{count:04d}"
    script = await asyncio.to_thread(
        command.revision, config, message, autogenerate=True, rev_id=slug, head=head
    )
    assert script is not None
    assert not isinstance(script, list)
    return Path(script.path)


async def drift(url: str, metadata: MetaData) -> list[str]:
    """What differs between the models and the database at `url`, in words; empty when nothing does."""

    def compare(connection: Connection) -> list[str]:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_object": include_object},
        )
        return [repr(change) for change in compare_metadata(context, metadata)]

    engine = create_async_engine(sqlalchemy_url(url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await engine.dispose()
