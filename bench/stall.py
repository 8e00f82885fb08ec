"""A member that stops reading: does anybody else notice?

    python -m bench.stall [--seconds 6]

A room of 20 on the real server; 4 KB messages arrive at 200 a second. First all read (that warms the server up too),
then one receiver never reads. Measured: what the others receive of what was offered, how late, what the server's memory
grows by at most, and with which code the socket that does not read is closed. The last line holds name=value pairs.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.command import run
from bench.load import load
from bench.processes import Watched
from bench.product import database, people, product, room

MEMBERS, BODY, RATE = 20, 4_000, 200
SAMPLE_SECONDS = 0.05


@dataclass
class Growth:
    """How far memory rose over where it was at first."""

    kb: int = 0


@contextmanager
def growth(process: Watched) -> Iterator[Growth]:
    """Watch a process's memory while the block runs."""
    seen, over, first = Growth(), threading.Event(), process.memory_kb

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            seen.kb = max(seen.kb, process.memory_kb - first)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def share(figures: dict[str, Any], receivers: int, seconds: float) -> float:
    """Deliveries as a part of what was offered."""
    received: float = figures["deliveries"] / (RATE * seconds * receivers)
    return received


async def measure(seconds: float) -> dict[str, float]:
    async with database("stall") as url, product(url) as server:
        connection = await asyncpg.connect(url)
        crowd = await people(connection, MEMBERS + 1)
        meeting = str(await room(connection, crowd))
        await connection.close()
        tokens = [person.token for person in crowd]
        with load(server.port, "sextant", MEMBERS, body=BODY, room=meeting, tokens=tokens) as client:
            everybody = await asyncio.to_thread(
                client.run, window=100_000, seconds=seconds, warm=2, rate=RATE
            )
        with (
            load(
                server.port, "sextant", MEMBERS, body=BODY, stalled=1, room=meeting, tokens=tokens
            ) as client,
            growth(server) as grown,
        ):
            others = await asyncio.to_thread(client.run, window=100_000, seconds=seconds, warm=2, rate=RATE)
            [code] = await asyncio.to_thread(client.close_codes, 1)
    pairs = {
        "others_receive": share(others, MEMBERS - 1, seconds),
        "others_receive_vs_nobody_stalled": share(others, MEMBERS - 1, seconds)
        / share(everybody, MEMBERS, seconds),
        "p99_vs_nobody_stalled": others["p99_ms"] / everybody["p99_ms"],
        "memory_growth_mb": grown.kb / 1024,
        "close_code": code,
    }
    print(f"{MEMBERS} members, messages of {BODY} bytes at {RATE} a second, {seconds:.0f} s")
    print(
        f"all read:        {share(everybody, MEMBERS, seconds):7.2%} received, p99 {everybody['p99_ms']:.1f} ms"
    )
    print(
        f"one stops:       {pairs['others_receive']:7.2%} received by the others, p99 {others['p99_ms']:.1f} ms"
    )
    print(f"memory:          at most {pairs['memory_growth_mb']:.2f} MB more than before")
    print(f"stalled socket:  closed with {code}")
    return pairs


if __name__ == "__main__":
    run(measure, __doc__, seconds=6.0)
