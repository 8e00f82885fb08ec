"""Bookings when accounts are merged, exported and deleted, and what takes up what is overdue."""

from datetime import UTC, date, datetime, time, timedelta

from core import clock
from core.db import Database
from services.bookings import cancelling, holds, repository, service, settlement
from services.bookings.schemas import AvailabilityInput, BookingFilter, WeeklyHours
from tests.bookings.factories import (
    actor_of,
    ahead,
    change,
    confirmed,
    hold,
    let_hold_run_out,
    make_client,
    make_expert,
    read,
)
from tests.bookings.test_settlement import queued

JOBS = ("bookings.expire_hold", "bookings.complete", "bookings.refund")


async def test_bookings_follow_a_merged_account(db: Database) -> None:
    expert, source, target = await make_expert(db), await make_client(db), await make_client(db)
    booking = await confirmed(db, source, expert, ahead())
    async with db.transaction() as session:
        await cancelling.merge_bookings(session, source.user_id, target.user_id)
        assert (await service.list_bookings(session, source, BookingFilter())).items == []
    assert (await read(db, target, booking)).client_id == target.user_id


async def test_an_expert_who_absorbs_their_own_client_can_still_sign_in(db: Database) -> None:
    expert, source = await make_expert(db), await make_client(db)
    booking = await confirmed(db, source, expert, ahead())
    async with db.transaction() as session:
        await cancelling.merge_bookings(session, source.user_id, expert.user_id)
    assert (await read(db, actor_of(expert), booking)).client_id == source.user_id


async def test_a_client_who_leaves_calls_off_what_is_ahead_by_the_rule(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    far, near = (
        await confirmed(db, client, expert, ahead()),
        await confirmed(db, client, expert, ahead(hours=5)),
    )
    held = await hold(db, client, expert, ahead(days=5))
    async with db.transaction() as session:
        await cancelling.leave(session, client.user_id)
    seen = [await read(db, actor_of(expert), each) for each in (far, near, held)]
    assert [each.status for each in seen] == ["cancelled"] * 3
    assert [each.refund for each in seen] == ["due", "none", "none"]
    assert [each.agenda for each in seen] == [""] * 3


async def test_an_expert_who_leaves_pays_back_and_offers_nothing_more(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    near = await confirmed(db, client, expert, ahead(hours=5))
    async with db.transaction() as session:
        await cancelling.leave(session, expert.user_id)
    after = await read(db, client, near)
    assert (after.status, after.refund, after.agenda) == ("cancelled", "due", "Where to start")
    async with db.transaction() as session:
        found = await service.next_slots(session, [expert.id], after=clock.now(), count=1, minutes=30)
        week = (await service.get_availability(session, actor_of(expert), expert.id)).week
    assert (found, week) == ({expert.id: []}, [])


async def test_a_deletion_changes_nothing_of_what_has_been(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    past = await confirmed(db, client, expert, ahead())
    ended = clock.now() - timedelta(days=2)
    during = repository.during(ended - timedelta(minutes=30), ended)
    await change(db, past, during=during, status="completed")
    async with db.transaction() as session:
        await cancelling.leave(session, client.user_id)
    assert (await read(db, actor_of(expert), past)).status == "completed"


async def test_the_export_holds_calls_and_hours_also_past_ones(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await confirmed(db, client, expert, ahead())
    monday = WeeklyHours(weekday=0, start=time(9), end=time(10))
    async with db.transaction() as session:
        hours = AvailabilityInput(week=[monday], closed=[date(2099, 1, 1)])
        await service.set_availability(session, actor_of(expert), expert.id, hours)
        mine = await cancelling.export_bookings(session, client.user_id)
        theirs = await cancelling.export_bookings(session, expert.user_id)
    assert [each["id"] for each in mine["bookings"]] == [str(booking.id)]
    assert mine["availability"] is None
    assert [each["id"] for each in theirs["bookings"]] == [str(booking.id)]
    assert theirs["availability"]["closed"] == ["2099-01-01"]


async def test_what_is_overdue_is_taken_up_again_once(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    long_ago = clock.now() - timedelta(hours=2)
    stale = await hold(db, client, await make_expert(db), ahead())
    await let_hold_run_out(db, stale)
    over, owed = (
        await confirmed(db, client, expert, ahead(days=4)),
        await confirmed(db, client, expert, ahead(days=5)),
    )
    await change(db, stale, hold_expires_at=long_ago)
    during = repository.during(long_ago - timedelta(minutes=30), long_ago)
    await change(db, over, during=during)
    await change(db, owed, status="cancelled", refund_due_at=long_ago)
    fine = await confirmed(db, client, expert, ahead(days=6))
    before = {
        each.id: [await queued(db, name, each.id) for name in JOBS] for each in (stale, over, owed, fine)
    }
    for _ in range(2):
        await service.take_up_overdue(db)
    more = {each.id: [await queued(db, name, each.id) for name in JOBS] for each in (stale, over, owed, fine)}
    gained = {key: [new - old for old, new in zip(before[key], more[key], strict=True)] for key in before}
    assert gained == {stale.id: [1, 0, 0], over.id: [0, 1, 0], owed.id: [0, 0, 1], fine.id: [0, 0, 0]}
    await holds.expire_hold(db, booking_id=stale.id)
    await settlement.complete(db, booking_id=over.id)
    assert (await read(db, client, stale)).status == "expired"
    assert (await read(db, client, over)).status == "completed"


async def test_windows_of_extreme_dates_are_stored_and_read(db: Database) -> None:
    expert = await make_expert(db)
    async with db.transaction() as session:
        hours = AvailabilityInput(week=[], closed=[date.max])
        await service.set_availability(session, actor_of(expert), expert.id, hours)
        found = await service.slots(
            session,
            actor_of(expert),
            expert.id,
            start=datetime(2199, 12, 1, tzinfo=UTC),
            end=datetime(2199, 12, 20, tzinfo=UTC),
            minutes=30,
        )
    assert found.starts == []
