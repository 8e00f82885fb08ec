"""Does reading slow down as the tables grow?

    python -m bench.large_tables [--calls 60]

Three databases with 10⁴, 10⁵ and 10⁶ messages in 200 rooms, 20 of them of one person. Through the rules and SQLAlchemy, as
REST does it: the person's room list with unread counts and last messages, the newest history page, a page from the middle
of a room, and a search in all rooms for a word that one message of each room has. The databases take turns call by call;
medians in milliseconds. The ratio to reach for lists and pages is at most 1.5 between 10⁶ and 10⁴. Draws
docs/images/large_tables.svg. The last line holds name=value pairs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from bench.command import run
from bench.curve import draw
from bench.product import database, people, room
from core.actor import ROLE_SCOPES, Actor, Role
from core.db import Database
from services.conversations import history, indexing, search, service

SIZES = (10_000, 100_000, 1_000_000)
ROOMS, MINE = 200, 20
PAGE = 50
FILL = """
insert into messages (id, room_id, seq, no, sender_id, client_id, text, created_at)
select uuidv7('-1 hour'::interval), r, n, n, $2, gen_random_uuid(), 'Message number ' || n || repeat(' and some more text', 5),
    now() - make_interval(secs => $3 - n)
from unnest($1::uuid[]) r, generate_series(1, $3) n
"""

Read = Callable[[AsyncSession], Awaitable[object]]


async def fill(url: str, messages: int) -> tuple[Actor, UUID, int]:
    """The tables; returns the reader, a room of theirs, and how many messages it has."""
    connection = await asyncpg.connect(url)
    reader, other = await people(connection, 2)
    rooms = [await room(connection, [reader, other] if n < MINE else [other]) for n in range(ROOMS)]
    each = messages // ROOMS
    await connection.execute(
        "set session_replication_role = replica"
    )  # what is written here refers to what is there
    await connection.execute("set synchronous_commit = off")
    await connection.execute(FILL, rooms, other.id, each, timeout=600)
    await connection.execute(
        "update rooms set last_seq = $1, message_count = $1, last_message_at = now()", each
    )
    await connection.execute("update room_members set marked_seq = $1, marked_no = $1", each // 2)
    await connection.execute("vacuum analyze", timeout=600)
    await connection.close()
    return Actor(reader.id, Role.USER, ROLE_SCOPES[Role.USER]), rooms[0], each


def reads(actor: Actor, room_id: UUID, each: int) -> dict[str, Read]:
    """What is measured, by name."""
    return {
        "room list with unread counts": lambda s: service.list_rooms(s, actor, None, MINE),
        "newest history page": lambda s: history.page(s, actor, room_id, limit=PAGE),
        "history page in the middle": lambda s: history.page(
            s, actor, room_id, before_seq=each // 2 + PAGE, limit=PAGE
        ),
        # One message of each room has it.
        "search for a rare word": lambda s: search.search(s, actor, str(each)),
    }


async def measure(calls: int) -> dict[str, float]:
    async with AsyncExitStack() as stack:
        opened: dict[int, tuple[Database, dict[str, Read]]] = {}
        for size in SIZES:
            url = await stack.enter_async_context(database(f"large_{size}"))
            began = time.perf_counter()
            actor, room_id, each = await fill(url, size)
            print(f"{size:>9,} messages stored in {time.perf_counter() - began:.0f} s", flush=True)
            db = await stack.enter_async_context(Database(url, pool_size=1))
            await indexing.take_words(db)  # as a worker does every minute
            await db.raw.execute("vacuum analyze message_words")
            opened[size] = (db, reads(actor, room_id, each))
        names = list(opened[SIZES[0]][1])
        times: dict[tuple[str, int], list[float]] = {(name, size): [] for name in names for size in SIZES}
        for number in range(calls + 5):
            for name in names:
                for size in SIZES if number % 2 else SIZES[::-1]:
                    db, there = opened[size]
                    began = time.perf_counter()
                    async with db.transaction() as session:
                        await there[name](session)
                    if number >= 5:
                        times[name, size].append((time.perf_counter() - began) * 1000)
    print(f"\n{'':32}" + "".join(f"{size:>12,}" for size in SIZES) + f"{'ratio':>8}")
    pairs: dict[str, float] = {}
    for name in names:
        medians = [statistics.median(times[name, size]) for size in SIZES]
        pairs[name.replace(" ", "_")] = medians[-1] / medians[0]
        print(
            f"{name:32}"
            + "".join(f"{value:9.2f} ms" for value in medians)
            + f"{medians[-1] / medians[0]:8.2f}"
        )
    lines = {name: [(size, statistics.median(times[name, size])) for size in SIZES] for name in names}
    draw(
        "large_tables",
        title="Reading while the tables grow",
        x="messages in the table",
        y="median, milliseconds",
        lines=lines,
        log_x=True,
    )
    return pairs


if __name__ == "__main__":
    run(measure, __doc__, calls=60)
