"""SQL of single messages: changing them, and reading them in other ways than as a page of history."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from models.conversations import Mention, Message, MessageEdit, RoomMember
from services.conversations.rendering import Row

MESSAGE = Message.__table__


async def message_of(session: AsyncSession, room_id: UUID, message_id: UUID) -> Row:
    """A message of a room that the caller has checked. Raises NotFound."""
    row = (
        (
            await session.execute(
                select(MESSAGE).where(MESSAGE.c.id == message_id, MESSAGE.c.room_id == room_id)
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound("There is no such message.", message_id=str(message_id))
    return row


async def change(session: AsyncSession, message_id: UUID, **values: Any) -> Row:
    """Set columns of a message; returns it as it is now."""
    row = (
        (
            await session.execute(
                update(Message).where(Message.id == message_id).values(**values).returning(MESSAGE)
            )
        )
        .mappings()
        .one()
    )
    return cast(Row, row)


async def keep_version(session: AsyncSession, message: Row) -> None:
    """Keep what a message says now, before it is edited."""
    version = (
        select(func.coalesce(func.max(MessageEdit.version), 0) + 1)
        .where(MessageEdit.message_id == message["id"])
        .scalar_subquery()
    )
    await session.execute(
        insert(MessageEdit).values(
            message_id=message["id"],
            version=version,
            text=message["text"],
            written_at=message["edited_at"] or message["created_at"],
        )
    )


async def forget_versions(session: AsyncSession, message_id: UUID) -> None:
    """What a message said before is gone with it."""
    await session.execute(delete(MessageEdit).where(MessageEdit.message_id == message_id))


async def versions(session: AsyncSession, message_id: UUID) -> Sequence[MessageEdit]:
    """What a message said before, oldest first."""
    return (
        await session.scalars(
            select(MessageEdit).where(MessageEdit.message_id == message_id).order_by(MessageEdit.version)
        )
    ).all()


async def name_people(session: AsyncSession, message: Row, wanted: Sequence[UUID]) -> list[UUID]:
    """Make exactly these members the ones that a message names; returns those who are members."""
    room_id, no = message["room_id"], message["no"]
    await session.execute(delete(Mention).where(Mention.room_id == room_id, Mention.no == no))
    if not wanted:
        return []
    named = (
        await session.scalars(
            select(RoomMember.user_id).where(
                RoomMember.room_id == room_id, RoomMember.user_id.in_(wanted), RoomMember.left_at.is_(None)
            )
        )
    ).all()
    others = [user for user in named if user != message["sender_id"]]
    if others:
        await session.execute(
            insert(Mention), [{"user_id": user, "room_id": room_id, "no": no} for user in others]
        )
    return list(named)


async def thread(
    session: AsyncSession, room_id: UUID, root_id: UUID, *, after_no: int, limit: int
) -> Sequence[Row]:
    """The answers of a thread, oldest first."""
    query = (
        select(MESSAGE)
        .where(MESSAGE.c.room_id == room_id, MESSAGE.c.thread_id == root_id, MESSAGE.c.thread_no > after_no)
        .order_by(MESSAGE.c.thread_no)
        .limit(limit)
    )
    return (await session.execute(query)).mappings().all()


async def pinned(session: AsyncSession, room_id: UUID, *, limit: int) -> Sequence[Row]:
    """What is pinned in a room, newest pin first."""
    query = (
        select(MESSAGE)
        .where(MESSAGE.c.room_id == room_id, MESSAGE.c.pinned_at.is_not(None))
        .order_by(MESSAGE.c.pinned_at.desc())
        .limit(limit)
    )
    return (await session.execute(query)).mappings().all()


async def at_or_after(session: AsyncSession, room_id: UUID, seq: int) -> Row | None:
    """The first message from a sequence number on: its `seq` and `created_at`."""
    return (
        (
            await session.execute(
                select(MESSAGE.c.seq, MESSAGE.c.created_at)
                .where(MESSAGE.c.room_id == room_id, MESSAGE.c.seq >= seq)
                .order_by(MESSAGE.c.seq)
                .limit(1)
            )
        )
        .mappings()
        .first()
    )
