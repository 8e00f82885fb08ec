"""When experts can be booked, and what has been booked."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, Timestamped


class AvailabilityRule(Identified, Timestamped, Base):
    """A window that repeats every week, in the expert's own wall-clock time. It ends on the same day; an end of
    00:00 is the end of that day."""

    __tablename__ = "availability_rules"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("end_time = '00:00' OR start_time < end_time", name="window"),
        UniqueConstraint("expert_id", "weekday", "start_time"),
    )

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column(SmallInteger, comment="0 is Monday")
    start_time: Mapped[time]
    end_time: Mapped[time]


class AvailabilityException(Identified, Timestamped, Base):
    """One date that differs: `closed` sets that date's weekly windows aside, `extra` adds a window to it. Both on one
    date replace its hours."""

    __tablename__ = "availability_exceptions"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'closed' AND start_time IS NULL AND end_time IS NULL)"
            " OR (kind = 'extra' AND start_time IS NOT NULL AND end_time IS NOT NULL"
            " AND (end_time = '00:00' OR start_time < end_time))",
            name="window",
        ),
        UniqueConstraint("expert_id", "day", "kind", "start_time", postgresql_nulls_not_distinct=True),
    )

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    start_time: Mapped[time | None]
    end_time: Mapped[time | None]


class Booking(Identified, Timestamped, Base):
    """A call of a client with an expert. Two that are held or confirmed never overlap for one expert: the exclusion
    constraint decides, not the code that checks."""

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint(
            "status IN ('held', 'confirmed', 'cancelled', 'expired', 'completed', 'refunded')", name="status"
        ),
        CheckConstraint("client_id <> expert_user_id", name="two_people"),
        CheckConstraint("NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during)", name="during"),
        CheckConstraint("price_amount >= 0", name="price"),
        UniqueConstraint("client_id", "idempotency_key"),
        ExcludeConstraint(
            ("expert_id", "="),
            ("during", "&&"),
            name="ex_bookings_expert_id_during",
            using="gist",
            where=text("status IN ('held', 'confirmed')"),
        ),
        Index("ix_bookings_client_id_id", "client_id", "id"),
        Index("ix_bookings_expert_user_id_id", "expert_user_id", "id"),
        Index("ix_bookings_expert_id_held", "expert_id", postgresql_where=text("status = 'held'")),
    )

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("experts.id", ondelete="RESTRICT"))
    expert_user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="RESTRICT"), comment="The expert's account when it was booked"
    )
    client_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    project_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("projects.id", ondelete="SET NULL"), index=True
    )
    room_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("rooms.id", ondelete="SET NULL"), index=True, comment="Where client and expert talk"
    )
    proposal_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("proposals.id", ondelete="SET NULL"),
        index=True,
        comment="Its conversation hears what became of it",
    )
    payment_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("payments.id", ondelete="RESTRICT"), index=True
    )
    idempotency_key: Mapped[UUID | None]

    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    status: Mapped[str] = mapped_column(String(12))
    hold_expires_at: Mapped[datetime]
    price_amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    timezone: Mapped[str] = mapped_column(String(64), comment="IANA zone of the client")
    agenda: Mapped[str] = mapped_column(Text)

    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    refund_due_at: Mapped[datetime | None] = mapped_column(comment="Since when money has to go back")
    refunded_at: Mapped[datetime | None]
