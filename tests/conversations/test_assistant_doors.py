"""Versions, ratings and quotas through the real server: REST, WebSocket, and what each refuses."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.ws.client import CommandRefused, RealtimeClient
from core import clock
from core.settings import settings, use
from services.conversations import quotas
from tests.serving import Served, serving


@pytest.fixture(scope="module")
async def served(database_url: str) -> AsyncIterator[Served]:
    before = settings()
    async with serving(
        database_url, assistant=True, model="guided", rate_limit_scale=1, free_messages_per_day=3
    ) as server:
        yield server
    use(before)  # the settings are the process's: other modules' people are not to run into these limits


async def next_of(socket: RealtimeClient, kind: str) -> dict[str, Any]:
    """The next event of a kind; each is given once."""
    event = await socket.wait_for(lambda e: e["type"] == kind)
    socket.received.remove(event)
    return event


async def refused_command(socket: RealtimeClient, kind: str, **fields: str) -> dict[str, Any]:
    with pytest.raises(CommandRefused) as refused:
        await socket.command(kind, **fields)
    return refused.value.body


async def ask(served: Served, token: str, room: UUID, text: str) -> dict[str, Any]:
    """Send over REST and wait for the answer: its message."""
    async with served.socket(token) as socket, served.http(token) as http:
        await socket.subscribe(room)
        sent = await http.post(
            f"/api/v1/rooms/{room}/messages", json={"client_id": str(uuid4()), "text": text}
        )
        sent.raise_for_status()
        ended = await next_of(socket, "turn.ended")
        page = (await http.get(f"/api/v1/rooms/{room}/messages")).json()["items"]
        return next(item for item in page if item["id"] == ended["message_id"])


async def test_versions_over_both_doors(served: Served) -> None:
    ada, token = await served.person()
    room = await served.room(ada, kind="assistant")
    answer = await ask(served, token, room, "I want to build a telehealth app with video calls, $80k.")
    async with served.http(token) as http, served.socket(token) as socket:
        await socket.subscribe(room)
        made = await http.post(f"/api/v1/messages/{answer['id']}/regenerate")
        assert made.status_code == 202
        body = made.json()
        assert (body["branch"]["kind"], body["branch"]["message_id"]) == ("answer", answer["id"])
        moved = await next_of(socket, "branch.selected")
        assert (moved["branch"], [b["number"] for b in moved["branches"]]) == (1, [0, 1])
        assert (await next_of(socket, "turn.ended"))["turn"] == body["turn_id"]

        first = (await http.get(f"/api/v1/rooms/{room}/messages")).json()["items"][0]
        ack = await socket.command(
            "message.revise", message=first["id"], client_id=str(uuid4()), text="A shop for plants, $20k."
        )
        assert ack["message"]["branch"] == ack["branch"]["number"] == 2
        await next_of(socket, "turn.ended")
        chosen = await http.put(f"/api/v1/rooms/{room}/branch", json={"number": 0})
        assert chosen.status_code == 200
        assert [b["number"] for b in chosen.json()] == [0, 1, 2]
        read = (await http.get(f"/api/v1/rooms/{room}")).json()
        assert read["branch"] == 0
        assert len(read["branches"]) == 3
        # The brief is that of the branch in sight.
        project = (await http.get("/api/v1/projects")).json()["items"][0]
        assert "80" in str(project["brief"]["budget"]["value"])
        await socket.command("branch.select", room=str(room), number=2)
        project = (await http.get("/api/v1/projects")).json()["items"][0]
        assert "video" not in str(project["brief"]["features"])
        assert (await http.put(f"/api/v1/rooms/{room}/branch", json={"number": 9})).status_code == 404
        refused = await http.post(f"/api/v1/messages/{first['id']}/regenerate")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_an_answer")
    _, stranger = await served.person()
    async with served.http(stranger) as http:
        assert (await http.post(f"/api/v1/messages/{answer['id']}/regenerate")).status_code == 404
        assert (await http.put(f"/api/v1/rooms/{room}/branch", json={"number": 1})).status_code == 404
        assert (await http.get(f"/api/v1/rooms/{room}/feedback")).status_code == 404


async def test_ratings_are_tied_to_the_turn(served: Served) -> None:
    ada, token = await served.person()
    room = await served.room(ada, kind="assistant")
    answer = await ask(served, token, room, "Hello")
    path = f"/api/v1/messages/{answer['id']}/feedback"
    async with served.http(token) as http:
        assert (await http.get(f"/api/v1/rooms/{room}/feedback")).json() == []
        up = await http.put(path, json={"rating": "up"})
        assert up.json() == {"turn_id": answer["turn_id"], "rating": "up", "comment": ""}
        down = await http.put(path, json={"rating": "down", "comment": " Too long. "})
        assert down.json()["comment"] == "Too long."
        assert (await http.get(f"/api/v1/rooms/{room}/feedback")).json() == [down.json()]
        assert (await http.put(path, json={"rating": "sideways"})).status_code == 422
        assert (await http.put(path, json={"rating": "up", "comment": "x" * 2001})).status_code == 422
        assert (
            await http.put(f"/api/v1/messages/{uuid4()}/feedback", json={"rating": "up"})
        ).status_code == 404
        _, stranger = await served.person()
        async with served.http(stranger) as other:
            assert (await other.put(path, json={"rating": "up"})).status_code == 404
        assert (await http.delete(path)).status_code == 204
        assert (await http.get(f"/api/v1/rooms/{room}/feedback")).json() == []


async def test_quotas_are_kept_before_a_turn_starts(served: Served) -> None:
    ada, token = await served.person()
    room, second = await served.room(ada, kind="assistant"), await served.room(ada, kind="assistant")
    db = served.runtime.db
    async with served.http(token) as http, served.socket(token) as socket:
        before = (await http.get("/api/v1/assistant/quota")).json()
        assert before["plan"] == "free"
        assert (before["messages"]["used"], before["messages"]["limit"]) == (0, 3)
        assert before["messages"]["resets_at"] > clock.now().isoformat()
        client_id = str(uuid4())
        for key in (client_id, str(uuid4()), str(uuid4())):
            await socket.command("message.send", room=str(room), client_id=key, text="Hello")
        error = await refused_command(
            socket, "message.send", room=str(room), client_id=str(uuid4()), text="Too many"
        )
        assert error["code"] == "quota_exceeded"
        assert error["plan"] == "free"
        assert error["resets_at"] == before["messages"]["resets_at"]
        assert "goes on at 00:00 UTC" in error["message"]
        # In another room, over REST, and for an answer again: the same.
        refused = await http.post(
            f"/api/v1/rooms/{second}/messages", json={"client_id": str(uuid4()), "text": "Hello"}
        )
        assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
        assert int(refused.headers["Retry-After"]) > 0
        # A retry of what was stored gets its answer, and counts nothing.
        again = await socket.command("message.send", room=str(room), client_id=client_id, text="Hello")
        assert again["duplicate"] is True
        stored = await db.raw.fetchval("select count(*) from messages where sender_id = $1", ada.id)
        assert stored == 3
        # Among people the assistant is not asked, and nothing is counted.
        people = await served.room(ada, kind="direct")
        await socket.command("message.send", room=str(people), client_id=str(uuid4()), text="Hello")
        assert (await http.get("/api/v1/assistant/quota")).json()["messages"]["used"] == 3


async def test_tokens_of_the_month_and_cost_are_counted(served: Served) -> None:
    ada, token = await served.person()
    db = served.runtime.db
    room = await served.room(ada, kind="assistant")
    async with db.transaction() as session:
        await quotas.record(
            session, ada.id, input_tokens=2_000_000, output_tokens=900_000, cost_microusd=5_000
        )
        await quotas.record(session, ada.id, input_tokens=100_000, output_tokens=0, cost_microusd=7)
    row = await db.raw.fetchrow("select * from assistant_usage where user_id = $1", ada.id)
    assert row is not None
    assert (row["input_tokens"], row["output_tokens"], row["cost_microusd"]) == (2_100_000, 900_000, 5_007)
    async with served.socket(token) as socket:
        error = await refused_command(
            socket, "message.send", room=str(room), client_id=str(uuid4()), text="Hello"
        )
    assert error["code"] == "quota_exceeded"
    assert "this month" in error["message"]
