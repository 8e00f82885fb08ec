"""Who has used up their plan still talks to people: what names the assistant is stored for them, and the sender is told that
it was not asked, and when it can be asked again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.ws.client import CommandRefused
from core import clock
from core.actor import Role
from core.settings import settings, use
from services.conversations import quotas
from services.conversations.batches import Pending, by_room
from services.conversations.schemas import SendMessage
from services.conversations.storing import Storage
from tests.serving import Served, serving

LIMIT = 3


@pytest.fixture(scope="module")
async def served(database_url: str) -> AsyncIterator[Served]:
    before = settings()
    async with serving(
        database_url,
        rate_limit_scale=1,
        free_messages_per_day=LIMIT,
        free_tokens_per_month=1000,
        guest_messages_per_day=1,
    ) as server:
        yield server
    use(before)  # the settings are the process's: other modules' people are not to run into these limits


async def use_up(served: Served, user_id: UUID, messages: int = LIMIT) -> None:
    await served.runtime.db.raw.execute(
        "insert into assistant_usage (user_id, day, messages) values ($1, $2, $3)",
        user_id,
        quotas.today(),
        messages,
    )


async def used(served: Served, user_id: UUID) -> int:
    found = await quotas.used(served.runtime.db.raw, [user_id])
    return found.get(user_id, (0, 0))[0]


async def turns(served: Served, room: UUID) -> list[UUID]:
    rows = await served.runtime.db.raw.fetch("select user_id from turns where room_id = $1", room)
    return [row["user_id"] for row in rows]


def told(answer: dict[str, Any]) -> str:
    """The words of an answer that says that the assistant was not asked; its fields are checked."""
    why: dict[str, Any] = answer["unanswered"]
    tomorrow = quotas.today() + timedelta(days=1)
    assert (why["code"], why["resets_at"]) == ("quota_exceeded", f"{tomorrow}T00:00:00Z")
    assert why["message"].startswith("Your message was sent, but the assistant will not answer it. ")
    assert f"It goes on at 00:00 UTC on {tomorrow.day} {tomorrow:%B}." in why["message"]
    assert answer["message"]["meta"] == {"assistant": "not_asked"}
    return str(why["message"])


@pytest.mark.parametrize("kind", ["project", "direct", "support"])
async def test_people_read_what_the_assistant_is_not_asked(served: Served, kind: str) -> None:
    ada, token = await served.person(name="Ada")
    bob, bobs = await served.person(name="Bob")
    room = await served.room(ada, bob, kind=kind, assistant=kind == "support")
    await use_up(served, ada.id)
    texts = ["@assistant, what would it cost?", "And @assistant, by when?"]
    async with served.socket(token) as socket, served.socket(bobs) as other, served.http(token) as http:
        await other.subscribe(room)
        sent = {"room": str(room), "client_id": str(uuid4()), "text": texts[0]}
        ack = await socket.command("message.send", **sent)
        assert "You have used up 3 messages to the assistant for today." in told(ack)
        assert (ack["duplicate"], ack["unanswered"]["plan"]) == (False, "free")
        heard = await other.wait_for(lambda e: e["type"] == "message.created")
        assert heard["message"] == ack["message"]
        # Whose answer was lost asks again, and is told the same.
        again = await socket.command("message.send", **sent)
        assert again["duplicate"] is True
        assert told(again) == told(ack)
        # Over REST, as an answer that names somebody.
        body = {"client_id": str(uuid4()), "text": texts[1]}
        more = {"reply_to": ack["message"]["id"], "mentions": [str(bob.id)]}
        posted = await http.post(f"/api/v1/rooms/{room}/messages", json=body | more)
        assert posted.status_code == 201
        assert told(posted.json()) == told(ack)
        assert posted.json()["message"]["thread_no"] == 1
        # What does not name it has nothing to do with the plan.
        plain = await socket.command(
            "message.send", room=str(room), client_id=str(uuid4()), text="Never mind"
        )
        assert "unanswered" not in plain
        assert plain["message"]["meta"] == {}
        stored = (await http.get(f"/api/v1/rooms/{room}/messages")).json()["items"]
        assert stored[1:] == [posted.json()["message"], plain["message"]]
        assert stored[0] == ack["message"] | {"reply_count": 1}
        assert await turns(served, room) == []
        assert await used(served, ada.id) == LIMIT
        # Bob's plan is his own.
        asked = await other.command(
            "message.send", room=str(room), client_id=str(uuid4()), text="@assistant what would it cost?"
        )
        assert "unanswered" not in asked
        assert asked["message"]["meta"] == {}
    assert await turns(served, room) == [bob.id]
    assert (await used(served, ada.id), await used(served, bob.id)) == (LIMIT, 1)


async def test_of_many_at_once_as_many_are_asked_as_are_left(served: Served) -> None:
    ada, token = await served.person()
    bob, _ = await served.person()
    room, own = await served.room(ada, bob), await served.room(ada, kind="assistant")
    await use_up(served, ada.id, LIMIT - 1)
    texts = [f"@assistant, question {n}" for n in range(6)]
    ids = [str(uuid4()) for _ in texts]
    async with served.socket(token) as socket, served.http(token) as http:
        acks = await asyncio.gather(
            *(
                socket.command("message.send", room=str(room), client_id=key, text=text)
                for key, text in zip([*ids, ids[5]], [*texts, texts[5]], strict=True)
            )
        )
        assert "unanswered" not in acks[0]
        assert len({told(ack) for ack in acks[1:]}) == 1
        assert [ack["duplicate"] for ack in acks] == [False] * 6 + [True]
        stored = (await http.get(f"/api/v1/rooms/{room}/messages")).json()["items"]
        assert [message["text"] for message in stored] == texts
        with pytest.raises(CommandRefused) as refused:  # alone with the assistant, it is refused as before
            await socket.command("message.send", room=str(own), client_id=str(uuid4()), text="Hello")
        assert refused.value.code == "quota_exceeded"
        assert (await http.get(f"/api/v1/rooms/{own}/messages")).json()["items"] == []
    assert await turns(served, room) == [ada.id]
    assert await used(served, ada.id) == LIMIT


@pytest.mark.parametrize("left", [1, LIMIT])
@pytest.mark.parametrize("kind", ["project", "assistant"])
async def test_two_processes_at_once_do_not_pass_the_plan(served: Served, kind: str, left: int) -> None:
    """The one waits for the count of the day, which the other has raised to the plan's end and not committed yet. `left` of
    the plan's messages are free before, with all of them free there is no count yet."""
    ada, token = await served.person()
    bob, _ = await served.person()
    room = await served.room(ada, bob) if kind == "project" else await served.room(ada, kind="assistant")
    if left < LIMIT:
        await use_up(served, ada.id, LIMIT - left)
    raw = served.runtime.db.raw
    async with raw.acquire() as connection, served.http(token) as http:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            "insert into assistant_usage as u (user_id, day, messages) values ($1, $2, $3)"
            " on conflict (user_id, day) do update set messages = u.messages + excluded.messages",
            ada.id, quotas.today(), left,
        )  # fmt: skip
        body = {"client_id": str(uuid4()), "text": "@assistant hello"}
        sending = asyncio.create_task(http.post(f"/api/v1/rooms/{room}/messages", json=body))
        blocked = "select exists (select from pg_stat_activity where $1 = any(pg_blocking_pids(pid)))"
        while not await raw.fetchval(blocked, connection.get_server_pid()):
            pass
        await transaction.commit()
        answer = await sending
        if kind == "project":
            told(answer.json())
        else:
            assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
            assert (await http.get(f"/api/v1/rooms/{room}/messages")).json()["items"] == []
    assert await turns(served, room) == []
    assert await used(served, ada.id) == LIMIT


