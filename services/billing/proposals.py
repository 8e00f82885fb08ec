"""A payment as a proposal: the assistant finds what is open, the person decides to pay it on the vendor's page."""

from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import Conflict
from core.money import Money
from services.billing import service
from services.billing.schemas import PaymentRead, PaymentStatus
from services.conversations import proposals
from services.conversations.assistant_schemas import ProposalOutcome, ProposalRead

KIND = "payment"
_OPEN_FOR = timedelta(hours=6)


class PaymentDraft(BaseModel):
    """What is to be paid. Everything comes from the payment itself."""

    model_config = ConfigDict(extra="forbid")

    payment_id: UUID
    description: str = Field(max_length=200)
    price: Money


async def propose(
    session: AsyncSession,
    actor: Actor,
    room_id: UUID,
    payment_id: UUID,
    *,
    key: str,
    turn_id: UUID | None = None,
) -> ProposalRead:
    """Put one of the actor's open payments before them. Raises NotFound, Conflict (not_open)."""
    payment = await _open(session, actor, payment_id)
    until = clock.now() + _OPEN_FOR
    return await proposals.prepare(
        session,
        actor,
        room_id,
        KIND,
        PaymentDraft(payment_id=payment.id, description=payment.description, price=payment.amount),
        title=f"Payment of {payment.amount.format()}",
        key=key,
        expires_at=min(until, payment.pay_until) if payment.pay_until else until,
        turn_id=turn_id,
    )


async def _open(session: AsyncSession, actor: Actor, payment_id: UUID) -> PaymentRead:
    payment = await service.get(session, actor, payment_id)
    late = payment.pay_until is not None and payment.pay_until <= clock.now()
    if payment.status is not PaymentStatus.OPEN or late:
        state = "expired" if late else payment.status.value
        raise Conflict(f"This payment is {state}; there is nothing to pay.", code="not_open", status=state)
    return payment


async def _confirm(
    session: AsyncSession, actor: Actor, proposal_id: UUID, draft: PaymentDraft
) -> ProposalOutcome:
    actor.require(Scope.BILLING_WRITE)
    await _open(session, actor, draft.payment_id)
    return ProposalOutcome(
        text=f"Pay {draft.price.format()} on the checkout page.", data={"payment_id": str(draft.payment_id)}
    )


proposals.register(
    proposals.ProposalKind(kind=KIND, payload=PaymentDraft, confirm=_confirm, editable=frozenset())
)
