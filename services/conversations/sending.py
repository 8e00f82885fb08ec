"""Sending messages: the hot path, and the one place that leaves the ORM.

One statement checks membership, takes sequence numbers and stores messages, each of which is its own event and its
sender's read mark. Sends that arrive while a statement is under way are stored together by the next one (group commit);
each gets its own answer. Rooms where the assistant answers go through a second lane, whose statement also queues the turn
and counts what the sender may ask.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from core.actor import Actor, Scope
from core.db import Database, patiently
from core.errors import Forbidden, NotFound, SextantError, VendorUnavailable
from core.events import Event, RoomEvent, TurnQueued
from services.conversations import quotas
from services.conversations.batches import (
    Pending,
    Stored,
    by_room,
    prepare,
)
from services.conversations.rendering import (
    NOT_ASKED,
    Row,
    created_event,
    message_body,
    new_message,
    prepared_message,
    written,
    written_instant,
)
from services.conversations.schemas import MessageRead, SendMessage, SentMessage, asks_assistant
from services.conversations.statements import KNOWN, WHY_NOT
from services.conversations.storing import Storage
from services.files import service as files

log = logging.getLogger(__name__)

BATCH = 256
HALVED = 32  # messages from which on a batch is answered in two halves


@dataclass(slots=True)
class _Told:
    """A batch whose senders are being told: those who said something first, who said the same again (with the place of the
    first), the messages that were there before by place, events for afterwards, and who is told what, which those in
    `unasked` are when it is known how long the assistant will not be asked."""

    firsts: list[Pending]
    again: list[tuple[Pending, int]]
    known: dict[int, dict[str, Any]]
    then: list[Event]
    stored: dict[int, Stored] = field(default_factory=dict)
    unasked: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Lane:
    """One writer: what waits, and the task that stores it."""

    store: Callable[[list[Pending]], Awaitable[None]]
    waiting: list[Pending] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    def add(self, pending: Pending) -> None:
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
        self._loop = asyncio.get_running_loop()  # asking for it each time is a call of the system
        self._kinds: dict[UUID, str] = {}
        self._storage = Storage(db)
        self._tasks: set[asyncio.Task[None]] = set()
        self._plain = _Lane(self._store_plain)
        self._assisted = _Lane(self._store_assisted)

    async def send(self, actor: Actor, room_id: UUID, data: SendMessage) -> SentMessage:
        """Store a message of `actor`. Raises NotFound when the room is not theirs."""
        encoded, fresh, unanswered = await self.send_body(actor, room_id, data)
        message = MessageRead.model_validate_json(encoded)
        return SentMessage(message=message, duplicate=not fresh, unanswered=unanswered)

    async def send_body(self, actor: Actor, room_id: UUID, data: SendMessage) -> Stored:
        """Like `send`, without a typed model."""
        return await (self.submit_at_once(actor, room_id, data) or await self.submit(actor, room_id, data))

    async def submit(self, actor: Actor, room_id: UUID, data: SendMessage) -> asyncio.Future[Stored]:
        """Hand a message over; the future is done when it is durable. Messages handed over one after the other are
        stored in that order."""
        at_once = self.submit_at_once(actor, room_id, data)
        if at_once is not None:
            return at_once
        kind = self._kinds.get(room_id) or await self._kind(room_id)
        return self._add(actor, room_id, data, kind, await self._files(actor, data))

    def submit_at_once(self, actor: Actor, room_id: UUID, data: SendMessage) -> asyncio.Future[Stored] | None:
        """Like `submit` where nothing has to be read first; None where something has."""
        actor.require(Scope.CONVERSATIONS_WRITE)
        kind = self._kinds.get(room_id)
        return None if kind is None or data.attachments else self._add(actor, room_id, data, kind, [])

    def _add(
        self, actor: Actor, room_id: UUID, data: SendMessage, kind: str, attached: list[dict[str, Any]]
    ) -> asyncio.Future[Stored]:
        answer: asyncio.Future[Stored] = self._loop.create_future()
        people = kind != "assistant"
        asks = not people or asks_assistant(data.text)
        lane = self._plain if people else self._assisted
        lane.add(Pending(room_id, actor.user_id, data, answer, actor.is_guest, asks, people, attached))
        return answer

    async def close(self) -> None:
        """Wait until everything that was accepted is stored."""
        for lane in (self._plain, self._assisted):
            if lane.task is not None:
                await lane.task
        await asyncio.gather(*self._tasks)

    async def _kind(self, room_id: UUID) -> str:
        kind: str | None = await self._db.by_key.fetchval("select kind from rooms where id = $1", room_id)
        if kind is None:
            raise NotFound("There is no such conversation.", room=str(room_id))
        self.learn(room_id, kind)
        return kind

    def learn(self, room_id: UUID, kind: str) -> None:
        """Of what kind a room is; that never changes."""
        if len(self._kinds) > 100_000:
            self._kinds.clear()
        self._kinds[room_id] = kind

    async def _files(self, actor: Actor, data: SendMessage) -> list[dict[str, Any]]:
        if not data.attachments:
            return []
        async with self._db.transaction() as session:
            attached = await files.attachments(
                session, actor.user_id, data.attachments, client_id=data.client_id
            )
        return [each.model_dump(mode="json") for each in attached]

    def _store_plain(self, batch: list[Pending]) -> Awaitable[None]:
        for pending in batch:
            if pending.asks:
                return self._store_assisted(batch)
        return self._store(batch, self._storage.store, [])

    async def _store_assisted(self, batch: list[Pending]) -> None:
        turns: list[Event] = []

        async def once(unique: list[Pending]) -> Sequence[Row]:
            rows = await self._storage.store(unique, queue=True)
            queued = {(row["room_id"], row["queued"]) for row in rows if row["queued"] is not None}
            turns[:] = [TurnQueued(room_id, turn_id) for room_id, turn_id in queued]
            return rows

        await self._store(batch, once, turns)

    async def _store(
        self,
        batch: list[Pending],
        once: Callable[[list[Pending]], Awaitable[Sequence[Row]]],
        then: list[Event],
    ) -> None:
        firsts, again = (batch, []) if len(batch) == 1 else _unique(batch)
        self._loop.call_soon(prepare, firsts)
        try:
            rows = await patiently(lambda: once(firsts))
            known = {} if len(rows) == len(firsts) else await patiently(lambda: self._known(firsts, rows))
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
        told = _Told(firsts, again, known, list(then))
        if self._plain.waiting or self._assisted.waiting:
            # Answered in the next round of the loop: what waits is on its way to the database by then.
            self._loop.call_soon(self._settle, told, rows)
        elif len(rows) >= HALVED:
            # The first half is answered first: what they say next is on its way to the database before the others are.
            half = len(rows) // 2
            self._settle(told, rows[:half], rows[half:])
        else:
            self._settle(told, rows)

    async def _known(self, firsts: list[Pending], rows: Sequence[Row]) -> dict[int, dict[str, Any]]:
        """By place in the batch, the messages that were there before, as they are now."""
        fresh = {row["ord"] - 1 for row in rows}
        rest = {(p.sender_id, p.data.client_id): n for n, p in enumerate(firsts) if n not in fresh}
        found = await self._db.by_key.fetch(KNOWN, [s for s, _ in rest], [c for _, c in rest])
        return {rest[row["sender_id"], row["client_id"]]: message_body(row) for row in found}

    def _settle(self, told: _Told, rows: Sequence[Row], rest: Sequence[Row] | None = None) -> None:
        """Tell the senders of `rows`, and everybody else; a moment later those of `rest`. What it does not come to tell is
        sent again, and found as stored."""
        try:
            self._tell_all(told, rows)
        except Exception as error:
            log.exception("messages were stored, but not told")
            _fail([*told.firsts, *(pending for pending, _ in told.again)], error)
            return
        if rest:
            self._later(self._settle_rest(told, rest))
        else:  # those who wait for the next batch must not wait for these explanations
            refused, unasked = _not_told(told)
            if refused:
                self._later(self._refuse(refused))
            if unasked:
                self._later(self._tell_unasked(unasked))

    async def _settle_rest(self, told: _Told, rows: Sequence[Row]) -> None:
        await asyncio.sleep(0)
        self._settle(told, rows)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell_all(self, told: _Told, rows: Sequence[Row]) -> None:
        """Publishes and answers, in this order: a sender's own answer is the more patient of the two."""
        events: list[Event] = []
        answers: list[tuple[Pending, Stored]] = []
        for place, body in sorted(told.known.items()):
            pending = told.firsts[place]
            if body["room_id"] == str(pending.room_id):
                # Also when it is known only because the answer to an earlier attempt was lost: nobody was told of it.
                at = orjson.dumps(body["created_at"])
                fresh = body["id"] == str(pending.id)
                told.stored[place] = stored = Stored(orjson.dumps(body), fresh)
                if body["meta"] == NOT_ASKED:
                    told.unasked.add(place)
                else:
                    answers.append((pending, stored))
                if fresh:
                    room = written(pending.room_id)
                    events.append(_event(pending.room_id, room, body["seq"], at, stored.encoded))
        if rows:
            at = written_instant(rows[0]["created_at"])  # of one transaction, so the same for all
            for row in rows:
                place = row["ord"] - 1
                pending = told.firsts[place]
                room = written(pending.room_id)
                asked = not pending.asks or row["asked"]
                message = _written(pending, room, row, at, asked)
                told.stored[place] = stored = Stored(message, True)
                if asked:
                    answers.append((pending, stored))
                else:
                    told.unasked.add(place)
                events.append(_event(pending.room_id, room, row["seq"], at, message))
        self._db.publish([*events, *told.then])
        for pending, stored in answers:
            if not pending.answer.done():
                pending.answer.set_result(stored)
        told.known, told.then = {}, []

    async def _refuse(self, batch: list[Pending]) -> None:
        for pending in batch:
            error = await self._why_not(pending)
            if not pending.answer.done():
                pending.answer.set_exception(error)

    async def _tell_unasked(self, unasked: list[tuple[Pending, Stored]]) -> None:
        try:
            used = await patiently(lambda: quotas.used(self._db.raw, [p.sender_id for p, _ in unasked]))
        except Exception as error:  # sent again, it is found as stored, and they are told then
            log.exception("messages were stored, but not told", extra={"messages": len(unasked)})
            _fail([pending for pending, _ in unasked], error)
            return
        for pending, stored in unasked:
            why = quotas.unanswered(pending.guest, *used.get(pending.sender_id, (0, 0)))
            if not pending.answer.done():
                pending.answer.set_result(stored._replace(unanswered=why))

    async def _why_not(self, pending: Pending) -> SextantError:
        """Why nothing was stored: asked afterwards, so that those who may send pay nothing for it."""
        room = str(pending.room_id)
        row, used = None, {}
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            row = await self._db.raw.fetchrow(
                WHY_NOT, pending.room_id, pending.sender_id, pending.data.reply_to
            )
            used = await quotas.used(self._db.raw, [pending.sender_id])
        if row is not None and row["silenced"]:
            return Forbidden("You cannot write to this person.", code="cannot_send", room=room)
        if row is not None and not row["answerable"]:
            return NotFound("The message you reply to is not in this conversation.", code="no_such_message")
        if row is not None and pending.asks:
            refused = quotas.refusal(pending.guest, *used.get(pending.sender_id, (0, 0)))
            # None where more was asked at once than the plan has left, and some of it was not stored after all.
            return refused or VendorUnavailable("The message could not be stored. Send it again.")
        return NotFound("There is no such conversation.", room=room)


