"""Matching over the demo experts: who is found, why, and what is said when nobody fits."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from pydantic import ValidationError
from sqlalchemy import select

from core.actor import Actor, Role
from core.db import Database
from core.errors import InvalidInput, NotFound
from core.exchange import usd_amount
from core.money import Money
from models.matching import MatchRun
from services.experts import service as experts
from services.experts.schemas import ExpertRead
from services.matching import service
from services.matching.needs import overlap_hours
from services.matching.schemas import ChangeKind, MatchList, MatchQuery, MatchSort
from tests.accounts.factories import make_actor

DIABETES = "I want to build a telehealth app for people with diabetes. We have $80k and about 4 months."


async def find(db: Database, actor: Actor, text: str = "", **fields: object) -> MatchList:
    return await service.search(db, actor, MatchQuery.model_validate({"text": text, **fields}))


async def test_a_founders_first_question_finds_people_from_digital_health(
    library: Database, founder: Actor
) -> None:
    result = await find(library, founder, DIABETES, max_rate=Money.of(150, "USD"))
    assert len(result.items) == 5
    assert result.closest == []
    assert result.understood.industries == ["healthcare"]
    for match in result.items:
        assert "healthcare" in match.expert.industries
        assert usd_amount(match.expert.rate) <= 15_000
        assert match.rate.currency == "USD"
        assert match.slots == sorted(match.slots)
        assert match.slots[0] > datetime.now(UTC)
        assert match.missing == []
    assert [match.score for match in result.items] == sorted((m.score for m in result.items), reverse=True)
    assert result.items[0].score >= 60


async def test_points_of_the_factors_add_up_to_the_score(library: Database, founder: Actor) -> None:
    result = await find(
        library,
        founder,
        "React marketplace with Stripe payouts, we have an MVP",
        stage="mvp",
        max_rate=Money.of(200, "EUR"),
    )
    for match in result.items:
        assert sum(factor.points for factor in match.factors) == pytest.approx(match.score, abs=0.6)
        assert sum(factor.weight for factor in match.factors) == pytest.approx(1, abs=0.01)
        for factor in match.factors:
            assert factor.points == pytest.approx(100 * factor.weight * factor.value, abs=0.02)


async def test_every_passage_is_in_the_profile_word_for_word(library: Database, founder: Actor) -> None:
    result = await find(library, founder, DIABETES)
    for match in result.items:
        async with library.transaction() as session:
            profile = await experts.get(session, founder, match.expert.id)
        stored = _all_text(profile)
        quoted = next(factor.profile for factor in match.factors if factor.key == "similarity")
        assert quoted is not None
        assert quoted.removesuffix("…") in stored
        for reason in match.reasons:
            if "“" in reason:
                assert reason.split("“")[1].split("”")[0].removesuffix("…") in stored


def _all_text(profile: ExpertRead) -> str:
    outcomes = [outcome for role in profile.roles for outcome in role.outcomes]
    return " ".join(" ".join([profile.headline, *outcomes, profile.story]).split())


async def test_hard_filters_let_nobody_through(library: Database, founder: Actor) -> None:
    cases: list[tuple[dict[str, object], str]] = [
        ({"must_skills": ["kafka", "Postgres"]}, "skills"),
        ({"excluded_skills": ["Python"]}, "excluded"),
        ({"excluded_industries": ["fintech", "healthcare"]}, "industries"),
        ({"languages": ["es", "en"]}, "languages"),
        ({"min_overlap_hours": 8}, "overlap"),
        ({"countries": ["IN", "SG"]}, "countries"),
        ({"min_years": 20}, "years"),
        ({"min_rate": Money.of(150, "USD")}, "min_rate"),
        ({"max_rate": Money.of(60, "GBP")}, "max_rate"),
        ({"engagement": "interim"}, "engagement"),
    ]
    for fields, name in cases:
        result = await find(library, founder, "a lead for a data product", limit=10, **fields)
        assert result.items, name
        for match in result.items:
            async with library.transaction() as session:
                profile = await experts.get(session, founder, match.expert.id)
            held = {skill.skill for skill in profile.skills}
            kept = {
                "skills": {"apache-kafka", "postgresql"} <= held,
                "excluded": "python" not in held,
                "industries": not {"fintech", "healthcare"} & set(profile.industries),
                "languages": {"es", "en"} <= set(profile.languages),
                "overlap": overlap_hours("Europe/Berlin", profile.timezone, datetime.now(UTC).date()) >= 8,
                "countries": profile.country in ("IN", "SG"),
                "years": profile.years >= 20,
                "min_rate": usd_amount(profile.rate) >= 15_000,
                "max_rate": usd_amount(profile.rate) <= usd_amount(Money.of(60, "GBP")),
                "engagement": "interim" in profile.engagements,
            }
            assert kept[name], f"{name}: {profile.headline}"


async def test_a_must_that_is_no_known_skill_has_to_stand_in_the_profile(
    library: Database, founder: Actor
) -> None:
    result = await find(library, founder, must_skills=["USSD menus nobody listed", "cocoa season"])
    assert result.items == []
    found = await find(library, founder, must_skills=["cocoa season"])
    assert [match.expert.country for match in found.items] == ["GH"]


async def test_if_nobody_fits_the_closest_are_shown_with_what_is_missing(
    library: Database, founder: Actor
) -> None:
    result = await find(
        library, founder, "Rust embedded firmware", must_skills=["Rust"], max_rate=Money.of(50, "USD")
    )
    assert result.items == []
    assert result.closest
    assert all(match.missing for match in result.closest)
    assert "Nobody" in result.summary
    raised = next(change for change in result.changes if change.kind is ChangeKind.RAISE_RATE)
    again = await service.search(
        library, founder, MatchQuery.model_validate(result.query.model_dump() | raised.query)
    )
    assert len(again.items) == min(raised.adds, 5)
    dropped = next(change for change in result.changes if change.kind is ChangeKind.DROP_SKILL)
    assert dropped.query == {"must_skills": []}


async def test_a_list_of_people_who_have_done_nothing_like_it_says_so(
    library: Database, founder: Actor
) -> None:
    for text in ("My cat likes tuna", "um so yeah like please thanks"):
        result = await find(library, founder, text)
        assert (len(result.items), result.is_close) == (5, False)
        assert result.summary.startswith("No profile comes close to these words.")
    result = await find(library, founder, DIABETES)
    assert result.is_close
    assert result.summary == "Five people fit what you asked for."


async def test_what_is_excluded_stays_excluded_even_among_the_closest(
    library: Database, founder: Actor
) -> None:
    result = await find(
        library,
        founder,
        "COBOL on the mainframe",
        must_skills=["cobol", "elixir"],
        excluded_industries=["insurance"],
    )
    assert result.items == []
    for match in result.closest:
        assert "insurance" not in match.expert.industries


async def test_availability_from_a_date_and_within_days(library: Database, founder: Actor) -> None:
    start = datetime.now(UTC) + timedelta(days=10)
    result = await find(library, founder, DIABETES, available_from=start.date(), available_within_days=2)
    assert result.items
    for match in result.items:
        assert start.date() - timedelta(days=1) <= match.slots[0].date() <= start.date() + timedelta(days=3)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
async def test_dates_at_the_ends_of_the_calendar(library: Database, founder: Actor, zone: str) -> None:
    never = await find(
        library, founder, DIABETES, available_from="9999-12-31", available_within_days=60, timezone=zone
    )
    assert never.items == []
    long_ago = await find(library, founder, DIABETES, available_from="0001-01-01", timezone=zone)
    assert len(long_ago.items) == 5


async def test_an_order_of_the_founders_own(library: Database, founder: Actor) -> None:
    cheap = await find(library, founder, DIABETES, sort=MatchSort.RATE_LOW)
    rates = [usd_amount(match.expert.rate) for match in cheap.items]
    assert rates == sorted(rates)
    soon = await find(library, founder, DIABETES, sort=MatchSort.SOONEST)
    starts = [match.slots[0] for match in soon.items]
    assert starts == sorted(starts)
    shown = [match.expert.id for match in cheap.items]
    others = await find(library, founder, DIABETES, exclude=shown)
    assert not set(shown) & {match.expert.id for match in others.items}


async def test_a_run_is_stored_for_its_owner_alone(library: Database, founder: Actor) -> None:
    result = await find(library, founder, DIABETES)
    async with library.transaction() as session:
        run = (await session.scalars(select(MatchRun).where(MatchRun.id == result.id))).one()
        assert run.weights == result.weights
        assert run.query["text"] == DIABETES
        assert (await service.get(session, founder, result.id)).items[0].expert.id == result.items[
            0
        ].expert.id
        stranger = await make_actor(session)
        with pytest.raises(NotFound):
            await service.get(session, stranger, result.id)
        with pytest.raises(NotFound):
            await service.get(session, founder, uuid4())


async def test_nothing_but_the_ranking_goes_without_waiting_for_the_disk(
    library: Database, founder: Actor
) -> None:
    await service.search(library, founder, MatchQuery(text="Telemedicine"))
    async with library.connection() as kept:  # the one that the ranking was stored by
        assert await kept.fetchval(
            "select setting = reset_val from pg_settings where name = 'synchronous_commit'"
        )


async def test_a_search_that_fails_leaves_nothing_running(library: Database, founder: Actor) -> None:
    before = asyncio.all_tasks()
    with pytest.raises(asyncpg.DataError):
        await service.search(library, founder, MatchQuery(text="Telemedicine"), embedding=[0.0, 1.0])
    assert asyncio.all_tasks() <= before


async def test_guests_may_search_and_keep_their_list_when_they_sign_in(library: Database) -> None:
    guest = await make_actor(library, role=Role.GUEST)
    user = await make_actor(library)
    result = await find(library, guest, DIABETES)
    async with library.transaction() as session:
        await service.merge(session, guest.user_id, user.user_id)
    async with library.transaction() as session:
        assert (await service.get(session, user, result.id)).id == result.id


@pytest.mark.parametrize(
    "text",
    [
        "'; drop table experts; --",
        "%s {0} \\ & | ! ( ) <-> :*",
        "\u202e\u200b\x00 zero width",
        "💊" * 500,
        "word " * 1200,
        "日本語だけの説明",
        "and or not the",
    ],
)
async def test_hostile_text_is_only_text(library: Database, founder: Actor, text: str) -> None:
    result = await find(library, founder, text)
    assert len(result.items) == 5


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"languages": ["en", "xx"]}, "unknown_language"),
        ({"countries": ["ZZ"]}, "unknown_country"),
        ({"industries": ["no-such"]}, "unknown_industry"),
        ({"excluded_industries": ["no-such"]}, "unknown_industry"),
        # Passed over, it would show the very people who are not wanted.
        ({"excluded_skills": ["Frobnicator"]}, "unknown_skill"),
        ({"must_skills": ["Frobnicator"], "excluded_skills": ["Frobnicator"]}, "unknown_skill"),
        ({"industries": ["fintech"], "excluded_industries": ["fintech"]}, "contradiction"),
        ({"text": "… ?! --"}, "nothing_to_go_by"),
    ],
)
async def test_what_nobody_can_meet_is_said_and_not_searched(
    library: Database, founder: Actor, fields: dict[str, Any], code: str
) -> None:
    query = MatchQuery.model_validate({"text": "an app for runners"} | fields)
    with pytest.raises(InvalidInput) as caught:
        await service.search(library, founder, query)
    assert caught.value.code == code


async def test_queries_that_say_nothing_or_contradict_are_refused(library: Database, founder: Actor) -> None:
    for fields in (
        {},
        {"text": "   \u200b "},
        {"text": "x" * 6001},
        {"text": "a", "limit": 0},
        {"text": "a", "limit": 11},
        {"text": "a", "max_rate": {"amount": 0, "currency": "USD"}},
        {"text": "a", "max_rate": {"amount": -5, "currency": "USD"}},
        {"text": "a", "timezone": "Moon/Base"},
        {"text": "a", "unknown": 1},
        {"text": "a", "must_skills": ["x"] * 3 + [str(n) for n in range(12)]},
    ):
        with pytest.raises(ValidationError):
            MatchQuery.model_validate(fields)
    with pytest.raises(InvalidInput):
        await find(library, founder, "a", must_skills=["React"], excluded_skills=["reactjs"])
    with pytest.raises(InvalidInput):
        await find(library, founder, "a", max_rate=Money(amount=100, currency="XTS"))
    with pytest.raises(InvalidInput):
        await find(library, founder, "a", min_rate=Money.of(90, "EUR"), max_rate=Money.of(80, "USD"))
    with pytest.raises(NotFound):
        await find(library, founder, "a", project_id=uuid4())
