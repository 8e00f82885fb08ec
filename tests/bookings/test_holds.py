"""Holding slots: what is refused, what is idempotent, and who wins a race."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from core import clock
from core.actor import Role
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound, SextantError, SignUpRequired
from core.money import Money
from models.bookings import Booking
from services.bookings import holds, policy, service
from services.bookings.schemas import BookingRead, HoldSlot
from tests.accounts.factories import make_actor
from tests.bookings.factories import (
    NEVER,
    OFFICE,
    actor_of,
    ahead,
    hold,
    let_hold_run_out,
    make_client,
    make_expert,
    read,
)

RACERS = 64


async def test_a_hold_states_price_and_deadline_and_prepares_the_payment(db: Database) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead()
    before = clock.now()
    booking = await hold(db, client, expert, at, minutes=45)
    assert (booking.status, booking.starts_at, booking.ends_at) == ("held", at, at + timedelta(minutes=45))
    assert booking.price == Money(amount=112_50, currency="USD")
    assert timedelta(minutes=14) < booking.hold_expires_at - before < timedelta(minutes=16)
    assert booking.payment_id is not None
    assert (booking.timezone, booking.expert_name) == ("Europe/Berlin", "Grace CTO")
    async with db.transaction() as session:
        jobs = await session.scalar(
            text(
                "select count(*) from pgqueuer where entrypoint = 'bookings.expire_hold'"
                " and convert_from(payload, 'utf8') like :id and execute_after > now() + interval '14 minutes'"
            ),
            {"id": f"%{booking.id}%"},
        )
    assert jobs == 1


@pytest.mark.parametrize(
    ("rate", "minutes", "expected"),
    [
        (Money(amount=150_00, currency="USD"), 60, 150_00),
        (Money(amount=150_00, currency="USD"), 15, 37_50),
        (Money(amount=99_99, currency="EUR"), 30, 50_00),  # 4999.5 to the even neighbour
        (Money(amount=99_97, currency="EUR"), 30, 49_98),  # 4998.5 to the even neighbour
        (Money(amount=10_001, currency="JPY"), 15, 2_500),  # yen have no minor unit
    ],
)
def test_price_is_rounded_half_to_even(rate: Money, minutes: int, expected: int) -> None:
    assert policy.price(rate, minutes) == Money(amount=expected, currency=rate.currency)


async def test_of_many_who_want_one_slot_exactly_one_gets_it(db: Database) -> None:
    expert, at = await make_expert(db), ahead()
    clients = [await make_client(db) for _ in range(RACERS)]
    # Overlapping, not just equal: every racer wants an hour that starts within the same hour.
    results = await asyncio.gather(
        *(
            hold(db, client, expert, at + timedelta(minutes=30 * (number % 2)), minutes=60)
            for number, client in enumerate(clients)
        ),
        return_exceptions=True,
    )
    winners = [each for each in results if isinstance(each, BookingRead)]
    losers = [each for each in results if isinstance(each, Conflict)]
    assert len(winners) == 1
    assert len(losers) == RACERS - 1
    assert {each.code for each in losers} == {"slot_taken"}
    winner = winners[0]
    for each in losers:
        offered = [datetime.fromisoformat(start) for start in each.fields["next_slots"]]
        assert len(offered) == policy.ALTERNATIVES
        assert all(
            start >= winner.ends_at or start + timedelta(minutes=60) <= winner.starts_at for start in offered
        )
    async with db.transaction() as session:
        count = await session.scalar(
            select(func.count()).where(Booking.expert_id == expert.id, Booking.status == "held")
        )
    assert count == 1


async def test_racers_for_different_experts_do_not_disturb_each_other(db: Database) -> None:
    experts, at = [await make_expert(db) for _ in range(4)], ahead()
    clients = [await make_client(db) for _ in range(16)]
    results = await asyncio.gather(
        *(hold(db, client, experts[number % 4], at) for number, client in enumerate(clients)),
        return_exceptions=True,
    )
    won = [each.expert_id for each in results if isinstance(each, BookingRead)]
    assert sorted(won) == sorted(expert.id for expert in experts)


async def test_the_same_key_returns_the_same_booking_even_at_once(db: Database) -> None:
    expert, client, at, key = await make_expert(db), await make_client(db), ahead(), uuid4()
    results = await asyncio.gather(*(hold(db, client, expert, at, key=key) for _ in range(8)))
    assert len({each.id for each in results}) == 1
    with pytest.raises(Conflict) as reused:
        await hold(db, client, expert, at + timedelta(hours=2), key=key)
    assert reused.value.code == "key_reused"


async def test_a_key_is_only_known_to_its_client(db: Database) -> None:
    expert, at, key = await make_expert(db), ahead(), uuid4()
    first = await hold(db, await make_client(db), expert, at, key=key)
    second = await hold(db, await make_client(db), expert, at + timedelta(hours=2), key=key)
    assert first.id != second.id


async def test_holding_ones_own_slot_again_returns_it(db: Database) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead()
    first = await hold(db, client, expert, at, key=uuid4())
    assert (await hold(db, client, expert, at, key=uuid4())).id == first.id


async def test_a_hold_that_ran_out_frees_its_slot_at_once(db: Database) -> None:
    expert, at = await make_expert(db), ahead()
    client, other = await make_client(db), await make_client(db)
    first = await hold(db, client, expert, at)
    with pytest.raises(Conflict) as taken:
        await hold(db, other, expert, at)
    assert taken.value.code == "slot_taken"
    await let_hold_run_out(db, first)
    assert (await hold(db, other, expert, at)).status == "held"
    assert (await read(db, client, first)).status == "expired"


async def test_many_race_for_a_slot_whose_hold_ran_out(db: Database) -> None:
    expert, at = await make_expert(db), ahead()
    await let_hold_run_out(db, await hold(db, await make_client(db), expert, at))
    clients = [await make_client(db) for _ in range(16)]
    results = await asyncio.gather(
        *(hold(db, client, expert, at) for client in clients), return_exceptions=True
    )
    assert sum(isinstance(each, BookingRead) for each in results) == 1
    assert {each.code for each in results if isinstance(each, SextantError)} == {"slot_taken"}


async def test_the_job_ends_holds_whose_time_is_over_and_only_those(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    fresh, stale = await hold(db, client, expert, ahead()), await hold(db, client, expert, ahead(days=4))
    await let_hold_run_out(db, stale)
    for booking in (fresh, stale, stale):
        await holds.expire_hold(db, booking_id=booking.id)
    await holds.expire_hold(db, booking_id=uuid4())
    assert (await read(db, client, fresh)).status == "held"
    assert (await read(db, client, stale)).status == "expired"


async def test_a_client_has_at_most_three_open_holds(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    starts = [ahead(days=3 + number) for number in range(8)]
    results = await asyncio.gather(*(hold(db, client, expert, at) for at in starts), return_exceptions=True)
    held = [each for each in results if isinstance(each, BookingRead)]
    assert len(held) == policy.MAX_OPEN_HOLDS
    assert {each.code for each in results if isinstance(each, SextantError)} == {"too_many_holds"}
    await let_hold_run_out(db, held[0])
    assert (await hold(db, client, expert, ahead(days=20))).status == "held"


async def test_guests_are_asked_to_sign_up(db: Database) -> None:
    expert = await make_expert(db)
    with pytest.raises(SignUpRequired):
        await hold(db, await make_actor(db, role=Role.GUEST), expert, ahead())


async def test_an_expert_cannot_book_themselves(db: Database) -> None:
    expert = await make_expert(db)
    with pytest.raises(Conflict) as own:
        await hold(db, actor_of(expert), expert, ahead())
    assert own.value.code == "own_call"


@pytest.mark.parametrize(
    ("distance", "code"),
    [
        ({"days": -1}, "in_the_past"),
        ({"minutes": 30}, "too_soon"),
        ({"days": 61}, "too_far"),
        ({"days": 9000}, "too_far"),
    ],
)
async def test_times_out_of_reach_are_refused(db: Database, distance: dict[str, float], code: str) -> None:
    expert, client = await make_expert(db), await make_client(db)
    with pytest.raises(InvalidInput) as refused:
        await hold(db, client, expert, ahead(**distance))
    assert refused.value.code == code


async def test_free_time_outside_the_hours_or_the_grid_is_not_on_offer(db: Database) -> None:
    expert, client = await make_expert(db, hours=OFFICE), await make_client(db)
    day = ahead(days=7)
    monday = (day + timedelta(days=-day.weekday() % 7)).replace(hour=10, minute=0)
    for at in (monday.replace(hour=8), monday.replace(minute=15), monday + timedelta(days=5)):
        with pytest.raises(Conflict) as refused:
            await hold(db, client, expert, at)
        assert refused.value.code == "slot_not_offered"
        assert refused.value.fields["next_slots"]
    assert (await hold(db, client, expert, monday)).starts_at == monday


async def test_neighbours_keep_a_buffer(db: Database) -> None:
    expert, at = await make_expert(db), ahead()
    await hold(db, await make_client(db), expert, at)
    with pytest.raises(Conflict) as refused:
        await hold(db, await make_client(db), expert, at + timedelta(minutes=30))
    assert refused.value.code == "slot_taken"
    assert refused.value.fields["next_slots"][0] == (at + timedelta(minutes=60)).astimezone(UTC).isoformat()


@pytest.mark.parametrize("status", ["draft", "submitted", "paused", "suspended"])
async def test_experts_who_are_not_shown_cannot_be_booked(db: Database, status: str) -> None:
    expert = await make_expert(db, status=status)
    with pytest.raises(NotFound):
        await hold(db, await make_client(db), expert, ahead())


async def test_experts_without_hours_cannot_be_booked(db: Database) -> None:
    expert = await make_expert(db, hours=NEVER)
    with pytest.raises(Conflict) as refused:
        await hold(db, await make_client(db), expert, ahead())
    assert refused.value.code == "expert_unavailable"


async def test_unknown_experts_and_foreign_projects_do_not_exist(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    for data in (
        HoldSlot(expert_id=uuid4(), starts_at=ahead()),
        HoldSlot(expert_id=expert.id, starts_at=ahead(), project_id=uuid4()),
    ):
        with pytest.raises(NotFound):
            async with db.transaction() as session:
                await service.hold(session, client, data)


async def test_a_failed_hold_leaves_nothing(db: Database) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead()

    async def hold_and_fail() -> None:
        async with db.transaction() as session:
            await service.hold(session, client, HoldSlot(expert_id=expert.id, starts_at=at))
            raise RuntimeError("the door failed")

    with pytest.raises(RuntimeError, match="the door failed"):
        await hold_and_fail()
    assert (await hold(db, await make_client(db), expert, at)).status == "held"
