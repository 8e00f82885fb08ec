"""The bookings room: availability, slots, holds, and the calls that founders book with experts.

A booking is seen and cancelled by its client and its expert, and by nobody else; for others it does not exist.
"""

from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import Conflict, InvalidInput
from services.accounts.service import on_merge
from services.bookings import announcements, holds, policy, reading, repository, settlement
from services.bookings.availability import get_availability, set_availability
from services.bookings.holds import hold
from services.bookings.offers import next_slots, slots
from services.bookings.schemas import BookingFilter, BookingPage, BookingRead, Instant, Status
from services.bookings.settlement import confirm_paid

__all__ = [
    "cancel",
    "confirm_paid",
    "get",
    "get_availability",
    "hold",
    "list_bookings",
    "next_slots",
    "set_availability",
    "slots",
]

_instant: TypeAdapter[datetime] = TypeAdapter(Instant)


async def get(session: AsyncSession, actor: Actor, booking_id: UUID) -> BookingRead:
    """A booking of the actor's, as client or as expert. Raises NotFound."""
    actor.require(Scope.BOOKINGS_READ)
    return await reading.to_read(session, await reading.mine(session, actor, booking_id))


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


async def cancel(session: AsyncSession, actor: Actor, booking_id: UUID) -> BookingRead:
    """Call a held or confirmed call off before it starts. Whether a paid price goes back: `policy.refunds`.

    Cancelling again changes nothing. Raises NotFound; Conflict (not_cancellable, already_started).
    """
    actor.require(Scope.BOOKINGS_WRITE)
    booking = await reading.mine(session, actor, booking_id)
    now = clock.now()
    if booking.status == Status.HELD:
        await holds.close_checkout(session, booking)
    booking = await reading.mine(session, actor, booking_id, lock=True)
    if booking.cancelled_at is not None:
        return await reading.to_read(session, booking)
    if booking.status not in (Status.HELD, Status.CONFIRMED):
        raise Conflict(
            f"This booking is {booking.status} already.", code="not_cancellable", status=booking.status
        )
    start, _ = reading.interval(booking)
    if start <= now:
        raise Conflict("This call has started; it cannot be cancelled any more.", code="already_started")
    by_expert = booking.expert_user_id == actor.user_id
    was_paid = booking.status == Status.CONFIRMED
    booking.status = Status.CANCELLED.value
    booking.cancelled_at = now
    booking.cancelled_by = actor.user_id
    if was_paid and policy.refunds(starts_at=start, now=now, by_expert=by_expert):
        await settlement.request_refund(session, booking)
    await session.flush()  # what is announced and returned shows the new state
    await announcements.cancelled(session, booking, by_expert=by_expert, was_paid=was_paid)
    return await reading.to_read(session, booking)


@on_merge
async def merge_bookings(session: AsyncSession, source: UUID, target: UUID) -> None:
    """Bookings follow an account that is merged into another."""
    await repository.change_person(session, source, target)


def _parse_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        at, _, booking_id = cursor.partition("~")
        return _instant.validate_python(at), UUID(booking_id)
    except ValueError:
        raise InvalidInput("This page does not exist; start from the first.", code="bad_cursor") from None
