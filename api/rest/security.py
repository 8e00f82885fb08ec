"""What a person sees and sets under Security: second factor, devices, API tokens, the log."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from api.deps import ActorDep, DatabaseDep, OptionalActorDep, SessionDep, public, scoped
from api.problem import problem
from api.rest.cookies import SessionCookieDep
from api.rest.devices import DeviceDep
from api.rest.limits import limited
from core.actor import Scope
from services.accounts import api_tokens, devices, service, totp, trail
from services.accounts.audit import SecurityEvent
from services.accounts.schemas import (
    ApiTokenCreated,
    ApiTokenList,
    AuditPage,
    ConfirmTotp,
    CreateApiToken,
    FinishSignIn,
    RecoveryCodes,
    SessionList,
    SessionRead,
    TotpSetup,
)

router = APIRouter(tags=["accounts"])

Before = Annotated[UUID | None, Query(description="`next_cursor` of the page before")]
PageSize = Annotated[int, Query(ge=1, le=100)]


@router.post(
    "/sessions/second-factor",
    status_code=status.HTTP_201_CREATED,
    dependencies=[public(), limited("second factor", 60, minutes=10)],
    responses=problem(401, 403, 404, 410, 422, 429),
)
async def finish_sign_in(
    data: FinishSignIn, db: DatabaseDep, actor: OptionalActorDep, device: DeviceDep, cookie: SessionCookieDep
) -> SessionRead:
    """The second step of a sign-in that answered 202."""
    started = await service.finish_sign_in(db, actor, data, device=device)
    cookie.start(started)
    return SessionRead.of(started)


@router.post(
    "/me/totp",
    status_code=status.HTTP_201_CREATED,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404, 409),
)
async def begin_totp(session: SessionDep, actor: ActorDep) -> TotpSetup:
    """Begin to set up an authenticator app. Needs a fresh step-up."""
    return await totp.begin(session, actor)


@router.post(
    "/me/totp/confirm",
    dependencies=[scoped(Scope.ACCOUNT_WRITE), limited("totp", 20, minutes=10, account=True)],
    responses=problem(401, 403, 409, 422, 429),
)
async def confirm_totp(
    data: ConfirmTotp, session: SessionDep, actor: ActorDep, device: DeviceDep
) -> RecoveryCodes:
    """Switch the second factor on with a first code. Answers with ten recovery codes, shown this once."""
    return await totp.confirm(session, actor, data.code, device=device)


@router.delete(
    "/me/totp",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404),
)
async def remove_totp(session: SessionDep, actor: ActorDep, device: DeviceDep) -> None:
    """Remove the authenticator app. Needs a fresh step-up."""
    await totp.remove(session, actor, device=device)


@router.post(
    "/me/recovery-codes",
    status_code=status.HTTP_201_CREATED,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 409),
)
async def new_recovery_codes(session: SessionDep, actor: ActorDep, device: DeviceDep) -> RecoveryCodes:
    """Ten new recovery codes; the old ones stop working. Needs a fresh step-up."""
    return await totp.new_recovery_codes(session, actor, device=device)


@router.get("/sessions", dependencies=[scoped(Scope.ACCOUNT_READ)], responses=problem(401, 403))
async def list_sessions(session: SessionDep, actor: ActorDep) -> SessionList:
    """Where one is signed in."""
    return await devices.list_own(session, actor)


@router.delete(
    "/sessions",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403),
)
async def sign_out_others(session: SessionDep, actor: ActorDep, device: DeviceDep) -> None:
    """Sign out everywhere but here."""
    await devices.sign_out_others(session, actor, device=device)


@router.delete(
    "/sessions/{session_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404, 422),
)
async def sign_out_device(session_id: UUID, session: SessionDep, actor: ActorDep, device: DeviceDep) -> None:
    """Sign out one device."""
    await devices.sign_out_one(session, actor, session_id, device=device)


@router.get("/api-tokens", dependencies=[scoped(Scope.ACCOUNT_READ)], responses=problem(401, 403))
async def list_api_tokens(session: SessionDep, actor: ActorDep) -> ApiTokenList:
    """One's API tokens, without their text."""
    return await api_tokens.list_own(session, actor)


@router.post(
    "/api-tokens",
    status_code=status.HTTP_201_CREATED,
    dependencies=[scoped(Scope.ACCOUNT_WRITE), limited("api-tokens", 20, minutes=60, account=True)],
    responses=problem(401, 403, 404, 409, 422, 429),
)
async def create_api_token(
    data: CreateApiToken, session: SessionDep, actor: ActorDep, device: DeviceDep
) -> ApiTokenCreated:
    """A new API token, shown this once. Needs a fresh step-up."""
    return await api_tokens.create(session, actor, data, device=device)


@router.delete(
    "/api-tokens/{token_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404, 422),
)
async def revoke_api_token(token_id: UUID, session: SessionDep, actor: ActorDep, device: DeviceDep) -> None:
    """Revoke an API token at once."""
    await api_tokens.revoke(session, actor, token_id, device=device)


@router.get(
    "/me/security-events", dependencies=[scoped(Scope.ACCOUNT_READ)], responses=problem(401, 403, 422)
)
async def list_own_security_events(
    session: SessionDep, actor: ActorDep, before: Before = None, limit: PageSize = 50
) -> AuditPage:
    """The security log of one's own account, newest first."""
    return await trail.own(session, actor, before=before, limit=limit)


@router.get("/admin/security-events", dependencies=[scoped(Scope.ADMIN)], responses=problem(401, 403, 422))
async def list_security_events(
    session: SessionDep,
    actor: ActorDep,
    user_id: Annotated[UUID | None, Query()] = None,
    event: Annotated[SecurityEvent | None, Query()] = None,
    before: Before = None,
    limit: PageSize = 50,
) -> AuditPage:
    """The security log of all accounts, for operators."""
    return await trail.everyone(session, actor, user_id=user_id, event=event, before=before, limit=limit)
