"""Events between processes: over PostgreSQL LISTEN/NOTIFY, or over Redis (Valkey) publish/subscribe.

Local listeners hear of an event at once, those of other processes a moment later. Publishing is gathered, written and
sent by one task, off the path of whoever publishes. Nothing is kept for a process that does not listen: what is lost when a
connection breaks heals, because hubs compare `seq` with the table, and are told after every new connection that they
may have missed something.

Over PostgreSQL durable events travel as ids (a notification holds 8,000 bytes), and whoever needs the body reads it from
the table. Over Redis the body travels along, which saves every other process that read.
"""

import asyncio
import logging
import socket
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, ClassVar, cast
from uuid import UUID

import asyncpg
import orjson
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.events import Event, Listener, RoomEvent, TurnQueued, UserEvent
from core.ids import new_id

log = logging.getLogger(__name__)

CHANNEL = "sextant_events"
BATCH = 200
GATHER_SECONDS = 0.005  # the words of an answer come in quick succession: one statement for several
LOOK_SECONDS = 10.0
MAX_WAITING = 20_000  # events that wait for a connection; the oldest are dropped, and heal
RECONNECT_SECONDS = 0.5
START_SECONDS = 10.0


class _Remote(ABC):
    """What both have in common: the local side, the queue, and going on after a broken connection."""

    max_payload: ClassVar[int]
    with_bodies: ClassVar[bool]
    failures: ClassVar[tuple[type[Exception], ...]]

    def __init__(self, url: str) -> None:
        self._url = url
        self._origin = new_id().hex
        self._listeners: list[Listener] = []
        self._gap_callbacks: list[Callable[[], Awaitable[None]]] = []
        self._outgoing: deque[Event] = deque(maxlen=MAX_WAITING)
        self._wake = asyncio.Event()
        self._listening = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._listen_for_ever(), name="broker-listen"),
            asyncio.create_task(self._send_for_ever(), name="broker-send"),
        ]
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._listening.wait()
        except TimeoutError:  # this process serves its own people; the rest comes when the broker does
            log.error("the broker does not answer; going on without other processes until it does")

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._listeners.clear()

    def publish(self, events: list[Event]) -> None:
        self._deliver(events)
        if wanted := self._for_others(events):
            self._outgoing.extend(wanted)
            self._wake.set()

    def _for_others(self, events: list[Event]) -> list[Event]:
        """Those of `events` that another process may be waiting for."""
        return events

    def listen(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def on_gap(self, callback: Callable[[], Awaitable[None]]) -> None:
        self._gap_callbacks.append(callback)

    def _worth_telling(self, events: list[Event]) -> list[Event]:
        """What others have to hear of `events` that are told together."""
        return events

    def _payloads(self, events: list[Event]) -> list[str]:
        limit = self.max_payload - len(self._origin)
        payloads = []
        for event in self._worth_telling(events):
            try:
                encoded = _encode(event, limit, with_body=self.with_bodies)
            except Exception:
                log.exception("an event could not be written for other processes")
                continue
            if encoded is not None:
                payloads.append(self._origin + encoded)
        return payloads

    @abstractmethod
    async def _listen(self) -> None:
        """Connect, call `_connected` once subscribed, then `_received` for each payload. Returns when it is over."""

    @abstractmethod
    async def _send(self, batch: list[str]) -> None:
        """Publish payloads, in order."""

    @abstractmethod
    async def _hang_up(self) -> None:
        """Close the connection that sends."""

    async def _connected(self) -> None:
        self._listening.set()
        for callback in self._gap_callbacks:
            await callback()

    def _deliver(self, events: list[Event]) -> None:
        for listener in tuple(self._listeners):
            listener(events)

    def _received(self, payload: str) -> None:
        if payload.startswith(self._origin):
            return
        try:
            self._deliver([_decode(payload[len(self._origin) :])])
        except Exception:
            log.exception("an event from another process could not be read")

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except self.failures:
                log.warning("the broker lost its connection; trying again", exc_info=True)
            except Exception:
                log.exception("the broker failed; trying again")
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _send_for_ever(self) -> None:
        try:
            while True:
                await self._wake.wait()
                await asyncio.sleep(GATHER_SECONDS)
                self._wake.clear()
                while self._outgoing:
                    batch = [self._outgoing.popleft() for _ in range(min(BATCH, len(self._outgoing)))]
                    try:
                        if payloads := self._payloads(batch):
                            await self._send(payloads)
                    except self.failures:
                        # What is still waiting is sent later; this batch may have arrived or not, and heals.
                        log.warning("events could not be sent to other processes", exc_info=True)
                        await self._hang_up()
                        await asyncio.sleep(RECONNECT_SECONDS)
        finally:
            await self._hang_up()


# Who delivers events to sockets holds this lock in shared mode on the connection that listens, so that the end of a
# process, however it comes, is the end of its lock.
_DELIVERS = (0x73657874, 1)
_ARRIVE = "select pg_advisory_lock_shared($1, $2), pg_notify($3, $4)"
_OTHERS = """
select exists (
    select from pg_locks
    where locktype = 'advisory' and classid = $1 and objid = $2 and objsubid = 2 and pid is distinct from $3
        and database = (select oid from pg_database where datname = current_database())
)
"""
_HERE = "here"
# What runs turns hears too, which is a process that need not deliver anything.
_FOR_RUNNERS = frozenset({"turn.stopping"})


class PostgresBroker(_Remote):
    """For several processes on one database, with nothing more to run.

    A notification is a transaction, and wakes every process that listens and its backend. A server that is alone spares
    itself that: whoever comes to deliver events says so before it listens, and is told everything from then on."""

    max_payload = 7_900  # PostgreSQL allows 8,000 bytes
    with_bodies = False
    failures = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

    def __init__(self, url: str, *, delivers: bool = True) -> None:
        super().__init__(url)
        self._delivers = delivers
        self._sender: asyncpg.Connection | None = None
        self._listener_pid: int | None = None
        self._alone = False
        self._look_at = 0.0
        self._arrivals = 0

    def _for_others(self, events: list[Event]) -> list[Event]:
        if not self._alone:
            return events
        return [each for each in events if isinstance(each, RoomEvent) and each.type in _FOR_RUNNERS]

    def _worth_telling(self, events: list[Event]) -> list[Event]:
        # Without its body a durable event says how far to read; of a room's, told together, the last one says it all.
        last = {
            (event.room_id, event.type): event
            for event in events
            if isinstance(event, RoomEvent) and event.seq is not None
        }
        return [
            event
            for event in events
            if not isinstance(event, RoomEvent)
            or event.seq is None
            or event is last[event.room_id, event.type]
        ]

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            closed = asyncio.Event()
            connection.add_termination_listener(lambda _: closed.set())
            if self._delivers:
                await connection.fetchrow(_ARRIVE, *_DELIVERS, CHANNEL, _HERE)
            await connection.add_listener(CHANNEL, cast(Any, self._notified))
            self._listener_pid = connection.get_server_pid()
            self._somebody_is_there()  # who came meanwhile was not heard
            await self._connected()
            await closed.wait()
        finally:
            self._alone, self._listener_pid = False, None  # who comes now is not heard
            with suppress(Exception):
                await connection.close(timeout=1)

    def _notified(self, connection: Any, pid: int, channel: str, payload: str) -> None:
        if payload == _HERE:
            self._somebody_is_there()
        else:
            self._received(payload)

    def _somebody_is_there(self) -> None:
        self._alone, self._look_at = False, 0.0
        self._arrivals += 1

    async def _send(self, batch: list[str]) -> None:
        if self._sender is None or self._sender.is_closed():
            # A notification is not kept, so its commit needs not wait for the disk, which others' commits wait for.
            self._sender = await asyncpg.connect(self._url, server_settings={"synchronous_commit": "off"})
        await self._sender.execute("select pg_notify($1, p) from unnest($2::text[]) p", CHANNEL, batch)
        if (time := asyncio.get_running_loop().time()) >= self._look_at:
            arrivals = self._arrivals
            others = await self._sender.fetchval(_OTHERS, *_DELIVERS, self._listener_pid)
            self._look_at = time + LOOK_SECONDS
            hears = self._listener_pid is not None and arrivals == self._arrivals
            self._alone = hears and not others

    async def _hang_up(self) -> None:
        connection, self._sender = self._sender, None
        if connection is not None:
            with suppress(Exception):
                await connection.close(timeout=1)


class RedisBroker(_Remote):
    """For many processes: takes the fan-out between them off the database. Any server that speaks Redis's protocol."""

    max_payload = 1024 * 1024
    with_bodies = True
    failures = (OSError, RedisError)

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._client = redis_client(url)

    async def stop(self) -> None:
        await super().stop()
        await self._client.aclose()

    async def _listen(self) -> None:
        async with self._client.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            while True:
                message = await channel.get_message(timeout=None)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    await self._connected()
                elif message["type"] == "message":
                    self._received(message["data"])

    async def _send(self, batch: list[str]) -> None:
        async with self._client.pipeline(transaction=False) as pipeline:
            for payload in batch:
                pipeline.publish(CHANNEL, payload)
            await pipeline.execute()

    async def _hang_up(self) -> None:
        return  # the pool drops a broken connection by itself


def redis_client(url: str) -> Redis:
    """A client that reports a broken connection instead of hiding it, and notices a peer that has vanished."""
    return Redis.from_url(
        url,
        decode_responses=True,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=5,
        socket_keepalive=True,
        socket_keepalive_options={
            getattr(socket, name): value
            for name, value in {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}.items()
            if hasattr(socket, name)
        },
    )


def _encode(event: Event, limit: int, *, with_body: bool) -> str | None:
    match event:
        case RoomEvent(room_id, kind, seq=seq):
            content: dict[str, Any] = {"r": str(room_id), "t": kind}
            if seq is not None:
                content["s"] = seq
            if event.has_body and (with_body or seq is None):
                content["b"] = event.body if event.encoded is None else orjson.Fragment(event.encoded)
        case UserEvent(user_id, kind, body):
            content = {"u": str(user_id), "t": kind, "b": body}
        case TurnQueued():
            return None  # this process runs it; the turn's job is what brings it to another
    encoded = orjson.dumps(content)
    if len(encoded) > limit:
        if content.get("s") is None:
            return None
        content.pop("b", None)  # what is too large to travel is read from the table
        encoded = orjson.dumps(content)
    return encoded.decode()


def _decode(payload: str) -> Event:
    content = orjson.loads(payload)
    if "u" in content:
        return UserEvent(UUID(content["u"]), content["t"], content["b"])
    return RoomEvent(UUID(content["r"]), content["t"], content.get("b"), content.get("s"))
