"""Following rooms: replay without gap or double, live order, resume after a cut, slow readers, unread counts."""

import asyncio
import socket as sockets
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.ws.client import RealtimeClient
from api.ws.connection import MAX_JOINED, OUTBOX_BYTES
from api.ws.hub import Hub
from core.events import RoomEvent
from services.conversations import log
from tests.serving import Served


def texts(client: RealtimeClient, room: UUID) -> list[str]:
    return [e["message"]["text"] for e in client.durable(room) if e["type"] == "message.created"]


async def received(client: RealtimeClient, room: UUID, count: int) -> None:
    if count:
        await client.wait_for(
            lambda e: e.get("seq") == count and e.get("room") == str(room) and "message" in e
        )


def hear_nothing(hub: Hub) -> None:
    """What is published from now on is lost on its way to this process."""
    assert hub._stop_listening is not None
    hub._stop_listening()


async def test_everyone_in_the_room_gets_every_message_in_order(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    async with served.socket(ada_token) as a, served.socket(bob_token) as b:
        await a.subscribe(room)
        await b.subscribe(room)
        sends = [
            client.send_message(room, f"{name} {n}")
            for n in range(50)
            for name, client in (("a", a), ("b", b))
        ]
        await asyncio.gather(*sends)
        for client in (a, b):
            await received(client, room, 100)
            assert [e["seq"] for e in client.durable(room)] == list(range(1, 101))
        assert texts(a, room) == texts(b, room)
        assert [t for t in texts(a, room) if t.startswith("a")] == [f"a {n}" for n in range(50)]


async def test_a_retry_after_a_lost_ack_stores_nothing_twice(served: Served) -> None:
    ada, token = await served.person()
    room = await served.room(ada)
    client_id = uuid4()
    async with served.socket(token) as client:
        await client.subscribe(room)
        first = await client.send_message(room, "once", client_id)
        client.cut()
        await client.reconnect()
        second = await client.send_message(room, "once", client_id)
        assert (first["duplicate"], second["duplicate"]) == (False, True)
        assert first["message"] == second["message"]
        await client.send_message(room, "after")
        await received(client, room, 2)
        assert texts(client, room) == ["once", "after"]


async def test_replay_and_live_join_without_gap_or_double_under_load(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    async with served.socket(ada_token) as writer:

        async def write() -> None:
            for start in range(0, 600, 20):
                await asyncio.gather(*(writer.send_message(room, str(n)) for n in range(start, start + 20)))

        writing = asyncio.create_task(write())
        followers = []
        for after in (0, 0, 0, 0, 0):
            follower = served.socket(bob_token)
            await follower.connect()
            await follower.subscribe(room, after_seq=after)
            followers.append(follower)
        await writing
        for follower in followers:
            await received(follower, room, 600)
            assert [e["seq"] for e in follower.durable(room)] == list(range(1, 601))
            await follower.close()


async def test_resume_after_a_cut_brings_exactly_what_was_missed(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    async with served.socket(ada_token) as a, served.socket(bob_token) as b:
        await b.subscribe(room)
        for n in range(5):
            await a.send_message(room, str(n))
        await received(b, room, 5)
        b.cut()
        for n in range(5, 12):
            await a.send_message(room, str(n))
        await b.reconnect()
        await received(b, room, 12)
        assert texts(b, room) == [str(n) for n in range(12)]


async def test_who_was_away_for_too_long_gets_a_reset(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MAX_REPLAY", 10)
    ada, token = await served.person()
    room = await served.room(ada)
    async with served.socket(token) as client:
        for n in range(12):
            await client.send_message(room, str(n))
        await client.subscribe(room, after_seq=0)
        reset = await client.wait_for(lambda e: e["type"] == "reset")
        assert (reset["room"], reset["seq"]) == (str(room), 12)
        await client.send_message(room, "live again")
        await received(client, room, 13)
        assert texts(client, room) == ["live again"]


async def test_a_seq_from_the_future_gets_a_reset_too(served: Served) -> None:
    ada, token = await served.person()
    room = await served.room(ada)
    async with served.socket(token) as client:
        await client.subscribe(room, after_seq=1_000)
        assert (await client.wait_for(lambda e: e["type"] == "reset"))["seq"] == 0


async def test_a_published_event_that_was_lost_is_read_from_the_table(served: Served) -> None:
    ada, token = await served.person()
    room = await served.room(ada)
    hub = served.runtime.hub
    async with served.socket(token) as client:
        await client.subscribe(room)
        hear_nothing(hub)
        await client.send_message(room, "lost on the way")
        hub._stop_listening = served.runtime.db.broker.listen(hub.dispatch)
        await client.send_message(room, "arrives")
        await received(client, room, 2)
        assert texts(client, room) == ["lost on the way", "arrives"]


async def test_a_lost_event_with_none_after_it_is_found_by_the_sweep(served: Served) -> None:
    ada, token = await served.person()
    room = await served.room(ada)
    hub = served.runtime.hub
    async with served.socket(token) as client:
        await client.subscribe(room)
        hear_nothing(hub)
        await client.send_message(room, "lost on the way")
        hub._stop_listening = served.runtime.db.broker.listen(hub.dispatch)
        await hub.sweep()
        await received(client, room, 1)
        assert texts(client, room) == ["lost on the way"]


@pytest.mark.parametrize("after", [None, 0, 100, 230, 250])
async def test_whoever_knows_more_than_this_process_gets_nothing_twice(
    served: Served, after: int | None
) -> None:
    """Bob comes from another process, which has told this one nothing of what he has seen there."""
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    hub = served.runtime.hub
    async with served.socket(ada_token) as a, served.socket(bob_token) as b:
        await a.subscribe(room, after_seq=0)
        hear_nothing(hub)
        for start in range(0, 250, 50):
            sends = [a.send_message(room, str(n)) for n in range(start, start + 50)]
            await asyncio.gather(*sends)
        hub._stop_listening = served.runtime.db.broker.listen(hub.dispatch)
        acknowledged = await b.subscribe(room, after_seq=after)
        await a.send_message(room, "heard of by both")
        for client in (a, b):
            await received(client, room, 251)
        assert [e["seq"] for e in a.durable(room)] == list(range(1, 252))
        first = 251 if after is None else after + 1
        assert acknowledged["seq"] == 250
        assert [e["seq"] for e in b.durable(room)] == list(range(first, 252))


async def test_doubled_and_reordered_publishing_is_put_right(served: Served) -> None:
    ada, token = await served.person()
    room = await served.room(ada)
    hub = served.runtime.hub
    async with served.socket(token) as client:
        await client.subscribe(room)
        hear_nothing(hub)
        for n in range(3):
            await client.send_message(room, str(n))
        hub._stop_listening = served.runtime.db.broker.listen(hub.dispatch)
        rows: list[dict[str, Any]] = await log.events_after(served.runtime.db, room, 0)
        events = [RoomEvent(room, "message.created", row, row["seq"]) for row in rows]
        hub.dispatch([events[2], events[0], events[1], events[1], events[2]])
        await received(client, room, 3)
        await client.command("ping")
        assert [e["seq"] for e in client.durable(room)] == [1, 2, 3]


async def test_a_member_that_stops_reading_is_closed_and_holds_nobody_up(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    host, port = served.base_url.removeprefix("http://").split(":")
    loop = asyncio.get_running_loop()
    raw = sockets.socket()
    raw.setblocking(False)
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    await loop.sock_connect(raw, (host, int(port)))
    await loop.sock_sendall(
        raw,
        f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Authorization: Bearer {bob_token}\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode(),
    )
    assert (await loop.sock_recv(raw, 4096)).startswith(b"HTTP/1.1 101")
    body = b'{"type":"subscribe","id":"s","room":"%s"}' % str(room).encode()
    await loop.sock_sendall(raw, bytes((0x81, 0x80 | len(body))) + b"\0\0\0\0" + body)
    async with served.socket(ada_token) as a:
        await a.subscribe(room)
        stalled = None
        while stalled is None:
            channel = served.runtime.hub._channels[room]
            stalled = next((c for c in channel.followers if c.actor and c.actor.user_id == bob.id), None)
            await a.command("ping")
        sent = 0
        while not stalled.closed:
            await asyncio.gather(*(a.send_message(room, "x" * 7_900) for _ in range(20)))
            sent += 20
            assert sent < 5_000, "the stalled socket was never closed"
        await received(a, room, sent)
        assert len(texts(a, room)) == sent
        assert stalled._protocol.transport.get_write_buffer_size() < OUTBOX_BYTES + MAX_JOINED
    arrived = b""
    while b"too slow" not in arrived[-64:]:
        chunk = await loop.sock_recv(raw, 1024 * 1024)
        assert chunk, "the line was cut before the reason was read"
        arrived = (arrived + chunk)[-4096:]
    close = arrived[arrived.rindex(b"too slow") - 4 :]
    assert (close[0], int.from_bytes(close[2:4], "big")) == (0x88, 4008)
    raw.close()


async def test_unread_counts_agree_on_all_devices(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    async with (
        served.socket(ada_token) as a,
        served.socket(bob_token) as phone,
        served.socket(bob_token) as laptop,
        served.http(bob_token) as http,
    ):
        for n in range(3):
            await a.send_message(room, f"message {n}")
        activity = await phone.wait_for(lambda e: e["type"] == "room.activity" and e["no"] == 3)
        assert (activity["preview"], activity["sender_id"]) == ("message 2", str(ada.id))
        assert (await http.get(f"/api/v1/rooms/{room}")).json()["unread"] == 3
        await phone.subscribe(room, after_seq=0)
        ack = await phone.command("read", room=str(room), seq=2)
        assert ack["unread"] == 1
        for device in (phone, laptop):
            event = await device.wait_for(lambda e: e["type"] == "unread")
            assert (event["room"], event["unread"], event["read_seq"]) == (str(room), 1, 2)
        ack = await phone.command("read", room=str(room), seq=1)
        assert ack["unread"] == 1, "a read mark never moves back"
        ack = await phone.command("read", room=str(room), seq=10**12)
        assert (ack["unread"], ack["read_seq"]) == (0, 3), "nor beyond the end"


async def test_a_new_room_is_announced_to_its_members(served: Served) -> None:
    (ada, _), (bob, bob_token) = await served.person(), await served.person()
    async with served.socket(bob_token) as client:
        room = await served.room(ada, bob)
        await client.wait_for(lambda e: e["type"] == "room.added" and e["room"] == str(room))


async def test_typing_reaches_the_others(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    async with served.socket(ada_token) as a, served.socket(bob_token) as b:
        await a.subscribe(room)
        await b.subscribe(room)
        await a.command("typing", room=str(room))
        event = await b.wait_for(lambda e: e["type"] == "typing")
        assert (event["room"], event["user_id"]) == (str(room), str(ada.id))


async def test_history_over_rest_equals_the_replay(served: Served) -> None:
    ada, token = await served.person()
    room = await served.room(ada)
    async with served.socket(token) as client, served.http(token) as http:
        for n in range(30):
            await client.send_message(room, str(n))
        await client.subscribe(room, after_seq=0)
        await received(client, room, 30)
        pages: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            answer = await http.get(
                f"/api/v1/rooms/{room}/messages",
                params={"limit": 7, **({"before_seq": cursor} if cursor else {})},
            )
            page = answer.json()
            pages = page["items"] + pages
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert pages == [e["message"] for e in client.durable(room)]
        events = (await http.get(f"/api/v1/rooms/{room}/events", params={"after_seq": 0})).json()
        assert events["items"] == client.durable(room)


async def test_rest_sends_the_same_way(served: Served) -> None:
    (ada, token), (_, stranger) = await served.person(), await served.person()
    room = await served.room(ada)
    data = {"client_id": str(uuid4()), "text": "by REST"}
    async with served.socket(token) as client, served.http(token) as http, served.http(stranger) as other:
        await client.subscribe(room)
        path = f"/api/v1/rooms/{room}/messages"
        first, second = await http.post(path, json=data), await http.post(path, json=data)
        assert (first.status_code, second.status_code) == (201, 201)
        assert (first.json()["duplicate"], second.json()["duplicate"]) == (False, True)
        await received(client, room, 1)
        for answer in (
            await other.post(path, json=data),
            await other.get(path),
            await other.get(f"/api/v1/rooms/{room}"),
        ):
            assert_problem(answer, 404, "not_found")
        assert_problem(await http.post(path, json={**data, "colour": "red"}), 422, "invalid_input", "colour")
        assert_problem(
            await http.post(path, json={"text": "no client id"}), 422, "invalid_input", "client_id"
        )
        assert_problem(await http.get(path, params={"limit": 1000}), 422, "invalid_input", "limit")


def assert_problem(answer: httpx.Response, status: int, code: str, field: str | None = None) -> None:
    """The answer is a problem+json of this kind, naming `field`."""
    body = answer.json()
    assert (answer.status_code, body["code"], body["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    if field is not None:
        assert field in [problem["field"] for problem in body["errors"]]
