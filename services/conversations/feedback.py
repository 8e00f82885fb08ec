"""What people think of the assistant's answers: a thumb and a comment, tied to the turn that gave the answer."""

from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.errors import NotFound
from core.ids import ASSISTANT_ID
from models.conversations import Message, RoomMember
from models.turns import TurnFeedback
from services.accounts import service as accounts
from services.conversations import repository
from services.conversations.assistant_schemas import Feedback, FeedbackRead


async def give(session: AsyncSession, actor: Actor, message_id: UUID, data: Feedback) -> FeedbackRead:
    """Rate an answer in a room of one's own; rating again replaces what was said."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    turn_id = await _turn(session, actor, message_id)
    values = {"rating": data.rating, "comment": data.comment}
    row = insert(TurnFeedback).values(turn_id=turn_id, user_id=actor.user_id, **values)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["turn_id", "user_id"], set_={**values, "updated_at": func.now()}
        )
    )
    return FeedbackRead(turn_id=turn_id, rating=data.rating, comment=data.comment)


async def withdraw(session: AsyncSession, actor: Actor, message_id: UUID) -> None:
    """Take one's rating back. Nothing happens where there is none."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    turn_id = await _turn(session, actor, message_id)
    await session.execute(
        delete(TurnFeedback).where(TurnFeedback.turn_id == turn_id, TurnFeedback.user_id == actor.user_id)
    )


async def of_room(session: AsyncSession, actor: Actor, room_id: UUID) -> list[FeedbackRead]:
    """One's own ratings in a room, newest 500."""
    actor.require(Scope.CONVERSATIONS_READ)
    await repository.room_of(session, actor.user_id, room_id)
    rows = await session.scalars(
        select(TurnFeedback)
        .join(Message, Message.turn_id == TurnFeedback.turn_id)
        .where(Message.room_id == room_id, TurnFeedback.user_id == actor.user_id)
        .order_by(TurnFeedback.updated_at.desc())
        .limit(500)
    )
    return [FeedbackRead(turn_id=row.turn_id, rating=row.rating, comment=row.comment) for row in rows]


async def _turn(session: AsyncSession, actor: Actor, message_id: UUID) -> UUID:
    turn_id = (
        await session.scalars(
            select(Message.turn_id)
            .join(RoomMember, RoomMember.room_id == Message.room_id)
            .where(
                Message.id == message_id,
                Message.sender_id == ASSISTANT_ID,
                Message.turn_id.is_not(None),
                RoomMember.user_id == actor.user_id,
                RoomMember.left_at.is_(None),
            )
        )
    ).first()
    if turn_id is None:
        raise NotFound("There is no such answer.", message_id=str(message_id))
    return turn_id


@accounts.on_delete
async def forget(session: AsyncSession, user_id: UUID) -> None:
    """The thumbs stay for the figures, the words go."""
    await session.execute(update(TurnFeedback).where(TurnFeedback.user_id == user_id).values(comment=""))


@accounts.on_export("assistant_feedback")
async def export(session: AsyncSession, user_id: UUID) -> list[dict[str, object]]:
    """What the person said of the assistant's answers."""
    rows = await session.scalars(select(TurnFeedback).where(TurnFeedback.user_id == user_id))
    return [
        {"turn_id": str(r.turn_id), "rating": r.rating, "comment": r.comment, "at": r.updated_at}
        for r in rows
    ]
