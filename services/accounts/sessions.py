"""Sessions: opaque tokens in a cookie, stored hashed, ended by the server.

A session is over when it is `settings().session_days` old or unused for `IDLE`. Its token is replaced when the person
proves who they are, and by `rotate` once a day; then the old one works for `OVERLAP` longer, for requests under way.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Role
from core.clock import now
from core.db import Database
from core.events import UserEvent, emit
from core.security import SESSION_TOKEN_PREFIX, hash_token, new_token
from core.settings import settings
from models.accounts import Session, User
from services.accounts import factors, repository
from services.accounts.audit import SecurityEvent, record
from services.accounts.profiles import read
from services.accounts.schemas import NO_DEVICE, Device, SessionRead, SessionStarted

IDLE = timedelta(days=14)
OVERLAP = timedelta(minutes=1)
ROTATE_AFTER = timedelta(days=1)
TOUCH_EVERY = timedelta(minutes=1)


async def begin(session: AsyncSession, user: User, *, method: str, device: Device) -> SessionStarted:
    """A new session of `user`. `method` says how they proved who they are; a guest proved nothing."""
    token = new_token(SESSION_TOKEN_PREFIX)
    moment = now()
    row = Session(
        user_id=user.id,
        token_hash=hash_token(token),
        method=method,
        authenticated_at=None if method == "guest" else moment,
        rotated_at=moment,
        user_agent=device.user_agent[:300] if device.user_agent else None,
        ip=device.ip,
        last_seen_at=moment,
        expires_at=moment + timedelta(days=settings().session_days),
    )
    session.add(row)
    # The caller's answer carries the row's id.
    await session.flush()
    return SessionStarted(user=read(user), session_id=row.id, token=token, expires_at=row.expires_at)


async def prove(session: AsyncSession, user: User, session_id: UUID, *, method: str) -> SessionStarted | None:
    """The person behind a session has just proven who they are: new token, new lifetime, the old token is void."""
    row = await repository.session_by_id(session, session_id, user_id=user.id)
    if row is None:
        return None
    token = new_token(SESSION_TOKEN_PREFIX)
    moment = now()
    row.token_hash, row.previous_token_hash, row.rotated_at = hash_token(token), None, moment
    row.method, row.authenticated_at, row.last_seen_at = method, moment, moment
    row.expires_at = moment + timedelta(days=settings().session_days)
    await session.flush()
    return SessionStarted(user=read(user), session_id=row.id, token=token, expires_at=row.expires_at)


async def rotate(session: AsyncSession, actor: Actor) -> tuple[str, int] | None:
    """A new token for a session whose token is a day old, and the seconds it may live; else None."""
    if actor.session_id is None:
        return None
    row = await repository.session_by_id(session, actor.session_id, user_id=actor.user_id)
    moment = now()
    if row is None or row.rotated_at > moment - ROTATE_AFTER:
        return None
    token = new_token(SESSION_TOKEN_PREFIX)
    row.previous_token_hash, row.token_hash, row.rotated_at = row.token_hash, hash_token(token), moment
    return token, max(0, int((row.expires_at - moment).total_seconds()))


async def current(session: AsyncSession, actor: Actor) -> SessionRead | None:
    """The actor's session; None for an API token."""
    user = await repository.user(session, actor.user_id)
    row = None
    if actor.session_id is not None:
        row = await repository.session_by_id(session, actor.session_id, user_id=actor.user_id)
    if user is None or row is None:
        return None
    return SessionRead(user=read(user), session_id=row.id, expires_at=row.expires_at)


async def authenticate_session(db: Database, token: str) -> Actor | None:
    """The actor of a session token; None when it is unknown, over, or its account is gone."""
    moment = now()
    row = await repository.live_session(db.by_key, hash_token(token), now=moment, idle=IDLE, overlap=OVERLAP)
    if row is None:
        return None
    if row["last_seen_at"] <= moment - TOUCH_EVERY:
        await repository.touch_session(db.raw, row["session_id"], now=moment, every=TOUCH_EVERY)
    role = Role(row["role"])
    return Actor(
        user_id=row["user_id"],
        role=role,
        scopes=factors.scopes(role, proven=row["proven"]),
        session_id=row["session_id"],
        timezone=row["timezone"],
        locale=row["locale"],
        expires_at=row["expires_at"],
    )


async def sign_out(session: AsyncSession, actor: Actor, *, device: Device = NO_DEVICE) -> None:
    """End the actor's session. Ending one that is over already changes nothing."""
    if actor.session_id is None:
        return
    if await repository.delete_session(session, actor.session_id, user_id=actor.user_id):
        record(session, SecurityEvent.SIGNED_OUT, actor.user_id, device=device)
        tell_ended(session, actor.user_id, [actor.session_id])


async def end_all(session: AsyncSession, user_id: UUID, *, but: UUID | None = None) -> int:
    """End every session of a user, except `but`; returns how many ended."""
    ended = await repository.delete_sessions(session, user_id, but=but)
    tell_ended(session, user_id, ended)
    return len(ended)


def tell_tokens_changed(session: AsyncSession, user_id: UUID) -> None:
    """Sockets that API tokens of this account opened are closed when the transaction commits: what they may do has
    changed, or they may do nothing any more. Those whose token is still good come back."""
    emit(session, UserEvent(user_id, "tokens.changed", {"type": "tokens.changed"}))


def tell_ended(session: AsyncSession, user_id: UUID, session_ids: list[UUID]) -> None:
    """Sockets of these sessions are closed when the transaction commits."""
    for session_id in session_ids:
        emit(
            session,
            UserEvent(user_id, "session.ended", {"type": "session.ended", "session_id": str(session_id)}),
        )
