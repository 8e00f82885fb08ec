"""The composition root: what one process is made of, opened in order and closed in reverse."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.broker import PostgresBroker
from core.db import Database
from core.events import Broker, MemoryBroker
from core.gateways import Gateways, configure, embeddings
from core.gateways.identity import IdentityGateway
from core.gateways.mail import MailGateway
from core.gateways.payments import PaymentsGateway
from core.jobs import Worker
from core.settings import Settings, use
from services import rooms as rooms
from services.conversations.sending import Sender

if TYPE_CHECKING:  # the hub and the runner stand above this module
    from api.ws.hub import Hub
    from assistant.runner import Runner

log = logging.getLogger(__name__)


@dataclass
class Runtime:
    """Everything that lives as long as the process."""

    settings: Settings
    db: Database
    gateways: Gateways
    sender: Sender
    hub: "Hub"
    runner: "Runner | None"
    worker: Worker | None

    @property
    def well(self) -> bool:
        """Whether everything that should run in this process does."""
        return self.worker is None or self.worker.running


def broker_for(settings: Settings, url: str) -> Broker:
    """The broker by settings: in memory where there is one process (the embedded database), else PostgreSQL."""
    if settings.broker == "memory" or (settings.broker == "auto" and settings.database_url is None):
        return MemoryBroker()
    return PostgresBroker(url)


@asynccontextmanager
async def open_runtime(
    settings: Settings, url: str, *, serve: bool = True, worker: bool = True, assistant: bool = True
) -> AsyncIterator[Runtime]:
    """Open what the roles of this process need. `url` is the DSN of a migrated database.

    `serve` delivers events to sockets, `worker` runs jobs, `assistant` runs turns.
    """
    from api.ws.hub import Hub
    from assistant.agent import Agent
    from assistant.runner import Runner

    use(settings)
    async with AsyncExitStack() as stack:
        broker = broker_for(settings, url)
        await broker.start()
        stack.push_async_callback(broker.stop)
        db = await stack.enter_async_context(
            Database(url, broker=broker, pool_size=settings.database_pool_size)
        )
        gateways = Gateways(
            payments=PaymentsGateway.from_settings(settings),
            mail=MailGateway.from_settings(settings),
            identity=IdentityGateway.from_settings(settings),
            embeddings=embeddings.from_settings(settings),
        )
        configure(gateways)
        stack.push_async_callback(gateways.close)
        sender = Sender(db)
        stack.push_async_callback(sender.close)
        hub = Hub(db)
        if serve:
            hub.start()
            stack.push_async_callback(hub.stop)
        runner = Runner(db, Agent(settings, db)) if assistant else None
        if runner is not None:
            runner.start()
            stack.push_async_callback(runner.stop)
        jobs = Worker(db) if worker else None
        if jobs is not None:
            working = asyncio.create_task(jobs.run(), name="worker")
            working.add_done_callback(_notice)
            stack.push_async_callback(_finish, jobs, working)
        yield Runtime(settings, db, gateways, sender, hub, runner, jobs)


def _notice(working: asyncio.Task[None]) -> None:
    # A server whose jobs do not run looks well and does half its work: say so at once.
    if not working.cancelled() and (error := working.exception()) is not None:
        log.critical("the worker has stopped; no job runs in this process", exc_info=error)


async def _finish(worker: Worker, task: asyncio.Task[None]) -> None:
    worker.stop()
    done, _ = await asyncio.wait({task}, timeout=10)
    if not done:
        task.cancel()
    results = await asyncio.gather(task, return_exceptions=True)
    for error in results:
        if isinstance(error, Exception):
            log.error("the worker ended with an error", exc_info=error)
