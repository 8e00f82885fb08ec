"""Files: what was uploaded, what it turned out to be, and where it is used. The bytes are in the storage."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified

STATES = "state in ('pending', 'processing', 'ready', 'refused', 'quarantined', 'deleted')"
PURPOSES = "purpose in ('attachment', 'photo', 'portfolio', 'resume', 'preview')"


class File(Identified, Base):
    """One file of one person.

    `declared_type` is what its sender said, `type` what its bytes are. `inline` files may be shown by a browser, the
    others are only ever downloaded. A `listed` one belongs to its owner's portfolio, and is `public` while
    that is shown. An attachment belongs to a message once that was stored (`room_id`,
    `message_id`); until then only its owner sees it. Deleted rows stay until their objects are gone.
    """

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint(STATES, name="state"),
        CheckConstraint(PURPOSES, name="purpose"),
        CheckConstraint("size > 0", name="size"),
        Index("ix_files_owner_id_id", "owner_id", "id"),
        Index("ix_files_message_id", "message_id", postgresql_where=text("message_id is not null")),
        Index("ix_files_unfinished", "created_at", postgresql_where=text("state <> 'ready'")),
        Index(
            "ix_files_unused",
            "created_at",
            postgresql_where=text("state = 'ready' and purpose = 'attachment' and message_id is null"),
        ),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), server_default="pending")
    reason: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(255))
    declared_type: Mapped[str] = mapped_column(String(127))
    type: Mapped[str | None] = mapped_column(String(127))
    inline: Mapped[bool] = mapped_column(server_default=text("false"))
    public: Mapped[bool] = mapped_column(server_default=text("false"))
    listed: Mapped[bool] = mapped_column(server_default=text("false"))
    size: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    thumbnail_size: Mapped[int | None]
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("rooms.id"))
    message_id: Mapped[UUID | None]
    position: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ready_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
