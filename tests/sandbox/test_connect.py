"""Connect: sellers, their onboarding, their money."""

from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.factories import make_session
from tests.sandbox.process import Receiver, Sandbox


async def make_seller(client: stripe.StripeClient, *, onboarded: bool = True) -> stripe.Account:
    """A seller's account."""
    wanted: Any = {"transfers": {"requested": True}, "card_payments": {"requested": True}}
    account = await client.v1.accounts.create_async(
        {"type": "express", "country": "US", "capabilities": wanted}
    )
    if onboarded:
        link = await client.v1.account_links.create_async(
            {
                "account": account.id,
                "type": "account_onboarding",
                "return_url": "http://127.0.0.1:9/back",
                "refresh_url": "http://127.0.0.1:9/again",
            }
        )
        async with httpx.AsyncClient() as http:
            assert "Complete onboarding" in (await http.get(link.url)).text
            assert (await http.post(link.url)).headers["location"] == "http://127.0.0.1:9/back"
            assert (await http.post(link.url)).status_code == 410
    return account


async def balance(client: stripe.StripeClient, account: str) -> int:
    return (await client.v1.balance.retrieve_async({}, {"stripe_account": account})).available[0].amount


async def test_money_moves_only_to_sellers_who_are_onboarded(client: stripe.StripeClient) -> None:
    seller = await make_seller(client, onboarded=False)
    assert not seller.payouts_enabled
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.transfers.create_async({"amount": 500, "currency": "usd", "destination": seller.id})
    assert caught.value.code == "insufficient_capabilities_for_transfer"
    seller = await make_seller(client)
    assert (await client.v1.accounts.retrieve_async(seller.id)).payouts_enabled
    sent = await client.v1.transfers.create_async(
        {"amount": 500, "currency": "usd", "destination": seller.id}
    )
    assert await balance(client, seller.id) == 500
    await client.v1.transfers.reversals.create_async(sent.id, {"amount": 200})
    assert await balance(client, seller.id) == 300


async def test_payouts_stop_at_the_balance(client: stripe.StripeClient) -> None:
    seller = await make_seller(client)
    await client.v1.transfers.create_async({"amount": 500, "currency": "usd", "destination": seller.id})
    options: Any = {"stripe_account": seller.id}
    paid = await client.v1.payouts.create_async({"amount": 400, "currency": "usd"}, options)
    assert paid.status == "paid"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.payouts.create_async({"amount": 101, "currency": "usd"}, options)
    assert caught.value.code == "balance_insufficient"
    assert [each.id for each in (await client.v1.payouts.list_async({}, options)).data] == [paid.id]
    assert (await client.v1.payouts.list_async()).data == []


async def test_a_destination_charge_pays_the_seller_less_the_fee(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    seller = await make_seller(client)
    session = await make_session(
        client,
        10_000,
        payment_intent_data={"application_fee_amount": 1_500, "transfer_data": {"destination": seller.id}},
    )
    await sandbox.pay(str(session.url))
    assert await balance(client, seller.id) == 8_500


async def test_connected_accounts_tell_connect_endpoints_alone(
    own_sandbox: Sandbox, receiver: Receiver
) -> None:
    async with own_sandbox.client() as client:
        plain = await client.v1.webhook_endpoints.create_async({"url": receiver.url, "enabled_events": ["*"]})
        connect = await client.v1.webhook_endpoints.create_async(
            {"url": receiver.url, "enabled_events": ["account.updated"], "connect": True}
        )
        await client.v1.webhook_endpoints.delete_async(plain.id)
        seller = await make_seller(client)
        event = await receiver.next("account.updated", str(connect.secret))
    assert event.account == seller.id
    assert event.data.object["payouts_enabled"] is True
