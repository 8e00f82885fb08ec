"""Analyses of a project: a version for every brief that was analysed, with what changed against the one before."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import InvalidInput, NotFound
from models.projects import Project, ProjectAnalysis
from services.experts import service as experts
from services.projects import previewing, repository
from services.projects.analysis import compare
from services.projects.analysis.schemas import Analysis, AnalysisRead
from services.projects.estimation import RateCard
from services.projects.extraction.zones import today_of
from services.projects.schemas import AnalysisPage, AnalysisSummary, BriefPatch, ProjectBrief, WhatIf

PAGE = 20
GUIDED = "guided"


async def analyse(
    session: AsyncSession,
    actor: Actor,
    project_id: UUID,
    *,
    turn_id: UUID | None = None,
    engine: str = GUIDED,
) -> AnalysisRead:
    """Analyse a project of the actor's as its brief stands. A brief that has been analysed already gives that version
    again; a turn that analyses twice rewrites its version. Raises NotFound."""
    actor.require(Scope.PROJECTS_WRITE)
    project = await repository.own(session, actor, project_id)
    if project is None:
        raise _not_found(project_id)
    latest = await repository.latest_analysis(session, project_id)
    if latest is not None and latest.brief_version == project.brief_version:
        return _read(latest)
    made = await _analyse(session, actor, _brief(project))
    row = await repository.analysis_of_turn(session, project_id, turn_id) if turn_id else None
    if row is None:
        row = ProjectAnalysis(
            project_id=project_id,
            version=(latest.version if latest else 0) + 1,
            turn_id=turn_id,
            brief_version=0,
            engine=engine,
            data={},
        )
    before = await _before(session, row)
    differences = compare(before, made) if before is not None else []
    row.brief_version, row.engine = project.brief_version, engine
    row.data = made.model_dump(mode="json") | {
        "differences": [difference.model_dump(mode="json") for difference in differences]
    }
    await repository.add_analysis(session, row)
    return _read(row)


async def latest_analysis(session: AsyncSession, actor: Actor, project_id: UUID) -> AnalysisRead | None:
    """The newest analysis of a project the actor may see; None before the first. Raises NotFound."""
    await _visible(session, actor, project_id)
    row = await repository.latest_analysis(session, project_id)
    return _read(row) if row is not None else None


async def analysis(
    session: AsyncSession, actor: Actor, project_id: UUID, version: int | None = None
) -> AnalysisRead:
    """One version of the analysis, the newest by default. Raises NotFound (not_analysed before the first)."""
    await _visible(session, actor, project_id)
    row = (
        await repository.latest_analysis(session, project_id)
        if version is None
        else await repository.analysis(session, project_id, version)
    )
    if row is None:
        raise NotFound(
            "There is no such analysis of this project.", code="not_analysed", project=str(project_id)
        )
    return _read(row)


async def list_analyses(
    session: AsyncSession, actor: Actor, project_id: UUID, cursor: str | None = None, limit: int = PAGE
) -> AnalysisPage:
    """All versions, newest first. Raises NotFound, and InvalidInput for a cursor that is not ours."""
    await _visible(session, actor, project_id)
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise InvalidInput("This cursor is not one of ours.", code="bad_cursor")
    rows = await repository.analyses(
        session, project_id, before=int(cursor) if cursor else None, limit=limit + 1
    )
    items = [_summary(row) for row in rows[:limit]]
    return AnalysisPage(items=items, next_cursor=str(items[-1].version) if len(rows) > limit else None)


async def what_if(session: AsyncSession, actor: Actor, project_id: UUID, patch: BriefPatch) -> WhatIf:
    """The key figures with and without a change that is not made. Raises NotFound."""
    project = await _visible(session, actor, project_id)
    rates = await _rates(session)
    today = today_of(clock.now(), actor.timezone).day
    return await asyncio.to_thread(previewing.what_if, _brief(project), patch, rates, today)


async def _analyse(session: AsyncSession, actor: Actor, brief: ProjectBrief) -> Analysis:
    rates = await _rates(session)
    today = today_of(clock.now(), actor.timezone).day
    # Scoring every recommendation takes long enough to be felt by the others on this loop.
    return await asyncio.to_thread(previewing.analysis_of, brief, rates, today)


async def _rates(session: AsyncSession) -> RateCard:
    quartiles = await experts.rate_quartiles(session)
    if quartiles is None:
        return RateCard.default()
    return RateCard.from_marketplace(quartiles.p25, quartiles.p50, quartiles.p75, experts=quartiles.experts)


async def _before(session: AsyncSession, row: ProjectAnalysis) -> Analysis | None:
    previous = await repository.analysis(session, row.project_id, row.version - 1)
    return _parse(previous) if previous is not None else None


async def _visible(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    actor.require(Scope.PROJECTS_READ)
    row = await repository.get(session, actor, project_id)
    if row is None:
        raise _not_found(project_id)
    return row[0]


def _brief(project: Project) -> ProjectBrief:
    return ProjectBrief.model_validate(project.brief)


def _parse(row: ProjectAnalysis) -> Analysis:
    data = {name: value for name, value in row.data.items() if name in Analysis.model_fields}
    return Analysis.model_validate(data)


def _read(row: ProjectAnalysis) -> AnalysisRead:
    return AnalysisRead.model_validate(
        row.data
        | {
            "id": row.id,
            "project_id": row.project_id,
            "version": row.version,
            "created_at": row.created_at,
            "engine": row.engine,
        }
    )


def _summary(row: ProjectAnalysis) -> AnalysisSummary:
    made = _parse(row)
    return AnalysisSummary(
        id=row.id,
        version=row.version,
        brief_version=row.brief_version,
        created_at=row.created_at,
        engine=row.engine,
        score=made.health.score,
        p50_weeks=made.timeline.p50_weeks,
        p50_cost=made.budget.p50,
    )


def _not_found(project_id: UUID) -> NotFound:
    return NotFound("There is no such project.", project=str(project_id))
