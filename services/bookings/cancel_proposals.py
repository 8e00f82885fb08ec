"""Calling a call off as a proposal: with what it means for the money, before the person decides."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import Conflict
from core.money import Money
from services.bookings import announcements, policy, service
from services.bookings.schemas import Input, Status
from services.conversations import proposals
from services.conversations.assistant_schemas import ProposalOutcome, ProposalRead

KIND = "cancellation"
_OPEN_FOR = timedelta(hours=6)


class CancellationDraft(Input):
    """A call that may be called off. `refund` is what goes back to the client; null where nothing was paid or the
    terms give nothing back."""

    booking_id: UUID
    expert_name: str
    starts_at: datetime
    timezone: str
    price: Money
    refund: Money | None


async def propose(
    session: AsyncSession,
    actor: Actor,
    room_id: UUID,
    booking_id: UUID,
    *,
    key: str,
    turn_id: UUID | None = None,
) -> ProposalRead:
    """Put calling off one of the actor's calls before them. Raises NotFound, Conflict (not_cancellable)."""
    actor.require(Scope.BOOKINGS_WRITE)
    draft = await _draft(session, actor, booking_id)
    when = announcements.local_time(draft.starts_at, draft.timezone)
    return await proposals.prepare(
        session,
        actor,
        room_id,
        KIND,
        draft,
        title=f"Cancel the call with {draft.expert_name}, {when}",
        key=key,
        expires_at=min(draft.starts_at, clock.now() + _OPEN_FOR),
        turn_id=turn_id,
    )


async def _draft(session: AsyncSession, actor: Actor, booking_id: UUID) -> CancellationDraft:
    booking = await service.get(session, actor, booking_id)
    now = clock.now()
    if booking.status not in (Status.HELD, Status.CONFIRMED) or booking.starts_at <= now:
        raise Conflict(
            f"This call is {booking.status.value} and cannot be cancelled.",
            code="not_cancellable",
            status=booking.status.value,
        )
    by_expert = booking.expert_user_id == actor.user_id
    back = booking.status is Status.CONFIRMED and policy.refunds(
        starts_at=booking.starts_at, now=now, by_expert=by_expert
    )
    return CancellationDraft(
        booking_id=booking.id,
        expert_name=booking.client_name if by_expert else booking.expert_name,
        starts_at=booking.starts_at,
        timezone=actor.timezone,
        price=booking.price,
        refund=booking.price if back else None,
    )


async def _confirm(
    session: AsyncSession, actor: Actor, proposal_id: UUID, draft: CancellationDraft
) -> ProposalOutcome:
    """Raises Conflict (terms_changed) when less would go back than the person was shown."""
    current = await _draft(session, actor, draft.booking_id)
    if current.refund != draft.refund:
        raise Conflict("The terms have changed since. Ask for a new proposal.", code="terms_changed")
    await service.cancel(session, actor, draft.booking_id)
    back = f" {draft.refund.format()} goes back to the client." if draft.refund else ""
    return ProposalOutcome(
        text=f"The call with {draft.expert_name} is cancelled.{back}",
        data={"booking_id": str(draft.booking_id)},
    )


proposals.register(
    proposals.ProposalKind(kind=KIND, payload=CancellationDraft, confirm=_confirm, editable=frozenset())
)
