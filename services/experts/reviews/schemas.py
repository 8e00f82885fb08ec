"""What goes into and comes out of reviews."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from services.experts.schemas import Input, clean

ReviewText = Annotated[str, StringConstraints(max_length=2000), BeforeValidator(clean)]
ReplyText = Annotated[str, StringConstraints(min_length=1, max_length=1000), BeforeValidator(clean)]


class Side(StrEnum):
    """Who wrote a review: the client, about the expert, or the expert, about the client."""

    CLIENT = "client"
    EXPERT = "expert"


class State(StrEnum):
    """What may be done about a call: write (open), wait for the other side or the end of the time (waiting), read
    (published: there is at least one review), or nothing (closed: nobody wrote)."""

    OPEN = "open"
    WAITING = "waiting"
    PUBLISHED = "published"
    CLOSED = "closed"


class WriteReview(Input):
    stars: int = Field(ge=1, le=5)
    text: ReviewText = ""


class WriteReply(Input):
    text: ReplyText


class Reason(StrEnum):
    """Why a review should not stand."""

    ABUSE = "abuse"
    PRIVATE = "private"
    UNTRUE = "untrue"
    SPAM = "spam"
    OTHER = "other"


class WriteReport(Input):
    reason: Reason
    details: Annotated[str, StringConstraints(max_length=1000), BeforeValidator(clean)] = ""


class Resolve(Input):
    """What an operator does about a report. Removing a review resolves all reports of it."""

    outcome: Literal["kept", "removed"]
    note: Annotated[str, StringConstraints(max_length=1000), BeforeValidator(clean)] | None = None


class ReviewRead(BaseModel):
    """A review. Until it is published only its author sees it."""

    id: UUID
    side: Side
    author_name: str
    stars: int
    text: str
    written_at: datetime
    published_at: datetime | None
    reply: str | None
    replied_at: datetime | None


class CallReviews(BaseModel):
    """A held call and its reviews, as one of its sides sees them."""

    booking_id: UUID
    expert_id: UUID
    side: Side = Field(description="Which of the two sides is asking")
    other_name: str
    ended_at: datetime
    closes_at: datetime = Field(description="Until then both may write, and neither reads")
    state: State
    mine: ReviewRead | None
    theirs: ReviewRead | None = Field(description="Only once published")


class CallReviewsPage(BaseModel):
    """Last held call first."""

    items: list[CallReviews]
    next_cursor: str | None


class ReviewPage(BaseModel):
    """Published reviews of an expert, newest first."""

    items: list[ReviewRead]
    next_cursor: str | None
    total: int | None = Field(description="Only on the first page")
    stars: list[int] | None = Field(
        description="How many reviews gave one star, two, up to five; only on the first page"
    )


class ReportRead(BaseModel):
    id: UUID
    review: ReviewRead
    expert_id: UUID
    removed: bool
    reporter_name: str
    reason: Reason
    details: str
    reported_at: datetime
    resolved_at: datetime | None
    outcome: Literal["kept", "removed"] | None
    note: str | None


class ReportPage(BaseModel):
    """Longest waiting first."""

    items: list[ReportRead]
    next_cursor: str | None
