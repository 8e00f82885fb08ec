"""Payments, what went back, and what vendors told us."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, Timestamped


class Payment(Identified, Timestamped, Base):
    """Something a person is asked to pay once. `purpose` and `reference_id` say what for; the room that asked for it
    knows the rest."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint(
            "status IN ('open', 'paid', 'partly_refunded', 'refunded', 'expired')", name="status"
        ),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("refunded_amount BETWEEN 0 AND amount", name="refunded_amount"),
        CheckConstraint("(status IN ('open', 'expired')) = (paid_at IS NULL)", name="paid_at"),
        Index("ix_payments_user_id_id", "user_id", "id"),
        Index("ix_payments_purpose_reference_id", "purpose", "reference_id"),
        UniqueConstraint("vendor_session_id"),
        UniqueConstraint("vendor_payment_intent_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    purpose: Mapped[str] = mapped_column(String(32))
    reference_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    refunded_amount: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    description: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(16), server_default="open")
    pay_until: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    # A checkout session is asked for under the key "<id>:<attempt>", with the expiry that was noted before.
    checkout_attempt: Mapped[int] = mapped_column(server_default=text("0"))
    checkout_expires_at: Mapped[datetime | None]
    checkout_url: Mapped[str | None] = mapped_column(Text)
    vendor_session_id: Mapped[str | None] = mapped_column(String(255))
    vendor_payment_intent_id: Mapped[str | None] = mapped_column(String(255))


class Refund(Identified, Timestamped, Base):
    """Money that goes back. The row is there before the vendor is asked: its id is the idempotency key."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'succeeded', 'failed')", name="status"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_refunds_payment_id", "payment_id"),
    )

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(16), server_default="pending")
    vendor_id: Mapped[str | None] = mapped_column(String(255), unique=True)


class ExternalEvent(Identified, Timestamped, Base):
    """What a vendor told us, once per id of theirs. `handled_at` is set in the transaction that acted on it."""

    __tablename__ = "external_events"
    __table_args__ = (
        UniqueConstraint("vendor", "vendor_id"),
        Index("ix_external_events_unhandled", "id", postgresql_where=text("handled_at IS NULL")),
    )

    vendor: Mapped[str] = mapped_column(String(16))
    vendor_id: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(100))
    payload: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(200))
