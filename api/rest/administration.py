"""Accounts as operators see them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from api.deps import ActorDep, SessionDep, scoped
from api.problem import problem
from api.rest.devices import DeviceDep
from core.actor import Role, Scope
from services.accounts import administration
from services.accounts.schemas import AccountPage, AccountRead, ChangeRole, Suspend

router = APIRouter(prefix="/admin/accounts", tags=["accounts"])

REFUSALS = problem(401, 403, 404, 409, 422)


@router.get("", dependencies=[scoped(Scope.ADMIN)], responses=problem(401, 403, 422))
async def list_accounts(
    session: SessionDep,
    actor: ActorDep,
    text: Annotated[str | None, Query(max_length=100, description="Part of a name or an address")] = None,
    role: Annotated[Role | None, Query()] = None,
    before: Annotated[UUID | None, Query(description="`next_cursor` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> AccountPage:
    """Accounts, newest first."""
    return await administration.find(session, actor, text=text, role=role, before=before, limit=limit)


@router.post("/{user_id}/suspension", dependencies=[scoped(Scope.ADMIN)], responses=REFUSALS)
async def suspend_account(
    user_id: UUID, data: Suspend, session: SessionDep, actor: ActorDep, device: DeviceDep
) -> AccountRead:
    """Suspend an account: it is signed out everywhere and cannot sign in. Needs a fresh step-up."""
    return await administration.suspend(session, actor, user_id, reason=data.reason, device=device)


@router.delete("/{user_id}/suspension", dependencies=[scoped(Scope.ADMIN)], responses=REFUSALS)
async def reinstate_account(
    user_id: UUID, session: SessionDep, actor: ActorDep, device: DeviceDep
) -> AccountRead:
    """End a suspension. Needs a fresh step-up."""
    return await administration.reinstate(session, actor, user_id, device=device)


@router.delete(
    "/{user_id}/sessions",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ADMIN)],
    responses=REFUSALS,
)
async def end_account_sessions(
    user_id: UUID, session: SessionDep, actor: ActorDep, device: DeviceDep
) -> None:
    """Sign an account out everywhere. Needs a fresh step-up."""
    await administration.end_sessions(session, actor, user_id, device=device)


@router.put("/{user_id}/role", dependencies=[scoped(Scope.ADMIN)], responses=REFUSALS)
async def change_account_role(
    user_id: UUID, data: ChangeRole, session: SessionDep, actor: ActorDep, device: DeviceDep
) -> AccountRead:
    """Make an account a user, a CTO or an operator. Needs a fresh step-up."""
    return await administration.change_role(session, actor, user_id, data.role, device=device)
