"""Money: what the founder has paid, and what is open. Paying and getting money back are the founder's to decide."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.actor import Scope
from services.billing import proposals, service
from services.billing.schemas import PaymentRead
from services.bookings import cancel_proposals
from services.conversations.assistant_schemas import ProposalRead
from services.conversations.schemas import Card
from tools.context import ToolContext
from tools.describe import data, local
from tools.registry import ToolResult, declare


class ListPayments(BaseModel):
    """How many to look at."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(10, ge=1, le=20)


class ProposePayment(BaseModel):
    """An open payment to put before the founder."""

    model_config = ConfigDict(extra="forbid")

    payment_id: UUID = Field(description="`id` of an open payment from list_payments")


class ProposeCancellation(BaseModel):
    """A call to call off."""

    model_config = ConfigDict(extra="forbid")

    booking_id: UUID = Field(description="`id` of a call from list_bookings")


@declare(args=ListPayments, scope=Scope.BILLING_READ, label="Looking at your payments")
async def list_payments(context: ToolContext, args: ListPayments) -> ToolResult:
    """The founder's own payments with their state, newest first. It cannot show anybody else's."""
    async with context.db.transaction() as session:
        page = await service.list_payments(session, context.actor, limit=args.limit)
    if not page.items:
        return "No payments yet.", None
    return data("payments", "\n".join(_line(each, context.timezone) for each in page.items), 6000), None


@declare(args=ProposePayment, scope=Scope.BILLING_READ, label="Preparing the payment")
async def propose_payment(context: ToolContext, args: ProposePayment) -> ToolResult:
    """Put an open payment before the founder as a proposal card. They pay it on the checkout page, or not; nothing is
    paid by this."""
    async with context.db.transaction() as session:
        proposal = await proposals.propose(
            session,
            context.actor,
            context.room_id,
            args.payment_id,
            key=f"payment:{context.turn_id}:{args.payment_id}",
            turn_id=context.turn_id,
        )
    return _shown(proposal)


@declare(args=ProposeCancellation, scope=Scope.BOOKINGS_WRITE, label="Preparing the cancellation")
async def propose_cancellation(context: ToolContext, args: ProposeCancellation) -> ToolResult:
    """Put calling off a call, and the refund that goes with it, before the founder as a proposal card. This is the way
    to a refund; nothing is cancelled or paid back before they confirm."""
    async with context.db.transaction() as session:
        proposal = await cancel_proposals.propose(
            session,
            context.actor,
            context.room_id,
            args.booking_id,
            key=f"cancellation:{context.turn_id}:{args.booking_id}",
            turn_id=context.turn_id,
        )
    return _shown(proposal)


def _shown(proposal: ProposalRead) -> ToolResult:
    text = (
        f"Proposal {proposal.id} ({proposal.status}): {proposal.title}. Shown as a card; the founder decides."
    )
    return text, Card(type="proposal", data=proposal.model_dump(mode="json"))


def _line(payment: PaymentRead, timezone: str) -> str:
    back = f", {payment.refunded.format()} paid back" if payment.refunded.amount else ""
    until = f", to be paid by {local(payment.pay_until, timezone)}" if payment.pay_until else ""
    return (
        f"{payment.id}: {payment.amount.format()} for {payment.description}, {payment.status.value}{back}"
        f" ({local(payment.created_at, timezone)}{until if payment.status.value == 'open' else ''})"
    )
