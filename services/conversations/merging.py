"""What a guest said and was offered stays theirs when they sign in to an account."""

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.conversations import Message, Proposal, Room, RoomMember, Turn
from services.accounts.merging import on_merge


@on_merge
async def merge_conversations(session: AsyncSession, source: UUID, target: UUID) -> None:
    """Rooms, messages, turns and proposals change hands; in a room where both are, the account's membership stays."""
    shared = select(RoomMember.room_id).where(RoomMember.user_id == target)
    await session.execute(
        delete(RoomMember).where(RoomMember.user_id == source, RoomMember.room_id.in_(shared))
    )
    await session.execute(update(RoomMember).where(RoomMember.user_id == source).values(user_id=target))
    await session.execute(update(Message).where(Message.sender_id == source).values(sender_id=target))
    await session.execute(update(Room).where(Room.created_by == source).values(created_by=target))
    await session.execute(update(Proposal).where(Proposal.user_id == source).values(user_id=target))
    await session.execute(update(Turn).where(Turn.user_id == source).values(user_id=target))
