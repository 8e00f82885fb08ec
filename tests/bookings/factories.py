"""Experts with hours, and calls with them, for tests."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import update

from core import clock
from core.actor import ROLE_SCOPES, Actor, Role
from core.db import Database
from core.money import Money
from models.bookings import Booking
from models.experts import Expert
from services.bookings import service
from services.bookings.policy import SYSTEM
from services.bookings.schemas import AvailabilityInput, BookingRead, HoldSlot, WeeklyHours
from services.bookings.settlement import confirm_paid
from services.experts import service as experts
from services.experts.schemas import ExpertOwner
from tests.accounts.factories import actor_for, make_user

ALWAYS = AvailabilityInput(week=[WeeklyHours(weekday=day, start=time(0), end=time(0)) for day in range(7)])
OFFICE = AvailabilityInput(week=[WeeklyHours(weekday=day, start=time(9), end=time(17)) for day in range(5)])
NEVER = AvailabilityInput(week=[])


async def make_expert(
    db: Database,
    *,
    hours: AvailabilityInput = ALWAYS,
    rate: Money | None = None,
    timezone: str = "UTC",
    status: str = "approved",
    name: str = "Grace CTO",
) -> ExpertOwner:
    """An approved expert with hours and a rate per hour ($150 unless given)."""
    rate = rate or Money(amount=150_00, currency="USD")
    user = await make_user(db, role=Role.CTO, name=name, timezone=timezone)
    async with db.transaction() as session:
        expert = Expert(
            user_id=user.id,
            slug=f"expert-{user.id}",
            status=status,
            headline="Builds things",
            story="Has built things that stay up for many years now.",
            country="DE",
            timezone=timezone,
            rate_amount=rate.amount,
            rate_currency=rate.currency,
            rate_usd_amount=rate.amount,
            years=10,
            keywords="",
        )
        session.add(expert)
        await session.flush()
        await service.set_availability(session, SYSTEM, expert.id, hours)
        expert_id = expert.id
    async with db.transaction() as session:
        owner = await experts.owner(session, expert_id)
    assert owner is not None
    return owner


async def make_client(db: Database, *, name: str = "Ada Founder", timezone: str = "Europe/Berlin") -> Actor:
    """A signed-up founder."""
    return actor_for(await make_user(db, name=name, timezone=timezone))


def actor_of(expert: ExpertOwner) -> Actor:
    """The expert's own actor."""
    return Actor(expert.user_id, Role.CTO, ROLE_SCOPES[Role.CTO], timezone=expert.timezone)


def ahead(**distance: float) -> datetime:
    """The first half hour that is at least so far from now (three days unless given)."""
    at = clock.now() + timedelta(**(distance or {"days": 3}))
    at = at.astimezone(UTC).replace(second=0, microsecond=0)
    return at + timedelta(minutes=30 - at.minute % 30)


async def hold(
    db: Database,
    client: Actor,
    expert: ExpertOwner,
    starts_at: datetime,
    *,
    minutes: int = 30,
    key: UUID | None = None,
) -> BookingRead:
    """A held call."""
    async with db.transaction() as session:
        data = HoldSlot(expert_id=expert.id, starts_at=starts_at, minutes=minutes, agenda="Where to start")
        return await service.hold(session, client, data, key=key)


async def confirmed(db: Database, client: Actor, expert: ExpertOwner, starts_at: datetime) -> BookingRead:
    """A call whose payment has settled."""
    booking = await hold(db, client, expert, starts_at)
    await settle(db, booking)
    return await read(db, client, booking)


async def settle(db: Database, booking: BookingRead) -> None:
    """What the payment's settlement tells the bookings room."""
    async with db.transaction() as session:
        await confirm_paid(session, booking.id)


async def read(db: Database, actor: Actor, booking: BookingRead) -> BookingRead:
    """The booking as it is now."""
    async with db.transaction() as session:
        return await service.get(session, actor, booking.id)


async def change(db: Database, booking: BookingRead, **values: object) -> None:
    """Set columns of a booking, to bring it into a state that otherwise takes time."""
    async with db.transaction() as session:
        await session.execute(update(Booking).where(Booking.id == booking.id).values(**values))


async def let_hold_run_out(db: Database, booking: BookingRead) -> None:
    """The hold's time is over; nobody has noticed yet."""
    await change(db, booking, hold_expires_at=clock.now() - timedelta(seconds=1))
