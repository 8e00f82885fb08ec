"""Search in messages: what is found, by whom, how it is marked, and what odd questions get."""

from uuid import UUID, uuid4

import pytest

from core.actor import Actor
from core.db import Database
from core.errors import InvalidInput
from services.conversations import direct, search, service
from services.conversations.schemas import OpenDirect
from services.conversations.sending import Sender
from tests.conversations.factories import make_room, say


async def test_search_finds_beginnings_of_words_in_ones_own_rooms(
    db: Database, sender: Sender, ada: Actor, bob: Actor
) -> None:
    word = f"q{uuid4().hex[:10]}"
    here, there, hidden = (
        await make_room(db, ada, bob), await make_room(db, ada), await make_room(db, bob),
    )  # fmt: skip
    await say(sender, ada, here, f"The {word}invoices are due \ue000now\ue001")
    await say(sender, bob, here, f"No {word}invoice from me")
    await say(sender, ada, there, f"{word}invoice again")
    await say(sender, bob, hidden, f"{word}invoice that Ada must not see")

    async def found(
        actor: Actor, words: str, room: UUID | None = None, sender: UUID | None = None
    ) -> list[str]:
        async with db.transaction() as session:
            page = await search.search(session, actor, words, room_id=room, sender_id=sender)
        return ["".join(f"[{s.text}]" if s.hit else s.text for s in item.snippet) for item in page.items]

    assert await found(ada, f"{word}inv") == [
        f"[{word}invoice] again", f"No [{word}invoice] from me", f"The [{word}invoices] are due now",
    ]  # fmt: skip
    assert len(await found(ada, f"{word}inv", room=here)) == 2
    assert len(await found(ada, f"{word}inv", room=here, sender=bob.user_id)) == 1
    assert len(await found(bob, f"{word}inv")) == 3
    assert await found(ada, f"{word}inv -again -due") == [f"No [{word}invoice] from me"]
    async with db.transaction() as session:
        first = await search.search(session, ada, f"{word}inv", limit=2)
        rest = await search.search(session, ada, f"{word}inv", limit=2, cursor=first.next_cursor)
        assert (len(first.items), len(rest.items), rest.next_cursor) == (2, 1, None)
        for hostile in (
            "'",
            '"',
            "& | !",
            "a:*b",
            "\\",
            "(((",
            "\x00",
            "%_",
            "' or 1=1 --",
            "::tsquery",
            "🙂",
        ):
            await search.search(session, ada, hostile)
        for at in (
            "x",
            "",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "0001-01-01T00:00+14:00",
            "9999-12-31T23:59-14:00",
        ):
            for cursor in (at, f"{at}~x", f"{at}~{uuid4()}"):
                for read in (
                    search.search(session, ada, "a", cursor=cursor),
                    service.list_rooms(session, ada, cursor),
                ):
                    with pytest.raises(InvalidInput):
                        await read


async def test_search_looks_past_accents_and_into_runs_of_signs(
    db: Database, sender: Sender, ada: Actor, bob: Actor
) -> None:
    room = await make_room(db, ada, bob)
    for text in ("Crème brûlée at the Café", "creme for the shoes", "APIの設計とデータベース設計", "記録"):
        await say(sender, bob, room, text)

    async def found(words: str) -> list[str]:
        async with db.transaction() as session:
            page = await search.search(session, ada, words)
        return ["".join(f"[{s.text}]" if s.hit else s.text for s in item.snippet) for item in page.items]

    assert await found("CREME") == ["[creme] for the shoes", "[Crème] brûlée at the Café"]
    assert await found("café brulee") == ["Crème [brûlée] at the [Café]"]
    assert await found("データベース") == ["APIの設計と[データベース]設計"]
    assert await found("api 設計") == ["[API]の[設計]とデータベース[設計]"]
    assert await found('"データベース設計"') == ["APIの[設計]と[データベース設計]"]
    for none in ("計設", "スデ", '"データ設計"'):
        assert await found(none) == []


async def test_a_direct_room_is_found_under_the_name_of_the_other_one(
    db: Database, sender: Sender, ada: Actor, bob: Actor
) -> None:
    await make_room(db, ada, bob)
    async with db.transaction() as session:
        room = (await direct.open_direct(session, ada, OpenDirect(user_id=bob.user_id))).id
    await db.raw.execute("update users set name = 'Ada' where id = $1", ada.user_id)
    await db.raw.execute("update users set name = 'Bob' where id = $1", bob.user_id)
    word = f"q{uuid4().hex[:10]}"
    await say(sender, ada, room, word)
    async with db.transaction() as session:
        titles = [(await search.search(session, actor, word)).items[0].room_title for actor in (ada, bob)]
    assert titles == ["Bob", "Ada"]
