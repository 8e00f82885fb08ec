"""Events: what the rules tell the world, once their transaction has been committed.

A rule calls `emit(session, event)`; `Database.transaction` hands the events to the `Broker` after the commit, and
drops them on rollback. Durable room events are rows of `room_events` and carry `seq`; ephemeral ones carry none
and may be lost.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """Something that happened in a room. `body` is the JSON object that members receive, `type` and `room` included;
    it may be None for a durable event that came from another process by id: the hub then reads it from the table.
    `encoded` is the body as it is written, where the publisher had to write it anyway."""

    room_id: UUID
    type: str
    body: dict[str, Any] | None
    seq: int | None = None
    encoded: bytes | None = field(default=None, compare=False, repr=False)


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
