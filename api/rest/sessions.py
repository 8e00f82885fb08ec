"""Guest sessions, signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Body, Response, status

from api.deps import DatabaseDep, OptionalActorDep, SessionDep, public
from api.problem import problem
from api.rest.cookies import SessionCookieDep
from api.rest.devices import DeviceDep
from api.rest.limits import limited
from services.accounts import service, sessions
from services.accounts.schemas import SecondFactorNeeded, SessionRead, SignIn, StartGuest

router = APIRouter(tags=["accounts"])


@router.post(
    "/guest-sessions",
    status_code=status.HTTP_201_CREATED,
    dependencies=[public(), limited("guest-sessions", 120, minutes=60)],
    responses=problem(403, 422, 429),
)
async def start_guest_session(
    session: SessionDep,
    actor: OptionalActorDep,
    device: DeviceDep,
    cookie: SessionCookieDep,
    data: Annotated[StartGuest | None, Body()] = None,
) -> SessionRead:
    """Begin as a guest: a session without an account. Everything done in it is kept on sign-up and sign-in.

    A browser that has a session already keeps it, so two tabs may both ask.
    """
    current = await sessions.current(session, actor) if actor is not None else None
    if current is not None:
        return current
    started = await service.start_guest(session, data or StartGuest(), device=device)
    cookie.start(started)
    return SessionRead.of(started)


@router.post(
    "/sessions",
    status_code=status.HTTP_201_CREATED,
    dependencies=[public(), limited("sign-in", 60, minutes=10)],
    responses={
        **problem(401, 403, 422, 429),
        202: {"model": SecondFactorNeeded, "description": "The password fits; a second factor is needed"},
    },
)
async def sign_in(
    data: SignIn,
    db: DatabaseDep,
    actor: OptionalActorDep,
    device: DeviceDep,
    cookie: SessionCookieDep,
    response: Response,
) -> SessionRead | SecondFactorNeeded:
    """Sign in by e-mail and password. What was done as a guest moves to the account."""
    result = await service.sign_in(db, actor, data, device=device)
    if isinstance(result, SecondFactorNeeded):
        response.status_code = status.HTTP_202_ACCEPTED
        return result
    cookie.start(result)
    return SessionRead.of(result)


@router.delete(
    "/sessions/current",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[public()],
    responses=problem(403),
)
async def sign_out(
    session: SessionDep, actor: OptionalActorDep, device: DeviceDep, cookie: SessionCookieDep
) -> None:
    """Sign out. Works without a session too: the answer is the same, and the cookie is gone."""
    if actor is not None:
        await service.sign_out(session, actor, device=device)
    cookie.clear()
