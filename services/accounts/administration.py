"""What operators do about accounts: finding, suspending, reinstating them, ending their sessions, changing roles.

Each needs the operator's own fresh proof and is told in the account's security log.
"""

from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Role, Scope
from core.clock import now
from core.errors import Conflict, NotFound
from models.accounts import User
from services.accounts import repository, sessions, stepup
from services.accounts.audit import SecurityEvent, record
from services.accounts.profiles import read, tell_changed
from services.accounts.schemas import NO_DEVICE, AccountPage, AccountRead, Device

SuspensionHook = Callable[[AsyncSession, UUID, bool], Awaitable[None]]
H = TypeVar("H", bound=SuspensionHook)

_hooks: list[SuspensionHook] = []


def on_suspension(hook: H) -> H:
    """Register `async (session, user_id, suspended)`, run in the transaction that suspends an account or reinstates it.
    Usable as a decorator."""
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


async def is_suspended(session: AsyncSession, user_id: UUID) -> bool:
    """Whether this account is out for now. For rooms whose own decisions hang on it."""
    user = await repository.user(session, user_id)
    return user is not None and user.suspended_at is not None


async def find(
    session: AsyncSession,
    actor: Actor,
    *,
    text: str | None,
    role: Role | None,
    before: UUID | None,
    limit: int,
) -> AccountPage:
    """Accounts (guests only when asked for), newest first; `text` is looked for in names and addresses."""
    actor.require(Scope.ADMIN)
    rows = await repository.accounts_page(
        session, text=text, role=role.value if role else None, before=before, limit=limit + 1
    )
    items = [_read(row) for row in rows[:limit]]
    return AccountPage(items=items, next_cursor=str(items[-1].id) if len(rows) > limit else None)


async def suspend(
    session: AsyncSession, actor: Actor, user_id: UUID, *, reason: str, device: Device = NO_DEVICE
) -> AccountRead:
    """The account is out at once, everywhere, and cannot sign in. Raises `NotFound`, `Conflict` (own_account)."""
    user = await _subject(session, actor, user_id)
    if user.suspended_at is None:
        await _tell_rooms(session, user_id, True)
    user.suspended_at = user.suspended_at or now()
    await sessions.end_all(session, user.id)
    sessions.tell_tokens_changed(session, user.id)
    record(session, SecurityEvent.SUSPENDED, user.id, actor_id=actor.user_id, device=device, reason=reason)
    return await _flushed(session, user)


async def reinstate(
    session: AsyncSession, actor: Actor, user_id: UUID, *, device: Device = NO_DEVICE
) -> AccountRead:
    """The account may sign in again."""
    user = await _subject(session, actor, user_id)
    if user.suspended_at is not None:
        await _tell_rooms(session, user_id, False)
    user.suspended_at = None
    record(session, SecurityEvent.REINSTATED, user.id, actor_id=actor.user_id, device=device)
    return await _flushed(session, user)


async def end_sessions(
    session: AsyncSession, actor: Actor, user_id: UUID, *, device: Device = NO_DEVICE
) -> None:
    """Sign the account out everywhere."""
    user = await _subject(session, actor, user_id)
    ended = await sessions.end_all(session, user.id)
    record(
        session, SecurityEvent.SESSION_REVOKED, user.id, actor_id=actor.user_id, device=device, others=ended
    )


async def change_role(
    session: AsyncSession,
    actor: Actor,
    user_id: UUID,
    role: Literal[Role.USER, Role.CTO, Role.ADMIN],
    *,
    device: Device = NO_DEVICE,
) -> AccountRead:
    """The role counts from the next request on. Guests have none to change (`Conflict`, not_signed_up)."""
    user = await _subject(session, actor, user_id)
    if user.role == Role.GUEST.value:
        raise Conflict("A guest has to sign up first.", code="not_signed_up")
    before, user.role = user.role, role.value
    tell_changed(session, user)
    sessions.tell_tokens_changed(session, user.id)
    record(
        session,
        SecurityEvent.ROLE_CHANGED,
        user.id,
        actor_id=actor.user_id,
        device=device,
        before=before,
        role=role.value,
    )
    return await _flushed(session, user)


async def _subject(session: AsyncSession, actor: Actor, user_id: UUID) -> User:
    actor.require(Scope.ADMIN)
    await stepup.require(session, actor)
    user = await repository.user(session, user_id, lock=True)
    if user is None or user.role == Role.ASSISTANT.value:
        raise NotFound("There is no such account.")
    if user.id == actor.user_id:
        raise Conflict("Ask another operator to change your own account.", code="own_account")
    return user


async def _tell_rooms(session: AsyncSession, user_id: UUID, suspended: bool) -> None:
    for hook in _hooks:
        await hook(session, user_id, suspended)


async def _flushed(session: AsyncSession, user: User) -> AccountRead:
    await session.flush()
    await session.refresh(user)
    return _read(user)


def _read(user: User) -> AccountRead:
    return AccountRead(**read(user).model_dump(), suspended_at=user.suspended_at)
