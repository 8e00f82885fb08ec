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
        CheckConstraint("rate_amount > 0 AND rate_usd_amount > 0", name="rate"),
        CheckConstraint(
            "rating_count >= 0 AND rating_sum BETWEEN rating_count AND 5 * rating_count", name="rating"
        ),
        Index(None, "skill_slugs", postgresql_using="gin"),
        Index(None, "industries", postgresql_using="gin"),
        Index(None, "languages", postgresql_using="gin"),
        Index(None, "search", postgresql_using="gin"),
        Index(None, "status", "rate_usd_amount", "id"),
        Index(None, "timezone"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    status: Mapped[str] = mapped_column(String(16), server_default="draft")
    status_reason: Mapped[str | None] = mapped_column(String(500))
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
    """One passage of a profile, embedded by itself. `quote` is the passage where it may be quoted. Searches read the
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
