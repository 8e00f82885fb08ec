"""What is sent to people."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, CiText, Identified, Timestamped


class Email(Identified, Timestamped, Base):
    """An e-mail to one person: to the given address, or else to the one that their account has when it is sent.

    `user_id` is the account it is about. `skipped` says that there was no address to send it to, or that the person
    does not want mails of its kind; `suppressed`, that mail to the address comes back or is complained about.
    """

    __tablename__ = "emails"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'sent', 'failed', 'skipped', 'suppressed')", name="status"),
        CheckConstraint("num_nonnulls(user_id, address) > 0", name="recipient"),
        Index("ix_emails_user_id", "user_id", postgresql_where=text("user_id IS NOT NULL")),
        UniqueConstraint("key"),
    )

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    address: Mapped[str | None] = mapped_column(String(320))
    template: Mapped[str] = mapped_column(String(64))
    context: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(16), server_default="queued")
    vendor_id: Mapped[str | None] = mapped_column(String(255))
    error: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None]


class Suppression(Identified, Base):
    """An address that nothing is sent to, because mail to it came back for good or was reported as unwanted. Its owner
    lifts it by proving that the address works; what the vendor reports late, from before that, counts no more."""

    __tablename__ = "suppressions"
    __table_args__ = (
        CheckConstraint("reason IN ('bounced', 'complained')", name="reason"),
        Index("uq_suppressions_address", "address", unique=True, postgresql_where=text("lifted_at IS NULL")),
        Index("ix_suppressions_lifted", "address", "lifted_at"),
    )

    address: Mapped[CiText]
    reason: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str | None] = mapped_column(Text)
    happened_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class NotificationChoice(Base):
    """By which channels a person is told of a kind of thing, where they chose otherwise than the defaults."""

    __tablename__ = "notification_choices"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    in_app: Mapped[bool]
    email: Mapped[bool]
    push: Mapped[bool]


class PushSubscription(Identified, Base):
    """A browser that gets push messages, for as long as the session lasts in which it asked for them."""

    __tablename__ = "push_subscriptions"
    __table_args__ = (
        UniqueConstraint("endpoint"),
        Index(None, "user_id"),
        Index(None, "session_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    endpoint: Mapped[str] = mapped_column(Text)
    p256dh: Mapped[str] = mapped_column(String(200))
    auth: Mapped[str] = mapped_column(String(200))
    device: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Notification(Identified, Base):
    """Something a person is told of in the app. One row per `key` and person: news about the same thing come together
    in it (`count`) until it has been read. `name` is its text in the catalogue, `context` what the text is filled with.

    One about messages is read, too, once the person has read the room up to `seq`.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_notifications_newest", "user_id", "happened_at", "id", postgresql_where=text("shown")),
        Index("ix_notifications_unread", "user_id", postgresql_where=text("shown AND read_at IS NULL")),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(200))
    context: Mapped[dict[str, Any]]
    path: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(server_default="1")
    room_id: Mapped[UUID | None]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    shown: Mapped[bool]
    happened_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class MessageNotice(Base):
    """Up to which event of a room a member has been told of messages, in the app and by e-mail."""

    __tablename__ = "message_notices"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True)
    told_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    mailed_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Digest(Base):
    """When a person's unread messages are to be mailed, and how often that was done on their day `counted_on`."""

    __tablename__ = "digests"
    __table_args__ = (Index("ix_digests_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    counted_on: Mapped[date | None]
    count: Mapped[int] = mapped_column(server_default="0")


class MessageScan(Base):
    """Up to when messages have been looked through for people who were away. One row."""

    __tablename__ = "message_scans"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    through: Mapped[datetime]
