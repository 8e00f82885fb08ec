"""Search in the messages of one's rooms: words, by their beginnings, newest first."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core import cursors
from core.actor import Actor, Scope
from services.conversations import repository
from services.conversations.rendering import message_read
from services.conversations.schemas import FoundMessage, SearchPage, Snippet

# Marks that no message holds (they are private-use characters), so that what they enclose can be told apart safely.
START, STOP = "\ue000", "\ue001"
HEADLINE = f'StartSel="{START}", StopSel="{STOP}", MaxWords=30, MinWords=18, ShortWord=0'

# `websearch_to_tsquery` takes whatever people type (quotes, or, minus) and fails on nothing; then each word counts as a
# beginning, so that "invoice" finds "invoices", and a search finds something before its last word is complete.
SEARCH = text(
    r"""
    with q as (
        select regexp_replace(
            websearch_to_tsquery('simple', :words)::text, '''( |\)|$)', ''':*\1', 'g'
        )::tsquery as query
    ), found as (
        select m.* from messages m cross join q
        where to_tsvector('simple', m.text) @@ q.query and m.deleted_at is null
            and m.room_id in (
                select rm.room_id from room_members rm where rm.user_id = :me and rm.left_at is null
                    and (cast(:room as uuid) is null or rm.room_id = :room)
            )
            and (cast(:sender as uuid) is null or m.sender_id = :sender)
            and (cast(:before as timestamptz) is null or (m.created_at, m.id) < (:before, cast(:before_id as uuid)))
        order by m.created_at desc, m.id desc limit :most
    )
    select f.*, case when r.kind = 'direct' then coalesce((
            select o.name from room_members other join users o on o.id = other.user_id
            where other.room_id = r.id and other.user_id <> :me
        ), r.title) else r.title end as room_title, r.kind as room_kind, u.name as sender_name,
        ts_headline('simple', translate(f.text, :marks, ''), q.query, :headline) as headline
    from found f cross join q join rooms r on r.id = f.room_id join users u on u.id = f.sender_id
    order by f.created_at desc, f.id desc
    """
)


async def search(
    session: AsyncSession,
    actor: Actor,
    words: str,
    *,
    room_id: UUID | None = None,
    sender_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> SearchPage:
    """Messages with these words in the rooms that the actor is in, or in one of them."""
    actor.require(Scope.CONVERSATIONS_READ)
    if room_id is not None:
        await repository.room_of(session, actor.user_id, room_id)
    before = cursors.read(cursor)
    rows = (
        (
            await session.execute(
                SEARCH,
                {
                    "words": words.replace("\x00", " "),
                    "me": actor.user_id,
                    "room": room_id,
                    "sender": sender_id,
                    "before": before[0] if before else None,
                    "before_id": before[1] if before else None,
                    "most": limit + 1,
                    "marks": START + STOP,
                    "headline": HEADLINE,
                },
            )
        )
        .mappings()
        .all()
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return SearchPage(
        items=[
            FoundMessage(
                message=message_read(row),
                room_title=row["room_title"],
                room_kind=row["room_kind"],
                sender_name=row["sender_name"],
                snippet=_snippet(row["headline"]),
            )
            for row in rows[:limit]
        ],
        next_cursor=cursors.written(last["created_at"], last["id"]) if last is not None else None,
    )


def _snippet(headline: str) -> list[Snippet]:
    parts: list[Snippet] = []
    for index, piece in enumerate(headline.split(START)):
        hit, mark, rest = piece.partition(STOP)
        if index == 0 or not mark:
            parts.append(Snippet(text=piece, hit=False))
            continue
        parts += [Snippet(text=hit, hit=True), Snippet(text=rest, hit=False)]
    return [part for part in parts if part.text]
