"""Help from the operators: a room for each person who asks, guests too, and who of the operators hears of it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from core.actor import Role
from core.clock import now
from core.db import Database
from services.accounts import repository
from services.accounts.merging import merge
from services.notifications.messages import look
from tests.serving import Served


async def say(http: httpx.AsyncClient, room: str, text: str) -> dict[str, Any]:
    sent = await http.post(f"/api/v1/rooms/{room}/messages", json={"client_id": str(uuid4()), "text": text})
    assert sent.status_code == 201, sent.text
    message: dict[str, Any] = sent.json()["message"]
    return message


async def opened(http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await http.post("/api/v1/support")
    assert answer.status_code == 200, answer.text
    room: dict[str, Any] = answer.json()
    return room


async def asked(http: httpx.AsyncClient, room: str) -> dict[str, Any]:
    page = (await http.get("/api/v1/admin/support", params={"limit": 100})).json()
    found: list[dict[str, Any]] = [each for each in page["items"] if each["room_id"] == room]
    return found[0] if found else {}


async def lines(http: httpx.AsyncClient) -> list[tuple[str, bool]]:
    page = (await http.get("/api/v1/notifications")).json()
    return [(line["title"], line["read"]) for line in page["items"] if line["path"] == "/admin/support"]


async def look_again(db: Database, room: str) -> None:
    """As if what was said in the room had been said a while ago."""
    at = now() - timedelta(seconds=6)
    await db.raw.execute(
        "update messages set created_at = $2 where room_id = $1 and created_at > $2", UUID(room), at
    )
    await db.raw.execute("update message_scans set through = $1", at - timedelta(seconds=1))
    await look(db)


async def test_a_visitor_is_helped_by_an_operator(served: Served) -> None:
    guest, guest_token = await served.person(role=Role.GUEST)
    operator, operator_token = await served.person(role=Role.ADMIN, name="Olga Operator")
    _, other_token = await served.person(name="Somebody")
    db = served.runtime.db
    async with (
        served.http(guest_token) as visitor, served.http(operator_token) as helper, served.http(other_token) as other,
    ):  # fmt: skip
        rooms = await asyncio.gather(*(opened(visitor) for _ in range(8)))
        room = rooms[0]["id"]
        assert {each["id"] for each in rooms} == {room}, "one for each person"
        assert rooms[0]["kind"] == "support"
        assert {m["account_role"] for m in rooms[0]["members"]} == {"guest", "assistant"}
        assert await asked(helper, room) == {}, "who said nothing waits for nobody"

        for stranger in (helper, other):
            assert (await stranger.get(f"/api/v1/rooms/{room}")).status_code == 404
        for method, path in (("GET", "/admin/support"), ("POST", f"/admin/support/{room}/entry")):
            for stranger in (visitor, other):
                assert (await stranger.request(method, f"/api/v1{path}")).status_code == 403
        own = (await helper.post("/api/v1/rooms", json={"kind": "project", "title": "x"})).json()["id"]
        for wrong in (own, str(uuid4())):
            assert (await helper.post(f"/api/v1/admin/support/{wrong}/entry")).status_code == 404

        await say(visitor, room, "My payment is stuck")
        await look_again(db, room)
        waiting = await asked(helper, room)
        assert (waiting["name"], waiting["last_message"], waiting["waiting"]) == (
            guest.name,
            "My payment is stuck",
            True,
        )
        assert (waiting["operators"], waiting["inside"]) == ([], False)
        assert await lines(helper) == [("Guest asks for help", False)]
        assert await lines(other) == []

        async with served.socket(guest_token) as live:
            await live.subscribe(room)
            for _ in range(2):
                entered = await helper.post(f"/api/v1/admin/support/{room}/entry")
                assert (entered.status_code, entered.json()["unread"]) == (200, 0)
            came = await live.wait_for(lambda e: e["type"] == "member.joined")
            assert came["member"]["name"] == "Olga Operator"
            await say(helper, room, "I am looking at it")
            await live.wait_for(lambda e: e["type"] == "message.created")
        assert [kind for kind, _ in await lines(helper)] == ["Guest asks for help"]
        assert (await lines(helper))[0][1], "read with the room"
        inside = await asked(helper, room)
        assert (inside["operators"], inside["inside"], inside["waiting"]) == (["Olga Operator"], True, False)

        # With an operator in it, a message is news for its members only; when they have left, for all of them again.
        await say(visitor, room, "Thank you")
        await look_again(db, room)
        assert len(await lines(helper)) == 1
        assert (await helper.post(f"/api/v1/rooms/{room}/leave")).status_code == 204
        assert (await helper.get(f"/api/v1/rooms/{room}/messages")).status_code == 404
        await say(visitor, room, "One more thing")
        await look_again(db, room)
        assert not (await lines(helper))[0][1]

        # To have been helped is not to be reached in private.
        refused = await helper.post("/api/v1/rooms/direct", json={"user_id": str(guest.id)})
        assert refused.status_code == 404

        # Whoever left comes back to the same room, and so does a guest who signs in.
        assert (await visitor.post(f"/api/v1/rooms/{room}/leave")).status_code == 204
        assert (await opened(visitor))["id"] == room
        user, user_token = await served.person(name="Grace")
        async with db.transaction() as session:
            source, target = [await repository.user(session, each.id) for each in (guest, user)]
            assert source is not None
            assert target is not None
            await merge(session, source, target)
        async with served.http(user_token) as signed_in:
            assert (await opened(signed_in))["id"] == room
        for cursor in ("x", "2026-01-01~x", f"0001-01-01T00:00:00+14:00~{uuid4()}"):
            bad = await helper.get("/api/v1/admin/support", params={"cursor": cursor})
            assert (bad.status_code, bad.json()["code"]) == (422, "bad_cursor")
    assert operator.role is Role.ADMIN


async def test_who_asked_is_listed_page_by_page(served: Served) -> None:
    _, operator_token = await served.person(role=Role.ADMIN)
    rooms = []
    for _ in range(3):
        _, token = await served.person()
        async with served.http(token) as http:
            rooms.append((await opened(http))["id"])
            await say(http, rooms[-1], "Hello?")
    async with served.http(operator_token) as helper:
        seen: list[str] = []
        cursor = None
        while True:
            query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
            page = (await helper.get("/api/v1/admin/support", params=query)).json()
            seen += [each["room_id"] for each in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert len(seen) == len(set(seen))
        assert [each for each in seen if each in rooms] == rooms[::-1]
