"""Branches of a conversation with the assistant: an earlier message put differently, an answer given again.

Nothing is changed or lost by either. The room goes on in a new branch that shows what came before; the person can go
back and forth between the versions. While a turn runs or waits the branch stays as it is.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.errors import Conflict, Forbidden, NotFound
from core.events import TurnQueued, emit
from core.ids import ASSISTANT_ID, new_id
from models.conversations import Branch, Message, Room
from models.turns import Turn
from services.conversations import quotas, repository
from services.conversations.assistant_schemas import Branched, ReviseMessage
from services.conversations.schemas import BranchRead

MOST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """What one branch shows: its own messages, and those of earlier branches up to a `seq`."""

    number: int
    cuts: dict[int, int]

    def shows(self, branch: int, seq: int) -> bool:
        """Whether a message is on this branch."""
        return branch == self.number or seq <= self.cuts.get(branch, -1)

    def until(self, seq: int) -> dict[int, int]:
        """The path of a branch that leaves this one after `seq`."""
        return {**{branch: min(cut, seq) for branch, cut in self.cuts.items()}, self.number: seq}


@dataclass(frozen=True, slots=True)
class Move:
    """The room goes from one branch to another. `fork_seq` is where a new branch leaves; None for one that existed."""

    room_id: UUID
    before: Line
    after: Line
    fork_seq: int | None = None


OnMove = Callable[[AsyncSession, Move], Awaitable[None]]
_hooks: list[OnMove] = []


def on_move(hook: OnMove) -> OnMove:
    """Call `hook` in the transaction that changes the branch of a room: what was derived from the messages follows."""
    _hooks.append(hook)
    return hook


async def of_rooms(session: AsyncSession, room_ids: Sequence[UUID]) -> dict[UUID, list[BranchRead]]:
    """The branches of rooms that have more than one."""
    found: dict[UUID, list[BranchRead]] = {}
    rows = await session.scalars(
        select(Branch).where(Branch.room_id.in_(room_ids)).order_by(Branch.room_id, Branch.number)
    )
    for branch in rows:
        found.setdefault(branch.room_id, []).append(_read(branch))
    return found


async def revise(session: AsyncSession, actor: Actor, message_id: UUID, data: ReviseMessage) -> Branched:
    """Put an earlier message of one's own differently, and have it answered on a branch of its own. The same
    `client_id` again returns what was made then."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    if (made := await _made(session, actor, data.client_id)) is not None:
        return made
    message, room = await _message(session, actor, message_id)
    if message.sender_id != actor.user_id:
        raise Forbidden("Only a message of your own can be edited.", code="not_yours")
    if (
        made := await _made(session, actor, data.client_id)
    ) is not None:  # stored while we waited for the room
        return made
    await quotas.spend(session, actor)
    branch, move = await _fork(session, room, message, "edit")
    stored = await repository.post_message(
        session, room.id, sender_id=actor.user_id, text=data.text, client_id=data.client_id
    )
    branch.first_id = stored.id
    turn_id = await _answer(session, actor, room, branch, move, through_seq=None)
    return Branched(branch=_read(branch), turn_id=turn_id, message=stored)


async def regenerate(session: AsyncSession, actor: Actor, message_id: UUID) -> Branched:
    """Have an answer of the assistant given again, on a branch of its own."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    message, room = await _message(session, actor, message_id)
    if message.sender_id != ASSISTANT_ID or message.turn_id is None or message.kind != "text":
        raise Conflict("Only an answer of the assistant can be given again.", code="not_an_answer")
    await quotas.spend(session, actor)
    branch, move = await _fork(session, room, message, "answer")
    turn_id = await _answer(session, actor, room, branch, move, through_seq=move.fork_seq)
    return Branched(branch=_read(branch), turn_id=turn_id)


async def choose(session: AsyncSession, actor: Actor, room_id: UUID, number: int) -> list[BranchRead]:
    """Show another branch, and go on there. Returns all branches."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    room = await _room(session, actor, room_id)
    branch = await session.get(Branch, (room_id, number))
    if branch is None:
        raise NotFound("There is no such version of the conversation.", branch=number)
    if room.branch != number:
        before = await _line(session, room_id, room.branch)
        branch.used_at = now()
        await _move(session, room, Move(room_id, before, _line_of(branch)))
        await _log(session, room, [branch])
    return (await of_rooms(session, [room_id]))[room_id]


async def _message(session: AsyncSession, actor: Actor, message_id: UUID) -> tuple[Message, Room]:
    message = await session.get(Message, message_id)
    if message is None or message.deleted_at is not None:
        raise NotFound("There is no such message.", message_id=str(message_id))
    try:
        room = await _room(session, actor, message.room_id)
    except NotFound:
        raise NotFound("There is no such message.", message_id=str(message_id)) from None
    return message, room


