"""The WebSocket door: who may come in, what each bad frame gets, and that the connection stays usable."""

import asyncio
import gc
import inspect
from contextlib import AsyncExitStack, suppress
from uuid import uuid4

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from api.ws.client import CommandRefused
from api.ws.gateway import MAX_SOCKETS
from api.ws.protocol import MAX_FRAME, SUBPROTOCOL, Ping
from api.ws.socket import Inbox
from core.actor import Role
from core.security import hash_token
from tests.accounts.factories import sign_in_cookie
from tests.serving import Served


async def test_welcome_says_who_is_there(served: Served) -> None:
    user, token = await served.person(name="Ada Founder")
    async with served.socket(token) as client:
        assert client.welcome["user"] == {"id": str(user.id), "name": "Ada Founder", "role": "user"}
        assert client.welcome["protocol"] == 1


async def test_hello_is_the_other_way_in(served: Served) -> None:
    user, token = await served.person()
    async with served.socket(None) as client:
        await client.command("hello", token=token)
        assert client.received[0]["user"]["id"] == str(user.id)
        with pytest.raises(CommandRefused) as caught:
            await client.command("hello", token=token)
        assert caught.value.code == "already_identified"


@pytest.mark.parametrize(
    "first",
    [
        {"type": "hello", "id": "1", "token": "sxs_not-a-token-of-anyone"},
        {"type": "ping", "id": "1"},
        {"type": "hello", "id": "1"},
    ],
)
async def test_without_a_valid_hello_the_socket_is_closed(served: Served, first: dict[str, str]) -> None:
    async with connect(served.ws_url, subprotocols=[Subprotocol(SUBPROTOCOL)]) as socket:
        await socket.send(orjson.dumps(first).decode())
        error = orjson.loads(await socket.recv())
        assert (error["type"], error["id"]) == ("error", "1")
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4001


async def test_a_foreign_origin_with_a_cookie_is_refused(served: Served) -> None:
    _, token = await served.person()
    headers = {"Cookie": f"sextant_session={token}", "Origin": "https://evil.example"}
    with pytest.raises(InvalidStatus) as caught:
        async with connect(served.ws_url, additional_headers=headers):
            pass
    assert caught.value.response.status_code == 403


async def test_the_own_origin_with_a_cookie_is_let_in(served: Served) -> None:
    _, token = await served.person()
    headers = {"Cookie": f"sextant_session={token}", "Origin": served.base_url}
    async with connect(served.ws_url, additional_headers=headers) as socket:
        assert orjson.loads(await socket.recv())["type"] == "welcome"


def send(room: object, **changes: object) -> str:
    body = {
        "type": "message.send",
        "id": "m",
        "room": str(room),
        "client_id": str(uuid4()),
        "text": "hi",
        **changes,
    }
    return orjson.dumps(body).decode()


