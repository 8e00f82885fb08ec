"""A call as a proposal: the assistant drafts it, the person confirms it."""

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import Conflict
from core.money import Money
from services.accounts.schemas import Timezone
from services.bookings import announcements, offers, policy, reading
from services.bookings.holds import hold
from services.bookings.schemas import Agenda, CallMinutes, HoldSlot, Input, Instant
from services.conversations import proposals
from services.conversations.assistant_schemas import ProposalOutcome, ProposalRead
from services.conversations.proposals import ProposalKind
from services.experts import service as experts
from services.projects import service as projects

KIND = "booking"
EDITABLE = frozenset({"starts_at", "minutes", "agenda"})
_OPEN_FOR = timedelta(days=1)


class BookingDraft(Input):
    """A call before anybody has agreed to it. Name and price are filled in here, never by who drafts."""

    expert_id: UUID
    expert_name: str = Field(max_length=120)
    starts_at: Instant
    minutes: CallMinutes
    timezone: Timezone = Field(description="The client's")
    price: Money
    agenda: Agenda = ""
    project_id: UUID | None = None


async def propose(
    session: AsyncSession,
    actor: Actor,
    room_id: UUID,
    data: HoldSlot,
    *,
    key: str,
    turn_id: UUID | None = None,
) -> ProposalRead:
    """Put a call before the actor in one of their rooms, guests included. It is for the room's project unless `data`
    names one. The same `key` again returns the same proposal, while the call is on offer. Raises what `hold` raises about
    the slot."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    project_id = data.project_id
    if project_id is None:
        project = await projects.for_room(session, actor, room_id)
        project_id = project.id if project is not None else None
    expert_name, price = await _terms(session, actor, data.expert_id, data.starts_at, data.minutes)
    draft = BookingDraft(
        expert_id=data.expert_id,
        expert_name=expert_name,
        starts_at=data.starts_at,
        minutes=data.minutes,
        timezone=data.timezone or actor.timezone,
        price=price,
        agenda=data.agenda,
        project_id=project_id,
    )
    when = announcements.local_time(draft.starts_at, draft.timezone)
    return await proposals.prepare(
        session,
        actor,
        room_id,
        KIND,
        draft,
        title=f"Call with {draft.expert_name}, {when}",
        key=key,
        expires_at=min(draft.starts_at - policy.SLOTS.notice, clock.now() + _OPEN_FOR),
        turn_id=turn_id,
    )


async def _terms(
    session: AsyncSession, actor: Actor, expert_id: UUID, starts_at: datetime, minutes: int
) -> tuple[str, Money]:
    """The expert's name and today's price. Raises when the call is not on offer."""
    owner = await offers.visible(session, actor, expert_id)
    if owner.user_id == actor.user_id:
        raise Conflict("You cannot book a call with yourself.", code="own_call")
    await offers.require_offered(session, owner, starts_at, minutes, now=clock.now())
    card = (await experts.cards(session, [owner.id]))[owner.id]
    return card.name, policy.price(owner.rate, minutes)


async def _revise(session: AsyncSession, actor: Actor, draft: BookingDraft) -> BookingDraft:
    """An edited draft with its new price."""
    name, price = await _terms(session, actor, draft.expert_id, draft.starts_at, draft.minutes)
    return draft.model_copy(update={"expert_name": name, "price": price})


async def _confirm(
    session: AsyncSession, actor: Actor, proposal_id: UUID, draft: BookingDraft
) -> ProposalOutcome:
    """Hold the slot under the proposal's id. Raises Conflict (price_changed) when the rate is not the one shown."""
    booking = await hold(
        session,
        actor,
        HoldSlot(
            expert_id=draft.expert_id,
            starts_at=draft.starts_at,
            minutes=draft.minutes,
            timezone=draft.timezone,
            agenda=draft.agenda,
            project_id=draft.project_id,
        ),
        key=proposal_id,
        proposal_id=proposal_id,
    )
    if booking.price != draft.price:
        raise Conflict(
            f"The price of this call is {booking.price.format()} now. Ask for a new proposal.",
            code="price_changed",
            price=booking.price.model_dump(mode="json"),
        )
    until = announcements.local_time(booking.hold_expires_at, draft.timezone)
    return ProposalOutcome(
        text=f"{booking.expert_name} is held for you until {until}. Pay to confirm the call.",
        data={
            "booking_id": str(booking.id),
            "payment_id": str(booking.payment_id),
            "hold_expires_at": booking.hold_expires_at.isoformat(),
        },
        cards=[reading.card(booking)],
    )


proposals.register(
    ProposalKind(kind=KIND, payload=BookingDraft, confirm=_confirm, revise=_revise, editable=EDITABLE)
)
