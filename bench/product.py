"""The real server in a process of its own on a fresh database, and people for it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from bench.processes import Watched, beside, free_port, running
from core.clock import now
from core.embedded import EmbeddedPostgres, ensure_database
from core.ids import ASSISTANT_ID, new_id
from core.migrate import upgrade
from core.security import SESSION_TOKEN_PREFIX, hash_token, new_token
from core.settings import settings

ENVIRONMENT = {
    # Real values for what would otherwise start a stand-in; nothing here calls a vendor.
    "ENVIRONMENT": "test",
    "STRIPE_SECRET_KEY": "sk_test_none",
    "STRIPE_WEBHOOK_SECRET": "whsec_none",
    "RESEND_API_KEY": "re_none",
    "LOG_LEVEL": "WARNING",
    # Load comes from few connections: the limits stay in the path, set higher than the load.
    "WS_FRAMES_PER_SECOND": "1000000",
    "RATE_LIMIT_SCALE": "1000000",
}


@dataclass(frozen=True, slots=True)
class Person:
    """An account with a session."""

    id: UUID
    token: str


_in_use: list[EmbeddedPostgres] = []


@asynccontextmanager
async def database(label: str) -> AsyncIterator[str]:
    """A migrated database on the benchmarks' own server (fsync on), dropped at the end; yields its DSN. Several may be
    open at once."""
    server = _in_use[0] if _in_use else EmbeddedPostgres(settings().data_dir / "bench" / "postgres")
    admin = server.url("postgres") if _in_use else await asyncio.to_thread(server.start)
    _in_use.append(server)
    name = f"{label}_{os.getpid()}"
    try:
        await ensure_database(admin, name)
        await upgrade(server.url(name))
        yield server.url(name)
    finally:
        connection = await asyncpg.connect(admin)
        await connection.execute(f'drop database if exists "{name}" with (force)')
        await connection.close()
        _in_use.pop()
        if not _in_use:
            await asyncio.to_thread(server.stop)


@asynccontextmanager
async def product(
    url: str,
    environment: Mapping[str, str] | None = None,
    *,
    jobs_apart: bool = True,
    cores: Sequence[int] | None = None,
) -> AsyncIterator[Watched]:
    """`python -m api serve` on that database: the process and port. Jobs run as in production, in a `worker` process of
    their own, which is not on the server's core; or in the same process. `cores`: as in `running`."""
    port = free_port()
    program = [sys.executable, "-m", "api"]
    environment = {**ENVIRONMENT, "DATABASE_URL": url, "PYTHONPATH": ".", **(environment or {})}
    jobs = beside([*program, "worker"], environment=environment) if jobs_apart else nullcontext()
    serve = [*program, "serve", "--port", str(port), "--no-worker" if jobs_apart else "--worker"]
    with jobs, running(serve, port, cores=cores, environment=environment) as process:
        await _ready(port)
        yield process


async def _ready(port: int) -> None:
    # The socket is bound before the application is up: its first answer says that it is.
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    if b" 200 " not in answer.partition(b"\r\n")[0]:
        raise RuntimeError(f"the server is not ready: {answer[:200]!r}")


async def people(connection: asyncpg.Connection, count: int) -> list[Person]:
    """New accounts, each with a session of its own."""
    made = [Person(new_id(), new_token(SESSION_TOKEN_PREFIX)) for _ in range(count)]
    moment = now()
    await connection.execute(
        "insert into users (id, email, email_verified_at, name, role, signed_up_at)"
        " select id, id || '@people.example', now(), 'Ada Founder', 'user', now() from unnest($1::uuid[]) id",
        [person.id for person in made],
    )
    await connection.copy_records_to_table(
        "sessions",
        columns=["id", "user_id", "token_hash", "method", "last_seen_at", "expires_at"],
        records=[
            (new_id(), p.id, hash_token(p.token), "password", moment, moment + timedelta(days=1))
            for p in made
        ],
    )
    return made


async def rooms(connection: asyncpg.Connection, groups: list[list[Person]]) -> list[UUID]:
    """A room for each of these groups; the first one of each owns it. Its members have muted it: they are there, but load
    clients never say that they have read something, and after five seconds a worker would write a notification for each
    of a thousand, again and again, and two minutes later mails, on the core of PostgreSQL and of the load client."""
    ids = [new_id() for _ in groups]
    await connection.copy_records_to_table(
        "rooms",
        columns=["id", "kind", "title", "created_by"],
        records=[(i, "project", "A room", group[0].id) for i, group in zip(ids, groups, strict=True)],
    )
    await connection.copy_records_to_table(
        "room_members",
        columns=["room_id", "user_id", "role", "notify"],
        records=[
            (room_id, person.id, "member" if n else "owner", "none")
            for room_id, group in zip(ids, groups, strict=True)
            for n, person in enumerate(group)
        ],
    )
    return ids


async def room(
    connection: asyncpg.Connection, members: list[Person], *, kind: str = "project", assistant: bool = False
) -> UUID:
    """A room of these people; the first one owns it, and all have muted it, as in `rooms`."""
    room_id = new_id()
    await connection.execute(
        "insert into rooms (id, kind, title, created_by) values ($1, $2, 'A room', $3)",
        room_id,
        kind,
        members[0].id,
    )
    rows = [(room_id, p.id, "member" if n else "owner", "none") for n, p in enumerate(members)]
    if assistant:
        rows.append((room_id, ASSISTANT_ID, "assistant", "none"))
    await connection.copy_records_to_table(
        "room_members", columns=["room_id", "user_id", "role", "notify"], records=rows
    )
    return room_id
