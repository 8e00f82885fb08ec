"""The wire: keys, validation, idempotency, lists, expansion."""

import asyncio
import uuid
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.factories import make_paid_intent, make_session
from tests.sandbox.process import Sandbox


async def test_a_call_without_a_key_is_refused(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{sandbox.url}/v1/customers")
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_a_key_of_another_kind_is_refused(sandbox: Sandbox) -> None:
    async with sandbox.client("pk_test_publishable") as client:
        with pytest.raises(stripe.AuthenticationError):
            await client.v1.customers.create_async()


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"emial": "a@b.example"}, "parameter_unknown", "emial"),
        ({"address": {"stret": "x"}}, "parameter_unknown", "address[stret]"),
        ({"email": "not an address"}, "email_invalid", "email"),
        ({"balance": "much"}, "parameter_invalid_integer", "balance"),
        ({"tax_exempt": "perhaps"}, None, "tax_exempt"),
        ({"metadata": {"k" * 41: "v"}}, None, f"metadata[{'k' * 41}]"),
    ],
)
async def test_parameters_are_checked_by_the_sdks_types(
    client: stripe.StripeClient, params: Any, code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.customers.create_async(params)
    assert (caught.value.code, caught.value.param) == (code, param)


async def test_a_missing_parameter_is_named(client: stripe.StripeClient) -> None:
    params: Any = {"amount": 500}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.payment_intents.create_async(params)
    assert (caught.value.code, caught.value.param) == ("parameter_missing", "currency")


async def test_an_unknown_address_is_not_found(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(headers={"Authorization": "Bearer sk_test_x"}) as http:
        answer = await http.post(f"{sandbox.url}/v1/issuing/cards")
    assert answer.status_code == 404
    assert "Unrecognized request URL" in answer.json()["error"]["message"]


async def test_the_same_key_and_parameters_give_the_same_answer(client: stripe.StripeClient) -> None:
    key = str(uuid.uuid4())
    first = await client.v1.customers.create_async({"name": "Ada"}, {"idempotency_key": key})
    again = await client.v1.customers.create_async({"name": "Ada"}, {"idempotency_key": key})
    assert again.id == first.id
    assert again.last_response is not None
    assert again.last_response.headers["idempotent-replayed"] == "true"


async def test_the_same_key_with_other_parameters_is_refused(client: stripe.StripeClient) -> None:
    key = str(uuid.uuid4())
    await client.v1.customers.create_async({"name": "Ada"}, {"idempotency_key": key})
    with pytest.raises(stripe.IdempotencyError):
        await client.v1.customers.create_async({"name": "Grace"}, {"idempotency_key": key})


async def test_a_refused_request_does_not_use_up_its_key(client: stripe.StripeClient) -> None:
    key = str(uuid.uuid4())
    wrong: Any = {"nmae": "Ada"}
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.customers.create_async(wrong, {"idempotency_key": key})
    assert (await client.v1.customers.create_async({"name": "Ada"}, {"idempotency_key": key})).name == "Ada"


async def test_a_decline_is_replayed_under_its_key(client: stripe.StripeClient) -> None:
    key = str(uuid.uuid4())
    charges = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            await client.v1.payment_intents.create_async(
                {
                    "amount": 900,
                    "currency": "usd",
                    "payment_method": "pm_card_chargeDeclined",
                    "confirm": True,
                },
                {"idempotency_key": key},
            )
        assert caught.value.error is not None
        charges.append(caught.value.error.charge)
    assert charges[0] == charges[1]


async def test_one_of_many_requests_at_once_makes_the_object(sandbox: Sandbox) -> None:
    """Those that come while the first one runs get 409, which the SDK tries again by itself."""
    key = str(uuid.uuid4())
    async with sandbox.client(retries=5) as client:
        made = await asyncio.gather(
            *(client.v1.customers.create_async({"name": "Ada"}, {"idempotency_key": key}) for _ in range(8))
        )
    assert len({customer.id for customer in made}) == 1


async def test_lists_are_paged_newest_first_and_filtered(client: stripe.StripeClient) -> None:
    email = f"{uuid.uuid4().hex}@people.example"
    made = [(await client.v1.customers.create_async({"email": email, "name": str(n)})).id for n in range(5)]
    first = await client.v1.customers.list_async({"email": email, "limit": 2})
    assert first.has_more
    assert [each.id for each in first.data] == made[:2:-1]
    back = await client.v1.customers.list_async({"email": email, "ending_before": made[2], "limit": 1})
    assert [each.id for each in back.data] == [made[3]]
    assert [each.id async for each in first.auto_paging_iter()] == made[::-1]


async def test_references_are_expanded_on_request(client: stripe.StripeClient) -> None:
    intent = await make_paid_intent(client)
    assert isinstance(intent.latest_charge, str)
    shown = await client.v1.payment_intents.retrieve_async(
        intent.id, {"expand": ["latest_charge.payment_intent"]}
    )
    assert isinstance(shown.latest_charge, stripe.Charge)
    assert isinstance(shown.latest_charge.payment_intent, stripe.PaymentIntent)
    assert shown.latest_charge.payment_intent.amount == 5_000
    session = await make_session(client)
    with_lines = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["line_items"]})
    assert with_lines.line_items is not None
    assert with_lines.line_items.data[0].description == "Call of 60 minutes"


async def test_what_cannot_be_expanded_is_said(client: stripe.StripeClient) -> None:
    intent = await make_paid_intent(client)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        await client.v1.payment_intents.retrieve_async(intent.id, {"expand": ["amount"]})


async def test_private_notes_stay_private(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = await make_session(client)
    async with httpx.AsyncClient(headers={"Authorization": "Bearer sk_test_x"}) as http:
        answer = await http.get(f"{sandbox.url}/v1/checkout/sessions/{session.id}")
    assert not [name for name in answer.json() if name.startswith("_")]


async def test_deleted_customers_are_gone(client: stripe.StripeClient) -> None:
    customer = await client.v1.customers.create_async({"name": "Ada"})
    assert (await client.v1.customers.delete_async(customer.id)).deleted
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.customers.retrieve_async(customer.id)
    assert caught.value.code == "resource_missing"
    assert caught.value.http_status == 404
