"""The founder's line through the real server and WebSocket, on a model server that misbehaves in each known way."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.assistant.openai_server import Call, OpenAIServer, Reply, serve
from tests.serving import Served, serving

IDEA = "I want to build a telehealth app for people with diabetes. We have $80k and about 4 months."
ANALYSE = Call("analyse_project", {})
WRITTEN = '```json\n{"name": "analyse_project", "arguments": {}}\n```'


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[OpenAIServer]:
    async with serve() as server:
        yield server


@pytest.fixture(scope="module")
async def served(database_url: str, model: OpenAIServer) -> AsyncIterator[Served]:
    async with serving(
        database_url,
        assistant=True,
        model="openai",
        openai_base_url=model.url,
        openai_api_key="test",
        openai_model="scripted",
        openai_timeout_seconds=5,
        rate_limit_scale=1000,
    ) as server:
        yield server


FAULTS: dict[str, tuple[list[Reply], list[str], str]] = {
    "a stream cut in the middle": (
        [
            Reply("Let me see.", calls=[ANALYSE]),
            Reply("Your project looks", cut_after=3),
            Reply("It looks good."),
        ],
        ["analysis"],
        "Let me see.\n\nIt looks good.",
    ),
    "a 429": (
        [Reply(status=429, headers={"Retry-After": "0.05"}), Reply(calls=[ANALYSE]), Reply("It looks good.")],
        ["analysis"],
        "It looks good.",
    ),
    "invalid arguments, corrected": (
        [Reply(calls=[Call("analyse_project", {"budget": "lots"})]), Reply(calls=[ANALYSE]), Reply("Done.")],
        ["analysis"],
        "Done.",
    ),
    "invalid arguments twice": (
        [
            Reply(calls=[Call("analyse_project", {"budget": "lots"})]),
            Reply(calls=[Call("find_ctos", {"limit": 99})]),
        ],
        ["analysis"],
        "",
    ),
    "a tool call written as a JSON block": (
        [Reply(f"I will work that out.\n{WRITTEN}"), Reply("Here it is.")],
        ["analysis"],
        "I will work that out.\n\nHere it is.",
    ),
    "a server that is down": ([Reply(status=500, headers={"Retry-After": "0.02"})] * 3, ["analysis"], ""),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_founder_gets_a_usable_reply(served: Served, model: OpenAIServer, fault: str) -> None:
    replies, cards, text = FAULTS[fault]
    model.script(*replies)
    ada, token = await served.person()
    room = await served.room(ada, kind="assistant")
    async with served.socket(token) as socket, served.http(token) as http:
        await socket.subscribe(room)
        await socket.send_message(room, IDEA)
        ended = await socket.wait_for(lambda e: e["type"] == "turn.ended")
        assert ended["status"] == "done"
        page = (await http.get(f"/api/v1/rooms/{room}/messages")).json()["items"]
        stored: dict[str, Any] = next(item for item in page if item["id"] == ended["message_id"])
        assert [card["type"] for card in stored["cards"]] == cards
        assert stored["text"].strip()
        for raw in ("```", "tool_call", '"arguments"', "Traceback", "validation error"):
            assert raw not in stored["text"]
        assert streamed(socket.received) == stored["text"]
        if text:
            assert stored["text"] == text
            assert "notices" not in stored["meta"]
        else:  # the guide took over in the same turn, and says so where the reply streams and where it is stored
            (notice,) = stored["meta"]["notices"]
            assert "built-in guide" in notice
            assert notice in [e["text"] for e in socket.received if e["type"] == "turn.notice"]
            assert stored["meta"]["model"] == "guided"
    if fault.startswith("invalid"):  # the model was told once, in the schema's words
        told = [m["content"] for r in model.requests for m in r["messages"] if m["role"] == "tool"]
        assert "budget" in told[0]
        assert "Extra inputs are not permitted" in told[0]
    row = await served.runtime.db.raw.fetchrow("select * from turns where room_id = $1", room)
    assert row is not None
    usage = row["usage"] if isinstance(row["usage"], dict) else json.loads(row["usage"])
    assert row["prompt_version"]
    assert row["status"] == "done"
    assert usage["input"] >= 0


def streamed(received: list[dict[str, Any]]) -> str:
    """The text as a page shows it."""
    text = ""
    for event in received:
        if event["type"] == "turn.started":
            text = ""
        elif event["type"] == "turn.delta":
            assert event["offset"] == len(text)
            text += event["text"]
    return text
