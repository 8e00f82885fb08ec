"""Tokens for REST clients: made with chosen scopes, shown once, stored hashed."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import ROLE_SCOPES, Actor, Role, Scope
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, NotFound
from core.security import API_TOKEN_PREFIX, hash_token, new_token
from models.accounts import ApiToken
from services.accounts import factors, letters, repository, sessions, stepup
from services.accounts.audit import SecurityEvent, record
from services.accounts.letters import LetterKind
from services.accounts.schemas import (
    NO_DEVICE,
    ApiTokenCreated,
    ApiTokenList,
    ApiTokenRead,
    CreateApiToken,
    Device,
)

MOST = 20
SHOWN = len(API_TOKEN_PREFIX) + 6


async def create(
    session: AsyncSession, actor: Actor, data: CreateApiToken, *, device: Device = NO_DEVICE
) -> ApiTokenCreated:
    """A new token; its text is in this answer and nowhere else.

    Raises `Forbidden` (step_up_required; forbidden for a scope the actor lacks), `Conflict` (too_many_tokens)."""
    actor.require(Scope.ACCOUNT_WRITE)
    await stepup.require(session, actor)
    lacking = sorted(scope.value for scope in data.scopes if scope not in ROLE_SCOPES[actor.role])
    if lacking:
        raise Forbidden(f"Your account does not have {', '.join(lacking)}.", scope=lacking[0])
    user = await repository.user(session, actor.user_id, lock=True)
    if user is None:
        raise NotFound("This account no longer exists.")
    if len(await repository.api_tokens(session, actor.user_id)) >= MOST:
        raise Conflict(f"You have {MOST} tokens. Revoke one first.", code="too_many_tokens")
    token = new_token(API_TOKEN_PREFIX)
    row = ApiToken(
        user_id=actor.user_id,
        name=data.name,
        prefix=token[:SHOWN],
        token_hash=hash_token(token),
        scopes=sorted(scope.value for scope in data.scopes),
        expires_at=now() + timedelta(days=data.expires_in_days) if data.expires_in_days else None,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    await letters.write(
        session,
        LetterKind.API_TOKEN_CREATED,
        user,
        token=data.name,
        scopes=", ".join(row.scopes),
        link=letters.page("/settings/api-tokens"),
    )
    record(
        session,
        SecurityEvent.API_TOKEN_CREATED,
        actor.user_id,
        device=device,
        token=str(row.id),
        scopes=row.scopes,
    )
    return ApiTokenCreated(**_read(row).model_dump(), token=token)


async def list_own(session: AsyncSession, actor: Actor) -> ApiTokenList:
    """The actor's tokens, newest first, expired ones included."""
    actor.require(Scope.ACCOUNT_READ)
    return ApiTokenList(items=[_read(row) for row in await repository.api_tokens(session, actor.user_id)])


async def revoke(session: AsyncSession, actor: Actor, token_id: UUID, *, device: Device = NO_DEVICE) -> None:
    """The token works no more. A token may revoke itself or its siblings: that only takes rights away."""
    actor.require(Scope.ACCOUNT_WRITE)
    if not await repository.delete_api_token(session, token_id, user_id=actor.user_id):
        raise NotFound("There is no such token.")
    sessions.tell_tokens_changed(session, actor.user_id)
    record(session, SecurityEvent.API_TOKEN_REVOKED, actor.user_id, device=device, token=str(token_id))


async def authenticate(db: Database, token: str) -> Actor | None:
    """The actor of a token: what it was made for, as far as the account's role still has it."""
    moment = now()
    row = await repository.live_api_token(db.raw, hash_token(token), now=moment)
    if row is None:
        return None
    if row["last_used_at"] is None or row["last_used_at"] <= moment - timedelta(minutes=1):
        await repository.touch_api_token(db.raw, row["token_id"], now=moment)
    role = Role(row["role"])
    return Actor(
        user_id=row["user_id"],
        role=role,
        scopes=factors.scopes(role, proven=row["proven"])
        & {Scope(name) for name in row["scopes"] if name in set(Scope)},
        timezone=row["timezone"],
        locale=row["locale"],
        expires_at=row["expires_at"],
    )


def _read(row: ApiToken) -> ApiTokenRead:
    return ApiTokenRead(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=[Scope(name) for name in row.scopes if name in set(Scope)],
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
