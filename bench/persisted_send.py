"""Storing a message: how many sends a second, and how soon is one on the other client's socket?

    python -m bench.persisted_send [--rounds 4] [--seconds 1.2]

First one sender through the real server: from `message.send` on one socket to `message.created` on another one, next to
one asyncpg statement for the same work. Here no process is kept on a core, neither the server and the load client nor the one
that runs the statement: nothing is compared core for core, and each message is a chain of wake-ups that takes longer across
cores. It comes first, since what follows leaves a hundred thousand messages behind, whose words the server's worker would
take meanwhile.

Then the rule itself, in one process: `senders` at once, each waiting for its answer, over 100 rooms. All three store
to the same PostgreSQL (fsync on) and build the event that members get:

    sextant      the real `Sender`: membership, numbers without a gap, idempotency, message, event, events published; sends
                 that wait are stored together
    statement    one asyncpg statement a message for the same work (16 connections, no reset between)
    bare         group commit with nothing else: waiting messages inserted together into one table, no membership, no
                 number, no event

The contenders take turns within every round; figures are medians. The last line holds name=value pairs.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from bench.command import run
from bench.load import load
from bench.processes import CORES
from bench.product import Person, database, people, product, room
from core.actor import ROLE_SCOPES, Actor, Role
from core.db import Database
from core.events import Event, RoomEvent
from core.ids import new_id
from services.conversations.schemas import SendMessage
from services.conversations.sending import Sender

ROOMS, PEOPLE = 100, 64
TEXT = "x" * 128
CONNECTIONS = 16
BATCH = 256

STATEMENT = """
with room as (
    update rooms set last_seq = last_seq + 1, message_count = message_count + 1, last_message_at = now()
    where id = $2 and exists (
        select from room_members where room_id = $2 and user_id = $3 and left_at is null
    ) and not exists (select from messages where sender_id = $3 and client_id = $4)
    returning last_seq as seq, message_count as no
)
insert into messages (id, room_id, seq, no, sender_id, client_id, text)
select $1, $2, seq, no, $3, $4, $5 from room returning seq, no, created_at
"""
BARE_TABLE = """
create table bare_messages (id bigint generated always as identity primary key, room_id uuid not null,
    sender_id uuid not null, client_id uuid not null, text text not null, created_at timestamptz not null default now(),
    unique (sender_id, client_id));
create index on bare_messages (room_id, id)
"""
BARE = """
insert into bare_messages (room_id, sender_id, client_id, text)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) returning id, created_at
"""

Send = Callable[[UUID, UUID], Awaitable[None]]  # room, sender


def _event(room_id: UUID, seq: int, sender_id: UUID, client_id: UUID, at: datetime) -> bytes:
    return orjson.dumps(
        {
            "type": "message.created",
            "room": room_id,
            "seq": seq,
            "at": at,
            "message": {"sender_id": sender_id, "client_id": client_id, "text": TEXT, "created_at": at},
        }
    )


@asynccontextmanager
async def sextant(url: str) -> AsyncIterator[Send]:
    def deliver(events: list[Event]) -> None:
        for event in events:
            assert isinstance(event, RoomEvent)
            assert event.encoded is not None  # what the hub hands to its sockets

    async with Database(url) as db:
        db.broker.listen(deliver)
        sender = Sender(db)

        @cache  # a connection knows for its life who is there
        def actor(person: UUID) -> Actor:
            return Actor(person, Role.USER, ROLE_SCOPES[Role.USER])

        async def send(room_id: UUID, person: UUID) -> None:
            await sender.send_body(actor(person), room_id, SendMessage(client_id=uuid4(), text=TEXT))

        yield send
        await sender.close()


@asynccontextmanager
async def statement(url: str) -> AsyncIterator[Send]:
    async def keep(connection: asyncpg.Connection) -> None:
        return

    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, reset=keep) as pool:

        async def send(room_id: UUID, person: UUID) -> None:
            client_id = uuid4()
            async with pool.acquire() as connection:
                row = await connection.fetchrow(STATEMENT, new_id(), room_id, person, client_id, TEXT)
            assert row is not None
            _event(room_id, row["seq"], person, client_id, row["created_at"])

        yield send


@asynccontextmanager
async def bare(url: str) -> AsyncIterator[Send]:
    connection = await asyncpg.connect(url)
    waiting: list[tuple[UUID, UUID, UUID, asyncio.Future[None]]] = []
    wake = asyncio.Event()

    async def write() -> None:
        while True:
            await wake.wait()
            wake.clear()
            while waiting:
                batch = waiting[:BATCH]
                del waiting[:BATCH]
                rooms, senders, clients, answers = zip(*batch, strict=True)
                rows = await connection.fetch(BARE, rooms, senders, clients, [TEXT] * len(batch))
                for row, room_id, sender_id, client_id, answer in zip(
                    rows, rooms, senders, clients, answers, strict=True
                ):
                    _event(room_id, row["id"], sender_id, client_id, row["created_at"])
                    answer.set_result(None)

    writer = asyncio.create_task(write())

    async def send(room_id: UUID, person: UUID) -> None:
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append((room_id, person, uuid4(), answer))
        wake.set()
        await answer

    yield send
    writer.cancel()
    await connection.close()


async def _closed_loop(send: Send, rooms: list[UUID], crowd: list[Person], seconds: float) -> list[float]:
    """Times of all sends, everybody in `crowd` sending one after the other."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    async def one(person: Person) -> None:
        while (began := time.perf_counter()) < until:
            await send(random.choice(rooms), person.id)
            times.append(time.perf_counter() - began)

    await asyncio.gather(*(one(person) for person in crowd))
    return times


