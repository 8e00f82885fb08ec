"""Who is never shown, and what never counts."""

from datetime import time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor
from core.db import Database
from core.money import Money
from models.accounts import User
from models.experts import Expert
from services.bookings import service as bookings
from services.bookings.schemas import AvailabilityInput, WeeklyHours
from services.experts import jobs as indexing
from services.experts import repository
from services.experts import service as experts
from services.experts.schemas import ProfilePatch, Status, StatusChange
from services.matching import service
from services.matching.schemas import Match, MatchQuery
from tests.accounts.factories import actor_for, make_user
from tests.experts.factories import STORY, SYSTEM, make_expert

BRIEF = "Falconry club management with telemetry from the birds"
HEADLINE = "Falconry software and telemetry for birds of prey"
QUERY = MatchQuery(text=BRIEF, limit=10)


async def shown(db: Database, actor: Actor) -> list[object]:
    result = await service.search(db, actor, QUERY)
    return [match.expert.id for match in [*result.items, *result.closest]]


async def change(db: Database, expert_id: UUID, status: Status) -> None:
    async with db.transaction() as session:
        step = StatusChange(status=status, reason="for the test")
        await experts.change_status(session, SYSTEM, step, expert_id=expert_id)


@pytest.mark.parametrize(
    ("status", "bookable"),
    [
        (Status.DRAFT, True),
        (Status.SUBMITTED, True),
        (Status.PAUSED, True),
        (Status.SUSPENDED, True),
        (Status.APPROVED, False),
    ],
)
async def test_nobody_is_shown_who_cannot_be_booked(
    library: Database, founder: Actor, status: Status, bookable: bool
) -> None:
    async with library.transaction() as session:
        _, hidden = await make_expert(session, headline=HEADLINE, status=status, bookable=bookable)
    await indexing.reindex(library, expert_id=hidden.id)
    assert hidden.id not in await shown(library, founder)


async def test_an_expert_appears_when_indexed_and_disappears_when_paused(
    library: Database, founder: Actor
) -> None:
    async with library.transaction() as session:
        owner, expert = await make_expert(session, headline=HEADLINE)
    await indexing.reindex(library, expert_id=expert.id)
    result = await service.search(library, founder, QUERY)
    assert result.items[0].expert.id == expert.id
    async with library.transaction() as session:
        await experts.change_status(session, owner, StatusChange(status=Status.PAUSED))
    assert expert.id not in await shown(library, founder)
    async with library.transaction() as session:
        old = await service.get(session, founder, result.id)
    assert old.items[0].expert.id == expert.id
    assert not old.items[0].is_available
    assert old.items[0].slots == []
    assert old.items[1].is_available


async def test_swapping_names_photos_and_countries_changes_no_rank(library: Database, founder: Actor) -> None:
    """Two sets of people with the same profiles, under very different names and from different countries."""
    query = MatchQuery(text="telehealth for people with diabetes", limit=10)
    before = await service.search(library, founder, query)
    order = [match.expert.id for match in before.items]
    async with library.transaction() as session:
        people = {match.expert.id: match.expert for match in before.items}
        for expert_id, other in zip(order, reversed(order), strict=True):
            await _become(
                session, people[expert_id].user_id, expert_id, people[other].name, people[other].country
            )
    after = await service.search(library, founder, query)
    async with library.transaction() as session:
        for card in people.values():
            await _become(session, card.user_id, card.id, card.name, card.country)
    assert [match.expert.id for match in after.items] == order
    assert [match.score for match in after.items] == [match.score for match in before.items]
    assert after.items[0].expert.name == before.items[-1].expert.name


async def _become(session: AsyncSession, user_id: object, expert_id: object, name: str, country: str) -> None:
    await session.execute(
        update(User)
        .where(User.id == user_id)
        .values(name=name, avatar_url=f"https://photos.example/{country}.jpg")
    )
    await session.execute(update(Expert).where(Expert.id == expert_id).values(country=country))


