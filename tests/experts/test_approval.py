"""From an empty draft to a public profile, and what operators have to do on the way."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import VISITOR, Role
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.money import Money
from models.accounts import User
from models.notifications import Email
from services.accounts import administration, merging, repository
from services.experts import service
from services.experts.schemas import Check, Decision, Part, ProfilePatch, Status, StatusChange
from tests.accounts.factories import actor_for, make_actor, make_user, signed_in
from tests.experts.factories import STORY, make_expert
from tests.serving import Served

ALL = list(Check)
WHOLE = ProfilePatch(
    headline="Gets payments right",
    story=STORY,
    country="PT",
    languages=["en"],
    engagements=["call"],
    rate=Money.of(120, "EUR"),
    years=14,
    skills=[{"skill": "python", "years": 9}],
)


async def test_a_person_becomes_a_cto_and_the_profile_goes_live(session: AsyncSession) -> None:
    user = await make_user(session, name="Inês Maker", timezone="Europe/Lisbon")
    actor = actor_for(user)
    mine = await service.create_profile(session, actor, ProfilePatch())
    assert (mine.status, mine.timezone, mine.rate.amount) == (Status.DRAFT, "Europe/Lisbon", 0)
    assert (mine.completeness.percent, mine.completeness.ready) == (0, False)
    assert (await session.scalars(select(User.role).where(User.id == user.id))).one() == "cto"

    with pytest.raises(Conflict) as caught:
        await service.change_status(session, actor, StatusChange(status=Status.SUBMITTED))
    assert caught.value.code == "profile_incomplete"
    assert set(caught.value.fields["missing"]) == {
        "headline", "story", "skills", "rate", "languages", "country", "engagements", "years",
    }  # fmt: skip

    mine = await service.update_profile(session, actor, WHOLE)
    assert mine.completeness.ready
    assert {item.part for item in mine.completeness.items if not item.done} >= {Part.HOURS, Part.ROLES}
    await service.change_status(session, actor, StatusChange(status=Status.SUBMITTED))

    operator = await make_actor(session, role=Role.ADMIN)
    queue = await service.submissions(session, operator, status=Status.SUBMITTED, cursor=None, limit=50)
    waiting = next(item for item in queue.items if item.profile.id == mine.id)
    assert waiting.submitted_at is not None
    approve = Decision(status=Status.APPROVED, checklist=ALL[:-1])
    with pytest.raises(InvalidInput) as unticked:
        await service.decide(session, operator, mine.id, approve)
    assert unticked.value.fields["unchecked"] == ["tone"]

    seen = waiting.profile.updated_at
    await service.update_profile(session, actor, ProfilePatch(headline="Gets payments wrong"))
    stale = Decision(status=Status.APPROVED, checklist=ALL, as_of=seen.replace(year=2020))
    with pytest.raises(Conflict) as changed:
        await service.decide(session, operator, mine.id, stale)
    assert changed.value.code == "profile_changed"

    back = Decision(status=Status.DRAFT, reason="Say which payments.")
    await service.decide(session, operator, mine.id, back)
    mine = await service.my_profile(session, actor)
    assert (mine.status_reason, mine.next) == ("Say which payments.", [Status.SUBMITTED])
    await service.change_status(session, actor, StatusChange(status=Status.SUBMITTED))
    live = await service.decide(session, operator, mine.id, Decision(status=Status.APPROVED, checklist=ALL))
    assert live.status is Status.APPROVED
    history = (await service.my_profile(session, actor)).history
    assert [(entry.old, entry.new, entry.by_operator) for entry in history] == [
        (Status.SUBMITTED, Status.APPROVED, True),
        (Status.DRAFT, Status.SUBMITTED, False),
        (Status.SUBMITTED, Status.DRAFT, True),
        (Status.DRAFT, Status.SUBMITTED, False),
    ]
    assert history[0].checklist == ALL
    mails = (await session.scalars(select(Email.context).where(Email.user_id == user.id))).all()
    assert [(mail["decision"], mail["reason"]) for mail in mails] == [
        ("returned", "Say which payments."),
        ("live", None),
    ]
    assert (await service.get(session, VISITOR, live.slug)).id == live.id


async def test_what_is_shown_never_becomes_incomplete(session: AsyncSession) -> None:
    owner, expert = await make_expert(session)
    for patch in (ProfilePatch(headline="\u200b "), ProfilePatch(skills=[]), ProfilePatch(languages=[])):
        with pytest.raises(Conflict) as caught:
            async with session.begin_nested():
                await service.update_profile(session, owner, patch)
        assert caught.value.code == "profile_incomplete"
    session.expire_all()
    assert (await service.get(session, owner, expert.id)).headline == expert.headline


async def test_nobody_decides_on_their_own_profile_or_without_being_an_operator(
    session: AsyncSession,
) -> None:
    operator = await make_actor(session, role=Role.ADMIN)
    await service.create_profile(session, operator, WHOLE)
    mine = await service.my_profile(session, operator)
    assert (await session.scalars(select(User.role).where(User.id == operator.user_id))).one() == "admin"
    await service.change_status(session, operator, StatusChange(status=Status.SUBMITTED))
    with pytest.raises(Forbidden) as caught:
        await service.decide(session, operator, mine.id, Decision(status=Status.APPROVED, checklist=ALL))
    assert caught.value.code == "own_profile"
    stranger = await make_actor(session)
    with pytest.raises(Forbidden):
        await service.decide(session, stranger, mine.id, Decision(status=Status.APPROVED, checklist=ALL))
    with pytest.raises(Forbidden):
        await service.submissions(session, stranger, status=Status.DRAFT, cursor=None, limit=5)


async def test_the_queue_pages_in_order_of_waiting(session: AsyncSession) -> None:
    operator = await make_actor(session, role=Role.ADMIN)
    made = [(await make_expert(session, status=Status.SUBMITTED))[1].id for _ in range(5)]
    seen, cursor = [], None
    while True:
        page = await service.submissions(session, operator, status=Status.SUBMITTED, cursor=cursor, limit=2)
        seen += [item.profile.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [key for key in seen if key in made] == made
    with pytest.raises(InvalidInput):
        await service.submissions(session, operator, status=Status.SUBMITTED, cursor="x~y", limit=2)


async def test_saved_experts_go_along_from_guest_to_account(session: AsyncSession) -> None:
    guest = await make_actor(session, role=Role.GUEST)
    user = await make_user(session)
    (_, one), (owner, two) = await make_expert(session), await make_expert(session)
    for expert in (one, two, two):
        await service.save(session, guest, expert.id)
    await service.save(session, actor_for(user), two.id)
    await service.change_status(session, owner, StatusChange(status=Status.PAUSED))
    source = await repository.user(session, guest.user_id, lock=True)
    target = await repository.user(session, user.id, lock=True)
    assert source is not None
    assert target is not None
    await merging.merge(session, source, target)
    saved = (await service.list_saved(session, actor_for(user))).items
    assert {item.expert.id: item.available for item in saved} == {one.id: True, two.id: False}
    assert (await service.list_saved(session, guest)).items == []
    await service.unsave(session, actor_for(user), one.id)
    assert [item.expert.id for item in (await service.list_saved(session, actor_for(user))).items] == [two.id]
    with pytest.raises(NotFound):
        await service.save(session, actor_for(user), user.id)


async def test_the_door(db: Database, server: Served) -> None:
    hostile = "</script><script>alert(1)</script>\"' onload=x \u202e\u200bX"
    async with db.transaction() as session:
        _, expert = await make_expert(
            session,
            name="Zoe O'Quote & Co",
            headline=hostile,
            story=f"{hostile} {STORY}",
            roles=[{"title": hostile, "company": hostile, "from_year": 2015, "outcomes": [hostile]}],
        )
    async with server.http() as visitor:
        read = await visitor.get(f"/api/v1/experts/{expert.slug}")
        assert read.status_code == 200
        assert read.json()["headline"] == "</script><script>alert(1)</script>\"' onload=x X"
        assert read.json()["status_reason"] is None
        listed = await visitor.get("/api/v1/experts", params={"q": "zoe o'quote", "stages": "mvp"})
        assert [item["id"] for item in listed.json()["items"]] == [str(expert.id)]
        assert {"value": "mvp", "name": "mvp", "count": 1} in listed.json()["facets"]["stages"]
        assert (await visitor.put(f"/api/v1/me/saved-experts/{expert.id}")).status_code == 401
        assert (await visitor.get(f"/api/v1/experts/{expert.id}/reviews")).json()["stars"] == [0] * 5
        sitemap = (await visitor.get("/sitemap.xml")).text
        assert f"/experts/{expert.slug}</loc>" in sitemap
    _, token = await server.person()
    async with server.http(token) as person:
        huge = {"story": "x" * 1_000_000}
        assert (await person.post("/api/v1/me/expert-profile", json=huge)).status_code == 422
        made = await person.post("/api/v1/me/expert-profile", json={})
        assert made.status_code == 201
        assert (await person.get("/api/v1/me")).json()["role"] == "cto"
        assert (await person.post("/api/v1/me/expert-profile", json={})).json()["code"] == "profile_exists"
        for rate in (0, -5, 10**9 * 100):
            answer = await person.patch(
                "/api/v1/me/expert-profile", json={"rate": {"amount": rate, "currency": "USD"}}
            )
            assert answer.json()["code"] == "rate_out_of_range"
        odd = {"rate": {"amount": 10_000, "currency": "XTS"}}
        answer = await person.patch("/api/v1/me/expert-profile", json=odd)
        assert answer.json()["code"] == "unknown_currency"
        slug = made.json()["slug"]
        assert (await person.get(f"/api/v1/experts/{slug}")).status_code == 200
    async with server.http() as visitor:
        assert (await visitor.get(f"/api/v1/experts/{slug}")).status_code == 404


async def test_a_suspended_account_takes_its_profile_out_of_sight_and_back(db: Database) -> None:
    operator = await signed_in(db, role=Role.ADMIN)
    for before in (Status.APPROVED, Status.PAUSED):
        async with db.transaction() as session:
            owner, expert = await make_expert(session, status=before)
        async with db.transaction() as session:
            for _ in range(2):
                await administration.suspend(session, operator, owner.user_id, reason="fraud")
        async with db.transaction() as session:
            with pytest.raises(NotFound):
                await service.get(session, VISITOR, expert.id)
            held = await service.get(session, operator, expert.id)
            assert (held.status, held.status_reason) == (Status.SUSPENDED, "The account is suspended.")
            found = await service.owner(session, expert.id)
            assert found is not None
            assert not found.can_be_booked
            await administration.reinstate(session, operator, owner.user_id)
        async with db.transaction() as session:
            back = await service.my_profile(session, owner)
            assert (back.status, back.status_reason) == (before, None)
            assert [(step.old, step.new) for step in back.history[:2]] == [
                (Status.SUSPENDED, before),
                (before, Status.SUSPENDED),
            ]


async def test_nobody_is_shown_by_a_decision_while_their_account_is_suspended(db: Database) -> None:
    operator = await signed_in(db, role=Role.ADMIN)
    async with db.transaction() as session:
        owner, expert = await make_expert(session)
        await administration.suspend(session, operator, owner.user_id, reason="fraud")
        with pytest.raises(Conflict) as caught:
            await service.decide(session, operator, expert.id, Decision(status=Status.APPROVED))
        assert caught.value.code == "account_suspended"
        with pytest.raises(NotFound):
            await service.get(session, VISITOR, expert.id)


async def test_what_an_operator_decided_on_the_profile_outlives_the_suspension_of_the_account(
    db: Database,
) -> None:
    operator = await signed_in(db, role=Role.ADMIN)
    async with db.transaction() as session:
        owner, expert = await make_expert(session, status=Status.SUSPENDED)
        await administration.suspend(session, operator, owner.user_id, reason="fraud")
        await administration.reinstate(session, operator, owner.user_id)
        assert (await service.get(session, operator, expert.id)).status is Status.SUSPENDED
