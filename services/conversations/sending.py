"""Sending messages: the hot path, and the one place that leaves the ORM.

One statement checks membership, takes sequence numbers, stores messages and events and moves the senders' own read
marks. Sends that arrive while a statement is under way are stored together by the next one (group commit); each gets
its own answer. Rooms where the assistant answers go through a second lane, which also queues the turn and its job in
the same transaction.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from core.actor import Actor, Scope
from core.db import Database
from core.errors import NotFound, VendorUnavailable
from core.events import Event, RoomEvent, TurnQueued
from core.ids import new_id
from core.jobs import enqueue_raw
from services.conversations.rendering import message_body, room_event
from services.conversations.schemas import MessageRead, SendMessage, SentMessage
from services.conversations.turns import LEASE, resume_turn

log = logging.getLogger(__name__)

BATCH = 256
RETRY_SECONDS = 15.0

# $1..$6: arrays of equal length, one element per send. READ COMMITTED: `locked` waits for and then sees the newest
# version of each room, so numbers are gapless across processes; a duplicate that another process stored meanwhile
# raises a unique violation, and the retry finds it as `known`.
STORE = """
with input as (
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[])
        with ordinality as i(id, room_id, sender_id, client_id, text, reply_to, ord)
), locked as materialized (
    select id, kind, last_seq, message_count from rooms
    where id = any($2::uuid[]) order by id for no key update
), known as (
    select i.ord, m.* from input i
    join messages m on m.sender_id = i.sender_id and m.client_id = i.client_id
), fresh as (
    select i.*, l.kind as room_kind,
        l.last_seq + row_number() over w as seq, l.message_count + row_number() over w as no
    from input i
    join locked l on l.id = i.room_id
    join room_members mb on mb.room_id = i.room_id and mb.user_id = i.sender_id and mb.left_at is null
    where not exists (select from known k where k.ord = i.ord)
    window w as (partition by i.room_id order by i.ord)
), bumped as (
    update rooms r set last_seq = f.seq, message_count = f.no, last_message_at = now()
    from (select room_id, max(seq) as seq, max(no) as no from fresh group by room_id) f
    where r.id = f.room_id
), stored as (
    insert into messages (id, room_id, seq, no, sender_id, client_id, text, reply_to)
    select id, room_id, seq, no, sender_id, client_id, text, reply_to from fresh
), logged as (
    insert into room_events (room_id, seq, type, message_id)
    select room_id, seq, 'message.created', id from fresh
), seen as (
    update room_members m set read_seq = f.seq, read_no = f.no
    from (select room_id, sender_id, max(seq) as seq, max(no) as no from fresh group by room_id, sender_id) f
    where m.room_id = f.room_id and m.user_id = f.sender_id
){queue}
select ord, true as fresh, id, room_id, seq, no, sender_id, 'text' as kind, text, '[]'::jsonb as cards, client_id,
    reply_to, null::uuid as turn_id, '{{}}'::jsonb as meta, now() as created_at, null::timestamptz as edited_at,
    null::timestamptz as deleted_at
from fresh
union all
select ord, false, id, room_id, seq, no, sender_id, kind, text, cards, client_id,
    reply_to, turn_id, meta, created_at, edited_at, deleted_at