async def test_ratings_count_little_until_there_are_several(library: Database) -> None:
    founder = actor_for(await make_user(library, timezone="Europe/Lisbon"))
    headline = "Apiary hive monitoring for beekeepers"
    async with library.transaction() as session:
        made = {}
        for name, total, count in (("none", 0, 0), ("one", 5, 1), ("many", 48, 10), ("bad", 20, 10)):
            _, expert = await make_expert(session, headline=headline)
            made[name] = expert.id
            await session.execute(
                update(Expert).where(Expert.id == expert.id).values(rating_sum=total, rating_count=count)
            )
    await indexing.index_missing(library)
    result = await service.search(
        library, founder, MatchQuery(text="software for beekeepers and their hives")
    )
    order = [match.expert.id for match in result.items[:4]]
    assert order == [made["many"], made["one"], made["none"], made["bad"]]
    async with library.transaction() as session:
        for expert_id in made.values():
            pause = StatusChange(status=Status.PAUSED)
            await experts.change_status(session, SYSTEM, pause, expert_id=expert_id)


async def test_embeddings_of_another_model_are_never_compared(library: Database, founder: Actor) -> None:
    async with library.transaction() as session:
        _, expert = await make_expert(session, headline=HEADLINE)
        await repository.store_embedding(
            session,
            expert.id,
            model="text-embedding-3-small",
            content_hash="x",
            vector=[0.02551] * 1536,
            passages=[],
        )
    assert expert.id not in await shown(library, founder)


async def test_an_old_list_tells_nothing_new_of_those_who_have_left(
    library: Database, founder: Actor
) -> None:
    """A profile that is not shown any more may be rewritten by its owner, which is nobody else's business, and what it
    said is not shown on."""
    async with library.transaction() as session:
        owner, expert = await make_expert(session, headline=HEADLINE)
    await indexing.index_missing(library)
    result = await service.search(library, founder, QUERY)

    async def now() -> Match:
        async with library.transaction() as session:
            old = await service.get(session, founder, result.id)
        return next(match for match in old.items if match.expert.id == expert.id)

    then = await now()
    assert (then.is_available, bool(then.slots)) == (True, True)
    await change(library, expert.id, Status.PAUSED)
    async with library.transaction() as session:
        await experts.update_profile(session, owner, ProfilePatch(headline="Not ready to be read"))
    paused = await now()
    assert (paused.is_available, paused.slots, paused.expert.headline) == (False, [], HEADLINE)
    await change(library, expert.id, Status.SUSPENDED)
    gone = await now()
    assert gone.expert.name == expert.name
    assert gone.score == then.score
    said = gone.model_dump_json()
    for secret in (HEADLINE, "Not ready to be read", STORY[:40], "Python"):
        assert secret not in said


async def test_the_free_times_of_an_old_list_are_those_of_now(library: Database, founder: Actor) -> None:
    async with library.transaction() as session:
        owner, expert = await make_expert(session, headline=HEADLINE)
    await indexing.index_missing(library)
    result = await service.search(library, founder, QUERY)
    async with library.transaction() as session:
        days = [(clock.now() + timedelta(days=n)).date() for n in range(-1, 6)]
        week = [WeeklyHours(weekday=day, start=time(8), end=time(18)) for day in range(7)]
        await bookings.set_availability(session, owner, expert.id, AvailabilityInput(week=week, closed=days))
    async with library.transaction() as session:
        old = await service.get(session, founder, result.id)
    match = next(match for match in old.items if match.expert.id == expert.id)
    assert match.is_available
    assert len(match.slots) == 3
    assert match.slots[0] > result.created_at + timedelta(days=5)
    await change(library, expert.id, Status.PAUSED)


async def test_nobody_is_matched_with_themselves(library: Database) -> None:
    async with library.transaction() as session:
        owner, expert = await make_expert(session, headline=HEADLINE)
    await indexing.index_missing(library)
    assert expert.id not in await shown(library, owner)
    assert expert.id in await shown(library, actor_for(await make_user(library)))
    await change(library, expert.id, Status.PAUSED)


async def test_a_limit_of_less_than_a_cent_is_only_a_limit(library: Database, founder: Actor) -> None:
    low = Money(amount=1, currency="VND")
    result = await service.search(library, founder, MatchQuery(text=BRIEF, max_rate=low))
    assert result.items == []
    assert all(any("more than your limit" in each for each in match.missing) for match in result.closest)
