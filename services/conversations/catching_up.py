"""What one has missed in a room of people: the messages since one last said something, and which of them matter.

Which ones matter is judged by plain rules (questions, decisions, dates, money, one's name), so that it can be had
without a language model, and said to be that.
"""

import re
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.ids import ASSISTANT_ID
from models.accounts import User
from models.conversations import Message
from services.conversations import repository

MOST = 200
HIGHLIGHTS = 6

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


class Missed(BaseModel):
    """What was said since `since`, oldest first; of more than 200 messages the newest. `count` is how many there are.
    `since` is on the person's clock; None when they have said nothing here yet."""

    room_id: UUID
    since: datetime | None
    count: int
    messages: list[MissedMessage]


async def missed(session: AsyncSession, actor: Actor, room_id: UUID, before: UUID | None) -> Missed:
    """Messages by others since the actor's last one. `before`: the message that asks, which is not counted as one."""
    actor.require(Scope.CONVERSATIONS_READ)
    await repository.room_of(session, actor.user_id, room_id)
    asked = select(Message.seq).where(Message.id == before, Message.room_id == room_id).scalar_subquery()
    until = func.coalesce(asked, 2**62)
    last = (
        await session.execute(
            select(Message.seq, Message.created_at)
            .where(
                Message.room_id == room_id,
                Message.sender_id == actor.user_id,
                Message.deleted_at.is_(None),
                Message.seq < until,
            )
            .order_by(Message.seq.desc())
            .limit(1)
        )
    ).first()
    told = (
        Message.room_id == room_id,
        Message.seq > (last.seq if last else 0),
        Message.seq < until,
        Message.deleted_at.is_(None),
        Message.kind == "text",
        Message.sender_id.not_in((actor.user_id, ASSISTANT_ID)),
        Message.text.op("!~*")(_ADDRESSED),
    )
    count = (await session.execute(select(func.count()).select_from(Message).where(*told))).scalar_one()
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
        since=last.created_at.astimezone(ZoneInfo(me.timezone if me else "UTC")) if last else None,
        count=count,
        messages=highlighted(found, me.name if me else ""),
    )


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
