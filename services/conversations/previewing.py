"""Putting link previews under messages, and taking them away: each an event that carries the message as it is now."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor
from core.clock import now
from core.errors import NotFound
from core.events import RoomEvent, emit
from models.conversations import Message, Room, RoomEventRow
from services.conversations import message_repository, repository
from services.conversations.links import links
from services.conversations.rendering import message_body, message_read, room_event
from services.conversations.schemas import LinkPreview, MessageRead

MESSAGE = Message.__table__


async def message(session: AsyncSession, message_id: UUID) -> Any | None:
    """A message that is not deleted. For jobs."""
    query = select(MESSAGE).where(MESSAGE.c.id == message_id, MESSAGE.c.deleted_at.is_(None))
    return (await session.execute(query)).mappings().first()


async def message_of(session: AsyncSession, actor: Actor, room_id: UUID, message_id: UUID) -> Any:
    """A message of a room of the actor's, under the room's lock. Raises NotFound."""
    await repository.room_of(session, actor.user_id, room_id)
    await session.execute(select(Room.id).where(Room.id == room_id).with_for_update(key_share=True))
    found = await message(session, message_id)
    if found is None or found["room_id"] != room_id:
        raise NotFound("There is no such message.", message_id=str(message_id))
    return found


async def said_before(session: AsyncSession, message_id: UUID) -> str | None:
    """What a message said before its last edit; None for one that was never edited."""
    versions = await message_repository.versions(session, message_id)
    return versions[-1].text if versions else None


async def add(
    session: AsyncSession,
    message_id: UUID,
    previews: Sequence[LinkPreview],
    *,
    linked: Callable[[str], Sequence[str]] = links,
) -> list[LinkPreview]:
    """Put previews under a message, in the order of its links; returns those that were not wanted any more: reading a
    page takes a while, and the message may have been deleted or edited meanwhile. `linked` finds the links in
    a text."""
    found = await message(session, message_id)
    if found is None:
        return list(previews)
    await session.execute(select(Room.id).where(Room.id == found["room_id"]).with_for_update(key_share=True))
    found = await message(session, message_id)  # as it is now that nothing else can change it
    wanted = linked(found["text"]) if found is not None else []
    there = {each["url"]: each for each in found["previews"]} if found is not None else {}
    fresh = {each.url: each for each in previews if each.url in wanted and each.url not in there}
    if fresh:
        known = there | {url: each.model_dump(mode="json") for url, each in fresh.items()}
        shown = sorted(
            known.values(), key=lambda each: wanted.index(each["url"]) if each["url"] in wanted else -1
        )
        changed = await session.execute(
            update(Message).where(Message.id == message_id).values(previews=shown).returning(MESSAGE)
        )
        await _log(session, changed.mappings().one())
    return [each for each in previews if each.url not in fresh]


async def remove(session: AsyncSession, message_id: UUID, preview_id: UUID) -> MessageRead:
    """Take one away. The caller has checked who asks, and holds the room's lock."""
    found = await message(session, message_id)
    assert found is not None
    left = [each for each in found["previews"] if each["id"] != str(preview_id)]
    changed = await session.execute(
        update(Message).where(Message.id == message_id).values(previews=left).returning(MESSAGE)
    )
    row = changed.mappings().one()
    await _log(session, row)
    return message_read(row)


async def _log(session: AsyncSession, row: Any) -> None:
    seq = (
        await session.execute(
            update(Room)
            .where(Room.id == row["room_id"])
            .values(last_seq=Room.last_seq + 1)
            .returning(Room.last_seq)
        )
    ).scalar_one()
    at = now()
    await session.execute(
        insert(RoomEventRow).values(
            room_id=row["room_id"], seq=seq, type="message.edited", message_id=row["id"], at=at
        )
    )
    event = room_event(row["room_id"], seq, "message.edited", at, {"message": message_body(row)})
    emit(session, RoomEvent(row["room_id"], "message.edited", event, seq))
