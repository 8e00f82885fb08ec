"""Rooms and messages for tests."""

from uuid import UUID, uuid4

from core.actor import Actor
from core.db import Database
from core.ids import ASSISTANT_ID
from services.conversations import repository
from services.conversations.schemas import MessageRead, SendMessage
from services.conversations.sending import Sender


async def make_room(db: Database, *actors: Actor, kind: str = "project", title: str = "A room") -> UUID:
    """A room of these people; the first is its owner."""
    roles = {actor.user_id: "owner" if index == 0 else "member" for index, actor in enumerate(actors)}
    if kind == "assistant":
        roles[ASSISTANT_ID] = "assistant"
    async with db.transaction() as session:
        return await repository.add_room(
            session, kind=kind, title=title, created_by=actors[0].user_id, roles=roles
        )


async def say(
    sender: Sender,
    actor: Actor,
    room: UUID,
    text: str,
    *,
    reply_to: UUID | None = None,
    mentions: list[UUID] | None = None,
) -> MessageRead:
    """Send a message; returns it as stored."""
    data = SendMessage(client_id=uuid4(), text=text, reply_to=reply_to, mentions=mentions or [])
    return (await sender.send(actor, room, data)).message
