"""The founder's project: its brief, kept up to date by the conversation and by the founder, and its analyses."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound
from core.ids import new_id
from models.projects import Project
from services.accounts import service as accounts
from services.conversations import service as conversations
from services.projects import branching, editing, extraction, merging, repository
from services.projects.analyses import analyse, analysis, latest_analysis, list_analyses, what_if
from services.projects.extraction.summary import title as title_of
from services.projects.extraction.zones import today_of
from services.projects.schemas import (
    BriefEdit,
    BriefPatch,
    NewProject,
    ProjectBrief,
    ProjectPage,
    ProjectRead,
    Source,
    Statement,
)

__all__ = [
    "analyse",
    "analysis",
    "create",
    "edit_brief",
    "for_room",
    "for_turn",
    "get",
    "latest_analysis",
    "list_analyses",
    "list_projects",
    "revise",
    "tell",
    "what_if",
]

PAGE = 20
UNTITLED = "New project"


async def get(session: AsyncSession, actor: Actor, project_id: UUID) -> ProjectRead:
    """A project of the actor's, or one of a project room they are in. Raises NotFound."""
    actor.require(Scope.PROJECTS_READ)
    row = await repository.get(session, actor, project_id)
    if row is None:
        raise _not_found(project_id)
    return _read(row[0], row[1])


async def for_room(session: AsyncSession, actor: Actor, room_id: UUID) -> ProjectRead | None:
    """The project a room is about; None where there is none yet, or where the actor is not in the room."""
    actor.require(Scope.PROJECTS_READ)
    row = await repository.of_room(session, actor, room_id)
    return _read(row[0], row[1]) if row is not None else None


async def for_turn(db: Database, actor: Actor, room_id: UUID) -> ProjectRead | None:
    """As `for_room`, read at once and without a session: a turn waits for it."""
    actor.require(Scope.PROJECTS_READ)
    row = await repository.of_room_now(db, actor, room_id)
    return ProjectRead.model_validate(dict(row)) if row is not None else None


async def list_projects(
    session: AsyncSession, actor: Actor, cursor: str | None = None, limit: int = PAGE
) -> ProjectPage:
    """The actor's own projects, newest first. Raises InvalidInput for a cursor that is not ours."""
    actor.require(Scope.PROJECTS_READ)
    rows = await repository.page(session, actor, before=_parse_cursor(cursor), limit=limit + 1)
    items = [_read(project, version) for project, version in rows[:limit]]
    return ProjectPage(items=items, next_cursor=str(items[-1].id) if len(rows) > limit else None)


async def revise(
    session: AsyncSession,
    actor: Actor,
    room_id: UUID,
    patch: BriefPatch,
    *,
    message_id: UUID | None,
    turn_id: UUID | None = None,
) -> ProjectRead:
    """Fold a patch into the project of a room; the first one starts the project. Every new fact is marked with
    `message_id`. The same patch of the same message again changes nothing. Raises NotFound for a room that is not the
    actor's, or a project that is not."""
    actor.require(Scope.PROJECTS_WRITE)
    await repository.lock_room(session, room_id)
    row = await repository.of_room(session, actor, room_id)
    patch = merging.stamped(patch, message_id, source=_said)
    if row is None:
        await conversations.get(session, actor, room_id)
        return await _start(session, actor, patch, room_id=room_id, message_id=message_id)
    project = await repository.own(session, actor, row[0].id)
    if project is None:
        raise _not_found(row[0].id)
    before = project.title
    if message_id is not None:
        await branching.remember(session, project, message_id)
    _change(project, merging.merge(_brief(project), patch))
    await repository.store(session, project)
    if project.title != before:
        await conversations.rename(session, room_id, project.title)
    return _read(project, row[1])


async def create(session: AsyncSession, actor: Actor, data: NewProject) -> ProjectRead:
    """Start a project from a description, outside a conversation."""
    actor.require(Scope.PROJECTS_WRITE)
    patch = extraction.read(data.description, now=clock.now(), timezone=actor.timezone)
    return await _start(session, actor, patch, room_id=None)


