"""What reaches those who do not look at a room: its newest message and their counts, also from another process; and what
does not: anything of a conversation for tokens that may not read them, and the typing of whom one has blocked."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.ws.client import CommandRefused, RealtimeClient
from core.actor import Scope
from core.events import RoomEvent, UserEvent
from services.accounts import api_tokens
from services.accounts import service as accounts
from services.accounts.schemas import CreateApiToken
from services.conversations import direct, drafts
from services.conversations.schemas import SetDraft
from tests.accounts.factories import actor_for
from tests.serving import Served, serving


def activity(room: UUID, no: int) -> Any:
    return lambda e: e["type"] == "room.activity" and e["room"] == str(room) and e["no"] >= no


async def unread(served: Served, token: str, room: UUID) -> tuple[int, int]:
    async with served.http(token) as http:
        read = (await http.get(f"/api/v1/rooms/{room}")).json()
    return read["unread"], read["mentions"]


async def test_of_messages_that_come_at_once_none_is_left_out_of_the_counts(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    async with served.socket(ada_token) as a, served.socket(bob_token) as b:
        await asyncio.gather(
            *(a.send_message(room, f"{n} @Bob", mentions=[str(bob.id)] if n % 2 else []) for n in range(40))
        )
        await b.wait_for(activity(room, 40))
        heard = [e for e in b.received if e["type"] == "room.activity"]
        assert [e["no"] for e in heard] == sorted(e["no"] for e in heard)
        assert sum(e["mentions"].count(str(bob.id)) for e in heard) == 20
        assert await unread(served, bob_token, room) == (heard[-1]["no"], 20)


async def test_the_newest_message_is_shown_as_it_is_now(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    async with served.socket(ada_token) as a, served.socket(bob_token) as b:
        message = (await a.send_message(room, "first"))["message"]
        subject = {"room": room, "message": message["id"]}
        await a.command("message.edit", **subject, text="first, mended @Bob", mentions=[str(bob.id)])
        mended = await b.wait_for(lambda e: e["type"] == "room.activity" and "mended" in e["preview"])
        assert (mended["no"], mended["deleted"]) == (1, False)
        told = await b.wait_for(lambda e: e["type"] == "unread" and e["mentions"] == 1)
        assert (told["unread"], told["mentions"]) == await unread(served, bob_token, room)
        mark = len(b.received)
        await a.command("message.delete", **subject)
        gone = await b.wait_for(lambda e: e["type"] == "room.activity", since=mark)
        assert (gone["preview"], gone["deleted"]) == ("", True)
        told = await b.wait_for(lambda e: e["type"] == "unread", since=mark)
        assert (told["unread"], told["mentions"]) == await unread(served, bob_token, room) == (1, 0)


async def test_another_process_tells_of_it_too(fresh_database: str) -> None:
    """Over PostgreSQL events travel by their numbers, without what was said."""
    async with (
        serving(fresh_database, broker="postgres") as here,
        serving(fresh_database, broker="postgres") as there,
    ):
        (ada, ada_token), (bob, bob_token) = await here.person(), await here.person()
        room = await here.room(ada, bob)
        async with here.socket(ada_token) as a, there.socket(bob_token) as b:
            await asyncio.gather(
                *(a.send_message(room, f"{n} @Bob", mentions=[str(bob.id)]) for n in range(20))
            )
            last = await b.wait_for(activity(room, 20))
            assert (last["sender_id"], last["deleted"]) == (str(ada.id), False)
            message = (await a.send_message(room, "and one more"))["message"]
            assert (await b.wait_for(activity(room, 21)))["preview"] == "and one more"
            await a.command("message.delete", room=room, message=message["id"])
            await b.wait_for(lambda e: e["type"] == "room.activity" and e["deleted"])
            # What came while one looked was seen, and is not counted afterwards.
            await b.subscribe(room)
            for n in range(3):
                await a.send_message(room, f"seen {n} @Bob", mentions=[str(bob.id)])
            await b.wait_for(
                lambda e: e["type"] == "message.created" and e["message"]["text"].startswith("seen 2")
            )
            await b.command("unsubscribe", room=room)
            await a.send_message(room, "news for @Bob", mentions=[str(bob.id)])
            assert (await b.wait_for(activity(room, 25)))["mentions"] == [str(bob.id)]


async def test_a_token_hears_only_of_what_it_may_read(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    room = await served.room(ada, bob)
    db = served.runtime.db
    actor = await accounts.authenticate(db, bob_token)
    assert actor is not None
    async with db.transaction() as session:
        made = await api_tokens.create(
            session, actor, CreateApiToken(name="bookings", scopes={Scope.BOOKINGS_READ})
        )
    async with (
        served.socket(ada_token) as a,
        served.socket(made.token) as program,
        served.socket(bob_token) as b,
    ):
        await a.send_message(room, "a secret")
        async with db.transaction() as session:
            await drafts.put(session, actor_for(bob), room, SetDraft(text="half a secret"))
        another = await served.room(ada, bob)
        await a.send_message(another, "another secret")
        booking = {"type": "booking.changed", "booking_id": str(uuid4())}
        db.publish([UserEvent(bob.id, "booking.changed", booking)])
        await b.wait_for(activity(another, 1))
        await program.wait_for(lambda e: e["type"] == "booking.changed")
        assert [e["type"] for e in program.received] == ["welcome", "booking.changed"]
        with pytest.raises(CommandRefused) as caught:
            await program.subscribe(room)
        assert caught.value.code == "forbidden"


async def test_who_is_blocked_is_not_seen_typing(served: Served) -> None:
    (ada, ada_token), (bob, bob_token) = await served.person(), await served.person()
    db = served.runtime.db
    await served.room(ada, bob)
    async with served.http(ada_token) as http:
        opened = await http.post("/api/v1/rooms/direct", json={"user_id": str(bob.id)})
        room = UUID(opened.json()["id"])
    async with served.socket(ada_token) as a, served.socket(bob_token) as b:
        await a.subscribe(room)
        await b.subscribe(room)
        async with db.transaction() as session:
            await direct.block(session, actor_for(bob), ada.id)
        with pytest.raises(CommandRefused) as caught:
            await a.command("typing", room=room)
        assert caught.value.code == "cannot_send"
        await _after(b, db, room)
        assert not [e for e in b.received if e["type"] == "typing"]


async def _after(client: RealtimeClient, db: Any, room: UUID) -> None:
    """What was published before this has reached the client."""
    receipt = {"type": "receipt", "room": str(room), "user_id": str(uuid4()), "seq": 1}
    db.publish([RoomEvent(room, "receipt", receipt)])
    await client.wait_for(lambda e: e["type"] == "receipt" and e["user_id"] == receipt["user_id"])
