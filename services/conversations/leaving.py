"""What a guest said and was offered stays theirs when they sign in to an account; what somebody wrote when their account
ends, and what they get when they ask for their data."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from models.conversations import Block, Draft, Mention, Message, Room, RoomMember
from models.turns import AssistantUsage, Proposal, Turn, TurnFeedback
from services.accounts import service as accounts
from services.accounts.merging import on_merge
from services.conversations import members
from services.conversations.support import key_of

# Reactions name people inside a document; those of a guest stand in the few rooms that change hands.
REACTIONS = text(
    """
    update messages set reactions = (
        select jsonb_object_agg(r.emoji, (
            select jsonb_agg(u.id order by u.ord) from (
                select case when e.id = cast(:source as text) then cast(:target as text) else e.id end as id, min(e.ord) as ord
                from jsonb_array_elements_text(r.users) with ordinality e(id, ord) group by 1
            ) u
        )) from jsonb_each(reactions) r(emoji, users)
    )
    where room_id in (select room_id from room_members where user_id = cast(cast(:source as text) as uuid))
        and reactions::text like '%' || cast(:source as text) || '%'
    """
)


@on_merge
async def merge_conversations(session: AsyncSession, source: UUID, target: UUID) -> None:
    """Rooms, messages, turns and proposals change hands; in a room where both are, the account's membership stays."""
    await session.execute(REACTIONS, {"source": str(source), "target": str(target)})
    for own in (RoomMember, Draft):
        shared = select(own.room_id).where(own.user_id == target)
        await session.execute(delete(own).where(own.user_id == source, own.room_id.in_(shared)))
        await session.execute(update(own).where(own.user_id == source).values(user_id=target))
    await session.execute(delete(Mention).where(Mention.user_id == source))
    await session.execute(update(Message).where(Message.sender_id == source).values(sender_id=target))
    await session.execute(update(Room).where(Room.created_by == source).values(created_by=target))
    theirs = select(Room.id).where(Room.direct_key == key_of(target)).exists()
    await session.execute(
        update(Room).where(Room.direct_key == key_of(source), ~theirs).values(direct_key=key_of(target))
    )
    await session.execute(update(Proposal).where(Proposal.user_id == source).values(user_id=target))
    await session.execute(update(Turn).where(Turn.user_id == source).values(user_id=target))
    await session.execute(update(TurnFeedback).where(TurnFeedback.user_id == source).values(user_id=target))
    # What the guest has used was theirs as a guest: an account begins with what is its own.
    await session.execute(delete(AssistantUsage).where(AssistantUsage.user_id == source))


@accounts.on_delete
async def leave_everything(session: AsyncSession, user_id: UUID) -> None:
    """The account ends: out of all rooms of people, where what was said to others stays, without a name; the talks with
    the assistant are emptied."""
    rows = await session.execute(
        select(Room.id, Room.kind)
        .join(RoomMember, RoomMember.room_id == Room.id)
        .where(RoomMember.user_id == user_id, RoomMember.left_at.is_(None))
        .order_by(Room.id)
    )
    alone = []
    for room_id, kind in rows.all():
        if kind == "assistant":
            alone.append(room_id)
        else:
            await members.end_membership(session, room_id, user_id)
    if alone:
        await session.execute(
            update(Message)
            .where(Message.room_id.in_(alone))
            .values(
                text="",
                cards=[],
                attachments=[],
                previews=[],
                meta={},
                mentions=[],
                reactions={},
                deleted_at=now(),
            )
        )
        await session.execute(update(Room).where(Room.id.in_(alone)).values(title="Deleted"))
        await session.execute(
            update(RoomMember)
            .where(RoomMember.room_id.in_(alone), RoomMember.user_id == user_id)
            .values(left_at=now())
        )
    await session.execute(delete(Draft).where(Draft.user_id == user_id))
    await session.execute(delete(Mention).where(Mention.user_id == user_id))
    await session.execute(delete(Block).where(or_(Block.blocker_id == user_id, Block.blocked_id == user_id)))


@accounts.on_export("conversations")
async def export_conversations(session: AsyncSession, user_id: UUID) -> dict[str, Any]:
    """The rooms somebody is or was in, what they wrote there, and what they had begun to write."""
    rooms = await session.execute(
        select(Room.id, Room.kind, Room.title, RoomMember.joined_at, RoomMember.left_at)
        .join(RoomMember, RoomMember.room_id == Room.id)
        .where(RoomMember.user_id == user_id)
        .order_by(RoomMember.joined_at)
    )
    said = await session.execute(
        select(Message.room_id, Message.created_at, Message.edited_at, Message.text)
        .where(Message.sender_id == user_id, Message.deleted_at.is_(None))
        .order_by(Message.id)
    )
    drafts = await session.execute(
        select(Draft.room_id, Draft.text, Draft.updated_at).where(Draft.user_id == user_id)
    )
    blocked = await session.scalars(select(Block.blocked_id).where(Block.blocker_id == user_id))
    return {
        "rooms": [row._asdict() for row in rooms],
        "messages": [row._asdict() for row in said],
        "drafts": [row._asdict() for row in drafts],
        "blocked": list(blocked),
    }
