"""Acting on what the payment vendor told us.

Events may come twice, late and in any order, so acting on one looks at the payment as it is now: a session that is
reported expired after it was paid changes nothing, and one that is paid after it was given up is settled.
"""

import logging
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from models.billing import Payment
from services.billing import payments, repository

log = logging.getLogger(__name__)


async def handle(session: AsyncSession, event_id: UUID) -> None:
    """Act on a stored event, in one transaction with the mark that it was handled."""
    event = await repository.locked_event(session, event_id)
    if event is None or event.handled_at is not None:
        return
    subject: dict[str, Any] = event.payload["data"]["object"]
    match event.type:
        case "checkout.session.completed" | "checkout.session.async_payment_succeeded":
            outcome = await _paid(session, subject)
        case "checkout.session.expired":
            outcome = await _expired(session, subject)
        case "charge.refunded":
            outcome = await _refunded(session, subject)
        case _:
            outcome = "not of interest"
    event.outcome = outcome
    event.handled_at = now()


async def _paid(session: AsyncSession, checkout: dict[str, Any]) -> str:
    payment = await _payment(session, checkout)
    if payment is None:
        return "not ours"
    if checkout.get("payment_status") != "paid":
        return "not paid yet"
    if (checkout["amount_total"], str(checkout["currency"]).upper()) != (payment.amount, payment.currency):
        log.error("checkout %s was paid with another amount than payment %s", checkout["id"], payment.id)
        return "amount differs"
    return "settled" if await payments.settle(session, payment, checkout.get("payment_intent")) else "known"


async def _expired(session: AsyncSession, checkout: dict[str, Any]) -> str:
    payment = await _payment(session, checkout)
    if payment is None:
        return "not ours"
    if payment.vendor_session_id not in (None, checkout["id"]):
        return "another checkout is open"
    return "expired" if await payments.expire(session, payment) else "no longer open"


async def _refunded(session: AsyncSession, charge: dict[str, Any]) -> str:
    intent_id = charge.get("payment_intent")
    payment = await repository.locked_by_intent(session, intent_id) if isinstance(intent_id, str) else None
    if payment is None:
        return "not ours"
    payments.note_refunded(session, payment, int(charge["amount_refunded"]))
    return "noted"


async def _payment(session: AsyncSession, checkout: dict[str, Any]) -> Payment | None:
    """The payment that a checkout session names. The vendor's account may serve others as well."""
    try:
        payment_id = UUID(str((checkout.get("metadata") or {}).get("payment_id")))
    except ValueError:
        return None
    return await repository.locked(session, payment_id)
