"""What is done to messages: answers and threads, mentions, editing, deleting, reactions, pins, history."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from core.actor import Actor
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.conversations import drafts, history, log, messages, search, service
from services.conversations.schemas import (
    CreateRoom,
    EditMessage,
    MarkRead,
    SendMessage,
    SetDraft,
    SetPin,
    SetReaction,
    UpdateRoom,
)
from services.conversations.sending import Sender
from tests.accounts.factories import make_actor
from tests.conversations.factories import make_room, say


async def test_answers_make_a_thread_whose_numbers_have_no_gap(
    db: Database, database_url: str, sender: Sender, ada: Actor, bob: Actor
) -> None:
    room = await make_room(db, ada, bob)
    root = await say(sender, ada, room, "root")
    answer = await say(sender, bob, room, "answer", reply_to=root.id)
    deeper = await say(sender, ada, room, "an answer to the answer", reply_to=answer.id)
    assert (answer.thread_id, answer.thread_no, deeper.thread_id, deeper.thread_no) == (
        root.id,
        1,
        root.id,
        2,
    )
    async with Database(database_url) as other:
        second = Sender(other)
        await asyncio.gather(
            *(say(each, ada, room, f"{n}", reply_to=root.id) for n in range(30) for each in (sender, second))
        )
    async with db.transaction() as session:
        page = await messages.thread(session, ada, room, root.id, 0)
        assert [m.thread_no for m in page.items] == list(range(1, 63))
        assert (await messages.get(session, ada, room, root.id)).reply_count == 62
        assert [m.thread_no for m in (await messages.thread(session, ada, room, root.id, 60)).items] == [
            61,
            62,
        ]


async def test_an_answer_to_nothing_is_refused_and_leaves_no_gap(
    db: Database, sender: Sender, ada: Actor
) -> None:
    room, elsewhere = await make_room(db, ada), await make_room(db, ada)
    foreign = await say(sender, ada, elsewhere, "in another room")
    results = await asyncio.gather(
        say(sender, ada, room, "one"),
        say(sender, ada, room, "lost", reply_to=uuid4()),
        say(sender, ada, room, "foreign", reply_to=foreign.id),
        say(sender, ada, room, "two"),
        return_exceptions=True,
    )
    assert [getattr(r, "code", None) for r in results] == [None, "no_such_message", "no_such_message", None]
    events = await log.events_after(db, room, 0)
    assert [e["seq"] for e in events] == [1, 2]


async def test_mentions_count_until_they_are_read(
    db: Database, sender: Sender, ada: Actor, bob: Actor
) -> None:
    stranger = await make_actor(db)
    room = await make_room(db, ada, bob)
    named = await say(
        sender, ada, room, "@Bob, @Ada", mentions=[bob.user_id, ada.user_id, stranger.user_id, bob.user_id]
    )
    assert set(named.mentions) == {bob.user_id, ada.user_id}
    await say(sender, ada, room, "nobody in particular")
    late = await say(sender, ada, room, "once more, @Bob", mentions=[bob.user_id])

    async def counts(actor: Actor) -> tuple[int, int]:
        async with db.transaction() as session:
            read = await service.get(session, actor, room)
        return read.unread, read.mentions

    assert (await counts(bob), await counts(ada)) == ((3, 2), (0, 0))
    async with db.transaction() as session:
        state = await service.mark_read(session, bob, room, MarkRead(seq=named.seq))
        assert (state.unread, state.mentions) == (2, 1)
    async with db.transaction() as session:
        await messages.edit(session, ada, room, late.id, EditMessage(text="for everyone"))
    assert await counts(bob) == (2, 0)
    async with db.transaction() as session:
        await messages.edit(
            session, ada, room, late.id, EditMessage(text="@Bob after all", mentions=[bob.user_id])
        )
    assert await counts(bob) == (2, 1)
    async with db.transaction() as session:
        await messages.delete(session, ada, room, late.id)
    assert await counts(bob) == (2, 0)


async def test_an_edit_keeps_what_was_said_before(
    db: Database, sender: Sender, ada: Actor, bob: Actor
) -> None:
    room = await make_room(db, ada, bob)
    first = await say(sender, ada, room, "teh")
    for text in ("the", "the", "the end"):
        async with db.transaction() as session:
            edited = await messages.edit(session, ada, room, first.id, EditMessage(text=text))
    assert (edited.text, edited.edited_at is not None, edited.seq) == ("the end", True, first.seq)
    async with db.transaction() as session:
        assert [v.text for v in await messages.versions(session, bob, room, first.id)] == ["teh", "the"]
        with pytest.raises(Forbidden):
            await messages.edit(session, bob, room, first.id, EditMessage(text="mine now"))
    # Saying the same again is no edit, and no event.
    assert [e["type"] for e in await log.events_after(db, room, 0)] == [
        "message.created", "message.edited", "message.edited",
    ]  # fmt: skip


async def test_what_the_assistant_has_read_is_not_edited(db: Database, sender: Sender, ada: Actor) -> None:
    room = await make_room(db, ada, kind="assistant")
    sent = await say(sender, ada, room, "a marketplace")
    async with db.transaction() as session:
        with pytest.raises(Conflict):
            await messages.edit(session, ada, room, sent.id, EditMessage(text="a bank"))


async def test_what_is_deleted_is_gone_everywhere(
    db: Database, sender: Sender, ada: Actor, bob: Actor
) -> None:
    word = f"w{uuid4().hex}"
    room = await make_room(db, ada, bob)
    sent = await say(sender, bob, room, f"{word}-one", mentions=[ada.user_id])
    async with db.transaction() as session:
        await messages.edit(session, bob, room, sent.id, EditMessage(text=f"{word}-two"))
        await messages.react(session, ada, room, sent.id, SetReaction(emoji="👍"))
        await messages.pin(session, ada, room, sent.id, SetPin())
    async with db.transaction() as session:
        deleted = await messages.delete(session, bob, room, sent.id)
        again = await messages.delete(session, bob, room, sent.id)
    assert deleted == again
    assert (deleted.text, deleted.reactions, deleted.pinned_at, deleted.no) == ("", [], None, sent.no)
    stored = [
        str(dict(row))
        for table in ("messages", "room_events", "message_edits", "mentions")
        for row in await db.raw.fetch(f"select * from {table}")
    ]
    assert not [row for row in stored if word in row]
    assert not any(word in str(event) for event in await log.events_after(db, room, 0))
    async with db.transaction() as session:
        assert await messages.versions(session, ada, room, sent.id) == []
        assert (await search.search(session, ada, word)).items == []
        for change in (
            messages.react(session, ada, room, sent.id, SetReaction(emoji="👍")),
            messages.pin(session, ada, room, sent.id, SetPin()),
            messages.edit(session, bob, room, sent.id, EditMessage(text="back")),
        ):
            with pytest.raises(Conflict):
                await change


async def test_owners_moderate_and_others_do_not(
    db: Database, sender: Sender, ada: Actor, bob: Actor
) -> None:
    room = await make_room(db, ada, bob)
    hers, his = await say(sender, ada, room, "hers"), await say(sender, bob, room, "his")
    async with db.transaction() as session:
        with pytest.raises(Forbidden):
            await messages.delete(session, bob, room, hers.id)
        assert (await messages.delete(session, ada, room, his.id)).deleted_at is not None


async def test_reactions_are_set_and_taken_back_once(
    db: Database, sender: Sender, ada: Actor, bob: Actor
) -> None:
    room = await make_room(db, ada, bob)
    sent = await say(sender, ada, room, "well?")

    async def react(actor: Actor, emoji: str, on: bool = True) -> None:
        async with db.transaction() as session:
            await messages.react(session, actor, room, sent.id, SetReaction(emoji=emoji, on=on))

    await asyncio.gather(*(react(actor, emoji) for actor in (ada, bob, ada) for emoji in ("👍", "🎉")))
    await react(ada, "🎉", on=False)
    await react(ada, "🎉", on=False)
    async with db.transaction() as session:
        now_ = await messages.get(session, bob, room, sent.id)
    found = {each.emoji: set(each.user_ids) for each in now_.reactions}
    assert found == {"👍": {ada.user_id, bob.user_id}, "🎉": {bob.user_id}}
    changes = [e for e in await log.events_after(db, room, 0) if e["type"] == "reaction.changed"]
    assert len(changes) == 5
    for n in range(18):
        await react(ada, chr(0x1F600 + n))
    with pytest.raises(Conflict):
        await react(ada, "🚀")


@pytest.mark.parametrize("emoji", ["a", "👍👍", "", "<b>", "👍a", "\u200d", "1", "🇵", "x" * 40])
def test_a_reaction_is_one_emoji(emoji: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - Pydantic's error is one
        SetReaction(emoji=emoji)


@pytest.mark.parametrize("emoji", ["👍", "❤️", "👍🏽", "👨‍👩‍👧", "🇵🇹", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_emoji_of_many_parts_are_one(emoji: str) -> None:
    assert SetReaction(emoji=emoji).emoji == emoji


async def test_pins_are_for_everyone_and_bounded(
    db: Database, sender: Sender, ada: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MAX_PINS", 2)
    room = await make_room(db, ada, bob)
    sent = [await say(sender, ada, room, f"{n}") for n in range(3)]
    for message in sent[:2]:
        async with db.transaction() as session:
            await messages.pin(session, bob, room, message.id, SetPin())
    async with db.transaction() as session:
        assert [m.text for m in await messages.pinned(session, ada, room)] == ["1", "0"]
        with pytest.raises(Conflict):
            await messages.pin(session, bob, room, sent[2].id, SetPin())
        await messages.pin(session, ada, room, sent[0].id, SetPin(on=False))
        assert [m.text for m in await messages.pinned(session, ada, room)] == ["1"]


async def test_strangers_see_and_change_nothing(db: Database, sender: Sender, ada: Actor) -> None:
    room, stranger = await make_room(db, ada), await make_actor(db)
    sent = await say(sender, ada, room, "between us: kumquat")
    async with db.transaction() as session:
        for attempt in (
            messages.get(session, stranger, room, sent.id),
            messages.versions(session, stranger, room, sent.id),
            messages.thread(session, stranger, room, sent.id, 0),
            messages.pinned(session, stranger, room),
            messages.edit(session, stranger, room, sent.id, EditMessage(text="x")),
            messages.delete(session, stranger, room, sent.id),
            messages.react(session, stranger, room, sent.id, SetReaction(emoji="👍")),
            messages.pin(session, stranger, room, sent.id, SetPin()),
            history.page(session, stranger, room),
            drafts.put(session, stranger, room, SetDraft(text="x")),
            search.search(session, stranger, "kumquat", room_id=room),
        ):
            with pytest.raises(NotFound):
                await attempt
        assert (await search.search(session, stranger, "kumquat")).items == []
        other_room = await make_room(db, stranger)
        with pytest.raises(NotFound):  # the right message under the wrong room
            await messages.get(session, stranger, other_room, sent.id)


async def test_history_reads_on_in_both_directions_from_anywhere(
    db: Database, sender: Sender, ada: Actor
) -> None:
    room = await make_room(db, ada)
    sent = [await say(sender, ada, room, f"{n}") for n in range(40)]
    day = now() - timedelta(days=40)
    await db.raw.execute(
        "update messages set created_at = $2::timestamptz + make_interval(days => no::int) where room_id = $1",
        room,
        day,
    )

    async def texts(**bounds: Any) -> tuple[list[str], int | None, int | None]:
        async with db.transaction() as session:
            page = await history.page(session, ada, room, limit=10, **bounds)
        return [m.text for m in page.items], page.older, page.newer

    newest, older, newer = await texts()
    assert (newest, newer) == ([f"{n}" for n in range(30, 40)], None)
    assert (await texts(before_seq=older))[0] == [f"{n}" for n in range(20, 30)]
    middle, older, newer = await texts(around=sent[20].id)
    assert middle == [f"{n}" for n in range(15, 25)]
    assert (await texts(after_seq=newer))[0] == [f"{n}" for n in range(25, 35)]
    assert (await texts(before_seq=older))[0] == [f"{n}" for n in range(5, 15)]
    assert (await texts(after_seq=sent[36].seq))[::2] == (["37", "38", "39"], None)
    at_day = await texts(at=day + timedelta(days=13, hours=-1))
    assert at_day[0] == [f"{n}" for n in range(7, 17)]
    assert (await texts(at=day - timedelta(days=400)))[0][0] == "0"
    assert (await texts(at=now() + timedelta(days=400)))[0][-1] == "39"
    async with db.transaction() as session:
        with pytest.raises(InvalidInput):
            await history.page(session, ada, room, before_seq=3, around=sent[0].id)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "\u200b",
        "\u200d\ufeff",
        "\u3164",
        "\u202e\u202c",
        "\u2800",
        "\xad",
        "\u0301",
        "\U000e0041",
        "a\x00b",
    ],
)
def test_what_shows_nothing_is_not_said(text: str) -> None:
    for make in (
        lambda: SendMessage(client_id=uuid4(), text=text),
        lambda: EditMessage(text=text),
        lambda: UpdateRoom(title=text),
        lambda: CreateRoom(title=text),
    ):
        with pytest.raises(ValidationError):
            make()


@pytest.mark.parametrize("text", ["a", "🙂", "👩‍💻", "مرحبا", "\u202eabc", "中", "\u200bx", "?"])
def test_what_shows_something_is_said(text: str) -> None:
    assert SendMessage(client_id=uuid4(), text=text).text == text


async def test_drafts_follow_the_person_and_nobody_else(db: Database, ada: Actor, bob: Actor) -> None:
    room = await make_room(db, ada, bob)
    async with db.transaction() as session:
        await drafts.put(session, ada, room, SetDraft(text="half a thou", origin="phone"))
    async with db.transaction() as session:
        assert (await drafts.get(session, ada, room)).text == "half a thou"
        assert (await service.get(session, ada, room)).draft is not None
        assert (await drafts.get(session, bob, room)).text == ""
        await drafts.put(session, ada, room, SetDraft(text=""))
        assert (await service.get(session, ada, room)).draft is None
