"""Calls with CTOs: free times, proposals, what is booked."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.actor import Scope
from core.errors import InvalidInput
from services.bookings import proposals, service
from services.bookings.schemas import BookingFilter, CallMinutes, HoldSlot, When
from services.conversations.schemas import Card
from services.experts import service as experts
from tools.context import ToolContext
from tools.describe import bookings_text, proposal_text, slots_text
from tools.registry import ToolResult, declare

MOST_DAYS = 21
_LATER = 40  # free times offered when the asked span has none: about two working days


def _plausible(value: datetime) -> datetime:
    if not 2000 <= value.year < 2200:
        raise ValueError("out of range")
    return value


LocalTime = Annotated[
    datetime,
    AfterValidator(_plausible),
    Field(description="ISO 8601. Without an offset it is in the founder's time zone, e.g. 2026-12-01T15:00"),
]


class ListSlots(BaseModel):
    """Free times of one CTO."""

    model_config = ConfigDict(extra="forbid")

    expert_id: UUID = Field(description="`id` of a CTO from find_ctos")
    start: LocalTime | None = Field(None, description="From when on; default now")
    days: int = Field(7, ge=1, le=MOST_DAYS, description="How many days to look at")
    minutes: CallMinutes = 30


class ProposeBooking(BaseModel):
    """A call to put before the founder."""

    model_config = ConfigDict(extra="forbid")

    expert_id: UUID = Field(description="`id` of a CTO from find_ctos")
    starts_at: LocalTime
    minutes: CallMinutes = 30
    agenda: str = Field("", max_length=1000, description="What the call is about, in the founder's words")


class ListBookings(BaseModel):
    """Nothing to choose but the time."""

    model_config = ConfigDict(extra="forbid")

    when: When = When.UPCOMING


@declare(args=ListSlots, scope=Scope.EXPERTS_READ, label="Looking at free times", shared=True)
async def list_slots(context: ToolContext, args: ListSlots) -> ToolResult:
    """Free times for a call with one CTO, in the founder's time zone. Use it when the founder asks when somebody is
    free, or before proposing a call without an exact time."""
    start = max(_instant(args.start, context) if args.start else context.now, context.now)
    end = start + timedelta(days=args.days)
    async with context.db.transaction() as session:
        found = await service.slots(
            session, context.actor, args.expert_id, start=start, end=end, minutes=args.minutes
        )
        later: list[datetime] = []
        if not found.starts:
            following = await service.next_slots(
                session, [args.expert_id], after=start, count=_LATER, minutes=args.minutes
            )
            later = following[args.expert_id]
        expert = (await experts.cards(session, [args.expert_id])).get(args.expert_id)
    shown = found.model_copy(update={"starts": found.starts or later})
    text = slots_text(shown, context.timezone)
    if later:
        text = f"No free time in this span. The next ones after it:\n{text}"
    data = shown.model_dump(mode="json") | {"expert_name": expert.name if expert else ""}
    return text, Card(type="slots", data=data)


@declare(args=ProposeBooking, scope=Scope.CONVERSATIONS_WRITE, label="Preparing the call")
async def propose_booking(context: ToolContext, args: ProposeBooking) -> ToolResult:
    """Prepare a call with a CTO as a proposal card. The founder confirms it with a button; nothing is booked or paid
    before that. If the time is not free, the error lists free times: offer those."""
    starts_at = _instant(args.starts_at, context)
    data = HoldSlot(
        expert_id=args.expert_id,
        starts_at=starts_at,
        minutes=args.minutes,
        timezone=context.timezone,
        agenda=args.agenda,
    )
    key = f"booking:{context.turn_id}:{args.expert_id}:{starts_at.isoformat()}:{args.minutes}"
    async with context.db.transaction() as session:
        proposal = await proposals.propose(
            session, context.actor, context.room_id, data, key=key, turn_id=context.turn_id
        )
    return proposal_text(proposal, context.timezone), Card(
        type="proposal", data=proposal.model_dump(mode="json")
    )


@declare(args=ListBookings, scope=Scope.BOOKINGS_READ, label="Looking at your calls")
async def list_bookings(context: ToolContext, args: ListBookings) -> ToolResult:
    """The founder's own calls with their state, soonest first. It cannot show anybody else's."""
    async with context.db.reading() as session:
        page = await service.list_bookings(session, context.actor, BookingFilter(when=args.when, limit=10))
    return bookings_text(page, context.timezone), None


def _instant(value: datetime, context: ToolContext) -> datetime:
    """UTC; a time without an offset is in the founder's zone. One that the clocks skip is refused."""
    if value.tzinfo is None:
        local = value.replace(tzinfo=ZoneInfo(context.timezone))
        instant = local.astimezone(UTC)
        if instant.astimezone(local.tzinfo).replace(tzinfo=None) != value:
            raise InvalidInput(
                "The clocks are put forward then; this time does not exist.", code="no_such_time"
            )
        return instant
    return value.astimezone(UTC)
