"""Passkeys: adding, using and removing them."""

from uuid import UUID

from fastapi import APIRouter, status

from api.deps import ActorDep, DatabaseDep, OptionalActorDep, SessionDep, public, scoped
from api.problem import problem
from api.rest.cookies import SessionCookieDep
from api.rest.devices import DeviceDep
from api.rest.limits import limited
from core.actor import Scope
from services.accounts import passkeys
from services.accounts.passkey_schemas import (
    AddPasskey,
    PasskeyAdded,
    PasskeyChallenge,
    PasskeyList,
    UsePasskey,
)
from services.accounts.schemas import SessionRead

router = APIRouter(tags=["accounts"])


@router.post(
    "/sessions/passkey/options",
    status_code=status.HTTP_201_CREATED,
    dependencies=[public(), limited("passkey", 60, minutes=10)],
    responses=problem(403, 429),
)
async def begin_passkey_sign_in(session: SessionDep) -> PasskeyChallenge:
    """Begin to sign in, to finish a sign-in that asks for a passkey, or to step up."""
    return await passkeys.begin_sign_in(session)


@router.post(
    "/sessions/passkey",
    status_code=status.HTTP_201_CREATED,
    dependencies=[public(), limited("passkey", 60, minutes=10)],
    responses=problem(401, 403, 404, 410, 422, 429),
)
async def finish_passkey_sign_in(
    data: UsePasskey, db: DatabaseDep, actor: OptionalActorDep, device: DeviceDep, cookie: SessionCookieDep
) -> SessionRead:
    """Sign in with a passkey. In a session of the same person it counts as their step-up."""
    started = await passkeys.finish_sign_in(db, actor, data.challenge, data.credential, device=device)
    cookie.start(started)
    return SessionRead.of(started)


@router.get("/me/passkeys", dependencies=[scoped(Scope.ACCOUNT_READ)], responses=problem(401, 403))
async def list_passkeys(session: SessionDep, actor: ActorDep) -> PasskeyList:
    """One's passkeys."""
    return await passkeys.list_own(session, actor)


@router.post(
    "/me/passkeys/options",
    status_code=status.HTTP_201_CREATED,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404, 409),
)
async def begin_passkey(session: SessionDep, actor: ActorDep) -> PasskeyChallenge:
    """Begin to add a passkey. Needs a fresh step-up."""
    return await passkeys.begin_registration(session, actor)


@router.post(
    "/me/passkeys",
    status_code=status.HTTP_201_CREATED,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404, 409, 410, 422),
)
async def add_passkey(
    data: AddPasskey, session: SessionDep, actor: ActorDep, device: DeviceDep
) -> PasskeyAdded:
    """Add the passkey that the browser made."""
    return await passkeys.finish_registration(
        session, actor, data.challenge, data.name, data.credential, device=device
    )


@router.delete(
    "/me/passkeys/{passkey_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404, 409, 422),
)
async def remove_passkey(passkey_id: UUID, session: SessionDep, actor: ActorDep, device: DeviceDep) -> None:
    """Remove a passkey. The last way to sign in stays. Needs a fresh step-up."""
    await passkeys.remove(session, actor, passkey_id, device=device)
