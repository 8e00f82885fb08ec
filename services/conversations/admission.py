"""Who may write where, as far as this process has seen: so that storing a message does not look its sender up each time.

A membership that was seen is good for as long as nobody in that room has lost the right to write. The room counts how often
somebody has (`Room.revocations`, by a trigger), and the statement that stores a message compares that count with the one
that was seen when it has locked the room: nobody writes who was taken out before, however late this process hears of it."""

from collections.abc import Iterable, Mapping, Set

from services.conversations.batches import Pending

MOST = 100_000


class Admissions:
    """By room: its `revocations`, and who was seen to be allowed to write there since it had so many."""

    def __init__(self) -> None:
        self._rooms: dict[int, tuple[int, set[int]]] = {}  # by the ids' numbers: an id's own hash is a call
        self._count = 0

    def seen(self, room: int) -> tuple[int | None, Set[int]]:
        """What is remembered of a room."""
        return self._rooms.get(room, _NOTHING)

    def learn(self, batch: Iterable[Pending], revocations: Mapping[int, int]) -> None:
        """Their senders were allowed to write, when the rooms (by the ids' numbers) had so many."""
        if self._count > MOST:
            self._rooms.clear()
            self._count = 0
        for pending in batch:
            room = pending.room_id.int
            count = revocations[room]
            if self.seen(room)[0] != count:
                self._rooms[room] = count, set()
            self._rooms[room][1].add(pending.sender_id.int)
            self._count += 1

    def forget(self, batch: Iterable[Pending]) -> bool:
        """Forget what was seen in the rooms of these messages. Whether anything was."""
        rooms = len(self._rooms)
        for pending in batch:
            self._rooms.pop(pending.room_id.int, None)
        return len(self._rooms) < rooms


_NOTHING: tuple[None, Set[int]] = (None, frozenset())
