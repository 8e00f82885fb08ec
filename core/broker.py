"""Events between processes over PostgreSQL LISTEN/NOTIFY.

Durable events travel as ids: whoever needs the body reads it from the table. Ephemeral ones travel whole while they
fit into a notification. Publishing is gathered and sent by one task, off the path of whoever publishes; what is lost
when the connection breaks heals, because hubs compare `seq` with the table.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

import asyncpg
import orjson

from core.events import Event, Listener, RoomEvent, TurnQueued, UserEvent
from core.ids import new_id

log = logging.getLogger(__name__)

CHANNEL = "sextant_events"
MAX_PAYLOAD = 7_900  # PostgreSQL allows 8,000 bytes
BATCH = 200
RECONNECT_SECONDS = 0.5


class PostgresBroker:
    """For several processes on one database. Local listeners hear of an event at once, the others by notification."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._origin = new_id().hex
        self._listeners: list[Listener] = []
        self._gap_callbacks: list[Callable[[], Awaitable[None]]] = []
        self._outgoing: list[str] = []
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        listening = asyncio.Event()
        self._tasks = [
            asyncio.create_task(self._listen_for_ever(listening), name="broker-listen"),
            asyncio.create_task(self._send_for_ever(), name="broker-send"),
        ]
        await listening.wait()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._listeners.clear()

    def publish(self, events: list[Event]) -> None:
        self._deliver(events)
        for event in events:
            encoded = _encode(self._origin, event)
            if encoded is not None:
                self._outgoing.append(encoded)
        if self._outgoing:
            self._wake.set()

    def listen(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def on_gap(self, callback: Callable[[], Awaitable[None]]) -> None:
        self._gap_callbacks.append(callback)

    def _deliver(self, events: list[Event]) -> None:
        for listener in tuple(self._listeners):
            listener(events)

    def _received(self, connection: Any, pid: int, channel: str, payload: str) -> None:
        if payload.startswith(self._origin):
            return
        try:
            self._deliver([_decode(payload[len(self._origin) :])])
        except Exception:
            log.exception("a notification could not be read")

    async def _listen_for_ever(self, listening: asyncio.Event) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._url)
                try:
                    closed = asyncio.Event()
                    connection.add_termination_listener(lambda _, closed=closed: closed.set())
                    await connection.add_listener(CHANNEL, cast(Any, self._received))
                    listening.set()
                    for callback in self._gap_callbacks:
                        await callback()
                    await closed.wait()
                finally:
                    with suppress(Exception):
                        await connection.close(timeout=1)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.warning("the broker lost its connection; trying again", exc_info=True)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _send_for_ever(self) -> None:
        connection: asyncpg.Connection | None = None
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._outgoing:
                batch, self._outgoing = self._outgoing[:BATCH], self._outgoing[BATCH:]
                try:
                    if connection is None or connection.is_closed():
                        connection = await asyncpg.connect(self._url)
                    await connection.execute(
                        "select pg_notify($1, p) from unnest($2::text[]) p", CHANNEL, batch
                    )
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    log.warning("events could not be sent to other processes", exc_info=True)
                    connection = None
                    await asyncio.sleep(RECONNECT_SECONDS)


def _encode(origin: str, event: Event) -> str | None:
    match event:
        case RoomEvent(room_id, kind, body, seq):
            content: dict[str, Any] = {"r": str(room_id), "t": kind}
            if seq is not None:
                content["s"] = seq
            else:
                content["b"] = body
        case UserEvent(user_id, kind, body):
            content = {"u": str(user_id), "t": kind, "b": body}
        case TurnQueued():
            return None  # this process runs it; the turn's job is what brings it to another
    encoded = origin + orjson.dumps(content).decode()
    return encoded if len(encoded.encode()) <= MAX_PAYLOAD else None


def _decode(payload: str) -> Event:
    content = orjson.loads(payload)
    if "u" in content:
        return UserEvent(UUID(content["u"]), content["t"], content["b"])
    return RoomEvent(UUID(content["r"]), content["t"], content.get("b"), content.get("s"))
