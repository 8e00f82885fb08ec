"""Single messages over REST: editing, deleting, reactions, pins, threads, search, drafts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import ActorDep, SessionDep, scoped
from api.problem import problem
from core.actor import Scope
from services.conversations import drafts, messages
from services.conversations import search as searching
from services.conversations.schemas import (
    DraftRead,
    EditMessage,
    EditRead,
    MessagePage,
    MessageRead,
    SearchPage,
    SetDraft,
    SetPin,
    SetReaction,
)

router = APIRouter(tags=["conversations"])
READ = [scoped(Scope.CONVERSATIONS_READ)]
WRITE = [scoped(Scope.CONVERSATIONS_WRITE)]
MISSING = problem(401, 403, 404, 422)
CONFLICTS = problem(401, 403, 404, 409, 422)


@router.get("/messages/search", dependencies=READ, responses=MISSING)
async def search_messages(
    session: SessionDep,
    actor: ActorDep,
    q: Annotated[str, Query(min_length=1, max_length=200, description='Words; "quoted" and -excluded too')],
    room_id: UUID | None = None,
    sender_id: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> SearchPage:
    """Search the messages of one's rooms, or of one of them, with the names of their files. Newest first."""
    return await searching.search(
        session, actor, q, room_id=room_id, sender_id=sender_id, cursor=cursor, limit=limit
    )


@router.get("/rooms/{room_id}/pins", dependencies=READ, responses=MISSING)
async def list_pins(session: SessionDep, actor: ActorDep, room_id: UUID) -> list[MessageRead]:
    """What is pinned in a room, newest pin first."""
    return await messages.pinned(session, actor, room_id)


@router.get("/rooms/{room_id}/messages/{message_id}", dependencies=READ, responses=MISSING)
async def get_message(session: SessionDep, actor: ActorDep, room_id: UUID, message_id: UUID) -> MessageRead:
    """One message of one of one's rooms."""
    return await messages.get(session, actor, room_id, message_id)


@router.patch("/rooms/{room_id}/messages/{message_id}", dependencies=WRITE, responses=CONFLICTS)
async def edit_message(
    session: SessionDep, actor: ActorDep, room_id: UUID, message_id: UUID, data: EditMessage
) -> MessageRead:
    """Change the words of one's own message. What it said before stays readable for the room."""
    return await messages.edit(session, actor, room_id, message_id, data)


@router.delete("/rooms/{room_id}/messages/{message_id}", dependencies=WRITE, responses=MISSING)
async def delete_message(
    session: SessionDep, actor: ActorDep, room_id: UUID, message_id: UUID
) -> MessageRead:
    """Delete a message: one's own, or as an owner of the room anybody's. Returns the place that is left."""
    return await messages.delete(session, actor, room_id, message_id)


@router.get("/rooms/{room_id}/messages/{message_id}/edits", dependencies=READ, responses=MISSING)
async def list_edits(session: SessionDep, actor: ActorDep, room_id: UUID, message_id: UUID) -> list[EditRead]:
    """What a message said before its edits, oldest first."""
    return await messages.versions(session, actor, room_id, message_id)


@router.get("/rooms/{room_id}/messages/{message_id}/thread", dependencies=READ, responses=MISSING)
async def read_thread(
    session: SessionDep,
    actor: ActorDep,
    room_id: UUID,
    message_id: UUID,
    after_no: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> MessagePage:
    """The answers to a message, and the answers to those, oldest first."""
    return await messages.thread(session, actor, room_id, message_id, after_no)


@router.put("/rooms/{room_id}/messages/{message_id}/reactions", dependencies=WRITE, responses=CONFLICTS)
async def set_reaction(
    session: SessionDep, actor: ActorDep, room_id: UUID, message_id: UUID, data: SetReaction
) -> MessageRead:
    """Put a reaction to a message, or take it back."""
    return await messages.react(session, actor, room_id, message_id, data)


@router.put("/rooms/{room_id}/messages/{message_id}/pin", dependencies=WRITE, responses=CONFLICTS)
async def set_pin(
    session: SessionDep, actor: ActorDep, room_id: UUID, message_id: UUID, data: SetPin
) -> MessageRead:
    """Pin a message for everyone in the room, or take the pin out."""
    return await messages.pin(session, actor, room_id, message_id, data)


@router.get("/rooms/{room_id}/draft", dependencies=READ, responses=MISSING)
async def get_draft(session: SessionDep, actor: ActorDep, room_id: UUID) -> DraftRead:
    """What one has begun to write in a room, on whichever device."""
    return await drafts.get(session, actor, room_id)


@router.put("/rooms/{room_id}/draft", dependencies=WRITE, responses=MISSING)
async def put_draft(session: SessionDep, actor: ActorDep, room_id: UUID, data: SetDraft) -> DraftRead:
    """Keep a draft; an empty one is forgotten."""
    return await drafts.put(session, actor, room_id, data)
