"""Writing, deciding on and reading profiles."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Role
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput, NotFound, SignUpRequired
from core.money import Money
from models.experts import Expert
from services.experts import listing, service
from services.experts.listing_schemas import ExpertFilter, Sort
from services.experts.schemas import Check, Decision, ProfilePatch, Status, StatusChange
from tests.accounts.factories import actor_for, make_actor, make_user
from tests.experts.factories import STORY, SYSTEM, make_expert, profile


async def test_a_draft_is_its_owners_alone(session: AsyncSession) -> None:
    owner, draft = await make_expert(session, status=Status.DRAFT)
    stranger = await make_actor(session)
    assert draft.status is Status.DRAFT
    assert (await service.get(session, owner, draft.id)).id == draft.id
    assert (await service.get(session, SYSTEM, draft.slug)).id == draft.id
    with pytest.raises(NotFound):
        await service.get(session, stranger, draft.id)
    with pytest.raises(NotFound):
        await service.get(session, stranger, draft.slug)


async def test_everyone_sees_an_approved_profile_but_not_the_operators_note(session: AsyncSession) -> None:
    owner, expert = await make_expert(session, name="Ana Príncipe d'Ávila")
    guest = await make_actor(session, role=Role.GUEST)
    note = StatusChange(status=Status.SUSPENDED, reason="Identity not proven")
    await service.change_status(session, SYSTEM, note, expert_id=expert.id)
    assert (await service.get(session, owner, expert.id)).status_reason == "Identity not proven"
    back = StatusChange(status=Status.APPROVED, reason="Papers came")
    await service.change_status(session, SYSTEM, back, expert_id=expert.id)
    seen = await service.get(session, guest, expert.slug)
    assert seen.slug.startswith("ana-principe-d-avila")
    assert seen.status_reason is None


async def test_two_experts_of_one_name_get_two_slugs(session: AsyncSession) -> None:
    _, first = await make_expert(session, name="Kim Twin")
    _, second = await make_expert(session, name="Kim Twin")
    assert {first.slug, second.slug} == {"kim-twin", "kim-twin-2"}


async def test_people_of_one_name_who_begin_together_get_slugs_of_their_own(db: Database) -> None:
    async def begin() -> str:
        async with db.transaction() as session:
            _, expert = await make_expert(session, name="Pat Sametime", status=Status.DRAFT, bookable=False)
            await asyncio.sleep(0.02)  # so that the others choose before this one is stored
        return expert.slug

    assert len({*await asyncio.gather(*(begin() for _ in range(6)))}) == 6


async def test_one_profile_for_each_account_and_none_for_guests(session: AsyncSession) -> None:
    owner, _ = await make_expert(session)
    with pytest.raises(Conflict):
        await service.create_profile(session, owner, profile())
    guest = await make_actor(session, role=Role.GUEST)
    with pytest.raises(SignUpRequired):
        await service.create_profile(session, guest, profile())


async def test_skills_are_stored_under_their_canonical_names(session: AsyncSession) -> None:
    skills = [
        {"skill": "Postgres", "years": 3},
        {"skill": "postgresql", "years": 9, "level": 3},
        {"skill": "ReactJS", "years": 4},
    ]
    _, expert = await make_expert(session, skills=skills)
    assert [(skill.skill, skill.years, skill.level) for skill in expert.skills] == [
        ("postgresql", 9, 3),
        ("react", 4, 2),
    ]
    with pytest.raises(InvalidInput) as caught:
        await make_expert(session, skills=[{"skill": "Underwater basket weaving", "years": 3}])
    assert caught.value.code == "unknown_skill"


async def test_a_change_that_was_made_on_something_older_is_refused(session: AsyncSession) -> None:
    actor, _ = await make_expert(session)
    seen = (await service.my_profile(session, actor)).updated_at
    await service.update_profile(session, actor, ProfilePatch(headline="From one window", as_of=seen))
    with pytest.raises(Conflict) as caught:
        await service.update_profile(session, actor, ProfilePatch(headline="From another", as_of=seen))
    assert caught.value.code == "profile_changed"
    assert (await service.my_profile(session, actor)).headline == "From one window"


async def test_years_of_a_skill_are_a_change_of_the_profile(session: AsyncSession) -> None:
    """An operator approves what they have read: two years of Python do not become thirty meanwhile."""
    actor, expert = await make_expert(session, status=Status.SUBMITTED)
    mine = await service.my_profile(session, actor)
    skills = [{"skill": skill.skill, "years": 30, "level": 3} for skill in mine.skills]
    await service.update_profile(session, actor, ProfilePatch.model_validate({"skills": skills}))
    with pytest.raises(Conflict) as caught:
        await service.decide(
            session,
            await make_actor(session, role=Role.ADMIN),
            expert.id,
            Decision(status=Status.APPROVED, checklist=list(Check), as_of=mine.updated_at),
        )
    assert caught.value.code == "profile_changed"


async def test_what_an_owner_says_they_are_not_for_is_no_skill_of_theirs(session: AsyncSession) -> None:
    story = "If you want microservices, I am the wrong man. I build monoliths in Rails. I know nothing about Rust."
    _, expert = await make_expert(session, story=story)
    stored = await session.get(Expert, expert.id)
    assert stored is not None
    assert "ruby-on-rails" in stored.mentioned_slugs
    assert not {"microservices", "rust"} & set(stored.mentioned_slugs)


async def test_a_patch_changes_what_it_names_and_search_follows(session: AsyncSession) -> None:
    owner, expert = await make_expert(session, headline="Payments for zeppelin skippers")
    changed = await service.update_profile(session, owner, ProfilePatch(headline="Quokka telemetry"))
    assert (changed.headline, changed.story, changed.rate) == ("Quokka telemetry", STORY, expert.rate)
    page = await service.browse(session, owner, ExpertFilter(q="quokkas"))
    assert [card.id for card in page.items] == [expert.id]
    assert (await service.browse(session, owner, ExpertFilter(q="zeppelin skippers"))).items == []


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (0, "USD", "rate_out_of_range"),
        (-100, "USD", "rate_out_of_range"),
        (10**9, "USD", "rate_out_of_range"),
        (499, "USD", "rate_out_of_range"),
        (10_000, "XTS", "unknown_currency"),
    ],
)
async def test_rates_that_cannot_be_meant(
    session: AsyncSession, amount: int, currency: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await make_expert(session, rate=Money(amount=amount, currency=currency))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"country": "ZZ"}, "unknown_country"),
        ({"country": "UK"}, "unknown_country"),
        ({"languages": ["en", "qqq"]}, "unknown_language"),
        ({"roles": [{"title": "CTO", "company": "A", "from_year": 2020, "to_year": 2010}]}, "role_years"),
        ({"roles": [{"title": "CTO", "company": "A", "from_year": 2099}]}, "role_years"),
    ],
)
async def test_places_and_years_that_do_not_exist(
    session: AsyncSession, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await make_expert(session, **changes)
    assert caught.value.code == code
    owner, _ = await make_expert(session, languages=["mi", "xh"])
    with pytest.raises(InvalidInput):
        await service.update_profile(session, owner, ProfilePatch.model_validate(changes))


@pytest.mark.parametrize(
    "fields",
    [
        {"timezone": "localtime"},
        {"timezone": "Factory"},
        *(
            {"links": [{"kind": "website", "url": url}]}
            for url in (
                "https://sextant.example@evil.example/",
                "https://x\\@evil.example",
                "https://a b",
                "https://?",
            )
        ),
    ],
)
def test_zones_and_links_that_browsers_read_otherwise(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProfilePatch.model_validate(fields)


def test_an_address_is_linked_once() -> None:
    site, talk = "https://lind.example", "https://lind.example/talk"
    links = [{"kind": "website", "url": site}, {"kind": "talk", "url": talk}, {"kind": "other", "url": site}]
    patch = ProfilePatch.model_validate({"links": links})
    assert patch.links is not None
    assert [(link.kind, link.url) for link in patch.links] == [("website", site), ("talk", talk)]


def test_links_lose_what_turns_their_direction() -> None:
    link = {"kind": "website", "url": "https://\u202eexample.org/Ü?a=b@c#d"}
    patch = ProfilePatch.model_validate({"links": [link]})
    assert patch.links is not None
    assert patch.links[0].url == "https://example.org/Ü?a=b@c#d"


async def test_hostile_text_is_kept_as_text_without_what_cannot_be_seen(session: AsyncSession) -> None:
    story = "<script>alert('x')</script> \u202eevil\u202c zero\u200bwidth \x00nul " + STORY
    _, expert = await make_expert(session, headline="<b>Bold</b>\u2066 claims", story=story)
    assert expert.headline == "<b>Bold</b> claims"
    assert expert.story.startswith("<script>alert('x')</script> evil zerowidth nul")
    owner, again = await make_expert(
        session, headline="'; drop table experts; --", story="%s {0} \\ " + STORY
    )
    assert (await service.get(session, owner, again.slug)).headline == "'; drop table experts; --"


def test_a_profile_of_a_megabyte_is_refused() -> None:
    with pytest.raises(ValidationError):
        profile(story="x" * 1_000_000)
    with pytest.raises(ValidationError):
        profile(skills=[{"skill": f"python {n}", "years": 1} for n in range(500)])
    with pytest.raises(ValidationError):
        profile(links=[{"kind": "website", "url": "javascript:alert(1)"}])
    with pytest.raises(ValidationError):
        profile(timezone="Mars/Olympus")


async def test_the_ways_of_a_status(session: AsyncSession) -> None:
    owner, expert = await make_expert(session, status=Status.DRAFT)
    with pytest.raises(Forbidden):
        await service.change_status(session, owner, StatusChange(status=Status.SUSPENDED))
    with pytest.raises(Conflict):
        await service.change_status(session, owner, StatusChange(status=Status.PAUSED))
    submitted = await service.change_status(session, owner, StatusChange(status=Status.SUBMITTED))
    assert submitted.status is Status.SUBMITTED
    with pytest.raises(Forbidden):
        await service.change_status(session, owner, StatusChange(status=Status.APPROVED))
    with pytest.raises(InvalidInput):
        await service.change_status(session, SYSTEM, StatusChange(status=Status.DRAFT), expert_id=expert.id)
    stranger = await make_actor(session)
    with pytest.raises(Forbidden):
        await service.change_status(
            session, stranger, StatusChange(status=Status.APPROVED), expert_id=expert.id
        )
    approve = StatusChange(status=Status.APPROVED)
    assert (
        await service.change_status(session, SYSTEM, approve, expert_id=expert.id)
    ).status is Status.APPROVED
    paused = await service.change_status(session, owner, StatusChange(status=Status.PAUSED))
    assert paused.status is Status.PAUSED
    with pytest.raises(NotFound):
        await service.get(session, stranger, expert.id)


async def test_counts_of_many_are_those_of_the_minute(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = actor_for(await make_user(session))
    here = ExpertFilter(languages=["gv"])

    async def make(number: int) -> None:
        for _ in range(number):
            await make_expert(session, languages=["gv"])

    async def seen() -> tuple[int, int | None, int]:
        page = await service.browse(session, user, here)
        assert page.facets is not None
        [manx] = [each for each in page.facets.languages if each.value == "gv"]
        return len(page.items), page.total, manx.count

    await make(2)
    assert await seen() == (2, 2, 2)
    await make(1)
    assert await seen() == (3, 3, 3)  # of few, at once
    monkeypatch.setattr(listing, "_MANY", 2)
    monkeypatch.setattr(listing, "_MOST_REMEMBERED", 1)
    assert await seen() == (3, 3, 3)
    await make(1)
    assert await seen() == (4, 3, 3)
    later = clock.now() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await seen() == (4, 4, 4)
    here = here.model_copy(update={"sort": Sort.NEWEST, "limit": 1})
    assert await seen() == (1, 4, 4)
    await service.browse(session, user, ExpertFilter())
    assert len(listing._remembered) <= 1


async def test_browsing_narrows_counts_and_pages_without_repeating(session: AsyncSession) -> None:
    user = actor_for(await make_user(session))
    made = []
    for number in range(7):
        _, expert = await make_expert(
            session,
            skills=[{"skill": "cobol", "years": 5 + number}],
            industries=["insurance"] if number % 2 else ["government"],
            languages=["en", "cy"],
            rate=40 + 10 * number,
        )
        made.append(expert.id)
    await make_expert(
        session, skills=[{"skill": "cobol", "years": 9}], languages=["cy"], status=Status.PAUSED
    )
    narrow = ExpertFilter(skills=["COBOL"], languages=["cy"], sort=Sort.RATE_LOW, limit=3)
    seen = []
    page = await service.browse(session, user, narrow)
    assert page.total == 7
    assert page.facets is not None
    assert {value.value: value.count for value in page.facets.industries} == {"insurance": 3, "government": 4}
    while True:
        seen += [card.id for card in page.items]
        if page.next_cursor is None:
            break
        page = await service.browse(session, user, narrow.model_copy(update={"cursor": page.next_cursor}))
        assert page.total is None
    assert seen == made
    capped = narrow.model_copy(update={"max_rate": Money.of(60, "EUR"), "limit": 10})
    assert len((await service.browse(session, user, capped)).items) == 3
    with pytest.raises(InvalidInput):
        await service.browse(session, user, narrow.model_copy(update={"cursor": "bm90IG91cnM"}))
    with pytest.raises(InvalidInput):
        await service.browse(session, user, ExpertFilter(skills=["no such skill at all"]))
