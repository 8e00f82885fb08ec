"""Subscriptions and invoices."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.factories import make_session
from tests.sandbox.process import Sandbox

DAY = 86400


async def make_price(
    client: stripe.StripeClient, amount: int = 4_900, interval: Any = "month"
) -> stripe.Price:
    """A recurring price."""
    product = await client.v1.products.create_async({"name": "Pro"})
    return await client.v1.prices.create_async(
        {"product": product.id, "currency": "usd", "unit_amount": amount, "recurring": {"interval": interval}}
    )


async def make_customer(client: stripe.StripeClient, card: str = "pm_card_visa") -> stripe.Customer:
    """A customer whose invoices are charged to a card."""
    customer = await client.v1.customers.create_async({"email": "ada@people.example"})
    method = await client.v1.payment_methods.attach_async(card, {"customer": customer.id})
    settings: Any = {"default_payment_method": method.id}
    return await client.v1.customers.update_async(customer.id, {"invoice_settings": settings})


async def subscribe(
    client: stripe.StripeClient, customer: str, price: str, **more: Any
) -> stripe.Subscription:
    params: Any = {"customer": customer, "items": [{"price": price}], **more}
    return await client.v1.subscriptions.create_async(params)


async def test_a_subscription_starts_with_a_paid_invoice(client: stripe.StripeClient) -> None:
    customer, price = await make_customer(client), await make_price(client)
    made = await subscribe(client, customer.id, price.id, expand=["latest_invoice.payments"])
    assert made.status == "active"
    invoice = made.latest_invoice
    assert isinstance(invoice, stripe.Invoice)
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == (
        "paid",
        4_900,
        "subscription_create",
    )
    assert invoice.parent is not None
    assert invoice.parent.subscription_details is not None
    assert invoice.parent.subscription_details.subscription == made.id
    assert invoice.payments is not None
    assert invoice.payments.data[0].status == "paid"
    item = made["items"].data[0]
    start, end = (
        datetime.fromtimestamp(at, UTC) for at in (item.current_period_start, item.current_period_end)
    )
    assert end > start
    assert (end.month - start.month) % 12 == 1


async def test_without_a_card_nothing_starts(client: stripe.StripeClient) -> None:
    customer = await client.v1.customers.create_async({"email": "ada@people.example"})
    price = await make_price(client)
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        await subscribe(client, customer.id, price.id)
    assert (await client.v1.subscriptions.list_async({"customer": customer.id, "status": "all"})).data == []


async def test_a_one_time_price_cannot_be_subscribed(client: stripe.StripeClient) -> None:
    product = await client.v1.products.create_async({"name": "Once"})
    price = await client.v1.prices.create_async(
        {"product": product.id, "currency": "usd", "unit_amount": 500}
    )
    customer = await make_customer(client)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await subscribe(client, customer.id, price.id)
    assert caught.value.param == "items[0][price]"


async def test_an_incomplete_subscription_is_paid_by_its_intent(client: stripe.StripeClient) -> None:
    customer, price = await make_customer(client), await make_price(client)
    made = await subscribe(
        client,
        customer.id,
        price.id,
        payment_behavior="default_incomplete",
        expand=["latest_invoice.confirmation_secret"],
    )
    assert made.status == "incomplete"
    assert isinstance(made.latest_invoice, stripe.Invoice)
    assert made.latest_invoice.confirmation_secret is not None
    intent = made.latest_invoice.confirmation_secret.client_secret.partition("_secret_")[0]
    await client.v1.payment_intents.confirm_async(intent, {"payment_method": "pm_card_visa"})
    assert (await client.v1.subscriptions.retrieve_async(made.id)).status == "active"


async def test_it_renews_and_then_ends(own_sandbox: Sandbox) -> None:
    async with own_sandbox.client() as client:
        customer, price = await make_customer(client), await make_price(client)
        made = await subscribe(client, customer.id, price.id)
        await own_sandbox.advance(32 * DAY)
        invoices = await client.v1.invoices.list_async({"customer": customer.id})
        assert [(each.billing_reason, each.status) for each in invoices.data] == [
            ("subscription_cycle", "paid"),
            ("subscription_create", "paid"),
        ]
        assert len({each.number for each in invoices.data}) == 2
        ending = await client.v1.subscriptions.update_async(made.id, {"cancel_at_period_end": True})
        assert ending.cancel_at == ending["items"].data[0].current_period_end
        await own_sandbox.advance(32 * DAY)
        assert (await client.v1.subscriptions.retrieve_async(made.id)).status == "canceled"
        events = await client.v1.events.list_async({"type": "customer.subscription.deleted"})
        assert len(events.data) == 1


async def test_a_trial_is_free_and_then_charged(own_sandbox: Sandbox) -> None:
    async with own_sandbox.client() as client:
        customer, price = await make_customer(client), await make_price(client)
        made = await subscribe(client, customer.id, price.id, trial_period_days=7)
        assert made.status == "trialing"
        await own_sandbox.advance(8 * DAY)
        assert (await client.v1.subscriptions.retrieve_async(made.id)).status == "active"
        invoices = await client.v1.invoices.list_async({"customer": customer.id})
        assert [each.amount_paid for each in invoices.data] == [4_900, 0]


async def test_a_card_that_stops_working_makes_it_past_due(own_sandbox: Sandbox) -> None:
    async with own_sandbox.client() as client:
        customer, price = await make_customer(client), await make_price(client)
        made = await subscribe(client, customer.id, price.id)
        await client.v1.subscriptions.update_async(
            made.id, {"default_payment_method": "pm_card_chargeDeclined"}
        )
        await own_sandbox.advance(32 * DAY)
        late = await client.v1.subscriptions.retrieve_async(made.id)
        assert late.status == "past_due"
        failed = await client.v1.events.list_async({"type": "invoice.payment_failed"})
        assert len(failed.data) == 1
        await client.v1.invoices.pay_async(str(late.latest_invoice), {"payment_method": "pm_card_visa"})
        assert (await client.v1.subscriptions.retrieve_async(made.id)).status == "active"


async def test_a_changed_price_counts_from_the_next_period(own_sandbox: Sandbox) -> None:
    async with own_sandbox.client() as client:
        customer, price = await make_customer(client), await make_price(client)
        dearer = await make_price(client, 9_900)
        made = await subscribe(client, customer.id, price.id)
        item = made["items"].data[0].id
        await client.v1.subscriptions.update_async(made.id, {"items": [{"id": item, "price": dearer.id}]})
        await own_sandbox.advance(32 * DAY)
        invoices = await client.v1.invoices.list_async({"customer": customer.id})
        assert [each.total for each in invoices.data] == [9_900, 4_900]


async def test_checkout_starts_a_subscription(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    price = await make_price(client)
    session = await make_session(
        client,
        mode="subscription",
        line_items=[{"price": price.id, "quantity": 2}],
        subscription_data={"metadata": {"plan": "pro"}},
    )
    assert (await sandbox.pay(str(session.url), "pm_card_chargeDeclined")).status_code == 402
    assert (await sandbox.pay(str(session.url))).status_code == 303
    paid = await client.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["subscription.latest_invoice"]}
    )
    assert isinstance(paid.subscription, stripe.Subscription)
    assert paid.subscription.status == "active"
    assert paid.subscription.metadata.to_dict() == {"plan": "pro"}
    assert isinstance(paid.subscription.latest_invoice, stripe.Invoice)
    assert paid.subscription.latest_invoice.amount_paid == 9_800


async def test_the_portal_ends_and_resumes(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    customer, price = await make_customer(client), await make_price(client)
    made = await subscribe(client, customer.id, price.id)
    portal = await client.v1.billing_portal.sessions.create_async(
        {"customer": customer.id, "return_url": "http://127.0.0.1:9/back"}
    )
    async with httpx.AsyncClient() as http:
        assert "Cancel at the end of the period" in (await http.get(portal.url)).text
        page = await http.post(portal.url, data={"subscription": made.id})
        assert "Keep the subscription" in page.text
        assert (await client.v1.subscriptions.retrieve_async(made.id)).cancel_at_period_end
        await http.post(portal.url, data={"subscription": made.id})
        assert (await http.get(f"{sandbox.url}/c/portal/unknown")).status_code == 410
    assert not (await client.v1.subscriptions.retrieve_async(made.id)).cancel_at_period_end


async def test_an_invoice_by_hand(client: stripe.StripeClient) -> None:
    customer = await client.v1.customers.create_async({"email": "ada@people.example"})
    for amount in (700, 300):
        item: Any = {"customer": customer.id, "amount": amount, "currency": "usd", "description": "Hours"}
        await client.v1.invoice_items.create_async(item)
    draft = await client.v1.invoices.create_async(
        {"customer": customer.id, "collection_method": "send_invoice", "days_until_due": 14}
    )
    assert (draft.status, draft.number, [line.amount for line in draft.lines.data]) == (
        "draft",
        None,
        [700, 300],
    )
    final = await client.v1.invoices.finalize_invoice_async(draft.id)
    assert (final.status, final.total, final.number) == ("open", 1_000, f"{customer.invoice_prefix}-0001")
    paid = await client.v1.invoices.pay_async(draft.id, {"payment_method": "pm_card_visa"})
    assert paid.status == "paid"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.invoices.pay_async(draft.id)
    assert caught.value.code == "invoice_already_paid"
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.invoices.void_invoice_async(draft.id)


async def test_an_open_invoice_can_be_voided(client: stripe.StripeClient) -> None:
    customer = await client.v1.customers.create_async({"email": "ada@people.example"})
    item: Any = {"customer": customer.id, "amount": 700, "currency": "usd"}
    await client.v1.invoice_items.create_async(item)
    draft = await client.v1.invoices.create_async({"customer": customer.id})
    await client.v1.invoices.finalize_invoice_async(draft.id)
    assert (await client.v1.invoices.void_invoice_async(draft.id)).status == "void"
