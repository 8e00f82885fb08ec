"""SQL of accounts: users, sessions, single-use tokens, second factors, API tokens and the audit log."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.accounts import (
    ApiToken,
    AuditEntry,
    Identity,
    Passkey,
    RecoveryCode,
    Session,
    SingleUseToken,
    TotpSecret,
    User,
)

# Asked of operators only; for all others it costs nothing.
_PROVEN = """(u.role <> 'admin' or exists (select from passkeys p where p.user_id = u.id)
    or exists (select from totp_secrets t where t.user_id = u.id and t.confirmed_at is not null)) as proven"""

_LIVE_SESSION = """
select s.id as session_id, s.last_seen_at, s.expires_at, u.id as user_id, u.role, u.timezone, u.locale, {proven}
from sessions s join users u on u.id = s.user_id
where s.token_hash = $1 and s.expires_at > $2 and s.last_seen_at > $3
  and u.deleted_at is null and u.suspended_at is null
""".replace("{proven}", _PROVEN)

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


async def name(pool: asyncpg.Pool, user_id: UUID) -> str | None:
    found: str | None = await pool.fetchval("select name from users where id = $1", user_id)
    return found


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


async def change_user(session: AsyncSession, user_id: UUID, **values: Any) -> None:
    await session.execute(update(User).where(User.id == user_id).values(**values))


async def lock_owner(session: AsyncSession, token_hash: bytes, purpose: str) -> None:
    """Lock the account that a token is for, if it is for one."""
    owner = select(SingleUseToken.user_id).where(
        SingleUseToken.token_hash == token_hash, SingleUseToken.purpose == purpose
    )
    await session.execute(select(User.id).where(User.id.in_(owner)).with_for_update())


async def single_use_token(session: AsyncSession, token_hash: bytes, purpose: str) -> SingleUseToken | None:
    """The locked row of a token, whether or not it is still good."""
    query = (
        select(SingleUseToken)
        .where(SingleUseToken.token_hash == token_hash, SingleUseToken.purpose == purpose)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def delete_single_use_tokens(session: AsyncSession, user_id: UUID, *purposes: str) -> None:
    await session.execute(
        delete(SingleUseToken).where(SingleUseToken.user_id == user_id, SingleUseToken.purpose.in_(purposes))
    )


async def use_up_single_use_tokens(
    session: AsyncSession, user_id: UUID, purpose: str, *, at: datetime
) -> None:
    """None of a person's tokens for `purpose` works any more, and each says that it was used."""
    await session.execute(
        update(SingleUseToken)
        .where(
            SingleUseToken.user_id == user_id,
            SingleUseToken.purpose == purpose,
            SingleUseToken.used_at.is_(None),
        )
        .values(used_at=at)
    )


async def delete_expired_single_use_tokens(session: AsyncSession, *, before: datetime) -> None:
    await session.execute(delete(SingleUseToken).where(SingleUseToken.expires_at < before))


async def second_factors(session: AsyncSession, user_id: UUID) -> tuple[bool, bool, bool]:
    """Whether there is a confirmed authenticator app, a passkey, an unused recovery code."""
    query = select(
        exists().where(TotpSecret.user_id == user_id, TotpSecret.confirmed_at.is_not(None)),
        exists().where(Passkey.user_id == user_id),
        exists().where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)),
    )
    totp_on, passkey, codes = (await session.execute(query)).one()
    return totp_on, passkey, codes


