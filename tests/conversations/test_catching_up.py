"""Catching up begins where reading had stopped before one came, whatever one reads and writes before one asks."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.accounts.schemas import UserRead
from services.conversations.read_marks import VISIT
from tests.serving import Served, serving


@pytest.fixture(scope="module")
async def served(database_url: str) -> AsyncIterator[Served]:
    async with serving(database_url, assistant=True, model="guided", rate_limit_scale=1000) as server:
        yield server


class Person:
    """Somebody in a room, over REST or the WebSocket."""

    def __init__(self, served: Served, user: UserRead, token: str, room: UUID) -> None:
        self._served, self._user, self._token, self._room = served, user, token, room

    async def say(self, *texts: str) -> int:
        """Say something; the `seq` of the last."""
        seq = 0
        async with self._served.http(self._token) as http:
            for text in texts:
                body = {"client_id": str(uuid4()), "text": text}
                sent = await http.post(f"/api/v1/rooms/{self._room}/messages", json=body)
                sent.raise_for_status()
                seq = sent.json()["message"]["seq"]
        return seq

    async def read(self, seq: int, *, rest: bool = False) -> None:
        """Open the room: its messages up to `seq` are read."""
        if rest:
            async with self._served.http(self._token) as http:
                (await http.post(f"/api/v1/rooms/{self._room}/read", json={"seq": seq})).raise_for_status()
        else:
            async with self._served.socket(self._token) as socket:
                await socket.command("read", room=str(self._room), seq=seq)

    async def ask(self, text: str = "@assistant catch me up") -> tuple[str, list[str]]:
        """What the assistant answers, and the texts of its card."""
        async with self._served.socket(self._token) as socket, self._served.http(self._token) as http:
            await socket.subscribe(self._room)
            await socket.send_message(self._room, text)
            ended = await socket.wait_for(lambda e: e["type"] == "turn.ended")
            path = f"/api/v1/rooms/{self._room}/messages/{ended['message_id']}"
            answer: dict[str, Any] = (await http.get(path)).json()
        cards = [card for card in answer["cards"] if card["type"] == "catch_up"]
        return answer["text"], [item["text"] for card in cards for item in card["data"]["items"]]

    async def go(self) -> None:
        """Stay away for longer than a visit lasts: all that was said and read was a while ago."""
        ago = VISIT + timedelta(minutes=1)
        db = self._served.runtime.db.raw
        await db.execute(
            "update messages set created_at = created_at - $2::interval where room_id = $1", self._room, ago
        )
        await db.execute(
            "update room_members set marked_at = marked_at - $2::interval where room_id = $1", self._room, ago
        )


async def two(served: Served) -> tuple[Person, Person]:
    ada, token = await served.person(name="Ada Founder")
    bob, bobs = await served.person(name="Bob Builder")
    room = await served.room(ada, bob)
    return Person(served, ada, token, room), Person(served, bob, bobs, room)


@pytest.mark.parametrize("rest", [False, True])
async def test_who_opens_the_room_and_writes_first_is_told_what_they_had_missed(
    served: Served, rest: bool
) -> None:
    ada, bob = await two(served)
    await ada.say("Hello Bob")
    await ada.read(await bob.say("Hello Ada"), rest=rest)
    await ada.go()
    missed = ["We decided to go with PostgreSQL.", "Can you confirm $80k by Friday?"]
    last = await bob.say(*missed)
    await ada.read(last, rest=rest)  # as opening the room does
    await ada.say("Hi, I am back!")
    await ada.read(await bob.say("Welcome back"), rest=rest)
    text, items = await ada.ask()
    assert items == [*missed, "Welcome back"]
    assert "You missed 3 messages from Bob Builder after what you had read, up to " in text
    # Told once, it is not told again.
    assert await ada.ask() == ("Nobody else has written since you were last here.", [])
    await bob.say("One more thing: who pays?")
    text, items = await ada.ask()
    assert items == ["One more thing: who pays?"]
    assert "since I last caught you up on" in text


async def test_who_writes_before_their_mark_moves_loses_nothing(served: Served) -> None:
    ada, bob = await two(served)
    await ada.read(await bob.say("Hello Ada"))
    await ada.go()
    seq = await bob.say("Shall we use Kubernetes?")
    await ada.say("A moment, please")
    await ada.read(seq + 1)  # changes nothing: they have written after it
    await ada.read(await bob.say("Sure"))
    assert (await ada.ask())[1] == ["Shall we use Kubernetes?", "Sure"]


async def test_what_was_read_long_ago_was_not_missed_unless_there_is_nothing_else(served: Served) -> None:
    ada, bob = await two(served)
    await ada.say("Hello Bob")
    await ada.read(await bob.say("This you have read?"))
    await ada.go()
    text, items = await ada.ask()
    assert items == ["This you have read?"]
    assert text.startswith(
        "You had read everything here. Bob Builder wrote 1 message since you last wrote on"
    )
    await ada.go()
    new = await bob.say("And this you have not?")
    await ada.read(new)
    assert (await ada.ask())[1] == ["And this you have not?"]


async def test_whose_first_visit_it_is_gets_it_from_the_beginning(served: Served) -> None:
    ada, token = await served.person(name="Ada Founder")
    eve, eves = await served.person(name="Eve")
    room = await served.room(ada)
    await Person(served, ada, token, room).say("We decided to go with PostgreSQL.")
    async with served.http(token) as http, served.http(eves) as other:
        link = (await http.post(f"/api/v1/rooms/{room}/invitations", json={})).json()["link"]
        accepted = await other.post(
            "/api/v1/invitations/accept", json={"token": link.partition("#token=")[2]}
        )
        accepted.raise_for_status()
    newcomer = Person(served, eve, eves, room)
    await newcomer.read(await Person(served, ada, token, room).say("Welcome, Eve!"))
    await newcomer.say("Thank you")
    text, items = await newcomer.ask()
    assert items == ["We decided to go with PostgreSQL.", "Welcome, Eve!"]
    assert "2 messages from Ada Founder since this conversation began" in text
