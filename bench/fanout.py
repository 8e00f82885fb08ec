"""One room, many members: how many deliveries a second, and how late?

    python -m bench.fanout [--rounds 4] [--seconds 1.2]

Contenders, each a process on one core, loaded by the same C client on the others:

    sextant          the real server: every member a session of its own, messages sent as `message.send`, stored by
                     PostgreSQL (fsync on) before anybody sees them, numbered, outboxes bounded, heartbeats on
    c                a C broadcaster: one write for each message and member, no check of anything
    c_joined         the same, writing together what arrives together: the ceiling of load client and kernel
    websockets       the `websockets` library's broadcast()
    socketio         Socket.IO on Node
    python_socketio  python-socketio on uvicorn

Message texts have 128 bytes. The others send just that; a Sextant event carries its envelope too. The contenders take
turns within every round, after one that is not counted; figures are medians over rounds, ratios medians of the rounds'
ratios. `per CPU second` counts the server process's own CPU time, which other load on the machine disturbs least. The
load client checks every delivery and its order. `client` is how much of its core it used while it loaded that contender:
below 1.0 it was not what limited, and `c_joined` shows what it can take.

The last line holds name=value pairs.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.command import run
from bench.load import Dialect, Load, load
from bench.processes import ROOT, Unavailable, Watched, compiled, free_port, running
from bench.product import Person, database, people, product, room

PEERS = ROOT / "bench" / "peers"
SHAPES = ((1_000, 8), (100, 32))
STEADY_RATE, STEADY_SECONDS = 20, 15.0  # 300 messages a round: its p99 is not its one slowest message


@dataclass
class Contender:
    """A server and the load client that is connected to it."""

    name: str
    server: Watched
    client: Load

    def run(self, **shape: Any) -> dict[str, Any]:
        """One measurement, with the server's CPU time."""
        before = self.server.cpu_seconds
        figures = self.client.run(**shape)
        cpu = self.server.cpu_seconds - before
        if figures["refused"] or figures["outstanding"]:
            raise RuntimeError(f"{self.name}: {figures}")
        # The client's warm-up is in the CPU time too: scale to the measured part.
        share = shape["seconds"] / (shape["seconds"] + shape.get("warm", 0.3))
        figures["per_cpu_s"] = figures["deliveries"] / max(cpu * share, 0.01)
        return figures


