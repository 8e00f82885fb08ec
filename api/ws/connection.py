"""One client's socket: what it follows, and writing to it under a bound.

Writing never waits. Bytes that the client does not read pile up in the transport's buffer; past `OUTBOX_BYTES` the
client is closed with 4008 and resumes from its last `seq` when it comes back, so that one member that stops reading
neither holds up the room nor fills the memory.
"""

import asyncio
from typing import Any
from uuid import UUID

import orjson

from api.ws.socket import SocketProtocol, text_frame
from core.actor import Actor

OUTBOX_BYTES = 512 * 1024
CLOSE_GRACE_SECONDS = 1.0

UNAUTHENTICATED, TOO_SLOW, LIMITS, RESTART = 4001, 4008, 4009, 1012


class Connection:
    """A socket that has been accepted."""

    __slots__ = ("_protocol", "actor", "closed", "in_flight", "lurking", "rooms", "tokens", "tokens_at")

    def __init__(self, protocol: SocketProtocol) -> None:
        self._protocol = protocol
        self.actor: Actor | None = None
        self.rooms: set[UUID] = set()
        self.lurking: set[UUID] = set()
        self.closed = False
        self.in_flight = 0
        self.tokens = 0.0
        self.tokens_at = 0.0

    def push(self, frame: bytes) -> None:
        """Write a prepared frame. Returns at once; closes the socket when its outbox is over the bound."""
        if self.closed:
            return
        protocol = self._protocol
        transport = protocol.transport
        if protocol.disconnected or protocol.close_sent or transport.is_closing():
            self.closed = True
            return
        transport.write(frame)
        if transport.get_write_buffer_size() > OUTBOX_BYTES:
            self.close(TOO_SLOW, "too slow: reconnect and resume")

    def send(self, body: dict[str, Any]) -> None:
        """Write one event."""
        self.push(text_frame(orjson.dumps(body)))

    def close(self, code: int, reason: str) -> None:
        """Say goodbye, and cut the line after a moment in case the client does not listen."""
        if self.closed:
            return
        self.closed = True
        protocol = self._protocol
        if protocol.disconnected or protocol.close_sent or protocol.transport.is_closing():
            return
        protocol.conn.send_close(code, reason)
        protocol.transport.write(b"".join(protocol.conn.data_to_send()))
        protocol.close_sent = True
        protocol.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        # What the client still sends is read and dropped meanwhile: closing over unread bytes would reset the line, and
        # the client would never see the reason.
        if protocol.read_paused:
            protocol.read_paused = False
            protocol.transport.resume_reading()
        protocol.close_timer = asyncio.get_running_loop().call_later(
            CLOSE_GRACE_SECONDS, protocol.transport.abort
        )
