"""SQL of messages that wait for people: who was away when something was said, and what goes into a digest.

Only messages of people count. What the assistant says in its own rooms is an answer that somebody waits for, and what
the service posts about bookings has notices of its own.
"""

# ruff: noqa: S608  (the statements are put together from constants; all values are bound)

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import ASSISTANT_ID, STORED_WITHIN, first_id_at
from models.accounts import User
from models.conversations import own_last_seq
from models.notifications import Digest, MessageNotice, MessageScan

# What a message without words says: the names of its files.
_FILES = """case when m.text = '' then (
        select string_agg(each ->> 'name', ', ' order by place)
        from jsonb_array_elements(m.attachments) with ordinality as a(each, place)
    ) end"""

# Messages since `floor` in order of their ids, which are times: a range of the primary key. `told_seq`, the read mark and
# what somebody said last leave out what they have been told of or have read.
_AWAY = text(
    f"""
    with said as (
        select m.room_id, m.sender_id, m.seq, m.text, {_FILES} as files, m.mentions, m.created_at
        from messages m
        join rooms r on r.id = m.room_id
        where m.id >= :floor and m.created_at <= :through and m.kind = 'text' and m.deleted_at is null
            and m.sender_id <> :assistant and r.kind <> 'assistant'
    )
    select rm.user_id, rm.room_id, r.title, r.kind = 'direct' as direct, rm.user_id = any(s.mentions) as mention,
        count(*) as count, max(s.seq) as seq, max(s.created_at) as at,
        count(distinct s.sender_id) as senders,
        (array_agg(u.name order by s.seq desc))[1] as sender,
        (array_agg(s.text order by s.seq desc))[1] as text,
        (array_agg(s.files order by s.seq desc))[1] as files
    from said s
    join rooms r on r.id = s.room_id
    join room_members rm on rm.room_id = s.room_id and rm.user_id <> s.sender_id and rm.left_at is null
        and s.created_at >= rm.joined_at
    join users u on u.id = s.sender_id
    left join message_notices n on n.user_id = rm.user_id and n.room_id = rm.room_id
    where s.seq > rm.marked_seq and s.seq > coalesce(n.told_seq, 0) and rm.user_id <> :assistant
        and rm.silenced_at is null
        and (rm.notify = 'all' or (rm.notify = 'mentions' and rm.user_id = any(s.mentions)))
        and s.seq > coalesce({own_last_seq("rm")}, 0)
    group by rm.user_id, rm.room_id, r.title, r.kind, mention
    order by rm.user_id, rm.room_id
    """
)

# Messages since `floor` of people who ask for help in a support room where no operator is.
_UNATTENDED = text(
    """
    select m.room_id, count(*) as messages, max(m.seq) as seq, max(m.created_at) as at,
        (array_agg(u.name order by m.seq desc))[1] as sender, (array_agg(m.text order by m.seq desc))[1] as text
    from messages m
    join rooms r on r.id = m.room_id and r.kind = 'support' and r.created_by = m.sender_id
    join users u on u.id = m.sender_id
    where m.id >= :floor and m.created_at <= :through and m.created_at > :since and m.kind = 'text'
        and m.deleted_at is null and not exists (
            select from room_members rm join users x on x.id = rm.user_id
            where rm.room_id = m.room_id and rm.left_at is null and x.role = 'admin'
        )
    group by m.room_id
    """
)

# What one person has not read, not been mailed and wants to be told of: the newest few of each room, newest first, with
# how many there are.
_WAITING = text(
    f"""
    select * from (
        select m.room_id, case when r.kind = 'direct' then u.name else r.title end as title,
            r.kind = 'direct' as direct, m.seq, m.text, {_FILES} as files, m.created_at as at, u.name as sender, rm.user_id = any(m.mentions) as mention,
            count(*) over (partition by m.room_id) as count,
            max(m.seq) over (partition by m.room_id) as through_seq,
            row_number() over (partition by m.room_id order by m.seq desc) as place,
            min(m.created_at) over () as oldest
        from room_members rm
        join rooms r on r.id = rm.room_id and r.kind <> 'assistant'
        left join message_notices n on n.user_id = rm.user_id and n.room_id = rm.room_id
        cross join lateral (
            select greatest(rm.marked_seq, n.mailed_seq, {own_last_seq("rm")}) as seq offset 0
        ) past
        join messages m on m.room_id = rm.room_id and m.seq > past.seq
        join users u on u.id = m.sender_id
        where rm.user_id = :user_id and rm.left_at is null and rm.silenced_at is null
            and m.created_at >= greatest(rm.joined_at, :since) and m.kind = 'text' and m.deleted_at is null
            and m.sender_id not in (:user_id, :assistant)
            and ((rm.notify = 'all' and :messages) or
                (rm.notify <> 'none' and :mentions and rm.user_id = any(m.mentions)))
    ) waiting
    where place <= :lines
    order by at desc, seq desc
    """
)


