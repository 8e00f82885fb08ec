"""Commands on messages and rooms over the WebSocket, and their REST twins: what everyone receives, what bad, foreign and
replayed frames get, what ten thousand rooms do to a connection."""

from time import monotonic
from uuid import uuid4

import orjson
import pytest

from api.ws.client import CommandRefused, RealtimeClient
from core.clock import now
from core.ids import new_id
from tests.serving import Served


async def code(client: RealtimeClient, kind: str, **fields: object) -> str:
    with pytest.raises(CommandRefused) as caught:
        await client.command(kind, **fields)
    await client.command("ping")  # the connection stays usable
    return caught.value.code


async def test_changes_reach_everyone_and_the_doors_agree(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(name="Ada"), await served.person(name="Bob")
    room = await served.room(ada, bob)
    base = f"/api/v1/rooms/{room}"
    async with served.socket(ada_token) as a, served.socket(bob_token) as b, served.http(bob_token) as http:
        await a.subscribe(room)
        await b.subscribe(room)
        message = (await a.command(
            "message.send", room=room, client_id=uuid4(), text="Hi @Bob", mentions=[bob.id]
        ))["message"]  # fmt: skip
        edited = await a.command(
            "message.edit", room=room, message=message["id"], text="Hello @Bob", mentions=[bob.id]
        )
        assert edited["message"]["text"] == "Hello @Bob"
        await b.command("reaction.set", room=room, message=message["id"], emoji="👍", on=True)
        put = await http.put(f"{base}/messages/{message['id']}/reactions", json={"emoji": "🎉"})
        assert put.status_code == 200
        await b.command("pin.set", room=room, message=message["id"], on=True)
        assert [m["id"] for m in (await http.get(f"{base}/pins")).json()] == [message["id"]]
        assert [e["text"] for e in (await http.get(f"{base}/messages/{message['id']}/edits")).json()] == [
            "Hi @Bob"
        ]
        state = (await http.post(f"{base}/read", json={"seq": 1})).json()
        assert (state["unread"], state["mentions"]) == (0, 0)
        receipt = await a.wait_for(lambda e: e["type"] == "receipt" and e["user_id"] == str(bob.id))
        assert receipt["seq"] == 1
        await a.command("message.delete", room=room, message=message["id"])
        for client in (a, b):
            await client.wait_for(lambda e: e["type"] == "message.deleted")
            assert [e["type"] for e in client.durable(room)] == [
                "message.created", "message.edited", "reaction.changed", "reaction.changed", "pin.changed",
                "message.deleted",
            ]  # fmt: skip
        assert "Hello" not in str((await http.get(f"{base}/events")).json())
        found = (await http.get("/api/v1/messages/search", params={"q": "hello"})).json()
        assert found["items"] == []


async def test_a_draft_is_on_the_other_device_at_once(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    async with (
        served.socket(ada_token) as phone,
        served.socket(ada_token) as laptop,
        served.socket(bob_token) as b,
    ):
        await phone.command("draft.set", room=room, text="half a thou", origin="phone")
        heard = await laptop.wait_for(lambda e: e["type"] == "draft")
        assert (heard["text"], heard["origin"]) == ("half a thou", "phone")
        await phone.command("draft.set", room=room, text="x" * 8_000, origin="phone")
        heard = await laptop.wait_for(lambda e: e["type"] == "draft" and e["text"] is None)
        async with served.http(ada_token) as http:
            assert len((await http.get(f"/api/v1/rooms/{room}/draft")).json()["text"]) == 8_000
        await b.command("ping")
        assert not [e for e in b.received if e["type"] == "draft"]


async def test_foreign_and_replayed_frames_are_refused_one_by_one(served: Served) -> None:
    (ada, ada_token), (_, eve_token) = await served.person(), await served.person()
    room = await served.room(ada)
    async with served.socket(ada_token) as a, served.socket(eve_token) as e:
        frame = {
            "type": "message.send",
            "id": "1",
            "room": str(room),
            "client_id": str(uuid4()),
            "text": "mine",
        }
        message = (
            await a.command("message.send", **{k: v for k, v in frame.items() if k not in ("type", "id")})
        )["message"]
        # Somebody else sends the very frames that Ada has sent.
        await e.send_raw(orjson.dumps(frame).decode())
        assert (await e.wait_for(lambda x: x["type"] == "error"))["code"] == "not_found"
        subject = {"room": room, "message": message["id"]}
        for kind, fields in (
            ("subscribe", {"room": room}), ("read", {"room": room, "seq": 1}),
            ("message.edit", {**subject, "text": "yours"}), ("message.delete", subject),
            ("reaction.set", {**subject, "emoji": "👍"}), ("pin.set", subject),
            ("draft.set", {"room": room, "text": "x"}),
        ):  # fmt: skip
            assert await code(e, kind, **fields) == "not_found", kind
        assert await code(e, "typing", room=room) == "not_subscribed"
        for bad in ("", "x" * 8_001, "a\x00b", "  "):
            assert await code(a, "message.edit", **subject, text=bad) == "invalid_input"
        for emoji in ("", "no", "👍👍", "<script>"):
            assert await code(a, "reaction.set", **subject, emoji=emoji) == "invalid_input"
        assert await code(a, "message.edit", room=room, message=uuid4(), text="x") == "not_found"
        await a.command("message.delete", **subject)
        assert await code(a, "message.edit", **subject, text="too late") == "message_deleted"
        assert await code(
            a, "message.send", room=room, client_id=uuid4(), text="x", mentions=[str(uuid4())] * 51
        ) == ("invalid_input")


async def test_who_leaves_hears_nothing_more(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    async with (
        served.socket(ada_token) as a, served.socket(bob_token) as follows, served.socket(bob_token) as lurks,
        served.http(ada_token) as http,
    ):  # fmt: skip
        await a.subscribe(room)
        await follows.subscribe(room)
        await a.send_message(room, "before")
        await follows.wait_for(lambda e: e["type"] == "message.created")
        gone = await http.delete(f"/api/v1/rooms/{room}/members/{bob.id}")
        assert gone.status_code == 204
        for client in (follows, lurks):
            await client.wait_for(lambda e: e["type"] == "room.removed")
        await a.send_message(room, "after: secret")
        await a.command("typing", room=room)
        for client in (follows, lurks):
            await client.command("ping")
            assert "secret" not in str(client.received)
        assert follows.durable(room)[-1]["type"] == "member.left"
        assert await code(follows, "message.send", room=room, client_id=uuid4(), text="x") == "not_found"
        made = (await http.post(f"/api/v1/rooms/{room}/invitations", json={})).json()
        async with served.http(bob_token) as bobs:
            token = made["link"].split("#token=")[1]
            seen = (await bobs.post("/api/v1/invitations/preview", json={"token": token})).json()
            assert (seen["member_count"], seen["room_id"]) == (1, None)
            assert (await bobs.post("/api/v1/invitations/accept", json={"token": token})).status_code == 200
        await follows.wait_for(lambda e: e["type"] == "room.added")
        await follows.subscribe(room)


async def test_presence_comes_with_the_room_and_goes_on(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    async with served.socket(ada_token) as a:
        await a.subscribe(room)
        first = await a.wait_for(lambda e: e["type"] == "presence")
        assert first["all"]
        async with served.socket(bob_token):
            await served.runtime.presence.tick()
            await a.wait_for(lambda e: e["type"] == "presence" and str(bob.id) in e["online"])
            async with served.http(ada_token) as http:
                people = (await http.get(f"/api/v1/rooms/{room}")).json()["members"]
                assert {m["user_id"]: m["online"] for m in people}[str(bob.id)]


async def test_whoever_joins_with_an_open_socket_is_there_for_the_others(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada)
    async with served.socket(ada_token) as a, served.socket(bob_token):
        await a.subscribe(room)
        await served.runtime.presence.tick()
        async with served.http(ada_token) as adas, served.http(bob_token) as bobs:
            made = (await adas.post(f"/api/v1/rooms/{room}/invitations", json={})).json()
            token = made["link"].split("#token=")[1]
            assert (await bobs.post("/api/v1/invitations/accept", json={"token": token})).status_code == 200
        await a.wait_for(lambda e: e["type"] == "presence" and str(bob.id) in e["online"])


async def test_a_clock_that_jumps_changes_no_order(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, token = await served.person()
    room = await served.room(ada)
    async with served.socket(token) as client, served.http(token) as http:
        await client.subscribe(room)
        for index, years in enumerate((0, 30, -30, 0)):
            moment = now().replace(year=now().year + years)
            for module in ("repository", "messages"):
                monkeypatch.setattr(f"services.conversations.{module}.now", lambda moment=moment: moment)
            sent = (await client.send_message(room, f"{index}"))["message"]
            await client.command("message.edit", room=room, message=sent["id"], text=f"{index}!")
        monkeypatch.undo()
        # The table's own times jump too.
        await served.runtime.db.raw.execute(
            "update messages set created_at = created_at - interval '1 year' * (no % 3) where room_id = $1",
            room,
        )
        items = (await http.get(f"/api/v1/rooms/{room}/messages")).json()["items"]
        assert [m["text"] for m in items] == ["0!", "1!", "2!", "3!"]
        await client.wait_for(lambda e: e["type"] == "message.edited" and e["seq"] == 8)
        assert [e["seq"] for e in client.durable(room)] == list(range(1, 9))
        for at in ("1900-01-01T00:00:00Z", "2500-01-01T00:00:00Z", now().isoformat()):
            answer = await http.get(f"/api/v1/rooms/{room}/messages", params={"at": at})
            assert len(answer.json()["items"]) == 4


async def test_ten_thousand_rooms_stay_usable(served: Served) -> None:
    (ada, token), (bob, bob_token) = await served.person(), await served.person()
    rooms = [new_id() for _ in range(10_000)]
    async with served.runtime.db.raw.acquire() as connection, connection.transaction():
        await connection.execute(
            "insert into rooms (id, kind, title, created_by, last_seq, message_count, last_message_at)"
            " select r, 'project', 'Room ' || n, $2, 1, 1, now() - n * interval '1 minute'"
            " from unnest($1::uuid[]) with ordinality u(r, n)",
            rooms, ada.id,
        )  # fmt: skip
        await connection.execute(
            "insert into room_members (room_id, user_id, role) select r, p, 'member'"
            " from unnest($1::uuid[]) r cross join unnest($2::uuid[]) p",
            rooms, [ada.id, bob.id],
        )  # fmt: skip
        await connection.execute(
            "insert into messages (id, room_id, seq, no, sender_id, client_id, text)"
            " select gen_random_uuid(), r, 1, 1, $2, gen_random_uuid(), 'hello' from unnest($1::uuid[]) r",
            rooms, bob.id,
        )  # fmt: skip
    await served.runtime.db.raw.execute("analyze rooms, room_members, messages")
    began = monotonic()
    async with served.socket(token) as client, served.http(token) as http:
        connected = monotonic() - began
        assert [e["type"] for e in client.received] == ["welcome"]
        assert len(orjson.dumps(client.welcome)) < 1_000
        began = monotonic()
        first = (await http.get("/api/v1/rooms")).json()
        listed = monotonic() - began
        assert (len(first["items"]), first["items"][0]["title"]) == (50, "Room 1")
        second = (await http.get("/api/v1/rooms", params={"cursor": first["next_cursor"]})).json()
        assert second["items"][0]["title"] == "Room 51"
        await client.subscribe(rooms[-1], after_seq=0)
        async with served.socket(bob_token) as b:
            await b.send_message(rooms[5_000], "still here")
            activity = await client.wait_for(lambda e: e["type"] == "room.activity")
            assert activity["room"] == str(rooms[5_000])
        assert (await http.get("/api/v1/rooms")).json()["items"][0]["id"] == str(rooms[5_000])
        assert (await http.get("/api/v1/messages/search", params={"q": "still"})).json()["items"]
        for room in rooms[:199]:
            await client.command("subscribe", room=room)
        assert await code(client, "subscribe", room=rooms[300]) == "too_many_subscriptions"
    print(f"10,000 rooms: connected in {connected * 1000:.0f} ms, first page in {listed * 1000:.0f} ms")
    assert connected < 10
    assert listed < 5
