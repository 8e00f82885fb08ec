"""A room as one process sees it: who follows it, who only hears of it, and what is about to be delivered."""

from uuid import UUID

import orjson

from api.ws.connection import Connection
from api.ws.socket import text_frame
from core.events import RoomEvent
from services.conversations.rendering import activity


class Channel:
    """A room as this process sees it. `lurkers` are sockets of members who do not follow the room at the moment: they
    are told of its newest message, and of everyone who was `named` in it or in those before it."""

    __slots__ = (
        "buffer",
        "followers",
        "healing",
        "last_seq",
        "lurkers",
        "named",
        "newest",
        "newest_message",
        "reading",
        "room_id",
        "size",
        "told",
    )

    def __init__(self, room_id: UUID) -> None:
        self.room_id = room_id
        self.followers: set[Connection] = set()
        self.lurkers: set[Connection] = set()
        self.last_seq: int | None = (
            None  # the last durable event handed to the followers; None while there are none
        )
        self.newest = 0  # the newest seq heard of
        self.buffer: list[bytes] = []
        self.size = 0
        self.newest_message: RoomEvent | None = None
        self.named: list[str] = []
        self.told = 0  # the newest seq that the lurkers have been told of
        self.reading = False  # what the lurkers are to be told next
        self.healing = False

    def add(self, encoded: bytes) -> bool:
        """Queue an event for the next flush; True when the buffer was empty."""
        self.buffer.append(encoded)
        self.size += len(encoded)
        return len(self.buffer) == 1

    def flush(self) -> None:
        """Deliver what is queued to everyone who follows."""
        if self.buffer:
            joined, self.buffer, self.size = b"\n".join(self.buffer), [], 0
            fan_out(text_frame(joined), self.followers)
        if self.newest_message is not None:
            message, self.newest_message = self.newest_message, None
            named, self.named = self.named, []
            self.told = max(self.told, message.seq or 0)
            if self.lurkers and message.body is not None:
                fan_out(text_frame(orjson.dumps(activity(message.body["message"], named))), self.lurkers)


def fan_out(frame: bytes, connections: set[Connection]) -> None:
    """Hand a frame to each of these sockets."""
    # The hottest loop of the process: no call more than it needs.
    for connection in connections:
        try:
            connection.write(frame)
        except RuntimeError:
            connection.lost()
