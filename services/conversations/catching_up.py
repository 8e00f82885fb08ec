"""What one has missed in a room of people: the messages that one had not read when one came, and which of them matter.

Which ones matter is judged by plain rules (questions, decisions, dates, money, one's name), so that it can be had
without a language model, and said to be that.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.ids import ASSISTANT_ID
from models.accounts import User
from models.conversations import Message, RoomMember
from models.turns import Turn
from services.conversations import repository
from services.conversations.read_marks import VISIT

MOST = 200
HIGHLIGHTS = 6
CARD = "catch_up"  # what an answer carries that tells of it

# Said to the assistant alone: nobody has missed that somebody else has asked it something.
_ADDRESSED = r"^\s*@(assistant|sextant)\M"

_SIGNS = (
    (3.0, re.compile(r"\?")),
    (3.0, re.compile(r"\b(?:decid\w+|agree\w*|let'?s|we(?:'ll| will| should)|confirm\w*|approved?|deal|go with)\b", re.I)),
    (2.0, re.compile(r"\b(?:deadline|due|by (?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|next week|\d{1,2}[:.]\d{2}|\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*)\b", re.I)),
    (2.0, re.compile(r"[$€£¥]\s?\d|\b\d+(?:[.,]\d+)?\s?(?:k|usd|eur|gbp|%)\b", re.I)),
    (2.0, re.compile(r"\b(?:please|can you|could you|need(?:s|ed)?|must|blocked|problem|urgent|asap|risk)\b", re.I)),
    (1.0, re.compile(r"https?://")),
)  # fmt: skip


class MissedMessage(BaseModel):
    """One message, with the reference that leads to it."""

    message_id: UUID
    seq: int
    name: str
    text: str
    at: datetime
    highlight: bool = False


class Begins(StrEnum):
    """Where what was missed begins: after the last message that the person had read when they came, or wrote, or that they
    were told of here the last time; or with the room."""

    READ = "read"
    WROTE = "wrote"
    TOLD = "told"
    ROOM = "room"


class Missed(BaseModel):
    """What was said since `since`, oldest first; of more than 200 messages the newest. `count` is how many there are.
    `since` is on the person's clock; None from the beginning of the room. `read`: they had read all of it before."""

    room_id: UUID
    begins: Begins
    since: datetime | None
    count: int
    read: bool = False
    messages: list[MissedMessage]


class _Begin(NamedTuple):
    """What was missed comes after this `seq`."""

    begins: Begins
    seq: int
    at: datetime | None


_ROOM = _Begin(Begins.ROOM, 0, None)


async def missed(session: AsyncSession, actor: Actor, room_id: UUID, before: UUID | None) -> Missed:
    """Messages by others that the actor had not read when they came. What they have read and written since they came
    changes nothing about that; what they were told here is not told again. Whoever had read everything gets what was said
    since they last wrote. `before`: the message that asks, which is not counted as one."""
    actor.require(Scope.CONVERSATIONS_READ)
    _, member = await repository.room_of(session, actor.user_id, room_id)
    asked = await session.get(Message, before) if before is not None else None
    if asked is None or asked.room_id != room_id:
        until, at = 2**62, clock.now()
    else:
        until, at = asked.seq, asked.created_at
    begin = await _begin(session, member, until, at)
    told = _by_others(actor, room_id, begin, until)
    count = await _count(session, told)
    read = count == 0 and begin.begins is Begins.READ
    if read:
        begin = await _last_said(session, actor, room_id, begin.seq)
        told = _by_others(actor, room_id, begin, until)
        count = await _count(session, told)
    rows = await session.execute(
        select(Message, User.name)
        .join(User, User.id == Message.sender_id)
        .where(*told)
        .order_by(Message.seq.desc())
        .limit(MOST)
    )
    found = [
        MissedMessage(message_id=m.id, seq=m.seq, name=name, text=_said(m), at=m.created_at)
        for m, name in reversed(rows.all())
    ]
    me = await session.get(User, actor.user_id)
    return Missed(
        room_id=room_id,
        begins=begin.begins,
        since=begin.at.astimezone(ZoneInfo(me.timezone if me else "UTC")) if begin.at else None,
        count=count,
        read=read,
        messages=highlighted(found, me.name if me else ""),
    )


