"""Background jobs on PostgreSQL (pgqueuer): enqueued in the caller's transaction, so they live or die with it.

A handler takes the database and plain keyword arguments (ids), reloads what it needs and is safe to run twice:

    @job("bookings.expire_hold")
    async def expire_hold(db: Database, *, booking_id: UUID) -> None: ...

    await enqueue(session, expire_hold, booking_id=booking.id, delay=timedelta(minutes=15))

A handler that raises is tried again with growing delays; after `MAX_ATTEMPTS` the job stays in the queue table as
failed, where operators see it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any, NamedTuple, TypeVar

import asyncpg
import orjson
from pgqueuer import AsyncpgDriver, AsyncpgPoolDriver, PgQueuer, Queries
from pgqueuer.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.models import Job, Schedule
from pydantic import TypeAdapter, validate_call
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database, driver

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
FIRST_PAUSE = 0.5  # seconds, doubled up to the longest
LONGEST_PAUSE = 15.0
Handler = Callable[..., Awaitable[None]]
F = TypeVar("F", bound=Handler)

_handlers: dict[str, Handler] = {}
_schedules: list[tuple[str, str, Handler]] = []
_names: dict[Handler, str] = {}
_any = TypeAdapter(dict[str, Any])


def job(name: str) -> Callable[[F], F]:
    """Register a handler under a stable name (`room.verb`). Arguments are validated by their annotations."""

    def register(handler: F) -> F:
        if name in _handlers:
            raise ValueError(f"job {name!r} is registered twice")
        _handlers[name] = validate_call(config={"arbitrary_types_allowed": True})(handler)
        _names[handler] = name
        return handler

    return register


def periodic(name: str, cron: str) -> Callable[[F], F]:
    """Register a handler that takes the database alone and runs by `cron` (UTC), in one worker at a time."""

    def register(handler: F) -> F:
        _schedules.append((name, cron, handler))
        return handler

    return register


def registered() -> list[str]:
    """Names of all known jobs."""
    return sorted(_handlers)


async def enqueue(
    session: AsyncSession,
    handler: Handler,
    *,
    delay: timedelta | None = None,
    key: str | None = None,
    **arguments: Any,
) -> None:
    """Enqueue in the session's transaction. With `key`, a job with the same key that still waits is not doubled."""
    await enqueue_raw(await driver(session), handler, delay=delay, key=key, **arguments)


class Run(NamedTuple):
    """One of several jobs of a handler: its arguments, and when and under which key it runs."""

    arguments: dict[str, Any]
    delay: timedelta | None = None
    key: str | None = None


async def enqueue_all(session: AsyncSession, handler: Handler, runs: Sequence[Run]) -> None:
    """Like `enqueue`, for many jobs of one handler with one statement."""
    if runs:
        await Queries(AsyncpgDriver(await driver(session))).enqueue(
            [_names[handler]] * len(runs),
            [_payload(run.arguments) for run in runs],
            [0] * len(runs),
            [run.delay for run in runs],
            [run.key for run in runs],
            on_conflict="skip",
        )


async def enqueue_raw(
    connection: Any,
    handler: Handler,
    *,
    delay: timedelta | None = None,
    key: str | None = None,
    **arguments: Any,
) -> None:
    """Enqueue on an asyncpg connection, in whatever transaction it is in."""
    await Queries(AsyncpgDriver(connection)).enqueue(
        _names[handler], _payload(arguments), 0, delay, key, on_conflict="skip" if key else "raise"
    )


def _payload(arguments: dict[str, Any]) -> bytes:
    return orjson.dumps(_any.dump_python(arguments, mode="json"))


class Worker:
    """Runs the registered jobs until stopped. One per process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._queuer: PgQueuer | None = None
        self._stopping = asyncio.Event()
        self._began = asyncio.Event()

    @property
    def running(self) -> bool:
        """Whether jobs are being run: false before `run` has begun, while the database is away, and after the end."""
        return self._queuer is not None

    async def run(self) -> None:
        """Work until `stop`. When the database goes away, work goes on after a growing pause."""
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = monotonic()
            try:
                await self._work()
            except Exception:
                log.exception("jobs have stopped; they begin again")
            if monotonic() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _work(self) -> None:
        pool = await asyncpg.create_pool(self._db.url, min_size=2, max_size=6)
        try:
            queuer = self._queuer = PgQueuer(AsyncpgPoolDriver(pool))
            for name, handler in _handlers.items():
                queuer.entrypoint(
                    name,
                    on_failure="hold",
                    executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(
                        parameters, max_attempts=MAX_ATTEMPTS
                    ),
                )(self._runner(name, handler))
            for name, cron, handler in _schedules:
                queuer.schedule(name, cron, clean_old=True)(self._periodic(handler))
            if self._stopping.is_set():
                return
            self._began.set()
            await queuer.run(dequeue_timeout=timedelta(seconds=1), batch_size=4, max_concurrent_tasks=8)
        finally:
            self._queuer = None
            pool.terminate()  # all jobs have ended; closing in order would wait for a database that is away

    async def began(self) -> None:
        """Wait until jobs are run for the first time."""
        await self._began.wait()

    def stop(self) -> None:
        """Finish running jobs, take no more."""
        self._stopping.set()
        if self._queuer is not None:
            self._queuer.shutdown.set()

    def _runner(self, name: str, handler: Handler) -> Callable[[Job], Awaitable[None]]:
        async def run(job: Job) -> None:
            try:
                await handler(self._db, **orjson.loads(job.payload or b"{}"))
            except Exception:
                log.exception("job failed", extra={"job": name, "attempt": job.attempts})
                raise

        return run

    def _periodic(self, handler: Handler) -> Callable[[Schedule], Awaitable[None]]:
        async def run(schedule: Schedule) -> None:
            await handler(self._db)

        return run
