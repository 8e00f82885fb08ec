"""Projects: the brief as it is known, and every analysis made of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, Timestamped


class Project(Identified, Timestamped, Base):
    """What a founder wants to build. `brief_version` counts changes of the brief."""

    __tablename__ = "projects"
    __table_args__ = (
        CheckConstraint("brief_version >= 0", name="brief_version"),
        Index("ix_projects_owner_id_id", "owner_id", "id"),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("rooms.id"), unique=True)
    title: Mapped[str]
    brief: Mapped[dict[str, Any]]
    brief_version: Mapped[int] = mapped_column(server_default="0")


class ProjectAnalysis(Identified, Timestamped, Base):
    """One version of the analysis, of one version of the brief. A turn makes at most one."""

    __tablename__ = "analyses"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        UniqueConstraint("project_id", "version"),
        UniqueConstraint("project_id", "turn_id"),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    version: Mapped[int]
    brief_version: Mapped[int]
    turn_id: Mapped[UUID | None]
    engine: Mapped[str]
    data: Mapped[dict[str, Any]]


class BriefSnapshot(Base):
    """A brief as it stood, so that the conversation's branches each keep their own: `before:<message id>` is how it was
    before that message was read, `branch:<number>` how it was when the branch was left. `seq` is the message's."""

    __tablename__ = "brief_snapshots"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    branch: Mapped[int]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    brief: Mapped[dict[str, Any]]
