"""Refunds: once, whatever is tried again."""

import asyncio

import pytest
from sqlalchemy import select

from core.actor import Role
from core.db import Database
from core.errors import Conflict, Forbidden, NotFound, VendorUnavailable
from core.gateways import Gateways, configure
from core.gateways.payments import PaymentsGateway
from core.ids import new_id
from models.billing import Refund
from services.billing import service
from tests.accounts.factories import actor_for, make_user
from tests.billing.factories import (
    SYSTEM,
    make_paid,
    make_payer,
    make_payment,
    read_payment,
    tell,
    vendor_event,
)
from tests.sandbox.process import Sandbox


async def test_the_whole_price_goes_back_once(db: Database, sandbox: Sandbox) -> None:
    payer = await make_payer(db)
    payment = await make_paid(db, sandbox, payer, 10_000)
    answers = await asyncio.gather(*(service.refund(db, SYSTEM, payment.id) for _ in range(3)))
    assert {answer.status for answer in answers} == {"refunded"}
    assert (await service.refund(db, SYSTEM, payment.id)).refunded.amount == 10_000
    async with sandbox.client() as client:
        event = await vendor_event(sandbox, "charge.refunded", payment.id)
        refunds = await client.v1.refunds.list_async({"charge": event["data"]["object"]["id"]})
    assert [refund.amount for refund in refunds.data] == [10_000]
    await tell(db, event)
    assert (await read_payment(db, payer, payment.id)).refunded.amount == 10_000


async def test_parts_add_up_and_stop_at_the_price(db: Database, sandbox: Sandbox) -> None:
    payer = await make_payer(db)
    payment = await make_paid(db, sandbox, payer, 10_000)
    part = await service.refund(db, SYSTEM, payment.id, 4_000)
    assert (part.status, part.refunded.amount) == ("partly_refunded", 4_000)
    with pytest.raises(Conflict) as caught:
        await service.refund(db, SYSTEM, payment.id, 6_001)
    assert (caught.value.code, caught.value.fields["left"]) == ("refund_too_large", 6_000)
    rest = await service.refund(db, SYSTEM, payment.id)
    assert (rest.status, rest.refunded.amount) == ("refunded", 10_000)


async def test_a_refund_whose_answer_was_lost_is_taken_up_again(
    db: Database, sandbox: Sandbox, vendors: Gateways
) -> None:
    payer = await make_payer(db)
    payment = await make_paid(db, sandbox, payer, 10_000)
    away = PaymentsGateway("sk_test_billing", api_base="http://127.0.0.1:9")
    configure(Gateways(payments=away))
    with pytest.raises(VendorUnavailable):
        await service.refund(db, SYSTEM, payment.id)
    await away.close()
    configure(vendors)
    assert (await service.refund(db, SYSTEM, payment.id)).status == "refunded"
    async with db.transaction() as session:
        rows = list(await session.scalars(select(Refund).where(Refund.payment_id == payment.id)))
    assert [(row.amount, row.status) for row in rows] == [(10_000, "succeeded")]


async def test_money_that_went_back_at_the_vendor_does_not_go_back_twice(
    db: Database, sandbox: Sandbox
) -> None:
    payer = await make_payer(db)
    payment = await make_paid(db, sandbox, payer, 10_000)
    completed = await vendor_event(sandbox, "checkout.session.completed", payment.id)
    async with sandbox.client() as client:
        await client.v1.refunds.create_async(
            {"payment_intent": completed["data"]["object"]["payment_intent"]}
        )
    after = await service.refund(db, SYSTEM, payment.id)
    assert (after.status, after.refunded.amount) == ("refunded", 10_000)


async def test_only_what_was_paid_goes_back(db: Database) -> None:
    payment = await make_payment(db, await make_payer(db))
    with pytest.raises(Conflict) as caught:
        await service.refund(db, SYSTEM, payment.id)
    assert caught.value.code == "not_paid"
    with pytest.raises(NotFound):
        await service.refund(db, SYSTEM, new_id())


async def test_payers_do_not_refund_themselves(db: Database, sandbox: Sandbox) -> None:
    payer = await make_payer(db)
    payment = await make_paid(db, sandbox, payer)
    with pytest.raises(Forbidden):
        await service.refund(db, payer, payment.id)
    operator = actor_for(await make_user(db, role=Role.ADMIN))
    assert (await service.refund(db, operator, payment.id)).status == "refunded"
