"""The database: one engine, transactions that publish their events when they commit, and a raw pool for hot paths.

`.commit(` stands in this file alone: the door opens a transaction, the rules work in it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from core.events import Broker, Event, MemoryBroker, take


def _dumps(value: Any) -> str:
    # pgqueuer hands over JSON that is written already; writing it twice makes a job that no worker can read.
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def sqlalchemy_url(url: str) -> str:
    """`postgresql://…` in the form SQLAlchemy's asyncpg dialect takes."""
    return url.replace("postgresql://", "postgresql+asyncpg://", 1).replace(
        "postgres://", "postgresql+asyncpg://", 1
    )


async def _init_connection(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", encoder=_dumps, decoder=orjson.loads, schema="pg_catalog")


class Database:
    """Engine, session factory and raw pool of one process.

    `url` is a plain `postgresql://` DSN. Open with `async with Database(...)`.
    """

    def __init__(self, url: str, *, broker: Broker | None = None, pool_size: int = 10) -> None:
        self.url = url
        self.broker: Broker = broker or MemoryBroker()
        self._pool_size = pool_size
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=False,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            connect_args={"server_settings": {"application_name": "sextant", "timezone": "UTC"}},
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._readers = async_sessionmaker(self.engine.execution_options(isolation_level="AUTOCOMMIT"))
        self._raw: asyncpg.Pool | None = None

    async def __aenter__(self) -> "Database":
        self._raw = await asyncpg.create_pool(
            self.url,
            min_size=1,
            max_size=self._pool_size,
            init=_init_connection,
            reset=_keep,
            server_settings={"application_name": "sextant-raw", "timezone": "UTC"},
        )
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._raw is not None:
            await self._raw.close()
        await self.engine.dispose()

    @property
    def raw(self) -> asyncpg.Pool:
        """asyncpg pool for hot paths: jsonb is decoded, connections are handed back without a reset query."""
        assert self._raw is not None, "open the database first"
        return self._raw

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
        """A connection of the raw pool. Raises ConnectionError when the server has said goodbye on it, and the end of the
        line has not been noticed yet: asyncpg stumbles over its own state then, and would over and over again."""
        async with self.raw.acquire() as connection:
            try:
                yield connection
            except (asyncpg.InternalClientError, TypeError) as error:
                connection.terminate()
                raise ConnectionError("the database's connection was ending") from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Events emitted in it are published after the commit.
        """
        async with self._sessions() as session:
            try:
                yield session
                await session.commit()
            except BaseException:
                await session.rollback()
                raise
            events = take(session)
        self.publish(events)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session in which each statement stands alone, which saves two round trips where only one thing is read."""
        async with self._readers() as session:
            yield session

    def publish(self, events: list[Event]) -> None:
        """Publish events of work that is already durable (or needs not to be)."""
        if events:
            self.broker.publish(events)


async def driver(session: AsyncSession) -> asyncpg.Connection:
    """asyncpg's connection within the session's transaction, for statements whose cost is that of SQLAlchemy around
    them. What the session has not written yet is written before. SQLAlchemy begins a transaction with its own first
    statement, so one is made for it."""
    await session.flush()
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    assert isinstance(connection, asyncpg.Connection)
    if not connection.is_in_transaction():
        await session.execute(text("select 1"))
    return connection


async def _keep(connection: asyncpg.Connection) -> None:
    # Statements in this pool leave no session state behind, so the reset round trip is saved.
    return