BAD: dict[str, tuple[str | bytes, str | None, str]] = {
    "empty": ("", None, "bad_frame"),
    "not json": ("{nonsense", None, "bad_frame"),
    "json, but no object": ("[1, 2]", None, "bad_frame"),
    "binary": (b"\x00\x01\x02", None, "binary_not_supported"),
    "no type": ('{"id": "7"}', "7", "unknown_command"),
    "unknown type": ('{"type": "launch", "id": "7"}', "7", "unknown_command"),
    "id is no string": ('{"type": "ping", "id": 7}', None, "invalid_input"),
    "id is missing": ('{"type": "ping"}', None, "invalid_input"),
    "id is too long": ('{"type": "ping", "id": "' + "x" * 65 + '"}', None, "invalid_input"),
    "unknown field": ('{"type": "ping", "id": "7", "colour": "red"}', "7", "invalid_input"),
    "room is no id": ('{"type": "subscribe", "id": "7", "room": "lobby"}', "7", "invalid_input"),
    "a frame of 100,000 characters": ('{"type": "ping", "id": "7", "x": "' + "x" * 100_000 + '"}', "7", "frame_too_large"),
    "deep nesting": ("[" * 30_000, None, "bad_frame"),
    "negative seq": ('{"type": "subscribe", "id": "7", "room": "%s", "after_seq": -1}' % uuid4(), "7", "invalid_input"),
    "huge seq": ('{"type": "subscribe", "id": "7", "room": "%s", "after_seq": 1e40}' % uuid4(), "7", "invalid_input"),
    "room one is not in": ('{"type": "subscribe", "id": "7", "room": "%s"}' % uuid4(), "7", "not_found"),
    "typing where one does not follow": ('{"type": "typing", "id": "7", "room": "%s"}' % uuid4(), "7", "not_subscribed"),
    "a turn that is not there": ('{"type": "turn.stop", "id": "7", "turn": "%s"}' % uuid4(), "7", "not_found"),
    "a proposal that is not there": (
        '{"type": "proposal.confirm", "id": "7", "proposal": "%s"}' % uuid4(), "7", "not_found",
    ),
    "message to a room one is not in": (send(uuid4()), "m", "not_found"),
    "message without text": (send(uuid4(), text=""), "m", "invalid_input"),
    "message of spaces": (send(uuid4(), text=" \n\t "), "m", "invalid_input"),
    "message of 8,001 characters": (send(uuid4(), text="x" * 8_001), "m", "invalid_input"),
    "message with a NUL": (send(uuid4(), text="a\x00b"), "m", "invalid_input"),
    "message with half a surrogate": (
        '{"type":"message.send","id":"m","room":"%s","client_id":"%s","text":"\\ud800"}' % (uuid4(), uuid4()),
        None,
        "bad_frame",
    ),
    "client id is no uuid": (send(uuid4(), client_id="1"), "m", "invalid_input"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_frame_gets_its_error_and_the_connection_stays_usable(served: Served, name: str) -> None:
    frame, command_id, code = BAD[name]
    _, token = await served.person()
    async with served.socket(token) as client:
        await client.send_raw(frame)
        error = await client.wait_for(lambda e: e["type"] == "error")
        assert (error["code"], error["id"]) == (code, command_id)
        assert error["message"]
        await client.command("ping")


@pytest.mark.parametrize("turns", [False, True])
async def test_frames_are_read_whatever_the_pieces_in_which_they_come(served: Served, turns: bool) -> None:
    """Together, cut anywhere, in parts, with others between: each is read once, in its place. `turns`: whether the
    application has had a turn of the loop between two pieces."""
    user, token = await served.person()
    room = await served.room(user)

    def said(text: str, size: int = 0) -> bytes:
        body = {"id": text, "room": str(room), "client_id": str(uuid4()), "text": text}
        begun, rest = b'{"type":"message.send",', orjson.dumps(body)[1:]
        return begun + b" " * (size - len(begun) - len(rest)) + rest

    def frame(payload: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
        return Frame(opcode, payload, fin).serialize(mask=True)

    third, fifth, sixth = frame(said("3")), said("5"), frame(said("6"))
    seventh = frame(said("7", size=9_000))
    # Cut after two bytes, what comes next looks like another message; only who knows where he is in the stream reads one
    # that is no JSON.
    length, inside = b"\x81\xfe", said("hidden", size=0x120)
    disguised = b"\x81\xfe" + length + b"\x01\x20\0\0" + b"\0\0" + inside
    disguised += b"x" * (0x81FE + 8 - len(disguised))
    pieces = [
        disguised[:2],
        disguised[2:],
        frame(said("1")) + frame(said("2")) + third[:40],
        third[40:] + frame(said("4")),
        frame(fifth[:60], fin=False),
        frame(b"", Opcode.PING),
        frame(fifth[60:], Opcode.CONT) + sixth[:1],
        sixth[1:],
        seventh[:2],
        seventh[2:5_000],
        seventh[5_000:] + frame(said("8")),
        *(bytes((byte,)) for byte in frame(said("9"))),
        frame(b"no JSON") + frame(said("10")),
    ]
    async with served.socket(token) as client:
        await client.subscribe(room)
        await client.send_message(room, "0")  # what was asked before is done
        (connection,) = served.runtime.hub._people[user.id]
        for piece in pieces:  # as they would come from the network
            connection._protocol.data_received(piece)
            if turns:
                await asyncio.sleep(0)
        await client.wait_for(lambda e: e["type"] == "message.created" and e["message"]["text"] == "10")
        assert [e["message"]["text"] for e in client.durable(room)] == [str(n) for n in range(11)]
        assert [e["code"] for e in client.received if e["type"] == "error"] == ["bad_frame"] * 2


async def test_an_idle_socket_holds_neither_its_handshake_nor_its_last_frame(served: Served) -> None:
    """Nor coroutines other than those that wait for the next frame: thousands of sockets are idle at once."""
    user, token = await served.person()
    async with served.socket(token) as client:
        await client.command("ping")
        (connection,) = served.runtime.hub._people[user.id]
        socket = connection._protocol
        assert not [thing for thing in gc.get_objects() if type(thing) is Ping]
        assert not socket.scope
        assert not socket.request.headers
        (coroutine,) = (
            task.get_coro()
            for task in socket.tasks
            if task.get_coro().cr_frame.f_locals.get("self") is socket
        )
        waiting = []
        while inspect.iscoroutine(coroutine):
            waiting.append(coroutine.cr_code.co_qualname)
            coroutine = coroutine.cr_await
        assert waiting == [
            "WebSocketsSansIOProtocol.run_asgi",
            "Application.__call__",
            "serve",
            "_carry_out",
            "WebSocketsSansIOProtocol.receive",
            "Inbox.get",
        ]


async def test_an_inbox_keeps_the_order_and_what_a_cancelled_wait_was_woken_for() -> None:
    inbox = Inbox()
    assert inbox.empty()
    waiting = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)  # it waits
    inbox.put_nowait("first")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    inbox.put_nowait("second")
    assert [await inbox.get(), await inbox.get()] == ["first", "second"]
    assert inbox.empty()


async def test_the_error_names_the_field(served: Served) -> None:
    _, token = await served.person()
    async with served.socket(token) as client:
        await client.send_raw('{"type": "subscribe", "id": "9", "room": "lobby"}')
        error = await client.wait_for(lambda e: e["type"] == "error")
        assert [problem["field"] for problem in error["errors"]] == ["room"]


async def test_too_fast_is_told_and_too_stubborn_is_closed(served: Served) -> None:
    _, token = await served.person()
    async with served.socket(token) as client:
        served.runtime.settings.ws_frames_per_second = 5
        try:
            with suppress(ConnectionClosed):
                for n in range(2_000):
                    await client.send_raw(orjson.dumps({"type": "ping", "id": f"p{n}"}).decode())
            with pytest.raises(ConnectionError):
                await client.wait_for(lambda e: False)
        finally:
            served.runtime.settings.ws_frames_per_second = 1_000_000
        limited = [e for e in client.received if e.get("code") == "rate_limited"]
        assert limited
        assert limited[0]["retry_after"] == pytest.approx(0.2)
        assert client.close_code == 4009


async def test_one_person_is_connected_so_many_times_and_no_more(served: Served) -> None:
    person, token = await served.person()
    _, other_token = await served.person()
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(served.socket(token)) for _ in range(MAX_SOCKETS)]
        late = served.socket(token)
        with pytest.raises(ConnectionError):
            await late.connect()
        assert late.close_code == 4009
        assert [e["code"] for e in late.received] == ["too_many_connections"]
        await clients[0].command("ping")
        async with served.socket(other_token) as other:
            await other.command("ping")
        await clients.pop().close()
        while served.runtime.hub.sockets_of(person.id) == MAX_SOCKETS:  # until the server has seen it go
            await clients[0].command("ping")
        async with served.socket(token) as again:
            await again.command("ping")


async def test_a_frame_over_the_hard_limit_closes_the_connection(served: Served) -> None:
    _, token = await served.person()
    async with served.socket(token) as client:
        with pytest.raises((ConnectionClosed, ConnectionError)):
            await client.send_raw("x" * (1024 * 1024 + 1))
            await client.wait_for(lambda e: False)
        assert client.close_code == 1009
    assert MAX_FRAME < 1024 * 1024


async def test_signing_out_closes_the_sockets_of_that_session(served: Served) -> None:
    _, token = await served.person()
    async with served.socket(token) as client, served.http(token) as http:
        answer = await http.delete("/api/v1/sessions/current")
        assert answer.status_code == 204
        with pytest.raises(ConnectionError):
            await client.wait_for(lambda e: False)
        assert client.close_code == 4001


async def test_a_session_that_runs_out_takes_its_sockets_along(served: Served) -> None:
    ada, short = await served.person()
    long = await sign_in_cookie(served.runtime.db, ada)
    await served.runtime.db.raw.execute(
        "update sessions set expires_at = now() + interval '3 seconds' where token_hash = $1",
        hash_token(short),
    )
    room = await served.room(ada)
    async with served.socket(short) as client, served.socket(long) as other:
        with pytest.raises(ConnectionError):
            await client.wait_for(lambda e: False)
        assert client.close_code == 4001
        await other.send_message(room, "still here")


async def test_a_socket_opened_with_an_api_token_may_no_more_than_the_token(served: Served) -> None:
    """Also after the account has changed, and only as long as the token is good."""
    user, session_token = await served.person()
    room = await served.room(user)
    async with served.http(session_token) as http:
        made = await http.post(
            "/api/v1/api-tokens", json={"name": "reader", "scopes": ["account:read", "conversations:read"]}
        )
        assert made.status_code == 201, made.text
        async with served.socket(made.json()["token"]) as reader, served.socket(session_token) as owner:
            assert (await http.patch("/api/v1/me", json={"name": "Ada Lovelace"})).status_code == 200
            for client in (reader, owner):
                changed = await asyncio.wait_for(client.wait_for(lambda e: e["type"] == "account.changed"), 5)
                assert changed == {"type": "account.changed", "role": "user"}
            with pytest.raises(CommandRefused) as caught:
                await reader.send_message(room, "hello")
            assert caught.value.code == "forbidden"
            await owner.send_message(room, "hello")

            assert (await http.delete(f"/api/v1/api-tokens/{made.json()['id']}")).status_code == 204
            with pytest.raises(ConnectionError):
                await asyncio.wait_for(reader.wait_for(lambda e: False), 5)
            assert reader.close_code == 4001
            await owner.send_message(room, "still here")


async def test_a_role_that_changes_counts_for_open_sockets(served: Served) -> None:
    operator, operators = await served.person(role=Role.ADMIN)
    user, token = await served.person()
    assert operator.id != user.id
    async with served.http(operators) as http, served.socket(token) as client:
        answer = await http.put(f"/api/v1/admin/accounts/{user.id}/role", json={"role": "cto"})
        assert answer.status_code == 200, answer.text
        changed = await asyncio.wait_for(client.wait_for(lambda e: e["type"] == "account.changed"), 5)
        assert changed["role"] == "cto"


async def test_a_guest_may_talk_but_not_confirm(served: Served) -> None:
    guest, token = await served.person(role=Role.GUEST)
    room = await served.room(guest, kind="assistant")
    async with served.socket(token) as client:
        assert client.welcome["user"]["role"] == "guest"
        await client.subscribe(room)
        await client.send_message(room, "hello")
        await asyncio.wait_for(client.wait_for(lambda e: e["type"] == "message.created"), 5)
