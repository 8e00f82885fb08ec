"""CTO profiles, their skills, and the embeddings that matching searches."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, Timestamped

# `keywords` holds the names of skills and industries, because array_to_string may not stand in a generated column.
_SEARCH = (
    "setweight(to_tsvector('english', headline), 'A')"
    " || setweight(to_tsvector('english', keywords), 'B')"
    " || setweight(to_tsvector('english', story), 'C')"
    """ || setweight(jsonb_to_tsvector('english', roles, '["string"]'), 'C')"""
)


def _texts() -> Mapped[list[str]]:
    return mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)


class Expert(Identified, Timestamped, Base):
    """A CTO's profile. `skill_slugs` repeats `expert_skills` so that one index answers filters on skills.
    `mentioned_slugs` are skills that the profile's text speaks of without listing them."""

    __tablename__ = "experts"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'submitted', 'approved', 'paused', 'suspended')", name="status"),
        # Until a draft has a rate, it is zero. An operator may suspend such a draft.
        CheckConstraint(
            "(rate_amount > 0 AND rate_usd_amount > 0)"
            " OR (rate_amount = 0 AND rate_usd_amount = 0 AND status IN ('draft', 'suspended'))",
            name="rate",
        ),
        CheckConstraint(
            "rating_count >= 0 AND rating_sum BETWEEN rating_count AND 5 * rating_count", name="rating"
        ),
        Index(None, "skill_slugs", postgresql_using="gin"),
        Index(None, "industries", postgresql_using="gin"),
        Index(None, "languages", postgresql_using="gin"),
        Index(None, "search", postgresql_using="gin"),
        Index(
            "ix_experts_slug_parts", "slug", postgresql_using="gin", postgresql_ops={"slug": "gin_trgm_ops"}
        ),
        Index(None, "status", "rate_usd_amount", "id"),
        Index(None, "timezone"),
        Index("ix_experts_submitted_at", "submitted_at", postgresql_where=text("status = 'submitted'")),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    status: Mapped[str] = mapped_column(String(16), server_default="draft")
    status_reason: Mapped[str | None] = mapped_column(String(500))
    submitted_at: Mapped[datetime | None]
    headline: Mapped[str] = mapped_column(String(160))
    story: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(64))
    languages: Mapped[list[str]] = _texts()
    industries: Mapped[list[str]] = _texts()
    stages: Mapped[list[str]] = _texts()
    engagements: Mapped[list[str]] = _texts()
    rate_amount: Mapped[int] = mapped_column(BigInteger)
    rate_currency: Mapped[str] = mapped_column(String(3))
    rate_usd_amount: Mapped[int] = mapped_column(BigInteger)
    years: Mapped[int]
    links: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    roles: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    skill_slugs: Mapped[list[str]] = _texts()
    mentioned_slugs: Mapped[list[str]] = _texts()
    keywords: Mapped[str] = mapped_column(Text, server_default="")
    rating_sum: Mapped[int] = mapped_column(server_default="0")
    rating_count: Mapped[int] = mapped_column(server_default="0")
    response_minutes: Mapped[int | None]
    is_bookable: Mapped[bool] = mapped_column(server_default=text("false"))
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"))
    search: Mapped[str] = mapped_column(TSVECTOR, Computed(_SEARCH, persisted=True))


class ExpertSkill(Base):
    """One skill of one expert: years of use and level (1 works with it, 2 strong, 3 others come to them)."""

    __tablename__ = "expert_skills"
    __table_args__ = (
        CheckConstraint("years BETWEEN 0 AND 60", name="years"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        Index(None, "skill", "years"),
    )

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(64), primary_key=True)
    years: Mapped[int]
    level: Mapped[int]


class ExpertPassage(Base):
    """One passage of a profile, embedded by itself. `quote` is what a match quotes for it, if anything. Searches read the
    passages of their candidates only, so there is no vector index."""

    __tablename__ = "expert_passages"

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    quote: Mapped[str | None] = mapped_column(Text)
    embedding: Mapped[Any] = mapped_column(HALFVEC())


