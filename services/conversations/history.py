"""Pages of history: from the end, in both directions, around a message, and from a date on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.errors import InvalidInput
from services.conversations import message_repository as rows
from services.conversations import repository
from services.conversations.schemas import MessagePage, MessageRead

PAGE = 50


async def page(
    session: AsyncSession,
    actor: Actor,
    room_id: UUID,
    *,
    before_seq: int | None = None,
    after_seq: int | None = None,
    around: UUID | None = None,
    at: datetime | None = None,
    limit: int = PAGE,
) -> MessagePage:
    """A page of history, oldest first: the newest messages, those before or after a sequence number, those around a
    message, or those around the first one from a moment on."""
    actor.require(Scope.CONVERSATIONS_READ)
    room, _ = await repository.room_of(session, actor.user_id, room_id)
    if sum(each is not None for each in (before_seq, after_seq, around, at)) > 1:
        raise InvalidInput("Give one of before_seq, after_seq, around and at.", code="one_bound_only")
    if around is not None:
        seq = (await rows.message_of(session, room_id, around))["seq"]
        return await _around(session, room_id, seq, limit)
    if at is not None:
        return await _around(session, room_id, await _first_from(session, room_id, room.last_seq, at), limit)
    if after_seq is not None:
        found = await repository.messages(
            session, room_id, before_seq=None, after_seq=after_seq, limit=limit + 1
        )
        newer = found[limit - 1]["seq"] if len(found) > limit else None
        items = found[:limit]
        return _page(items, newer, older=items[0]["seq"] if items else None, newer=newer)
    found = await repository.messages(
        session, room_id, before_seq=before_seq, after_seq=None, limit=limit + 1
    )
    items = found[-limit:]
    older = items[0]["seq"] if len(found) > limit else None
    return _page(items, older, older=older, newer=items[-1]["seq"] if items and before_seq else None)


def _page(items: list[dict[str, object]], cursor: object, *, older: object, newer: object) -> MessagePage:
    return MessagePage.model_validate(
        {
            "items": items,
            "next_cursor": None if cursor is None else str(cursor),
            "older": older,
            "newer": newer,
        }
    )


async def _around(session: AsyncSession, room_id: UUID, seq: int, limit: int) -> MessagePage:
    """Half of the page stands before `seq`, and `seq` begins the other half."""
    limit = max(2, limit)
    before = limit // 2
    earlier = await repository.messages(session, room_id, before_seq=seq, after_seq=None, limit=before + 1)
    later = await repository.messages(
        session, room_id, before_seq=None, after_seq=seq - 1, limit=limit - before + 1
    )
    older = earlier[1]["seq"] if len(earlier) > before else None
    newer = later[-2]["seq"] if len(later) > limit - before else None
    items = earlier[-before:] + later[: limit - before]
    return MessagePage(
        items=[MessageRead.model_validate(item) for item in items], next_cursor=None, older=older, newer=newer
    )


async def _first_from(session: AsyncSession, room_id: UUID, last_seq: int, at: datetime) -> int:
    """The sequence number of the first message from `at` on; past the end when there is none.

    Halving over the numbers: twenty probes of one index for a million messages, and none that every message sent would
    have to pay for. Where a clock once jumped back, times do not rise with the numbers; the answer is near then.
    """
    low, high = 1, last_seq + 1
    while low < high:
        middle = (low + high) // 2
        row = await rows.at_or_after(session, room_id, middle)
        if row is None or row["created_at"] >= at:
            high = middle
        else:
            low = row["seq"] + 1
    return low
