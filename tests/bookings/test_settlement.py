"""What a settled payment does: in time, late with the slot still free, late with the slot taken, twice."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import text

from core import clock
from core.actor import Actor
from core.db import Database
from services.bookings import holds, repository, service, settlement
from services.bookings.schemas import BookingRead
from services.conversations import history
from services.conversations import service as conversations
from services.conversations.schemas import RoomRead
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
    settle,
)


async def queued(db: Database, entrypoint: str, booking_id: UUID) -> int:
    """How many jobs wait for this booking."""
    async with db.transaction() as session:
        count = await session.scalar(
            text(
                "select count(*) from pgqueuer where entrypoint = :name and convert_from(payload, 'utf8') like :id"
            ),
            {"name": entrypoint, "id": f"%{booking_id}%"},
        )
    return int(count or 0)


async def rooms_of(db: Database, actor: Actor) -> list[RoomRead]:
    async with db.transaction() as session:
        return (await conversations.list_rooms(session, actor, None)).items


async def test_paying_in_time_confirms_and_opens_a_room_with_the_card(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await confirmed(db, client, expert, ahead())
    assert booking.status == "confirmed"
    assert booking.confirmed_at is not None
    for person in (client, actor_of(expert)):
        (room,) = await rooms_of(db, person)
        assert room.id == booking.room_id
        assert {member.user_id for member in room.members} == {client.user_id, expert.user_id}
        async with db.transaction() as session:
            page = await history.page(session, person, room.id)
        (message,) = page.items
        assert message.kind == "event"
        assert [(card.type, card.data["id"], card.data["status"]) for card in message.cards] == [
            ("booking", str(booking.id), "confirmed")
        ]
    assert await queued(db, "bookings.complete", booking.id) == 1


async def test_duplicates_change_nothing_even_at_once(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await hold(db, client, expert, ahead())
    await asyncio.gather(*(settle(db, booking) for _ in range(6)))
    await settle(db, booking)
    (room,) = await rooms_of(db, client)
    assert room.message_count == 1
    assert await queued(db, "bookings.complete", booking.id) == 1
    assert await queued(db, "bookings.refund", booking.id) == 0


async def test_a_late_payment_confirms_while_the_slot_is_free(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await hold(db, client, expert, ahead())
    await let_hold_run_out(db, booking)
    await holds.expire_hold(db, booking_id=booking.id)
    assert (await read(db, client, booking)).status == "expired"
    await settle(db, booking)
    assert (await read(db, client, booking)).status == "confirmed"


async def test_a_late_payment_beats_a_stale_hold_of_another(db: Database) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead()
    booking = await hold(db, client, expert, at)
    await let_hold_run_out(db, booking)
    other_client = await make_client(db)
    other = await hold(db, other_client, expert, at)
    await let_hold_run_out(db, other)
    await settle(db, booking)
    assert (await read(db, client, booking)).status == "confirmed"
    assert (await read(db, other_client, other)).status == "expired"


async def test_a_late_payment_for_a_taken_slot_goes_back(db: Database) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead()
    booking = await hold(db, client, expert, at)
    await let_hold_run_out(db, booking)
    other_client = await make_client(db)
    other = await confirmed(db, other_client, expert, at)
    await settle(db, booking)
    await settle(db, booking)
    late = await read(db, client, booking)
    assert (late.status, late.refund, late.room_id) == ("expired", "due", None)
    assert await queued(db, "bookings.refund", booking.id) == 1
    assert (await read(db, other_client, other)).status == "confirmed"
    assert await rooms_of(db, client) == []


async def test_a_payment_after_cancelling_goes_back(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await hold(db, client, expert, ahead())
    async with db.transaction() as session:
        await service.cancel(session, client, booking.id)
    await settle(db, booking)
    late = await read(db, client, booking)
    assert (late.status, late.refund) == ("cancelled", "due")
    assert await queued(db, "bookings.refund", booking.id) == 1


async def test_a_payment_after_the_call_would_have_begun_goes_back(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await hold(db, client, expert, ahead())
    started = clock.now() - timedelta(minutes=5)
    await change(
        db,
        booking,
        status="expired",
        during=repository.during(started, started + timedelta(minutes=30)),
    )
    await settle(db, booking)
    assert (await read(db, client, booking)).refund == "due"


async def test_two_late_payments_for_one_slot_leave_one_booking(db: Database) -> None:
    expert, at = await make_expert(db), ahead()
    late: list[tuple[Actor, BookingRead]] = []
    for _ in range(4):
        client = await make_client(db)
        late.append((client, await hold(db, client, expert, at)))
        await let_hold_run_out(db, late[-1][1])
    await asyncio.gather(*(settle(db, booking) for _, booking in late))
    states = [
        ((await read(db, client, booking)).status, (await read(db, client, booking)).refund)
        for client, booking in late
    ]
    assert sorted(states) == [
        ("confirmed", "none"),
        ("expired", "due"),
        ("expired", "due"),
        ("expired", "due"),
    ]


async def test_a_late_payment_and_a_new_hold_never_share_the_slot(db: Database) -> None:
    expert, at = await make_expert(db), ahead()
    client = await make_client(db)
    booking = await hold(db, client, expert, at)
    await let_hold_run_out(db, booking)
    rivals = [await make_client(db) for _ in range(8)]
    results = await asyncio.gather(
        settle(db, booking), *(hold(db, rival, expert, at) for rival in rivals), return_exceptions=True
    )
    held = [each for each in results if isinstance(each, BookingRead)]
    state = await read(db, client, booking)
    assert (state.status == "confirmed") + len(held) == 1
    assert state.refund == ("none" if state.status == "confirmed" else "due")


async def test_an_ended_checkout_frees_the_slot(db: Database) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead()
    booking = await hold(db, client, expert, at)
    async with db.transaction() as session:
        await holds.release(session, booking.id)
    assert (await read(db, client, booking)).status == "expired"
    assert (await hold(db, await make_client(db), expert, at)).status == "held"
    paid = await confirmed(db, client, expert, at + timedelta(hours=2))
    async with db.transaction() as session:
        await holds.release(session, paid.id)
    assert (await read(db, client, paid)).status == "confirmed"


async def test_a_second_call_of_the_same_two_uses_their_room(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    first = await confirmed(db, client, expert, ahead())
    second = await confirmed(db, client, expert, ahead(days=5))
    assert first.room_id == second.room_id
    (room,) = await rooms_of(db, client)
    assert room.message_count == 2


async def test_calls_complete_after_their_end_and_not_before(db: Database) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await confirmed(db, client, expert, ahead())
    await settlement.complete(db, booking_id=booking.id)
    assert (await read(db, client, booking)).status == "confirmed"
    ended = clock.now() - timedelta(minutes=1)
    await change(db, booking, during=repository.during(ended - timedelta(minutes=30), ended))
    await settlement.complete(db, booking_id=booking.id)
    await settlement.complete(db, booking_id=uuid4())
    assert (await read(db, client, booking)).status == "completed"


async def test_settling_what_does_not_exist_is_noted_and_harmless(db: Database) -> None:
    async with db.transaction() as session:
        await service.confirm_paid(session, uuid4())