async def _begin(session: AsyncSession, member: RoomMember, until: int, at: datetime) -> _Begin:
    """Where what was missed begins for who asks `at` a time, before `until`."""
    if (
        member.marked_at is None
    ):  # they have told nothing about what they read: what they wrote themselves they have seen
        seen = await _last_said(session, member, member.room_id, until - 1, any_of_theirs=True)
    elif member.marked_at > at - VISIT:
        seen = await _last_seen(session, member, member.visit_seq)
    else:
        said = await _last_said(session, member, member.room_id, until - 1, any_of_theirs=True)
        seen = await _last_seen(session, member, max(member.marked_seq, said.seq))
    return await _last_told(session, member, seen, until) or seen


async def _last_seen(session: AsyncSession, member: RoomMember, seq: int) -> _Begin:
    """The last message up to `seq`."""
    row = (
        await session.execute(
            select(Message.seq, Message.sender_id, Message.created_at)
            .where(Message.room_id == member.room_id, Message.seq <= seq)
            .order_by(Message.seq.desc())
            .limit(1)
        )
    ).first()
    if row is None:
        return _ROOM
    begins = Begins.WROTE if row.sender_id == member.user_id else Begins.READ
    return _Begin(begins, row.seq, row.created_at)


async def _last_said(
    session: AsyncSession, who: Actor | RoomMember, room_id: UUID, seq: int, *, any_of_theirs: bool = False
) -> _Begin:
    """What a person said last up to `seq`, to the others unless `any_of_theirs` will do."""
    query = select(Message.seq, Message.created_at).where(
        Message.room_id == room_id,
        Message.sender_id == who.user_id,
        Message.deleted_at.is_(None),
        Message.seq <= seq,
    )
    if not any_of_theirs:
        query = query.where(Message.text.op("!~*")(_ADDRESSED))
    row = (await session.execute(query.order_by(Message.seq.desc()).limit(1))).first()
    return _ROOM if row is None else _Begin(Begins.WROTE, row.seq, row.created_at)


async def _last_told(session: AsyncSession, member: RoomMember, seen: _Begin, until: int) -> _Begin | None:
    """What this person asked when they were told of what they had missed since `seen`, if they were."""
    row = (
        await session.execute(
            select(Turn.through_seq, Message.created_at)
            .join(Turn, Turn.id == Message.turn_id)
            .where(
                Message.room_id == member.room_id,
                Message.sender_id == ASSISTANT_ID,
                Message.seq > seen.seq,
                Message.seq < until,
                Message.deleted_at.is_(None),
                Message.cards.contains([{"type": CARD}]),
                Turn.user_id == member.user_id,
            )
            .order_by(Message.seq.desc())
            .limit(1)
        )
    ).first()
    if row is None:
        return None
    asked = await _last_said(session, member, member.room_id, row.through_seq or 0, any_of_theirs=True)
    return _Begin(Begins.TOLD, max(asked.seq, seen.seq), row.created_at)


def _by_others(actor: Actor, room_id: UUID, begin: _Begin, until: int) -> Sequence[ColumnElement[bool]]:
    return (
        Message.room_id == room_id,
        Message.seq > begin.seq,
        Message.seq < until,
        Message.deleted_at.is_(None),
        Message.kind == "text",
        Message.sender_id.not_in((actor.user_id, ASSISTANT_ID)),
        Message.text.op("!~*")(_ADDRESSED),
    )


async def _count(session: AsyncSession, told: Sequence[ColumnElement[bool]]) -> int:
    return (await session.execute(select(func.count()).select_from(Message).where(*told))).scalar_one()


def _said(message: Message) -> str:
    """The words, or the names of what came without any."""
    return message.text[:600] or ", ".join(str(each["name"]) for each in message.attachments)


def highlighted(messages: list[MissedMessage], name: str) -> list[MissedMessage]:
    """The messages with those marked that matter most; all of a few."""
    first = name.split()[0] if name.split() else ""

    def weight(message: MissedMessage) -> float:
        score = sum(points for points, sign in _SIGNS if sign.search(message.text))
        if first and re.search(rf"\b{re.escape(first)}\b", message.text, re.I):
            score += 4
        return score + min(len(message.text), 300) / 600

    best = {m.message_id for m in sorted(messages, key=weight, reverse=True)[:HIGHLIGHTS]}
    return [m.model_copy(update={"highlight": m.message_id in best}) for m in messages]
