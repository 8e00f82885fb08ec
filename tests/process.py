"""A server as people run it: `python -m api serve` in a process of its own, which can be killed and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
# Addresses where nobody answers: a server that is given them starts no stand-in.
NO_VENDORS = {
    "STRIPE_SECRET_KEY": "sk_test_none",
    "RESEND_API_KEY": "re_none",
    "S3_ENDPOINT": "http://127.0.0.1:9",
    "S3_ACCESS_KEY_ID": "none",
    "S3_SECRET_ACCESS_KEY": "none",
}
START_SECONDS = 240


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ServerProcess:
    """One server process on a port that stays the same over restarts. `environment` is added to this process's."""

    def __init__(self, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/ws"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start, and wait until it is ready."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "RATE_LIMIT_SCALE": "1000", **self._environment}
        self._process = subprocess.Popen(  # noqa: ASYNC220 - starting takes no time worth waiting for
            [sys.executable, "-m", "api", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        async with httpx.AsyncClient(timeout=2) as client:
            while True:
                with suppress(httpx.HTTPError):
                    if (await client.get(f"{self.url}/health/ready")).status_code == 200:
                        return
                assert self._process.poll() is None, "the server ended while it was starting"
                assert time.monotonic() < deadline, "the server did not start in time"
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is flushed."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """As Ctrl-C does. One that does not end is killed, and that is an error."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
