"""The e-mails there are, and what each one has to be told."""

import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.accounts.letters import LetterKind


def _one_line(value: Any) -> Any:
    """Line breaks and control characters become spaces: what is one line stays one, in headers too."""
    return re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", value) if isinstance(value, str) else value


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), BeforeValidator(_one_line)]
Prose = Annotated[str, StringConstraints(max_length=10_000)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2000)]


class Context(BaseModel):
    """What a template is filled with."""

    model_config = ConfigDict(extra="forbid")


class Message(Context):
    """Plain text, in paragraphs, with at most one thing to do."""

    subject: Line
    text: Prose
    action_label: Line | None = None
    action_url: Url | None = None


class Welcome(Context):
    """After signing up."""

    name: Line
    url: Url


class BookingConfirmedClient(Context):
    """To the person who booked and paid a call."""

    expert_name: Line
    starts_at: datetime
    minutes: Annotated[int, Field(gt=0, le=24 * 60)]
    price: Line
    room_url: Url | None = None
    booking_id: UUID


class BookingConfirmedExpert(Context):
    """To the expert who was booked."""

    client_name: Line
    starts_at: datetime
    minutes: Annotated[int, Field(gt=0, le=24 * 60)]
    agenda: Prose | None = None
    room_url: Url | None = None
    booking_id: UUID


class BookingCancelled(Context):
    """To either side. `refund` says in words what becomes of the money."""

    who: Line
    other_name: Line
    starts_at: datetime
    refund: Line | None = None


class PaymentRefunded(Context):
    """To the payer."""

    amount: Line
    description: Line


class AccountLetter(Context):
    """A mail of the accounts room (`letters.py`). `sealed` are its values, encrypted."""

    kind: LetterKind
    sealed: Annotated[str, StringConstraints(max_length=20_000)]


TEMPLATES: dict[str, type[Context]] = {
    "account_letter": AccountLetter,
    "message": Message,
    "welcome": Welcome,
    "booking_confirmed_client": BookingConfirmedClient,
    "booking_confirmed_expert": BookingConfirmedExpert,
    "booking_cancelled": BookingCancelled,
    "payment_refunded": PaymentRefunded,
}


class Recipient(BaseModel):
    """Whom an e-mail goes to, and whose clock it shows."""

    address: str
    name: str | None = None
    timezone: str = "UTC"
