"""Turns: who runs which, under what lease, and what became of it.

A turn is recorded in the statement that stores the message it answers. Its row is its own job: it says what waits and
who runs it until when, so that any process finds what another one left (`due`). Plain SQL, since this stands between a
person's message and the first word of the answer.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from core.actor import ROLE_SCOPES, Actor, Role, Scope
from core.db import Database
from core.errors import NotFound
from core.events import RoomEvent
from core.ids import ASSISTANT_ID, new_id
from services.conversations import quotas
from services.conversations.assistant_schemas import TurnRead
from services.conversations.rendering import message_body, room_event
from services.conversations.schemas import Card, MessageRead

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)
MAX_ATTEMPTS = 3
WINDOW = 40
# What the assistant may do for one person where others look on: nothing that is that person's alone.
AMONG_PEOPLE = frozenset({Scope.CONVERSATIONS_READ, Scope.EXPERTS_READ, Scope.PROJECTS_READ})

# A message `m` is shown on the branch of the turn `c`.
SHOWN = """(m.branch = c.branch or exists (
    select from unnest(c.branches, c.cuts) as p(number, cut) where p.number = m.branch and m.seq <= p.cut))"""

CLAIM = """
with hurried as materialized (
    select set_config('synchronous_commit', 'off', true) as is_off
), claimed as (
    update turns t set
        status = 'running', attempt = t.attempt + 1, lease_owner = $2, lease_until = now() + $3,
        started_at = coalesce(t.started_at, now()),
        through_seq = coalesce(t.through_seq, (select last_seq from rooms where id = t.room_id))
    where t.id = $1 and (t.status = 'queued' or (t.status = 'running' and t.lease_until < now()))
        and not exists (select from turns r where r.room_id = t.room_id and r.status = 'running' and r.id <> t.id)
    returning t.*
), line as (
    select c.*, coalesce(b.path_branches, '{}') as branches, coalesce(b.path_cuts, '{}') as cuts
    from claimed c left join room_branches b on b.room_id = c.room_id and b.number = c.branch
), before as (
    select coalesce((
        select p.through_seq from messages m join turns p on p.id = m.turn_id
        where m.room_id = c.room_id and m.sender_id = $5 and m.kind = 'text' and $shown
        order by m.seq desc limit 1
    ), 0) as seq from line c
)
select c.id, c.room_id, c.user_id, c.branch, c.through_seq, c.attempt, c.progress, r.kind as room_kind,
    u.role, u.name, u.timezone, u.locale, k.text as summary, k.through_seq as summarised_through,
    array(
        select to_jsonb(w) from (
            select m.*, case when r.kind <> 'assistant' then (select name from users where id = m.sender_id) end as name
            from (
                select m.id, m.seq, m.sender_id, m.kind, m.text, m.cards, m.created_at from messages m
                where m.room_id = c.room_id and m.deleted_at is null and $shown
                    and (m.seq <= c.through_seq or m.sender_id = $5)
                order by m.seq desc limit 2 * $4
            ) m
            order by (m.sender_id <> $5 and m.seq > before.seq) desc, m.seq desc limit $4
        ) w
    ) as newest_first
from line c join users u on u.id = c.user_id join rooms r on r.id = c.room_id cross join before cross join hurried
left join lateral (
    select s.text, s.through_seq from room_summaries s
    where s.room_id = c.room_id and (s.branch = c.branch or exists (
        select from unnest(c.branches, c.cuts) as p(number, cut)
        where p.number = s.branch and s.through_seq <= p.cut))
    order by s.through_seq desc limit 1
) k on true
""".replace("$shown", SHOWN)
# The check for another running turn must not wait for that one to end, as the unique index does: this statement would
# then go on with a picture of the room from before the other's answer.
#
# It does not wait for the disk: a claim that a crash of the database undoes leaves the turn as it was, queued, and what the
# claimant then brings is refused, as its lease is not there.
#
# A message that came while the last answer was being written stands before it in the room; in the window it stands
# after it, because it is what this turn answers (`before.seq`: how far the last answer on this branch had read).

# Both conditions are partial indexes, so this reads the turns under way and no others. One that waits behind another
# of its room is taken up by whoever ends that one.
DUE = """
select t.id, t.attempt from turns t
where (t.status = 'running' and t.lease_until < now())
    or (t.status = 'queued' and t.created_at < now() - $1::interval
        and not exists (select from turns r where r.room_id = t.room_id and r.status = 'running'))
