"""The words of messages, by which they are searched. Apart from the messages: a new one is stored without them, and they
follow in the background (`services.conversations.indexing`)."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class MessageWords(Base):
    """What a message and the names of its files say, as PostgreSQL searches it. A trigger on `messages` (migrations 0009,
    0012) keeps it true after an edit, and takes it away with a message that is deleted."""

    __tablename__ = "message_words"
    __table_args__ = (
        Index("ix_message_words_room_id", "room_id"),
        Index("ix_message_words_words", "words", postgresql_using="gin"),
    )

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    room_id: Mapped[UUID]
    sender_id: Mapped[UUID]
    words: Mapped[Any] = mapped_column(TSVECTOR)


class WordScan(Base):
    """Up to which message the words have been taken: all before `through` have theirs. One row."""

    __tablename__ = "word_scans"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    through: Mapped[UUID]
