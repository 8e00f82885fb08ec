"""Sending: idempotent, in order, gapless, under a storm of senders and from two processes at once."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest
from sqlalchemy import select

from core.actor import Actor, Role
from core.db import Database
from core.errors import Forbidden, NotFound
from core.events import Event, RoomEvent, TurnQueued
from models.conversations import RoomMember
from services.conversations import log, service
from services.conversations.batches import statement as stored_by
from services.conversations.schemas import MarkRead, MessageRead, SendMessage
from services.conversations.sending import Sender
from services.conversations.statements import STORE_ONE, STORE_PLAIN
from tests.accounts.factories import make_actor
from tests.conversations.factories import make_room


def message(text: str = "Hello", client_id: UUID | None = None) -> SendMessage:
    return SendMessage(client_id=client_id or uuid4(), text=text)


async def read_by(db: Database, room: UUID) -> dict[UUID, tuple[int, int]]:
    """The last event and the last message that each member has seen."""
    async with db.reading() as session:
        rows = await session.execute(
            select(RoomMember.user_id, RoomMember.read_seq, RoomMember.read_no).where(
                RoomMember.room_id == room
            )
        )
        return {row.user_id: (row.read_seq, row.read_no) for row in rows}


async def test_stores_message_event_and_counters(db: Database, sender: Sender, ada: Actor) -> None:
    room = await make_room(db, ada)
    sent = await sender.send(ada, room, message("Good morning"))
    assert (sent.duplicate, sent.message.seq, sent.message.no, sent.message.text) == (
        False,
        1,
        1,
        "Good morning",
    )
    row = await db.raw.fetchrow(
        "select last_seq, message_count, last_message_at from rooms where id = $1", room
    )
    assert row is not None
    assert (row["last_seq"], row["message_count"]) == (1, 1)
    assert row["last_message_at"] == sent.message.created_at.replace(
        microsecond=row["last_message_at"].microsecond
    )
    [event] = await log.events_after(db, room, 0)
    assert (event["seq"], event["type"]) == (1, "message.created")
    assert MessageRead.model_validate(event["message"]) == sent.message


async def test_what_messages_name_is_not_deleted(db: Database, sender: Sender, ada: Actor) -> None:
    room = await make_room(db, ada)
    await sender.send(ada, room, message("Stays"))
    for table, named in (("rooms", room), ("users", ada.user_id)):
        with pytest.raises(asyncpg.ForeignKeyViolationError, match="messages name this row"):
            await db.raw.execute(f"delete from {table} where id = $1", named)


async def test_same_client_id_is_stored_once(db: Database, sender: Sender, ada: Actor) -> None:
    room = await make_room(db, ada)
    again = message("Once")
    first = await sender.send(ada, room, again)
    second = await sender.send(ada, room, again)
    assert not first.duplicate
    assert second.duplicate
    assert second.message == first.message
    assert await db.raw.fetchval("select count(*) from messages where room_id = $1", room) == 1


async def test_duplicates_in_one_batch_are_stored_once(db: Database, sender: Sender, ada: Actor) -> None:
    room = await make_room(db, ada)
    again = message()
    sent = await asyncio.gather(*(sender.send(ada, room, again) for _ in range(20)))
    assert sum(not s.duplicate for s in sent) == 1
    assert {s.message.id for s in sent} == {sent[0].message.id}


async def test_a_client_id_used_in_another_room_is_not_answered_with_the_other_message(
    db: Database, sender: Sender, ada: Actor
) -> None:
    here, there = await make_room(db, ada), await make_room(db, ada)
    again = message("secret of the first room")
    await sender.send(ada, here, again)
    with pytest.raises(NotFound):
        await sender.send(ada, there, again)


async def test_strangers_former_members_and_unknown_rooms_look_the_same(
    db: Database, sender: Sender, ada: Actor
) -> None:
    room = await make_room(db, ada)
    stranger, former = await make_actor(db), await make_actor(db)
    await db.raw.execute(
        "insert into room_members (room_id, user_id, role, left_at) values ($1, $2, 'member', now())",
        room,
        former.user_id,
    )
    errors = []
    for actor, target in ((stranger, room), (former, room), (ada, uuid4())):
        with pytest.raises(NotFound) as caught:
            await sender.send(actor, target, message())
        errors.append((caught.value.code, caught.value.message))
    assert len(set(errors)) == 1
    assert await db.raw.fetchval("select last_seq from rooms where id = $1", room) == 0


async def test_a_room_in_which_everybody_talks_at_once(db: Database, sender: Sender, ada: Actor) -> None:
    people = [ada, *[await make_actor(db) for _ in range(4)]]
    room = await make_room(db, *people)
    stranger = await make_actor(db)
    sender.learn(room, "project")
    said = [people[n % 5] for n in range(37)]
    for round_ in range(3):
        answers = await asyncio.gather(*(sender.send(actor, room, message()) for actor in said))
        base = 37 * round_
        assert [sent.message.seq for sent in answers] == list(range(base + 1, base + 38))
        assert [sent.message.no for sent in answers] == list(range(base + 1, base + 38))
        last = {actor.user_id: base + n for n, actor in enumerate(said, 1)}
        assert await read_by(db, room) == {person: (seq, seq) for person, seq in last.items()}
    # Somebody who may not write takes nobody along, and leaves no hole.
    mixed = await asyncio.gather(
        *(sender.send(actor, room, message()) for actor in (ada, stranger, people[1], stranger, people[2])),
        return_exceptions=True,
    )
    assert [isinstance(each, NotFound) for each in mixed] == [False, True, False, True, False]
    seqs = await db.raw.fetch("select seq from messages where room_id = $1 order by seq", room)
    assert [row["seq"] for row in seqs] == list(range(1, 115))
    counts = await db.raw.fetchrow("select last_seq, message_count from rooms where id = $1", room)
    assert counts is not None
    assert tuple(counts) == (114, 114)


async def test_several_rooms_are_stored_together(db: Database, sender: Sender, ada: Actor) -> None:
    """Messages of several rooms in any order, several of one person in one room among them, then with some that cannot be
    stored: who may not write, in a room that is gone, what came before."""
    people = [ada, *[await make_actor(db) for _ in range(3)]]
    rooms = [await make_room(db, *people) for _ in range(5)]
    for room in (*rooms, gone := uuid4()):
        sender.learn(room, "project")
    stranger = await make_actor(db)
    said = [(people[n % 4], rooms[n * n % 5]) for n in range(60)]
    first = await asyncio.gather(*(sender.send(actor, room, message()) for actor, room in said))
    known = message()
    await sender.send(ada, rooms[0], known)
    wrong = [(stranger, rooms[1], message()), (ada, gone, message()), (ada, rooms[0], known)]
    for bad in (wrong[:1], wrong[1:2], wrong[2:], wrong):
        sender._storage._look_until = 0.0
        right = [(people[n % 4], rooms[n % 5], message()) for n in range(11)]
        answers = await asyncio.gather(
            *(sender.send(*each) for each in (*right[:5], *bad, *right[5:])), return_exceptions=True
        )
        refused = [each for each in answers if isinstance(each, BaseException)]
        assert all(isinstance(each, NotFound) for each in refused)
        assert len(refused) == sum(each[2] is not known for each in bad)
        stored = [each for each in answers if not isinstance(each, BaseException)]
        assert [each.duplicate for each in stored].count(True) == sum(each[2] is known for each in bad)
        first += [each for each in stored if not each.duplicate]
    by_id = {each.message.id: each.message for each in first}
    for room in rooms:
        rows = await db.raw.fetch("select * from messages where room_id = $1 order by seq", room)
        assert [row["seq"] for row in rows] == [row["no"] for row in rows] == list(range(1, len(rows) + 1))
        for row in rows:
            if (told := by_id.get(row["id"])) is not None:
                assert (told.seq, told.no, told.sender_id) == (row["seq"], row["no"], row["sender_id"])
        last = {row["sender_id"]: row["seq"] for row in rows}
        assert {person: seq for person, (seq, _) in (await read_by(db, room)).items()} == {
            p.user_id: last.get(p.user_id, 0) for p in people
        }
        counts = await db.raw.fetchrow("select last_seq, message_count from rooms where id = $1", room)
        assert counts is not None
        assert tuple(counts) == (len(rows), len(rows))
    assert (
        await db.raw.fetchval("select count(*) from messages where room_id = any($1)", rooms)
        == len(first) + 1
    )


async def test_needs_the_scope(db: Database, sender: Sender, ada: Actor) -> None:
    room = await make_room(db, ada)
    with pytest.raises(Forbidden):
        await sender.send(Actor(ada.user_id, Role.USER, frozenset()), room, message())


async def test_order_of_handing_over_is_order_of_seq(db: Database, sender: Sender, ada: Actor) -> None:
    room = await make_room(db, ada)
    await sender.send(ada, room, message("0"))
    futures = [await sender.submit(ada, room, message(str(n))) for n in range(1, 300)]
    for future in futures:
        await future
    texts = await db.raw.fetch("select text from messages where room_id = $1 order by seq", room)
    assert [row["text"] for row in texts] == [str(n) for n in range(300)]


async def test_two_processes_make_no_gap_and_no_double(db: Database, database_url: str, ada: Actor) -> None:
    rooms = [await make_room(db, ada) for _ in range(3)]
    async with Database(database_url) as other:
        senders = [Sender(db), Sender(other)]
        shared = [(room, message(f"shared {n}")) for n in range(60) for room in rooms]
        own = [(room, message(f"own {n}")) for n in range(60) for room in rooms]
        await asyncio.gather(
            *(sender.send(ada, room, data) for sender in senders for room, data in shared),
            *(senders[n % 2].send(ada, room, data) for n, (room, data) in enumerate(own)),
        )
    for room in rooms:
        seqs = [
            r["seq"]
            for r in await db.raw.fetch("select seq from messages where room_id = $1 order by seq", room)
        ]
        assert seqs == list(range(1, 121))
        assert [event["seq"] for event in await log.events_after(db, room, 0)] == seqs


async def test_one_bad_message_does_not_take_its_neighbours_along(
    db: Database, sender: Sender, ada: Actor
) -> None:
    room = await make_room(db, ada)
    bad = SendMessage.model_construct(client_id=uuid4(), text="nul \x00 byte", reply_to=None)
    results = await asyncio.gather(
        sender.send(ada, room, message("one")),
        sender.send(ada, room, bad),
        sender.send(ada, room, message("two")),
        return_exceptions=True,
    )
    assert [isinstance(result, Exception) for result in results] == [False, True, False]
    assert await db.raw.fetchval("select count(*) from messages where room_id = $1", room) == 2


async def test_own_messages_are_read_and_others_are_not(db: Database, sender: Sender, ada: Actor) -> None:
    bob = await make_actor(db)
    room = await make_room(db, ada, bob)
    for _ in range(3):
        await sender.send(ada, room, message())
    assert await read_by(db, room) == {ada.user_id: (3, 3), bob.user_id: (0, 0)}
    await sender.send(bob, room, message())
    assert await read_by(db, room) == {ada.user_id: (3, 3), bob.user_id: (4, 4)}
    async with db.transaction() as session:
        state = await service.mark_read(session, ada, room, MarkRead(seq=1))
        assert (state.read_seq, state.unread) == (3, 1), "a mark before what one wrote oneself moves nothing"
        state = await service.mark_read(session, ada, room, MarkRead(seq=9))
        assert (state.read_seq, state.unread) == (4, 0)


async def test_published_events_carry_the_message(db: Database, sender: Sender, ada: Actor) -> None:
    room = await make_room(db, ada)
    heard: list[Event] = []
    stop = db.broker.listen(heard.extend)
    sent = await sender.send(ada, room, message("listen"))
    stop()
    (event,) = [e for e in heard if isinstance(e, RoomEvent) and e.room_id == room]
    assert event.seq == 1
    assert event.body is not None
    assert event.body["message"]["id"] == str(sent.message.id)


async def test_what_is_told_of_new_messages_is_what_is_read_later(
    db: Database, sender: Sender, ada: Actor
) -> None:
    """Message and event are written without the row: plain ones, answers, those that name people, any text."""
    grace = await make_actor(db)
    room = await make_room(db, ada, grace)
    first = await sender.send(ada, room, message('Quotes ", %b, %s, \\, é and 🚀'))
    said = [
        SendMessage(client_id=uuid4(), text="again", reply_to=reply_to, mentions=mentions)
        for reply_to in (None, first.message.id)
        for mentions in ([], [grace.user_id, uuid4()])
        for _ in range(20)
    ]
    heard: list[Event] = []
    stop = db.broker.listen(heard.extend)
    told = await asyncio.gather(*(sender.send(ada, room, data) for data in said))
    told += [await sender.send(ada, room, data) for data in said[::20]]  # known by now
    stop()
    read: list[dict[str, Any]] = await log.events_after(db, room, 0)
    assert [event.body for event in heard if isinstance(event, RoomEvent)] == read[1:]
    assert {bytes(event.encoded or b"") for event in heard if isinstance(event, RoomEvent)} == {
        orjson.dumps(event) for event in read[1:]
    }
    by_id = {event["message"]["id"]: event["message"] for event in read}
    for sent in told:
        assert MessageRead.model_validate(by_id[str(sent.message.id)]) == sent.message
    assert [sent.duplicate for sent in told[-4:]] == [True] * 4


async def test_a_message_that_comes_again_takes_no_neighbour_along(
    db: Database, sender: Sender, ada: Actor
) -> None:
    room = await make_room(db, ada)
    known = [message(str(n)) for n in range(3)]
    for data in known:
        await sender.send(ada, room, data)
    new = [message(f"new {n}") for n in range(40)]
    for batch in (known + new[:20], new[20:] + known):  # the first time unexpected, then looked for
        answers = await asyncio.gather(*(sender.send(ada, room, data) for data in batch))
        assert [sent.duplicate for sent in answers] == [data in known for data in batch]
    seqs = await db.raw.fetch("select seq from messages where room_id = $1 order by seq", room)
    assert [row["seq"] for row in seqs] == list(range(1, 44))


async def test_in_an_assistants_room_one_turn_is_stored_with_the_messages(
    db: Database, sender: Sender, ada: Actor
) -> None:
    room = await make_room(db, ada, kind="assistant")
    heard: list[Event] = []
    stop = db.broker.listen(heard.extend)
    await asyncio.gather(*(sender.send(ada, room, message(str(n))) for n in range(5)))
    stop()
    turns = await db.raw.fetch("select id, status, user_id from turns where room_id = $1", room)
    assert [(t["status"], t["user_id"]) for t in turns] == [("queued", ada.user_id)]
    assert [event for event in heard if isinstance(event, TurnQueued)] == [TurnQueued(room, turns[0]["id"])]
    asked = await db.raw.fetchval("select messages from assistant_usage where user_id = $1", ada.user_id)
    assert asked == 5


async def test_a_room_of_people_gets_no_turn(db: Database, sender: Sender, ada: Actor) -> None:
    room = await make_room(db, ada)
    await sender.send(ada, room, message())
    assert await db.raw.fetchval("select count(*) from turns where room_id = $1", room) == 0


async def test_plans_go_by_key_at_any_size(db: Database) -> None:
    """A plan made while the tables are empty lives as long as its connection: it must not read whole tables."""
    statements: dict[str, list[Any]] = {
        STORE_ONE: [*[None] * 5, 0],
        STORE_PLAIN: [
            [],
            *[None] * 7,
            [],
            [],
        ],  # with null, the planner would work out what it ends in: an error
    }
    statements |= {
        stored_by(threads, mentions, False, look): [None] * (5 + threads + mentions)
        for threads in (False, True)
        for mentions in (False, True)
        for look in (False, True)
    }
    async with db.by_key.acquire() as connection:
        for statement, parameters in statements.items():
            rows = await connection.fetch(f"explain (generic_plan) {statement}", *parameters)
            plan = "\n".join(row[0] for row in rows)
            assert "Seq Scan" not in plan, plan
            if "mentions" not in plan:
                assert "ix_room_members_user_id" not in plan, "reads all rooms of a person"
