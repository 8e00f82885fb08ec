"""The hub of one process: which sockets follow which rooms, and delivery in order.

Durable events of a room are delivered in order of `seq` without a hole: one that is missing is read from the table,
one that comes twice is dropped. Events of one tick of the loop are joined into one frame, encoded once, and the same
bytes go to every follower.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson

from api.ws.channel import Channel, fan_out
from api.ws.connection import MAX_JOINED, RESTART, UNAUTHENTICATED, Connection
from api.ws.socket import text_frame
from core.actor import ROLE_SCOPES, Actor, Role, Scope
from core.clock import now
from core.db import Database
from core.errors import NotFound
from core.events import Event, RoomEvent, UserEvent
from services.conversations import log as room_log
from services.conversations.rendering import activity

log = logging.getLogger(__name__)

SWEEP_SECONDS = 3.0
# How the event of a message is written that mentions nobody, as most do: whom the others mention is read from them.
_NAMES_NOBODY = b'"mentions":[]'
# What tells of a thing is for those who may read it; everything else a person hears of is their account's.
_NEEDS = {
    **dict.fromkeys(
        ("draft", "presence", "room.added", "room.removed", "room.settings", "unread"),
        Scope.CONVERSATIONS_READ,
    ),
    "booking.changed": Scope.BOOKINGS_READ,
    "payment.changed": Scope.BILLING_READ,
}


class Hub:
    """All channels of this process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._channels: dict[UUID, Channel] = {}
        self._people: dict[UUID, set[Connection]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop_listening: Callable[[], None] | None = None

    def start(self) -> None:
        """Listen to the broker, and look for lost events now and then."""
        self._stop_listening = self._db.broker.listen(self.dispatch)
        self._db.broker.on_gap(self.sweep)
        self._spawn(self._sweep_for_ever())

    async def stop(self) -> None:
        """Stop listening; sockets stay with the server that owns them."""
        if self._stop_listening is not None:
            self._stop_listening()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def connections(self) -> int:
        """Sockets with a known person behind them."""
        return sum(len(connections) for connections in self._people.values())

    def sockets_of(self, user_id: UUID) -> int:
        """How many sockets a person has at this process."""
        return len(self._people.get(user_id, ()))

    async def join(self, connection: Connection) -> None:
        """A person has connected: from now on their rooms' activity reaches them."""
        assert connection.actor is not None
        self._people.setdefault(connection.actor.user_id, set()).add(connection)
        if Scope.CONVERSATIONS_READ in connection.actor.scopes:
            for room_id in await room_log.rooms_of(self._db, connection.actor):
                self._lurk(connection, room_id)

    def leave(self, connection: Connection) -> None:
        """The socket is gone."""
        connection.lost()
        if connection.actor is not None:
            people = self._people.get(connection.actor.user_id, set())
            people.discard(connection)
            if not people:
                self._people.pop(connection.actor.user_id, None)
        for room_id in (*connection.rooms, *connection.lurking):
            channel = self._channels.get(room_id)
            if channel is not None:
                channel.followers.discard(connection)
                channel.lurkers.discard(connection)
                self._forget_if_idle(channel)
        connection.rooms.clear()

    async def subscribe(
        self,
        connection: Connection,
        room_id: UUID,
        after_seq: int | None,
        acknowledge: Callable[[int], None],
        catch_up: Callable[[], Awaitable[list[dict[str, Any]]]],
    ) -> str:
        """Replay what came after `after_seq`, then go live, with nothing lost or doubled between the two. Returns the
        room's kind.

        `acknowledge` is called with the last seq replayed, at the moment the socket goes live; `catch_up` gives
        ephemeral events that bring the newcomer up to date with a turn under way.
        """
        assert connection.actor is not None
        heard = room_id in connection.lurking and room_id not in connection.rooms
        newest, kind = await room_log.position(self._db, connection.actor, room_id)
        self.unsubscribe(connection, room_id)
        self._lurk(connection, room_id)  # keeps the channel, and with it `newest`, while the replay is read
        channel = self._channel(room_id)
        cursor = newest if after_seq is None else after_seq
        if cursor > newest or newest - cursor > room_log.MAX_REPLAY:
            connection.send({"type": "reset", "room": str(room_id), "seq": newest})
            cursor = newest
        current = await catch_up()
        # Whoever has heard of the room since before `newest` was read knows from it that there is nothing more to read.
        there = heard and cursor >= newest and channel.last_seq in (None, cursor) and cursor >= channel.newest
        while not there:
            # The newcomer may know more than this room's followers here, of whom another process has told nothing yet.
            # They are brought as far first: what reaches them from then on is new to the newcomer too.
            start = cursor if channel.last_seq is None else min(cursor, channel.last_seq)
            rows = await room_log.events_after(self._db, room_id, start)
            if connection.closed:
                return kind
            if unseen := [row for row in rows if _seq(row) > cursor]:
                connection.push(text_frame(b"\n".join(orjson.dumps(row) for row in unseen)))
                cursor = _seq(unseen[-1])
            self._ingest(channel, rows)
            there = len(rows) < room_log.PAGE and cursor >= max(channel.newest, channel.last_seq or 0)
        if connection not in channel.lurkers:  # taken out of the room meanwhile
            raise NotFound("There is no such conversation.", room=str(room_id))
        # No await from the last look on: nothing can be published between it and going live.
        if channel.last_seq is None:
            channel.last_seq = cursor
        channel.flush()
        channel.followers.add(connection)
        channel.lurkers.discard(connection)
        connection.rooms.add(channel.room_id)  # one id for all, not the one of each command
        acknowledge(cursor)
        for body in current:
            connection.send(body)
        return kind

    def unsubscribe(self, connection: Connection, room_id: UUID) -> None:
        """Stop following; a member goes on to hear of the room's activity."""
        if room_id not in connection.rooms:
            return
        connection.rooms.discard(room_id)
        channel = self._channels.get(room_id)
        if channel is not None:
            channel.followers.discard(connection)
            self._lurk(connection, room_id)
            self._forget_if_idle(channel)

    def dispatch(self, events: list[Event]) -> None:
        """Take events from the broker."""
        whole: set[Channel] = set()
        for event in events:
            if isinstance(event, RoomEvent):
                channel = self._channels.get(event.room_id)
                if channel is not None:
                    self._room_event(channel, event)
                    if event.encoded is not None:
                        whole.add(channel)
            elif isinstance(event, UserEvent):
                self._user_event(event)
        # Messages that were stored here are told as the batch that they were: nothing comes that they could wait for.
        for channel in whole:
            channel.flush()

    async def sweep(self) -> None:
        """Find events that were stored but never arrived here, and deliver them."""
        followed = {room: c for room, c in self._channels.items() if c.followers and c.last_seq is not None}
        if not followed:
            return
        for room_id, seq in (await room_log.newest(self._db, list(followed))).items():
            channel = followed[room_id]
            channel.newest = max(channel.newest, seq)
            if channel.last_seq is not None and seq > channel.last_seq:
                self._heal(channel)

    def close_all(self, reconnect_ms: Callable[[], int]) -> None:
        """The server goes down: tell everyone when to come back, and close."""
        for connections in tuple(self._people.values()):
            for connection in tuple(connections):
                connection.send({"type": "closing", "reconnect_ms": reconnect_ms()})
                connection.close(RESTART, "server restart")

    def _room_event(self, channel: Channel, event: RoomEvent) -> None:
        if event.seq is None:
            if event.body is not None and channel.followers:
                self._queue(channel, orjson.dumps(event.body))
            return
        channel.newest = max(channel.newest, event.seq)
        if channel.lurkers:
            self._tell_lurkers(channel, event)
        if channel.last_seq is None or event.seq <= channel.last_seq:
            return
        if event.has_body and event.seq == channel.last_seq + 1 and not channel.healing:
            channel.last_seq = event.seq
            # What is encoded was stored here: `dispatch` flushes.
            self._queue(channel, event.encoded or orjson.dumps(event.body), soon=event.encoded is None)
            if event.type == "member.left" and event.body is not None:
                self._left(channel, event.body)
        else:
            self._heal(channel)

    def _tell_lurkers(self, channel: Channel, event: RoomEvent) -> None:
        if not event.has_body:
            if not channel.reading:
                channel.reading = True
                self._spawn(self._read_for_lurkers(channel))
        elif event.type == "message.created" and (event.seq or 0) > channel.told:
            channel.newest_message = event
            if event.encoded is None or _NAMES_NOBODY not in event.encoded:
                channel.named += (event.body or {})["message"]["mentions"]
            if not channel.buffer and event.encoded is None:
                asyncio.get_running_loop().call_soon(channel.flush)
        elif event.type in ("message.edited", "message.deleted") and event.body is not None:
            fan_out(text_frame(orjson.dumps(activity(event.body["message"], []))), channel.lurkers)

    async def _read_for_lurkers(self, channel: Channel) -> None:
        """Of what another process has published by id: the newest message as it is now, once for all that came while it
        was read."""
        try:
            while channel.lurkers and channel.told < channel.newest:
                through = channel.newest
                told = await room_log.activity_through(
                    self._db, channel.room_id, channel.told or through - 1, through
                )
                channel.told = max(channel.told, through)
                if told is not None:
                    fan_out(text_frame(orjson.dumps(told)), channel.lurkers)
        except Exception:
            log.exception("a room's newest message could not be read", extra={"room": str(channel.room_id)})
        finally:
            channel.reading = False

    def _ingest(self, channel: Channel, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if channel.last_seq is not None and _seq(row) == channel.last_seq + 1:
                channel.last_seq = _seq(row)
                self._queue(channel, orjson.dumps(row))
                if row["type"] == "member.left":
                    self._left(channel, row)

    def _queue(self, channel: Channel, encoded: bytes, *, soon: bool = True) -> None:
        if channel.add(encoded):
            if soon:
                asyncio.get_running_loop().call_soon(channel.flush)
        elif channel.size > MAX_JOINED:
            channel.flush()

    def _left(self, channel: Channel, body: dict[str, Any]) -> None:
        # The last that they hear of the room. The person's own event says the same, but may be lost on its way.
        channel.flush()
        for connection in tuple(channel.followers | channel.lurkers):
            if connection.actor is not None and str(connection.actor.user_id) == body["user_id"]:
                self._drop(connection, channel.room_id)

    def _drop(self, connection: Connection, room_id: UUID) -> None:
        """Neither follows nor hears of the room any more."""
        connection.rooms.discard(room_id)
        connection.lurking.discard(room_id)
        channel = self._channels.get(room_id)
        if channel is not None:
            channel.flush()
            channel.followers.discard(connection)
            channel.lurkers.discard(connection)
            self._forget_if_idle(channel)

    def _heal(self, channel: Channel) -> None:
        if not channel.healing:
            channel.healing = True
            self._spawn(self._fill(channel))

    async def _fill(self, channel: Channel) -> None:
        try:
            while channel.followers and channel.last_seq is not None and channel.last_seq < channel.newest:
                rows = await room_log.events_after(self._db, channel.room_id, channel.last_seq)
                before = channel.last_seq
                self._ingest(channel, rows)
                if channel.last_seq == before:
                    return  # announced, but not readable yet: the next event or sweep tries again
        except Exception:
            log.exception("a room's events could not be read", extra={"room": str(channel.room_id)})
        finally:
            channel.healing = False

    def _user_event(self, event: UserEvent) -> None:
        for connection in tuple(self._people.get(event.user_id, ())):
            if event.type == "session.ended":
                session_id = event.body.get("session_id")
                if connection.actor is not None and str(connection.actor.session_id) == session_id:
                    connection.close(UNAUTHENTICATED, "signed out")
                continue
            if event.type == "tokens.changed":
                if connection.actor is not None and connection.actor.session_id is None:
                    connection.close(UNAUTHENTICATED, "tokens of this account have changed")
                continue
            if event.type == "account.changed" and connection.actor is not None:
                connection.actor = _in_role(
                    connection.actor, Role(event.body.get("role", connection.actor.role))
                )
            if (
                connection.actor is None
                or _NEEDS.get(event.type, Scope.ACCOUNT_READ) not in connection.actor.scopes
            ):
                continue
            if event.type == "room.added":
                self._lurk(connection, UUID(event.body["room"]))
            elif event.type == "room.removed":
                self._drop(connection, UUID(event.body["room"]))
            connection.send(event.body)

    def _lurk(self, connection: Connection, room_id: UUID) -> None:
        if room_id not in connection.rooms:
            channel = self._channel(room_id)
            if not channel.lurkers:  # what came while nobody was one is not told afterwards
                channel.told = max(channel.told, channel.newest)
            channel.lurkers.add(connection)
            connection.lurking.add(channel.room_id)

    def _channel(self, room_id: UUID) -> Channel:
        channel = self._channels.get(room_id)
        if channel is None:
            channel = self._channels[room_id] = Channel(room_id)
        return channel

    def _forget_if_idle(self, channel: Channel) -> None:
        if not channel.followers:
            channel.last_seq = None
            if not channel.lurkers:
                self._channels.pop(channel.room_id, None)

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self._end_expired()
            try:
                await self.sweep()
            except Exception:
                log.warning("looking for lost events failed", exc_info=True)

    def _end_expired(self) -> None:
        """A session or token that runs out takes its sockets along, however long they have been open."""
        moment = now()
        for connections in tuple(self._people.values()):
            for connection in tuple(connections):
                ends = connection.actor.expires_at if connection.actor is not None else None
                if ends is not None and ends <= moment:
                    connection.close(UNAUTHENTICATED, "the session or token has expired")

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _seq(body: dict[str, Any]) -> int:
    seq: int = body["seq"]
    return seq


def _in_role(actor: Actor, role: Role) -> Actor:
    """The actor of an open socket in the role that the account has now. An API token gets nothing that it was not made
    with, and an operator's second factor is looked at when a socket is opened."""
    if role is actor.role:
        return actor
    scopes = ROLE_SCOPES[role] & actor.scopes
    if actor.session_id is not None:
        scopes |= ROLE_SCOPES[role] - {Scope.ADMIN}
    return replace(actor, role=role, scopes=scopes)
