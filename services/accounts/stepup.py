"""Sensitive actions ask again who is there, unless the person has proven it within `FRESH`."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Role
from core.clock import now
from core.db import Database
from core.errors import Forbidden, Unauthenticated
from core.security import verify_password
from services.accounts import factors, repository, sessions, throttle
from services.accounts.audit import SecurityEvent, record
from services.accounts.schemas import NO_DEVICE, Device, SessionStarted, StepUp

FRESH = timedelta(minutes=15)


async def require(session: AsyncSession, actor: Actor) -> None:
    """Raise `Forbidden` (step_up_required, with the `methods` that would do) unless the proof is fresh. API tokens
    never pass (session_required): what they could do here, a thief of one could."""
    if actor.role is Role.SYSTEM:
        return
    actor.require_account()
    if actor.session_id is None:
        raise Forbidden("Do this in the web app: an API token is not enough.", code="session_required")
    row = await repository.session_by_id(session, actor.session_id, user_id=actor.user_id)
    if row is not None and row.authenticated_at is not None and row.authenticated_at > now() - FRESH:
        return
    user = await repository.user(session, actor.user_id)
    methods: list[str] = ["password"] if user is not None and user.password_hash is not None else []
    methods += await factors.methods(session, actor.user_id)
    raise Forbidden("Please confirm that it is you.", code="step_up_required", methods=methods)


async def prove(db: Database, actor: Actor, data: StepUp, *, device: Device = NO_DEVICE) -> SessionStarted:
    """The person proves again who they are, by password, by a code, or by both where the account asks for both at
    sign-in. The session gets a new token. Raises `Unauthenticated` (wrong_credentials, wrong_code), `RateLimited`."""
    actor.require_account()
    await throttle.begin_proof(db, actor.user_id)
    async with db.transaction() as session:
        user = await repository.user(session, actor.user_id)
        second = await factors.methods(session, actor.user_id) if user else []
    password_hash = user.password_hash if user else None
    if data.password is None and data.code is None:
        raise Unauthenticated("Enter your password or a code.", code="wrong_credentials")
    if data.password is not None and not await verify_password(password_hash, data.password):
        async with db.transaction() as session:
            record(session, SecurityEvent.STEP_UP_FAILED, actor.user_id, device=device, method="password")
        raise Unauthenticated("The password is wrong.", code="wrong_credentials")
    if second and data.code is None:
        raise Unauthenticated("Enter a code of your second factor too.", code="code_required", methods=second)
    if data.code is not None:
        await factors.check_code(db, actor.user_id, data.code, device=device)
    await throttle.succeed_proof(db, actor.user_id)
    async with db.transaction() as session:
        current = await repository.user(session, actor.user_id, lock=True)
        if current is None or actor.session_id is None:
            raise Forbidden("Do this in the web app: an API token is not enough.", code="session_required")
        method = "password" if data.password is not None else "code"
        started = await sessions.prove(session, current, actor.session_id, method=method)
        if started is None:
            raise Unauthenticated("This session is over. Sign in again.")
        record(session, SecurityEvent.STEPPED_UP, actor.user_id, device=device, method=method)
        return started
