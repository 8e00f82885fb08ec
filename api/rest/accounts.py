"""Signing up, and one's own account."""

from fastapi import APIRouter, status

from api.deps import ActorDep, DatabaseDep, OptionalActorDep, SessionDep, public, scoped
from api.problem import problem
from api.rest.cookies import SessionCookieDep
from api.rest.devices import DeviceDep
from api.rest.limits import limited
from core.actor import Scope
from services.accounts import service, sessions
from services.accounts.schemas import MeRead, SessionRead, SignUp, UpdateMe

router = APIRouter(tags=["accounts"])


@router.post(
    "/accounts",
    status_code=status.HTTP_201_CREATED,
    dependencies=[public(), limited("sign-up", 30, minutes=60)],
    responses=problem(403, 409, 422, 429),
)
async def sign_up(
    data: SignUp, db: DatabaseDep, actor: OptionalActorDep, device: DeviceDep, cookie: SessionCookieDep
) -> SessionRead:
    """Create an account and be signed in to it. A guest keeps everything.

    The answer is the same whether or not the address has an account already; its owner is told by mail.
    """
    started = await service.sign_up(db, actor, data, device=device)
    cookie.start(started)
    return SessionRead.of(started)


@router.get("/me", dependencies=[scoped(Scope.ACCOUNT_READ)], responses=problem(401, 403, 404))
async def read_me(session: SessionDep, actor: ActorDep, cookie: SessionCookieDep) -> MeRead:
    """One's own account. Once a day the session cookie is renewed here."""
    renewed = await sessions.rotate(session, actor)
    if renewed is not None:
        cookie.renew(*renewed)
    return await service.me(session, actor)


@router.patch("/me", dependencies=[scoped(Scope.ACCOUNT_READ)], responses=problem(401, 403, 404, 422))
async def update_me(data: UpdateMe, session: SessionDep, actor: ActorDep) -> MeRead:
    """Change name, time zone, locale or photo. Guests may set time zone and locale."""
    return await service.update_me(session, actor, data)
