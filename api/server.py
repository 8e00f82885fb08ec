"""Running a process of the service: server, worker, seed."""

import asyncio
import gc
import logging
import random
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn

from api.standins import free_port, stand_ins
from core import revisions
from core.db import Database
from core.embedded import EmbeddedPostgres, ensure_database
from core.log import configure_logging
from core.processes import keep_what_is_loaded
from core.settings import Environment, Settings, settings, use

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_database(config: Settings) -> AsyncIterator[str]:
    """The DSN of a running database: the one by DATABASE_URL, else the embedded one."""
    if config.database_url is not None:
        yield config.database_url.get_secret_value()
        return
    server = EmbeddedPostgres(config.data_dir / "postgres")
    admin = await asyncio.to_thread(server.start)
    try:
        await ensure_database(admin, "sextant")
        yield server.url("sextant")
    finally:
        await asyncio.to_thread(server.stop)


async def run_server(*, host: str | None, port: int | None, worker: bool | None) -> int:
    """Serve until a signal; returns the exit code."""
    started = time.monotonic()
    gc.disable()  # what is loaded stays: looking through it for garbage is a sixth of the time of a start
    config = settings()
    configure_logging(config)
    config = config.model_copy(
        update={k: v for k, v in {"host": host, "port": port}.items() if v is not None}
    )
    sock = _listen(config)
    config = config.model_copy(update={"port": sock.getsockname()[1]})
    _say(config, "Starting Sextant …")
    # Importing the product takes seconds: it is done beside the waiting for the database and the stand-ins. Nothing else
    # may import meanwhile: two threads in one circle of imports get modules that are half there.
    importing = asyncio.create_task(asyncio.to_thread(_import_product))
    async with open_database(config) as url, stand_ins(config, config.base_url) as started_stand_ins:
        create_app, open_runtime, open_assistant = await importing
        await _upgrade(url)
        if config.environment is Environment.DEVELOPMENT:
            await _seed_first_time(config, url)
        config = Settings.model_validate({**config.model_dump(), **await started_stand_ins()})
        use(config)
        with_worker = worker if worker is not None else not config.is_production
        async with open_runtime(config, url, worker=with_worker, assistant=False) as runtime:
            server = Server(_uvicorn_config(create_app(config, runtime), config), runtime.hub)
            serving = asyncio.create_task(server.serve(sockets=[sock]))
            await asyncio.wait(
                {serving, asyncio.create_task(server.up.wait())}, return_when=asyncio.FIRST_COMPLETED
            )
            if server.started:
                _welcome(config, time.monotonic() - started)
            try:
                async with open_assistant(runtime):
                    keep_what_is_loaded()
                    await serving
            finally:
                server.should_exit = True
                await serving
    return 0


def _import_product() -> tuple[Any, Any, Any]:
    from api.app import create_app
    from api.runtime import open_assistant, open_runtime

    return create_app, open_runtime, open_assistant


async def run_worker() -> None:
    """Run jobs and turns until a signal."""
    gc.disable()
    config = settings()
    configure_logging(config)
    from api.runtime import open_runtime

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with open_database(config) as url, open_runtime(config, url, serve=False):
        keep_what_is_loaded()
        log.info("worker started")
        await stop.wait()


async def run_seed() -> str:
    """Load the demo data; says what was done."""
    config = settings()
    from core.gateways import embeddings
    from services.experts.demo.load import load

    if config.is_production:
        raise SystemExit("Demo data is not loaded in production.")
    async with open_database(config) as url:
        await _upgrade(url)
        configure_only_embeddings(embeddings.from_settings(config))
        async with Database(url) as db:
            count = await load(db)
    return f"{count} demo experts are there."


async def run_create_admin(email: str, password: str) -> str:
    """Make an operator's account."""
    config = settings()
    from services.accounts import service as accounts

    async with open_database(config) as url:
        await _upgrade(url)
        async with Database(url) as db, db.transaction() as session:
            person = await accounts.create_admin(session, email=email, password=password)
    return f"{person.name} ({email}) is an operator now."


async def _upgrade(url: str) -> None:
    if await revisions.current(url) != revisions.newest():
        from core.migrate import upgrade  # Alembic takes its time to load, and most starts have no use for it

        await upgrade(url)


def configure_only_embeddings(embeddings: Any) -> None:
    """Let rules that need no other vendor run (seeding)."""
    from core.gateways import Gateways, configure

    configure(Gateways(embeddings=embeddings))


async def _seed_first_time(config: Settings, url: str) -> None:
    from core.gateways import embeddings
    from services import rooms as rooms  # the hours of demo experts are set by the bookings room
    from services.experts.demo.load import is_loaded, load

    configure_only_embeddings(embeddings.from_settings(config))
    async with Database(url) as db:
        if not await is_loaded(db):
            _say(config, "Loading the demo experts (once) …")
            await load(db)


class Server(uvicorn.Server):
    """Tells sockets to reconnect, spread over a few seconds, before it closes them."""

    def __init__(self, config: uvicorn.Config, hub: Any) -> None:
        super().__init__(config)
        self._hub = hub
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await _build(self.config.loaded_app)
        await super().startup(sockets)
        self.up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close_all(lambda: random.randint(200, 3_000))  # noqa: S311
        await super().shutdown(sockets)


async def _build(app: Any) -> None:
    """Have the application look at all its routes. They are worked out when the first request comes, which takes 0.2 s, and
    several times that beside what is still loading: nobody else would be answered meanwhile."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/health/live",  # comes after the others
        "raw_path": b"/health/live",
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 0),
        "server": None,
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        return

    await app(scope, receive, send)


def _uvicorn_config(app: Any, config: Settings) -> uvicorn.Config:
    from api.ws.socket import SocketProtocol

    return uvicorn.Config(
        app,
        ws=SocketProtocol,
        ws_max_size=1024 * 1024,
        ws_per_message_deflate=False,
        ws_ping_interval=config.ws_ping_seconds,
        ws_ping_timeout=config.ws_ping_seconds,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=config.is_production,
        timeout_graceful_shutdown=5,
        backlog=4096,
    )


def _listen(config: Settings) -> socket.socket:
    if config.is_production:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((config.host, config.port))
        return sock
    return free_port(config.host, config.port)


def _say(config: Settings, text: str) -> None:
    if not config.is_production:
        with suppress(BrokenPipeError):
            sys.stderr.write(f"\033[36m==>\033[0m {text}\n")
            sys.stderr.flush()


def _welcome(config: Settings, seconds: float) -> None:
    _say(config, f"Ready after {seconds:.1f} s")
    lines = [f"   Sextant            {config.base_url}"]
    if config.stripe_api_base:
        lines.append(f"   Payments (sandbox) {config.stripe_api_base}/events")
    if config.resend_api_url:
        lines.append(f"   E-mail outbox      {config.resend_api_url.removesuffix('/resend')}/outbox")
    if config.environment is Environment.DEVELOPMENT:
        from services.experts.demo.load import demo_sign_ins

        first = demo_sign_ins()[0]
        lines.append(f"   Sign in as a CTO   {first['email']}  /  {first['password']}")
    lines.append("   Stop               Ctrl-C")
    if not config.is_production:
        sys.stderr.write("\n".join(lines) + "\n")
        sys.stderr.flush()
