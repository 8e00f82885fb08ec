"""Projects: the brief, the founder's edits of it, and the analyses."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from api.deps import ActorDep, SessionDep, scoped
from api.problem import problem
from core.actor import Scope
from services.projects import service
from services.projects.analysis.schemas import AnalysisRead
from services.projects.schemas import (
    AnalysisPage,
    BriefEdit,
    NewProject,
    ProjectPage,
    ProjectRead,
    Statement,
)

router = APIRouter(prefix="/projects", tags=["projects"])

_READ = [scoped(Scope.PROJECTS_READ)]
_WRITE = [scoped(Scope.PROJECTS_WRITE)]
Cursor = Annotated[str | None, Query(max_length=60)]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("", dependencies=_READ, responses=problem(401, 403, 422))
async def list_projects(
    session: SessionDep, actor: ActorDep, cursor: Cursor = None, limit: Limit = service.PAGE
) -> ProjectPage:
    """One's own projects, newest first."""
    return await service.list_projects(session, actor, cursor, limit)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=_WRITE, responses=problem(401, 403, 422))
async def create_project(session: SessionDep, actor: ActorDep, data: NewProject) -> ProjectRead:
    """Start a project from a description in plain words."""
    return await service.create(session, actor, data)


@router.get("/{project_id}", dependencies=_READ, responses=problem(401, 403, 404, 422))
async def read_project(session: SessionDep, actor: ActorDep, project_id: UUID) -> ProjectRead:
    """A project with its brief: every fact with where it comes from."""
    return await service.get(session, actor, project_id)


@router.patch("/{project_id}/brief", dependencies=_WRITE, responses=problem(401, 403, 404, 409, 422))
async def edit_project_brief(
    session: SessionDep, actor: ActorDep, project_id: UUID, data: BriefEdit
) -> ProjectRead:
    """Edit the brief by hand. `version` is the brief version the edit was made on; another one that stands is a 409."""
    return await service.edit_brief(session, actor, project_id, data)


@router.post("/{project_id}/statements", dependencies=_WRITE, responses=problem(401, 403, 404, 422))
async def add_project_statement(
    session: SessionDep, actor: ActorDep, project_id: UUID, data: Statement
) -> ProjectRead:
    """Say more about a project in plain words; the facts in them go into the brief."""
    return await service.tell(session, actor, project_id, data)


@router.get("/{project_id}/analysis", dependencies=_READ, responses=problem(401, 403, 404, 422))
async def read_project_analysis(
    session: SessionDep,
    actor: ActorDep,
    project_id: UUID,
    version: Annotated[int | None, Query(ge=1, le=10**6)] = None,
) -> AnalysisRead:
    """The newest analysis, or one version of it; a 404 with code `not_analysed` before the first."""
    return await service.analysis(session, actor, project_id, version)


@router.post("/{project_id}/analysis", dependencies=_WRITE, responses=problem(401, 403, 404, 422))
async def analyse_project(session: SessionDep, actor: ActorDep, project_id: UUID) -> AnalysisRead:
    """Analyse the brief as it stands. A brief that has been analysed already gives the same version again."""
    return await service.analyse(session, actor, project_id)


@router.get("/{project_id}/analyses", dependencies=_READ, responses=problem(401, 403, 404, 422))
async def list_project_analyses(
    session: SessionDep, actor: ActorDep, project_id: UUID, cursor: Cursor = None, limit: Limit = service.PAGE
) -> AnalysisPage:
    """All versions of the analysis, newest first."""
    return await service.list_analyses(session, actor, project_id, cursor, limit)
