"""Slots on offer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.db import Source
from core.errors import Conflict, InvalidInput, NotFound
from services.bookings import policy
from services.bookings.availability import Times, times
from services.bookings.schemas import SlotsRead
from services.bookings.slots import Calendar, bookable, first_bookable, is_bookable
from services.experts import service as experts
from services.experts.schemas import ExpertOwner
from services.experts.schemas import Status as ExpertStatus


async def slots(
    session: AsyncSession, actor: Actor, expert_id: UUID, *, start: datetime, end: datetime, minutes: int
) -> SlotsRead:
    """Starts of bookable calls with `start <= t < end`, at most 31 days apart. An expert who cannot be booked has
    none. Raises NotFound for an expert the actor cannot see, InvalidInput for a bad range."""
    actor.require(Scope.EXPERTS_READ)
    if end <= start:
        raise InvalidInput("The end must be after the start.", code="bad_range")
    if end - start > policy.MAX_RANGE:
        raise InvalidInput(f"Ask for at most {policy.MAX_RANGE.days} days at once.", code="range_too_long")
    owner = await visible(session, actor, expert_id)
    starts: list[datetime] = []
    now = clock.now()
    if can_be_booked(owner):
        found = await times(session, [owner.id], start, end, now=now)
        calendar = found.calendar(owner.id, owner.timezone)
        starts = list(bookable(calendar, policy.SLOTS, now=now, start=start, end=end, minutes=minutes))
    return SlotsRead(
        expert_id=owner.id,
        timezone=owner.timezone,
        minutes=minutes,
        price=policy.price(owner.rate, minutes),
        starts=starts,
    )


async def next_slots(
    session: AsyncSession,
    expert_ids: Sequence[UUID],
    *,
    after: datetime,
    count: int,
    minutes: int,
) -> dict[UUID, list[datetime]]:
    """The first `count` bookable starts of each expert from `after` on. Experts without any have an empty list."""
    owners = await experts.owners(session, expert_ids)
    zones = {each.id: each.timezone for each in owners.values() if each.is_bookable}
    found = await openings(session, list(zones), after=after, minutes=minutes)
    return {
        expert_id: found.first(expert_id, zones[expert_id], count) if expert_id in zones else []
        for expert_id in expert_ids
    }


@dataclass(frozen=True, slots=True)
class Openings:
    """The bookable starts of some experts from `after` on, computed for those who are asked about."""

    times: Times | None
    now: datetime
    after: datetime
    minutes: int

    def first(self, expert_id: UUID, zone: str, count: int) -> list[datetime]:
        """The first `count` of an expert whose IANA zone this is."""
        if self.times is None:
            return []
        calendar = self.times.calendar(expert_id, zone)
        return first_bookable(
            calendar, policy.SLOTS, now=self.now, after=self.after, count=count, minutes=self.minutes
        )


async def openings(
    source: Source, expert_ids: Collection[UUID], *, after: datetime, minutes: int
) -> Openings:
    """By one query, for a caller who reads that these experts can be booked, and their time zones."""
    now = clock.now()
    after = max(after, now)
    end = now + policy.SLOTS.horizon + timedelta(days=1)
    found = await times(source, expert_ids, after, end, now=now) if expert_ids and after < end else None
    return Openings(found, now, after, minutes)


async def visible(session: AsyncSession, actor: Actor, expert_id: UUID) -> ExpertOwner:
    """The expert, when the actor may see them; NotFound otherwise."""
    owner = await experts.owner(session, expert_id)
    if owner is None or (
        owner.status is not ExpertStatus.APPROVED and owner.user_id != actor.user_id and not actor.is_admin
    ):
        raise NotFound("There is no such expert.", expert=str(expert_id))
    return owner


def can_be_booked(owner: ExpertOwner) -> bool:
    return owner.status is ExpertStatus.APPROVED and owner.is_bookable


async def require_offered(
    session: AsyncSession, owner: ExpertOwner, starts_at: datetime, minutes: int, *, now: datetime
) -> None:
    """Raise unless exactly this call is on offer: in the expert's hours, on the grid, free, neither too soon nor too
    far away. Conflicts carry the `next_slots` that are."""
    if not can_be_booked(owner):
        raise Conflict("This expert takes no bookings at the moment.", code="expert_unavailable")
    if starts_at <= now:
        raise InvalidInput("This time has passed. Choose a later one.", code="in_the_past")
    if starts_at < now + policy.SLOTS.notice:
        hours = policy.SLOTS.notice // timedelta(hours=1)
        raise InvalidInput(
            f"Calls are booked at least {hours} hours ahead. Choose a later time.", code="too_soon"
        )
    if starts_at > now + policy.SLOTS.horizon:
        days = policy.SLOTS.horizon.days
        raise InvalidInput(
            f"Calls are booked at most {days} days ahead. Choose an earlier time.", code="too_far"
        )
    calendar = await _calendar(session, owner, starts_at, now=now)
    if is_bookable(calendar, policy.SLOTS, now=now, at=starts_at, minutes=minutes):
        return
    without_bookings = Calendar(calendar.zone, calendar.week, calendar.closed, calendar.extra)
    if is_bookable(without_bookings, policy.SLOTS, now=now, at=starts_at, minutes=minutes):
        raise _taken(calendar, starts_at, minutes, now=now)
    raise Conflict(
        "The expert does not offer a call at this time. Choose one of the next free times.",
        code="slot_not_offered",
        next_slots=_alternatives(calendar, starts_at, minutes, now=now),
    )


async def slot_taken(
    session: AsyncSession, owner: ExpertOwner, starts_at: datetime, minutes: int, *, now: datetime
) -> Conflict:
    """The error for a slot that somebody else has just got."""
    return _taken(await _calendar(session, owner, starts_at, now=now), starts_at, minutes, now=now)


def _taken(calendar: Calendar, starts_at: datetime, minutes: int, *, now: datetime) -> Conflict:
    return Conflict(
        "Somebody else has taken this time. Choose one of the next free times.",
        code="slot_taken",
        next_slots=_alternatives(calendar, starts_at, minutes, now=now),
    )


def _alternatives(calendar: Calendar, after: datetime, minutes: int, *, now: datetime) -> list[str]:
    found = first_bookable(
        calendar, policy.SLOTS, now=now, after=after, count=policy.ALTERNATIVES, minutes=minutes
    )
    return [each.isoformat() for each in found]


async def _calendar(session: AsyncSession, owner: ExpertOwner, start: datetime, *, now: datetime) -> Calendar:
    """The expert's calendar from `start` to the horizon."""
    end = now + policy.SLOTS.horizon + timedelta(days=1)
    return (await times(session, [owner.id], start, end, now=now)).calendar(owner.id, owner.timezone)
