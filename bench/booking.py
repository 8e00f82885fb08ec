"""Many people want one slot at the same moment: who decides, and how fast?

    python -m bench.booking [--racers 64] [--rounds 30]

The same race (one expert, overlapping hours, every racer in a transaction of its own) is decided by

    constraint     ours: an exclusion constraint, `insert … on conflict do nothing`
    advisory       an advisory lock per expert, then check and insert
    serializable   check and insert at SERIALIZABLE, tried again on conflict
    unguarded      check and insert at READ COMMITTED: shows that the race is real

All four run on the same server and table columns, in turns within every round, so that a ratio compares like with
like. Then whole holds race through `services.bookings` (rules, price, payment, job). The last line holds `name=value`
pairs: decisions a second of ours as a multiple of the others, and the slots that were booked twice by ours (must be
0).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import uvloop
from asyncpg.pool import PoolConnectionProxy

from core.db import Database
from core.embedded import EmbeddedPostgres, ensure_database
from core.errors import Conflict
from core.ids import new_id
from core.migrate import upgrade
from core.settings import settings
from services.bookings.schemas import BookingRead
from tests.bookings.factories import ahead, hold, make_client, make_expert

TABLES = """
drop table if exists race_guarded, race_plain;
create table race_plain (id uuid primary key, expert_id uuid not null, client_id uuid not null,
    during tstzrange not null, status text not null);
create table race_guarded (like race_plain including all,
    exclude using gist (expert_id with =, during with &&) where (status in ('held', 'confirmed')));
create index on race_plain (expert_id);
"""
CHECK = "select 1 from race_plain where expert_id = $1 and during && $2 and status in ('held', 'confirmed')"
INSERT = "insert into race_plain values ($1, $2, $3, $4, 'held')"
CLAIM = "insert into race_guarded values ($1, $2, $3, $4, 'held') on conflict do nothing returning id"
START = datetime(2030, 1, 7, 9, tzinfo=UTC)

Racer = Callable[[asyncpg.Pool, UUID, int], Awaitable[bool]]


def _hour(number: int) -> asyncpg.Range[datetime]:
    """Hours that overlap without being the same."""
    start = START + timedelta(minutes=15 * (number % 3))
    return asyncpg.Range(start, start + timedelta(hours=1))


async def _check_and_insert(connection: PoolConnectionProxy, expert: UUID, number: int) -> bool:
    if await connection.fetchval(CHECK, expert, _hour(number)):
        return False
    await connection.execute(INSERT, new_id(), expert, uuid4(), _hour(number))
    return True


async def constraint(pool: asyncpg.Pool, expert: UUID, number: int) -> bool:
    async with pool.acquire() as connection, connection.transaction():
        return await connection.fetchval(CLAIM, new_id(), expert, uuid4(), _hour(number)) is not None


async def advisory(pool: asyncpg.Pool, expert: UUID, number: int) -> bool:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", str(expert))
        return await _check_and_insert(connection, expert, number)


async def serializable(pool: asyncpg.Pool, expert: UUID, number: int) -> bool:
    while True:
        try:
            async with pool.acquire() as connection, connection.transaction(isolation="serializable"):
                return await _check_and_insert(connection, expert, number)
        except asyncpg.SerializationError:
            continue


async def unguarded(pool: asyncpg.Pool, expert: UUID, number: int) -> bool:
    async with pool.acquire() as connection, connection.transaction():
        return await _check_and_insert(connection, expert, number)


RACES: tuple[Racer, ...] = (constraint, advisory, serializable, unguarded)


async def _race(pool: asyncpg.Pool, racer: Racer, racers: int) -> tuple[float, int]:
    """Seconds until all racers know, and how many won."""
    expert = uuid4()
    began = time.perf_counter()
    won = await asyncio.gather(*(racer(pool, expert, number) for number in range(racers)))
    return time.perf_counter() - began, sum(won)


async def _mechanisms(url: str, racers: int, rounds: int) -> dict[str, float]:
    async with asyncpg.create_pool(url, min_size=racers, max_size=racers) as pool:
        await pool.execute(TABLES)
        seconds: dict[str, list[float]] = {racer.__name__: [] for racer in RACES}
        winners: dict[str, list[int]] = {racer.__name__: [] for racer in RACES}
        for number in range(rounds + 2):
            shift = number % len(RACES)
            for racer in RACES[shift:] + RACES[:shift]:
                passed, won = await _race(pool, racer, racers)
                if number >= 2:  # the first rounds warm connections and plans up
                    seconds[racer.__name__].append(passed)
                    winners[racer.__name__].append(won)
        await pool.execute("drop table race_guarded, race_plain")
    print(f"{'decided by':14}{'decisions/s':>13}{'slowest round':>16}{'winners':>10}{'double':>9}")
    for name, took in seconds.items():
        print(
            f"{name:14}{racers / statistics.median(took):13,.0f}{max(took) * 1000:13.0f} ms"
            f"{f'{min(winners[name])}–{max(winners[name])}':>10}{sum(won > 1 for won in winners[name]):9}"
        )
    ours = statistics.median(seconds["constraint"])
    return {
        "booking_race_vs_advisory": statistics.median(seconds["advisory"]) / ours,
        "booking_race_vs_serializable": statistics.median(seconds["serializable"]) / ours,
        "double_bookings": sum(won != 1 for won in winners["constraint"]),
    }


async def _holds(url: str, racers: int, rounds: int) -> dict[str, float]:
    """Whole holds, by different clients, of one expert's slot."""
    seconds: list[float] = []
    wrong = 0
    async with Database(url, pool_size=20) as db:
        clients = [await make_client(db) for _ in range(racers)]
        for _ in range(rounds):
            expert, at = await make_expert(db), ahead(days=7)
            began = time.perf_counter()
            results = await asyncio.gather(
                *(hold(db, client, expert, at) for client in clients), return_exceptions=True
            )
            seconds.append(time.perf_counter() - began)
            wins = [each for each in results if isinstance(each, BookingRead)]
            losses = [each for each in results if isinstance(each, Conflict) and each.code == "slot_taken"]
            wrong += len(wins) != 1 or len(losses) != racers - 1
            # The winner's own limit of open holds must not decide later rounds.
            clients = [client for client in clients if all(client.user_id != win.client_id for win in wins)]
            clients.append(await make_client(db))
    median = statistics.median(seconds)
    print(f"\nwhole holds: {racers / median:,.0f} decisions/s, {median * 1000:.0f} ms for {racers} racers")
    return {"hold_double_bookings": wrong}


async def main(racers: int, rounds: int) -> None:
    server = EmbeddedPostgres(settings().data_dir / "bench" / "postgres")
    admin = await asyncio.to_thread(server.start)
    name = f"booking_{os.getpid()}"
    try:
        await ensure_database(admin, name)
        url = server.url(name)
        await upgrade(url)
        print(f"{racers} racers for one slot, {rounds} rounds, PostgreSQL with fsync on\n")
        pairs = await _mechanisms(url, racers, rounds)
        pairs |= await _holds(url, racers, max(3, rounds // 6))
        connection = await asyncpg.connect(admin)
        await connection.execute(f'drop database "{name}" with (force)')
        await connection.close()
    finally:
        await asyncio.to_thread(server.stop)
    print(" ".join(f"{name}={value:.2f}" for name, value in pairs.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--racers", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    uvloop.run(main(arguments.racers, arguments.rounds))
