"""What is sent to people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, Timestamped


class Email(Identified, Timestamped, Base):
    """An e-mail to one person: to the given address, or else to the one that their account has when it is sent.

    `user_id` is the account it is about. `skipped` says that there was no address to send it to.
    """

    __tablename__ = "emails"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'sent', 'failed', 'skipped')", name="status"),
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
