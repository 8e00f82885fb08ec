"""A batch of messages as the statement that stores it, with its parameters."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple, overload
from uuid import UUID

from core.ids import new_driver_id, new_id
from services.conversations import quotas
from services.conversations.rendering import Prepared, Row, prepare_message
from services.conversations.schemas import SendMessage, Unanswered
from services.conversations.statements import (
    ANSWERABLE,
    ATTACH,
    HEARD,
    MENTIONS,
    NAMED,
    NEW,
    PLAN,
    QUEUE_TURNS,
    QUEUED,
    STORE,
    STORE_ONE,
    STORE_PLAIN,
    THREADS,
    UNASKED,
)


class Stored(NamedTuple):
    """What became of a send: the message as its JSON object is written, whether it is new, and why the assistant, which it
    names, was not asked."""

    encoded: bytes
    fresh: bool
    unanswered: Unanswered | None = None


@dataclass(slots=True)
class Pending:
    """A message that was handed over, and the answer that its sender waits for."""

    room_id: UUID
    sender_id: UUID
    data: SendMessage
    answer: asyncio.Future[Stored]
    guest: bool = False
    asks: bool = False
    people: bool = True  # who read it even where the assistant is not asked
    attachments: list[dict[str, Any]] = field(default_factory=list)
    id: UUID = field(default_factory=new_driver_id)
    prepared: Prepared | None = None  # of a plain one


# Of a room, by its id's number: how many had lost the right to write when these senders, by theirs, were seen to have it;
# None when none were seen.
Seen = Callable[[int], tuple[int | None, Set[int]]]

# Messages of one room side by side, rooms in the order in which every process takes their numbers.
by_room = attrgetter("room_id.int")


@cache
def statement(threads: bool, mentions: bool, queue: bool, look: bool) -> str:
    """The statement for a batch with these needs; its further parameters come in this order. `look`: for messages that
    are there already, which are left out then."""
    source = "threaded" if threads else "fresh"
    names = ("ids", "asks", "people", "day", "earlier", "messages", "tokens")
    turn = {name: 6 + threads + mentions + place for place, name in enumerate(names)}
    named = NAMED.format(source=source)
    return STORE.format(
        more_input=", $6::uuid[]" * threads,
        more_names=", reply_to" * threads,
        more_allowed=", plan.asked" * queue,
        more_checks=PLAN.format_map(turn) * queue,
        more_gathered=", array_agg(asked order by ord) as asked" * queue,
        more_returned=", a.asked" * queue,
        more_spread=", b.asked" * queue,
        more_spread_names=", asked" * queue,
        more_columns=", ($6::uuid[])[u.ord] as reply_to" * threads
        + f", (${6 + threads}::text[])[u.ord] as mentions" * mentions
        + ", u.asked" * queue,
        stored_columns=", reply_to, thread_id, thread_no" * threads
        + ", mentions" * mentions
        + ", meta" * queue,
        stored_values=", reply_to, thread_id, thread_no" * threads
        + f", {named}" * mentions
        + UNASKED.format_map(turn) * queue,
        source=source,
        only=NEW * look + ANSWERABLE * threads + HEARD.format_map(turn) * queue,
        threads=THREADS * threads,
        more_parts=MENTIONS * mentions + QUEUE_TURNS.format_map(turn) * queue,
        shown=", thread_id, thread_no" * threads
        + f", {named} as mentions" * mentions
        + f", room_id, asked, {QUEUED.format(source=source)} as queued" * queue,
    )


def question(batch: list[Pending], *, queue: bool = False, look: bool) -> tuple[Any, ...]:
    """Statement and parameters for a batch."""
    threads = any(p.data.reply_to is not None for p in batch)
    mentions = any(p.data.mentions for p in batch)
    parameters: list[list[Any]] = [
        [p.id for p in batch],
        [p.room_id for p in batch],
        [p.sender_id for p in batch],
        [p.data.client_id for p in batch],
        [p.data.text for p in batch],
    ]
    if threads:
        parameters.append([p.data.reply_to for p in batch])
    if mentions:  # an array of arrays would have to be of one length, so each list travels as text
        parameters.append(["{" + ",".join(map(str, p.data.mentions)) + "}" for p in batch])
    asked = (statement(threads, mentions, queue, look), *parameters)
    if not queue:
        return asked
    earlier: Counter[UUID] = Counter()
    before = []
    for p in batch:
        before.append(earlier[p.sender_id])
        earlier[p.sender_id] += p.asks
    plans = [quotas.limits(p.guest) for p in batch]
    return (
        *asked,
        [new_id() for _ in batch],
        [p.asks for p in batch],
        [p.people for p in batch],
        quotas.today(),
        before,
        [plan.messages for plan in plans],
        [plan.tokens for plan in plans],
    )


def is_plain(pending: Pending) -> bool:
    """Whether a message needs nothing but to be stored."""
    return pending.data.reply_to is None and not pending.data.mentions and not pending.attachments


def prepare(batch: list[Pending]) -> None:
    """Write the plain ones, as far as that goes, while the database stores them."""
    for pending in batch:
        if is_plain(pending):
            data = pending.data
            pending.prepared = prepare_message(
                pending.id, pending.room_id, pending.sender_id, data.client_id, data.text
            )


def lone_question(pending: Pending, revocations: int | None) -> tuple[Any, ...]:
    """Statement and parameters of a plain message."""
    data = pending.data
    return (STORE_ONE, pending.id, pending.room_id, pending.sender_id, data.client_id, data.text, revocations)


def plain_question(batch: list[Pending], seen: Seen) -> tuple[tuple[Any, ...], list[Pending]]:
    """Statement and parameters of plain messages, in the order of `by_room`, and those whose senders are looked up as they
    were not `seen`."""
    rooms: list[UUID] = []
    revocations: list[int | None] = []
    starts: list[int] = []
    unseen: list[Pending] = []
    newest = -1
    members: Set[int] = frozenset()
    for place, pending in enumerate(batch):
        room = pending.room_id.int
        if room != newest:
            newest = room
            rooms.append(pending.room_id)
            starts.append(place)
            known, members = seen(room)
            revocations.append(known)
        if pending.sender_id.int not in members:
            unseen.append(pending)
    question = (
        STORE_PLAIN,
        rooms,
        revocations,
        [end - start for start, end in pairwise((*starts, len(batch)))],
        starts,
        [p.id for p in batch],
        [p.sender_id for p in batch],
        [p.data.client_id for p in batch],
        [p.data.text for p in batch],
        [p.room_id for p in unseen],
        [p.sender_id for p in unseen],
    )
    return question, unseen


class Numbered(Sequence[Row]):
    """The rows of a plain batch of `count` messages, from that of its `rooms`. They are made when somebody looks at them: the
    next batch is on its way to the database by then."""

    def __init__(self, rooms: Row, count: int) -> None:
        self._rooms = rooms
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        return self._rows[place]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    @cached_property
    def _rows(self) -> list[Row]:
        at = self._rooms["created_at"]
        given = sorted(zip(*(self._rooms[name] for name in ("before", "seq", "no", "branch")), strict=True))
        rows: list[Row] = []
        for (before, seq, no, branch), end in zip(
            given, (*(each[0] for each in given[1:]), self._count), strict=True
        ):
            rows += [
                {"ord": ord_, "seq": seq + ord_, "no": no + ord_, "branch": branch, "created_at": at}
                for ord_ in range(before + 1, end + 1)
            ]
        return rows


async def attach(connection: Any, batch: list[Pending], rows: Sequence[Row]) -> None:
    for row in rows:
        pending = batch[row["ord"] - 1]
        if pending.attachments:
            ids = [each["id"] for each in pending.attachments]
            await connection.execute(ATTACH, pending.id, ids, pending.attachments)
