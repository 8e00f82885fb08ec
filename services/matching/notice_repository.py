"""SQL of match notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models.accounts import User
from models.matching import MatchNotice, MatchRun
from models.projects import Project


@dataclass(frozen=True, slots=True)
class OpenProject:
    """A project, whose it is, and what was last searched for it."""

    id: UUID
    title: str
    room_id: UUID | None
    owner_id: UUID
    role: str
    timezone: str
    locale: str
    query: dict[str, Any]
    found: int
    """How many met everything in that search."""


# Who only came closest did not fit: once they do, that is news.
_SHOWN = text(
    """
    select (shown -> 'expert' ->> 'id')::uuid
    from match_runs r, json_array_elements(r.result -> 'items') shown
    where r.project_id = :project_id
    union
    select expert_id from match_notices where project_id = :project_id
    """
)

# One founder who searches ten times for one project looked once; the best fit of these counts.
_SEARCHES = text(
    """
    select distinct on (e.user_id, r.user_id, r.project_id)
        e.user_id as expert_user_id, (shown ->> 'score')::int as score, r.result -> 'understood' -> 'skills' as skills
    from match_runs r
    cross join lateral json_array_elements(r.result -> 'items') shown
    join experts e on e.id = (shown -> 'expert' ->> 'id')::uuid
    where e.status = 'approved' and r.created_at > :since and e.user_id = any(:experts) and r.user_id <> e.user_id
    order by e.user_id, r.user_id, r.project_id, score desc
    """
)


async def open_projects(session: AsyncSession, *, searched_since: datetime, limit: int) -> Sequence[UUID]:
    """Projects that somebody looked for experts for lately, the latest first."""
    last = func.max(MatchRun.created_at)
    query = (
        select(MatchRun.project_id)
        .where(MatchRun.project_id.is_not(None), MatchRun.created_at > searched_since)
        .group_by(MatchRun.project_id)
        .order_by(last.desc())
        .limit(limit)
    )
    return [key for key in (await session.scalars(query)).all() if key is not None]


async def open_project(session: AsyncSession, project_id: UUID) -> OpenProject | None:
    """A project with the last search that its owner made for it. None where there is none."""
    row = (
        await session.execute(
            select(
                Project.id,
                Project.title,
                Project.room_id,
                Project.owner_id,
                User.role,
                User.timezone,
                User.locale,
                MatchRun.query,
                func.json_array_length(MatchRun.result["items"]),
            )
            .join(User, User.id == Project.owner_id)
            .join(MatchRun, (MatchRun.project_id == Project.id) & (MatchRun.user_id == Project.owner_id))
            .where(Project.id == project_id, User.deleted_at.is_(None), User.suspended_at.is_(None))
            .order_by(MatchRun.created_at.desc())
            .limit(1)
        )
    ).one_or_none()
    return OpenProject(*row) if row is not None else None


async def last_told(session: AsyncSession, project_id: UUID) -> datetime | None:
    """When the owner was last told of somebody. Whoever asks holds the project until their transaction ends."""
    await session.execute(select(Project.id).where(Project.id == project_id).with_for_update())
    told: datetime | None = await session.scalar(
        select(func.max(MatchNotice.told_at)).where(MatchNotice.project_id == project_id)
    )
    return told


async def known(session: AsyncSession, project_id: UUID) -> set[UUID]:
    """The experts that the owner was shown as fitting a project, or was told of."""
    return set((await session.scalars(_SHOWN, {"project_id": project_id})).all())


async def note(session: AsyncSession, project_id: UUID, expert_ids: Sequence[UUID], *, at: datetime) -> None:
    """The owner has been told of these."""
    rows = [{"project_id": project_id, "expert_id": each, "told_at": at} for each in expert_ids]
    await session.execute(insert(MatchNotice).values(rows).on_conflict_do_nothing())


async def searches(
    session: AsyncSession, expert_user_ids: Sequence[UUID], *, since: datetime
) -> dict[UUID, list[tuple[int, list[str]]]]:
    """By expert, the searches of others that showed them: how well they fit, and the skills that were wanted."""
    rows = await session.execute(_SEARCHES, {"experts": list(expert_user_ids), "since": since})
    found: dict[UUID, list[tuple[int, list[str]]]] = {}
    for row in rows:
        found.setdefault(row.expert_user_id, []).append((row.score, row.skills))
    return found
