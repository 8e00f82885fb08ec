"""Calling off, and who sees a booking."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core import clock
from core.actor import Actor, Role
from core.db import Database
from core.errors import Conflict, NotFound, SignUpRequired
from services.bookings import policy, repository, service
from services.bookings.schemas import BookingFilter, BookingRead, When
from tests.accounts.factories import make_actor
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


async def cancel(db: Database, actor: Actor, booking: BookingRead) -> BookingRead:
    async with db.transaction() as session:
        return await service.cancel(session, actor, booking.id)


@pytest.mark.parametrize(
    ("hours_ahead", "by_expert", "back"),
    [
        (24, False, True),
        (23.99, False, False),
        (72, False, True),
        (3, False, False),
        (3, True, True),
        (72, True, True),
    ],
)
def test_the_refund_rule(hours_ahead: float, by_expert: bool, back: bool) -> None:
    now = clock.now()
    starts_at = now + timedelta(hours=hours_ahead)
    assert policy.refunds(starts_at=starts_at, now=now, by_expert=by_expert) is back


@pytest.mark.parametrize(
    ("distance", "by_expert", "refund"),
    [({"days": 2}, False, "due"), ({"hours": 5}, False, "none"), ({"hours": 5}, True, "due")],
)
async def test_cancelling_a_paid_call(
    db: Database, distance: dict[str, float], by_expert: bool, refund: str
) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead(**distance)
    booking = await confirmed(db, client, expert, at)
    actor = actor_of(expert) if by_expert else client
    cancelled = await cancel(db, actor, booking)
    assert (cancelled.status, cancelled.cancelled_by, cancelled.refund) == (
        "cancelled",
        actor.user_id,
        refund,
    )
    assert await queued(db, "bookings.refund", booking.id) == (refund == "due")
    again = await cancel(db, client, booking)
    assert again == cancelled
    assert await queued(db, "bookings.refund", booking.id) == (refund == "due")
    assert (await hold(db, await make_client(db), expert, at)).status == "held"


async def test_a_settlement_repeated_after_cancelling_late_refunds_nothing(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await confirmed(db, client, expert, ahead(hours=5))
    await cancel(db, client, booking)
    async with db.transaction() as session:
        await service.confirm_paid(session, booking.id)
    assert (await read(db, client, booking)).refund == "none"


async def test_cancelling_a_hold_moves_no_money(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await hold(db, client, expert, ahead())
    assert (await cancel(db, client, booking)).refund == "none"
    assert await queued(db, "bookings.refund", booking.id) == 0


async def test_what_is_over_cannot_be_cancelled(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    stale = await hold(db, client, expert, ahead())
    await change(db, stale, status="expired")
    with pytest.raises(Conflict) as refused:
        await cancel(db, client, stale)
    assert refused.value.code == "not_cancellable"
    running = await confirmed(db, client, expert, ahead(days=4))
    start = clock.now() - timedelta(minutes=5)
    await change(db, running, during=repository.during(start, start + timedelta(minutes=30)))
    with pytest.raises(Conflict) as refused:
        await cancel(db, client, running)
    assert refused.value.code == "already_started"


@pytest.mark.parametrize("role", [Role.USER, Role.CTO, Role.ADMIN])
async def test_for_others_the_booking_does_not_exist(db: Database, role: Role) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await confirmed(db, client, expert, ahead())
    stranger = await make_actor(db, role=role)
    for act in (service.get, service.cancel):
        with pytest.raises(NotFound):
            async with db.transaction() as session:
                await act(session, stranger, booking.id)
        with pytest.raises(NotFound):
            async with db.transaction() as session:
                await act(session, client, uuid4())
    async with db.transaction() as session:
        page = await service.list_bookings(session, stranger, BookingFilter())
    assert page.items == []
    with pytest.raises(SignUpRequired):
        await cancel(db, await make_actor(db, role=Role.GUEST), booking)


async def test_client_and_expert_list_the_call_by_page(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booked = [await confirmed(db, client, expert, ahead(days=3 + number)) for number in range(5)]
    gone = await hold(db, client, expert, ahead(days=20))
    await let_hold_run_out(db, gone)
    await change(db, gone, status="expired")

    async def listed(actor: Actor, when: When) -> list[BookingRead]:
        items: list[BookingRead] = []
        cursor = None
        while True:
            async with db.transaction() as session:
                query = BookingFilter(when=when, limit=2, cursor=cursor)
                page = await service.list_bookings(session, actor, query)
            assert len(page.items) <= 2
            items += page.items
            if (cursor := page.next_cursor) is None:
                return items

    ids = [each.id for each in booked]
    for actor in (client, actor_of(expert)):
        assert [each.id for each in await listed(actor, When.UPCOMING)] == ids
        assert [each.id for each in await listed(actor, When.PAST)] == [gone.id]
        assert [each.id for each in await listed(actor, When.ALL)] == [gone.id, *reversed(ids)]
