"""Rooms, members, messages, and the durable event log of each room; invitations, drafts, presence, blocks and reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    and_,
    case,
    func,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column

from models.base import Base, CiText, Identified

ROOM_KINDS = "kind in ('assistant', 'direct', 'project', 'support')"
REPORT_REASONS = "reason in ('spam', 'harassment', 'scam', 'inappropriate', 'other')"


class Room(Identified, Base):
    """A conversation. `last_seq` numbers its durable events, `message_count` its messages; both only grow. `branch` is
    the one that new messages join. `revocations` counts how
    often somebody has lost the right to write (a trigger does, migration 0010). `direct_key` names the two people of a direct room: there is one for each pair."""

    __tablename__ = "rooms"
    __table_args__ = (CheckConstraint(ROOM_KINDS, name="kind"), UniqueConstraint("direct_key"))

    kind: Mapped[str]
    title: Mapped[str]
    project_id: Mapped[UUID | None]
    direct_key: Mapped[str | None]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    message_count: Mapped[int] = mapped_column(BigInteger, server_default="0")
    branch: Mapped[int] = mapped_column(server_default="0")
    revocations: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_message_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Message(Identified, Base):
    """`seq` is the number of its `message.created` event, `no` its number among the room's messages.

    (sender_id, client_id) makes sending idempotent. `reply_to` is the message it answers and `thread_id` the one that
    the whole thread began with, where it is number `thread_no`; that first message counts them in `reply_count`.
    `reactions` maps an emoji to the people who chose it, in the order in which they did.

    Foreign keys would look up the room and the sender for each message that is sent, and lock the sender: 18 % of what
    storing it costs the database. Who stores a message holds both already, the room's row by taking its numbers, the
    sender by the membership; and triggers (migration 0006) let nobody delete a room or a person who is named here.
    """

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("kind in ('text', 'event')", name="kind"),
        UniqueConstraint("room_id", "seq"),
        Index("ix_messages_room_id_sender_id_seq", "room_id", "sender_id", "seq"),
        Index(
            "ix_messages_thread_id", "thread_id", "thread_no", postgresql_where=text("thread_id is not null")
        ),
        Index("ix_messages_pinned", "room_id", "pinned_at", postgresql_where=text("pinned_at is not null")),
        UniqueConstraint("sender_id", "client_id"),
    )

    room_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(BigInteger)
    no: Mapped[int] = mapped_column(BigInteger)
    sender_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(server_default="text")
    client_id: Mapped[UUID]
    text: Mapped[str]
    cards: Mapped[list[Any]] = mapped_column(server_default="[]")
    attachments: Mapped[list[Any]] = mapped_column(server_default="[]")
    previews: Mapped[list[Any]] = mapped_column(server_default="[]")
    meta: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    reply_to: Mapped[UUID | None]
    thread_id: Mapped[UUID | None]
    thread_no: Mapped[int | None]
    reply_count: Mapped[int] = mapped_column(server_default="0")
    mentions: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    reactions: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    turn_id: Mapped[UUID | None]
    branch: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    pinned_at: Mapped[datetime | None]
    pinned_by: Mapped[UUID | None]


MOST = 2**63 - 1  # of a bigint


def own_last(number: Any, room_id: Any, user_id: Any, *conditions: Any) -> Any:
    """The `seq` or `no` of what a person said last in a room, of what meets `conditions`; null where they said nothing. The
    row before a key, of an index that has rooms, senders and numbers: asked by equality, the planner may as well read the
    room backwards for one of theirs, and reads all of it for those who only listen."""
    key = (Message.room_id, Message.sender_id, Message.seq)
    return (
        select(case((and_(Message.room_id == room_id, Message.sender_id == user_id), number)))
        .where(tuple_(*key) <= tuple_(room_id, user_id, literal_column(str(MOST))), *conditions)
        .order_by(*(column.desc() for column in key))
        .limit(1)
        .correlate_except(Message)
        .scalar_subquery()
    )


def own_last_seq(member: str) -> str:
    """The same `seq` in SQL that is written out: `member` is the alias of the membership."""
    return f"""(
        select case when (o.room_id, o.sender_id) = ({member}.room_id, {member}.user_id) then o.seq end from messages o
        where (o.room_id, o.sender_id, o.seq) <= ({member}.room_id, {member}.user_id, {MOST})
        order by o.room_id desc, o.sender_id desc, o.seq desc limit 1
    )"""  # noqa: S608


class RoomMember(Base):
    """`marked_seq`/`marked_no`: the last event and the last message number this member said to have seen. They have seen
    what they wrote themselves, too, and nothing is written for that: `read_seq`/`read_no` are the later of the two.
    `marked_at` is when they last said so, and `visit_seq` how far they had read when they came for the visit that this was
    part of (`read_marks.VISIT`).

    `archived_no` is the room's `message_count` when the member put it away: the next message brings it back, and
    sending stays free of looking after it. `silenced_at` is set while one of two people blocks the other, and
    `removed_by` when somebody else ended the membership: older invitations do not lead back in then.
    """

    __tablename__ = "room_members"
    __table_args__ = (
        CheckConstraint("role in ('owner', 'member', 'assistant')", name="role"),
        CheckConstraint("notify in ('all', 'mentions', 'none')", name="notify"),
        Index("ix_room_members_user_id", "user_id", postgresql_where=text("left_at is null")),
    )

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[str]
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())
    left_at: Mapped[datetime | None]
    removed_by: Mapped[UUID | None]
    marked_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    marked_no: Mapped[int] = mapped_column(BigInteger, server_default="0")
    marked_at: Mapped[datetime | None]
    visit_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    notify: Mapped[str] = mapped_column(server_default="all")
    archived_no: Mapped[int | None] = mapped_column(BigInteger)
    silenced_at: Mapped[datetime | None]
    read_seq: Mapped[int] = column_property(
        func.greatest(marked_seq, own_last(Message.seq, room_id, user_id))
    )
    # Read only where somebody counts: of a thousand members it is a look-up each.
    read_no: Mapped[int] = column_property(
        func.greatest(marked_no, own_last(Message.no, room_id, user_id)), deferred=True
    )


class MessageEdit(Base):
    """What a message said before an edit. `version` counts from 1; gone when the message is deleted."""

    __tablename__ = "message_edits"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    written_at: Mapped[datetime]


class Mention(Base):
    """Somebody is named in message number `no` of a room: the unread ones are those past the reader's mark."""

    __tablename__ = "mentions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class RoomEventRow(Base):
    """The durable log of a room, gapless by `seq` together with the messages, each of which is the line of its own
    `message.created`. `message.*` events point to the message and carry no copy of its text, so that what is deleted is
    gone from the log too."""

    __tablename__ = "room_events"

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str]
    message_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any] | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Branch(Base):
    """Another way that a conversation with the assistant took, from an edited message or an answer given again.

    What it shows is its own messages and, of each branch in `path_branches`, those up to the `seq` in `path_cuts`.
    `message_id` is the first version of what it begins with: branches with the same one are versions of each other.
    `first_id` is the message it begins with (an edited one); an answer that was given again is the message of
    `turn_id`. Branch 0 is the conversation as it began; it gets its row when the first other branch is made.
    """

    __tablename__ = "room_branches"
    __table_args__ = (CheckConstraint("kind in ('start', 'edit', 'answer')", name="kind"),)

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    message_id: Mapped[UUID | None]
    first_id: Mapped[UUID | None]
    turn_id: Mapped[UUID | None]
    path_branches: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    path_cuts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RoomInvitation(Identified, Base):
    """A way into a room, by a link that works `max_uses` times. Only the hash of its token is stored."""

    __tablename__ = "room_invitations"
    __table_args__ = (
        CheckConstraint("max_uses between 1 and 100", name="max_uses"),
        Index("ix_room_invitations_room_id", "room_id"),
    )

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    email: Mapped[CiText | None]
    max_uses: Mapped[int] = mapped_column(server_default="1")
    uses: Mapped[int] = mapped_column(server_default="0")
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Draft(Base):
    """What a person has begun to write in a room; it follows them from device to device."""

    __tablename__ = "drafts"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    text: Mapped[str]
    reply_to: Mapped[UUID | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Presence(Base):
    """A person has a socket at a process. The process renews its rows; those of one that died run out."""

    __tablename__ = "presence"
    __table_args__ = (Index("ix_presence_expires_at", "expires_at"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    process_id: Mapped[UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class Block(Base):
    """One person wants no direct messages from another."""

    __tablename__ = "blocks"
    __table_args__ = (Index("ix_blocks_blocked_id", "blocked_id"),)

    blocker_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    blocked_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Report(Identified, Base):
    """Somebody told the operators about a person or a message. `evidence` is the message as it was then, so that
    deleting it does not undo the report."""

    __tablename__ = "reports"
    __table_args__ = (
        CheckConstraint(REPORT_REASONS, name="reason"),
        CheckConstraint("status in ('open', 'resolved')", name="status"),
        Index("ix_reports_open", "created_at", postgresql_where=text("status = 'open'")),
    )

    reporter_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reported_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    message_id: Mapped[UUID | None]
    reason: Mapped[str]
    text: Mapped[str] = mapped_column(server_default="")
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    status: Mapped[str] = mapped_column(server_default="open")
    resolution: Mapped[str | None]
    resolved_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    resolved_at: Mapped[datetime | None]
