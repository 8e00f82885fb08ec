"""Who is taken out of a room says nothing more in it, at whatever moment that happens and wherever they are connected."""

import asyncio
import random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from core.actor import Actor
from core.db import Database
from core.errors import NotFound
from models.conversations import Room, RoomMember
from services.conversations import members
from services.conversations.schemas import MessageRead, SendMessage
from services.conversations.sending import Sender
from tests.accounts.factories import make_actor
from tests.conversations.factories import make_room

HISTORY = """
select seq, 'message.created' as type, sender_id as person, id from messages where room_id = $1
union all
select seq, type, (payload->>'user_id')::uuid, null from room_events where room_id = $1
order by seq
"""


def _message(text: str = "Hello") -> SendMessage:
    return SendMessage(client_id=uuid4(), text=text)


@pytest.mark.parametrize("kind", ["alone", "among others", "an answer", "from another process"])
async def test_who_is_taken_out_while_a_message_waits_has_not_said_it(
    db: Database, database_url: str, sender: Sender, ada: Actor, kind: str
) -> None:
    """It waits for the numbers of the room, which somebody holds who takes its sender out."""
    bob = await make_actor(db)
    room = await make_room(db, ada, bob)
    async with Database(database_url) as other, db.raw.acquire() as connection:
        by = Sender(other) if kind == "from another process" else sender
        first = await by.send(bob, room, _message("still here"))
        await by.send(ada, room, _message())
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("select from rooms where id = $1 for no key update", room)
        late = _message("too late")
        if kind == "an answer":
            late.reply_to = first.message.id
        others = [_message(), _message()] if kind == "among others" else []
        sends = [(ada, data) for data in others[:1]] + [(bob, late)] + [(ada, data) for data in others[1:]]
        answers = asyncio.gather(*(by.send(who, room, data) for who, data in sends), return_exceptions=True)
        blocked = "select exists (select from pg_stat_activity where $1 = any(pg_blocking_pids(pid)))"
        while not await db.raw.fetchval(blocked, connection.get_server_pid()):
            pass
        await connection.execute(
            "update room_members set left_at = now() where room_id = $1 and user_id = $2", room, bob.user_id
        )
        await transaction.commit()
        assert [isinstance(each, NotFound) for each in await answers] == [who is bob for who, _ in sends]
        await by.close()
    assert await db.raw.fetchval("select count(*) from messages where client_id = $1", late.client_id) == 0
    row = await db.raw.fetchrow("select last_seq, message_count from rooms where id = $1", room)
    assert row is not None
    assert tuple(row) == (2 + len(others), 2 + len(others))
    async with db.transaction() as session:
        await session.execute(
            update(RoomMember)
            .where(RoomMember.room_id == room, RoomMember.user_id == bob.user_id)
            .values(left_at=None)
        )
    assert not (await sender.send(bob, room, late)).duplicate, "back again, they can say it"


@pytest.mark.parametrize("seed", range(3))
async def test_nobody_speaks_between_leaving_and_coming_back(
    db: Database, database_url: str, sender: Sender, ada: Actor, seed: int
) -> None:
    """Five people talk through two processes while the owner takes them out and lets them in again: in the order in which
    the room remembers it, whoever speaks is there, and all that was acknowledged has been said."""
    rng = random.Random(seed)
    people = [await make_actor(db) for _ in range(5)]
    rooms = [await make_room(db, ada, *people) for _ in range(2)]
    said: list[MessageRead] = []
    refused = 0

    async with Database(database_url) as other:
        doors = [sender, Sender(other)]
        moving = True

        async def talk(person: Actor) -> None:
            nonlocal refused
            while moving:
                room, data = rng.choice(rooms), _message()
                here = [message.id for message in said[-20:] if message.room_id == room]
                if here and rng.random() < 0.2:
                    data.reply_to = rng.choice(here)
                try:
                    said.append((await rng.choice(doors).send(person, room, data)).message)
                except NotFound:
                    refused += 1

        async def move() -> None:
            nonlocal moving
            try:
                for _ in range(30):
                    room, person = rng.choice(rooms), rng.choice(people).user_id
                    async with db.transaction() as session:
                        await members.remove(session, ada, room, person)
                    async with db.transaction() as session:
                        await session.execute(select(Room.id).where(Room.id == room).with_for_update())
                        await members.join(session, room, person)
            finally:
                moving = False

        await asyncio.gather(move(), *(talk(person) for person in [*people, *people]))
        await doors[1].close()

    stored: set[UUID] = set()
    for room in rooms:
        present = {ada.user_id, *(person.user_id for person in people)}
        rows = await db.raw.fetch(HISTORY, room)
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        for row in rows:
            if row["type"] == "member.left":
                present.remove(row["person"])
            elif row["type"] == "member.joined":
                present.add(row["person"])
            else:
                assert row["person"] in present, f"spoke at {row['seq']} without being there"
                stored.add(row["id"])
    assert {message.id for message in said} == stored
    assert refused, "the test has to meet somebody who is out"
