"""Payments, and what the vendor says about them, for tests."""

import json
import time
from typing import Any
from uuid import UUID

import stripe
from sqlalchemy import select, text

from core.actor import ROLE_SCOPES, Actor, Role
from core.db import Database
from core.ids import ASSISTANT_ID, new_id
from core.money import Money
from models.billing import ExternalEvent
from sandbox.stripe.webhooks import signature
from services.billing import service, webhooks
from services.billing.jobs import handle_event
from services.billing.schemas import PaymentRead
from tests.accounts.factories import actor_for, make_user
from tests.sandbox.process import Sandbox

SYSTEM = Actor(ASSISTANT_ID, Role.SYSTEM, ROLE_SCOPES[Role.SYSTEM])


async def make_payer(db: Database) -> Actor:
    """Somebody who can pay."""
    return actor_for(await make_user(db))


async def make_payment(
    db: Database, payer: Actor, amount: int = 12_500, purpose: str = "test", **more: Any
) -> PaymentRead:
    """An open payment."""
    async with db.transaction() as session:
        return await service.create_payment(
            session,
            user_id=payer.user_id,
            purpose=purpose,
            reference_id=new_id(),
            amount=Money(amount=amount, currency="USD"),
            description="Call of 60 minutes",
            **more,
        )


async def read_payment(db: Database, payer: Actor, payment_id: UUID) -> PaymentRead:
    async with db.transaction() as session:
        return await service.get(session, payer, payment_id)


async def make_paid(db: Database, sandbox: Sandbox, payer: Actor, amount: int = 12_500) -> PaymentRead:
    """A payment that was paid on the sandbox's page, and whose webhook has been handled."""
    payment = await make_payment(db, payer, amount)
    checkout = await service.checkout(db, payer, payment.id)
    assert (await sandbox.pay(checkout.url)).status_code == 303
    await tell(db, await vendor_event(sandbox, "checkout.session.completed", payment.id))
    return await read_payment(db, payer, payment.id)


async def vendor_event(sandbox: Sandbox, event_type: str, payment_id: UUID) -> dict[str, Any]:
    """The event that the sandbox recorded about a payment."""
    async with sandbox.client() as client:
        async for event in (
            await client.v1.events.list_async({"type": event_type, "limit": 100})
        ).auto_paging_iter():
            body: dict[str, Any] = event.to_dict()
            if body["data"]["object"]["metadata"].get("payment_id") == str(payment_id):
                return body
    raise LookupError(f"the sandbox knows no {event_type} of {payment_id}")


def signed(event: object, secret: str, at: int | None = None) -> tuple[bytes, str]:
    """Body and signature header of a webhook."""
    body = json.dumps(event).encode()
    return body, signature(secret, body, at or int(time.time()))


async def tell(db: Database, event: dict[str, Any], secret: str = "whsec_billing_tests") -> None:
    """Deliver an event, and handle it as the worker would."""
    await webhooks.receive(db, *signed(event, secret))
    await handle(db, event["id"])


async def handle(db: Database, vendor_id: str) -> None:
    """Run the job of a stored event."""
    event = await stored(db, vendor_id)
    assert event is not None
    await handle_event(db, event_id=event.id)


async def stored(db: Database, vendor_id: str) -> ExternalEvent | None:
    async with db.transaction() as session:
        return await session.scalar(select(ExternalEvent).where(ExternalEvent.vendor_id == vendor_id))


async def waiting_jobs(db: Database, entrypoint: str, argument: UUID) -> int:
    """How many jobs of a kind wait with this id among their arguments."""
    async with db.transaction() as session:
        count: int = (
            await session.execute(
                text(
                    "select count(*) from pgqueuer where entrypoint = :entrypoint"
                    " and position(:argument in convert_from(payload, 'UTF8')) > 0"
                ),
                {"entrypoint": entrypoint, "argument": str(argument)},
            )
        ).scalar_one()
        return count


def fake_event(event_type: str, **subject: Any) -> dict[str, Any]:
    """An event as Stripe would send it, of a type that the sandbox does not make."""
    return {
        "id": f"evt_{new_id().hex}",
        "object": "event",
        "api_version": stripe.api_version,
        "created": int(time.time()),
        "type": event_type,
        "livemode": False,
        "data": {"object": {"id": "x", "object": "thing", "metadata": {}, **subject}},
    }
