"""Checkout: one page per payment, whatever happens in between."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from core.actor import Role, Scope
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, Gone, InvalidInput, NotFound, SignUpRequired, VendorUnavailable
from core.gateways import Gateways, configure
from core.gateways.payments import PaymentsGateway
from core.money import Money
from models.billing import Payment
from services.billing import service
from services.billing.jobs import check_checkout, close_checkout
from tests.accounts.factories import actor_for, make_user
from tests.billing.factories import make_paid, make_payer, make_payment, read_payment, waiting_jobs
from tests.sandbox.process import Sandbox


async def _change(db: Database, payment_id: UUID, **values: object) -> None:
    async with db.transaction() as session:
        await session.execute(update(Payment).where(Payment.id == payment_id).values(**values))


async def test_checkout_leads_to_a_page_that_takes_the_money(db: Database, sandbox: Sandbox) -> None:
    payer = await make_payer(db)
    payment = await make_paid(db, sandbox, payer)
    assert payment.status == "paid"
    assert payment.paid_at is not None


async def test_asking_again_gives_the_same_page(db: Database) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer)
    first = await service.checkout(db, payer, payment.id)
    assert await service.checkout(db, payer, payment.id) == first
    assert await waiting_jobs(db, "billing.check_checkout", payment.id) == 1


async def test_asking_many_times_at_once_makes_one_page(db: Database) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer)
    pages = await asyncio.gather(*(service.checkout(db, payer, payment.id) for _ in range(5)))
    assert len({page.url for page in pages}) == 1


async def test_an_answer_that_was_lost_is_found_again(db: Database) -> None:
    """The process died between the vendor's answer and its storing."""
    payer = await make_payer(db)
    payment = await make_payment(db, payer)
    first = await service.checkout(db, payer, payment.id)
    await _change(db, payment.id, checkout_url=None, vendor_session_id=None)
    assert (await service.checkout(db, payer, payment.id)).url == first.url


async def test_an_attempt_that_never_arrived_is_made_afresh(db: Database) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer)
    soon = now() + timedelta(minutes=10)
    await _change(db, payment.id, checkout_attempt=1, checkout_expires_at=soon)
    page = await service.checkout(db, payer, payment.id)
    assert page.expires_at > now() + timedelta(minutes=30)


async def test_the_payments_of_others_do_not_exist(db: Database) -> None:
    payment = await make_payment(db, await make_payer(db))
    stranger = await make_payer(db)
    with pytest.raises(NotFound):
        await service.checkout(db, stranger, payment.id)
    async with db.transaction() as session:
        with pytest.raises(NotFound):
            await service.get(session, stranger, payment.id)
        assert (await service.list_payments(session, stranger)).items == []


async def test_guests_are_asked_to_sign_up(db: Database) -> None:
    guest = actor_for(await make_user(db, role=Role.GUEST))
    payment = await make_payment(db, guest)
    with pytest.raises(SignUpRequired):
        await service.checkout(db, guest, payment.id)


async def test_a_token_without_the_scope_cannot_pay(db: Database) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer)
    reader = actor_for(await make_user(db))
    reader = type(reader)(payer.user_id, payer.role, frozenset({Scope.BILLING_READ}))
    with pytest.raises(Forbidden):
        await service.checkout(db, reader, payment.id)


async def test_what_is_paid_is_not_paid_again(db: Database, sandbox: Sandbox) -> None:
    payer = await make_payer(db)
    payment = await make_paid(db, sandbox, payer)
    with pytest.raises(Conflict) as caught:
        await service.checkout(db, payer, payment.id)
    assert caught.value.code == "already_paid"


async def test_a_payment_has_its_time(db: Database) -> None:
    payer = await make_payer(db)
    late = await make_payment(db, payer, pay_until=now() - timedelta(seconds=1))
    with pytest.raises(Gone):
        await service.checkout(db, payer, late.id)
    opened = await make_payment(db, payer)
    await service.checkout(db, payer, opened.id)
    await _change(db, opened.id, checkout_expires_at=now())
    with pytest.raises(Gone) as caught:
        await service.checkout(db, payer, opened.id)
    assert caught.value.code == "payment_expired"


async def test_a_payment_that_was_given_up_is_closed_at_the_vendor(db: Database, sandbox: Sandbox) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer)
    page = await service.checkout(db, payer, payment.id)
    async with db.transaction() as session:
        await service.abandon(session, payment.id)
    assert await waiting_jobs(db, "billing.close_checkout", payment.id) == 1
    with pytest.raises(Gone):
        await service.checkout(db, payer, payment.id)
    await close_checkout(db, payment_id=payment.id)
    assert (await sandbox.pay(page.url)).status_code == 410
    assert (await read_payment(db, payer, payment.id)).status == "expired"


async def test_money_that_was_faster_than_giving_up_settles(db: Database, sandbox: Sandbox) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer)
    page = await service.checkout(db, payer, payment.id)
    await sandbox.pay(page.url)
    async with db.transaction() as session:
        await service.abandon(session, payment.id)
    await close_checkout(db, payment_id=payment.id)
    assert (await read_payment(db, payer, payment.id)).status == "paid"


async def test_lost_webhooks_are_made_up_for(db: Database, sandbox: Sandbox) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer)
    page = await service.checkout(db, payer, payment.id)
    await check_checkout(db, payment_id=payment.id)
    assert (await read_payment(db, payer, payment.id)).status == "open"
    await sandbox.pay(page.url)
    await check_checkout(db, payment_id=payment.id)
    await check_checkout(db, payment_id=payment.id)
    assert (await read_payment(db, payer, payment.id)).status == "paid"


async def test_a_vendor_that_is_away_changes_nothing(db: Database, vendors: Gateways) -> None:
    payer = await make_payer(db)
    payment = await make_payment(db, payer)
    away = PaymentsGateway("sk_test_billing", api_base="http://127.0.0.1:9")
    configure(Gateways(payments=away))
    with pytest.raises(VendorUnavailable):
        await service.checkout(db, payer, payment.id)
    await away.close()
    configure(vendors)
    assert (await service.checkout(db, payer, payment.id)).url


async def test_there_has_to_be_something_to_pay(db: Database) -> None:
    payer = await make_payer(db)
    with pytest.raises(InvalidInput):
        await make_payment(db, payer, amount=0)


async def test_payments_are_listed_newest_first(db: Database) -> None:
    payer = await make_payer(db)
    made = [(await make_payment(db, payer)).id for _ in range(3)]
    async with db.transaction() as session:
        first = await service.list_payments(session, payer, limit=2)
        rest = await service.list_payments(session, payer, cursor=first.next_cursor, limit=2)
        with pytest.raises(InvalidInput):
            await service.list_payments(session, payer, cursor="x")
    assert [each.id for each in first.items + rest.items] == made[::-1]
    assert rest.next_cursor is None
    assert first.items[0].amount == Money(amount=12_500, currency="USD")
