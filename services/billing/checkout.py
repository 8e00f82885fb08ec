"""Checkout: sends a person to the vendor's hosted page, once per payment, and closes it when the payment is off."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.db import Database
from core.errors import Conflict, Gone, NotFound
from core.gateways import gateways
from core.gateways.payments import CheckoutSession
from core.jobs import enqueue
from core.money import Money
from core.settings import settings
from models.billing import Payment
from services.billing import payments, repository
from services.billing.jobs import check_checkout, close_checkout
from services.billing.schemas import CheckoutRead, PaymentStatus
from services.notifications import service as notifications

# Stripe takes 30 minutes at the least; the rest is for a second try with the same parameters.
LASTS = timedelta(minutes=35)
CHECK_AFTER = timedelta(minutes=2)


async def checkout(db: Database, actor: Actor, payment_id: UUID) -> CheckoutRead:
    """Where to pay. Asking again gives the same page as long as it is open.

    Raises NotFound (also for the payments of others), Conflict `already_paid`, Gone `payment_expired`, and what the
    payments gateway raises. No transaction is open while the vendor is asked.
    """
    actor.require(Scope.BILLING_WRITE)
    order = await _prepare(db, actor, payment_id)
    if order.url is not None:
        return CheckoutRead(url=order.url, expires_at=order.expires_at)
    try:
        session = await _ask(order)
    except Conflict as error:
        if error.fields.get("param") != "expires_at":
            raise
        # An earlier attempt never reached the vendor, and its expiry is too near by now.
        order = await _prepare(db, actor, payment_id, afresh=order.attempt)
        session = await _ask(order)
    return await _store(db, payment_id, session)


async def abandon(session: AsyncSession, payment_id: UUID) -> None:
    """What was to be paid is off: an open payment can no longer be paid, and its checkout page is closed by a job.
    Calls no hook. Anything but an open payment is left as it is."""
    payment = await repository.locked(session, payment_id)
    if payment is None or payment.status != PaymentStatus.OPEN:
        return
    payment.status = PaymentStatus.EXPIRED.value
    if payment.vendor_session_id is not None:
        await enqueue(session, close_checkout, payment_id=payment_id)
    payments.publish(session, payment)


class _Order:
    """All that the vendor is asked with: the same for every try of one attempt."""

    def __init__(self, payment: Payment, email: str | None) -> None:
        assert payment.checkout_expires_at is not None
        self.id = payment.id
        self.attempt = payment.checkout_attempt
        self.expires_at: datetime = payment.checkout_expires_at
        self.url = payment.checkout_url
        self.amount = Money(amount=payment.amount, currency=payment.currency)
        self.description = payment.description
        self.email = email


async def _prepare(db: Database, actor: Actor, payment_id: UUID, *, afresh: int | None = None) -> _Order:
    async with db.transaction() as session:
        payment = await repository.of_payer(session, actor.user_id, payment_id, lock=True)
        if payment is None:
            raise NotFound("There is no such payment.")
        if payment.paid_at is not None:
            raise Conflict("This has been paid already.", code="already_paid")
        moment = now()
        over = payment.checkout_url is not None and payment.checkout_expires_at <= moment  # type: ignore[operator]
        late = payment.pay_until is not None and payment.pay_until <= moment
        if payment.status == PaymentStatus.EXPIRED or over or late:
            raise Gone("The time to pay for this is over. Please start again.", code="payment_expired")
        if payment.checkout_expires_at is None or payment.checkout_attempt == afresh:
            payment.checkout_attempt += 1
            payment.checkout_expires_at = moment + LASTS
        return _Order(payment, await notifications.email_of(session, actor.user_id))


async def _ask(order: _Order) -> CheckoutSession:
    back = f"{settings().base_url}/payments/{order.id}"
    return await gateways().payments.create_checkout(
        key=f"{order.id}:{order.attempt}",
        amount=order.amount,
        name=order.description,
        description=None,
        email=order.email,
        reference=str(order.id),
        metadata={"payment_id": str(order.id)},
        success_url=f"{back}?outcome=paid",
        cancel_url=f"{back}?outcome=cancelled",
        expires_at=order.expires_at,
    )


async def _store(db: Database, payment_id: UUID, session: CheckoutSession) -> CheckoutRead:
    async with db.transaction() as transaction:
        payment = await repository.locked(transaction, payment_id)
        assert payment is not None, "payments are never deleted"
        is_new = payment.vendor_session_id != session.id
        payment.vendor_session_id = session.id
        given_up = payment.status == PaymentStatus.EXPIRED
        if given_up:
            # It was abandoned while the vendor was asked.
            await enqueue(transaction, close_checkout, payment_id=payment_id)
        elif payment.paid_at is None:
            payment.checkout_url = session.url
            payment.checkout_expires_at = session.expires_at
        if is_new:
            await enqueue(
                transaction,
                check_checkout,
                delay=session.expires_at - now() + CHECK_AFTER,
                payment_id=payment_id,
            )
    if given_up or session.url is None:
        raise Gone("The time to pay for this is over. Please start again.", code="payment_expired")
    return CheckoutRead(url=session.url, expires_at=session.expires_at)
