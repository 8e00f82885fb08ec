"""Addresses and passwords: proving, changing, resetting them, and confirming who is there."""

from fastapi import APIRouter, status

from api.deps import ActorDep, DatabaseDep, OptionalActorDep, SessionDep, public, scoped
from api.problem import problem
from api.rest.cookies import SessionCookieDep
from api.rest.devices import DeviceDep
from api.rest.limits import limited
from core.actor import Scope
from services.accounts import passwords, stepup, undoing, verification
from services.accounts.schemas import (
    ChangeEmail,
    ChangePassword,
    EmailChangeUndone,
    ForgotPassword,
    MeRead,
    ResetPassword,
    SessionRead,
    StepUp,
    UseToken,
)

router = APIRouter(tags=["accounts"])


@router.post(
    "/email-verifications",
    dependencies=[public(), limited("link", 60, minutes=10)],
    responses=problem(403, 404, 409, 410, 422, 429),
)
async def verify_email(
    data: UseToken, session: SessionDep, actor: OptionalActorDep, device: DeviceDep
) -> MeRead:
    """Use the link of the verification mail, in a session of the account it is for."""
    return await verification.verify(session, actor, data.token, device=device)


@router.post(
    "/me/email-verification",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[scoped(Scope.ACCOUNT_WRITE), limited("mail", 5, minutes=60, account=True)],
    responses=problem(401, 403, 404, 429),
)
async def resend_email_verification(session: SessionDep, actor: ActorDep) -> None:
    """Send the verification mail again."""
    await verification.resend(session, actor)


@router.post(
    "/me/email",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[scoped(Scope.ACCOUNT_WRITE), limited("mail", 5, minutes=60, account=True)],
    responses=problem(401, 403, 404, 422, 429),
)
async def request_email_change(
    data: ChangeEmail, session: SessionDep, actor: ActorDep, device: DeviceDep
) -> None:
    """Send a link to the new address, and word to the old one. Needs a fresh step-up."""
    await verification.request_change(session, actor, data, device=device)


@router.post(
    "/email-changes",
    dependencies=[public(), limited("link", 60, minutes=10)],
    responses=problem(403, 404, 409, 410, 422, 429),
)
async def change_email(
    data: UseToken, session: SessionDep, actor: OptionalActorDep, device: DeviceDep
) -> MeRead:
    """Use the link sent to the new address, in a session of the account."""
    return await verification.change(session, actor, data.token, device=device)


@router.post(
    "/email-changes/undo",
    dependencies=[public(), limited("link", 60, minutes=10)],
    responses=problem(403, 404, 409, 410, 422, 429),
)
async def undo_email_change(data: UseToken, session: SessionDep, device: DeviceDep) -> EmailChangeUndone:
    """Use the link that the old address was sent: the account has it again. Every session and API token ends, the
    password is void, and `reset_token` sets a new one."""
    return await undoing.undo(session, data.token, device=device)


@router.put(
    "/me/password",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ACCOUNT_WRITE), limited("password", 20, minutes=10, account=True)],
    responses=problem(401, 403, 404, 422, 429),
)
async def change_password(data: ChangePassword, db: DatabaseDep, actor: ActorDep, device: DeviceDep) -> None:
    """Set a new password. All other sessions end."""
    await passwords.change(db, actor, data, device=device)


@router.post(
    "/password-resets",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[public(), limited("forgotten password", 10, minutes=60)],
    responses=problem(403, 422, 429),
)
async def forgot_password(data: ForgotPassword, session: SessionDep, device: DeviceDep) -> None:
    """Ask for a mail with a link. The answer is the same whether or not the address has an account."""
    await passwords.forgot(session, data, device=device)


@router.post(
    "/password-resets/confirm",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[public(), limited("link", 60, minutes=10)],
    responses=problem(403, 404, 409, 410, 422, 429),
)
async def reset_password(data: ResetPassword, db: DatabaseDep, device: DeviceDep) -> None:
    """Set a new password with the link of the mail. Every session of the account ends; sign in afterwards."""
    await passwords.reset(db, data, device=device)


@router.post(
    "/me/step-up",
    dependencies=[scoped(Scope.ACCOUNT_WRITE), limited("step-up", 30, minutes=10, account=True)],
    responses=problem(401, 403, 422, 429),
)
async def step_up(
    data: StepUp, db: DatabaseDep, actor: ActorDep, device: DeviceDep, cookie: SessionCookieDep
) -> SessionRead:
    """Confirm who is there, before a sensitive action answers otherwise than `step_up_required`."""
    started = await stepup.prove(db, actor, data, device=device)
    cookie.start(started)
    return SessionRead.of(started)
