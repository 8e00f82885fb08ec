"""Reading the durable log of a room: what subscribers replay, and what the hub reads when it sees a hole."""

from uuid import UUID

from core.actor import Actor, Scope
from core.db import Database
from core.errors import NotFound
from services.conversations.rendering import message_body, room_event
from services.conversations.schemas import EventPage

MAX_REPLAY = 1_000
PAGE = 200

EVENTS = """
select e.seq as event_seq, e.type as event_type, e.payload as event_payload, e.at as event_at, m.*
from room_events e left join messages m on m.id = e.message_id
where e.room_id = $1 and e.seq > $2 order by e.seq limit $3
"""


async def events_after(
    db: Database, room_id: UUID, after_seq: int, *, limit: int = PAGE
) -> list[dict[str, object]]:
    """Events in order of `seq`, as members receive them; messages as they are now. Checks no membership: for the hub,
    which serves only members."""
    return [
        room_event(
            room_id,
            row["event_seq"],
            row["event_type"],
            row["event_at"],
            (row["event_payload"] or {}) | ({"message": message_body(row)} if row["id"] is not None else {}),
        )
        for row in await db.raw.fetch(EVENTS, room_id, after_seq, limit)
    ]


async def last_seq(db: Database, actor: Actor, room_id: UUID) -> int:
    """The room's newest `seq`. Raises NotFound when the actor is not a member."""
    actor.require(Scope.CONVERSATIONS_READ)
    seq: int | None = await db.raw.fetchval(
        "select r.last_seq from rooms r join room_members m on m.room_id = r.id"
        " where r.id = $1 and m.user_id = $2 and m.left_at is null",
        room_id,
        actor.user_id,
    )
    if seq is None:
        raise NotFound("There is no such conversation.", room=str(room_id))
    return seq


async def newest(db: Database, room_ids: list[UUID]) -> dict[UUID, int]:
    """The newest `seq` of many rooms, to find events that were published but lost on the way."""
    rows = await db.raw.fetch("select id, last_seq from rooms where id = any($1::uuid[])", room_ids)
    return {row["id"]: row["last_seq"] for row in rows}


async def rooms_of(db: Database, actor: Actor) -> list[UUID]:
    """Ids of all rooms of a person, for the hub."""
    rows = await db.raw.fetch(
        "select room_id from room_members where user_id = $1 and left_at is null", actor.user_id
    )
    return [row["room_id"] for row in rows]


async def page(db: Database, actor: Actor, room_id: UUID, after_seq: int) -> EventPage:
    """A page of the log for a member, over REST."""
    newest_seq = await last_seq(db, actor, room_id)
    if newest_seq - after_seq > MAX_REPLAY:
        return EventPage(items=[], last_seq=newest_seq, reset=True)
    return EventPage(items=await events_after(db, room_id, after_seq), last_seq=newest_seq)
