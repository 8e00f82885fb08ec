"""From rows to what the room hands out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.money import Money
from models.bookings import Booking
from services.accounts import service as accounts
from services.bookings import repository
from services.bookings.schemas import BookingRead, Status
from services.conversations.schemas import Card


def interval(booking: Booking) -> tuple[datetime, datetime]:
    """Start and end of the call."""
    start, end = booking.during.lower, booking.during.upper
    if start is None or end is None:
        raise ValueError("a call without start or end")
    return start, end


def price(booking: Booking) -> Money:
    return Money(amount=booking.price_amount, currency=booking.currency)


async def to_reads(session: AsyncSession, bookings: Sequence[Booking]) -> list[BookingRead]:
    """In the given order; names by one query."""
    ids = {each.client_id for each in bookings} | {each.expert_user_id for each in bookings}
    people = await accounts.people(session, list(ids)) if ids else {}

    def read(booking: Booking) -> BookingRead:
        start, end = interval(booking)
        return BookingRead(
            id=booking.id,
            status=Status(booking.status),
            expert_id=booking.expert_id,
            expert_user_id=booking.expert_user_id,
            expert_name=people[booking.expert_user_id].name,
            client_id=booking.client_id,
            client_name=people[booking.client_id].name,
            starts_at=start,
            ends_at=end,
            minutes=(end - start) // timedelta(minutes=1),
            timezone=booking.timezone,
            agenda=booking.agenda,
            price=price(booking),
            project_id=booking.project_id,
            room_id=booking.room_id,
            payment_id=booking.payment_id,
            hold_expires_at=booking.hold_expires_at,
            created_at=booking.created_at,
            confirmed_at=booking.confirmed_at,
            cancelled_at=booking.cancelled_at,
            cancelled_by=booking.cancelled_by,
            refund=_refund(booking),
        )

    return [read(each) for each in bookings]


async def to_read(session: AsyncSession, booking: Booking) -> BookingRead:
    return (await to_reads(session, [booking]))[0]


async def mine(session: AsyncSession, user_id: UUID, booking_id: UUID, *, lock: bool = False) -> Booking:
    """The booking, when the person is its client or its expert; NotFound otherwise."""
    booking = await repository.mine(session, user_id, booking_id, lock=lock)
    if booking is None:
        raise NotFound("There is no such booking.", booking=str(booking_id))
    return booking


def card(read: BookingRead) -> Card:
    return Card(type="booking", data=read.model_dump(mode="json"))


def _refund(booking: Booking) -> Literal["none", "due", "done"]:
    if booking.refunded_at is not None:
        return "done"
    return "none" if booking.refund_due_at is None else "due"
