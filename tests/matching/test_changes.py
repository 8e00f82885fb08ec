"""What would change a result is counted: whoever makes the change finds as many more people as it promises."""

from datetime import time, timedelta
from typing import Any

import pytest

from core import clock
from core.actor import Actor
from core.db import Database
from core.money import Money
from services.bookings import service as bookings
from services.bookings.schemas import AvailabilityInput, ExtraHours
from services.experts import jobs as indexing
from services.experts import service as experts
from services.matching import service
from services.matching.schemas import Change, ChangeKind, MatchList, MatchQuery
from tests.experts.factories import make_expert

ISLAND: dict[str, Any] = {
    "skills": [{"skill": "cobol", "years": 9}],
    "country": "IM",
    "languages": ["gv", "en"],
}
QUERY: dict[str, Any] = {
    "text": "moving a bank off its mainframe",
    "must_skills": ["COBOL"],
    "countries": ["IM"],
    "languages": ["gv"],
    "max_rate": {"amount": 10_000, "currency": "USD"},
    "limit": 10,
}


@pytest.fixture(scope="module")
async def island(library: Database) -> Database:
    """One who fits, seven who cost a little more, two who speak another language, of whom one has no time, and one who
    has time in ten days only."""
    async with library.transaction() as session:
        await make_expert(session, rate=90, **ISLAND)
        for _ in range(7):
            await make_expert(session, rate=104, **ISLAND)
        await make_expert(session, rate=95, **ISLAND | {"languages": ["en"]})
        _, busy = await make_expert(session, bookable=False, rate=80, **ISLAND | {"languages": ["en"]})
        await experts.set_bookable(session, busy.id, True)
        owner, late = await make_expert(session, bookable=False, rate=70, **ISLAND)
        day = (clock.now() + timedelta(days=10)).date()
        hours = ExtraHours(day=day, start=time(8), end=time(18))
        await bookings.set_availability(session, owner, late.id, AvailabilityInput(week=[], extra=[hours]))
    await indexing.index_missing(library)
    return library


async def find(db: Database, actor: Actor, query: dict[str, Any]) -> MatchList:
    return await service.search(db, actor, MatchQuery.model_validate(query))


def by_kind(result: MatchList) -> dict[ChangeKind, Change]:
    return {change.kind: change for change in result.changes}


async def test_a_change_adds_as_many_as_it_says(island: Database, founder: Actor) -> None:
    for more, kinds in (
        ({}, {ChangeKind.RAISE_RATE: 7, ChangeKind.DROP_LANGUAGE: 1}),
        ({"available_within_days": 3}, {ChangeKind.DROP_TIME: 1, ChangeKind.RAISE_RATE: 7}),
        ({"max_rate": None, "min_rate": {"amount": 10_000, "currency": "USD"}}, {ChangeKind.LOWER_RATE: 2}),
    ):
        query = QUERY | more
        result = await find(island, founder, query)
        changes = by_kind(result)
        for kind, adds in kinds.items():
            assert changes[kind].adds == adds, kind
        for change in result.changes:
            after = await find(island, founder, query | change.query)
            assert min(10, len(result.items) + change.adds) == len(after.items), change.text
    raised = by_kind(await find(island, founder, QUERY))[ChangeKind.RAISE_RATE]
    assert raised.text == "Raising your limit by $5 an hour adds 7 people."
    assert raised.ask == "Raise my limit to $105 an hour."
    assert raised.query == {"max_rate": Money.of(105, "USD").model_dump()}


async def test_when_nobody_has_time_the_day_is_what_would_change_it(island: Database, founder: Actor) -> None:
    query = QUERY | {
        "min_rate": {"amount": 6_500, "currency": "USD"},
        "max_rate": {"amount": 7_500, "currency": "USD"},
    }
    result = await find(island, founder, query | {"available_within_days": 2})
    assert result.items == []
    assert result.closest[0].missing == ["no free slot in the time you asked for"]
    assert by_kind(result)[ChangeKind.DROP_TIME].text == "Leaving the day of the call open adds one person."