async def tell(session: AsyncSession, actor: Actor, project_id: UUID, data: Statement) -> ProjectRead:
    """Read more about a project out of the founder's words. Raises NotFound."""
    project = await _own(session, actor, project_id)
    brief = _brief(project)
    patch = extraction.read(data.text, now=clock.now(), timezone=actor.timezone, brief=brief)
    _change(project, merging.merge(brief, patch))
    await repository.store(session, project)
    return await get(session, actor, project_id)


async def edit_brief(session: AsyncSession, actor: Actor, project_id: UUID, data: BriefEdit) -> ProjectRead:
    """The founder's own edit. Raises NotFound, and Conflict (version_conflict) when the brief has changed since the
    version the edit was made on; the error names the version that stands."""
    project = await _own(session, actor, project_id)
    if data.version != project.brief_version:
        raise Conflict(
            "The brief has changed meanwhile. Look at it again, then edit.",
            code="version_conflict",
            version=project.brief_version,
        )
    now = clock.now()
    today = today_of(now, actor.timezone).day
    _change(project, editing.apply(_brief(project), data, today=today, at=now), title=data.title)
    await repository.store(session, project)
    return await get(session, actor, project_id)


async def _start(
    session: AsyncSession,
    actor: Actor,
    patch: BriefPatch,
    *,
    room_id: UUID | None,
    message_id: UUID | None = None,
) -> ProjectRead:
    project = Project(
        id=new_id(), owner_id=actor.user_id, room_id=room_id, title=UNTITLED, brief={}, brief_version=0
    )
    _change(project, merging.merge(ProjectBrief(), patch))
    await repository.add(session, project)
    if message_id is not None:
        await branching.remember(session, project, message_id, before={})
    if room_id is not None and project.title != UNTITLED:
        await conversations.rename(session, room_id, project.title)
    return _read(project, None)


async def _own(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    actor.require(Scope.PROJECTS_WRITE)
    project = await repository.own(session, actor, project_id)
    if project is None:
        raise _not_found(project_id)
    return project


def _change(project: Project, brief: ProjectBrief, *, title: str | None = None) -> None:
    """Store a brief; its version grows where something is different. The title follows the first summary, until the
    founder gives one."""
    data = _dump(brief)
    if _facts(data) != _facts(project.brief) or project.brief_version == 0:
        project.brief = data
        project.brief_version += 1
    if title is not None:
        project.title = title
    elif project.title == UNTITLED and brief.summary is not None:
        project.title = title_of(brief.summary.value)


def _facts(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in ("history", "language")}


def _dump(brief: ProjectBrief) -> dict[str, Any]:
    return brief.model_dump(mode="json", exclude_none=True)


def _brief(project: Project) -> ProjectBrief:
    return ProjectBrief.model_validate(project.brief)


def _read(project: Project, analysis_version: int | None) -> ProjectRead:
    return ProjectRead(
        id=project.id,
        owner_id=project.owner_id,
        room_id=project.room_id,
        title=project.title,
        brief=_brief(project),
        brief_version=project.brief_version,
        analysis_version=analysis_version,
        created_at=project.created_at,
        updated_at=project.updated_at,
    )


def _said(source: Source) -> Source:
    """What comes out of a conversation was at most stated; an edit is made by the founder's own hand alone."""
    return Source.STATED if source is Source.EDITED else source


def _not_found(project_id: UUID) -> NotFound:
    return NotFound("There is no such project.", project=str(project_id))


def _parse_cursor(cursor: str | None) -> UUID | None:
    try:
        return UUID(cursor) if cursor else None
    except ValueError:
        raise InvalidInput("This cursor is not one of ours.", code="bad_cursor") from None


@accounts.on_merge
async def merge_projects(session: AsyncSession, source: UUID, target: UUID) -> None:
    """A guest who signs in keeps the projects."""
    await repository.change_owner(session, source, target)


@accounts.on_export("projects")
async def export_projects(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """The person's projects with their briefs."""
    return [
        {
            "id": str(project.id),
            "title": project.title,
            "created_at": project.created_at,
            "brief": project.brief,
        }
        for project in await repository.of_owner(session, user_id)
    ]


@accounts.on_delete
async def delete_projects(session: AsyncSession, user_id: UUID) -> None:
    """Forget what the person's projects are about; bookings keep pointing at the emptied rows."""
    await repository.empty(session, user_id, title="Deleted project", brief=_dump(ProjectBrief()))
