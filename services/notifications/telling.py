"""Telling a person of something: a line in the app, and by push, as they chose. E-mail is `service.send_email`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.events import UserEvent, emit
from services.notifications import choosing, inbox, notices, pushing
from services.notifications.kinds import Channel, Kind


async def tell(
    session: AsyncSession,
    user_id: UUID,
    kind: Kind,
    name: str,
    *,
    key: str,
    path: str,
    context: Mapping[str, Any] | None = None,
    count: int = 1,
    room_id: UUID | None = None,
    seq: int | None = None,
    at: datetime | None = None,
) -> None:
    """Tell a person when the caller's transaction commits.

    `name` is a text of the catalogue (`notice.<name>.title`), `context` its values: those whose name ends in `_at` are
    ISO times and are shown in the person's zone. `path` is the page of the app that it leads to. The same `key` is one
    line: what comes before it was read adds to its `count`; a caller that may run twice gives the `seq` up to which it
    tells, and the same or an older one changes nothing.
    """
    channels = await choosing.channels(session, user_id, kind)
    if not channels & {Channel.IN_APP, Channel.PUSH}:
        return
    reader = await inbox.reader(session, user_id)
    if reader is None:
        return
    row = await inbox.keep(
        session,
        user_id=user_id,
        kind=kind.value,
        name=name,
        key=key,
        path=path,
        context=dict(context or {}),
        count=count,
        room_id=room_id,
        seq=seq,
        shown=Channel.IN_APP in channels,
        happened_at=at or clock.now(),
    )
    if row is None:
        return
    if Channel.PUSH in channels:
        await pushing.plan(session, row)
    if not row.shown:
        return
    body = {
        "type": "notification",
        "notification": notices.read(row, reader).model_dump(mode="json"),
        "unread": await inbox.unread(session, user_id),
    }
    emit(session, UserEvent(user_id, "notification", body))
