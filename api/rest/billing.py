"""Payments."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import ActorDep, DatabaseDep, SessionDep, scoped
from api.problem import problem
from core.actor import Scope
from services.billing import service
from services.billing.schemas import CheckoutRead, PaymentPage, PaymentRead, RefundRequest

router = APIRouter(prefix="/payments", tags=["billing"])


@router.get("", dependencies=[scoped(Scope.BILLING_READ)], responses=problem(401, 403, 422))
async def list_payments(
    session: SessionDep,
    actor: ActorDep,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> PaymentPage:
    """One's own payments, newest first."""
    return await service.list_payments(session, actor, cursor=cursor, limit=limit)


@router.get("/{payment_id}", dependencies=[scoped(Scope.BILLING_READ)], responses=problem(401, 403, 404, 422))
async def read_payment(payment_id: UUID, session: SessionDep, actor: ActorDep) -> PaymentRead:
    """One of one's own payments."""
    return await service.get(session, actor, payment_id)


@router.post(
    "/{payment_id}/checkout",
    dependencies=[scoped(Scope.BILLING_WRITE)],
    responses=problem(401, 403, 404, 409, 410, 422, 503),
)
async def start_checkout(payment_id: UUID, db: DatabaseDep, actor: ActorDep) -> CheckoutRead:
    """Where to pay. Asking again gives the same page as long as it is open."""
    return await service.checkout(db, actor, payment_id)


@router.post(
    "/{payment_id}/refund",
    dependencies=[scoped(Scope.ADMIN)],
    responses=problem(401, 403, 404, 409, 422, 503),
)
async def refund_payment(
    payment_id: UUID, data: RefundRequest, db: DatabaseDep, actor: ActorDep
) -> PaymentRead:
    """Give a payment back, in whole or in part. For operators."""
    return await service.refund(db, actor, payment_id, data.amount)
