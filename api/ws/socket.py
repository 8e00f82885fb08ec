"""The WebSocket protocol class that uvicorn runs, and writing to it without a task per send.

A server frame is the same bytes for every member of a room (frames to clients are not masked), so it is encoded once
and handed to each transport as it is. uvicorn's `websockets-sansio` implementation does everything else.
"""

import struct
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "sextant.socket"


class SocketProtocol(WebSocketsSansIOProtocol):
    """Adds itself to the ASGI scope, so that the gateway can write prepared frames; offers it whole text frames before
    they are queued; tells it when the outbox is full and when there is nobody to write to any more."""

    on_text: Callable[[bytes], bool] | None = None
    on_full: Callable[[], None] | None = None
    on_end: Callable[[], None] | None = None

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.on_full is not None:
            self.on_full()

    def handle_text(self, event: Any) -> None:
        # A frame that the application takes here needs no queue, and no task to wake for it. What came before it is
        # through: the queue is empty, and the application says no while it is at work on a frame.
        if (
            self.on_text is not None
            and event.fin
            and not self.close_sent
            and self.queue.empty()
            and self.on_text(event.data)
        ):
            return
        super().handle_text(event)

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


def text_frame(payload: bytes) -> bytes:
    """An unmasked, final text frame (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65_536:
        return b"\x81\x7e" + struct.pack("!H", size) + payload
    return b"\x81\x7f" + struct.pack("!Q", size) + payload
