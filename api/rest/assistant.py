"""The assistant over REST: answers given again, messages put differently, ratings, and what a plan includes."""

from uuid import UUID

from fastapi import APIRouter, status

from api.deps import ActorDep, SessionDep, scoped
from api.problem import problem
from core.actor import Scope
from services.conversations import branches, feedback, quotas
from services.conversations.assistant_schemas import (
    Branched,
    Feedback,
    FeedbackRead,
    QuotaRead,
    ReviseMessage,
    SelectBranch,
)
from services.conversations.schemas import BranchRead

router = APIRouter(tags=["assistant"])
READ = [scoped(Scope.CONVERSATIONS_READ)]
WRITE = [scoped(Scope.CONVERSATIONS_WRITE)]


@router.get("/assistant/quota", dependencies=READ, responses=problem(401, 403))
async def get_quota(session: SessionDep, actor: ActorDep) -> QuotaRead:
    """What one has used of the assistant, of how much, and when it begins anew."""
    return await quotas.read(session, actor)


@router.post(
    "/messages/{message_id}/regenerate",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=WRITE,
    responses=problem(401, 403, 404, 409, 422, 429),
)
async def regenerate_answer(session: SessionDep, actor: ActorDep, message_id: UUID) -> Branched:
    """Have an answer of the assistant given again. The old one stays, as another version."""
    return await branches.regenerate(session, actor, message_id)


@router.post(
    "/messages/{message_id}/revise",
    status_code=status.HTTP_201_CREATED,
    dependencies=WRITE,
    responses=problem(401, 403, 404, 409, 422, 429),
)
async def revise_message(
    session: SessionDep, actor: ActorDep, message_id: UUID, data: ReviseMessage
) -> Branched:
    """Put an earlier message to the assistant differently. What followed it stays, as another version."""
    return await branches.revise(session, actor, message_id, data)


@router.put("/rooms/{room_id}/branch", dependencies=WRITE, responses=problem(401, 403, 404, 409, 422))
async def select_branch(
    session: SessionDep, actor: ActorDep, room_id: UUID, data: SelectBranch
) -> list[BranchRead]:
    """Show another version of the conversation, and go on there."""
    return await branches.choose(session, actor, room_id, data.number)


@router.get("/rooms/{room_id}/feedback", dependencies=READ, responses=problem(401, 403, 404, 422))
async def list_feedback(session: SessionDep, actor: ActorDep, room_id: UUID) -> list[FeedbackRead]:
    """One's own ratings of answers in a room."""
    return await feedback.of_room(session, actor, room_id)


@router.put("/messages/{message_id}/feedback", dependencies=WRITE, responses=problem(401, 403, 404, 422))
async def give_feedback(
    session: SessionDep, actor: ActorDep, message_id: UUID, data: Feedback
) -> FeedbackRead:
    """Rate an answer; rating again replaces the rating."""
    return await feedback.give(session, actor, message_id, data)


@router.delete(
    "/messages/{message_id}/feedback",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=WRITE,
    responses=problem(401, 403, 404, 422),
)
async def withdraw_feedback(session: SessionDep, actor: ActorDep, message_id: UUID) -> None:
    """Take one's rating back."""
    await feedback.withdraw(session, actor, message_id)
