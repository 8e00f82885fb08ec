"""Help from the operators: a person's room with them, and the rooms that wait for one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import ActorDep, SessionDep, scoped
from api.problem import problem
from api.rest.limits import limited
from core.actor import Scope
from services.conversations import support
from services.conversations.people_schemas import SupportPage
from services.conversations.schemas import RoomRead

router = APIRouter(tags=["conversations"])


@router.post(
    "/support",
    dependencies=[scoped(Scope.CONVERSATIONS_WRITE), limited("support", 60, minutes=60, account=True)],
    responses=problem(401, 403, 429),
)
async def open_support_room(session: SessionDep, actor: ActorDep) -> RoomRead:
    """One's conversation with the operators; the same one however often it is opened. Guests have one too."""
    return await support.open_support(session, actor)


@router.get("/admin/support", dependencies=[scoped(Scope.ADMIN)], responses=problem(401, 403, 422))
async def list_support_rooms(
    session: SessionDep,
    actor: ActorDep,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> SupportPage:
    """Where people have asked for help, newest activity first."""
    return await support.asked(session, actor, cursor, limit)


@router.post(
    "/admin/support/{room_id}/entry",
    dependencies=[scoped(Scope.ADMIN)],
    responses=problem(401, 403, 404, 422),
)
async def enter_support_room(session: SessionDep, actor: ActorDep, room_id: UUID) -> RoomRead:
    """Come into a support room as an operator; leave it like other rooms."""
    return await support.come_in(session, actor, room_id)
