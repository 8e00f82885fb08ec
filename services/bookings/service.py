"""The bookings room: availability, slots, holds, and the calls that founders book with experts.

A booking is seen and cancelled by its client and its expert, and by nobody else; for others it does not exist.
"""

from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import InvalidInput
from services.bookings import reading, repository
from services.bookings.availability import get_availability, set_availability
from services.bookings.cancelling import cancel
from services.bookings.holds import hold
from services.bookings.offers import Openings, next_slots, openings, slots
from services.bookings.proposals import propose
from services.bookings.schemas import BookingFilter, BookingPage, BookingRead, Instant
from services.bookings.settlement import confirm_paid
from services.bookings.upkeep import take_up_overdue

__all__ = [
    "Openings",
    "cancel",
    "confirm_paid",
    "get",
    "get_availability",
    "hold",
    "list_bookings",
    "next_slots",
    "openings",
    "propose",
    "set_availability",
    "slots",
    "take_up_overdue",
]

_instant: TypeAdapter[datetime] = TypeAdapter(Instant)


async def get(session: AsyncSession, actor: Actor, booking_id: UUID) -> BookingRead:
    """A booking of the actor's, as client or as expert. Raises NotFound."""
    actor.require(Scope.BOOKINGS_READ)
    return await reading.to_read(session, await reading.mine(session, actor.user_id, booking_id))


async def list_bookings(session: AsyncSession, actor: Actor, data: BookingFilter) -> BookingPage:
    """The actor's bookings, as client and as expert."""
    actor.require(Scope.BOOKINGS_READ)
    found = await repository.page(
        session,
        actor.user_id,
        now=clock.now(),
        when=data.when,
        after=_parse_cursor(data.cursor),
        limit=data.limit + 1,
    )
    items = found[: data.limit]
    next_cursor = None
    if len(found) > data.limit:
        start, _ = reading.interval(items[-1])
        next_cursor = f"{start.isoformat()}~{items[-1].id}"
    return BookingPage(items=await reading.to_reads(session, items), next_cursor=next_cursor)


def _parse_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        at, _, booking_id = cursor.partition("~")
        return _instant.validate_python(at), UUID(booking_id)
    except ValueError:
        raise InvalidInput("This page does not exist; start from the first.", code="bad_cursor") from None
