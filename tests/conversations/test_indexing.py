"""The words of messages: a search finds the same before and after they were taken, and whatever became of a message since."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core.actor import Actor
from core.clock import now
from core.db import Database
from core.ids import first_id_at, made_at, new_id
from services.conversations import indexing, messages, search
from services.conversations.schemas import EditMessage
from services.conversations.sending import Sender
from tests.conversations.factories import make_room, say


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has been said in this very millisecond is old enough."""
    monkeypatch.setattr(indexing, "STORED_WITHIN", timedelta(milliseconds=-1))


async def found(db: Database, actor: Actor, words: str) -> list[str]:
    async with db.transaction() as session:
        return [item.message.text for item in (await search.search(session, actor, words)).items]


async def stored(db: Database, message_id: UUID) -> str | None:
    words: str | None = await db.raw.fetchval(
        "select words::text from message_words where message_id = $1", message_id
    )
    return words


async def test_what_is_edited_or_deleted_is_found_as_it_is_now(
    db: Database, sender: Sender, ada: Actor
) -> None:
    room = await make_room(db, ada)
    word = f"q{uuid4().hex[:10]}"
    sent = [await say(sender, ada, room, f"{word} {name}") for name in ("one", "two", "three", "four")]
    edited, deleted, early, gone = sent

    async def change(message_id: UUID, text: str | None) -> None:
        async with db.transaction() as session:
            if text is None:
                await messages.delete(session, ada, room, message_id)
            else:
                await messages.edit(session, ada, room, message_id, EditMessage(text=text))

    await change(early.id, f"{word} early")
    await change(gone.id, None)
    assert await found(db, ada, word) == [f"{word} early", f"{word} two", f"{word} one"]
    await indexing.take_words(db)
    assert await found(db, ada, word) == [f"{word} early", f"{word} two", f"{word} one"]
    assert await stored(db, gone.id) is None
    await change(edited.id, f"{word} changed")
    await change(deleted.id, None)
    assert await found(db, ada, word) == [f"{word} early", f"{word} changed"]
    assert await found(db, ada, f"{word} one") == []
    assert await stored(db, deleted.id) is None, "the words of what was deleted are gone, too"
    assert f"{word}" in (await stored(db, edited.id) or "")
    await indexing.take_words(db)
    assert await found(db, ada, word) == [f"{word} early", f"{word} changed"]


async def test_messages_of_a_guest_are_those_of_the_account(
    db: Database, sender: Sender, ada: Actor, bob: Actor
) -> None:
    room = await make_room(db, ada, bob)
    word = f"q{uuid4().hex[:10]}"
    await say(sender, ada, room, word)
    await indexing.take_words(db)
    await db.raw.execute("update messages set sender_id = $1 where room_id = $2", bob.user_id, room)
    async with db.transaction() as session:
        by = [
            len((await search.search(session, bob, word, sender_id=each.user_id)).items)
            for each in (ada, bob)
        ]
    assert by == [0, 1]


async def test_all_are_taken_however_many(
    db: Database, sender: Sender, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await indexing.take_words(db)
    monkeypatch.setattr(indexing, "_BATCH", 2)
    room = await make_room(db, ada)
    sent = [await say(sender, ada, room, f"Number {n}") for n in range(7)]
    await indexing.take_words(db)
    assert [await stored(db, each.id) is not None for each in sent] == [True] * 7
    assert await db.raw.fetchval("select through from word_scans") > sent[-1].id


async def test_one_from_a_slow_clock_is_taken_with_the_next(db: Database, sender: Sender, ada: Actor) -> None:
    room = await make_room(db, ada)
    await indexing.take_words(db)
    word = f"q{uuid4().hex[:10]}"
    late = first_id_at(now() - timedelta(minutes=5))
    await say(sender, ada, room, "Now")
    await db.raw.execute("update messages set id = $1, text = $2 where room_id = $3", late, word, room)
    await db.raw.execute("delete from message_words where room_id = $1", room)
    await indexing.take_words(db)
    assert await stored(db, late) is not None
    assert await found(db, ada, word) == [word]


def test_an_id_says_when_it_was_made() -> None:
    moment = now()
    made = made_at(new_id())
    assert moment - timedelta(milliseconds=1) <= made <= now()
    assert first_id_at(made) <= new_id()
