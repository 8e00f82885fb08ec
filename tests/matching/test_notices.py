"""Match notices: whom founders and experts are told of, once, and that nobody else is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor
from core.db import Database
from models.accounts import User
from models.experts import Expert
from models.matching import MatchNotice
from models.notifications import Email
from models.projects import Project
from services.accounts import profiles
from services.accounts.schemas import UserRead
from services.matching import service
from services.matching.notice_repository import open_projects
from services.matching.notices import MOST_PEOPLE, look_again, tell_experts, tell_founder
from services.matching.schemas import MatchList, MatchQuery
from services.notifications import choosing, notices
from services.notifications.kinds import ChangeChoice, Kind
from services.notifications.notices import NotificationRead
from tests.accounts.factories import actor_for, make_user
from tests.matching.test_search import DIABETES


async def searched(db: Database) -> tuple[Actor, UUID, MatchList]:
    """A founder who has looked for experts for a project."""
    owner = actor_for(await make_user(db))
    async with db.transaction() as session:
        project = Project(owner_id=owner.user_id, title="Telehealth <b>", brief={}, brief_version=0)
        session.add(project)
        await session.flush()
        project_id = project.id
    query = MatchQuery(text=DIABETES, project_id=project_id)
    return owner, project_id, await service.search(db, owner, query)


async def forget_who_was_shown(db: Database, project_id: UUID) -> None:
    """As if those who fit had all joined since the search."""
    async with db.transaction() as session:
        await session.execute(
            text(
                "update match_runs set result = jsonb_set(jsonb_set(result::jsonb, '{items}', '[]'), '{closest}', '[]')"
                " where project_id = :id"
            ),
            {"id": project_id},
        )


async def lines(db: Database, actor: Actor) -> list[NotificationRead]:
    async with db.transaction() as session:
        return (await notices.list_own(session, actor)).items


async def mails(db: Database, user_id: UUID, template: str) -> list[Email]:
    async with db.transaction() as session:
        return list(await session.scalars(select(Email).filter_by(user_id=user_id, template=template)))


async def runs(db: Database, project_id: UUID) -> int:
    async with db.transaction() as session:
        count: int = await session.scalar(
            text("select count(*) from match_runs where project_id = :id"), {"id": project_id}
        )
        return count


async def test_a_founder_hears_of_people_they_do_not_know(library: Database) -> None:
    owner, project_id, result = await searched(library)
    await tell_founder(library, project_id=project_id)
    assert await lines(library, owner) == [], "whom they have seen is no news"

    await forget_who_was_shown(library, project_id)
    await tell_founder(library, project_id=project_id)
    await tell_founder(library, project_id=project_id)
    (line,) = await lines(library, owner)
    assert line.title == f"{MOST_PEOPLE} CTOs newly fit Telehealth <b>"
    (mail,) = await mails(library, owner.user_id, "new_match")
    told = [person["name"] for person in mail.context["people"]]
    assert told == [match.expert.name for match in result.items[:MOST_PEOPLE]]
    assert all(person["reason"] for person in mail.context["people"])
    assert await runs(library, project_id) == 1, "nobody searched, so no search is kept"

    async with library.transaction() as session:
        await session.execute(update(MatchNotice).values(told_at=MatchNotice.told_at - timedelta(days=1)))
    await tell_founder(library, project_id=project_id)
    async with library.transaction() as session:
        known = list(
            await session.scalars(select(MatchNotice.expert_id).where(MatchNotice.project_id == project_id))
        )
    assert len(known) == len(set(known)) == len(result.items)


async def test_who_comes_to_fit_a_search_that_found_nobody_is_news(library: Database) -> None:
    owner, project_id, _ = await searched(library)
    await forget_who_was_shown(library, project_id)
    query = MatchQuery(
        text="A marketplace for second-hand bicycles", project_id=project_id, must_skills=["Quuxinator"]
    )
    result = await service.search(library, owner, query)
    assert (result.items, len(result.closest)) == ([], 3)
    await tell_founder(library, project_id=project_id)
    assert await lines(library, owner) == [], "who only comes close does not fit"

    fits = result.closest[-1].expert
    async with library.transaction() as session:
        row = await session.get_one(Expert, fits.id)
        row.story = f"{row.story} I wrote the Quuxinator."
    await tell_founder(library, project_id=project_id)
    (line,) = await lines(library, owner)
    assert fits.name in line.title


async def test_what_is_gone_or_of_no_use_is_passed_over(library: Database) -> None:
    owner, project_id, _ = await searched(library)
    await forget_who_was_shown(library, project_id)
    async with library.transaction() as session:
        await session.execute(
            text("update match_runs set query = '{\"weather\": 7}' where project_id = :id"),
            {"id": project_id},
        )
    await tell_founder(library, project_id=project_id)
    await tell_founder(library, project_id=uuid4())
    assert await lines(library, owner) == []
    async with library.transaction() as session:
        await session.execute(
            update(User).where(User.id == owner.user_id).values(deleted_at=datetime.now(UTC))
        )
    await tell_founder(library, project_id=project_id)
    async with library.transaction() as session:
        assert project_id in await open_projects(
            session, searched_since=datetime.now(UTC) - timedelta(hours=1), limit=100
        )
        await session.execute(
            text("update match_runs set created_at = created_at - interval '40 days' where project_id = :id"),
            {"id": project_id},
        )
        assert project_id not in await open_projects(
            session, searched_since=datetime.now(UTC) - timedelta(days=30), limit=100
        )
    await look_again(library)


async def test_an_expert_who_asked_hears_once_in_the_morning(library: Database) -> None:
    _, _, first = await searched(library)
    await searched(library)
    shown = [match.expert.id for match in first.items[:2]]
    async with library.transaction() as session:
        experts = {
            row.id: row.user_id for row in await session.scalars(select(Expert).where(Expert.id.in_(shown)))
        }
        asked, silent = [actor_for(await _account(session, experts[expert_id])) for expert_id in shown]
        await choosing.change(session, asked, Kind.OPPORTUNITY, ChangeChoice(in_app=True, email=True))
        await _clock(session, asked.user_id, 15)
    await tell_experts(library)
    assert await lines(library, asked) == [], "not in the afternoon"
    async with library.transaction() as session:
        await _clock(session, asked.user_id, 9)
        await session.execute(update(Expert).where(Expert.id == shown[0]).values(status="paused"))
    await tell_experts(library)
    assert await lines(library, asked) == [], "not while nobody can find them"
    async with library.transaction() as session:
        await session.execute(update(Expert).where(Expert.id == shown[0]).values(status="approved"))
    await tell_experts(library)
    await tell_experts(library)
    (line,) = await lines(library, asked)
    assert "founders looked for someone like you" in line.title
    (mail,) = await mails(library, asked.user_id, "opportunities")
    assert mail.context["count"] >= 2
    assert 1 <= len(mail.context["searches"]) <= 5
    assert "Ada" not in str(mail.context), "who searched is not told"
    assert await lines(library, silent) == []


async def _account(session: AsyncSession, user_id: UUID) -> UserRead:
    return profiles.read(await session.get_one(User, user_id))


async def _clock(session: AsyncSession, user_id: UUID, hour: int) -> None:
    """Move a person to where it is that hour now."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    await session.execute(update(User).where(User.id == user_id).values(timezone=f"Etc/GMT{-ahead:+d}"))
