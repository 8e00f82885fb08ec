"""Webhooks: who may speak, and that everything is acted on once, in any order."""

import asyncio
import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.errors import NotFound, TooLarge
from core.gateways import Gateways, configure
from core.gateways.payments import PaymentsGateway
from services.billing import payments, service, webhooks
from services.billing.jobs import handle_event
from services.billing.schemas import PaymentRead
from services.billing.webhooks import SignatureRefused
from tests.billing.conftest import WEBHOOK_SECRET
from tests.billing.factories import (
    fake_event,
    handle,
    make_paid,
    make_payer,
    make_payment,
    read_payment,
    signed,
    stored,
    tell,
    vendor_event,
    waiting_jobs,
)
from tests.sandbox.process import Sandbox


class Heard:
    """Which payments the hooks were called with."""

    def __init__(self) -> None:
        self.settled: list[UUID] = []
        self.expired: list[UUID] = []
        self.fails = False

    async def on_settled(self, session: AsyncSession, payment: PaymentRead) -> None:
        self.settled.append(payment.id)
        if self.fails:
            raise RuntimeError("the hook failed")

    async def on_expired(self, session: AsyncSession, payment: PaymentRead) -> None:
        self.expired.append(payment.id)


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Hooks for the purpose `heard`."""
    hooks = Heard()
    service.on_settled("heard", hooks.on_settled)
    service.on_expired("heard", hooks.on_expired)
    yield hooks
    payments.forget("heard")


async def test_a_payment_settles_once(db: Database, sandbox: Sandbox, heard: Heard) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer, purpose="heard")
    await sandbox.pay((await service.checkout(db, payer, payment.id)).url)
    event = await vendor_event(sandbox, "checkout.session.completed", payment.id)
    await asyncio.gather(*(webhooks.receive(db, *signed(event, WEBHOOK_SECRET)) for _ in range(4)))
    kept = await stored(db, event["id"])
    assert kept is not None
    assert kept.handled_at is None
    assert await waiting_jobs(db, "billing.handle_event", kept.id) == 1
    await asyncio.gather(*(handle(db, event["id"]) for _ in range(4)))
    assert heard.settled == [payment.id]
    kept = await stored(db, event["id"])
    assert kept is not None
    assert (kept.handled_at is not None, kept.outcome) == (True, "settled")


async def test_a_hook_that_fails_leaves_the_event_to_be_tried_again(
    db: Database, sandbox: Sandbox, heard: Heard
) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer, purpose="heard")
    await sandbox.pay((await service.checkout(db, payer, payment.id)).url)
    event = await vendor_event(sandbox, "checkout.session.completed", payment.id)
    heard.fails = True
    with pytest.raises(RuntimeError):
        await tell(db, event)
    assert (await read_payment(db, payer, payment.id)).status == "open"
    heard.fails = False
    await handle(db, event["id"])
    assert (await read_payment(db, payer, payment.id)).status == "paid"


async def test_expiry_reported_after_payment_changes_nothing(
    db: Database, sandbox: Sandbox, heard: Heard
) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer, purpose="heard")
    await sandbox.pay((await service.checkout(db, payer, payment.id)).url)
    completed = await vendor_event(sandbox, "checkout.session.completed", payment.id)
    await tell(db, completed)
    session = completed["data"]["object"]
    await tell(db, fake_event("checkout.session.expired", **{**session, "status": "expired"}))
    assert (await read_payment(db, payer, payment.id)).status == "paid"
    assert heard.expired == []


async def test_payment_reported_after_expiry_settles(db: Database, sandbox: Sandbox, heard: Heard) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer, purpose="heard")
    await sandbox.pay((await service.checkout(db, payer, payment.id)).url)
    completed = await vendor_event(sandbox, "checkout.session.completed", payment.id)
    await tell(db, fake_event("checkout.session.expired", **completed["data"]["object"]))
    assert (await read_payment(db, payer, payment.id)).status == "expired"
    await tell(db, completed)
    assert (await read_payment(db, payer, payment.id)).status == "paid"
    assert (heard.expired, heard.settled) == ([payment.id], [payment.id])


async def test_the_expiry_of_another_page_is_not_ours(db: Database, heard: Heard) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer, purpose="heard")
    await service.checkout(db, payer, payment.id)
    await tell(
        db, fake_event("checkout.session.expired", id="cs_other", metadata={"payment_id": str(payment.id)})
    )
    assert (await read_payment(db, payer, payment.id)).status == "open"
    assert heard.expired == []


async def test_another_amount_settles_nothing(db: Database, heard: Heard) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer, purpose="heard")
    event = fake_event(
        "checkout.session.completed",
        metadata={"payment_id": str(payment.id)},
        payment_status="paid",
        amount_total=1,
        currency="usd",
    )
    await tell(db, event)
    assert heard.settled == []
    kept = await stored(db, event["id"])
    assert kept is not None
    assert kept.outcome == "amount differs"


async def test_refunds_made_at_the_vendor_are_noted(db: Database, sandbox: Sandbox) -> None:
    payer = await make_payer(db)
    payment = await make_paid(db, sandbox, payer, 10_000)
    async with sandbox.client() as client:
        found = await vendor_event(sandbox, "checkout.session.completed", payment.id)
        await client.v1.refunds.create_async(
            {"payment_intent": found["data"]["object"]["payment_intent"], "amount": 2_500}
        )
    await tell(db, await vendor_event(sandbox, "charge.refunded", payment.id))
    after = await read_payment(db, payer, payment.id)
    assert (after.status, after.refunded.amount) == ("partly_refunded", 2_500)


@pytest.mark.parametrize(
    "event_type", ["customer.created", "a.type.of.tomorrow", "checkout.session.completed"]
)
async def test_what_is_not_ours_is_stored_and_done_with(db: Database, event_type: str) -> None:
    event = fake_event(event_type)
    await tell(db, event)
    kept = await stored(db, event["id"])
    assert kept is not None
    assert kept.handled_at is not None
    assert kept.payload["type"] == event_type


async def test_only_the_vendor_is_heard(db: Database) -> None:
    event = fake_event("customer.created")
    body, header = signed(event, WEBHOOK_SECRET)
    for payload, signature in (
        (body, None),
        (body, ""),
        (body, "t=1,v1=00"),
        (body + b" ", header),
        signed(event, "whsec_of_somebody_else"),
        signed(event, WEBHOOK_SECRET, int(time.time()) - 3600),
        (b"", signed({}, WEBHOOK_SECRET)[1]),
        (b"\xff\xfe", header),
    ):
        with pytest.raises(SignatureRefused):
            await webhooks.receive(db, payload, signature)
    assert await stored(db, event["id"]) is None


async def test_signed_nonsense_is_refused(db: Database) -> None:
    bodies: list[object] = [[], {"id": "evt_1"}, {"object": "event"}, "text"]
    for nonsense in bodies:
        with pytest.raises(SignatureRefused):
            await webhooks.receive(db, *signed(nonsense, WEBHOOK_SECRET))


async def test_a_huge_body_is_not_read(db: Database) -> None:
    with pytest.raises(TooLarge):
        await webhooks.receive(db, b"x" * (webhooks.LARGEST_PAYLOAD + 1), "t=1,v1=00")


async def test_without_a_secret_there_is_no_door(db: Database, sandbox: Sandbox, vendors: Gateways) -> None:
    off = PaymentsGateway("sk_test_billing", api_base=sandbox.url)
    configure(Gateways(payments=off))
    with pytest.raises(NotFound) as caught:
        await webhooks.receive(db, *signed(fake_event("customer.created"), WEBHOOK_SECRET))
    await off.close()
    configure(vendors)
    assert caught.value.code == "webhooks_off"


async def test_an_event_that_is_not_there_is_nothing_to_do(db: Database) -> None:
    await handle_event(db, event_id=UUID(int=1))