@dataclass(frozen=True, slots=True)
class Away:
    """What a member who was away is to be told of a room: mentions of them, or the other messages."""

    user_id: UUID
    room_id: UUID
    title: str
    direct: bool
    mention: bool
    count: int
    seq: int
    at: datetime
    senders: int
    sender: str
    text: str
    files: str | None


async def scanned(session: AsyncSession, *, first: datetime) -> datetime:
    """Up to when messages have been looked through. Whoever looks holds the row until their transaction ends."""
    await session.execute(insert(MessageScan).values(id=1, through=first).on_conflict_do_nothing())
    row = await session.get_one(MessageScan, 1, with_for_update=True, populate_existing=True)
    return row.through


async def scan_through(session: AsyncSession, through: datetime) -> None:
    await session.execute(update(MessageScan).where(MessageScan.id == 1).values(through=through))


async def away(session: AsyncSession, *, since: datetime, through: datetime) -> list[Away]:
    """What people have not read of what was said between these times, and have not been told of."""
    rows = await session.execute(
        _AWAY, {"floor": first_id_at(since - STORED_WITHIN), "through": through, "assistant": ASSISTANT_ID}
    )
    return [Away(*row) for row in rows]


async def unattended(session: AsyncSession, *, since: datetime, through: datetime) -> Sequence[Row[Any]]:
    """What people have asked between these times in support rooms where no operator is."""
    bounds = {"floor": first_id_at(since - STORED_WITHIN), "since": since, "through": through}
    return (await session.execute(_UNATTENDED, bounds)).all()


async def operators(session: AsyncSession) -> Sequence[UUID]:
    """Who could help."""
    able = User.deleted_at.is_(None) & User.suspended_at.is_(None)
    rows = await session.scalars(select(User.id).where(User.role == "admin", able))
    return rows.all()


async def told(session: AsyncSession, through: Mapping[tuple[UUID, UUID], int]) -> None:
    """Members have been told of rooms up to a seq, by person and room."""
    await _mark(session, "told_seq", through)


async def mailed(session: AsyncSession, through: Mapping[tuple[UUID, UUID], int]) -> None:
    """Members have been mailed rooms up to a seq, by person and room."""
    await _mark(session, "mailed_seq", through)


async def _mark(session: AsyncSession, name: str, through: Mapping[tuple[UUID, UUID], int]) -> None:
    new = insert(MessageNotice)
    greater = func.greatest(getattr(MessageNotice, name), new.excluded[name])
    await session.execute(
        new.on_conflict_do_update(index_elements=["user_id", "room_id"], set_={name: greater}),
        [{"user_id": user_id, "room_id": room_id, name: seq} for (user_id, room_id), seq in through.items()],
    )


async def waiting(
    session: AsyncSession, user_id: UUID, *, since: datetime, messages: bool, mentions: bool, lines: int
) -> Sequence[Row[Any]]:
    """What waits for a person, newest first, up to `lines` messages of each room."""
    rows = await session.execute(
        _WAITING,
        {
            "user_id": user_id,
            "assistant": ASSISTANT_ID,
            "since": since,
            "messages": messages,
            "mentions": mentions,
            "lines": lines,
        },
    )
    return rows.all()


async def plan_digests(session: AsyncSession, due_at: Mapping[UUID, datetime]) -> Collection[UUID]:
    """Have people's unread messages mailed at a time each. Those for whom that is new; the others' will be earlier."""
    new = insert(Digest)
    planned = await session.scalars(
        new.on_conflict_do_update(
            index_elements=["user_id"], set_={"due_at": new.excluded.due_at}, where=Digest.due_at.is_(None)
        ).returning(Digest.user_id),
        [{"user_id": user_id, "due_at": at} for user_id, at in due_at.items()],
    )
    return planned.all()


async def locked_digest(session: AsyncSession, user_id: UUID) -> Digest | None:
    return await session.get(Digest, user_id, with_for_update=True, populate_existing=True)


async def overdue_digests(session: AsyncSession, *, before: datetime, limit: int) -> list[UUID]:
    """Whose digest should have been sent and was not."""
    rows = await session.execute(
        text("select user_id from digests where due_at < :before order by due_at limit :limit"),
        {"before": before, "limit": limit},
    )
    return [row.user_id for row in rows]


async def forget(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(MessageNotice).where(MessageNotice.user_id == user_id))
    await session.execute(delete(Digest).where(Digest.user_id == user_id))
