"""The life of a payment inside one transaction: made, settled, given up. No vendor is called here.

    open ──▶ paid ──▶ partly_refunded ──▶ refunded
      └────▶ expired ──▶ paid            (the money was already on its way)

Rooms that ask for payments register what follows with `on_settled` and `on_expired`, by purpose.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.errors import InvalidInput
from core.events import UserEvent, emit
from core.money import Money
from models.billing import Payment
from services.accounts import service as accounts
from services.billing import repository
from services.billing.schemas import PaymentRead, PaymentStatus

log = logging.getLogger(__name__)

MOST_EXPORTED = 10_000

PaymentHook = Callable[[AsyncSession, PaymentRead], Awaitable[None]]
H = TypeVar("H", bound=PaymentHook)

_settled: dict[str, PaymentHook] = {}
_expired: dict[str, PaymentHook] = {}


def on_settled(purpose: str, hook: H) -> H:
    """Call `hook(session, payment)` in the transaction in which a payment of this purpose is found to be paid. That
    may be after the payment was given up."""
    return _register(_settled, purpose, hook)


def on_expired(purpose: str, hook: H) -> H:
    """Call `hook(session, payment)` in the transaction in which the vendor's page for it has ended unpaid."""
    return _register(_expired, purpose, hook)


def _register(hooks: dict[str, PaymentHook], purpose: str, hook: H) -> H:
    if hooks.setdefault(purpose, hook) is not hook:
        raise ValueError(f"a hook for {purpose!r} is registered already")
    return hook


def forget(purpose: str) -> None:
    """Take the hooks of a purpose away again, for tests."""
    _settled.pop(purpose, None)
    _expired.pop(purpose, None)


async def create_payment(
    session: AsyncSession,
    *,
    user_id: UUID,
    purpose: str,
    reference_id: UUID,
    amount: Money,
    description: str,
    pay_until: datetime | None = None,
) -> PaymentRead:
    """Ask a person to pay. `description` is what they read on the checkout page and on their receipt; after
    `pay_until` no checkout is started."""
    if amount.amount <= 0:
        raise InvalidInput("There is nothing to pay.", code="nothing_to_pay")
    payment = Payment(
        user_id=user_id,
        purpose=purpose,
        reference_id=reference_id,
        amount=amount.amount,
        currency=amount.currency,
        refunded_amount=0,
        description=description[:200],
        status=PaymentStatus.OPEN.value,
        pay_until=pay_until,
    )
    session.add(payment)
    await session.flush()  # callers store its id in a foreign key
    await session.refresh(payment, ["created_at"])
    return read(payment)


async def settle(session: AsyncSession, payment: Payment, intent_id: str | None) -> bool:
    """The vendor has the money. The payment is locked by the caller. False if that was known."""
    if payment.paid_at is not None:
        if intent_id and payment.vendor_payment_intent_id not in (None, intent_id):
            log.error("payment %s was paid twice, second intent %s", payment.id, intent_id)
        return False
    payment.status = PaymentStatus.PAID.value
    payment.paid_at = now()
    payment.vendor_payment_intent_id = intent_id
    payment.checkout_url = None
    publish(session, payment)
    if hook := _settled.get(payment.purpose):
        await hook(session, read(payment))
    return True


async def expire(session: AsyncSession, payment: Payment) -> bool:
    """The vendor's page ended unpaid. The payment is locked by the caller. False unless it was open."""
    if payment.status != PaymentStatus.OPEN:
        return False
    payment.status = PaymentStatus.EXPIRED.value
    payment.checkout_url = None
    publish(session, payment)
    if hook := _expired.get(payment.purpose):
        await hook(session, read(payment))
    return True


def note_refunded(session: AsyncSession, payment: Payment, total: int) -> None:
    """In all, `total` went back. The payment is locked by the caller. It never counts down."""
    if payment.paid_at is None or total <= payment.refunded_amount:
        return
    payment.refunded_amount = min(total, payment.amount)
    whole = payment.refunded_amount == payment.amount
    payment.status = (PaymentStatus.REFUNDED if whole else PaymentStatus.PARTLY_REFUNDED).value
    publish(session, payment)


def read(payment: Payment) -> PaymentRead:
    """The payment for its payer and for other rooms. It has been flushed."""
    return PaymentRead(
        id=payment.id,
        purpose=payment.purpose,
        reference_id=payment.reference_id,
        amount=Money(amount=payment.amount, currency=payment.currency),
        refunded=Money(amount=payment.refunded_amount, currency=payment.currency),
        description=payment.description,
        status=PaymentStatus(payment.status),
        created_at=payment.created_at,
        paid_at=payment.paid_at,
        pay_until=payment.pay_until,
    )


def publish(session: AsyncSession, payment: Payment) -> None:
    """Tell the payer's devices."""
    body = {"type": "payment.changed", "payment_id": str(payment.id), "status": payment.status}
    emit(session, UserEvent(payment.user_id, "payment.changed", body))


@accounts.on_merge
async def _move_payments(session: AsyncSession, source_user_id: UUID, target_user_id: UUID) -> None:
    await repository.move(session, source_user_id, target_user_id)


@accounts.on_export("payments")
async def _export_payments(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    found = await repository.page(session, user_id, before=None, limit=MOST_EXPORTED)
    return [read(payment).model_dump(mode="json") for payment in found]