def _unique(batch: list[Pending]) -> tuple[list[Pending], list[tuple[Pending, int]]]:
    """The messages of a batch in the order of `by_room`, and those that say the same again with the place of the first."""
    firsts: list[Pending] = []
    again: list[tuple[Pending, int]] = []
    places: dict[tuple[int, int], int] = {}
    for pending in sorted(batch, key=by_room):
        key = pending.sender_id.int, pending.data.client_id.int  # an id's own hash is a call
        place = places.setdefault(key, len(firsts))
        if place == len(firsts):
            firsts.append(pending)
        else:
            again.append((pending, place))
    return firsts, again


def _not_told(told: _Told) -> tuple[list[Pending], list[tuple[Pending, Stored]]]:
    """Those for whom nothing was stored, and those who are to hear that the assistant was not asked; answers those who
    said something twice."""
    unasked = [(told.firsts[place], told.stored[place]) for place in told.unasked]
    refused = [pending for place, pending in enumerate(told.firsts) if place not in told.stored]
    for pending, place in told.again:
        if place not in told.stored or pending.room_id != told.firsts[place].room_id:
            refused.append(pending)
        elif place in told.unasked:
            unasked.append((pending, Stored(told.stored[place].encoded, False)))
        elif not pending.answer.done():
            pending.answer.set_result(Stored(told.stored[place].encoded, False))
    return refused, unasked


def _written(pending: Pending, room: bytes, row: Row, at: bytes, asked: bool) -> bytes:
    data = pending.data
    if asked and pending.prepared is not None:
        return prepared_message(pending.prepared, row, at)
    return new_message(
        message_id=pending.id,
        room_id=pending.room_id,
        sender_id=pending.sender_id,
        client_id=data.client_id,
        text=data.text,
        attachments=pending.attachments,
        reply_to=data.reply_to,
        names_members=bool(data.mentions),
        asked=asked,
        stored=row,
        at=at,
    )


def _event(room_id: UUID, room: bytes, seq: int, at: bytes, message: bytes) -> RoomEvent:
    return RoomEvent(room_id, "message.created", None, seq, created_event(room, seq, at, message))


def _fail(batch: list[Pending], error: Exception) -> None:
    for pending in batch:
        if not pending.answer.done():
            pending.answer.set_exception(
                VendorUnavailable(
                    "The message could not be stored. Send it again.", reason=type(error).__name__
                )
            )
