"""Match notices: founders hear of people who newly fit an open project, and experts who asked for it of the searches
that showed them.

A profile that is approved or changed is embedded anew; some minutes later the projects that were searched for lately
are searched again, as their owners last did. Whom an owner has seen or was told of is not told again; once a day a
project, at most three people. They have to fit well, unless the search had found nobody. Experts hear once a day, in
the morning of their own clock, of at most five searches, never of who searched.
"""

import logging
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import ROLE_SCOPES, Actor, Role
from core.db import Database
from core.errors import SextantError, VendorUnavailable
from core.jobs import enqueue, job, periodic
from core.settings import settings
from services.experts.jobs import on_indexed
from services.experts.reading import skill_name
from services.matching import notice_repository as repository
from services.matching import service
from services.matching.schemas import Match, MatchQuery
from services.notifications import choosing
from services.notifications import service as notifications
from services.notifications.kinds import Kind

log = logging.getLogger(__name__)

OPEN_FOR = timedelta(days=30)
MOST_PROJECTS = 500
# Several changes of a profile are one; a project hears once a day.
SETTLED_AFTER = timedelta(minutes=10)
BETWEEN = timedelta(hours=20)
MOST_PEOPLE, LEAST_SCORE = 3, 60
MORNING, DAY, MOST_SEARCHES, MOST_SKILLS = 9, timedelta(hours=24), 5, 6


@on_indexed
async def profiles_changed(session: AsyncSession) -> None:
    """Search again for open projects, once for all changes that come together."""
    await enqueue(session, look_again, delay=SETTLED_AFTER, key="matching.look_again")


@job("matching.look_again")
async def look_again(db: Database) -> None:
    """Have every open project searched again."""
    async with db.transaction() as session:
        since = clock.now() - OPEN_FOR
        for project_id in await repository.open_projects(session, searched_since=since, limit=MOST_PROJECTS):
            key = f"matching.tell_founder:{project_id}"
            await enqueue(session, tell_founder, key=key, project_id=project_id)


@periodic("matching.look_again_daily", "10 7 * * *")
async def look_again_daily(db: Database) -> None:
    """What came while an owner had just been told of others."""
    await look_again(db)


@job("matching.tell_founder")
async def tell_founder(db: Database, *, project_id: UUID) -> None:
    """Tell the owner of a project of people who fit it and whom they do not know. Raises VendorUnavailable."""
    async with db.transaction() as session:
        project = await repository.open_project(session, project_id)
    if project is None:
        return
    role = Role(project.role)
    actor = Actor(
        user_id=project.owner_id,
        role=role,
        scopes=ROLE_SCOPES[role],
        timezone=project.timezone,
        locale=project.locale,
    )
    try:
        result = await service.search(db, actor, MatchQuery.model_validate(project.query), keep=False)
    except VendorUnavailable:
        raise
    except (SextantError, ValidationError) as error:
        log.info("a stored search is of no use any more: %s", error, extra={"project": str(project_id)})
        return
    async with db.transaction() as session:
        last = await repository.last_told(session, project_id)
        if last is not None and clock.now() - last < BETWEEN:
            return
        known = await repository.known(session, project_id)
        # Where nobody met everything, whoever does now is news.
        least = LEAST_SCORE if project.found else 0
        new = [each for each in result.items if each.expert.id not in known and each.score >= least]
        if new:
            await _tell_founder(session, project, new[:MOST_PEOPLE])


async def _tell_founder(session: AsyncSession, project: repository.OpenProject, new: list[Match]) -> None:
    now = clock.now()
    await repository.note(session, project.id, [each.expert.id for each in new], at=now)
    path = f"/chats/{project.room_id}" if project.room_id else "/"
    if len(new) == 1:
        path = f"/experts/{new[0].expert.id}"
    key = f"new_match:{project.id}:{now:%Y%m%d%H%M}"
    reasons = [each.reasons[0] if each.reasons else each.expert.headline for each in new]
    news = notifications.News(
        project.owner_id,
        Kind.MATCH,
        "new_match",
        key=key,
        path=path,
        count=len(new),
        context={
            "name": new[0].expert.name,
            "project": project.title,
            "reason": reasons[0] if len(new) == 1 else ", ".join(each.expert.name for each in new),
        },
    )
    await notifications.tell(session, news)
    await notifications.send_email(
        session,
        user_id=project.owner_id,
        template="new_match",
        context={
            "project": project.title[:200],
            "people": [
                {"name": each.expert.name, "score": each.score, "reason": reason[:300]}
                for each, reason in zip(new, reasons, strict=True)
            ],
            "url": settings().base_url + path,
        },
        key=key,
    )


@periodic("matching.tell_experts", "5 * * * *")
async def tell_experts(db: Database) -> None:
    """Tell the experts for whom it is morning of the searches of a day."""
    async with db.transaction() as session:
        now = clock.now()
        morning = {
            each.user_id: now.astimezone(ZoneInfo(each.timezone)).date()
            for each in await choosing.who_asked_for(session, Kind.OPPORTUNITY)
            if each.user_id is not None and now.astimezone(ZoneInfo(each.timezone)).hour == MORNING
        }
        found = await repository.searches(session, list(morning), since=now - DAY)
        for user_id, searches in found.items():
            await _tell_expert(session, user_id, searches, key=f"opportunities:{user_id}:{morning[user_id]}")


async def _tell_expert(
    session: AsyncSession, user_id: UUID, searches: list[tuple[int, list[str]]], *, key: str
) -> None:
    best = sorted(searches, key=lambda search: -search[0])[:MOST_SEARCHES]
    wanted = [
        {"score": score, "skills": [skill_name(slug) for slug in skills[:MOST_SKILLS]]}
        for score, skills in best
    ]
    news = notifications.News(
        user_id,
        Kind.OPPORTUNITY,
        "opportunities",
        key=key,
        path="/cto",
        count=len(searches),
        context={"wanted": ", ".join(skill_name(slug) for slug in best[0][1][:MOST_SKILLS])},
    )
    await notifications.tell(session, news)
    await notifications.send_email(
        session,
        user_id=user_id,
        template="opportunities",
        context={"count": len(searches), "searches": wanted, "url": f"{settings().base_url}/cto"},
        key=key,
    )
