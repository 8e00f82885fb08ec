"""Experts that a person has put aside. Guests may too; what they saved moves along when they sign in or up."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import Conflict, NotFound
from services.accounts import service as accounts
from services.experts import reading, repository
from services.experts.schemas import SavedExpert, SavedExperts, Status

MOST = 200


async def save(session: AsyncSession, actor: Actor, expert_id: UUID) -> None:
    """Put an expert aside; doing it again changes nothing. Raises `NotFound`, `Conflict` (too_many_saved)."""
    actor.require(Scope.EXPERTS_READ)
    if await repository.get(session, actor, expert_id) is None:
        raise NotFound("There is no such expert.")
    if await repository.count_saved(session, actor.user_id) >= MOST:
        raise Conflict(f"You have saved {MOST} people. Remove one first.", code="too_many_saved")
    await repository.save(session, actor.user_id, expert_id, at=clock.now())


async def unsave(session: AsyncSession, actor: Actor, expert_id: UUID) -> None:
    """Take an expert off the list; nothing happens if they are not on it."""
    actor.require(Scope.EXPERTS_READ)
    await repository.unsave(session, actor.user_id, expert_id)


async def list_saved(session: AsyncSession, actor: Actor) -> SavedExperts:
    """Whom the actor has saved, last saved first. Those who are not shown at the moment are marked; those who are
    drafts again or suspended are left out until they are back."""
    actor.require(Scope.EXPERTS_READ)
    rows = [
        (expert, at)
        for expert, at in await repository.saved(session, actor.user_id)
        if expert.status in (Status.APPROVED, Status.PAUSED)
    ]
    cards = await reading.cards(session, [expert.id for expert, _ in rows])
    return SavedExperts(
        items=[
            SavedExpert(
                expert=cards[expert.id],
                saved_at=at,
                available=expert.status == Status.APPROVED and expert.is_bookable,
            )
            for expert, at in rows
        ]
    )


@accounts.on_merge
async def _move(session: AsyncSession, source: UUID, target: UUID) -> None:
    await repository.move_saved(session, source, target)


@accounts.on_delete
async def _forget(session: AsyncSession, user_id: UUID) -> None:
    await repository.forget_saved(session, user_id)


@accounts.on_export("saved_experts")
async def _export(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    return [
        {"expert": expert.slug, "saved_at": at} for expert, at in await repository.saved(session, user_id)
    ]
