"""Holding a slot until it is paid, and letting go of it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.db import Database
from core.errors import Conflict
from core.ids import new_id
from core.jobs import enqueue, job
from core.money import Money
from core.settings import settings
from models.bookings import Booking
from services.accounts import service as accounts
from services.billing import service as billing
from services.bookings import announcements, offers, policy, reading, repository
from services.bookings.schemas import BookingRead, HoldSlot, Status
from services.experts.schemas import ExpertOwner
from services.projects import service as projects

# The job runs when the hold is over by the clock of any process, not just before.
SLACK = timedelta(seconds=1)


async def hold(
    session: AsyncSession,
    actor: Actor,
    data: HoldSlot,
    *,
    key: UUID | None = None,
    proposal_id: UUID | None = None,
) -> BookingRead:
    """Hold a slot for `hold_minutes` and prepare its payment.

    With a `key`, calling again returns the first call's booking. A client's own hold of the same call is returned,
    not doubled. The conversation of `proposal_id` hears what becomes of the booking; the caller has checked that it is the actor's.

    Raises SignUpRequired for guests; NotFound for an expert or project the actor cannot see; InvalidInput
    (in_the_past, too_soon, too_far); Conflict (slot_taken and slot_not_offered with `next_slots`, too_many_holds,
    own_call, expert_unavailable, key_reused).
    """
    actor.require_account()
    actor.require(Scope.BOOKINGS_WRITE)
    await repository.lock_client(session, actor.user_id)
    if key is not None and (known := await repository.by_key(session, actor.user_id, key)) is not None:
        if not _is_same_call(known, data):
            raise Conflict("This key has been used for another call. Start again.", code="key_reused")
        return await reading.to_read(session, known)

    owner = await offers.visible(session, actor, data.expert_id)
    if owner.user_id == actor.user_id:
        raise Conflict("You cannot book a call with yourself.", code="own_call")
    if data.project_id is not None:
        await projects.get(session, actor, data.project_id)
    now = clock.now()
    price = policy.price(owner.rate, data.minutes)
    await repository.expire_stale_holds(session, owner.id, now=now)
    open_holds = await repository.open_holds(session, actor.user_id, now=now)
    for held in open_holds:
        if _is_same_call(held, data) and reading.price(held) == price:
            return await reading.to_read(session, held)
    if len(open_holds) >= policy.MAX_OPEN_HOLDS:
        raise Conflict(
            f"You are holding {len(open_holds)} calls that are not paid yet. Pay or cancel one of them first.",
            code="too_many_holds",
            bookings=[str(each.id) for each in open_holds],
        )
    await offers.require_offered(session, owner, data.starts_at, data.minutes, now=now)
    booking = await _store(session, actor, owner, data, price, key=key, proposal_id=proposal_id)
    return await reading.to_read(session, booking)


async def release(session: AsyncSession, booking_id: UUID) -> None:
    """End a hold before its time, because its checkout has ended without payment. Other bookings stay as they are."""
    booking = await repository.locked(session, booking_id)
    if booking is not None and booking.status == Status.HELD:
        booking.status = Status.EXPIRED.value


@job("bookings.expire_hold")
async def expire_hold(db: Database, *, booking_id: UUID) -> None:
    """End a hold whose time is over, close its checkout, and tell the client. A rival may have ended it before."""
    async with db.transaction() as session:
        booking = await repository.by_id(session, booking_id)
        if booking is None:
            return
        left = booking.hold_expires_at - clock.now()
        if booking.status == Status.HELD and left > timedelta(0):
            await enqueue(session, expire_hold, delay=left + SLACK, booking_id=booking_id)
            return
        await close_checkout(session, booking)
        booking = await repository.locked(session, booking_id)
        if booking is None or booking.status not in (Status.HELD, Status.EXPIRED):
            return
        booking.status = Status.EXPIRED.value
        if booking.refund_due_at is None:
            await announcements.expired(session, booking)


async def close_checkout(session: AsyncSession, booking: Booking) -> None:
    """Let nobody pay for this any more. What is being paid in this very moment still arrives, as a late payment.

    Locks the payment, and so comes before the booking is locked: settling takes the two in that order.
    """
    if booking.payment_id is not None:
        await billing.abandon(session, booking.payment_id)


async def _store(
    session: AsyncSession,
    actor: Actor,
    owner: ExpertOwner,
    data: HoldSlot,
    price: Money,
    *,
    key: UUID | None,
    proposal_id: UUID | None,
) -> Booking:
    lasts = timedelta(minutes=settings().hold_minutes)
    booking = await repository.insert_hold(
        session,
        {
            "id": new_id(),
            "expert_id": owner.id,
            "expert_user_id": owner.user_id,
            "client_id": actor.user_id,
            "project_id": data.project_id,
            "proposal_id": proposal_id,
            "idempotency_key": key,
            "during": repository.during(data.starts_at, data.starts_at + timedelta(minutes=data.minutes)),
            "status": Status.HELD.value,
            "hold_expires_at": clock.now() + lasts,
            "price_amount": price.amount,
            "currency": price.currency,
            "timezone": data.timezone or actor.timezone,
            "agenda": data.agenda,
        },
    )
    if booking is None:
        raise await offers.slot_taken(session, owner, data.starts_at, data.minutes, now=clock.now())
    people = await accounts.people(session, [owner.user_id])
    payment = await billing.create_payment(
        session,
        user_id=actor.user_id,
        purpose="booking",
        reference_id=booking.id,
        amount=price,
        description=f"Call with {people[owner.user_id].name}, {data.minutes} minutes",
        pay_until=booking.hold_expires_at,
    )
    booking.payment_id = payment.id
    await enqueue(session, expire_hold, delay=lasts + SLACK, booking_id=booking.id)
    return booking


def _is_same_call(booking: Booking, data: HoldSlot) -> bool:
    ends_at = data.starts_at + timedelta(minutes=data.minutes)
    return booking.expert_id == data.expert_id and reading.interval(booking) == (data.starts_at, ends_at)
