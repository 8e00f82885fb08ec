"""The projects room: revising, editing, analysing, and who may see what."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import ROLE_SCOPES, Actor, Role
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.ids import new_id
from core.money import Money
from services.conversations import service as conversations
from services.projects import service
from services.projects.schemas import BriefEdit, Budget, NewProject, Source, Statement
from tests.accounts.factories import make_actor
from tests.projects.factories import TELEHEALTH, make_project, make_room, read


async def test_the_first_message_starts_the_project_and_names_the_room(session: AsyncSession) -> None:
    actor = await make_actor(session)
    room_id = await make_room(session, actor)
    assert await service.for_room(session, actor, room_id) is None
    message_id = new_id()
    project = await service.revise(session, actor, room_id, read(TELEHEALTH), message_id=message_id)
    assert project.title == "Telehealth app for people with diabetes"
    assert (await conversations.get(session, actor, room_id)).title == project.title
    assert project.brief_version == 1
    budget = project.brief.budget
    assert budget is not None
    assert (budget.value.most, budget.message_id) == (Money.of(80_000, "USD"), message_id)
    assert budget.quote == "We have $80k and about 4 months"
    assert await service.for_room(session, actor, room_id) == project


async def test_a_correction_replaces_and_is_remembered(session: AsyncSession) -> None:
    actor = await make_actor(session)
    project = await make_project(session, actor)
    assert project.room_id is not None
    message_id = new_id()
    patch = read("no, I meant 60k", brief=project.brief)
    revised = await service.revise(session, actor, project.room_id, patch, message_id=message_id)
    assert revised.brief_version == 2
    assert revised.brief.budget is not None
    assert revised.brief.budget.value.most == Money.of(60_000, "USD")
    (entry,) = revised.brief.history
    assert (entry.field, entry.label, entry.replaced_by) == ("budget", "$80,000", message_id)
    assert project.brief.budget is not None
    assert entry.message_id == project.brief.budget.message_id


async def test_the_same_message_again_changes_nothing(session: AsyncSession) -> None:
    actor = await make_actor(session)
    project = await make_project(session, actor)
    assert project.room_id is not None
    message_id = new_id()
    for _ in range(3):
        brief = (await service.get(session, actor, project.id)).brief
        patch = read("another 20k, please", brief=brief)
        project = await service.revise(session, actor, project.room_id, patch, message_id=message_id)
    assert project.brief.budget is not None
    assert project.brief.budget.value.most == Money.of(100_000, "USD")
    assert project.brief_version == 2


async def test_nobody_elses_project(session: AsyncSession) -> None:
    owner, stranger = await make_actor(session), await make_actor(session)
    project = await make_project(session, owner)
    assert project.room_id is not None
    edit = BriefEdit(version=1, title="Mine now")
    with pytest.raises(NotFound):
        await service.get(session, stranger, project.id)
    with pytest.raises(NotFound):
        await service.edit_brief(session, stranger, project.id, edit)
    with pytest.raises(NotFound):
        await service.analyse(session, stranger, project.id)
    with pytest.raises(NotFound):
        await service.latest_analysis(session, stranger, project.id)
    with pytest.raises(NotFound):
        await service.revise(session, stranger, project.room_id, read("60k"), message_id=new_id())
    assert await service.for_room(session, stranger, project.room_id) is None
    assert (await service.list_projects(session, stranger)).items == []


async def test_a_cto_in_the_project_room_reads_but_does_not_write(session: AsyncSession) -> None:
    founder, cto = await make_actor(session), await make_actor(session, role=Role.CTO)
    project = await make_project(session, founder)
    room_id = await conversations.open_project_room(
        session,
        members=[founder.user_id, cto.user_id],
        title="Call",
        project_id=project.id,
        created_by=founder.user_id,
    )
    assert (await service.get(session, cto, project.id)).brief == project.brief
    shared = await service.for_room(session, cto, room_id)
    assert shared is not None
    assert shared.id == project.id
    with pytest.raises(NotFound):
        await service.revise(session, cto, room_id, read("budget is 5k"), message_id=new_id())
    with pytest.raises(NotFound):
        await service.analyse(session, cto, project.id)
    by_founder = await service.revise(session, founder, room_id, read("budget is 90k"), message_id=new_id())
    assert by_founder.id == project.id


async def test_a_scope_is_required(session: AsyncSession) -> None:
    actor = await make_actor(session)
    project = await make_project(session, actor)
    bare = Actor(user_id=actor.user_id, role=Role.USER, scopes=frozenset())
    with pytest.raises(Forbidden):
        await service.get(session, bare, project.id)
    with pytest.raises(Forbidden):
        await service.edit_brief(session, bare, project.id, BriefEdit(version=1))
    assert ROLE_SCOPES[Role.GUEST] >= {"projects:read", "projects:write"}


async def test_the_founders_edit_beats_inferences_and_keeps_what_was_said(session: AsyncSession) -> None:
    actor = await make_actor(session)
    project = await make_project(session, actor)
    edit = BriefEdit(
        version=1,
        budget=Budget(high=Money.of(90_000, "EUR")),
        features=["video-calls", "Blood glucose log", "Teleporting"],
        platforms=[],
        deadline=None,
    )
    edited = await service.edit_brief(session, actor, project.id, edit)
    assert edited.brief_version == 2
    assert edited.brief.budget is not None
    assert (edited.brief.budget.source, edited.brief.budget.value.format()) == (
        Source.EDITED,
        "up to €90,000",
    )
    assert [feature.key for feature in edited.brief.features] == [
        "video-calls",
        "blood glucose log",
        "teleporting",
    ]
    assert {feature.source for feature in edited.brief.features} == {Source.EDITED}
    assert edited.brief.deadline is None
    assert {"budget", "deadline", "features"} <= {entry.field for entry in edited.brief.history}
    assert edited.room_id is not None
    later = await service.revise(
        session,
        actor,
        edited.room_id,
        read("It is a telehealth app", brief=edited.brief),
        message_id=new_id(),
    )
    assert later.brief.budget == edited.brief.budget


async def test_an_edit_of_an_old_version_is_refused(session: AsyncSession) -> None:
    actor = await make_actor(session)
    project = await make_project(session, actor)
    await service.edit_brief(session, actor, project.id, BriefEdit(version=1, users=["nurses"]))
    with pytest.raises(Conflict) as refused:
        await service.edit_brief(session, actor, project.id, BriefEdit(version=1, users=["doctors"]))
    assert (refused.value.code, refused.value.fields["version"]) == ("version_conflict", 2)
    assert [fact.value for fact in (await service.get(session, actor, project.id)).brief.users] == ["nurses"]


async def test_an_edited_deadline_has_weeks_and_date(session: AsyncSession) -> None:
    actor = await make_actor(session)
    project = await make_project(session, actor)
    edit = BriefEdit.model_validate({"version": 1, "deadline": {"weeks": 10}})
    edited = await service.edit_brief(session, actor, project.id, edit)
    assert edited.brief.deadline is not None
    assert edited.brief.deadline.value.due is not None
    again = BriefEdit.model_validate(
        {"version": 2, "deadline": {"due": str(edited.brief.deadline.value.due)}}
    )
    dated = await service.edit_brief(session, actor, project.id, again)
    assert dated.brief.deadline is not None
    assert dated.brief.deadline.value.weeks == 10


async def test_each_brief_is_analysed_once_and_a_new_fact_gives_a_new_version(session: AsyncSession) -> None:
    actor = await make_actor(session)
    project = await make_project(session, actor)
    assert await service.latest_analysis(session, actor, project.id) is None
    turn = new_id()
    first = await service.analyse(session, actor, project.id, turn_id=turn)
    assert (first.version, first.differences) == (1, [])
    assert await service.analyse(session, actor, project.id, turn_id=turn) == first
    assert await service.analyse(session, actor, project.id, turn_id=new_id()) == first
    assert project.room_id is not None
    await service.revise(
        session, actor, project.room_id, read("no, I meant 60k", brief=project.brief), message_id=new_id()
    )
    second = await service.analyse(session, actor, project.id, turn_id=new_id())
    assert second.version == 2
    stated = next(difference for difference in second.differences if difference.key == "budget-stated")
    assert (stated.before, stated.after) == ("$80,000", "$60,000")
    assert await service.latest_analysis(session, actor, project.id) == second
    assert await service.analysis(session, actor, project.id, 1) == first
    page = await service.list_analyses(session, actor, project.id)
    assert [(item.version, item.score) for item in page.items] == [
        (2, second.health.score),
        (1, first.health.score),
    ]
    assert (await service.get(session, actor, project.id)).analysis_version == 2


async def test_a_turn_that_analyses_twice_makes_one_version(session: AsyncSession) -> None:
    actor = await make_actor(session)
    project = await make_project(session, actor)
    assert project.room_id is not None
    turn = new_id()
    await service.analyse(session, actor, project.id, turn_id=turn)
    await service.revise(session, actor, project.room_id, read("we need chat and maps"), message_id=new_id())
    again = await service.analyse(session, actor, project.id, turn_id=turn)
    assert again.version == 1
    assert len((await service.list_analyses(session, actor, project.id)).items) == 1


async def test_what_if_leaves_the_brief_alone(session: AsyncSession) -> None:
    actor = await make_actor(session)
    project = await make_project(
        session, actor, "A telehealth app with video calls, offline mode and maps, $80k, 4 months"
    )
    analysis = await service.analyse(session, actor, project.id)
    outcome = await service.what_if(
        session, actor, project.id, read("without offline mode", brief=project.brief)
    )
    assert outcome.change == "without offline mode and sync, works offline"
    assert (outcome.before.score, outcome.before.cost) == (analysis.health.score, analysis.budget.p50)
    assert outcome.after.cost.amount < outcome.before.cost.amount
    assert await service.get(session, actor, project.id) == await service.get(session, actor, project.id)
    assert (await service.get(session, actor, project.id)).brief == project.brief


async def test_projects_without_a_conversation(session: AsyncSession) -> None:
    actor = await make_actor(session)
    project = await service.create(session, actor, NewProject(description=TELEHEALTH))
    assert (project.room_id, project.brief_version) == (None, 1)
    told = await service.tell(session, actor, project.id, Statement(text="We also need chat, but no maps."))
    assert "chat" in told.brief.feature_slugs
    assert ("feature", "maps") in told.brief.excluded


async def test_lists_are_paged(session: AsyncSession) -> None:
    actor = await make_actor(session)
    made = [
        await service.create(session, actor, NewProject(description=f"An app number {n}")) for n in range(5)
    ]
    first = await service.list_projects(session, actor, limit=2)
    second = await service.list_projects(session, actor, first.next_cursor, limit=2)
    third = await service.list_projects(session, actor, second.next_cursor, limit=2)
    listed = [*first.items, *second.items, *third.items]
    assert [item.id for item in listed] == [project.id for project in reversed(made)]
    assert third.next_cursor is None
    with pytest.raises(InvalidInput):
        await service.list_projects(session, actor, "what")
    with pytest.raises(InvalidInput):
        await service.list_analyses(session, actor, made[0].id, "x")


async def test_a_guest_keeps_projects_on_signing_in(session: AsyncSession) -> None:
    guest, account = await make_actor(session, role=Role.GUEST), await make_actor(session)
    project = await make_project(session, guest)
    await service.merge_projects(session, guest.user_id, account.user_id)
    assert [item.id for item in (await service.list_projects(session, account)).items] == [project.id]
    assert (await service.list_projects(session, guest)).items == []


async def test_a_deleted_account_leaves_nothing_of_its_projects(session: AsyncSession) -> None:
    actor = await make_actor(session)
    project = await make_project(session, actor)
    await service.analyse(session, actor, project.id)
    exported = await service.export_projects(session, actor.user_id)
    assert exported[0]["title"] == project.title
    await service.delete_projects(session, actor.user_id)
    session.expire_all()
    emptied = await service.get(session, actor, project.id)
    assert (emptied.title, emptied.brief.is_empty, emptied.analysis_version) == (
        "Deleted project",
        True,
        None,
    )


async def test_two_messages_at_once_start_one_project(db: Database) -> None:
    async with db.transaction() as session:
        actor = await make_actor(session)
        room_id = await make_room(session, actor)

    async def say(text: str) -> None:
        async with db.transaction() as session:
            await service.revise(session, actor, room_id, read(text), message_id=new_id())

    await asyncio.gather(say("an app for dogs with chat"), say("with maps"), say("and payments"))
    async with db.transaction() as session:
        (project,) = (await service.list_projects(session, actor)).items
    assert project.brief.feature_slugs >= {"chat", "maps", "payments"}