from known
"""

# The assistant answers everything in its own rooms, and elsewhere what mentions it. A turn that already waits in the
# room takes the new message along.
QUEUE_TURNS = """, queued as (
    insert into turns (id, room_id, user_id)
    select distinct on (f.room_id) ($7::uuid[])[f.ord], f.room_id, f.sender_id
    from fresh f
    where f.room_kind = 'assistant'
    order by f.room_id, f.ord
    on conflict do nothing
    returning id, room_id
)"""

STORE_PLAIN = STORE.format(queue="")
STORE_AND_QUEUE = STORE.format(queue=QUEUE_TURNS)
WAITING = "select id, room_id from turns where room_id = any($1::uuid[]) and status = 'queued'"


@dataclass(slots=True)
class _Pending:
    room_id: UUID
    sender_id: UUID
    data: SendMessage
    answer: asyncio.Future[tuple[dict[str, Any], bool]]
    id: UUID = field(default_factory=new_id)


@dataclass(slots=True)
class _Lane:
    """One writer: what waits, and the task that stores it."""

    store: Callable[[list[_Pending]], Awaitable[None]]
    waiting: list[_Pending] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    def add(self, pending: _Pending) -> None:
        self.waiting.append(pending)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        while self.waiting:
            batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
            await self.store(batch)


class Sender:
    """Stores messages for one process. `send` returns when the message is durable and has been published."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kinds: dict[UUID, str] = {}
        self._plain = _Lane(self._store_plain)
        self._assisted = _Lane(self._store_assisted)

    async def send(self, actor: Actor, room_id: UUID, data: SendMessage) -> SentMessage:
        """Store a message of `actor`. Raises NotFound when the room is not theirs."""
        body, fresh = await self.send_body(actor, room_id, data)
        return SentMessage(message=MessageRead.model_validate(body), duplicate=not fresh)

    async def send_body(self, actor: Actor, room_id: UUID, data: SendMessage) -> tuple[dict[str, Any], bool]:
        """Like `send`, as (JSON object of the message, whether it is new)."""
        return await (await self.submit(actor, room_id, data))

    async def submit(
        self, actor: Actor, room_id: UUID, data: SendMessage
    ) -> asyncio.Future[tuple[dict[str, Any], bool]]:
        """Hand a message over; the future is done when it is durable. Messages handed over one after the other are
        stored in that order."""
        actor.require(Scope.CONVERSATIONS_WRITE)
        kind = self._kinds.get(room_id) or await self._kind(room_id)
        lane = self._assisted if kind == "assistant" else self._plain
        answer: asyncio.Future[tuple[dict[str, Any], bool]] = asyncio.get_running_loop().create_future()
        lane.add(_Pending(room_id, actor.user_id, data, answer))
        return answer

    async def close(self) -> None:
        """Wait until everything that was accepted is stored."""
        for lane in (self._plain, self._assisted):
            if lane.task is not None:
                await lane.task

    async def _kind(self, room_id: UUID) -> str:
        kind: str | None = await self._db.raw.fetchval("select kind from rooms where id = $1", room_id)
        if kind is None:
            raise NotFound("There is no such conversation.", room=str(room_id))
        if len(self._kinds) > 100_000:
            self._kinds.clear()
        self._kinds[room_id] = kind  # a room never changes its kind
        return kind

    async def _store_plain(self, batch: list[_Pending]) -> None:
        async def once(unique: list[_Pending]) -> list[asyncpg.Record]:
            async with self._db.raw.acquire() as connection:
                return await connection.fetch(STORE_PLAIN, *_columns(unique))

        await self._store(batch, once, [])

    async def _store_assisted(self, batch: list[_Pending]) -> None:
        turns: list[Event] = []

        async def once(unique: list[_Pending]) -> list[asyncpg.Record]:
            turns.clear()
            async with self._db.raw.acquire() as connection, connection.transaction():
                rows: list[asyncpg.Record] = await connection.fetch(
                    STORE_AND_QUEUE, *_columns(unique), [new_id() for _ in unique]
                )
                rooms = {row["room_id"] for row in rows if row["fresh"]}
                for turn in await connection.fetch(WAITING, list(rooms)) if rooms else []:
                    await enqueue_raw(
                        connection, resume_turn, delay=LEASE, key=f"turn:{turn['id']}", turn_id=turn["id"]
                    )
                    turns.append(TurnQueued(turn["room_id"], turn["id"]))
            return rows

        await self._store(batch, once, turns)

    async def _store(
        self,
        batch: list[_Pending],
        once: Callable[[list[_Pending]], Awaitable[list[asyncpg.Record]]],
        then: list[Event],
    ) -> None:
        unique: dict[tuple[UUID, UUID], _Pending] = {}
        for pending in batch:
            unique.setdefault((pending.sender_id, pending.data.client_id), pending)
        firsts = list(unique.values())
        try:
            rows = await _patiently(lambda: once(firsts))
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            if len(batch) == 1:
                _fail(batch, error)
            else:  # one bad message must not take its neighbours along
                for pending in batch:
                    await self._store([pending], once, then)
            return
        except Exception as error:
            log.exception("messages could not be stored", extra={"messages": len(batch)})
            _fail(batch, error)
            return
        answers = {(row["sender_id"], row["client_id"]): row for row in rows}
        events: list[Event] = []
        for pending in batch:
            row = answers.get((pending.sender_id, pending.data.client_id))
            if row is None or row["room_id"] != pending.room_id:
                if not pending.answer.done():
                    pending.answer.set_exception(
                        NotFound("There is no such conversation.", room=str(pending.room_id))
                    )
                continue
            body = message_body(row)
            fresh = row["fresh"] and pending.id == row["id"]
            if fresh:
                event = room_event(
                    row["room_id"], row["seq"], "message.created", row["created_at"], {"message": body}
                )
                events.append(RoomEvent(row["room_id"], "message.created", event, row["seq"]))
            if not pending.answer.done():
                pending.answer.set_result((body, fresh))
        self._db.publish([*events, *then])


def _columns(batch: list[_Pending]) -> tuple[list[Any], ...]:
    return (
        [p.id for p in batch],
        [p.room_id for p in batch],
        [p.sender_id for p in batch],
        [p.data.client_id for p in batch],
        [p.data.text for p in batch],
        [p.data.reply_to for p in batch],
    )


def _fail(batch: list[_Pending], error: Exception) -> None:
    for pending in batch:
        if not pending.answer.done():
            pending.answer.set_exception(
                VendorUnavailable(
                    "The message could not be stored. Send it again.", reason=type(error).__name__
                )
            )


async def _patiently(once: Callable[[], Awaitable[list[asyncpg.Record]]]) -> list[asyncpg.Record]:
    """Run `once`, again while the database restarts or another process stored a duplicate first.

    Trying again is safe: what the lost attempt stored is found by its client id.
    """
    deadline = asyncio.get_running_loop().time() + RETRY_SECONDS
    delay, conflicts = 0.05, 0
    while True:
        try:
            return await once()
        except asyncpg.UniqueViolationError:
            conflicts += 1
            if conflicts > 3:
                raise
        except (
            OSError,
            asyncpg.PostgresConnectionError,
            asyncpg.InterfaceError,
            asyncpg.CannotConnectNowError,
            asyncpg.AdminShutdownError,
            asyncpg.CrashShutdownError,
            asyncpg.DeadlockDetectedError,
            asyncpg.SerializationError,
        ):
            if asyncio.get_running_loop().time() + delay > deadline:
                raise
            await asyncio.sleep(delay)
            delay = min(delay * 2, 1.0)