async def _room(session: AsyncSession, actor: Actor, room_id: UUID) -> Room:
    """The room, locked, so that nothing is sent meanwhile, with no turn under way."""
    room, _ = await repository.room_of(session, actor.user_id, room_id)
    await session.refresh(room, with_for_update={"key_share": True})
    if room.kind != "assistant":
        raise Conflict("Only a conversation with the assistant has versions.", code="no_branches")
    busy = select(Turn.id).where(Turn.room_id == room_id, Turn.status.in_(("queued", "running")))
    if (await session.scalars(busy.limit(1))).first() is not None:
        raise Conflict("Wait for the answer that is being written, or stop it first.", code="turn_running")
    return room


async def _made(session: AsyncSession, actor: Actor, client_id: UUID) -> Branched | None:
    known = (
        await session.execute(
            select(Message, Branch)
            .join(Branch, (Branch.room_id == Message.room_id) & (Branch.first_id == Message.id))
            .where(Message.sender_id == actor.user_id, Message.client_id == client_id)
        )
    ).first()
    if known is None or known[1].turn_id is None:
        return None
    message = await repository.message(session, known[0].id)
    return Branched(branch=_read(known[1]), turn_id=known[1].turn_id, message=message)


async def _fork(session: AsyncSession, room: Room, message: Message, kind: str) -> tuple[Branch, Move]:
    rows = (await session.scalars(select(Branch).where(Branch.room_id == room.id))).all()
    known = {branch.number: branch for branch in rows}
    if len(known) >= MOST:
        raise Conflict(
            "This conversation has as many versions as it can hold. Start a new one.",
            code="too_many_branches",
        )
    if 0 not in known:
        known[0] = Branch(
            room_id=room.id, number=0, kind="start", path_branches=[], path_cuts=[], used_at=now()
        )
        session.add(known[0])
    own = known[message.branch]
    first = own.first_id == message.id or (own.kind == "answer" and own.turn_id == message.turn_id)
    if first and own.kind == kind:  # a version of what that branch is a version of
        root = own.message_id
        path = dict(zip(own.path_branches, own.path_cuts, strict=True))
    else:
        root = message.id
        path = _line_of(own).until(message.seq - 1)
    branch = Branch(
        room_id=room.id,
        number=max(known) + 1,
        kind=kind,
        message_id=root,
        path_branches=list(path),
        path_cuts=list(path.values()),
        used_at=now(),
    )
    session.add(branch)
    await session.flush()  # the room's branch is read by what is stored next
    move = Move(room.id, _line_of(known[room.branch]), _line_of(branch), fork_seq=max(path.values()))
    await _move(session, room, move)
    return branch, move


async def _move(session: AsyncSession, room: Room, move: Move) -> None:
    await session.execute(update(Room).where(Room.id == room.id).values(branch=move.after.number))
    for hook in _hooks:
        await hook(session, move)


async def _answer(
    session: AsyncSession, actor: Actor, room: Room, branch: Branch, move: Move, *, through_seq: int | None
) -> UUID:
    turn_id = branch.turn_id = new_id()
    await session.execute(
        insert(Turn).values(
            id=turn_id,
            room_id=room.id,
            user_id=actor.user_id,
            branch=branch.number,
            through_seq=through_seq,
        )
    )
    await session.flush()
    start = await session.get_one(Branch, (room.id, 0))
    await _log(session, room, [start, branch])
    emit(session, TurnQueued(room.id, turn_id))
    return turn_id


async def _log(session: AsyncSession, room: Room, changed: list[Branch]) -> None:
    payload = {
        "branch": changed[-1].number,
        "branches": [_read(branch).model_dump(mode="json") for branch in changed],
    }
    await repository.log_event(session, room.id, "branch.selected", payload)


async def _line(session: AsyncSession, room_id: UUID, number: int) -> Line:
    branch = await session.get(Branch, (room_id, number))
    return Line(number, {}) if branch is None else _line_of(branch)


def _line_of(branch: Branch) -> Line:
    return Line(branch.number, dict(zip(branch.path_branches, branch.path_cuts, strict=True)))


def _read(branch: Branch) -> BranchRead:
    return BranchRead(
        number=branch.number,
        kind=branch.kind,
        message_id=branch.message_id,
        first_id=branch.first_id,
        turn_id=branch.turn_id,
        path=dict(zip(branch.path_branches, branch.path_cuts, strict=True)),
        used_at=branch.used_at,
    )


__all__ = ["Line", "Move", "choose", "of_rooms", "on_move", "regenerate", "revise"]