async def test_in_one_batch_everybody_has_their_own_plan(served: Served) -> None:
    (ada, _), (guest, _) = await served.person(), await served.person(role=Role.GUEST)
    await use_up(served, ada.id, LIMIT - 1)
    batch = [
        Pending(
            await served.room(person, kind="assistant"),
            person.id,
            SendMessage(client_id=uuid4(), text="Hello"),
            asyncio.get_running_loop().create_future(),
            guest=person is guest,
            asks=True,
            people=False,
        )
        for person in (ada, guest)
    ]
    rows = await Storage(served.runtime.db).store(sorted(batch, key=by_room), queue=True)
    assert [row["asked"] for row in rows] == [True, True]
    assert (await used(served, ada.id), await used(served, guest.id)) == (LIMIT, 1)


async def test_a_month_that_is_used_up_says_so_and_a_guest_hears_of_signing_up(served: Served) -> None:
    ada, token = await served.person()
    bob, _ = await served.person()
    guest, guests = await served.person(role=Role.GUEST)
    room, help_room = await served.room(ada, bob), await served.room(guest, bob, kind="support")
    async with served.runtime.db.transaction() as session:
        await quotas.record(session, ada.id, input_tokens=900, output_tokens=100, cost_microusd=1)
    await use_up(served, guest.id)
    async with served.http(token) as http:
        body = {"client_id": str(uuid4()), "text": "@assistant hello"}
        why = (await http.post(f"/api/v1/rooms/{room}/messages", json=body)).json()["unanswered"]
    first = (quotas.today().replace(day=1) + timedelta(days=32)).replace(day=1)
    assert "You have used up the assistant's reading and writing for this month." in why["message"]
    assert (why["plan"], why["resets_at"]) == ("free", f"{first}T00:00:00Z")
    async with served.http(guests) as http:
        body = {"client_id": str(uuid4()), "text": "@assistant hello"}
        why = (await http.post(f"/api/v1/rooms/{help_room}/messages", json=body)).json()["unanswered"]
    assert (why["plan"], "Signing up gives you more" in why["message"]) == ("guest", True)


async def test_one_that_was_not_asked_is_told_after_the_day_is_over_that_it_goes_on(served: Served) -> None:
    ada, token = await served.person()
    bob, _ = await served.person()
    room = await served.room(ada, bob)
    await use_up(served, ada.id)
    body = {"client_id": str(uuid4()), "text": "@assistant hello"}
    async with served.http(token) as http:
        await http.post(f"/api/v1/rooms/{room}/messages", json=body)
        await served.runtime.db.raw.execute(
            "update assistant_usage set day = day - 40 where user_id = $1", ada.id
        )
        again = (await http.post(f"/api/v1/rooms/{room}/messages", json=body)).json()
    assert again["duplicate"] is True
    assert again["unanswered"]["message"].endswith("You can ask it again now.")
    assert again["unanswered"]["resets_at"] <= clock.now().isoformat()
