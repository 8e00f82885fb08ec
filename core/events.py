"""Events: what the rules tell the world, once their transaction has been committed.

A rule calls `emit(session, event)`; `Database.transaction` hands the events to the `Broker` after the commit, and
drops them on rollback. Durable room events are rows of `room_events` and carry `seq`; ephemeral ones carry none
and may be lost.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession


class RoomEvent:
    """Something that happened in a room. `body` is the JSON object that members receive, `type` and `room` included;
    it may be None for a durable event that came from another process by id: the hub then reads it from the table.
    `encoded` is the body as it is written, where the publisher had to write it anyway; a publisher that gives only that
    leaves reading it to whoever asks for the body."""

    __match_args__ = ("room_id", "type", "body", "seq")
    __slots__ = ("_body", "encoded", "room_id", "seq", "type")

    def __init__(
        self,
        room_id: UUID,
        type: str,  # noqa: A002
        body: dict[str, Any] | None,
        seq: int | None = None,
        encoded: bytes | None = None,
    ) -> None:
        self.room_id = room_id
        self.type = type
        self.seq = seq
        self.encoded = encoded
        self._body = body

    @property
    def body(self) -> dict[str, Any] | None:
        if self._body is None and self.encoded is not None:
            self._body = orjson.loads(self.encoded)
        return self._body

    @property
    def has_body(self) -> bool:
        """Whether there is a `body`, without reading it."""
        return self._body is not None or self.encoded is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RoomEvent):
            return NotImplemented
        return (self.room_id, self.type, self.seq, self.body) == (
            other.room_id,
            other.type,
            other.seq,
            other.body,
        )

    def __hash__(self) -> int:
        return hash((self.room_id, self.type, self.seq))

    def __repr__(self) -> str:
        return f"RoomEvent({self.room_id!r}, {self.type!r}, {self.body!r}, {self.seq!r})"


@dataclass(frozen=True, slots=True)
class UserEvent:
    """Something for all devices of one person (`notification`, `unread`, `membership`)."""

    user_id: UUID
    type: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TurnQueued:
    """A turn waits in this room; whoever runs the assistant in this process may start it at once."""

    room_id: UUID
    turn_id: UUID


Event = RoomEvent | UserEvent | TurnQueued
Listener = Callable[[list[Event]], None]

_KEY = "sextant.events"


def emit(session: AsyncSession, *events: Event) -> None:
    """Publish `events` when the session's transaction commits."""
    session.info.setdefault(_KEY, []).extend(events)


def take(session: AsyncSession) -> list[Event]:
    """Remove and return what the session has gathered."""
    events: list[Event] = session.info.pop(_KEY, [])
    return events


class Broker(Protocol):
    """Carries events to every process. A lost event heals: hubs compare `seq` with the table."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def publish(self, events: list[Event]) -> None:
        """Hand over events; returns at once. Local listeners have been called when it returns."""

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every batch; returns the function that ends it."""

    def on_gap(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Call `callback` when events from other processes may have been missed (a connection was lost)."""


class MemoryBroker:
    """For one process."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    async def start(self) -> None:
        return

    async def stop(self) -> None:
        self._listeners.clear()

    def publish(self, events: list[Event]) -> None:
        for listener in tuple(self._listeners):
            listener(events)

    def listen(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def on_gap(self, callback: Callable[[], Awaitable[None]]) -> None:
        return
