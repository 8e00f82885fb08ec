"""The e-mails there are, and what each one has to be told."""

import re
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.accounts.letters import LetterKind
from services.notifications.kinds import Kind


def _one_line(value: Any) -> Any:
    """Line breaks and control characters become spaces: what is one line stays one, in headers too."""
    return re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", value) if isinstance(value, str) else value


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), BeforeValidator(_one_line)]
Prose = Annotated[str, StringConstraints(max_length=10_000)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2000)]


class Context(BaseModel):
    """What a template is filled with. `kind` says by which of the recipient's choices it is sent: None is sent always.
    `to_suppressed` is for the one mail by which a person proves that a suppressed address works after all."""

    model_config = ConfigDict(extra="forbid")

    kind: ClassVar[Kind | None] = None
    to_suppressed: ClassVar[bool] = False


class Message(Context):
    """Plain text, in paragraphs, with at most one thing to do."""

    subject: Line
    text: Prose
    action_label: Line | None = None
    action_url: Url | None = None


class BookingConfirmedClient(Context):
    """To the person who booked and paid a call."""

    kind = Kind.BOOKING

    expert_name: Line
    starts_at: datetime
    minutes: Annotated[int, Field(gt=0, le=24 * 60)]
    price: Line
    room_url: Url | None = None
    booking_id: UUID


class BookingConfirmedExpert(Context):
    """To the expert who was booked."""

    kind = Kind.BOOKING

    client_name: Line
    starts_at: datetime
    minutes: Annotated[int, Field(gt=0, le=24 * 60)]
    agenda: Prose | None = None
    room_url: Url | None = None
    booking_id: UUID


class BookingCancelled(Context):
    """To either side. `refund` says in words what becomes of the money."""

    kind = Kind.BOOKING

    who: Line
    other_name: Line
    starts_at: datetime
    refund: Line | None = None


class BookingTooLate(Context):
    """To the client whose payment came when the time had been given up."""

    kind = Kind.PAYMENT

    expert_name: Line
    starts_at: datetime
    price: Line
    url: Url


class PaymentRefunded(Context):
    """To the payer."""

    kind = Kind.PAYMENT

    amount: Line
    description: Line


class DigestLine(BaseModel):
    """One message, shortened."""

    sender: Line
    text: Line
    at: datetime
    mention: bool = False


class DigestRoom(BaseModel):
    """The newest unread messages of one conversation, oldest first, and how many there are."""

    title: Line
    url: Url
    count: int
    lines: list[DigestLine]
    # Its title is then the other person's name.
    direct: bool = False


class MessageDigest(Context):
    """What waits unread. `more_rooms` are conversations that are counted and not shown."""

    kind = Kind.MESSAGE

    count: int
    rooms: Annotated[list[DigestRoom], Field(min_length=1)]
    more_rooms: int = 0
    url: Url


class FittingPerson(BaseModel):
    """An expert who fits, and the first reason why."""

    name: Line
    score: int
    reason: Line


class NewMatch(Context):
    """To a founder: who fits an open project that did not before."""

    kind = Kind.MATCH

    project: Line
    people: Annotated[list[FittingPerson], Field(min_length=1)]
    url: Url


class Wanted(BaseModel):
    """A search that would have shown the expert: how well they fit, and what was wanted. Never who searched."""

    score: int
    skills: list[Line]


class Opportunities(Context):
    """To an expert who asked for it: the searches of a day."""

    kind = Kind.OPPORTUNITY

    count: int
    searches: Annotated[list[Wanted], Field(min_length=1)]
    url: Url


class ConfirmAddress(Context):
    """To a suppressed address, because its owner asked for it."""

    to_suppressed = True

    url: Url
    hours: int


class ProfileDecided(Context):
    """To an expert: what an operator decided about their profile. `reason` is in the operator's words."""

    decision: Literal["live", "returned", "paused", "suspended"]
    reason: Prose | None = None
    url: Url


class ReviewAsked(Context):
    """To either side of a held call: write a review. `days_left` is told with the reminder."""

    other_name: Line
    days_left: int | None = None
    url: Url


class ReviewPublished(Context):
    """To the one who was reviewed."""

    reviewer_name: Line
    url: Url


class ReportsWaiting(Context):
    """To an operator: what people have reported and nobody has dealt with."""

    kind = Kind.REPORT

    count: Annotated[int, Field(gt=0)]
    url: Url


class AccountLetter(Context):
    """A mail of the accounts room (`letters.py`). `sealed` are its values, encrypted."""

    letter: LetterKind
    sealed: Annotated[str, StringConstraints(max_length=20_000)]


class Invitation(Context):
    """To somebody who may have no account: come into a room."""

    invited_by: Line
    room_title: Line
    expires_at: datetime
    url: Url


class SealedInvitation(Context):
    """An `Invitation`, whose link lets its bearer in: encrypted while it waits."""

    sealed: Annotated[str, StringConstraints(max_length=40_000)]


TEMPLATES: dict[str, type[Context]] = {
    "account_letter": AccountLetter,
    "message": Message,
    "invitation": Invitation,
    "sealed_invitation": SealedInvitation,
    "booking_confirmed_client": BookingConfirmedClient,
    "booking_confirmed_expert": BookingConfirmedExpert,
    "booking_cancelled": BookingCancelled,
    "booking_too_late": BookingTooLate,
    "payment_refunded": PaymentRefunded,
    "message_digest": MessageDigest,
    "new_match": NewMatch,
    "opportunities": Opportunities,
    "confirm_address": ConfirmAddress,
    "profile_decided": ProfileDecided,
    "review_asked": ReviewAsked,
    "review_published": ReviewPublished,
    "reports_waiting": ReportsWaiting,
}


SEALED = frozenset(
    {"account_letter", "sealed_invitation"}
)  # forgotten once sent; they have no template of their own


class Recipient(BaseModel):
    """Whom an e-mail goes to, and whose clock and language it speaks. `user_id` is None for people without account."""

    address: str
    user_id: UUID | None = None
    name: str | None = None
    timezone: str = "UTC"
    locale: str = "en"

    @property
    def language(self) -> str:
        return self.locale.partition("-")[0].lower() or "en"
