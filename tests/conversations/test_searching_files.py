"""Files are found by their names, whole or in part, before and after the words of their message were taken."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core import migrate
from core.actor import Actor
from core.clock import now
from core.db import Database
from core.ids import new_id
from models.files import File
from services.conversations import indexing, messages, search
from services.conversations.schemas import EditMessage, MessageRead, SendMessage
from services.conversations.sending import Sender
from tests.accounts.factories import make_actor
from tests.conversations.factories import make_room


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has been said in this very millisecond is old enough."""
    monkeypatch.setattr(indexing, "STORED_WITHIN", timedelta(milliseconds=-1))


async def send(db: Database, sender: Sender, actor: Actor, room: UUID, text: str, *names: str) -> MessageRead:
    """Send files of these names."""
    files = [
        File(
            id=new_id(), owner_id=actor.user_id, purpose="attachment", state="ready", name=name, declared_type="",
            type="application/pdf", size=1234, inline=True, created_at=now(),
        )
        for name in names
    ]  # fmt: skip
    async with db.transaction() as session:
        session.add_all(files)
    data = SendMessage(client_id=uuid4(), text=text, attachments=[file.id for file in files])
    return (await sender.send(actor, room, data)).message


async def found(db: Database, actor: Actor, words: str, room: UUID) -> list[str]:
    """The snippets of what is found, hits in brackets."""
    async with db.transaction() as session:
        page = await search.search(session, actor, words, room_id=room)
    return ["".join(f"[{s.text}]" if s.hit else s.text for s in item.snippet) for item in page.items]


async def test_files_are_found_by_their_names(db: Database, sender: Sender, ada: Actor) -> None:
    room = await make_room(db, ada)
    plan = await send(db, sender, ada, room, "", "Architektur-Plan_v2.final.pdf", "budget 2026.xlsx")
    told = await send(db, sender, ada, room, "Have a look", "設計書.pdf")
    await send(db, sender, ada, room, "No file here")
    for _ in range(2):
        assert await found(db, ada, "v2", room) == ["Architektur-Plan_[v2].final.pdf\nbudget 2026.xlsx"]
        for words in ("plan", "architektur plan", "final", "Architektur-Plan_v2.final.pdf", "budget"):
            assert len(await found(db, ada, words, room)) == 1, words
        assert await found(db, ada, "計書", room) == ["Have a look\n設[計書].pdf"]
        assert len(await found(db, ada, "look 設計", room)) == 1
        assert await found(db, ada, "file", room) == ["No [file] here"]
        await indexing.take_words(db)  # and the same again
    async with db.transaction() as session:
        await messages.edit(session, ada, room, told.id, EditMessage(text="Have another"))
        await messages.delete(session, ada, room, plan.id)
    assert len(await found(db, ada, "another 設計", room)) == 1
    assert await found(db, ada, "plan", room) == []


async def test_files_that_were_sent_before_are_found_too(fresh_database: str) -> None:
    async with Database(fresh_database) as db:
        ada, sender = await make_actor(db), Sender(db)
        room = await make_room(db, ada)
        sent = await send(db, sender, ada, room, "Here it is", "Plan_v2.pdf")
        await sender.close()
        await indexing.take_words(db)
        words = "select words::text from message_words where message_id = $1"
        now_taken = await db.raw.fetchval(words, sent.id)
        await migrate.downgrade(fresh_database, "0011")
        assert "v2" not in await db.raw.fetchval(words, sent.id)
        await migrate.upgrade(fresh_database)
        assert await db.raw.fetchval(words, sent.id) == now_taken
        assert "v2" in now_taken
