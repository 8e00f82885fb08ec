"""The composition root: what one process is made of, opened in order and closed in reverse."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.broker import PostgresBroker, RedisBroker, redis_client
from core.db import Database
from core.events import Broker, MemoryBroker
from core.gateways import Gateways, configure, embeddings, scanner, vector_index
from core.gateways.identity import IdentityGateway
from core.gateways.mail import MailGateway
from core.gateways.payments import PaymentsGateway
from core.gateways.smtp import SmtpGateway
from core.gateways.storage import StorageGateway
from core.gateways.web import WebGateway
from core.gateways.webpush import PushGateway
from core.jobs import Worker
from core.ratelimit import count_in
from core.settings import Settings, use
from services import rooms as rooms
from services.conversations.presence import Presence
from services.conversations.sending import Sender
from services.notifications.service import Watcher
from services.previews import service as previews

if TYPE_CHECKING:  # the hub and the runner stand above this module
    from api.ws.hub import Hub
    from assistant.agent import Agent
    from assistant.runner import Runner

log = logging.getLogger(__name__)


@dataclass
class Runtime:
    """Everything that lives as long as the process."""

    settings: Settings
    db: Database
    gateways: Gateways
    sender: Sender
    presence: Presence
    hub: "Hub"
    runner: "Runner | None"
    worker: Worker | None

    @property
    def well(self) -> bool:
        """Whether everything that should run in this process does."""
        return self.worker is None or self.worker.running


def broker_for(settings: Settings, url: str, *, serve: bool = True) -> Broker:
    """The broker by settings: Redis where there is one, in memory where there is one process (the embedded database),
    else PostgreSQL. `serve`: whether this process delivers events to sockets."""
    if settings.redis_url is not None and settings.broker in ("auto", "redis"):
        return RedisBroker(settings.redis_url.get_secret_value())
    if settings.broker == "memory" or (settings.broker == "auto" and settings.database_url is None):
        return MemoryBroker()
    return PostgresBroker(url, delivers=serve)


@asynccontextmanager
async def open_runtime(
    settings: Settings, url: str, *, serve: bool = True, worker: bool = True, assistant: bool = True
) -> AsyncIterator[Runtime]:
    """Open what the roles of this process need. `url` is the DSN of a migrated database.

    `serve` delivers events to sockets, `worker` runs jobs, `assistant` runs turns.
    """
    from api.ws.hub import Hub

    use(settings)
    async with AsyncExitStack() as stack:
        broker = broker_for(settings, url, serve=serve)
        await broker.start()
        stack.push_async_callback(broker.stop)
        db = await stack.enter_async_context(
            Database(url, broker=broker, pool_size=settings.database_pool_size)
        )
        gateways = Gateways(
            payments=PaymentsGateway.from_settings(settings),
            mail=SmtpGateway.from_settings(settings) or MailGateway.from_settings(settings),
            identity=IdentityGateway.from_settings(settings),
            push=PushGateway.from_settings(settings),
            embeddings=embeddings.from_settings(settings),
            vectors=vector_index.from_settings(settings),
            storage=StorageGateway.from_settings(settings),
            scanner=scanner.from_settings(settings),
            web=WebGateway.from_settings(settings),
        )
        configure(gateways)
        stack.push_async_callback(gateways.close)
        if settings.redis_url is not None:
            counts = redis_client(settings.redis_url.get_secret_value())
            stack.push_async_callback(counts.aclose)
            count_in(counts)
            stack.callback(count_in, None)
        if serve and settings.link_previews:
            stack.callback(previews.watch(db))
        sender = Sender(db)
        stack.push_async_callback(sender.close)
        presence = Presence(db)
        hub = Hub(db)
        if serve:
            presence.start()
            stack.push_async_callback(presence.stop)
            hub.start()
            stack.push_async_callback(hub.stop)
        watcher = Watcher(db)
        watcher.start()
        stack.push_async_callback(watcher.stop)
        jobs = Worker(db) if worker else None
        if jobs is not None:
            working = asyncio.create_task(jobs.run(), name="worker")
            working.add_done_callback(_notice)
            stack.push_async_callback(_finish, jobs, working)
            with suppress(TimeoutError):  # the first who asks is told that all is well
                await asyncio.wait_for(jobs.began(), 5)
        runtime = Runtime(settings, db, gateways, sender, presence, hub, None, jobs)
        if assistant:
            await stack.enter_async_context(open_assistant(runtime))
        yield runtime


@asynccontextmanager
async def open_assistant(runtime: Runtime) -> AsyncIterator[None]:
    """Run turns in this process. What was asked before is answered now."""
    agent_class, runner_class = await asyncio.to_thread(_import_assistant)
    agent = agent_class(runtime.settings, runtime.db)
    runtime.runner = runner = runner_class(runtime.db, agent, agent.summariser)
    runner.start()
    try:
        yield
    finally:
        await runner.stop()
        runtime.runner = None
        await agent.close()


def _import_assistant() -> "tuple[type[Agent], type[Runner]]":
    # A third of what a process loads. A server is up before it, and it is made ready for its first turn here.
    from assistant.agent import Agent
    from assistant.runner import Runner
    from services.projects import extraction

    extraction.prepare()
    return Agent, Runner


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