def node_peer() -> list[str]:
    """The command of the Socket.IO server; installs it first. Raises Unavailable."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Unavailable("node is not on this machine")
    if not (PEERS / "node_modules").exists():
        done = subprocess.run([npm, "ci", "--silent"], cwd=PEERS, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"npm could not install it: {done.stderr.strip()[-200:]}")
    return [node, str(PEERS / "socketio.js")]


def peers() -> dict[str, tuple[Dialect, list[str]]]:
    """Name → dialect and command (the port is appended) of those that can run here."""
    found: dict[str, tuple[Dialect, list[str]]] = {
        "c": ("plain", [str(compiled("broadcaster")), "{port}", "0"]),
        "c_joined": ("plain", [str(compiled("broadcaster")), "{port}", "1"]),
        "websockets": ("plain", [sys.executable, "-m", "bench.peers.broadcast", "{port}"]),
        "python_socketio": ("socketio", [sys.executable, "-m", "bench.peers.python_socketio", "{port}"]),
    }
    try:
        found["socketio"] = ("socketio", [*node_peer(), "{port}"])
    except Unavailable as missing:
        print(f"without Socket.IO: {missing}")
    return found


@asynccontextmanager
async def contenders(url: str, crowd: list[Person], members: int) -> AsyncIterator[list[Contender]]:
    """All servers, up, with a sender and `members` receivers each."""
    async with AsyncExitStack() as stack:
        connection = await asyncpg.connect(url)
        stack.push_async_callback(connection.close)
        here = crowd[: members + 1]
        meeting = await room(connection, here)
        server = await stack.enter_async_context(product(url))
        client = load(server.port, "sextant", members, room=str(meeting), tokens=[p.token for p in here])
        all_of_them = [Contender("sextant", server, stack.enter_context(client))]
        for name, (dialect, command) in peers().items():
            port = free_port()
            try:
                process = stack.enter_context(running([p.format(port=port) for p in command], port))
            except Unavailable as missing:
                print(f"without {name}: {missing}")
                continue
            all_of_them.append(Contender(name, process, stack.enter_context(load(port, dialect, members))))
        yield all_of_them


Results = dict[str, list[dict[str, float]]]


def saturate(them: list[Contender], window: int, rounds: int, seconds: float) -> Results:
    """As fast as it goes with `window` messages in flight."""
    results: Results = {each.name: [] for each in them}
    for each in them:  # not counted: a server may still be loading what it needs later
        each.run(window=window, seconds=seconds)
    for number in range(rounds):
        shift = number % len(them)
        for each in them[shift:] + them[:shift]:
            results[each.name].append(each.run(window=window, seconds=seconds))
    return results


def steady(them: list[Contender], rounds: int) -> Results:
    """A calm room: messages at a fixed rate."""
    results: Results = {each.name: [] for each in them if each.name in ("sextant", "c")}
    for number in range(rounds):
        for each in them if number % 2 else reversed(them):
            if each.name in results:
                figures = each.run(window=10_000, seconds=STEADY_SECONDS, warm=0.5, rate=STEADY_RATE)
                results[each.name].append(figures)
    return results


def median(results: Results, name: str, field: str) -> float:
    return statistics.median(figures[field] for figures in results[name])


def ratio(results: Results, name: str, field: str = "deliveries_per_s") -> float:
    """Ours as a multiple of `name`, round by round."""
    pairs = zip(results["sextant"], results[name], strict=True)
    return statistics.median(ours[field] / theirs[field] for ours, theirs in pairs)


def report(results: Results) -> None:
    print(
        f"{'':16}{'deliveries/s':>14}{'ours ×':>8}{'per CPU s':>12}{'ours ×':>8}"
        f"{'p50 ms':>9}{'p99 ms':>9}{'per frame':>11}{'client':>8}"
    )
    for name in results:
        print(
            f"{name:16}{median(results, name, 'deliveries_per_s'):14,.0f}{ratio(results, name):8.2f}"
            f"{median(results, name, 'per_cpu_s'):12,.0f}{ratio(results, name, 'per_cpu_s'):8.2f}"
            f"{median(results, name, 'p50_ms'):9.1f}{median(results, name, 'p99_ms'):9.1f}"
            f"{median(results, name, 'messages_per_frame'):11.1f}{median(results, name, 'busy'):8.2f}"
        )


async def measure(rounds: int, seconds: float) -> dict[str, float]:
    pairs: dict[str, float] = {}
    async with database("fanout") as url:
        connection = await asyncpg.connect(url)
        crowd = await people(connection, max(members for members, _ in SHAPES) + 1)
        await connection.close()
        for members, window in SHAPES:
            async with contenders(url, crowd, members) as them:
                print(f"\n{members} members, {window} messages in flight, medians of {rounds} rounds")
                results = await asyncio.to_thread(saturate, them, window, rounds, seconds)
                report(results)
                for name in results.keys() - {"sextant"}:
                    pairs[f"vs_{name}_{members}"] = ratio(results, name)
                pairs[f"vs_c_per_cpu_{members}"] = ratio(results, "c", "per_cpu_s")
                if members == max(members for members, _ in SHAPES):
                    calm = await asyncio.to_thread(steady, them, rounds)
                    print(f"\n{members} members, {STEADY_RATE} messages a second")
                    for name in calm:
                        print(
                            f"{name:16} p50 {median(calm, name, 'p50_ms'):6.1f} ms"
                            f"   p99 {median(calm, name, 'p99_ms'):6.1f} ms"
                        )
                    pairs["steady_p50_vs_c"] = ratio(calm, "c", "p50_ms")
                    pairs["steady_p99_vs_c"] = ratio(calm, "c", "p99_ms")
    return pairs


if __name__ == "__main__":
    run(measure, __doc__, rounds=4, seconds=1.2)
