"""Background work of billing. Importing this registers the jobs."""

from uuid import UUID

from core.db import Database
from core.gateways import gateways
from core.gateways.payments import CheckoutSession
from core.jobs import job
from services.billing import events, payments, repository


@job("billing.handle_event")
async def handle_event(db: Database, *, event_id: UUID) -> None:
    """Act on what the vendor told us."""
    async with db.transaction() as session:
        await events.handle(session, event_id)


@job("billing.close_checkout")
async def close_checkout(db: Database, *, payment_id: UUID) -> None:
    """Close the vendor's page of a payment that was given up. If it was paid in that very moment, it settles."""
    session_id = await _session_id(db, payment_id)
    if session_id is not None:
        await _reconcile(db, payment_id, await gateways().payments.expire_checkout(session_id))


@job("billing.check_checkout")
async def check_checkout(db: Database, *, payment_id: UUID) -> None:
    """After its page should have ended, ask the vendor how it ended, in case its webhooks never came."""
    session_id = await _session_id(db, payment_id)
    if session_id is not None:
        await _reconcile(db, payment_id, await gateways().payments.retrieve_checkout(session_id))


async def _session_id(db: Database, payment_id: UUID) -> str | None:
    async with db.transaction() as session:
        payment = await repository.locked(session, payment_id)
        return payment.vendor_session_id if payment is not None and payment.paid_at is None else None


async def _reconcile(db: Database, payment_id: UUID, checkout: CheckoutSession) -> None:
    async with db.transaction() as session:
        payment = await repository.locked(session, payment_id)
        if payment is None or payment.vendor_session_id != checkout.id:
            return
        if checkout.is_paid:
            await payments.settle(session, payment, checkout.payment_intent_id)
        elif not checkout.is_open:
            await payments.expire(session, payment)
