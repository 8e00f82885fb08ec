"""An expert's hours, and the slots on offer."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from core import clock
from core.actor import Role
from core.db import Database, driver
from core.errors import Forbidden, InvalidInput, NotFound
from services.bookings import policy, service
from services.bookings.availability import open_demo_expert
from services.bookings.schemas import AvailabilityInput, ExtraHours, WeeklyHours
from services.experts import service as experts
from services.experts.schemas import WeeklyWindow
from tests.accounts.factories import make_actor
from tests.bookings.factories import (
    ALWAYS,
    NEVER,
    OFFICE,
    actor_of,
    ahead,
    confirmed,
    hold,
    let_hold_run_out,
    make_client,
    make_expert,
)


async def test_hours_are_replaced_and_read_back(db: Database) -> None:
    expert = await make_expert(db, timezone="Asia/Kolkata")
    future = (clock.now() + timedelta(days=30)).date()
    data = AvailabilityInput(
        week=[
            WeeklyHours(weekday=0, start=time(13), end=time(0)),
            WeeklyHours(weekday=0, start=time(9), end=time(12)),
        ],
        closed=[future],
        extra=[ExtraHours(day=future, start=time(18), end=time(19))],
    )
    async with db.transaction() as session:
        await service.set_availability(session, actor_of(expert), expert.id, data)
    async with db.transaction() as session:
        stored = await service.get_availability(session, actor_of(expert), expert.id)
    assert stored.timezone == "Asia/Kolkata"
    assert [(each.start, each.end) for each in stored.week] == [(time(9), time(12)), (time(13), time(0))]
    assert (stored.closed, [each.day for each in stored.extra]) == ([future], [future])


async def test_only_the_owner_and_operators_touch_hours(db: Database) -> None:
    expert = await make_expert(db)
    async with db.transaction() as session:
        await service.get_availability(session, await make_actor(session, role=Role.ADMIN), expert.id)
    for role, error in ((Role.USER, NotFound), (Role.CTO, NotFound), (Role.GUEST, Forbidden)):
        actor = await make_actor(db, role=role)
        with pytest.raises(error):
            async with db.transaction() as session:
                await service.set_availability(session, actor, expert.id, NEVER)


async def test_an_expert_is_bookable_exactly_with_hours(db: Database) -> None:
    expert = await make_expert(db)
    for hours, expected in ((NEVER, False), (OFFICE, True)):
        async with db.transaction() as session:
            await service.set_availability(session, actor_of(expert), expert.id, hours)
        async with db.transaction() as session:
            owner = await experts.owner(session, expert.id)
        assert owner is not None
        assert owner.is_bookable is expected


async def test_loading_demo_hours_twice_is_the_same_as_once(db: Database) -> None:
    expert = await make_expert(db, hours=NEVER)
    for _ in range(2):
        async with db.transaction() as session:
            await open_demo_expert(session, expert.id, [WeeklyWindow(weekday=2, start=time(9), end=time(12))])
    async with db.transaction() as session:
        assert len((await service.get_availability(session, actor_of(expert), expert.id)).week) == 1


@pytest.mark.parametrize(
    "hours",
    [
        [{"weekday": 7, "start": "09:00", "end": "10:00"}],
        [{"weekday": -1, "start": "09:00", "end": "10:00"}],
        [{"weekday": 0, "start": "10:00", "end": "09:00"}],
        [{"weekday": 0, "start": "10:00", "end": "10:00"}],
        [{"weekday": 0, "start": "09:00:30", "end": "10:00"}],
        [{"weekday": 0, "start": "09:00Z", "end": "10:00Z"}],
        [{"weekday": 0, "start": "09:00", "end": "12:00"}, {"weekday": 0, "start": "11:30", "end": "13:00"}],
        [{"weekday": 0, "start": "09:00", "end": "00:00"}, {"weekday": 0, "start": "11:30", "end": "13:00"}],
        [{"weekday": 0, "start": "09:00", "end": "10:00", "zone": "UTC"}],
        [{"weekday": 0, "start": "00:00", "end": "00:00"}] * 71,
    ],
)
def test_malformed_hours_are_refused(hours: list[dict[str, object]]) -> None:
    with pytest.raises(ValidationError):
        AvailabilityInput.model_validate({"week": hours})


async def test_slots_are_priced_and_leave_out_what_is_taken(db: Database) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead()
    day = at.replace(hour=0, minute=0)
    await confirmed(db, client, expert, at)
    run_out = await hold(db, client, expert, at + timedelta(hours=3))
    await let_hold_run_out(db, run_out)
    async with db.transaction() as session:
        found = await service.slots(
            session, client, expert.id, start=day, end=day + timedelta(days=1), minutes=30
        )
    every = [day + timedelta(minutes=30 * number) for number in range(48)]
    near = {at - timedelta(minutes=30), at, at + timedelta(minutes=30)}
    assert found.starts == [each for each in every if each not in near]
    assert found.price == policy.price(expert.rate, 30)


async def test_hours_of_another_zone_are_offered_in_utc(db: Database) -> None:
    expert, client = await make_expert(db, hours=OFFICE, timezone="Asia/Kolkata"), await make_client(db)
    start = ahead(days=5).replace(hour=0, minute=0)
    async with db.transaction() as session:
        found = await service.slots(
            session, client, expert.id, start=start, end=start + timedelta(days=7), minutes=60
        )
    assert {each.time() for each in found.starts} == {
        time(3 + (30 + 30 * number) // 60, (30 + 30 * number) % 60) for number in range(15)
    }
    assert len(found.starts) == 5 * 15


async def test_ranges_are_bounded(db: Database) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead()
    for start, end, code in (
        (at, at, "bad_range"),
        (at, at - timedelta(days=1), "bad_range"),
        (at, at + timedelta(days=32), "range_too_long"),
    ):
        with pytest.raises(InvalidInput) as refused:
            async with db.transaction() as session:
                await service.slots(session, client, expert.id, start=start, end=end, minutes=30)
        assert refused.value.code == code


async def test_ranges_far_away_are_empty(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    for start in (datetime(2000, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)):
        async with db.transaction() as session:
            found = await service.slots(
                session, client, expert.id, start=start, end=start + timedelta(days=1), minutes=30
            )
        assert found.starts == []


async def test_experts_who_cannot_be_booked_have_no_slots(db: Database) -> None:
    client, at = await make_client(db), ahead()
    hidden, closed = await make_expert(db, status="paused"), await make_expert(db, hours=NEVER)
    async with db.transaction() as session:
        found = await service.slots(
            session, client, closed.id, start=at, end=at + timedelta(days=1), minutes=30
        )
        assert found.starts == []
        for expert_id in (hidden.id, uuid4()):
            with pytest.raises(NotFound):
                await service.slots(
                    session, client, expert_id, start=at, end=at + timedelta(days=1), minutes=30
                )


async def test_next_slots_of_many_experts_take_one_query(db: Database) -> None:
    counts: list[int] = []
    statements: list[str] = []
    for number in (2, 12):
        ids = [(await make_expert(db, hours=ALWAYS)).id for _ in range(number)]
        statements.clear()
        async with db.transaction() as session:
            connection = await driver(session)
            with connection.query_logger(lambda asked: statements.append(asked.query)):
                found = await service.next_slots(session, ids, after=clock.now(), count=3, minutes=60)
        assert all(len(found[expert_id]) == 3 for expert_id in ids)
        counts.append(sum("availability" in each or "bookings" in each for each in statements))
    assert counts == [1, 1]


async def test_next_slots_answer_for_everyone_asked_about(db: Database) -> None:
    open_, closed, unknown = await make_expert(db), await make_expert(db, hours=NEVER), uuid4()
    after = ahead(days=10)
    async with db.transaction() as session:
        found = await service.next_slots(
            session, [open_.id, closed.id, unknown], after=after, count=2, minutes=30
        )
        assert found == {open_.id: [after, after + timedelta(minutes=30)], closed.id: [], unknown: []}
        beyond = await service.next_slots(session, [open_.id], after=ahead(days=90), count=2, minutes=30)
        assert beyond == {open_.id: []}


async def test_a_closed_date_offers_nothing(db: Database) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead()
    day: date = at.date()
    async with db.transaction() as session:
        data = ALWAYS.model_copy(update={"closed": [day]})
        await service.set_availability(session, actor_of(expert), expert.id, data)
    start = at.replace(hour=0, minute=0)
    async with db.transaction() as session:
        found = await service.slots(
            session,
            client,
            expert.id,
            start=start - timedelta(days=1),
            end=start + timedelta(days=2),
            minutes=30,
        )
    assert {each.date() for each in found.starts} == {day - timedelta(days=1), day + timedelta(days=1)}
