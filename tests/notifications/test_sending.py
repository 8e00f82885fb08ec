"""E-mails are sent once, if and only if what they tell of has happened."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import select

from core.actor import Role
from core.db import Database
from core.errors import InvalidInput, VendorUnavailable
from core.gateways import Gateways, configure
from core.gateways.mail import MailGateway
from models.notifications import Email
from services.notifications import service
from services.notifications.jobs import deliver
from tests.accounts.factories import make_user, unique_email
from tests.notifications.conftest import HELLO
from tests.sandbox.process import Sandbox

T = TypeVar("T")


async def outbox(sandbox: Sandbox, to: str) -> list[dict[str, Any]]:
    async with httpx.AsyncClient() as http:
        items: list[dict[str, Any]] = (
            await http.get(f"{sandbox.url}/outbox.json", params={"to": to})
        ).json()["items"]
        return items


async def eventually(look: Callable[[], Awaitable[T]]) -> T:
    """What `look` gives, as soon as it gives something."""
    async with asyncio.timeout(60):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.1)


async def emails(db: Database, **where: Any) -> list[Email]:
    async with db.transaction() as session:
        return list(await session.scalars(select(Email).filter_by(**where).order_by(Email.id)))


async def test_an_email_reaches_the_person_and_is_sent_once(db: Database, sandbox: Sandbox) -> None:
    user = await make_user(db, name="Ada", timezone="Asia/Tokyo")
    async with db.transaction() as session:
        await service.send_email(
            session,
            user_id=user.id,
            template="booking_cancelled",
            context={"who": "Grace", "other_name": "Grace", "starts_at": "2026-11-24T14:00:00Z"},
        )
    (email,) = await emails(db, user_id=user.id)
    await deliver(db, email_id=email.id)
    await deliver(db, email_id=email.id)
    (sent,) = await outbox(sandbox, str(user.email))
    assert sent["subject"] == "Cancelled: your call with Grace"
    assert "23:00 (Asia/Tokyo)" in sent["text"]
    (email,) = await emails(db, user_id=user.id)
    assert (email.status, email.vendor_id) == ("sent", sent["id"])
    assert email.sent_at is not None


async def test_a_run_that_died_after_sending_sends_nothing_twice(db: Database, sandbox: Sandbox) -> None:
    address = unique_email()
    async with db.transaction() as session:
        await service.send_email(session, address=address, template="message", context=HELLO)
    (email,) = await emails(db, address=address)
    await deliver(db, email_id=email.id)
    async with db.transaction() as session:
        stored = await session.get(Email, email.id)
        assert stored is not None
        stored.status = "queued"
    await deliver(db, email_id=email.id)
    assert len(await outbox(sandbox, address)) == 1


async def test_the_same_key_is_one_email(db: Database) -> None:
    address, key = unique_email(), uuid4().hex
    for _ in range(3):
        async with db.transaction() as session:
            await service.send_email(session, address=address, template="message", context=HELLO, key=key)
    assert len(await emails(db, address=address)) == 1


async def test_what_was_rolled_back_is_not_sent(db: Database) -> None:
    address = unique_email()

    async def fail() -> None:
        async with db.transaction() as session:
            await service.send_email(session, address=address, template="message", context=HELLO)
            raise RuntimeError("what it tells of did not happen")

    with pytest.raises(RuntimeError):
        await fail()
    assert await emails(db, address=address) == []


async def test_guests_have_no_address(db: Database) -> None:
    guest = await make_user(db, role=Role.GUEST)
    async with db.transaction() as session:
        await service.send_email(session, user_id=guest.id, template="message", context=HELLO)
    (email,) = await emails(db, user_id=guest.id)
    await deliver(db, email_id=email.id)
    assert [each.status for each in await emails(db, user_id=guest.id)] == ["skipped"]


async def test_a_vendor_that_is_away_is_tried_again(
    db: Database, sandbox: Sandbox, vendors: Gateways
) -> None:
    address = unique_email()
    async with db.transaction() as session:
        await service.send_email(session, address=address, template="message", context=HELLO)
    (email,) = await emails(db, address=address)
    away = MailGateway("re_x", sender="a@b.example", api_url="http://127.0.0.1:9")
    configure(Gateways(mail=away))
    with pytest.raises(VendorUnavailable):
        await deliver(db, email_id=email.id)
    await away.close()
    configure(vendors)
    assert (await emails(db, address=address))[0].status == "queued"
    await deliver(db, email_id=email.id)
    assert len(await outbox(sandbox, address)) == 1


async def test_what_the_vendor_refuses_is_not_tried_again(
    db: Database, sandbox: Sandbox, vendors: Gateways
) -> None:
    address = unique_email()
    async with db.transaction() as session:
        await service.send_email(session, address=address, template="message", context=HELLO)
    (email,) = await emails(db, address=address)
    refusing = MailGateway("re_x", sender="no address", api_url=f"{sandbox.url}/resend")
    configure(Gateways(mail=refusing))
    await deliver(db, email_id=email.id)
    await refusing.close()
    configure(vendors)
    (email,) = await emails(db, address=address)
    assert email.status == "failed"
    assert "from" in str(email.error)


async def test_input_is_checked_when_it_is_asked_for(db: Database) -> None:
    async with db.transaction() as session:
        with pytest.raises(InvalidInput):
            await service.send_email(
                session, address="a@b\r\nBcc: c@d.example", template="message", context=HELLO
            )
        with pytest.raises(ValidationError):
            await service.send_email(session, address="a@b.example", template="payment_refunded", context={})
        with pytest.raises(ValueError, match="to a person or to an address"):
            await service.send_email(session, template="message", context=HELLO)
