"""Refunds: noted first, then asked for under the note's id, so that nothing goes back twice."""

from uuid import UUID

from core.actor import Actor, Scope
from core.db import Database
from core.errors import Conflict, Forbidden, NotFound
from core.gateways import gateways
from core.gateways.payments import VendorRefund
from core.ids import ASSISTANT_ID, new_id
from core.money import Money
from models.billing import Refund
from services.billing import payments, repository
from services.billing.schemas import PaymentRead


async def refund(db: Database, actor: Actor, payment_id: UUID, amount: int | None = None) -> PaymentRead:
    """Give a payment back: everything that is left, or `amount` in minor units.

    For operators and for the house itself. Doing it again is safe: a refund whose outcome is unknown is taken up
    again, and giving the rest back when nothing is left changes nothing.
    """
    actor.require(Scope.BILLING_WRITE)
    if not actor.is_admin:
        raise Forbidden("Only operators can pay back.")
    async with db.transaction() as session:
        payment = await repository.locked(session, payment_id)
        if payment is None:
            raise NotFound("There is no such payment.")
        if payment.paid_at is None or payment.vendor_payment_intent_id is None:
            raise Conflict("This has not been paid, so there is nothing to pay back.", code="not_paid")
        pending = await repository.pending_refund(session, payment_id)
        if pending is None:
            left = payment.amount - payment.refunded_amount
            if left == 0 and amount is None:
                return payments.read(payment)
            if amount is not None and amount > left:
                raise Conflict(
                    f"Only {Money(amount=left, currency=payment.currency).format()} are left to pay back.",
                    code="refund_too_large",
                    left=left,
                )
            pending = Refund(
                id=new_id(),
                payment_id=payment_id,
                requested_by=None if actor.user_id == ASSISTANT_ID else actor.user_id,
                amount=amount if amount is not None else left,
                currency=payment.currency,
                status="pending",
            )
            session.add(pending)
        refund_id, intent_id = pending.id, payment.vendor_payment_intent_id
        money = Money(amount=pending.amount, currency=pending.currency)
    try:
        answer = await gateways().payments.refund(
            key=str(refund_id),
            payment_intent_id=intent_id,
            amount=money,
            metadata={"payment_id": str(payment_id), "refund_id": str(refund_id)},
        )
    except Conflict as error:
        # The vendor will not do this: most often because the money went back from its dashboard. The webhook that
        # tells of that sets the amounts.
        return await _finish(db, payment_id, refund_id, None, already=error.fields.get("reason"))
    return await _finish(db, payment_id, refund_id, answer)


async def _finish(
    db: Database,
    payment_id: UUID,
    refund_id: UUID,
    answer: VendorRefund | None,
    *,
    already: str | None = None,
) -> PaymentRead:
    async with db.transaction() as session:
        payment = await repository.locked(session, payment_id)
        assert payment is not None, "payments are never deleted"
        pending = await repository.locked_refund(session, refund_id)
        if answer is not None and answer.status not in ("failed", "canceled"):
            pending.status, pending.vendor_id = "succeeded", answer.id
            await session.flush()  # the sum below counts it
            payments.note_refunded(session, payment, await repository.refunded(session, payment_id))
        else:
            pending.status = "failed"
            if already == "charge_already_refunded":
                payments.note_refunded(session, payment, payment.amount)
        result, failed = payments.read(payment), pending.status == "failed"
    if failed and already != "charge_already_refunded":
        raise Conflict("The payment service did not pay this back.", code="refund_failed", reason=already)
    return result
