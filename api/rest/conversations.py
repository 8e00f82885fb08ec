"""Rooms, their log and proposals over REST: all that the WebSocket does, for clients without one. What is done to single
messages is in `messages`, who comes and goes in `members`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import AwareDatetime

from api.deps import ActorDep, DatabaseDep, RuntimeDep, SessionDep, scoped
from api.problem import problem
from core.actor import Scope
from services.conversations import history, log, proposals, service, turns
from services.conversations.assistant_schemas import ConfirmProposal, ProposalRead
from services.conversations.schemas import (
    CreateRoom,
    EventPage,
    MarkRead,
    MessagePage,
    MessageRead,
    ReadState,
    RoomPage,
    RoomRead,
    SendMessage,
    SentMessage,
)
from services.previews import service as previews

router = APIRouter(tags=["conversations"])
READ = [scoped(Scope.CONVERSATIONS_READ)]
WRITE = [scoped(Scope.CONVERSATIONS_WRITE)]
Seq = Annotated[int | None, Query(ge=0, le=2**62)]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("/rooms", dependencies=READ, responses=problem(401, 403, 422))
async def list_rooms(
    session: SessionDep,
    actor: ActorDep,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Limit = 50,
    archived: Annotated[bool, Query(description="Those that were put away instead")] = False,
) -> RoomPage:
    """One's conversations, newest activity first."""
    return await service.list_rooms(session, actor, cursor, limit, archived=archived)


@router.post(
    "/rooms", status_code=status.HTTP_201_CREATED, dependencies=WRITE, responses=problem(401, 403, 422)
)
async def create_room(session: SessionDep, actor: ActorDep, data: CreateRoom) -> RoomRead:
    """Start a conversation with the assistant, or a project room for people."""
    return await service.create_room(session, actor, data)


@router.get("/rooms/{room_id}", dependencies=READ, responses=problem(401, 403, 404, 422))
async def get_room(session: SessionDep, actor: ActorDep, room_id: UUID) -> RoomRead:
    """A room one is a member of."""
    return await service.get(session, actor, room_id)


@router.get("/rooms/{room_id}/messages", dependencies=READ, responses=problem(401, 403, 404, 422))
async def list_messages(
    session: SessionDep,
    actor: ActorDep,
    room_id: UUID,
    before_seq: Seq = None,
    after_seq: Seq = None,
    around: Annotated[UUID | None, Query(description="A message to read around")] = None,
    at: Annotated[AwareDatetime | None, Query(description="A moment to read around")] = None,
    limit: Limit = 50,
) -> MessagePage:
    """History, oldest first: the newest messages, those before `before_seq` or after `after_seq`, those around a
    message, or those around the first one from a moment on."""
    return await history.page(
        session,
        actor,
        room_id,
        before_seq=before_seq,
        after_seq=after_seq,
        around=around,
        at=at,
        limit=limit,
    )


@router.get("/rooms/{room_id}/events", dependencies=READ, responses=problem(401, 403, 404, 422))
async def list_events(
    db: DatabaseDep, actor: ActorDep, room_id: UUID, after_seq: Annotated[int, Query(ge=0, le=2**62)] = 0
) -> EventPage:
    """The room's durable events after `after_seq`, as the WebSocket delivers them."""
    return await log.page(db, actor, room_id, after_seq)


@router.post(
    "/rooms/{room_id}/messages",
    status_code=status.HTTP_201_CREATED,
    dependencies=WRITE,
    responses=problem(401, 403, 404, 422, 429, 503),
)
async def send_message(runtime: RuntimeDep, actor: ActorDep, room_id: UUID, data: SendMessage) -> SentMessage:
    """Send a message. Sending the same `client_id` again stores nothing twice and returns what was stored."""
    return await runtime.sender.send(actor, room_id, data)


@router.delete(
    "/rooms/{room_id}/messages/{message_id}/previews/{preview_id}",
    dependencies=WRITE,
    responses=problem(401, 403, 404, 422),
)
async def remove_preview(
    session: SessionDep, actor: ActorDep, room_id: UUID, message_id: UUID, preview_id: UUID
) -> MessageRead:
    """Take the preview of a link from under one's own message, for everyone."""
    return await previews.remove(session, actor, room_id, message_id, preview_id)


@router.post("/rooms/{room_id}/read", dependencies=READ, responses=problem(401, 403, 404, 422))
async def mark_read(session: SessionDep, actor: ActorDep, room_id: UUID, data: MarkRead) -> ReadState:
    """Move one's read mark forward; it never moves back."""
    return await service.mark_read(session, actor, room_id, data)


@router.post(
    "/turns/{turn_id}/stop",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=WRITE,
    responses=problem(401, 403, 404, 422),
)
async def stop_turn(db: DatabaseDep, actor: ActorDep, turn_id: UUID) -> None:
    """Stop the assistant; what it has said so far stays. Stopping what has ended changes nothing."""
    await turns.stop(db, actor, turn_id)


@router.get("/proposals/{proposal_id}", dependencies=READ, responses=problem(401, 403, 404, 422))
async def get_proposal(session: SessionDep, actor: ActorDep, proposal_id: UUID) -> ProposalRead:
    """A proposal in one of one's rooms."""
    return await proposals.get(session, actor, proposal_id)


@router.post(
    "/proposals/{proposal_id}/confirm", dependencies=WRITE, responses=problem(401, 403, 404, 409, 410, 422)
)
async def confirm_proposal(
    session: SessionDep, actor: ActorDep, proposal_id: UUID, data: ConfirmProposal
) -> ProposalRead:
    """Carry a proposal out, with edits if there are any. Confirming twice does it once."""
    return await proposals.confirm(session, actor, proposal_id, data.edits)


@router.post(
    "/proposals/{proposal_id}/decline", dependencies=WRITE, responses=problem(401, 403, 404, 409, 410, 422)
)
async def decline_proposal(session: SessionDep, actor: ActorDep, proposal_id: UUID) -> ProposalRead:
    """Turn a proposal down."""
    return await proposals.decline(session, actor, proposal_id)