async def rule(
    url: str, rooms: list[UUID], crowd: list[Person], rounds: int, seconds: float
) -> dict[str, float]:
    """The rule in one process, for 1, 16 and 64 senders."""
    pairs: dict[str, float] = {}
    async with sextant(url) as ours, statement(url) as single, bare(url) as grouped:
        contenders: dict[str, Send] = {"sextant": ours, "statement": single, "bare": grouped}
        for send in contenders.values():  # connections and plans
            await _closed_loop(send, rooms, crowd, 0.3)
        print(f"{'senders':8}" + "".join(f"{name + '/s':>14}" for name in contenders))
        for senders in (1, 16, PEOPLE):
            rates: dict[str, list[float]] = {name: [] for name in contenders}
            for number in range(rounds):
                names = list(contenders)
                for name in names if number % 2 else reversed(names):
                    times = await _closed_loop(contenders[name], rooms, crowd[:senders], seconds)
                    rates[name].append(len(times) / seconds)
            print(f"{senders:<8}" + "".join(f"{statistics.median(rate):14,.0f}" for rate in rates.values()))
            for name in ("statement", "bare"):
                pairs[f"sends_vs_{name}_{senders}"] = statistics.median(
                    a / b for a, b in zip(rates["sextant"], rates[name], strict=True)
                )
    return pairs


async def to_the_other_socket(
    url: str, rooms: list[UUID], crowd: list[Person], rounds: int
) -> dict[str, float]:
    """One sender, one receiver, the real server."""
    ours: list[dict[str, Any]] = []
    times: list[list[float]] = []
    tokens = [person.token for person in crowd[:2]]
    async with product(url, cores=CORES) as server, statement(url) as single:
        with load(server.port, "sextant", 1, room=str(rooms[0]), tokens=tokens, cores=CORES) as client:
            await asyncio.to_thread(client.run, window=1, seconds=1.5)  # the server may still be loading
            for _ in range(rounds):
                ours.append(await asyncio.to_thread(client.run, window=1, seconds=1.5))
                # Another room: this one's members would get what the statement stores, and the load client wonder.
                times.append(await _closed_loop(single, rooms[1:2], crowd[:1], 1.5))
    own = statistics.median(figures["p50_ms"] for figures in ours)
    alone = statistics.median(statistics.median(each) for each in times) * 1000
    print(f"one sender: on the other socket after p50 {own:.2f} ms; the statement alone {alone:.2f} ms\n")
    return {
        "socket_p50_vs_statement": statistics.median(
            figures["p50_ms"] / (statistics.median(each) * 1000)
            for figures, each in zip(ours, times, strict=True)
        )
    }


async def measure(rounds: int, seconds: float) -> dict[str, float]:
    async with database("persisted") as url:
        connection = await asyncpg.connect(url)
        crowd = await people(connection, PEOPLE)
        rooms = [await room(connection, crowd) for _ in range(ROOMS)]
        await connection.execute(BARE_TABLE)
        await connection.close()
        print(f"{PEOPLE} people in {ROOMS} rooms, {datetime.now(UTC):%Y-%m-%d}\n")
        pairs = await to_the_other_socket(url, rooms, crowd, rounds)
        pairs |= await rule(url, rooms, crowd, rounds, seconds)
    return pairs


if __name__ == "__main__":
    run(measure, __doc__, rounds=4, seconds=1.2)
