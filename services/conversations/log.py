"""Reading the durable log of a room: what subscribers replay, and what the hub reads when it sees a hole."""

from typing import Any
from uuid import UUID

import asyncpg

from core.actor import Actor, Scope
from core.db import Database
from core.errors import NotFound
from models.conversations import own_last_seq
from services.conversations.rendering import activity, message_body, room_event
from services.conversations.schemas import EventPage, MemberRead

MAX_REPLAY = 1_000
PAGE = 200

# A message is its own line of the log, under the number of its `message.created`; everything else stands in
# `room_events`. Both are read in order by their keys, and no further than the page.
EVENTS = """
select e.seq as event_seq, e.type as event_type, e.payload as event_payload, e.at as event_at, m.*
from (
    (
        select seq, 'message.created' as type, null::jsonb as payload, created_at as at, id as message_id
        from messages where room_id = $1 and seq > $2 order by seq limit $3
    ) union all (
        select seq, type, payload, at, message_id
        from room_events where room_id = $1 and seq > $2 order by seq limit $3
    )
) e left join messages m on m.id = e.message_id
order by e.seq limit $3
"""

# The newest message up to a seq, and who was named since another.
NEWEST = """
select m.*, array(
    select u::text from messages x cross join unnest(x.mentions) u where x.room_id = $1 and x.seq > $2 and x.seq <= $3
) as named
from messages m where m.room_id = $1 and m.seq <= $3 order by m.seq desc limit 1
"""

MEMBERS = f"""
select m.user_id, u.name, m.role, u.role as account_role, u.avatar_url, u.is_demo, m.joined_at,
    greatest(m.marked_seq, {own_last_seq("m")}) as read_seq
from room_members m join users u on u.id = m.user_id where m.room_id = $1 and m.user_id = any($2::uuid[])
"""  # noqa: S608


async def events_after(
    db: Database, room_id: UUID, after_seq: int, *, limit: int = PAGE
) -> list[dict[str, object]]:
    """Events in order of `seq`, as members receive them; messages and people as they are now. Checks no membership: for
    the hub, which serves only members."""
    rows = await db.by_key.fetch(EVENTS, room_id, after_seq, limit)
    people = await _members(db, room_id, [row["event_payload"]["user_id"] for row in rows if _of_member(row)])
    return [
        room_event(room_id, row["event_seq"], row["event_type"], row["event_at"], _shown(row, people))
        for row in rows
    ]


async def activity_through(
    db: Database, room_id: UUID, after_seq: int, through_seq: int
) -> dict[str, Any] | None:
    """The room's newest message up to `through_seq` for those who do not follow it, with whom it and others after
    `after_seq` mention. None in a room where nothing was said. Checks no membership: for the hub."""
    row = await db.by_key.fetchrow(NEWEST, room_id, after_seq, through_seq)
    return None if row is None else activity(message_body(row), row["named"])


def _of_member(row: asyncpg.Record) -> bool:
    return row["event_type"] in ("member.joined", "member.updated")


def _shown(row: asyncpg.Record, people: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if row["id"] is not None:
        return {"message": message_body(row)}
    payload: dict[str, Any] = row["event_payload"] or {}
    return payload | {"member": people[payload["user_id"]]} if _of_member(row) else payload


async def _members(db: Database, room_id: UUID, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Members, present and former, as they are now."""
    if not ids:
        return {}
    rows = await db.by_key.fetch(MEMBERS, room_id, ids)
    return {str(row["user_id"]): MemberRead.model_validate(dict(row)).model_dump(mode="json") for row in rows}


async def position(db: Database, actor: Actor, room_id: UUID) -> tuple[int, str]:
    """The room's newest `seq`, and its kind. Raises NotFound when the actor is not a member."""
    actor.require(Scope.CONVERSATIONS_READ)
    row = await db.by_key.fetchrow(
        "select r.last_seq, r.kind from rooms r join room_members m on m.room_id = r.id"
        " where r.id = $1 and m.user_id = $2 and m.left_at is null",
        room_id,
        actor.user_id,
    )
    if row is None:
        raise NotFound("There is no such conversation.", room=str(room_id))
    return row["last_seq"], row["kind"]


async def newest(db: Database, room_ids: list[UUID]) -> dict[UUID, int]:
    """The newest `seq` of many rooms, to find events that were published but lost on the way."""
    rows = await db.by_key.fetch("select id, last_seq from rooms where id = any($1::uuid[])", room_ids)
    return {row["id"]: row["last_seq"] for row in rows}


async def rooms_of(db: Database, actor: Actor) -> list[UUID]:
    """Ids of all rooms of a person, for the hub."""
    rows = await db.by_key.fetch(
        "select room_id from room_members where user_id = $1 and left_at is null", actor.user_id
    )
    return [row["room_id"] for row in rows]


async def page(db: Database, actor: Actor, room_id: UUID, after_seq: int) -> EventPage:
    """A page of the log for a member, over REST."""
    newest_seq, _ = await position(db, actor, room_id)
    if newest_seq - after_seq > MAX_REPLAY:
        return EventPage(items=[], last_seq=newest_seq, reset=True)
    return EventPage(items=await events_after(db, room_id, after_seq), last_seq=newest_seq)
