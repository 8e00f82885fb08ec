"""The list of notifications: what a person reads in the app, and marking it as read."""

from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock, cursors
from core.actor import Actor, Scope
from core.events import UserEvent, emit
from models.notifications import Notification
from services.conversations.plain_text import plain
from services.notifications import inbox
from services.notifications.inbox import Told
from services.notifications.kinds import Kind
from services.notifications.schemas import Recipient
from services.notifications.words import has, words

PAGE = 20
PREVIEW = 280
_LONGEST = 200


class NotificationRead(BaseModel):
    """One line. `count` says how many things came together in it; `path` is the page of the app it leads to."""

    id: UUID
    kind: Kind
    title: str
    body: str | None
    path: str
    count: int
    room_id: UUID | None
    seq: int | None = Field(
        description="Of a line about messages: it is read once its room is read up to here"
    )
    happened_at: datetime
    read: bool


class NotificationPage(BaseModel):
    """Newest first; `unread` counts all that was not read, not those of the page."""

    items: list[NotificationRead]
    next_cursor: str | None
    unread: int


class MarkNotifications(BaseModel):
    """Which lines have been read: those of `ids`, or all."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[UUID], Field(min_length=1, max_length=100)] | None = None


class UnreadNotifications(BaseModel):
    unread: int


async def list_own(
    session: AsyncSession, actor: Actor, *, cursor: str | None = None, limit: int = PAGE
) -> NotificationPage:
    """The actor's lines, newest first. Raises InvalidInput (bad_cursor)."""
    actor.require(Scope.ACCOUNT_READ)
    rows = await inbox.page(session, actor.user_id, before=cursors.read(cursor), limit=limit + 1)
    reader = Recipient(address="", user_id=actor.user_id, timezone=actor.timezone, locale=actor.locale)
    last = rows[limit - 1][0] if len(rows) > limit else None
    return NotificationPage(
        items=[read(row, reader, seen, told) for row, seen, told in rows[:limit]],
        next_cursor=cursors.written(last.happened_at, last.id) if last else None,
        unread=await inbox.unread(session, actor.user_id),
    )


async def mark(session: AsyncSession, actor: Actor, data: MarkNotifications) -> UnreadNotifications:
    """Mark lines as read, and tell all of the actor's devices. Doing it again changes nothing."""
    actor.require(Scope.ACCOUNT_READ)
    changed = await inbox.mark(session, actor.user_id, data.ids, clock.now())
    unread = await inbox.unread(session, actor.user_id)
    if changed:
        ids = [str(each) for each in data.ids] if data.ids is not None else None
        body = {"type": "notifications.read", "ids": ids, "unread": unread}
        emit(session, UserEvent(actor.user_id, "notifications.read", body))
    return UnreadNotifications(unread=unread)


def read(
    row: Notification, reader: Recipient, seen: bool = False, told: Told | None = None
) -> NotificationRead:
    """A line in words, in the reader's language and time zone. `told`: the message that it tells of, as it is now."""
    values = {"count": row.count, **_shown(row.context, reader)}
    if told is not None and "preview" in values:
        deleted = words("shared.deleted", reader.language)
        values["preview"] = deleted if told.deleted else one_line(told.text, told.files)
    body = f"notice.{row.name}.body"
    return NotificationRead(
        id=row.id,
        kind=Kind(row.kind),
        title=words(f"notice.{row.name}.title", reader.language, **values)[:_LONGEST],
        body=words(body, reader.language, **values)[:_LONGEST] or None if has(body) else None,
        path=row.path,
        count=row.count,
        room_id=row.room_id,
        seq=row.seq,
        happened_at=row.happened_at,
        read=seen,
    )


def _shown(context: dict[str, str], reader: Recipient) -> dict[str, str]:
    return {
        name: _local(value, reader.timezone) if name.endswith("_at") else value
        for name, value in context.items()
    }


def one_line(text: str, files: str | None = None) -> str:
    """A message in one line, in plain words, shortened; one without words by the names of its files."""
    line = plain(text[: PREVIEW * 4]) or " ".join((files or "").split())
    return line if len(line) <= PREVIEW else line[: PREVIEW - 1].rstrip() + "…"


def _local(at: str, timezone: str) -> str:
    """`Tuesday, 24 November, 15:00`."""
    there = datetime.fromisoformat(at).astimezone(ZoneInfo(timezone))
    return f"{there:%A}, {there.day} {there:%B}, {there:%H:%M}"
