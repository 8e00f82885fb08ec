"""Stored match runs: what was asked, how it was weighed and who was shown, so that every ranking can be explained."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, Timestamped


class MatchRun(Identified, Timestamped, Base):
    """One search for experts, as asked, weighed and answered. The answer is kept as it was written out, letter by
    letter, which also costs a search less than taking it apart."""

    __tablename__ = "match_runs"
    __table_args__ = (Index(None, "user_id", "created_at"), Index(None, "project_id", "created_at"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("projects.id", ondelete="SET NULL"))
    query: Mapped[dict[str, Any]] = mapped_column(JSONB)
    embedding_model: Mapped[str] = mapped_column(String(64))
    ranking_version: Mapped[str] = mapped_column(String(16))
    weights: Mapped[dict[str, Any]] = mapped_column(JSONB)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)


class MatchNotice(Base):
    """An expert that the owner of a project was told of, without having searched again."""

    __tablename__ = "match_notices"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), primary_key=True)
    told_at: Mapped[datetime]


class SearchTerm(Base):
    """In how many searchable profiles a word stem occurs; rare ones lead the text half of a search."""

    __tablename__ = "match_terms"

    lexeme: Mapped[str] = mapped_column(Text, primary_key=True)
    experts: Mapped[int] = mapped_column(Integer)


class VectorChange(Base):
    """A note that an embedding came, changed or went, for an index outside of the database. Written by triggers
    (migration 0004). There is no foreign key: the note of a profile that was deleted outlives it. A newer change takes
    a new number."""

    __tablename__ = "vector_changes"
    __table_args__ = (Index(None, "number", unique=True),)

    expert_id: Mapped[UUID] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
