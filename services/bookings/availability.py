"""When experts can be booked: their hours, and the calendars that slots are computed from."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.db import Source
from core.errors import NotFound
from models.bookings import AvailabilityException, AvailabilityRule
from services.bookings import policy, repository
from services.bookings.repository import TimeRow
from services.bookings.schemas import AvailabilityInput, AvailabilityRead, ExtraHours, WeeklyHours
from services.bookings.slots import Calendar, Hours, Interval
from services.experts import service as experts
from services.experts.demo.load import on_expert
from services.experts.schemas import ExpertOwner, WeeklyWindow

# A local date can begin and end up to a day away from the UTC date of the same name.
_MARGIN = timedelta(days=1)


async def get_availability(session: AsyncSession, actor: Actor, expert_id: UUID) -> AvailabilityRead:
    """The hours of one's own profile (operators: of any)."""
    actor.require(Scope.EXPERTS_READ)
    owner = await _owned(session, actor, expert_id)
    return await _read(session, owner, _today(owner))


async def set_availability(
    session: AsyncSession, actor: Actor, expert_id: UUID, data: AvailabilityInput
) -> AvailabilityRead:
    """Replace the hours of one's own profile. What is booked already stays booked."""
    actor.require(Scope.EXPERTS_WRITE)
    owner = await _owned(session, actor, expert_id)
    await _store_week(session, owner.id, data.week)
    days = [
        *(AvailabilityException(expert_id=owner.id, day=day, kind="closed") for day in data.closed),
        *(
            AvailabilityException(
                expert_id=owner.id, day=each.day, kind="extra", start_time=each.start, end_time=each.end
            )
            for each in data.extra
        ),
    ]
    today = _today(owner)
    await repository.replace_exceptions(
        session, owner.id, today, [each for each in days if each.day >= today]
    )
    await session.flush()  # what is read back comes from the table
    await experts.set_bookable(session, owner.id, bool(data.week or data.extra))
    return await _read(session, owner, today)


async def close(session: AsyncSession, user_id: UUID) -> None:
    """Take away all hours of the expert that this person is, if they are one."""
    owner = await experts.for_user(session, user_id)
    if owner is not None:
        await repository.replace_week(session, owner.id, [])
        await repository.replace_exceptions(session, owner.id, date.min, [])
        await experts.set_bookable(session, owner.id, False)


async def of_user(session: AsyncSession, user_id: UUID, *, since: date) -> AvailabilityRead | None:
    """The hours of the expert that this person is, with exceptions from `since` on; None for who is no expert."""
    owner = await experts.for_user(session, user_id)
    return await _read(session, owner, since) if owner is not None else None


class Times:
    """What decides on the slots of some experts, read by one query. A calendar is made of it when it is asked for."""

    def __init__(self, rows: Iterable[TimeRow]) -> None:
        self._rows: dict[UUID, list[TimeRow]] = defaultdict(list)
        for row in rows:
            self._rows[row.expert_id].append(row)

    def calendar(self, expert_id: UUID, zone: str) -> Calendar:
        """The calendar of one of them, whose IANA zone this is."""
        week: dict[int, list[Hours]] = defaultdict(list)
        closed: set[date] = set()
        extra: dict[date, list[Hours]] = defaultdict(list)
        busy: list[Interval] = []
        for _, weekday, day, opens, closes, since, until in self._rows.get(expert_id, ()):
            if since is not None and until is not None:
                busy.append(Interval(since, until))
            elif opens is None or closes is None:
                if day is not None:
                    closed.add(day)
            elif weekday is not None:
                week[weekday].append(Hours(opens, closes))
            elif day is not None:
                extra[day].append(Hours(opens, closes))
        return Calendar(
            zone=ZoneInfo(zone),
            week={day: tuple(hours) for day, hours in week.items()},
            closed=frozenset(closed),
            extra={day: tuple(hours) for day, hours in extra.items()},
            busy=tuple(busy),
        )


async def times(
    source: Source, expert_ids: Collection[UUID], start: datetime, end: datetime, *, now: datetime
) -> Times:
    """What decides on these experts' slots from `start` to `end`."""
    since, until = start - _MARGIN, end + _MARGIN
    days = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    return Times(await repository.times(source, expert_ids, days, since, until, now=now))


async def _owned(session: AsyncSession, actor: Actor, expert_id: UUID) -> ExpertOwner:
    owner = await experts.owner(session, expert_id)
    if owner is None or (owner.user_id != actor.user_id and not actor.is_admin):
        raise NotFound("There is no such expert.", expert=str(expert_id))
    return owner


def _today(owner: ExpertOwner) -> date:
    return clock.now().astimezone(ZoneInfo(owner.timezone)).date()


async def _read(session: AsyncSession, owner: ExpertOwner, since: date) -> AvailabilityRead:
    rules = await repository.rules(session, [owner.id])
    days = await repository.exceptions(session, [owner.id], since, date.max)
    return AvailabilityRead(
        expert_id=owner.id,
        timezone=owner.timezone,
        week=[
            WeeklyHours(weekday=each.weekday, start=each.start_time, end=each.end_time)
            for each in sorted(rules, key=lambda rule: (rule.weekday, rule.start_time))
        ],
        closed=sorted(each.day for each in days if each.kind == "closed"),
        extra=sorted(
            (
                ExtraHours(day=each.day, start=each.start_time, end=each.end_time)
                for each in days
                if each.start_time is not None and each.end_time is not None
            ),
            key=lambda hours: (hours.day, hours.start),
        ),
    )


async def _store_week(session: AsyncSession, expert_id: UUID, week: list[WeeklyHours]) -> None:
    rules = [
        AvailabilityRule(expert_id=expert_id, weekday=each.weekday, start_time=each.start, end_time=each.end)
        for each in week
    ]
    await repository.replace_week(session, expert_id, rules)


@on_expert
async def open_demo_expert(session: AsyncSession, expert_id: UUID, windows: list[WeeklyWindow]) -> None:
    """Give a demo expert the hours that come with the profile."""
    week = [WeeklyHours(weekday=each.weekday, start=each.start, end=each.end) for each in windows]
    await set_availability(session, policy.SYSTEM, expert_id, AvailabilityInput(week=week))
