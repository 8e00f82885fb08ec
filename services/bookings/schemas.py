"""What goes into and comes out of the bookings room: availability, slots, holds and bookings."""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from core.money import Money
from services.accounts.schemas import Timezone
from services.experts.schemas import clean

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _in_utc(value: datetime) -> datetime:
    if not _EARLIEST <= value < _LATEST:
        raise ValueError("out of range")
    return value.astimezone(UTC)


def _wall_clock(value: time) -> time:
    if value.tzinfo is not None or value.second or value.microsecond:
        raise ValueError("a local time in whole minutes, such as 09:30")
    return value


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
# JSON Schema's own format "time" is one with a zone.
LocalTime = Annotated[
    time,
    AfterValidator(_wall_clock),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:00)?$",
            "description": "A time of day where the expert is",
            "examples": ["09:30"],
        }
    ),
]
CallMinutes = Annotated[int, Field(ge=15, le=180, multiple_of=15, description="Length of the call")]
Agenda = Annotated[str, StringConstraints(max_length=1000), BeforeValidator(clean)]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Status(StrEnum):
    """The life of a booking.

    held → confirmed → completed. A hold that is not paid in time is `expired`, a booking called off `cancelled`;
    either becomes `refunded` when money that had been paid has gone back.
    """

    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    COMPLETED = "completed"
    REFUNDED = "refunded"


class Window(Input):
    """Hours of one local day; an `end` of 00:00 is the end of that day."""

    start: LocalTime
    end: LocalTime

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.end != time(0) and self.start >= self.end:
            raise ValueError("a window ends later on the same day; split one that runs over midnight in two")
        return self


class WeeklyHours(Window):
    weekday: int = Field(ge=0, le=6, description="0 is Monday")


class ExtraHours(Window):
    day: date


class AvailabilityInput(Input):
    """All of an expert's availability, in the expert's own time zone. `closed` dates lose their weekly hours, `extra`
    hours are added; a date in both has only the extra hours."""

    week: list[WeeklyHours] = Field(max_length=70)
    closed: list[date] = Field(default_factory=list, max_length=366)
    extra: list[ExtraHours] = Field(default_factory=list, max_length=366)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        _refuse_overlaps([(each.weekday, each) for each in self.week])
        _refuse_overlaps([(each.day.toordinal(), each) for each in self.extra])
        if len(set(self.closed)) < len(self.closed):
            raise ValueError("a closed date is given twice")
        return self


def _refuse_overlaps(windows: list[tuple[int, Window]]) -> None:
    ordered = sorted(windows, key=lambda each: (each[0], each[1].start))
    for (day, window), (next_day, following) in pairwise(ordered):
        if day == next_day and (window.end == time(0) or following.start < window.end):
            raise ValueError(f"hours of one day overlap: {window.start:%H:%M} and {following.start:%H:%M}")


class AvailabilityRead(BaseModel):
    """See AvailabilityInput. Past dates are left out."""

    expert_id: UUID
    timezone: str
    week: list[WeeklyHours]
    closed: list[date]
    extra: list[ExtraHours]


class SlotsRead(BaseModel):
    """Starts at which a call of `minutes` can be booked, in order. `price` is for one such call."""

    expert_id: UUID
    timezone: str = Field(description="The expert's IANA time zone")
    minutes: int
    price: Money
    starts: list[datetime]


class HoldSlot(Input):
    """A slot to hold until it is paid."""

    expert_id: UUID
    starts_at: Instant
    minutes: CallMinutes = 30
    timezone: Timezone | None = Field(
        None, description="The client's IANA time zone; by default that of the account"
    )
    agenda: Agenda = ""
    project_id: UUID | None = None


class BookingRead(BaseModel):
    """A booking, as the client and the expert see it."""

    id: UUID
    status: Status
    expert_id: UUID
    expert_user_id: UUID
    expert_name: str
    client_id: UUID
    client_name: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    timezone: str = Field(description="The client's IANA time zone")
    agenda: str
    price: Money
    project_id: UUID | None
    room_id: UUID | None = Field(description="Where client and expert talk, once confirmed")
    payment_id: UUID | None
    hold_expires_at: datetime
    created_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    cancelled_by: UUID | None
    refund: Literal["none", "due", "done"] = Field(description="Whether the price goes back to the client")


class When(StrEnum):
    ALL = "all"
    UPCOMING = "upcoming"
    PAST = "past"


class BookingFilter(Input):
    """`upcoming` lists held and confirmed calls that have not ended, soonest first; the others newest first."""

    when: When = When.ALL
    cursor: str | None = Field(None, max_length=200)
    limit: int = Field(20, ge=1, le=100)


class BookingPage(BaseModel):
    items: list[BookingRead]
    next_cursor: str | None
