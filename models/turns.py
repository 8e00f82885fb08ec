"""What the assistant does in rooms: its turns, what people think of them and what they use, proposals, and summaries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified

TURN_STATES = "status in ('queued', 'running', 'done', 'stopped', 'failed')"
PROPOSAL_STATES = "status in ('open', 'confirmed', 'declined', 'expired', 'failed')"


class Turn(Identified, Base):
    """One answer of the assistant, from the message that asked for it to the message that it became.

    A running turn is leased to one process; when the lease runs out, whoever finds it runs it again. At most
    one turn of a room runs and at most one waits: messages sent meanwhile join the waiting one. `through_seq` is the
    last event the turn answers, fixed when it first starts, so that a second run answers the same.
    """

    __tablename__ = "turns"
    __table_args__ = (
        CheckConstraint(TURN_STATES, name="status"),
        Index("uq_turns_queued", "room_id", unique=True, postgresql_where=text("status = 'queued'")),
        Index("uq_turns_running", "room_id", unique=True, postgresql_where=text("status = 'running'")),
        Index("ix_turns_room_id_created_at", "room_id", "created_at"),
    )

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    branch: Mapped[int] = mapped_column(server_default="0")
    status: Mapped[str] = mapped_column(server_default="queued")
    through_seq: Mapped[int | None] = mapped_column(BigInteger)
    attempt: Mapped[int] = mapped_column(server_default="0")
    lease_owner: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    stop_requested_at: Mapped[datetime | None]
    text: Mapped[str] = mapped_column(server_default="")
    progress: Mapped[list[Any]] = mapped_column(server_default="[]")
    error: Mapped[str | None]
    model: Mapped[str | None]
    prompt_version: Mapped[str | None]
    usage: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    cost_microusd: Mapped[int] = mapped_column(BigInteger, server_default="0")
    message_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Proposal(Identified, Base):
    """Something binding that the assistant prepared and a person decides on. `key` makes preparing idempotent."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint(PROPOSAL_STATES, name="status"),
        UniqueConstraint("room_id", "key"),
        Index("ix_proposals_user_id", "user_id"),
    )

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]
    title: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="open")
    payload: Mapped[dict[str, Any]]
    outcome: Mapped[dict[str, Any] | None]
    key: Mapped[str]
    turn_id: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    resolved_at: Mapped[datetime | None]


class TurnFeedback(Base):
    """What a person thought of one answer of the assistant."""

    __tablename__ = "turn_feedback"
    __table_args__ = (CheckConstraint("rating in ('up', 'down')", name="rating"),)

    turn_id: Mapped[UUID] = mapped_column(ForeignKey("turns.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    rating: Mapped[str]
    comment: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AssistantUsage(Base):
    """What a person has used of the assistant on one day (UTC): what quotas count, and what it cost."""

    __tablename__ = "assistant_usage"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    messages: Mapped[int] = mapped_column(server_default="0")
    input_tokens: Mapped[int] = mapped_column(BigInteger, server_default="0")
    output_tokens: Mapped[int] = mapped_column(BigInteger, server_default="0")
    cost_microusd: Mapped[int] = mapped_column(BigInteger, server_default="0")


class RoomSummary(Base):
    """What was said before the assistant's window begins, per branch: made of everything up to `through_seq`."""

    __tablename__ = "room_summaries"

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    branch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    through_seq: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str]
    model: Mapped[str]
    prompt_version: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