order by t.created_at
limit 100
"""

SAVE = """
update turns set text = $3, progress = $4, lease_until = now() + $5
where id = $1 and lease_owner = $2 and status = 'running'
returning stop_requested_at is not null
"""

# The end of the turn, what it used, and its message: one statement, as the person waits.
FINISH = """
with ended as (
    update turns set
        status = $3, text = '', progress = '[]', model = $4, prompt_version = $5, usage = $6, cost_microusd = $7::bigint,
        error = $8, message_id = $9, ended_at = now(), lease_until = null
    where id = $1 and lease_owner = $2 and status = 'running'
    returning room_id, user_id
), used as (
    insert into assistant_usage as u (user_id, day, input_tokens, output_tokens, cost_microusd)
    select user_id, $10, $11, $12, $7::bigint from ended where $11::bigint + $12::bigint > 0
    on conflict (user_id, day) do update set
        input_tokens = u.input_tokens + excluded.input_tokens,
        output_tokens = u.output_tokens + excluded.output_tokens,
        cost_microusd = u.cost_microusd + excluded.cost_microusd
), counted as (
    update rooms r set last_seq = r.last_seq + 1, message_count = r.message_count + 1, last_message_at = now()
    from ended where r.id = ended.room_id
    returning r.id, r.last_seq, r.message_count, r.branch
), stored as (
    insert into messages (id, room_id, seq, no, sender_id, client_id, text, cards, meta, turn_id, branch)
    select $9, id, last_seq, message_count, $13, $1, $14, $15, $16, $1, branch from counted
    returning *
)
select * from stored
"""


@dataclass(frozen=True, slots=True)
class WindowRow:
    """A message of the window, oldest first."""

    id: UUID
    sender_id: UUID
    kind: str
    text: str
    cards: list[Card]
    created_at: datetime
    name: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class ClaimedTurn:
    """A turn that this process may run, with what it answers."""

    id: UUID
    room_id: UUID
    branch: int
    actor: Actor
    attempt: int
    window: list[WindowRow]
    shared: bool = False
    asked_by: str = ""
    summary: str | None = None
    summarised_through: int = 0


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What became of a turn. `status`: done, stopped or failed."""

    status: str
    text: str
    cards: list[Card]
    model: str | None = None
    prompt_version: str | None = None
    usage: dict[str, int] | None = None
    cost_microusd: int = 0
    notices: list[str] | None = None
    error: str | None = None


async def claim(db: Database, turn_id: UUID, owner: UUID) -> ClaimedTurn | None:
    """Take the lease. None when another process has it, another turn of the room runs, or the turn has ended."""
    try:
        async with db.connection() as connection:
            row = await connection.fetchrow(CLAIM, turn_id, owner, LEASE, WINDOW, ASSISTANT_ID)
    except asyncpg.UniqueViolationError:
        return None
    if row is None:
        return None
    role = Role(row["role"])
    shared = row["room_kind"] != "assistant"
    scopes = ROLE_SCOPES[role] & AMONG_PEOPLE if shared else ROLE_SCOPES[role]
    actor = Actor(row["user_id"], role, scopes, timezone=row["timezone"], locale=row["locale"])
    window = [
        WindowRow(
            id=UUID(message["id"]),
            sender_id=UUID(message["sender_id"]),
            kind=message["kind"],
            text=message["text"],
            cards=[Card.model_validate(card) for card in message["cards"]],
            created_at=datetime.fromisoformat(message["created_at"]),
            name=message["name"],
            seq=message["seq"],
        )
        for message in reversed(row["newest_first"])
    ]
    return ClaimedTurn(
        row["id"],
        row["room_id"],
        row["branch"],
        actor,
        row["attempt"],
        window,
        shared=shared,
        asked_by=row["name"],
        summary=row["summary"],
        summarised_through=row["summarised_through"] or 0,
    )


async def save(db: Database, turn_id: UUID, owner: UUID, text: str, progress: list[Any]) -> bool | None:
    """Store the text so far and renew the lease. True when the person asked to stop; None when the lease is lost."""
    stopping: bool | None = await db.by_key.fetchval(SAVE, turn_id, owner, text, progress, LEASE)
    return stopping


async def finish(db: Database, turn: ClaimedTurn, owner: UUID, result: TurnResult) -> MessageRead | None:
    """End the turn and store its message, in one statement, once. None when the lease was lost: another process
    then answers, and what this one wrote is dropped."""
    meta: dict[str, Any] = {"status": "complete" if result.status == "done" else result.status}
    if result.model:
        meta["model"] = result.model
    if result.notices:
        meta["notices"] = result.notices
    used = result.usage or {}
    async with db.connection() as connection:
        row = await connection.fetchrow(
            FINISH,
            turn.id,
            owner,
            result.status,
            result.model,
            result.prompt_version,
            used,
            result.cost_microusd,
            result.error,
            new_id(),
            quotas.today(),
            used.get("input", 0),
            used.get("output", 0),
            ASSISTANT_ID,
            result.text,
            [card.model_dump(mode="json") for card in result.cards],
            meta,
        )
    if row is None:
        return None
    body = message_body(row)
    event = room_event(turn.room_id, row["seq"], "message.created", row["created_at"], {"message": body})
    db.publish([RoomEvent(turn.room_id, "message.created", event, row["seq"])])
    return MessageRead.model_validate(body)


