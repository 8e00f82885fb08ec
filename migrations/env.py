"""Alembic's environment: async engine, lock and statement time limits, the models' metadata.

The database URL is handed over by the caller (`config.attributes["url"]`, see core/migrate.py).
"""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

import models
from core.db import sqlalchemy_url
from core.migrate import include_object


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        include_object=include_object,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
        user_module_prefix="sa.",
        render_item=render_item,
    )
    with context.begin_transaction():
        # A migration that waits for a lock blocks everyone behind it: give up early instead.
        connection.execute(text("set local lock_timeout = '5s'"))
        connection.execute(text("set local statement_timeout = '15min'"))
        context.run_migrations()


def render_item(kind: str, obj: Any, autogen_context: Any) -> str | bool:
    module = type(obj).__module__
    if kind == "type" and module.startswith("pgvector"):
        autogen_context.imports.add("import pgvector.sqlalchemy")
        return f"pgvector.sqlalchemy.{obj!r}"
    return False


async def main() -> None:
    engine = create_async_engine(sqlalchemy_url(context.config.attributes["url"]))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


asyncio.run(main())
