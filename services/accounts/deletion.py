"""Closing an account: asked for, kept for `GRACE` in case of second thoughts, then done for good.

Each room registers what it does about its own rows. The person's row stays, emptied, so that others keep their half
of a conversation, and the books stay whole.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Role, Scope
from core.clock import now
from core.db import Database
from core.errors import Conflict, NotFound
from core.jobs import enqueue, job, periodic
from core.ratelimit import forget_expired
from models.accounts import User
from services.accounts import letters, repository, sessions, stepup
from services.accounts.audit import SecurityEvent, record
from services.accounts.letters import LetterKind
from services.accounts.schemas import NO_DEVICE, DeletionRead, Device

GRACE = timedelta(days=14)
# A guest who has not been back for so long has no way back: the session is over.
FORGET_GUESTS_AFTER = timedelta(days=60)
BATCH = 500

DeletionHook = Callable[[AsyncSession, UUID], Awaitable[None]]
H = TypeVar("H", bound=DeletionHook)

_hooks: list[DeletionHook] = []


def on_delete(hook: H) -> H:
    """Register `async (session, user_id)`, run in the transaction that deletes the account. Usable as a decorator."""
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


async def request(session: AsyncSession, actor: Actor, *, device: Device = NO_DEVICE) -> DeletionRead:
    """The account will be deleted after the grace period; everywhere else it is signed out at once, and its API
    tokens stop. Raises `Forbidden` (step_up_required), `Conflict` (last_admin)."""
    actor.require(Scope.ACCOUNT_WRITE)
    await stepup.require(session, actor)
    user = await _locked(session, actor)
    if user.role == Role.ADMIN.value and await repository.count_admins(session) <= 1:
        raise Conflict("You are the only operator. Make another one first.", code="last_admin")
    due = user.deletion_due_at or now() + GRACE
    user.deletion_due_at = due
    await sessions.end_all(session, user.id, but=actor.session_id)
    sessions.tell_tokens_changed(session, user.id)
    await letters.write(
        session,
        LetterKind.DELETION_REQUESTED,
        user,
        at=due.isoformat(timespec="minutes"),
        link=letters.page("/settings/privacy"),
    )
    record(session, SecurityEvent.DELETION_REQUESTED, user.id, device=device)
    return DeletionRead(due_at=due)


async def cancel(session: AsyncSession, actor: Actor, *, device: Device = NO_DEVICE) -> None:
    """Keep the account after all. Raises `NotFound` when no deletion is planned."""
    actor.require(Scope.ACCOUNT_WRITE)
    user = await _locked(session, actor)
    if user.deletion_due_at is None:
        raise NotFound("No deletion is planned.")
    user.deletion_due_at = None
    record(session, SecurityEvent.DELETION_CANCELLED, user.id, device=device)


@job("accounts.delete")
async def delete(db: Database, *, user_id: UUID) -> None:
    """Delete an account that is due (or a guest who is gone); does nothing for one that is not."""
    async with db.transaction() as session:
        user = await repository.user(session, user_id, lock=True)
        if user is None or not _due(user):
            return
        for hook in _hooks:
            await hook(session, user_id)
        await letters.write(session, LetterKind.DELETED, user)
        await sessions.end_all(session, user_id)
        await repository.delete_sign_in_methods(session, user_id)
        await repository.delete_all_single_use_tokens(session, user_id)
        await repository.change_user(
            session,
            user_id,
            email=None,
            email_verified_at=None,
            password_hash=None,
            name="Deleted account",
            avatar_url=None,
            timezone="UTC",
            locale="en",
            deletion_due_at=None,
            deleted_at=now(),
        )
        record(session, SecurityEvent.DELETED, user_id)


@periodic("accounts.tidy", "17 3 * * *")
async def tidy(db: Database) -> None:
    """Delete accounts that are due, guests who are gone, and sessions, tokens and counts that are over."""
    moment = now()
    async with db.transaction() as session:
        await repository.delete_expired_sessions(session, now=moment, idle=sessions.IDLE)
        await repository.delete_expired_single_use_tokens(session, before=moment - timedelta(days=7))
        for user_id in await repository.users_to_delete(
            session, now=moment, guests_before=moment - FORGET_GUESTS_AFTER, limit=BATCH
        ):
            await enqueue(session, delete, key=f"delete {user_id}", user_id=user_id)
    await forget_expired(db.raw)


def _due(user: User) -> bool:
    if user.role == Role.GUEST.value:
        return user.created_at < now() - FORGET_GUESTS_AFTER
    return user.deletion_due_at is not None and user.deletion_due_at <= now()


async def _locked(session: AsyncSession, actor: Actor) -> User:
    user = await repository.user(session, actor.user_id, lock=True)
    if user is None:
        raise NotFound("This account no longer exists.")
    return user
