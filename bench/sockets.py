"""Thousands of light WebSocket clients in one process: no more of the protocol than counting events takes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import orjson


class LightClient(asyncio.Protocol):
    """One connection of the realtime protocol. `open` it, then `subscribe`; pings are answered."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._input = b""
        self._shaken = False
        self._answer: asyncio.Future[dict[str, object]] | None = None
        self.events = 0

    @classmethod
    async def open(cls, port: int, token: str) -> LightClient:
        """Connect; returns after `welcome`."""
        transport, client = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        client._transport = transport
        answer = client._expect()
        transport.write(
            b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Authorization: Bearer %s\r\nSec-WebSocket-Protocol: sextant.v1\r\n\r\n" % token.encode()
        )
        await answer
        return client

    async def subscribe(self, room: str, after_seq: int | None = None) -> None:
        """Follow a room; returns when the replay is through."""
        answer = self._expect()
        body: dict[str, object] = {"type": "subscribe", "id": "s", "room": room}
        if after_seq is not None:
            body["after_seq"] = after_seq
        self._send(1, orjson.dumps(body))
        await answer

    def close(self) -> None:
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server closed the socket"))

    def data_received(self, data: bytes) -> None:
        self._input += data
        if not self._shaken:
            head, end, rest = self._input.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(head[:80].decode())
            self._shaken, self._input = True, rest
        for opcode, payload in self._frames():
            if opcode == 9:
                self._send(10, payload)
            elif opcode == 1:
                for line in payload.splitlines():
                    self._take(line)

    def _take(self, line: bytes) -> None:
        if line.startswith(b'{"type":"message.created"'):
            self.events += 1
            return
        body = orjson.loads(line)
        if body["type"] == "error" and self._answer is not None:
            self._answer.set_exception(RuntimeError(str(body)))
        elif body["type"] in ("welcome", "ack") and self._answer is not None and not self._answer.done():
            self._answer.set_result(body)

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        at, data = 0, self._input
        while len(data) - at >= 2:
            size, head = data[at + 1] & 127, 2
            if size == 126:
                size, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(data[at + 2 : at + 10], "big"), 10
            if len(data) - at < head + size:
                break
            yield data[at] & 15, data[at + head : at + head + size]
            at += head + size
        self._input = data[at:]

    def _send(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self._transport.write(bytes((0x80 | opcode,)) + length + b"\0\0\0\0" + payload)

    def _expect(self) -> asyncio.Future[dict[str, object]]:
        self._answer = asyncio.get_running_loop().create_future()
        return self._answer
