"""A whole turn of the assistant against the least that could answer: how much does the house cost?

    python -m bench.turn [--turns 60]

    sextant   the real server: a message in over the WebSocket, stored with its turn and job, leased, the agent run with
              all tools, every delta published, the answer stored, `turn.ended` out over the WebSocket
    sdk       a loop over the OpenAI SDK's stream in this process: nothing is checked, kept or shown to anybody

Both ask the same instant model server, which streams 20 words, after 0 or 2 tool calls. A call of the server's tool
reads the person's bookings from PostgreSQL; the loop's tool returns a constant. Turns alternate, each of the server's
in a room of its own, as in a new conversation. `cpu` is the CPU time of the process that works, for each turn.

The last line holds name=value pairs.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
from openai import AsyncOpenAI

from api.ws.client import RealtimeClient
from bench.command import run
from bench.peers.model import TOOL, WORDS
from bench.processes import Watched, free_port, other_cores, running
from bench.product import Person, database, people, product, room

WARM = 8
TURNS_A_PERSON = 20
SCHEMA: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": TOOL,
            "description": "The founder's own calls with their state, soonest first.",
            "parameters": {
                "type": "object",
                "properties": {"when": {"type": "string", "enum": ["upcoming", "past", "all"]}},
            },
        },
    }
]


def request(calls: int) -> str:
    return f"Which calls have I booked? calls={calls}"


async def sdk_turn(model: AsyncOpenAI, calls: int) -> None:
    """The loop of the SDK's documentation, streamed."""
    messages: list[Any] = [
        {"role": "system", "content": "You help founders to find a CTO."},
        {"role": "user", "content": request(calls)},
    ]
    while True:
        words, name, call_id, arguments = 0, "", "", ""
        stream = await model.chat.completions.create(
            model="instant",
            messages=messages,
            tools=SCHEMA,
            stream=True,
            stream_options={"include_usage": True},
        )
        async for chunk in stream:
            if not chunk.choices:
                continue
            delta = chunk.choices[0].delta
            words += bool(delta.content)
            for call in delta.tool_calls or ():
                assert call.function is not None
                call_id, name = call.id or call_id, call.function.name or name
                arguments += call.function.arguments or ""
        if not call_id:
            assert words == WORDS
            return
        function = {"name": name, "arguments": arguments}
        messages.append(
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": call_id, "type": "function", "function": function}],
            }
        )
        messages.append({"role": "tool", "tool_call_id": call_id, "content": "No calls."})


async def server_turn(client: RealtimeClient, room_id: UUID, calls: int) -> None:
    """From sending to `turn.ended`."""
    mark = len(client.received)
    await client.send_message(room_id, request(calls))
    ended = await client.wait_for(
        lambda e: e["type"] == "turn.ended" and e["room"] == str(room_id), since=mark
    )
    if ended["status"] != "done":
        raise RuntimeError(f"the turn ended as {ended}")


async def rooms_for(url: str, count: int) -> list[tuple[Person, UUID]]:
    """Rooms with the assistant; a person has a few of them, as a day's allowance of answers wants it."""
    connection = await asyncpg.connect(url)
    crowd = await people(connection, -(-count // TURNS_A_PERSON))
    found = [
        (
            crowd[n // TURNS_A_PERSON],
            await room(connection, [crowd[n // TURNS_A_PERSON]], kind="assistant", assistant=True),
        )
        for n in range(count)
    ]
    await connection.close()
    return found


async def alternate(
    url: str, server: Watched, model: AsyncOpenAI, calls: int, turns: int
) -> tuple[list[float], list[float], float, float]:
    """Milliseconds of the server's turns and of the loop's, and CPU milliseconds a turn of each."""
    ours: list[float] = []
    bare: list[float] = []
    cpu_ours = cpu_bare = 0.0
    person: Person | None = None
    client: RealtimeClient | None = None
    for number, (owner, room_id) in enumerate(await rooms_for(url, WARM + turns)):
        if owner != person:
            if client is not None:
                await client.close()
            person, client = owner, RealtimeClient(f"ws://127.0.0.1:{server.port}/ws", token=owner.token)
            await client.connect()
        assert client is not None
        await client.subscribe(room_id)
        before = server.cpu_seconds
        took = await _timed(lambda room_id=room_id, client=client: server_turn(client, room_id, calls))  # type: ignore[misc]
        after = server.cpu_seconds
        own_before = time.process_time()
        alone = await _timed(lambda: sdk_turn(model, calls))
        if number >= WARM:
            ours.append(took)
            bare.append(alone)
            cpu_ours += after - before
            cpu_bare += time.process_time() - own_before
    if client is not None:
        await client.close()
    return ours, bare, cpu_ours * 1000 / turns, cpu_bare * 1000 / turns


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


async def measure(turns: int) -> dict[str, float]:
    pairs: dict[str, float] = {}
    port = free_port()
    environment = {
        "MODEL": "openai",
        "OPENAI_API_KEY": "none",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "OPENAI_MODEL": "instant",
    }
    command = [sys.executable, "-m", "bench.peers.model", str(port)]
    async with database("turn") as url:
        with running(command, port, cores=other_cores()):
            async with (
                product(url, environment, jobs_apart=False) as server,
                AsyncOpenAI(base_url=environment["OPENAI_BASE_URL"], api_key="none", max_retries=0) as model,
            ):
                print(
                    f"{'tool calls':11}{'sextant ms':>12}{'sdk ms':>9}{'ratio':>7}{'p95 ms':>9}{'cpu ms':>9}{'sdk cpu':>9}"
                )
                for calls in (0, 2):
                    ours, bare, cpu_ours, cpu_bare = await alternate(url, server, model, calls, turns)
                    ratio = statistics.median(ours) / statistics.median(bare)
                    print(
                        f"{calls:<11}{statistics.median(ours):12.1f}{statistics.median(bare):9.1f}{ratio:7.2f}"
                        f"{statistics.quantiles(ours, n=20)[18]:9.1f}{cpu_ours:9.1f}{cpu_bare:9.1f}"
                    )
                    pairs[f"turn_vs_sdk_{calls}"] = ratio
                    pairs[f"turn_cpu_vs_sdk_{calls}"] = cpu_ours / cpu_bare
    return pairs


if __name__ == "__main__":
    run(measure, __doc__, turns=60)
