"""What billing takes and gives."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.money import Money


class PaymentStatus(StrEnum):
    """`open` can be paid; `expired` cannot any more (a payment that was under way may still settle it)."""

    OPEN = "open"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    EXPIRED = "expired"


class PaymentRead(BaseModel):
    """A payment as its payer sees it."""

    id: UUID
    purpose: str = Field(description="What it is for, such as `booking`")
    reference_id: UUID = Field(description="Id of the thing that is paid")
    amount: Money
    refunded: Money
    description: str
    status: PaymentStatus
    created_at: datetime
    paid_at: datetime | None
    pay_until: datetime | None = Field(description="After this it cannot be paid")


class PaymentPage(BaseModel):
    """Newest first."""

    items: list[PaymentRead]
    next_cursor: str | None


class CheckoutRead(BaseModel):
    """Where to pay. The browser goes to `url` and comes back to `/payments/{id}`."""

    url: str
    expires_at: datetime


class RefundRequest(BaseModel):
    """How much to give back; everything that is left unless an amount is given."""

    model_config = ConfigDict(extra="forbid")

    amount: Annotated[int, Field(gt=0, le=10**9, description="In minor units")] | None = None
