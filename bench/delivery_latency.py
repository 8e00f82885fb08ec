"""How late is a message, at half of what the server can do and around it?

    python -m bench.delivery_latency [--seconds 3]

A room of 100 on the real server. First the rate at which it saturates is found (32 messages in flight). Then messages
arrive at a tenth to nine tenths of that rate, at the real server and at a bare C broadcaster in turns: p50 and p99 from
send to every receiver. The ratio is at half of saturation. Draws docs/images/delivery_latency.svg. The last line holds
name=value pairs.
"""

from __future__ import annotations

import asyncio
import statistics
from typing import Any

import asyncpg

from bench.command import run
from bench.curve import draw
from bench.load import Load, load
from bench.processes import compiled, free_port, running
from bench.product import database, people, product, room

MEMBERS, WINDOW = 100, 32
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
ROUNDS = 3
IN_FLIGHT = 64  # the server refuses more on one connection


def saturation(client: Load, seconds: float) -> float:
    """Messages a second that the server takes at most."""
    return statistics.median(
        client.run(window=WINDOW, seconds=seconds / 2)["messages_per_s"] for _ in range(3)
    )


def curves(ours: Load, c: Load, seconds: float) -> tuple[float, dict[str, list[dict[str, Any]]]]:
    """The saturating rate, and figures by share of it for both."""
    most = saturation(ours, seconds)
    found: dict[str, list[dict[str, Any]]] = {"sextant": [], "c": []}
    for share in SHARES:
        runs: dict[str, list[dict[str, Any]]] = {"sextant": [], "c": []}
        for number in range(ROUNDS):
            order = [("sextant", ours), ("c", c)]
            for name, client in order if number % 2 else reversed(order):
                runs[name].append(client.run(window=IN_FLIGHT, seconds=seconds / ROUNDS, rate=most * share))
        for name, figures in runs.items():
            found[name].append(
                {field: statistics.median(each[field] for each in figures) for field in ("p50_ms", "p99_ms")}
            )
    return most, found


async def measure(seconds: float) -> dict[str, float]:
    port = free_port()
    async with database("latency") as url, product(url) as server:
        connection = await asyncpg.connect(url)
        crowd = await people(connection, MEMBERS + 1)
        meeting = str(await room(connection, crowd))
        await connection.close()
        with (
            load(server.port, "sextant", MEMBERS, room=meeting, tokens=[p.token for p in crowd]) as ours,
            running([compiled("broadcaster"), str(port), "0"], port),
            load(port, "plain", MEMBERS) as c,
        ):
            most, found = await asyncio.to_thread(curves, ours, c, seconds)
    print(
        f"{MEMBERS} members; saturated at {most:,.0f} messages ({most * MEMBERS:,.0f} deliveries) a second\n"
    )
    print(f"{'of saturation':14}{'messages/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'c p50':>9}{'c p99':>9}")
    for share, mine, theirs in zip(SHARES, found["sextant"], found["c"], strict=True):
        print(
            f"{share:<14.0%}{most * share:12,.0f}{mine['p50_ms']:9.2f}{mine['p99_ms']:9.2f}"
            f"{theirs['p50_ms']:9.2f}{theirs['p99_ms']:9.2f}"
        )
    half = SHARES.index(0.5)
    draw(
        "delivery_latency",
        title=f"Send to receive in a room of {MEMBERS}",
        x="percent of saturation",
        y="milliseconds",
        lines={
            "p99": [(100 * s, f["p99_ms"]) for s, f in zip(SHARES, found["sextant"], strict=True)],
            "p50": [(100 * s, f["p50_ms"]) for s, f in zip(SHARES, found["sextant"], strict=True)],
            "C broadcaster p99": [(100 * s, f["p99_ms"]) for s, f in zip(SHARES, found["c"], strict=True)],
        },
    )
    return {
        "saturation_messages_s": most,
        "half_p50_ms": found["sextant"][half]["p50_ms"],
        "half_p99_ms": found["sextant"][half]["p99_ms"],
        "half_p50_vs_c": found["sextant"][half]["p50_ms"] / found["c"][half]["p50_ms"],
        "half_p99_vs_c": found["sextant"][half]["p99_ms"] / found["c"][half]["p99_ms"],
    }


if __name__ == "__main__":
    run(measure, __doc__, seconds=3.0)
