"""Bookings with money in them: paid on the vendor's page, settled by billing, and given back."""

import asyncio

import pytest

from core.actor import Actor
from core.db import Database
from core.errors import Gone
from core.money import Money
from services.billing import service as billing
from services.billing.jobs import check_checkout, close_checkout
from services.billing.schemas import PaymentRead
from services.bookings import holds, service, settlement
from services.bookings.schemas import BookingRead
from tests.bookings.factories import (
    actor_of,
    ahead,
    confirmed,
    hold,
    let_hold_run_out,
    make_client,
    make_expert,
    read,
)
from tests.sandbox.process import Sandbox


async def open_page(db: Database, client: Actor, booking: BookingRead) -> str:
    """The address of the vendor's page for the booking's payment."""
    assert booking.payment_id is not None
    return (await billing.checkout(db, client, booking.payment_id)).url


async def pay(db: Database, vendor: Sandbox, url: str, booking: BookingRead) -> None:
    """Pay on that page; billing finds out."""
    assert (await vendor.pay(url)).status_code in (200, 302, 303)
    assert booking.payment_id is not None
    await check_checkout(db, payment_id=booking.payment_id)


async def payment_of(db: Database, client: Actor, booking: BookingRead) -> PaymentRead:
    assert booking.payment_id is not None
    async with db.transaction() as session:
        return await billing.get(session, client, booking.payment_id)


async def test_paying_confirms_and_cancelling_pays_back_once(db: Database, payments: Sandbox) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await hold(db, client, expert, ahead(), minutes=60)
    asked = await payment_of(db, client, booking)
    assert (asked.amount, asked.description) == (
        Money(amount=150_00, currency="USD"),
        "Call with Grace CTO, 60 minutes",
    )
    await pay(db, payments, await open_page(db, client, booking), booking)
    assert (await read(db, client, booking)).status == "confirmed"
    async with db.transaction() as session:
        await service.cancel(session, actor_of(expert), booking.id)
    for _ in range(2):
        await settlement.refund(db, booking_id=booking.id)
    back = await read(db, client, booking)
    assert (back.status, back.refund) == ("refunded", "done")
    payment = await payment_of(db, client, booking)
    assert (payment.status, payment.refunded) == ("refunded", payment.amount)


async def test_cancelling_late_pays_nothing_back(db: Database, payments: Sandbox) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await hold(db, client, expert, ahead(hours=4))
    await pay(db, payments, await open_page(db, client, booking), booking)
    async with db.transaction() as session:
        await service.cancel(session, client, booking.id)
    await settlement.refund(db, booking_id=booking.id)
    assert (await read(db, client, booking)).status == "cancelled"
    assert (await payment_of(db, client, booking)).status == "paid"


async def test_who_pays_too_late_for_a_taken_slot_is_paid_back(db: Database, payments: Sandbox) -> None:
    expert, client, at = await make_expert(db), await make_client(db), ahead()
    booking = await hold(db, client, expert, at)
    url = await open_page(db, client, booking)
    await let_hold_run_out(db, booking)
    await confirmed(db, await make_client(db), expert, at)
    await pay(db, payments, url, booking)
    assert (await read(db, client, booking)).refund == "due"
    await settlement.refund(db, booking_id=booking.id)
    assert (await read(db, client, booking)).status == "refunded"
    assert (await payment_of(db, client, booking)).status == "refunded"


async def test_who_pays_too_late_for_a_free_slot_gets_the_call(db: Database, payments: Sandbox) -> None:
    expert, client = await make_expert(db), await make_client(db)
    booking = await hold(db, client, expert, ahead())
    url = await open_page(db, client, booking)
    assert (await payments.pay(url)).status_code in (200, 302, 303)
    await let_hold_run_out(db, booking)
    await holds.expire_hold(db, booking_id=booking.id)
    assert (await read(db, client, booking)).status == "expired"
    assert booking.payment_id is not None
    await close_checkout(db, payment_id=booking.payment_id)
    assert (await read(db, client, booking)).status == "confirmed"


async def test_an_ended_hold_cannot_be_paid(db: Database, payments: Sandbox) -> None:
    expert, client = await make_expert(db), await make_client(db)
    run_out, cancelled = (
        await hold(db, client, expert, ahead()),
        await hold(db, client, expert, ahead(days=5)),
    )
    await open_page(db, client, run_out)
    await let_hold_run_out(db, run_out)
    await holds.expire_hold(db, booking_id=run_out.id)
    async with db.transaction() as session:
        await service.cancel(session, client, cancelled.id)
    for booking in (run_out, cancelled):
        with pytest.raises(Gone):
            await open_page(db, client, booking)


async def test_paying_and_cancelling_at_once_always_pays_back(db: Database, payments: Sandbox) -> None:
    expert = await make_expert(db)
    clients = [await make_client(db) for _ in range(6)]
    booked = [await hold(db, client, expert, ahead(days=3 + number)) for number, client in enumerate(clients)]
    for client, booking in zip(clients, booked, strict=True):
        assert (await payments.pay(await open_page(db, client, booking))).status_code in (200, 302, 303)

    async def cancel(client: Actor, booking: BookingRead) -> None:
        async with db.transaction() as session:
            await service.cancel(session, client, booking.id)

    async def settle(booking: BookingRead) -> None:
        assert booking.payment_id is not None
        await check_checkout(db, payment_id=booking.payment_id)

    await asyncio.gather(
        *(cancel(client, booking) for client, booking in zip(clients, booked, strict=True)),
        *(settle(booking) for booking in booked),
    )
    for client, booking in zip(clients, booked, strict=True):
        after = await read(db, client, booking)
        assert (after.status, after.refund) == ("cancelled", "due")
