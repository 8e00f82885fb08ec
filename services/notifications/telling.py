"""Telling people of something: a line in the app, and by push, as they chose. E-mail is `service.send_email`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.events import UserEvent, emit
from services.notifications import choosing, inbox, notices, pushing
from services.notifications.kinds import Channel, Kind

TOGETHER = 500


@dataclass(frozen=True, slots=True)
class News:
    """What one person is told.

    `name` is a text of the catalogue (`notice.<name>.title`), `context` its values: those whose name ends in `_at` are
    ISO times and are shown in the person's zone. `path` is the page of the app that it leads to. The same `key` is one
    line: what comes before it was read adds to its `count`; a caller that may run twice gives the `seq` up to which it
    tells, and the same or an older one changes nothing.
    """

    user_id: UUID
    kind: Kind
    name: str
    key: str
    path: str
    context: Mapping[str, Any] = field(default_factory=dict)
    count: int = 1
    room_id: UUID | None = None
    seq: int | None = None
    at: datetime | None = None


async def tell(session: AsyncSession, *news: News) -> None:
    """Tell people when the caller's transaction commits, with no more statements for many than for one. No two of `news`
    are for the same person and key."""
    for start in range(0, len(news), TOGETHER):
        await _tell(session, news[start : start + TOGETHER])


async def _tell(session: AsyncSession, news: Sequence[News]) -> None:
    channels = await choosing.channels_of_all(session, {(each.user_id, each.kind) for each in news})
    readers = await inbox.readers(session, {each.user_id for each in news})
    lines = [
        _line(each, shown=Channel.IN_APP in channels[each.user_id, each.kind])
        for each in news
        if each.user_id in readers and channels[each.user_id, each.kind] & {Channel.IN_APP, Channel.PUSH}
    ]
    if not lines:
        return
    rows = await inbox.keep(session, lines)
    await pushing.plan(
        session, [row for row in rows if Channel.PUSH in channels[row.user_id, Kind(row.kind)]]
    )
    shown = [row for row in rows if row.shown]
    unread = await inbox.unread_of_all(session, {row.user_id for row in shown})
    for row in shown:
        body = {
            "type": "notification",
            "notification": notices.read(row, readers[row.user_id]).model_dump(mode="json"),
            "unread": unread.get(row.user_id, 0),
        }
        emit(session, UserEvent(row.user_id, "notification", body))


def _line(news: News, *, shown: bool) -> dict[str, Any]:
    return {
        "user_id": news.user_id,
        "kind": news.kind.value,
        "name": news.name,
        "key": news.key,
        "path": news.path,
        "context": dict(news.context),
        "count": news.count,
        "room_id": news.room_id,
        "seq": news.seq,
        "shown": shown,
        "happened_at": news.at or clock.now(),
    }