class ExpertEmbedding(Base):
    """The profile's embedding by one model, beside what searches filter by: one row answers for distance and filters,
    which more than halves the time of a filtered search against a join.

    Models never mix: every search names its model, and each model has its own partial HNSW index (migration 0003).
    `content_hash` says which text was embedded. The columns after `embedding` repeat the expert's; a trigger
    (migration 0003) keeps them so. `findable`: approved and bookable.
    """

    __tablename__ = "expert_embeddings"
    __table_args__ = (
        Index(None, "skill_slugs", postgresql_using="gin"),
        Index(None, "industries", postgresql_using="gin"),
        Index(None, "languages", postgresql_using="gin"),
        Index(None, "rate_usd_amount"),
        Index(None, "country"),
        Index(None, "timezone"),
        Index(None, "years"),
    )

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(String(64), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    embedding: Mapped[Any] = mapped_column(HALFVEC())
    findable: Mapped[bool]
    rate_usd_amount: Mapped[int] = mapped_column(BigInteger)
    years: Mapped[int]
    country: Mapped[str] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(64))
    skill_slugs: Mapped[list[str]] = _texts()
    industries: Mapped[list[str]] = _texts()
    languages: Mapped[list[str]] = _texts()
    engagements: Mapped[list[str]] = _texts()
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"), onupdate=text("now()"))


class StatusEntry(Identified, Base):
    """One change of a profile's status: who decided, why, and what an operator had checked. Never changed."""

    __tablename__ = "expert_status_entries"

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    actor_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True, comment="None: the house itself"
    )
    by_operator: Mapped[bool]
    old_status: Mapped[str] = mapped_column(String(16))
    new_status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(500))
    checklist: Mapped[list[str]] = _texts()
    at: Mapped[datetime]


class SavedExpert(Base):
    """An expert whom a person, or a guest, has put aside."""

    __tablename__ = "saved_experts"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    expert_id: Mapped[UUID] = mapped_column(
        ForeignKey("experts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    saved_at: Mapped[datetime]


class ReviewedCall(Base):
    """A held call that its two sides may review, until both have or `closes_at` has come; then what there is becomes
    visible, and nothing can be added."""

    __tablename__ = "reviewed_calls"
    __table_args__ = (
        Index(None, "client_id", "ended_at"),
        Index(None, "expert_user_id", "ended_at"),
        Index("ix_reviewed_calls_open", "closes_at", postgresql_where=text("published_at IS NULL")),
    )

    booking_id: Mapped[UUID] = mapped_column(
        ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    expert_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    ended_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class Review(Identified, Timestamped, Base):
    """What one side of a call says of the other; one for each side and call."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("side IN ('client', 'expert')", name="side"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        UniqueConstraint("booking_id", "side"),
        Index(
            "ix_reviews_expert_id_published_at",
            "expert_id",
            "published_at",
            postgresql_where=text("side = 'client' AND published_at IS NOT NULL AND removed_at IS NULL"),
        ),
    )

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("reviewed_calls.booking_id", ondelete="CASCADE"))
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    side: Mapped[str] = mapped_column(String(8))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    stars: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime | None]
    reply: Mapped[str | None] = mapped_column(Text)
    replied_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class ReviewReport(Identified, Timestamped, Base):
    """Somebody says that a review breaks the rules; an operator keeps or removes it."""

    __tablename__ = "review_reports"
    __table_args__ = (
        CheckConstraint("outcome IN ('kept', 'removed')", name="outcome"),
        UniqueConstraint("review_id", "reporter_id"),
        Index("ix_review_reports_open", "id", postgresql_where=text("resolved_at IS NULL")),
    )

    review_id: Mapped[UUID] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"))
    reporter_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(16))
    details: Mapped[str] = mapped_column(Text)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    outcome: Mapped[str | None] = mapped_column(String(8))
    note: Mapped[str | None] = mapped_column(Text)
