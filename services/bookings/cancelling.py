"""Calling calls off."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import Conflict
from services.accounts import service as accounts
from services.bookings import (
    announcements,
    availability,
    holds,
    policy,
    reading,
    repository,
    settlement,
)
from services.bookings.schemas import BookingRead, Status


async def cancel(session: AsyncSession, actor: Actor, booking_id: UUID) -> BookingRead:
    """Call a held or confirmed call off before it starts. Whether a paid price goes back: `policy.refunds`.

    Cancelling again changes nothing. Raises NotFound; Conflict (not_cancellable, already_started).
    """
    actor.require(Scope.BOOKINGS_WRITE)
    return await _call_off(session, actor.user_id, booking_id)


async def _call_off(session: AsyncSession, user_id: UUID, booking_id: UUID) -> BookingRead:
    booking = await reading.mine(session, user_id, booking_id)
    now = clock.now()
    if booking.status == Status.HELD:
        await holds.close_checkout(session, booking)
    booking = await reading.mine(session, user_id, booking_id, lock=True)
    if booking.cancelled_at is not None:
        return await reading.to_read(session, booking)
    if booking.status not in (Status.HELD, Status.CONFIRMED):
        raise Conflict(
            f"This booking is {booking.status} already.", code="not_cancellable", status=booking.status
        )
    start, _ = reading.interval(booking)
    if start <= now:
        raise Conflict("This call has started; it cannot be cancelled any more.", code="already_started")
    by_expert = booking.expert_user_id == user_id
    was_paid = booking.status == Status.CONFIRMED
    booking.status = Status.CANCELLED.value
    booking.cancelled_at = now
    booking.cancelled_by = user_id
    if was_paid and policy.refunds(starts_at=start, now=now, by_expert=by_expert):
        await settlement.request_refund(session, booking)
    await session.flush()  # what is announced and returned shows the new state
    await announcements.cancelled(session, booking, by_expert=by_expert, was_paid=was_paid)
    return await reading.to_read(session, booking)


@accounts.on_merge
async def merge_bookings(session: AsyncSession, source: UUID, target: UUID) -> None:
    """Bookings follow an account that is merged into another."""
    await repository.change_person(session, source, target)


@accounts.on_delete
async def leave(session: AsyncSession, user_id: UUID) -> None:
    """Who deletes their account calls off what is ahead, by the rule for everyone, and offers no more hours. What
    they wrote about their calls is forgotten; the calls stay, for the other side and for the books."""
    for booking_id in await repository.ahead(session, user_id, now=clock.now()):
        await _call_off(session, user_id, booking_id)
    await availability.close(session, user_id)
    await repository.forget_agendas(session, user_id)


@accounts.on_export("bookings")
async def export_bookings(session: AsyncSession, user_id: UUID) -> dict[str, Any]:
    """The person's calls, as client and as expert, and their hours."""
    booked = await reading.to_reads(session, await repository.all_of(session, user_id))
    hours = await availability.of_user(session, user_id, since=date.min)
    return {
        "bookings": [each.model_dump(mode="json") for each in booked],
        "availability": hours.model_dump(mode="json") if hours is not None else None,
    }
