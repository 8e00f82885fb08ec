"""A server as people run it: `python -m api serve` in a process of its own, which can be killed and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
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


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """A program of this repository on a port that stays the same over restarts. `environment` is added to ours."""

    health = "/health"
    start_seconds = 30

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = dict(environment)
        self._command = [*command, "--port", str(self.port)]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start, and wait until it is ready."""
        self._process = subprocess.Popen(  # noqa: ASYNC220 - starting takes no time worth waiting for
            [sys.executable, "-m", *self._command],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environment},
            stdin=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + self.start_seconds
        async with httpx.AsyncClient(timeout=2) as client:
            while True:
                with suppress(httpx.HTTPError):
                    if (await client.get(self.url + self.health)).status_code == 200:
                        return
                assert self._process.poll() is None, f"{self._command[0]} ended while it was starting"
                assert time.monotonic() < deadline, f"{self._command[0]} did not start in time"
                await asyncio.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is flushed."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """As Ctrl-C does. One that does not end is killed, and that is an error."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=self.start_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class ServerProcess(Process):
    """A server of the product."""

    health = "/health/ready"
    start_seconds = 240

    def __init__(self, **environment: str) -> None:
        super().__init__(["api", "serve"], {"RATE_LIMIT_SCALE": "1000", **environment})

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/ws"