async def release(db: Database, owner: UUID) -> None:
    """Give back all leases of a process that goes down, so that others need not wait for them to run out."""
    await db.raw.execute(
        "update turns set lease_until = now() where lease_owner = $1 and status = 'running'", owner
    )


def catch_up(
    room_id: UUID, turn_id: UUID, attempt: int, text: str, progress: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Events that bring someone who comes late up to date with a turn under way."""
    base = {"room": str(room_id), "turn": str(turn_id)}
    events: list[dict[str, Any]] = [{**base, "type": "turn.started", "attempt": attempt}]
    events += [{**base, "type": "turn.tool", **step} for step in progress]
    if text:
        events.append({**base, "type": "turn.delta", "offset": 0, "text": text})
    return events


async def waiting(db: Database, room_id: UUID) -> UUID | None:
    """The turn that waits in the room, if one does."""
    turn: UUID | None = await db.raw.fetchval(
        "select id from turns where room_id = $1 and status = 'queued'", room_id
    )
    return turn


async def running(db: Database, actor: Actor, room_id: UUID) -> TurnRead | None:
    """The turn under way in a room of the actor's, with its text so far as last saved."""
    actor.require(Scope.CONVERSATIONS_READ)
    row = await db.by_key.fetchrow(
        "select t.id, t.room_id, t.status, t.attempt, t.text, t.progress, t.message_id, t.error from turns t"
        " join room_members m on m.room_id = t.room_id and m.user_id = $2 and m.left_at is null"
        " where t.room_id = $1 and t.status = 'running'",
        room_id,
        actor.user_id,
    )
    return None if row is None else TurnRead.model_validate(dict(row))


async def stop(db: Database, actor: Actor, turn_id: UUID) -> None:
    """Ask a turn to stop. One that still waits ends at once; a running one keeps what it has said so far."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    row = await db.raw.fetchrow(
        "update turns t set stop_requested_at = now(),"
        " status = case when t.status = 'queued' then 'stopped' else t.status end,"
        " ended_at = case when t.status = 'queued' then now() else t.ended_at end"
        " from room_members m where t.id = $1 and m.room_id = t.room_id and m.user_id = $2 and m.left_at is null"
        " returning t.room_id, t.status, t.ended_at",
        turn_id,
        actor.user_id,
    )
    if row is None:
        raise NotFound("There is no such turn.", turn=str(turn_id))
    room = row["room_id"]
    if row["status"] == "running":
        db.publish(
            [
                RoomEvent(
                    room, "turn.stopping", {"type": "turn.stopping", "room": str(room), "turn": str(turn_id)}
                )
            ]
        )
    else:
        body = {"type": "turn.ended", "room": str(room), "turn": str(turn_id), "status": row["status"]}
        db.publish([RoomEvent(room, "turn.ended", body)])


async def due(db: Database, *, waited: timedelta = LEASE) -> list[UUID]:
    """Turns that nobody runs, oldest first: those whose process died, and those queued for so long that whoever stored
    them is not about to run them. Those that were tried too often end here, with an answer that says so."""
    abandoned = await db.raw.fetch(DUE, waited)
    for row in abandoned:
        if row["attempt"] >= MAX_ATTEMPTS:
            await _give_up(db, row["id"])
    return [row["id"] for row in abandoned if row["attempt"] < MAX_ATTEMPTS]


async def _give_up(db: Database, turn_id: UUID) -> None:
    owner = (
        turn_id  # a lease of its own, so that no process that comes back late can end the turn a second time
    )
    turn = await claim(db, turn_id, owner)
    if turn is None:
        return
    text = "I could not finish this answer, although I tried several times. Please send your message again."
    message = await finish(db, turn, owner, TurnResult("failed", text, [], error="attempts"))
    if message is not None:
        db.publish([ended_event(turn, "failed", message)])


def ended_event(turn: ClaimedTurn, status: str, message: MessageRead) -> RoomEvent:
    """What tells those who watch that a turn has ended, and with which message."""
    body = {"type": "turn.ended", "room": str(turn.room_id), "turn": str(turn.id)}
    return RoomEvent(turn.room_id, "turn.ended", body | {"status": status, "message_id": str(message.id)})
