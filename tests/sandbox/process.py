"""Starting the sandbox as it runs for everybody: a process of its own, on a free port, with its own data."""

import asyncio
import queue
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import stripe

from tests.process import Process


class Sandbox(Process):
    """A sandbox that can be killed and started again on the same port and data."""

    def __init__(self, data: Path, environment: dict[str, str] | None = None) -> None:
        super().__init__(["sandbox", "--data", str(data)], environment or {})
        self.data = data

    @asynccontextmanager
    async def client(
        self, key: str = "sk_test_tests", retries: int = 0
    ) -> AsyncIterator[stripe.StripeClient]:
        """The official SDK, talking to this sandbox."""
        http = stripe.HTTPXClient(timeout=20)
        try:
            yield stripe.StripeClient(
                key,
                base_addresses={"api": self.url, "connect": self.url, "files": self.url},
                http_client=http,
                max_network_retries=retries,
            )
        finally:
            await http.close_async()  # type: ignore[no-untyped-call]

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
    """A webhook endpoint on a port of its own. `status` is what it answers, as soon as `answering` is set."""

    def __init__(self, port: int = 0) -> None:
        self.status = 200
        self.answering = Event()
        self.answering.set()
        self.arrived: queue.Queue[tuple[bytes, str]] = queue.Queue()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.arrived.put((body, self.headers["Stripe-Signature"]))
                receiver.answering.wait()
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
            event: stripe.Event = stripe.Webhook.construct_event(body, signature, secret)
            if event.type == event_type:
                return event

    def close(self) -> None:
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