async def totp(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> TotpSecret | None:
    query = select(TotpSecret).where(TotpSecret.user_id == user_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def replace_recovery_codes(session: AsyncSession, user_id: UUID, hashes: list[bytes]) -> None:
    await delete_recovery_codes(session, user_id)
    session.add_all(RecoveryCode(user_id=user_id, code_hash=code_hash) for code_hash in hashes)
    await session.flush()


async def delete_recovery_codes(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


async def use_recovery_code(
    session: AsyncSession, user_id: UUID, hashes: list[bytes], *, at: datetime
) -> bool:
    query = (
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash.in_(hashes),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(RecoveryCode.id)
    )
    return (await session.execute(query)).scalar_one_or_none() is not None


async def count_recovery_codes(session: AsyncSession, user_id: UUID) -> int:
    query = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return int((await session.execute(query)).scalar_one())


async def delete_sign_in_methods(
    session: AsyncSession, user_id: UUID, *, since: datetime | None = None
) -> None:
    """Everything but the password that signs in to the account; or, of identities and second factors, what was added
    since then. Recovery codes stay as long as there is a second factor from before."""
    queries = [delete(table).where(table.user_id == user_id) for table in (Identity, Passkey, TotpSecret)]
    if since is None:
        queries.append(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    else:
        added = (Identity.created_at, Passkey.created_at, func.coalesce(TotpSecret.confirmed_at, func.now()))
        queries = [query.where(at >= since) for query, at in zip(queries, added, strict=True)]
    for query in (*queries, delete(ApiToken).where(ApiToken.user_id == user_id)):
        await session.execute(query)


_LIVE_BEARER = """
select a.id as token_id, a.scopes, a.last_used_at, a.expires_at, u.id as user_id, u.role, u.timezone, u.locale, {proven}
from api_tokens a join users u on u.id = a.user_id
where a.token_hash = $1 and (a.expires_at is null or a.expires_at > $2)
  and u.deleted_at is null and u.suspended_at is null and u.deletion_due_at is null
""".replace("{proven}", _PROVEN)


async def live_api_token(pool: asyncpg.Pool, token_hash: bytes, *, now: datetime) -> asyncpg.Record | None:
    return await pool.fetchrow(_LIVE_BEARER, token_hash, now)


async def touch_api_token(pool: asyncpg.Pool, token_id: UUID, *, now: datetime) -> None:
    await pool.execute("update api_tokens set last_used_at = $2 where id = $1", token_id, now)


async def api_tokens(session: AsyncSession, user_id: UUID) -> Sequence[ApiToken]:
    query = select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc())
    return (await session.execute(query)).scalars().all()


async def delete_api_token(session: AsyncSession, token_id: UUID, *, user_id: UUID) -> bool:
    query = (
        delete(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user_id).returning(ApiToken.id)
    )
    return (await session.execute(query)).scalar_one_or_none() is not None


async def devices_signed_in(session: AsyncSession, user_id: UUID) -> Sequence[str | None]:
    """The user agents that have signed in, or up, to the account."""
    query = (
        select(AuditEntry.user_agent)
        .where(AuditEntry.user_id == user_id, AuditEntry.event.in_(("signed_in", "signed_up")))
        .distinct()
        .limit(200)
    )
    return (await session.execute(query)).scalars().all()


async def audit_page(
    session: AsyncSession, *, user_id: UUID | None, event: str | None, before: UUID | None, limit: int
) -> Sequence[AuditEntry]:
    """The newest entries (of one user, of one kind), older than `before`."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if user_id is not None:
        query = query.where(AuditEntry.user_id == user_id)
    if event is not None:
        query = query.where(AuditEntry.event == event)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return (await session.execute(query)).scalars().all()


async def delete_all_single_use_tokens(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(SingleUseToken).where(SingleUseToken.user_id == user_id))


async def count_admins(session: AsyncSession) -> int:
    query = select(func.count()).where(
        User.role == "admin", User.deleted_at.is_(None), User.suspended_at.is_(None)
    )
    return int((await session.execute(query)).scalar_one())


async def users_to_delete(
    session: AsyncSession, *, now: datetime, guests_before: datetime, limit: int
) -> Sequence[UUID]:
    """Accounts whose deletion is due, and guests made before `guests_before` whose last session is over."""
    gone = (
        (User.role == "guest")
        & (User.created_at < guests_before)
        & ~exists().where(Session.user_id == User.id)
    )
    query = (
        select(User.id)
        .where(User.deleted_at.is_(None), or_(User.deletion_due_at <= now, gone))
        .order_by(User.id)
        .limit(limit)
    )
    return (await session.execute(query)).scalars().all()


async def identities(session: AsyncSession, user_id: UUID) -> Sequence[Identity]:
    query = select(Identity).where(Identity.user_id == user_id).order_by(Identity.provider)
    return (await session.execute(query)).scalars().all()


async def identity(session: AsyncSession, provider: str, subject: str) -> Identity | None:
    query = select(Identity).where(Identity.provider == provider, Identity.subject == subject)
    return (await session.execute(query)).scalar_one_or_none()


async def passkeys(session: AsyncSession, user_id: UUID) -> Sequence[Passkey]:
    query = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)
    return (await session.execute(query)).scalars().all()


async def passkey(session: AsyncSession, credential_id: bytes) -> Passkey | None:
    """The locked row of a passkey: its counter is compared and moved in one transaction."""
    query = select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def accounts_page(
    session: AsyncSession, *, text: str | None, role: str | None, before: UUID | None, limit: int
) -> Sequence[User]:
    """The newest accounts, older than `before`; guests and the assistant only when their role is asked for."""
    query = select(User).where(User.deleted_at.is_(None)).order_by(User.id.desc()).limit(limit)
    query = query.where(User.role == role if role else User.role.in_(("user", "cto", "admin")))
    if text:
        query = query.where(
            User.name.icontains(text, autoescape=True) | User.email.icontains(text, autoescape=True)
        )
    if before is not None:
        query = query.where(User.id < before)
    return (await session.execute(query)).scalars().all()
