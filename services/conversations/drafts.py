"""Drafts: what one has begun to write follows from device to device. The last one to write wins."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.events import UserEvent, emit
from models.conversations import Draft
from services.conversations import repository
from services.conversations.schemas import DraftRead, SetDraft

# An event between processes has to fit into a notification; a longer draft is fetched by whoever hears of it.
MAX_CARRIED = 4_000


async def put(session: AsyncSession, actor: Actor, room_id: UUID, data: SetDraft) -> DraftRead:
    """Keep a draft; an empty one is forgotten. Tells the actor's devices."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    await repository.room_of(session, actor.user_id, room_id)
    moment = now()
    if data.text:
        values = {"text": data.text, "reply_to": data.reply_to, "updated_at": moment}
        await session.execute(
            insert(Draft)
            .values(user_id=actor.user_id, room_id=room_id, **values)
            .on_conflict_do_update(index_elements=["user_id", "room_id"], set_=values)
        )
    else:
        await session.execute(delete(Draft).where(Draft.user_id == actor.user_id, Draft.room_id == room_id))
    draft = DraftRead(room_id=room_id, text=data.text, reply_to=data.reply_to, updated_at=moment)
    body = draft.model_dump(mode="json", exclude={"room_id"}) | {
        "type": "draft",
        "room": str(room_id),
        "origin": data.origin,
    }
    if len(data.text.encode()) > MAX_CARRIED:
        body["text"] = None
    emit(session, UserEvent(actor.user_id, "draft", body))
    return draft


async def get(session: AsyncSession, actor: Actor, room_id: UUID) -> DraftRead:
    """The draft in a room; with empty text where there is none."""
    actor.require(Scope.CONVERSATIONS_READ)
    room, _ = await repository.room_of(session, actor.user_id, room_id)
    draft = (await repository.drafts(session, actor.user_id, [room_id])).get(room_id)
    if draft is None:
        return DraftRead(room_id=room_id, text="", updated_at=room.created_at)
    return DraftRead.model_validate(draft, from_attributes=True)
