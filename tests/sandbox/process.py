"""Starting the sandbox as it runs for everybody: a process of its own, on a free port, with its own data."""

import asyncio
import os
import queue
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import stripe

ROOT = Path(__file__).parents[2]
START_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Sandbox:
    """A sandbox that can be killed and started again on the same port and data."""

    def __init__(self, data: Path, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: ASYNC220 - starting takes no time worth waiting for
            [sys.executable, "-m", "sandbox", "--port", str(self.port), "--data", str(self.data)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environment},
        )
        deadline = time.monotonic() + START_SECONDS
        async with httpx.AsyncClient(timeout=2) as client:
            while True:
                with suppress(httpx.HTTPError):
                    if (await client.get(f"{self.url}/health")).status_code == 200:
                        return
                assert self._process.poll() is None, "the sandbox ended while it was starting"
                assert time.monotonic() < deadline, "the sandbox did not start"
                await asyncio.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is flushed."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    @asynccontextmanager
    async def client(
        self, key: str = "sk_test_tests", retries: int = 0
    ) -> AsyncIterator[stripe.StripeClient]:
        """The official SDK, talking to this sandbox."""
        http = stripe.HTTPXClient(timeout=20)
        yield stripe.StripeClient(
            key,
            base_addresses={"api": self.url, "connect": self.url, "files": self.url},
            http_client=http,
            max_network_retries=retries,
        )
        await http.close_async()

    async def pay(
        self, url: str, card: str = "pm_card_visa", email: str = "payer@people.example"
    ) -> httpx.Response:
        """What the button on the checkout page does. Redirects are not followed."""
        async with httpx.AsyncClient(timeout=20) as client:
            return await client.post(url, data={"card": card, "email": email})

    async def advance(self, seconds: int) -> None:
        """Move the sandbox's clock forward."""
        async with httpx.AsyncClient(timeout=20) as client:
            (await client.post(f"{self.url}/sandbox/clock", json={"advance": seconds})).raise_for_status()


class Receiver:
    """A webhook endpoint on a port of its own. `status` is what it answers."""

    def __init__(self, port: int = 0) -> None:
        self.status = 200
        self.arrived: queue.Queue[tuple[bytes, str]] = queue.Queue()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.arrived.put((body, self.headers["Stripe-Signature"]))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port: int = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    async def next(self, event_type: str, secret: str) -> stripe.Event:
        """The next event of a type, verified by the SDK. Others are passed over."""
        deadline = time.monotonic() + 20
        while True:
            body, signature = await asyncio.to_thread(
                self.arrived.get, True, max(0.01, deadline - time.monotonic())
            )
            event = stripe.Webhook.construct_event(body, signature, secret)
            if event.type == event_type:
                return event

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
