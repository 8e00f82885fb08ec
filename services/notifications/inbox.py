"""SQL of the list of notifications. A line about messages counts as read once its room has been read that far, on
whatever device: so it agrees with the room's own count without either telling the other."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    case,
    delete,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import new_id
from models.accounts import User
from models.conversations import Message, RoomMember
from models.notifications import Notification
from services.notifications.schemas import Recipient


@dataclass(frozen=True, slots=True)
class Told:
    """The newest message that a line tells of, as it is now: what was edited or deleted since is not shown as it was.
    `files`: the names of its files."""

    text: str
    files: str
    deleted: bool


def _read_in_room(
    room_id: Any = Notification.room_id, user_id: Any = Notification.user_id, seq: Any = Notification.seq
) -> ColumnElement[bool]:
    return exists().where(
        RoomMember.room_id == room_id, RoomMember.user_id == user_id, RoomMember.read_seq >= seq
    )


def _unread() -> ColumnElement[bool]:
    return and_(
        Notification.shown,
        Notification.read_at.is_(None),
        or_(Notification.seq.is_(None), ~_read_in_room()),
    )


async def readers(session: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, Recipient]:
    """In whose clock and language lines are shown, without accounts that are gone. Guests have no address."""
    rows = await session.execute(
        select(User.id, User.email, User.name, User.timezone, User.locale).where(
            User.id.in_(user_ids), User.deleted_at.is_(None)
        )
    )
    return {
        row.id: Recipient(
            address=row.email or "", user_id=row.id, name=row.name, timezone=row.timezone, locale=row.locale
        )
        for row in rows
    }


async def keep(session: AsyncSession, lines: Sequence[dict[str, Any]]) -> Sequence[Notification]:
    """Store lines, or add to those with their keys; no two for the same. Those that changed nothing, as they tell of
    nothing new, are left out."""
    new = insert(Notification)
    # The line's own columns, written out: as the table's they would be looked for among everybody's lines here.
    own: list[Any] = [literal_column(f"notifications.{name}") for name in ("room_id", "user_id", "seq")]
    # Constants, too: with parameters of its own, the statement would be sent once for each line.
    still_unread = Notification.read_at.is_(None) & ~func.coalesce(_read_in_room(*own), false())
    stored = new.on_conflict_do_update(
        index_elements=["user_id", "key"],
        set_={
            "name": new.excluded.name,
            "context": new.excluded.context,
            "path": new.excluded.path,
            "count": case((still_unread, Notification.count), else_=literal_column("0")) + new.excluded.count,
            "seq": new.excluded.seq,
            "shown": new.excluded.shown,
            "happened_at": new.excluded.happened_at,
            "read_at": null(),
        },
        where=Notification.seq < new.excluded.seq,
    ).returning(Notification)
    rows = await session.scalars(
        stored, [{"id": new_id(), **line} for line in lines], execution_options={"populate_existing": True}
    )
    return rows.all()


async def page(
    session: AsyncSession, user_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[Notification, bool, Told | None]]:
    """Lines, newest first, each with whether it has been read, and the message that it tells of."""
    query = (
        select(Notification, ~_unread(), *_MESSAGE)
        .outerjoin(Message, _told())
        .where(Notification.user_id == user_id, Notification.shown)
        .order_by(Notification.happened_at.desc(), Notification.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tuple_(Notification.happened_at, Notification.id) < before)
    return [(row[0], row[1], _as_told(row)) for row in (await session.execute(query)).all()]


# Of a long text a line shows the beginning.
_MESSAGE = (func.left(Message.text, 1_200).label("text"), Message.attachments, Message.deleted_at)


def _told() -> ColumnElement[bool]:
    return and_(Message.room_id == Notification.room_id, Message.seq == Notification.seq)


def _as_told(row: Row[Any]) -> Told | None:
    if row.text is None:
        return None
    files = ", ".join(each["name"] for each in row.attachments)
    return Told(row.text, files, row.deleted_at is not None)


async def unread(session: AsyncSession, user_id: UUID) -> int:
    """How many lines a person has not read."""
    return (await unread_of_all(session, [user_id])).get(user_id, 0)


async def unread_of_all(session: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many lines each of these people has not read, without those who have read all."""
    query = (
        select(Notification.user_id, func.count())
        .where(Notification.user_id.in_(user_ids), _unread())
        .group_by(Notification.user_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def get(session: AsyncSession, notification_id: UUID) -> tuple[Notification, bool, Told | None] | None:
    """A line, whether it has been read, and the message that it tells of."""
    row = (
        await session.execute(
            select(
                Notification,
                or_(Notification.read_at.is_not(None), func.coalesce(_read_in_room(), False)),
                *_MESSAGE,
            )
            .outerjoin(Message, _told())
            .where(Notification.id == notification_id)
        )
    ).one_or_none()
    return (row[0], row[1], _as_told(row)) if row is not None else None


async def mark(session: AsyncSession, user_id: UUID, ids: Sequence[UUID] | None, at: datetime) -> bool:
    """Mark these lines of a person's as read, or all; whether any was not."""
    query = update(Notification).where(
        Notification.user_id == user_id, Notification.shown, Notification.read_at.is_(None)
    )
    if ids is not None:
        query = query.where(Notification.id.in_(ids))
    return bool((await session.scalars(query.values(read_at=at).returning(Notification.id))).all())


async def forget(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(Notification).where(Notification.user_id == user_id))


async def forget_old(session: AsyncSession, *, before: datetime) -> None:
    """Remove lines from before a time, whether or not they were read."""
    await session.execute(delete(Notification).where(Notification.happened_at < before))
