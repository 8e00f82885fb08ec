"""SQL of files. Reading starts from what the actor may see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.conversations import Message, RoomMember
from models.files import File

_LIVE = ("pending", "processing", "ready")


async def by_id(session: AsyncSession, file_id: UUID, *, lock: bool = False) -> File | None:
    query = select(File).where(File.id == file_id)
    return (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()


async def own(session: AsyncSession, owner_id: UUID, file_id: UUID, *, lock: bool = False) -> File | None:
    """A file of this person that is not deleted."""
    query = select(File).where(File.id == file_id, File.owner_id == owner_id, File.state != "deleted")
    return (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()


async def visible(
    session: AsyncSession, user_id: UUID | None, file_id: UUID, *, operator: bool
) -> File | None:
    """A file this person may see: a public one, their own, or one in a message (not deleted) of a room of theirs; as an
    operator, who decides on profiles, what is listed on one."""
    allowed: list[Any] = [File.public]
    if user_id is not None:
        in_room = exists().where(
            RoomMember.room_id == File.room_id, RoomMember.user_id == user_id, RoomMember.left_at.is_(None)
        )
        shown = exists().where(Message.id == File.message_id, Message.deleted_at.is_(None))
        allowed += [File.owner_id == user_id, and_(in_room, shown)]
    if operator:
        allowed.append(File.listed)
    query = select(File).where(File.id == file_id, File.state != "deleted", or_(*allowed))
    return (await session.execute(query)).scalar_one_or_none()


async def lock_space(session: AsyncSession, owner_id: UUID) -> None:
    """Two uploads of one person that begin at once must not both take the last free space."""
    await session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"files:{owner_id}"}
    )


async def usage(session: AsyncSession, owner_id: UUID) -> tuple[int, int]:
    """(bytes that the person's files take, uploads that have begun and not ended)."""
    row = (
        await session.execute(
            select(func.coalesce(func.sum(File.size), 0), func.count().filter(File.state == "pending")).where(
                File.owner_id == owner_id, File.state.in_(_LIVE), File.purpose != "preview"
            )
        )
    ).one()
    return int(row[0]), int(row[1])


async def page(session: AsyncSession, owner_id: UUID, *, before: UUID | None, limit: int) -> Sequence[File]:
    query = (
        select(File)
        .where(File.owner_id == owner_id, File.state != "deleted", File.purpose != "preview")
        .order_by(File.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(File.id < before)
    return (await session.execute(query)).scalars().all()


async def all_of(session: AsyncSession, owner_id: UUID) -> Sequence[File]:
    """Everything a person has stored, oldest first."""
    query = (
        select(File)
        .where(File.owner_id == owner_id, File.state != "deleted", File.purpose != "preview")
        .order_by(File.id)
    )
    return (await session.execute(query)).scalars().all()


async def listed(session: AsyncSession, owner_id: UUID) -> Sequence[File]:
    """A person's portfolio, in the order that it was given."""
    query = (
        select(File)
        .where(File.owner_id == owner_id, File.listed, File.state == "ready")
        .order_by(File.position, File.id)
    )
    return (await session.execute(query)).scalars().all()


async def attachable(
    session: AsyncSession, owner_id: UUID, ids: Sequence[UUID], client_id: UUID
) -> Sequence[File]:
    """Those of these files that the person may send in this message: not sent yet, or sent with it before (a retry)."""
    same = exists().where(
        Message.id == File.message_id, Message.sender_id == owner_id, Message.client_id == client_id
    )
    query = select(File).where(
        File.id.in_(ids),
        File.owner_id == owner_id,
        File.purpose == "attachment",
        File.state == "ready",
        or_(File.message_id.is_(None), same),
    )
    return (await session.execute(query)).scalars().all()


async def mark_deleted(session: AsyncSession, *conditions: Any) -> list[UUID]:
    """Mark the files that meet the conditions as deleted; their ids."""
    query = (
        update(File)
        .where(File.state != "deleted", *conditions)
        .values(state="deleted", public=False, listed=False, deleted_at=func.now())
        .returning(File.id)
    )
    return list((await session.execute(query)).scalars())


async def forgotten(
    session: AsyncSession, *, before: datetime, quarantined_before: datetime, limit: int
) -> list[UUID]:
    """Files that serve nothing any more: uploads that never came, what was refused, attachments that were never
    sent, what hangs on a message that was deleted, and what has been in quarantine for long enough."""
    gone = exists().where(Message.id == File.message_id, Message.deleted_at.is_not(None))
    query = (
        select(File.id)
        .where(
            File.created_at < before,
            or_(
                File.state.in_(("pending", "refused")),
                and_(File.state == "quarantined", File.created_at < quarantined_before),
                and_(File.state == "ready", File.purpose == "attachment", File.message_id.is_(None)),
                and_(File.state == "ready", File.message_id.is_not(None), gone),
            ),
        )
        .order_by(File.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list((await session.execute(query)).scalars())


async def stuck(session: AsyncSession, *, before: datetime, limit: int) -> list[UUID]:
    """Files whose processing should have ended, and deleted ones whose objects are still there."""
    query = (
        select(File.id)
        .where(
            or_(
                and_(File.state == "processing", File.created_at < before),
                and_(File.state == "deleted", File.deleted_at < before),
            )
        )
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def forget(session: AsyncSession, file_id: UUID) -> None:
    """Delete the row: its objects are gone."""
    await session.execute(delete(File).where(File.id == file_id))


async def give(session: AsyncSession, source: UUID, target: UUID) -> None:
    await session.execute(update(File).where(File.owner_id == source).values(owner_id=target))
