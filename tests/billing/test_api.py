"""Billing's doors: REST, and the webhook."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from core.actor import Role
from core.ids import new_id
from core.money import Money
from services.billing import service
from services.billing.schemas import PaymentRead
from services.billing.webhooks import LARGEST_PAYLOAD
from tests.billing.conftest import WEBHOOK_SECRET
from tests.billing.factories import fake_event, signed, stored
from tests.sandbox.process import Sandbox
from tests.serving import Served, serving


@pytest.fixture
async def served(database_url: str, sandbox: Sandbox) -> AsyncIterator[Served]:
    """The real application, on the sandbox."""
    async with serving(
        database_url,
        stripe_api_base=sandbox.url,
        stripe_secret_key="sk_test_billing",
        stripe_webhook_secret=WEBHOOK_SECRET,
    ) as served:
        yield served


async def _payment(served: Served, user_id: UUID) -> PaymentRead:
    async with served.runtime.db.transaction() as session:
        return await service.create_payment(
            session,
            user_id=user_id,
            purpose="test",
            reference_id=new_id(),
            amount=Money(amount=5_000, currency="EUR"),
            description="Call",
        )


async def test_paying_over_rest(served: Served, sandbox: Sandbox) -> None:
    user, token = await served.person()
    payment = await _payment(served, user.id)
    async with served.http(token) as http:
        shown = (await http.get(f"/api/v1/payments/{payment.id}")).json()
        assert (shown["status"], shown["amount"]) == ("open", {"amount": 5000, "currency": "EUR"})
        assert [each["id"] for each in (await http.get("/api/v1/payments")).json()["items"]] == [
            str(payment.id)
        ]
        page = (await http.post(f"/api/v1/payments/{payment.id}/checkout")).json()
        back = await sandbox.pay(page["url"])
    assert f"/payments/{payment.id}?outcome=paid" in back.headers["location"]


async def test_others_see_nothing(served: Served) -> None:
    owner, _ = await served.person()
    _, token = await served.person()
    payment = await _payment(served, owner.id)
    async with served.http(token) as http:
        for answer in (
            await http.get(f"/api/v1/payments/{payment.id}"),
            await http.post(f"/api/v1/payments/{payment.id}/checkout"),
            await http.get(f"/api/v1/payments/{new_id()}"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await http.post(f"/api/v1/payments/{payment.id}/refund", json={})).status_code == 403
    async with served.http() as http:
        assert (await http.get("/api/v1/payments")).status_code == 401


async def test_operators_refund_what_was_paid(served: Served) -> None:
    owner, _ = await served.person()
    _, token = await served.person(role=Role.ADMIN)
    payment = await _payment(served, owner.id)
    async with served.http(token) as http:
        answer = await http.post(f"/api/v1/payments/{payment.id}/refund", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_paid")
        answer = await http.post(f"/api/v1/payments/{payment.id}/refund", json={"amont": 1})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "amont")


async def test_the_webhook_door(served: Served) -> None:
    event = fake_event("customer.created")
    body, header = signed(event, WEBHOOK_SECRET)
    async with served.http() as http:
        refused = await http.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": "t=1,v1=00"})
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_signature")
        assert refused.headers["content-type"] == "application/problem+json"
        huge = await http.post("/webhooks/stripe", content=b"x" * (LARGEST_PAYLOAD + 1))
        assert (huge.status_code, huge.json()["code"]) == (413, "too_large")
        for _ in range(2):
            taken = await http.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": header})
            assert taken.status_code == 204
    assert await stored(served.runtime.db, event["id"]) is not None


async def test_without_a_secret_the_door_is_shut(database_url: str, sandbox: Sandbox) -> None:
    async with serving(database_url, stripe_api_base=sandbox.url) as served, served.http() as http:
        body, header = signed(fake_event("customer.created"), WEBHOOK_SECRET)
        answer = await http.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": header})
    assert (answer.status_code, answer.json()["code"]) == (404, "webhooks_off")
