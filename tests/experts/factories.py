"""Experts for tests."""

from datetime import time
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import ROLE_SCOPES, Actor, Role
from core.money import Money
from services.bookings import service as bookings
from services.bookings.schemas import AvailabilityInput, WeeklyHours
from services.experts import service
from services.experts.schemas import ExpertRead, ProfileInput, Status, StatusChange
from tests.accounts.factories import actor_for, make_user

SYSTEM = Actor(user_id=UUID(int=0), role=Role.SYSTEM, scopes=ROLE_SCOPES[Role.SYSTEM])

STORY = (
    "I lead small teams that build software for companies of many kinds, and I stay until it runs by itself."
)


def profile(**changes: Any) -> ProfileInput:
    """A valid profile, with the given fields changed. `rate` may be whole US dollars."""
    if isinstance(changes.get("rate"), int):
        changes["rate"] = Money.of(changes["rate"], "USD")
    data: dict[str, Any] = {
        "headline": "Builds web products with small teams",
        "story": STORY,
        "country": "PT",
        "timezone": "Europe/Lisbon",
        "languages": ["en"],
        "industries": ["saas"],
        "stages": ["mvp"],
        "engagements": ["call", "fractional"],
        "rate": Money.of(100, "USD"),
        "years": 12,
        "skills": [{"skill": "python", "years": 8, "level": 3}],
    }
    return ProfileInput.model_validate(data | changes)


async def make_expert(
    session: AsyncSession,
    *,
    name: str = "Robin Example",
    status: Status = Status.APPROVED,
    bookable: bool = True,
    **changes: Any,
) -> tuple[Actor, ExpertRead]:
    """A stored expert with an account of their own, approved and free every day unless told otherwise."""
    user = await make_user(session, role=Role.CTO, name=name)
    actor = actor_for(user)
    made = await service.create_profile(session, actor, profile(**changes))
    if status is not Status.DRAFT:
        await service.change_status(session, actor, StatusChange(status=Status.SUBMITTED))
    if status not in (Status.DRAFT, Status.SUBMITTED):
        await service.change_status(session, SYSTEM, StatusChange(status=Status.APPROVED), expert_id=made.id)
    if bookable:
        week = [WeeklyHours(weekday=day, start=time(8), end=time(18)) for day in range(7)]
        await bookings.set_availability(session, actor, made.id, AvailabilityInput(week=week))
    if status in (Status.PAUSED, Status.SUSPENDED):
        change = StatusChange(status=status, reason="for the test")
        await service.change_status(session, SYSTEM, change, expert_id=made.id)
    return actor, await service.get(session, actor, made.id)
