"""What a guest did moves to the account they sign in to. Each room registers how its own rows move."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from models.accounts import User
from services.accounts import repository, sessions

MergeHook = Callable[[AsyncSession, UUID, UUID], Awaitable[None]]
H = TypeVar("H", bound=MergeHook)

_hooks: list[MergeHook] = []


def on_merge(hook: H) -> H:
    """Register `async (session, source_user_id, target_user_id)`; runs in the transaction of the sign-in, and must
    leave nothing of its room with the source. Usable as a decorator."""
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


async def merge(session: AsyncSession, source: User, target: User) -> None:
    """Move everything of `source` to `target`, and close `source`. Both rows are locked by the caller."""
    for hook in _hooks:
        await hook(session, source.id, target.id)
    await sessions.end_all(session, source.id)
    await repository.change_user(session, source.id, deleted_at=now(), merged_into_id=target.id)
