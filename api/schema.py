"""`migrate`: bring a database up, write migrations, check for drift."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

import models
from api.server import open_database
from core import migrate
from core.db import sqlalchemy_url
from core.embedded import EmbeddedPostgres, ensure_database
from core.log import configure_logging
from core.settings import settings

INITIAL = '''"""All tables as of the first release. Written by `make initial-migration`."""

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = "0000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''


async def run(*, new: str | None, rewrite_initial: bool, check: bool) -> int:
    """Carry out one of the command's forms; returns the exit code."""
    configure_logging(settings())
    if rewrite_initial or new or check:
        async with scratch_database() as url:
            return await _write(url, new=new, rewrite_initial=rewrite_initial)
    async with open_database(settings()) as url:
        await migrate.upgrade(url)
    return 0


@asynccontextmanager
async def scratch_database() -> AsyncIterator[str]:
    """An empty database on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="sextant-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")
        admin = await asyncio.to_thread(server.start)
        try:
            await ensure_database(admin, "scratch")
            yield server.url("scratch")
        finally:
            await asyncio.to_thread(server.stop)


async def _write(url: str, *, new: str | None, rewrite_initial: bool) -> int:
    if rewrite_initial:
        initial = migrate.ROOT / "migrations" / "versions" / "0001_initial.py"
        if not initial.exists():  # later migrations refer to it
            initial.write_text(INITIAL.replace("{upgrade}", "pass").replace("{downgrade}", "pass"))
        await migrate.upgrade(url, "0000")
        engine = create_async_engine(sqlalchemy_url(url))
        async with engine.connect() as connection:
            text = await connection.run_sync(_initial)
        await engine.dispose()
        initial.write_text(text)
        return 0
    await migrate.upgrade(url)
    if new:
        await migrate.write(url, new)
        return 0
    differences = await migrate.drift(url, models.Base.metadata)
    for difference in differences:
        print(difference)  # noqa: T201
    return 1 if differences else 0


def _initial(connection: Connection) -> str:
    def include(obj: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        return not (reflected and other is None)

    context = MigrationContext.configure(connection, opts={"include_object": include})
    operations = produce_migrations(context, models.Base.metadata)
    assert operations.upgrade_ops is not None
    assert operations.downgrade_ops is not None
    upgrade, downgrade = (
        render_python_code(
            ops,
            migration_context=context,
            render_item=_render,  # type: ignore[arg-type]
            imports=[],
        ).replace("\n", "\n    ")
        for ops in (operations.upgrade_ops, operations.downgrade_ops)
    )
    return INITIAL.replace("{upgrade}", upgrade.strip()).replace("{downgrade}", downgrade.strip())


def _render(kind: str, obj: Any, context: Any) -> str | bool:
    if kind == "type" and type(obj).__module__.startswith("pgvector"):
        return f"pgvector.sqlalchemy.{obj!r}"
    return False
