"""What happens when a payment settles, and how money goes back.

A payment can settle after its hold has ended: then the call is confirmed if its time is still free, and otherwise the
price goes back to the client, who is told.
"""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import Database
from core.errors import Conflict
from core.jobs import enqueue, job
from models.bookings import Booking
from services.billing import service as billing
from services.billing.schemas import PaymentRead
from services.bookings import announcements, holds, policy, reading, repository
from services.bookings.schemas import Status
from services.conversations import service as conversations
from services.experts import service as experts

log = logging.getLogger(__name__)

PURPOSE = "booking"
NOTHING = timedelta(0)


async def confirm_paid(session: AsyncSession, booking_id: UUID) -> None:
    """The booking's payment has settled. Doing this again changes nothing."""
    booking = await repository.locked(session, booking_id)
    if booking is None:
        log.error("a payment settled for a booking that does not exist", extra={"booking": str(booking_id)})
        return
    if booking.confirmed_at is not None or booking.refund_due_at is not None:
        return
    if await _confirm(session, booking):
        await _open_room(session, booking)
        _, end = reading.interval(booking)
        await enqueue(session, complete, delay=end - clock.now() + holds.SLACK, booking_id=booking.id)
        await announcements.confirmed(session, booking)
    else:
        await request_refund(session, booking)
        await announcements.too_late(session, booking)


async def request_refund(session: AsyncSession, booking: Booking) -> None:
    """Give the whole price back, by a job. The booking is locked by the caller and no longer open."""
    booking.refund_due_at = clock.now()
    await enqueue(session, refund, key=f"bookings.refund:{booking.id}", booking_id=booking.id)


@job("bookings.refund")
async def refund(db: Database, *, booking_id: UUID) -> None:
    """Give the price of a booking back and mark it so. The payment makes sure that it goes back once."""
    async with db.transaction() as session:
        booking = await repository.locked(session, booking_id)
        if booking is None or booking.refund_due_at is None or booking.refunded_at is not None:
            return
        payment_id = booking.payment_id
    assert payment_id is not None, "only what has been paid is refunded"
    payment = await billing.refund(db, policy.SYSTEM, payment_id, None)
    if payment.refunded != payment.amount:
        raise Conflict("A part of the price has not gone back yet.", code="refund_incomplete")
    async with db.transaction() as session:
        booking = await repository.locked(session, booking_id)
        if booking is not None and booking.refunded_at is None:
            booking.refunded_at = clock.now()
            booking.status = Status.REFUNDED.value
            await announcements.refunded(session, booking)


@job("bookings.complete")
async def complete(db: Database, *, booking_id: UUID) -> None:
    """A confirmed call whose end has passed has taken place."""
    async with db.transaction() as session:
        booking = await repository.locked(session, booking_id)
        if booking is None or booking.status != Status.CONFIRMED:
            return
        _, end = reading.interval(booking)
        left = end - clock.now()
        if left > NOTHING:
            await enqueue(session, complete, delay=left + holds.SLACK, booking_id=booking_id)
        else:
            booking.status = Status.COMPLETED.value
            await experts.open_call(
                session,
                booking_id=booking.id,
                expert_id=booking.expert_id,
                client_id=booking.client_id,
                expert_user_id=booking.expert_user_id,
                ended_at=end,
            )


async def _confirm(session: AsyncSession, booking: Booking) -> bool:
    """Confirm a held booking, or an expired one whose time is still ahead and free. False when it cannot be."""
    now = clock.now()
    start, _ = reading.interval(booking)
    if booking.status not in (Status.HELD, Status.EXPIRED) or start <= now:
        booking.status = Status.EXPIRED.value if booking.status == Status.HELD else booking.status
        return False
    if booking.status == Status.EXPIRED:
        await repository.expire_stale_holds(session, booking.expert_id, now=now)
    return await repository.confirm(session, booking, now=now)


async def _open_room(session: AsyncSession, booking: Booking) -> None:
    """The room where client and expert talk: the one they have for this project, or a new one."""
    room_id = await repository.shared_room(session, booking)
    if room_id is None:
        room_id = await conversations.open_project_room(
            session,
            members=[booking.client_id, booking.expert_user_id],
            title=await announcements.room_title(session, booking),
            project_id=booking.project_id,
            created_by=booking.client_id,
        )
    booking.room_id = room_id
    await session.flush()  # the card that is posted next shows the room


async def _settled(session: AsyncSession, payment: PaymentRead) -> None:
    await confirm_paid(session, payment.reference_id)


async def _expired(session: AsyncSession, payment: PaymentRead) -> None:
    await holds.release(session, payment.reference_id)


billing.on_settled(PURPOSE, _settled)
billing.on_expired(PURPOSE, _expired)
