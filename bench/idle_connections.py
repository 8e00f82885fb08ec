"""What an idle connection costs in memory.

    python -m bench.idle_connections [--connections 5000]

Connections to the real server, each with a session of a person of its own and three rooms subscribed to (ten people
share a room), then nothing. For comparison as many connections to a bare server on the `websockets` library, which
knows no sessions and no rooms. Measured is what the last three fifths of the connections add to each server process's
memory, shared files left out. Those before fill what starting left free, and with them come pools, plans and buffers:
over all of them, a connection seems to take more or less than it does. What the server loads once it is up is waited
for. The last line holds name=value pairs.
"""

from __future__ import annotations

import asyncio
import sys
from uuid import UUID

import asyncpg

from bench.command import run
from bench.load import load
from bench.processes import Watched, free_port, running
from bench.product import Person, database, people, product, rooms
from bench.sockets import LightClient

ROOMS_EACH, PEOPLE_A_ROOM = 3, 10
AT_ONCE = 40


async def scene(url: str, count: int) -> list[tuple[Person, list[UUID]]]:
    """People, and the rooms of each."""
    connection = await asyncpg.connect(url)
    crowd = await people(connection, count)
    theirs: dict[UUID, list[UUID]] = {person.id: [] for person in crowd}
    for turn in range(ROOMS_EACH):
        # Neighbours of one turn are apart in the next.
        order = crowd[turn:] + crowd[:turn] if turn < 2 else crowd[::2] + crowd[1::2]
        groups = [order[start : start + PEOPLE_A_ROOM] for start in range(0, count, PEOPLE_A_ROOM)]
        for room_id, members in zip(await rooms(connection, groups), groups, strict=True):
            for member in members:
                theirs[member.id].append(room_id)
    await connection.close()
    return [(person, theirs[person.id]) for person in crowd]


async def ours(url: str, count: int) -> list[tuple[int, float]]:
    """How many connections are open, and KB for each that is counted, on the way and at the end."""
    there = await scene(url, count)
    gate = asyncio.Semaphore(AT_ONCE)
    open_now: list[LightClient] = []

    async with product(url, {"WS_PING_SECONDS": "600"}) as server:

        async def one(person: Person, follows: list[UUID]) -> None:
            async with gate:
                client = await LightClient.open(server.port, person.token)
                for room_id in follows:
                    await client.subscribe(str(room_id))
                open_now.append(client)

        await _loaded(server)
        before = _not_counted(count)
        await asyncio.gather(*(one(*each) for each in there[:before]))
        first, steps = server.memory_kb, []
        step = max(1, (count - before) // 3)
        for start in range(before, count, step):
            await asyncio.gather(*(one(*each) for each in there[start : start + step]))
            steps.append((len(open_now), (server.memory_kb - first) / (len(open_now) - before)))
        for client in open_now:
            client.close()
    return steps


async def _loaded(server: Watched) -> None:
    """Wait until the server has loaded what it loads after it is up, the assistant: until it has used less than a
    twentieth of its core for a second."""
    used = -1.0
    while server.cpu_seconds - used > 0.05:
        used = server.cpu_seconds
        await asyncio.sleep(1)


def _not_counted(count: int) -> int:
    return count * 2 // 5


async def bare(count: int) -> float:
    """KB for each connection of a bare server."""
    port, before = free_port(), _not_counted(count)
    command = [sys.executable, "-m", "bench.peers.broadcast", str(port)]
    with running(command, port) as server, load(port, "plain", before):
        first = server.memory_kb
        with load(port, "plain", count - before):
            return (server.memory_kb - first) / (count - before)


async def measure(count: int) -> dict[str, float]:
    async with database("idle") as url:
        steps = await ours(url, count)
    each, alone = steps[-1][1], await bare(count)
    print(f"{'connections':>12}{'KB each':>10}")
    for connections, kb in steps:
        print(f"{connections:12,}{kb:10.1f}")
    print(f"{'bare':>12}{alone:10.1f}")
    return {"kb_per_connection": each, "bare_kb_per_connection": alone, "idle_vs_bare": each / alone}


if __name__ == "__main__":
    run(measure, __doc__, connections=5_000)
