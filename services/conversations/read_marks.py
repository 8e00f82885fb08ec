"""SQL of read marks. Opening a room moves one's mark to its end; how far one had read when one came is kept, so that what was
missed can still be told afterwards."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from models.conversations import Message, Room, RoomMember, own_last

# Reading that is no further apart than this is one visit.
VISIT = timedelta(hours=3)


async def move(session: AsyncSession, user_id: UUID, room_id: UUID, seq: int) -> tuple[int, int] | None:
    """Move the read mark forward (never back). Returns (read_seq, unread), or None when nothing moved."""
    before = now() - VISIT
    # Whoever comes back may write before they have scrolled to where the mark moves: that is of this visit.
    said = own_last(Message.seq, RoomMember.room_id, RoomMember.user_id, Message.created_at < before)
    visit = case(
        # The mark of who has just joined stands at the end of a room that they have not read.
        (RoomMember.marked_at.is_(None), func.coalesce(said, 0)),
        (RoomMember.marked_at < before, func.greatest(RoomMember.marked_seq, said)),
        else_=RoomMember.visit_seq,
    )
    number = (
        select(func.coalesce(func.max(Message.no), 0))
        .where(Message.room_id == room_id, Message.seq <= seq)
        .scalar_subquery()
    )
    row = (
        await session.execute(
            update(RoomMember)
            .where(
                RoomMember.room_id == room_id,
                RoomMember.user_id == user_id,
                RoomMember.left_at.is_(None),
                RoomMember.read_seq < func.least(seq, Room.last_seq),
                Room.id == room_id,
            )
            .values(
                marked_seq=func.least(seq, Room.last_seq), marked_no=number, marked_at=now(), visit_seq=visit
            )
            .returning(RoomMember.marked_seq, Room.message_count - RoomMember.marked_no)
        )
    ).first()
    return None if row is None else (row[0], row[1])
