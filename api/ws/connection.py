"""One client's socket: what it follows, and writing to it under a bound.

Writing never waits. Bytes that the client does not read pile up in the transport's buffer; past `OUTBOX_BYTES` the
client is closed with 4008 and resumes from its last `seq` when it comes back, so that one member that stops reading
neither holds up the room nor fills the memory. The transport itself watches the bound (its high-water mark), so that a
room's fan-out costs one call for each member.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import orjson

from api.ws.socket import SocketProtocol, text_frame
from core.actor import Actor

OUTBOX_BYTES = 512 * 1024
MAX_JOINED = 256 * 1024  # of one frame
CLOSE_GRACE_SECONDS = 1.0
SLOW_GRACE_SECONDS = 10.0  # to read what is in the way before the reason

UNAUTHENTICATED, TOO_SLOW, LIMITS, RESTART = 4001, 4008, 4009, 1012


class Connection:
    """A socket that has been accepted."""

    __slots__ = (
        "_answers",
        "_flushing",
        "_held",
        "_protocol",
        "_size",
        "actor",
        "busy",
        "closed",
        "in_flight",
        "lurking",
        "rooms",
        "tokens",
        "tokens_at",
        "write",
    )

    def __init__(self, protocol: SocketProtocol) -> None:
        self._protocol = protocol
        self._answers: list[bytes] = []
        self._held: list[bytes] = []
        self._size = 0
        self._flushing = False
        self.actor: Actor | None = None
        self.rooms: set[UUID] = set()
        self.lurking: set[UUID] = set()
        self.closed = False
        self.busy = True  # while a command is carried out: the next one has to wait
        self.in_flight = 0
        self.tokens = 0.0
        self.tokens_at = 0.0
        # For fan-out: hands a prepared frame to the transport. Raises RuntimeError when that is closed already.
        self.write: Callable[[bytes], None] = protocol.transport.write
        protocol.transport.set_write_buffer_limits(high=OUTBOX_BYTES)
        protocol.on_full = self._too_slow
        protocol.on_end = self.lost

    def offer(self, take: Callable[[bytes], bool]) -> None:
        """Have `take` asked for each text frame that comes while nothing else is to be done first; what it does not
        take goes the usual way."""
        self._protocol.on_text = take

    def receive(self) -> Awaitable[Any]:
        """The next frame or the end of the socket, as an ASGI event."""
        return self._protocol.receive()

    def push(self, frame: bytes) -> None:
        """Write a prepared frame. Returns at once; closes the socket when its outbox is over the bound."""
        try:
            self.write(frame)
        except RuntimeError:
            self.lost()

    def lost(self) -> None:
        """The socket is gone, or will be in a moment: nothing is written any more."""
        self.closed = True
        self.write = _drop

    def send(self, body: dict[str, Any]) -> None:
        """Write one event."""
        self.push(text_frame(orjson.dumps(body)))

    def expect(self) -> None:
        """A message of this client's was handed over, and `answer` will follow. Until it has, what comes for it is written
        two turns of the loop later, in one piece with the answer: its own message is on its screen already, and writing
        takes time in which others wait for theirs, and its next one to be stored."""
        self.in_flight += 1
        if not self.closed:
            self.write = self._hold

    def answer(self, body: dict[str, Any]) -> None:
        """Write the answer to a message together with others of this turn of the loop: of a batch that was stored, many
        are for one socket."""
        self.in_flight -= 1
        self._answers.append(encoded := orjson.dumps(body))
        self._flush_later(len(encoded), turns=1)

    def _hold(self, frame: bytes) -> None:
        self._held.append(frame)
        self._flush_later(len(frame), turns=2)

    def _flush_later(self, size: int, turns: int) -> None:
        self._size += size
        if self._size > MAX_JOINED:
            self._flush()
        elif not self._flushing:
            self._flushing = True
            loop = self._protocol.loop
            if turns == 1:
                loop.call_soon(self._flush)
            else:
                loop.call_soon(loop.call_soon, self._flush)

    def _flush(self) -> None:
        """Write what was held, then the answers."""
        frames, self._held, self._size, self._flushing = self._held, [], 0, False
        if self._answers:
            answers, self._answers = self._answers, []
            frames.append(text_frame(b"\n".join(answers)))
        if self.closed:
            return
        self.write = self._protocol.transport.write
        if frames:
            self.push(b"".join(frames))
        if self.in_flight and not self.closed:
            self.write = self._hold

    def close(self, code: int, reason: str) -> None:
        """Say goodbye, and cut the line after a moment in case the client does not listen."""
        if self.closed:
            return
        self._flush()
        self.lost()
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
        grace = SLOW_GRACE_SECONDS if code == TOO_SLOW else CLOSE_GRACE_SECONDS
        protocol.close_timer = protocol.loop.call_later(grace, protocol.transport.abort)

    def _too_slow(self) -> None:
        self.close(TOO_SLOW, "too slow: reconnect and resume")


def _drop(frame: bytes) -> None:
    return
