"""Billing: payments, their checkout and their refunds, for doors and other rooms."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.errors import InvalidInput, NotFound
from services.billing import payments, repository
from services.billing.checkout import abandon, checkout
from services.billing.payments import create_payment, on_expired, on_settled
from services.billing.refunds import refund
from services.billing.schemas import PaymentPage, PaymentRead

__all__ = [
    "abandon",
    "checkout",
    "create_payment",
    "get",
    "list_payments",
    "on_expired",
    "on_settled",
    "refund",
]


async def get(session: AsyncSession, actor: Actor, payment_id: UUID) -> PaymentRead:
    """One of the actor's own payments."""
    actor.require(Scope.BILLING_READ)
    payment = await repository.of_payer(session, actor.user_id, payment_id)
    if payment is None:
        raise NotFound("There is no such payment.")
    return payments.read(payment)


async def list_payments(
    session: AsyncSession, actor: Actor, *, cursor: str | None = None, limit: int = 20
) -> PaymentPage:
    """The actor's own payments, newest first."""
    actor.require(Scope.BILLING_READ)
    try:
        before = UUID(cursor) if cursor else None
    except ValueError:
        raise InvalidInput("This cursor is not one of ours.", field="cursor") from None
    found = await repository.page(session, actor.user_id, before=before, limit=limit + 1)
    shown = found[:limit]
    return PaymentPage(
        items=[payments.read(each) for each in shown],
        next_cursor=str(shown[-1].id) if len(found) > limit else None,
    )
