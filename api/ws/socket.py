"""The WebSocket protocol class that uvicorn runs, and writing to it without a task per send.

A server frame is the same bytes for every member of a room (frames to clients are not masked), so it is encoded once
and handed to each transport as it is. uvicorn's `websockets-sansio` implementation does everything else.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN
from websockets.server import ServerProtocol
from websockets.streams import StreamReader

try:
    from websockets.speedups import apply_mask
except ImportError:  # where it could not be compiled
    from websockets.utils import apply_mask

EXTENSION = "sextant.socket"
FINAL_TEXT, MASKED = 0x81, 0x80
_WAITS_FOR_A_FRAME = StreamReader.at_eof.__code__


# uvicorn's `send` waits for this one, and this application sends nothing by it once it has accepted: it writes to the
# transport. So it is always set, and one for all sockets.
_WRITABLE = asyncio.Event()
_WRITABLE.set()


class Inbox:
    """What the application has not yet received of a socket; one task receives. It does what an asyncio.Queue would, of
    which an idle one takes three kilobytes: four deques of 64 places each."""

    __slots__ = ("_came", "_events")

    def __init__(self) -> None:
        self._events: deque[Any] | None = None  # None while there are none
        self._came: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        return self._events is None

    def put_nowait(self, event: Any) -> None:
        if self._events is None:
            self._events = deque()
        self._events.append(event)
        if self._came is not None and not self._came.done():
            self._came.set_result(None)

    async def get(self) -> Any:
        """The oldest event, once there is one. Where it is cancelled, the event stays."""
        while self._events is None:
            self._came = asyncio.get_running_loop().create_future()
            try:
                await self._came
            finally:
                self._came = None
        event = self._events.popleft()
        if not self._events:
            self._events = None
        return event


class SocketProtocol(WebSocketsSansIOProtocol):
    """Adds itself to the ASGI scope, so that the gateway can write prepared frames; offers it whole text frames before
    they are queued; tells it when the outbox is full and when there is nobody to write to any more."""

    on_text: Callable[[bytes], bool] | None = None
    on_full: Callable[[], None] | None = None
    on_end: Callable[[], None] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = cast(asyncio.Queue[Any], Inbox())
        self.writable = _WRITABLE

    def forget_handshake(self) -> None:
        """Let go of what the handshake brought, once it is over. Others hold the request and the scope, so those are
        emptied."""
        self.request.headers.clear()
        cast(dict[str, Any], self.scope).clear()
        del self.response

    def pause_writing(self) -> None:
        if self.on_full is not None:
            self.on_full()

    def data_received(self, data: bytes) -> None:
        if self.on_text is not None and _between_frames(self.conn):
            data = self._offer_frames(data, self.on_text)
        if data:
            super().data_received(data)

    def _offer_frames(self, data: bytes, take: Callable[[bytes], bool]) -> bytes:
        """Offer each whole text frame at the beginning of `data`; returns what is left. A frame that the application takes
        needs no parser that can wait for more, no queue, and no task to wake for it. What came before it is through: the
        queue is empty, and the application says no while it is at work on a frame."""
        at, end = 0, len(data)
        while end - at >= 8 and data[at] == FINAL_TEXT and not self.close_sent and self.queue.empty():
            size, mask = data[at + 1] - MASKED, at + 2
            if size == 126:
                size, mask = data[mask] << 8 | data[mask + 1], mask + 2
            elif size < 0 or size == 127:  # without a mask, or large: the parser's
                break
            text = mask + 4
            if text + size > end or not take(apply_mask(data[text : text + size], data[mask:text])):
                break
            at = text + size
        return data[at:] if at else data

    def handle_close(self, event: Any) -> None:
        super().handle_close(event)
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._end()
        self.on_text = self.on_full = self.on_end = (
            None  # the connection holds this object, and these hold the connection
        )

    def _end(self) -> None:
        if self.on_end is not None:
            self.on_end()

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            # The application's task has been created, but does not run before this returns.
            cast(dict[str, Any], scope["extensions"])[EXTENSION] = self


def _between_frames(conn: ServerProtocol) -> bool:
    """Whether the next byte begins a frame, and none of a message in parts: the parser has taken all bytes, and waits
    where it asks whether there will be more."""
    parser: Any = conn.parser
    if conn.reader.buffer or conn.current_size is not None or conn.state is not OPEN:
        return False
    while (inner := parser.gi_yieldfrom) is not None:
        parser = inner
    return parser.gi_code is _WAITS_FOR_A_FRAME


def text_frame(payload: bytes) -> bytes:
    """An unmasked, final text frame (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65_536:
        return b"\x81\x7e" + struct.pack("!H", size) + payload
    return b"\x81\x7f" + struct.pack("!Q", size) + payload
