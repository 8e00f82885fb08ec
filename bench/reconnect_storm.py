"""Everybody comes back at once: a thousand clients that each missed fifty messages.

    python -m bench.reconnect_storm [--clients 1000]

Ten people share a room and what was said in it meanwhile. All clients connect in the same moment, identify
themselves, and resume their room with `after_seq`; a client is done when it has all 50 messages and is live. Beside it
the same storm of clients that missed nothing: the ratio is what resuming adds. The storms alternate. The last line
holds name=value pairs.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from uuid import UUID, uuid4

import asyncpg

from bench.command import run
from bench.product import Person, database, people, product, rooms
from bench.sockets import LightClient
from core.actor import ROLE_SCOPES, Actor, Role
from core.db import Database
from services.conversations.schemas import SendMessage
from services.conversations.sending import Sender

PEOPLE_A_ROOM, MISSED = 10, 50
ROUNDS = 2


async def scene(url: str, count: int) -> list[tuple[Person, UUID]]:
    """People in rooms of ten, in which fifty messages have been sent."""
    connection = await asyncpg.connect(url)
    crowd = await people(connection, count)
    there: list[tuple[Person, UUID]] = []
    async with Database(url) as db:
        sender = Sender(db)
        groups = [crowd[start : start + PEOPLE_A_ROOM] for start in range(0, count, PEOPLE_A_ROOM)]
        for room_id, members in zip(await rooms(connection, groups), groups, strict=True):
            actor = Actor(members[0].id, Role.USER, ROLE_SCOPES[Role.USER])
            await asyncio.gather(
                *(
                    sender.send_body(
                        actor, room_id, SendMessage(client_id=uuid4(), text=f"Message {n} " + "x" * 100)
                    )
                    for n in range(MISSED)
                )
            )
            there += [(person, room_id) for person in members]
        await sender.close()
    await connection.close()
    return there


async def storm(port: int, there: list[tuple[Person, UUID]], after_seq: int) -> tuple[list[float], float]:
    """Seconds until each client is live, and until all are."""
    began = time.perf_counter()
    clients: list[LightClient] = []

    async def one(person: Person, room_id: UUID) -> float:
        client = await LightClient.open(port, person.token)
        clients.append(client)
        await client.subscribe(str(room_id), after_seq)
        if client.events != MISSED - after_seq:
            raise RuntimeError(f"{client.events} events where {MISSED - after_seq} were missed")
        return time.perf_counter() - began

    times = await asyncio.gather(*(one(person, room_id) for person, room_id in there))
    total = time.perf_counter() - began
    for client in clients:
        client.close()
    return times, total


async def measure(count: int) -> dict[str, float]:
    missed: list[tuple[list[float], float]] = []
    nothing: list[tuple[list[float], float]] = []
    async with database("storm") as url:
        there = await scene(url, count)
        async with product(url) as server:
            await storm(server.port, there[:50], 0)  # pools and plans
            for number in range(ROUNDS):
                for resumes in (True, False) if number % 2 else (False, True):
                    result = await storm(server.port, there, 0 if resumes else MISSED)
                    (missed if resumes else nothing).append(result)
    total, plain = (statistics.median(each[1] for each in kind) for kind in (missed, nothing))
    cuts = statistics.quantiles([seconds for times, _ in missed for seconds in times], n=100)
    print(f"{count} clients at once, {MISSED} messages missed by each: all live after {total:.2f} s")
    print(f"p50 {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s; {count * MISSED / total:,.0f} events/s replayed")
    print(f"the same storm with nothing missed: {plain:.2f} s")
    return {
        "storm_s": total,
        "storm_p50_s": cuts[49],
        "storm_p99_s": cuts[98],
        "storm_vs_nothing_missed": total / plain,
    }


if __name__ == "__main__":
    run(measure, __doc__, clients=1_000)
