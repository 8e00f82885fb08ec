"""SQL of users and sessions."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.accounts import Passkey, Session, TotpSecret, User

_LIVE_SESSION = """
select s.id as session_id, s.last_seen_at, u.id as user_id, u.role, u.timezone, u.locale
from sessions s join users u on u.id = s.user_id
where s.token_hash = $1 and s.expires_at > $2 and s.last_seen_at > $3
  and u.deleted_at is null and u.suspended_at is null
"""

_ROTATED_SESSION = _LIVE_SESSION.replace(
    "s.token_hash = $1", "s.previous_token_hash = $1 and s.rotated_at > $4"
)


async def live_session(
    pool: asyncpg.Pool, token_hash: bytes, *, now: datetime, idle: timedelta, overlap: timedelta
) -> asyncpg.Record | None:
    """The session and user of a token that is neither over nor forgotten; a token replaced less than `overlap` ago
    still counts, because a second tab may have sent it."""
    row = await pool.fetchrow(_LIVE_SESSION, token_hash, now, now - idle)
    if row is None:
        row = await pool.fetchrow(_ROTATED_SESSION, token_hash, now, now - idle, now - overlap)
    return row


async def touch_session(pool: asyncpg.Pool, session_id: UUID, *, now: datetime, every: timedelta) -> None:
    await pool.execute(
        "update sessions set last_seen_at = $2 where id = $1 and last_seen_at <= $3",
        session_id,
        now,
        now - every,
    )


async def user(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> User | None:
    query = select(User).where(User.id == user_id, User.deleted_at.is_(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def owner_of_email(session: AsyncSession, email: str) -> User | None:
    """The account that has proven the address to be its own."""
    query = select(User).where(
        User.email == email, User.email_verified_at.is_not(None), User.deleted_at.is_(None)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def newest_claimant(session: AsyncSession, email: str) -> User | None:
    """The newest account that states the address without having proven it."""
    query = (
        select(User)
        .where(User.email == email, User.email_verified_at.is_(None), User.deleted_at.is_(None))
        .order_by(User.signed_up_at.desc(), User.id.desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def people(session: AsyncSession, ids: Iterable[UUID]) -> Sequence[User]:
    return (await session.execute(select(User).where(User.id.in_(list(ids))))).scalars().all()


async def delete_session(session: AsyncSession, session_id: UUID, *, user_id: UUID) -> bool:
    query = delete(Session).where(Session.id == session_id, Session.user_id == user_id).returning(Session.id)
    return (await session.execute(query)).scalar_one_or_none() is not None


async def delete_sessions(session: AsyncSession, user_id: UUID, *, but: UUID | None = None) -> list[UUID]:
    """End all sessions of a user, except `but`; returns the ids of those that ended."""
    query = delete(Session).where(Session.user_id == user_id).returning(Session.id)
    if but is not None:
        query = query.where(Session.id != but)
    return list((await session.execute(query)).scalars())


async def delete_expired_sessions(session: AsyncSession, *, now: datetime, idle: timedelta) -> int:
    query = (
        delete(Session)
        .where(or_(Session.expires_at <= now, Session.last_seen_at <= now - idle))
        .returning(Session.id)
    )
    return len((await session.execute(query)).scalars().all())


async def sessions(
    session: AsyncSession, user_id: UUID, *, now: datetime, idle: timedelta
) -> Sequence[Session]:
    query = (
        select(Session)
        .where(Session.user_id == user_id, Session.expires_at > now, Session.last_seen_at > now - idle)
        .order_by(Session.last_seen_at.desc(), Session.id)
    )
    return (await session.execute(query)).scalars().all()


async def session_by_id(session: AsyncSession, session_id: UUID, *, user_id: UUID) -> Session | None:
    query = (
        select(Session)
        .where(Session.id == session_id, Session.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def known_device(session: AsyncSession, user_id: UUID, user_agent: str | None) -> bool:
    """Whether the user has, or ever had, a session with this user agent, or none at all yet."""
    query = select(func.count(), func.count().filter(Session.user_agent == user_agent)).where(
        Session.user_id == user_id
    )
    total, same = (await session.execute(query)).one()
    return total == 0 or same > 0


async def change_user(session: AsyncSession, user_id: UUID, **values: Any) -> None:
    await session.execute(update(User).where(User.id == user_id).values(**values))


async def has_second_factor(session: AsyncSession, user_id: UUID) -> bool:
    query = select(
        exists().where(TotpSecret.user_id == user_id, TotpSecret.confirmed_at.is_not(None))
        | exists().where(Passkey.user_id == user_id)
    )
    return bool((await session.execute(query)).scalar_one())
