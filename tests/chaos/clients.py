"""People who write whatever happens, through the project's own realtime client.

A client does what any good client does: it retries with the same `client_id` until it has an answer, takes a server
that does not answer for dead, and resumes on the other one by `after_seq`. It keeps what it saw, in order.
"""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from websockets.exceptions import WebSocketException

from api.ws.client import CommandRefused, RealtimeClient

PATIENCE = 5.0
PAUSE = (0.05, 0.3)
LOST = (OSError, TimeoutError, WebSocketException, ConnectionError)


@dataclass(slots=True)
class Sent:
    """A message that the server has acknowledged."""

    id: str
    seq: int
    text: str


@dataclass(slots=True)
class Member:
    """One person on one device in one room."""

    name: str
    token: str
    room: UUID
    urls: list[str]
    seed: int
    acknowledged: list[Sent] = field(default_factory=list)
    retries: int = 0
    reconnects: int = 0
    client: RealtimeClient | None = None
    seen: list[dict[str, Any]] = field(default_factory=list)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    @property
    def view(self) -> list[dict[str, Any]]:
        """All durable events of the room in the order in which they arrived, over all connections."""
        return self.seen + (self.client.durable(self.room) if self.client is not None else [])

    async def write_until(self, stop: asyncio.Event) -> None:
        """Send numbered messages one after the other; each is answered before the next is written."""
        number = 0
        while not stop.is_set():
            number += 1
            await self.send(f"{self.name} #{number}")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._random.uniform(*PAUSE))

    async def send(self, text: str) -> None:
        """Send once, however often it takes."""
        client_id = uuid4()
        while True:
            client = await self.connected()
            try:
                async with asyncio.timeout(PATIENCE):
                    ack = await client.send_message(self.room, text, client_id)
            except CommandRefused as refusal:
                if not refusal.body.get("retryable", refusal.code == "vendor_unavailable"):
                    raise
                self.retries += 1
                await asyncio.sleep(self._random.uniform(*PAUSE))
            except LOST:
                self.retries += 1
                await self.drop()
            else:
                message = ack["message"]
                self.acknowledged.append(Sent(message["id"], message["seq"], text))
                return

    async def connected(self) -> RealtimeClient:
        """The open connection, or a new one to either server, resumed after the last event seen."""
        while self.client is None or self.client.close_code is not None:
            if self.client is not None:
                await self.drop()
            client = RealtimeClient(self._random.choice(self.urls), token=self.token)
            try:
                async with asyncio.timeout(PATIENCE):
                    await client.connect()
                    await client.subscribe(self.room, after_seq=self.seen[-1]["seq"] if self.seen else 0)
            except (*LOST, CommandRefused):
                self.seen += client.durable(self.room)
                await _close(client)
                await asyncio.sleep(self._random.uniform(*PAUSE))
            else:
                self.client = client
                self.reconnects += 1
        return self.client

    async def drop(self) -> None:
        """Give the connection up, and keep what came over it."""
        client, self.client = self.client, None
        if client is not None:
            await _close(client)
            self.seen += client.durable(self.room)

    def cut(self) -> None:
        """The network goes away without a word."""
        if self.client is not None and self.client.close_code is None:
            self.client.cut()

    async def catch_up(self, seq: int) -> None:
        """Be connected until the event `seq` has been seen."""
        while True:
            client = await self.connected()
            if any(event["seq"] >= seq for event in self.view[-50:]):
                return
            try:
                async with asyncio.timeout(PATIENCE):
                    await client.wait_for(
                        lambda e: e.get("room") == str(self.room) and e.get("seq", 0) >= seq
                    )
            except LOST:
                await self.drop()


async def _close(client: RealtimeClient) -> None:
    client.cut()
    with suppress(*LOST):
        async with asyncio.timeout(PATIENCE):
            await client.close()
