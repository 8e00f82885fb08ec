"""SQL of the projects room. Reads start from what the actor may see: their own projects, and those of the project rooms
they are in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, Select, Uuid, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor
from core.db import Database
from models.conversations import Room, RoomMember
from models.projects import Project, ProjectAnalysis


def _visible(actor: Actor) -> ColumnElement[bool]:
    shared = (
        select(Room.project_id)
        .join(RoomMember, RoomMember.room_id == Room.id)
        .where(
            RoomMember.user_id == actor.user_id, RoomMember.left_at.is_(None), Room.project_id.is_not(None)
        )
    )
    return or_(Project.owner_id == actor.user_id, Project.id.in_(shared))


_NEWEST = (
    select(func.max(ProjectAnalysis.version))
    .where(ProjectAnalysis.project_id == Project.id)
    .scalar_subquery()
)


Found = tuple[Project, int | None]


async def get(session: AsyncSession, actor: Actor, project_id: UUID) -> Found | None:
    """A project the actor may see, with the version of its newest analysis."""
    query = select(Project, _NEWEST).where(Project.id == project_id, _visible(actor))
    row = (await session.execute(query)).first()
    return (row[0], row[1]) if row is not None else None


async def own(session: AsyncSession, actor: Actor, project_id: UUID) -> Project | None:
    """A project of the actor's, locked for a change."""
    query = select(Project).where(Project.id == project_id, Project.owner_id == actor.user_id)
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).first()


def _of_room() -> Select[Project, int | None]:
    room, person = bindparam("room", type_=Uuid()), bindparam("person", type_=Uuid())
    linked = select(Room.project_id).where(Room.id == room).scalar_subquery()
    inside = select(RoomMember.user_id).where(
        RoomMember.room_id == room, RoomMember.user_id == person, RoomMember.left_at.is_(None)
    )
    return (
        select(Project, _NEWEST.label("analysis_version"))
        .where(
            or_(Project.room_id == room, Project.id == linked),
            or_(Project.owner_id == person, inside.exists()),
        )
        .order_by(Project.id)
    )


# Once, as every turn asks: putting it together costs more than sending it.
_OF_ROOM = _of_room()
_AS_SENT = _OF_ROOM.compile(dialect=PGDialect_asyncpg())  # type: ignore[no-untyped-call]


async def of_room(session: AsyncSession, actor: Actor, room_id: UUID) -> Found | None:
    """The project a room is about, if the actor is in the room or owns the project."""
    row = (await session.execute(_OF_ROOM, {"room": room_id, "person": actor.user_id})).first()
    return (row[0], row[1]) if row is not None else None


async def of_room_now(db: Database, actor: Actor, room_id: UUID) -> asyncpg.Record | None:
    """The same outside of any transaction, as a row of `ProjectRead`."""
    values = {"room": room_id, "person": actor.user_id}
    async with db.connection() as connection:
        return await connection.fetchrow(
            str(_AS_SENT), *(values[name] for name in _AS_SENT.positiontup or ())
        )


async def lock_room(session: AsyncSession, room_id: UUID) -> None:
    """Let one transaction at a time decide whether a room has a project."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"project:{room_id}", 0))))


async def page(session: AsyncSession, actor: Actor, *, before: UUID | None, limit: int) -> list[Found]:
    """The actor's own projects, newest first."""
    query = select(Project, _NEWEST).where(Project.owner_id == actor.user_id)
    if before is not None:
        query = query.where(Project.id < before)
    rows = await session.execute(query.order_by(Project.id.desc()).limit(limit))
    return [(project, version) for project, version in rows]


async def add(session: AsyncSession, project: Project) -> None:
    session.add(project)
    await session.flush()  # created_at comes from the database


async def store(session: AsyncSession, project: Project) -> None:
    """Write a changed project; `updated_at` comes from the database."""
    await session.flush()
    await session.refresh(project)


async def latest_analysis(session: AsyncSession, project_id: UUID) -> ProjectAnalysis | None:
    """The newest analysis of a project that the caller may see."""
    query = select(ProjectAnalysis).where(ProjectAnalysis.project_id == project_id)
    return (await session.scalars(query.order_by(ProjectAnalysis.version.desc()).limit(1))).first()


async def analysis(session: AsyncSession, project_id: UUID, version: int) -> ProjectAnalysis | None:
    """One version of the analysis of a project that the caller may see."""
    query = select(ProjectAnalysis).where(
        ProjectAnalysis.project_id == project_id, ProjectAnalysis.version == version
    )
    return (await session.scalars(query)).first()


async def analysis_of_turn(session: AsyncSession, project_id: UUID, turn_id: UUID) -> ProjectAnalysis | None:
    query = select(ProjectAnalysis).where(
        ProjectAnalysis.project_id == project_id, ProjectAnalysis.turn_id == turn_id
    )
    return (await session.scalars(query)).first()


async def analyses(
    session: AsyncSession, project_id: UUID, *, before: int | None, limit: int
) -> Sequence[ProjectAnalysis]:
    """The versions of a project that the caller may see, newest first."""
    query = select(ProjectAnalysis).where(ProjectAnalysis.project_id == project_id)
    if before is not None:
        query = query.where(ProjectAnalysis.version < before)
    return (await session.scalars(query.order_by(ProjectAnalysis.version.desc()).limit(limit))).all()


async def add_analysis(session: AsyncSession, row: ProjectAnalysis) -> None:
    session.add(row)
    await session.flush()  # created_at comes from the database


async def change_owner(session: AsyncSession, source: UUID, target: UUID) -> None:
    await session.execute(update(Project).where(Project.owner_id == source).values(owner_id=target))


async def of_owner(session: AsyncSession, owner_id: UUID) -> Sequence[Project]:
    query = select(Project).where(Project.owner_id == owner_id).order_by(Project.id)
    return (await session.scalars(query)).all()


async def empty(session: AsyncSession, owner_id: UUID, *, title: str, brief: dict[str, Any]) -> None:
    """Forget what the projects of a person are about; bookings keep pointing at the rows."""
    theirs = select(Project.id).where(Project.owner_id == owner_id)
    await session.execute(delete(ProjectAnalysis).where(ProjectAnalysis.project_id.in_(theirs)))
    await session.execute(
        update(Project).where(Project.owner_id == owner_id).values(title=title, brief=brief)
    )
