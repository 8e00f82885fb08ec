"""Rooms, members, messages, the durable event log of each room, the assistant's turns, and proposals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified

ROOM_KINDS = "kind in ('assistant', 'direct', 'project', 'support')"
TURN_STATES = "status in ('queued', 'running', 'done', 'stopped', 'failed')"
PROPOSAL_STATES = "status in ('open', 'confirmed', 'declined', 'expired', 'failed')"


class Room(Identified, Base):
    """A conversation. `last_seq` numbers its durable events, `message_count` its messages; both only grow."""

    __tablename__ = "rooms"
    __table_args__ = (CheckConstraint(ROOM_KINDS, name="kind"),)

    kind: Mapped[str]
    title: Mapped[str]
    project_id: Mapped[UUID | None]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    message_count: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_message_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RoomMember(Base):
    """`read_seq`/`read_no`: the last event and the last message number this member has seen."""

    __tablename__ = "room_members"
    __table_args__ = (
        CheckConstraint("role in ('owner', 'member', 'assistant')", name="role"),
        Index("ix_room_members_user_id", "user_id", postgresql_where=text("left_at is null")),
    )

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[str]
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())
    left_at: Mapped[datetime | None]
    read_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    read_no: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Message(Identified, Base):
    """`seq` is the number of its `message.created` event, `no` its number among the room's messages.

    (sender_id, client_id) makes sending idempotent.
    """

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("kind in ('text', 'event')", name="kind"),
        UniqueConstraint("room_id", "seq"),
        UniqueConstraint("sender_id", "client_id"),
    )

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    no: Mapped[int] = mapped_column(BigInteger)
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(server_default="text")
    client_id: Mapped[UUID]
    text: Mapped[str]
    cards: Mapped[list[Any]] = mapped_column(server_default="[]")
    meta: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    reply_to: Mapped[UUID | None]
    turn_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class RoomEventRow(Base):
    """The durable log of a room, gapless by `seq`. `message.*` events point to the message and carry no copy of its
    text, so that what is deleted is gone from the log too."""

    __tablename__ = "room_events"

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str]
    message_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any] | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Turn(Identified, Base):
    """One answer of the assistant, from the message that asked for it to the message that it became.

    A running turn is leased to one process; when the lease runs out, whoever picks the job up runs it again. At most
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
