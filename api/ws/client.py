"""A client of the realtime protocol, for Python programs; tests and benchmarks use it too.

    async with RealtimeClient(url, token=token) as client:
        await client.subscribe(room_id, after_seq=0)
        await client.send_message(room_id, "Hello")
        async for event in client.events():
            ...

It resumes by itself: after `reconnect()` every room goes on from the last `seq` seen.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any, Self
from uuid import UUID, uuid4

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.ws.protocol import SUBPROTOCOL


class CommandRefused(Exception):
    """The server answered a command with an error."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(f"{body['code']}: {body['message']}")
        self.code: str = body["code"]
        self.body = body


class RealtimeClient:
    """One connection. `url` is `ws://host/ws`; `token` a session or API token, or None to say hello oneself. A server
    that leaves a ping unanswered for `heartbeat` seconds is taken for dead, and the socket given up (1006)."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        heartbeat: float | None = 20,
    ) -> None:
        self._url = url
        self._heartbeat = heartbeat
        self._headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._next_id = 0
        self._arrived = asyncio.Condition()
        self.received: list[dict[str, Any]] = []
        self.seqs: dict[str, int] = {}
        self.welcome: dict[str, Any] = {}
        self.close_code: int | None = None

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def connect(self) -> None:
        """Open the socket and wait until the server knows who is there (unless no token was given)."""
        self.close_code = None
        self._socket = await connect(
            self._url,
            subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
            additional_headers=self._headers,
            compression=None,
            max_size=None,
            ping_interval=self._heartbeat,
            ping_timeout=self._heartbeat,
        )
        mark = len(self.received)
        self._reader = asyncio.create_task(self._read())
        if self._headers:
            self.welcome = await self.wait_for(lambda e: e["type"] == "welcome", since=mark)

    async def reconnect(self) -> None:
        """Open a new socket and resume all rooms from where they were."""
        await self.close()
        await self.connect()
        for room, seq in tuple(self.seqs.items()):
            await self.subscribe(room, after_seq=seq)

    async def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader

    def cut(self) -> None:
        """Drop the line without a word, as a bad network does."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def command(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a command and return its ack. Raises CommandRefused, or ConnectionClosed."""
        self._next_id += 1
        command_id = str(self._next_id)
        answer = self._answers[command_id] = asyncio.get_running_loop().create_future()
        await self.send_raw(orjson.dumps({"type": kind, "id": command_id, **fields}, default=str).decode())
        ack: dict[str, Any] = await answer
        return ack

    async def send_raw(self, frame: str | bytes) -> None:
        """Send a frame as it is."""
        assert self._socket is not None
        await self._socket.send(frame)

    async def subscribe(self, room: UUID | str, after_seq: int | None = None) -> dict[str, Any]:
        """Follow a room; when this returns, the replay is through and the room is live."""
        if after_seq is not None:
            self.seqs[str(room)] = after_seq
        ack = await self.command(
            "subscribe", room=str(room), **({} if after_seq is None else {"after_seq": after_seq})
        )
        self.seqs[str(room)] = max(self.seqs.get(str(room), 0), ack["seq"])
        return ack

    async def send_message(
        self, room: UUID | str, text: str, client_id: UUID | None = None, **fields: Any
    ) -> dict[str, Any]:
        """Send a message (`fields`: reply_to, attachments); the ack carries it as stored."""
        return await self.command(
            "message.send", room=str(room), client_id=str(client_id or uuid4()), text=text, **fields
        )

    async def wait_for(self, wanted: Callable[[dict[str, Any]], bool], *, since: int = 0) -> dict[str, Any]:
        """The first event received (from index `since` on) that `wanted` accepts. Raises ConnectionError when the
        socket closes first."""
        position = since
        while True:
            for event in self.received[position:]:
                if wanted(event):
                    return event
            position = len(self.received)
            async with self._arrived:
                if len(self.received) == position:
                    if self.close_code is not None:
                        raise ConnectionError(f"closed with {self.close_code}")
                    await self._arrived.wait()

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """All events from the first on, for ever."""
        position = 0
        while True:
            mark = position
            yield await self.wait_for(lambda _: True, since=mark)
            position += 1

    def durable(self, room: UUID | str) -> list[dict[str, Any]]:
        """The durable events of a room received so far, in order of arrival."""
        return [
            e
            for e in self.received
            if e.get("room") == str(room) and "at" in e and e["type"] != "room.activity"
        ]

    async def _read(self) -> None:
        assert self._socket is not None
        socket = self._socket
        try:
            async for frame in socket:
                for line in frame.splitlines():
                    self._take(orjson.loads(line))
                async with self._arrived:
                    self._arrived.notify_all()
        except ConnectionClosed:
            pass
        finally:
            self.close_code = socket.close_code or 1006
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ConnectionError(f"closed with {self.close_code}"))
                    answer.exception()
            self._answers.clear()
            async with self._arrived:
                self._arrived.notify_all()

    def _take(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind in ("ack", "error") and event["id"] in self._answers:
            answer = self._answers.pop(event["id"])
            if not answer.done():
                if kind == "ack":
                    answer.set_result(event)
                else:
                    answer.set_exception(CommandRefused(event))
            return
        if kind == "reset" or (
            "seq" in event and "at" in event and kind != "room.activity" and event["room"] in self.seqs
        ):
            self.seqs[event["room"]] = event["seq"]
        self.received.append(event)
