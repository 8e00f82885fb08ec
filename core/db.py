"""The database: one engine, transactions that publish their events when they commit, and a raw pool for hot paths.

`.commit(` stands in this file alone: the door opens a transaction, the rules work in it.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, TypeVar

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session

from core.events import Broker, Event, MemoryBroker, take

T = TypeVar("T")
# Where a statement that only reads can run: in the session's transaction, or by itself on any connection.
Source = AsyncSession | asyncpg.Pool | asyncpg.pool.PoolConnectionProxy
RETRY_SECONDS = 15.0

# A prepared plan is kept for the life of its connection. Made while a table is small it reads the whole table, and goes
# on doing so, slower with every row, until somebody analyses it. These statements have one good plan at any size.
BY_KEY = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}

# Searches by filters and vectors are planned for their values each time, as how much a filter lets pass decides between
# the indexes. The HNSW index is scanned on until enough rows have passed the filters, or so many vectors were compared;
# then those it has met by then have to do. What is searched lies in memory, so a page costs little: with pages as dear as
# on a disk, the planner reads half of the index on rates to spare itself a few hundred of them.
SEARCHING = {
    "plan_cache_mode": "force_custom_plan",
    "seq_page_cost": "0.1",
    "random_page_cost": "0.1",
    "jit": "off",
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.ef_search": "60",
    "hnsw.max_scan_tuples": "2500",
}
# A search keeps a core of the database busy while it runs; more of them at once only wait for each other in there.
_SEARCHES = 4

# The writers of messages are two (`services.conversations.sending`).
_KEPT = 2

_NAMED = re.compile(r"(?<![:\w]):([a-z]\w*)")


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
        self._by_key: asyncpg.Pool | None = None
        self._searching: asyncpg.Pool | None = None
        self._kept_by_key: _Kept | None = None
        self._kept_searching: _Kept | None = None

    async def __aenter__(self) -> "Database":
        self._raw = await self._pool(1, self._pool_size, {})
        self._by_key = await self._pool(0, self._pool_size, BY_KEY)
        searches = min(_SEARCHES, self._pool_size)
        self._searching = await self._pool(0, searches, SEARCHING)
        self._kept_by_key = _Kept(self._by_key, min(_KEPT, self._pool_size - _KEPT))
        self._kept_searching = _Kept(self._searching, min(_KEPT, searches - 1))
        return self

    async def _pool(self, least: int, most: int, planning: dict[str, str]) -> asyncpg.Pool:
        return await asyncpg.create_pool(
            self.url,
            min_size=least,
            max_size=most,
            init=_init_connection,
            reset=_keep,
            server_settings={"application_name": "sextant-raw", "timezone": "UTC", **planning},
        )

    async def __aexit__(self, *exc: object) -> None:
        for kept in (self._kept_by_key, self._kept_searching):
            if kept is not None:
                await kept.close()
        for pool in (self._raw, self._by_key, self._searching):
            if pool is not None:
                await pool.close()
        await self.engine.dispose()

    @property
    def raw(self) -> asyncpg.Pool:
        """asyncpg pool for hot paths: jsonb is decoded, connections are handed back without a reset query."""
        assert self._raw is not None, "open the database first"
        return self._raw

    @property
    def by_key(self) -> asyncpg.Pool:
        """Like `raw`, for statements that touch few rows by their keys, however large the tables are."""
        assert self._by_key is not None, "open the database first"
        return self._by_key

    @property
    def searching(self) -> asyncpg.Pool:
        """Like `raw`, for statements that search by filters and vectors."""
        assert self._searching is not None, "open the database first"
        return self._searching

    def connection(self) -> "_Keeping":
        """A connection of `by_key` that is kept between uses, for the hottest paths. Raises ConnectionError when the
        server has said goodbye on it, and the end of the line has not been noticed yet: asyncpg stumbles over its own
        state then, and would over and over again."""
        assert self._kept_by_key is not None, "open the database first"
        return _Keeping(self._kept_by_key)

    def search_connection(self) -> "_Keeping":
        """Like `connection`, of `searching`."""
        assert self._kept_searching is not None, "open the database first"
        return _Keeping(self._kept_searching)

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


class _Kept:
    """Connections of a pool that are kept between uses: handing one back to the pool and taking it again costs a task
    and a turn of the loop, which somebody waits for. At most `most`, so that some of the pool are left to others."""

    def __init__(self, pool: asyncpg.Pool, most: int) -> None:
        self.pool = pool
        self._most = most
        self._idle: list[asyncpg.pool.PoolConnectionProxy] = []

    def take(self) -> asyncpg.pool.PoolConnectionProxy | None:
        """One that is kept and still open."""
        return kept if self._idle and _open(kept := self._idle.pop()) else None

    def give(self, connection: asyncpg.pool.PoolConnectionProxy) -> bool:
        """Keep one for the next use, where there is room."""
        if len(self._idle) < self._most:
            self._idle.append(connection)
            return True
        return False

    async def close(self) -> None:
        """Hand all back. What is still in use follows, and the pool waits for it."""
        self._most = 0
        while self._idle:
            await self.pool.release(self._idle.pop())


class _Keeping:
    """What `Database.connection` gives to `async with`. A class, as a generator would cost more than what it is for."""

    __slots__ = ("_connection", "_kept")

    def __init__(self, kept: _Kept) -> None:
        self._kept = kept

    async def __aenter__(self) -> asyncpg.pool.PoolConnectionProxy:
        self._connection = connection = self._kept.take() or await self._kept.pool.acquire()
        return connection

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None and self._kept.give(self._connection):
            return
        stumbled = isinstance(error, asyncpg.InternalClientError | TypeError)
        if stumbled:
            self._connection.terminate()
        await self._kept.pool.release(self._connection)
        if stumbled:
            raise ConnectionError("the database's connection was ending") from error


async def driver(session: AsyncSession) -> asyncpg.Connection:
    """asyncpg's connection within the session's transaction, for statements whose cost is that of SQLAlchemy around
    them. What the session has not written yet is written before."""
    if session.new or session.dirty or session.deleted:
        await session.flush()
    return await session.run_sync(_driver)


def _driver(session: Session) -> asyncpg.Connection:
    connection = session.connection()
    raw = connection.connection.driver_connection
    assert isinstance(raw, asyncpg.Connection)
    # SQLAlchemy begins a transaction with its own first statement, so one is made for it.
    alone = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
    if not alone and not raw.is_in_transaction():
        connection.exec_driver_sql("select 1")
    return raw


async def fetch(source: Source, statement: str, *values: Any) -> list[asyncpg.Record]:
    """The rows of a statement."""
    return await (await driver(source) if isinstance(source, AsyncSession) else source).fetch(
        statement, *values
    )


def positional(statement: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """A statement with named parameters (`:name`) as asyncpg takes it, followed by the values."""
    numbered, names = _numbered(statement)
    return numbered, *(values[name] for name in names)


@lru_cache(maxsize=256)
def _numbered(statement: str) -> tuple[str, tuple[str, ...]]:
    order: dict[str, int] = {}
    return _NAMED.sub(lambda found: f"${order.setdefault(found[1], len(order) + 1)}", statement), tuple(order)


def _open(connection: asyncpg.pool.PoolConnectionProxy) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # it ended, and the pool has taken it back
        return False


async def _keep(connection: asyncpg.Connection) -> None:
    # Statements in this pool leave no session state behind, so the reset round trip is saved.
    return


async def patiently(once: Callable[[], Awaitable[T]]) -> T:
    """Run `once`, again while the database restarts or another process stored a duplicate first.

    Nobody knows whether a lost attempt was committed: `once` has to find what it stored.
    """
    deadline = time.monotonic() + RETRY_SECONDS
    delay, conflicts = 0.05, 0
    while True:
        try:
            return await once()
        except asyncpg.UniqueViolationError:
            conflicts += 1
            if conflicts > 3:
                raise
        except (
            OSError,
            asyncpg.PostgresConnectionError,
            asyncpg.InterfaceError,
            asyncpg.CannotConnectNowError,
            asyncpg.AdminShutdownError,
            asyncpg.CrashShutdownError,
            asyncpg.DeadlockDetectedError,
            asyncpg.SerializationError,
        ):
            if time.monotonic() + delay > deadline:
                raise
            await asyncio.sleep(delay)
            delay = min(delay * 2, 1.0)
