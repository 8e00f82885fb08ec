"""Events and their signed deliveries."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from tests.process import free_port
from tests.sandbox.factories import make_paid_intent, make_session
from tests.sandbox.process import Receiver, Sandbox


async def _listen(client: stripe.StripeClient, url: str, events: list[Any]) -> stripe.WebhookEndpoint:
    return await client.v1.webhook_endpoints.create_async({"url": url, "enabled_events": events})


async def test_deliveries_are_signed_as_the_sdk_expects(own_sandbox: Sandbox, receiver: Receiver) -> None:
    async with own_sandbox.client() as client:
        endpoint = await _listen(client, receiver.url, ["checkout.session.completed"])
        assert endpoint.secret is not None
        session = await make_session(client)
        await own_sandbox.pay(str(session.url))
        event = await receiver.next("checkout.session.completed", endpoint.secret)
        assert event.data.object["id"] == session.id
        assert event.data.object["payment_status"] == "paid"
        assert event.api_version == stripe.api_version
        shown = await client.v1.webhook_endpoints.retrieve_async(endpoint.id)
        assert shown.secret is None
    assert receiver.arrived.empty(), "only what was asked for is delivered"


async def test_an_event_tells_what_changed(client: stripe.StripeClient) -> None:
    customer = await client.v1.customers.create_async({"name": "Ada"})
    await client.v1.customers.update_async(customer.id, {"name": "Grace"})
    events = await client.v1.events.list_async({"type": "customer.updated", "limit": 1})
    assert events.data[0].data.object["name"] == "Grace"
    previous = events.data[0].data.previous_attributes
    assert previous is not None
    assert previous.to_dict() == {"name": "Ada"}


async def test_a_failed_delivery_is_tried_again(own_sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.status = 500
    async with own_sandbox.client() as client:
        endpoint = await _listen(client, receiver.url, ["payment_intent.succeeded"])
        intent = await make_paid_intent(client)
        secret = str(endpoint.secret)
        first = await receiver.next("payment_intent.succeeded", secret)
        second = await receiver.next("payment_intent.succeeded", secret)
        receiver.status = 200
        third = await receiver.next("payment_intent.succeeded", secret)
        assert first.id == second.id == third.id
        assert first.data.object["id"] == intent.id


async def test_deliveries_survive_an_outage_of_the_receiver_and_a_killed_sandbox(
    own_sandbox: Sandbox,
) -> None:
    port = free_port()
    async with own_sandbox.client() as client:
        endpoint = await _listen(client, f"http://127.0.0.1:{port}/hook", ["*"])
        intent = await make_paid_intent(client)
    own_sandbox.kill()
    receiver = Receiver(port)
    await own_sandbox.start()
    event = await receiver.next("payment_intent.succeeded", str(endpoint.secret))
    receiver.close()
    assert event.data.object["id"] == intent.id


async def test_the_managed_endpoint_follows_its_address_and_secret(tmp_path: Path) -> None:
    """What could not be delivered before a restart goes to the new address, signed with the new secret."""
    dead = free_port()
    environment = {
        "SANDBOX_WEBHOOK_URL": f"http://127.0.0.1:{dead}/",
        "SANDBOX_WEBHOOK_SECRET": "whsec_first",
    }
    sandbox = Sandbox(tmp_path, environment)
    await sandbox.start()
    async with sandbox.client() as client:
        await make_paid_intent(client)
    sandbox.kill()
    receiver = Receiver()
    sandbox.environment = {"SANDBOX_WEBHOOK_URL": receiver.url, "SANDBOX_WEBHOOK_SECRET": "whsec_second"}
    await sandbox.start()
    try:
        assert await receiver.next("charge.succeeded", "whsec_second")
        async with sandbox.client() as client:
            assert len((await client.v1.webhook_endpoints.list_async()).data) == 1
    finally:
        receiver.close()
        sandbox.stop()


async def test_a_disabled_or_deleted_endpoint_hears_nothing(own_sandbox: Sandbox, receiver: Receiver) -> None:
    async with own_sandbox.client() as client:
        disabled = await _listen(client, receiver.url, ["*"])
        await client.v1.webhook_endpoints.update_async(disabled.id, {"disabled": True})
        deleted = await _listen(client, receiver.url, ["*"])
        await client.v1.webhook_endpoints.delete_async(deleted.id)
        last = await _listen(client, receiver.url, ["charge.refunded"])
        intent = await make_paid_intent(client)
        await client.v1.refunds.create_async({"payment_intent": intent.id})
        event = await receiver.next("charge.refunded", str(last.secret))
    assert event.data.object["refunded"] is True
    assert receiver.arrived.empty()


async def test_the_page_shows_deliveries_and_sends_again(own_sandbox: Sandbox, receiver: Receiver) -> None:
    async with own_sandbox.client() as client, httpx.AsyncClient() as http:
        assert "Nothing has happened yet" in (await http.get(f"{own_sandbox.url}/events")).text
        endpoint = await _listen(client, receiver.url, ["customer.created"])
        await client.v1.customers.create_async({"name": "Ada"})
        event = await receiver.next("customer.created", str(endpoint.secret))
        page = await http.get(f"{own_sandbox.url}/events")
        assert event.id in page.text
        assert receiver.url in page.text
        await http.post(f"{own_sandbox.url}/events/deliveries/1")
        assert (await receiver.next("customer.created", str(endpoint.secret))).id == event.id


async def test_a_delivery_asked_for_while_another_is_under_way_is_made_too(
    own_sandbox: Sandbox, receiver: Receiver
) -> None:
    async with own_sandbox.client() as client, httpx.AsyncClient() as http:
        endpoint = await _listen(client, receiver.url, ["customer.created"])
        receiver.answering.clear()
        await client.v1.customers.create_async({"name": "Ada"})
        event = await receiver.next("customer.created", str(endpoint.secret))
        await http.post(f"{own_sandbox.url}/events/deliveries/1")
        receiver.answering.set()
        assert (await receiver.next("customer.created", str(endpoint.secret))).id == event.id


async def test_unknown_event_types_are_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await _listen(client, "http://127.0.0.1:9/", ["checkout.session.payed"])
    assert caught.value.param == "enabled_events[0]"


async def test_what_was_acknowledged_survives_sigkill(own_sandbox: Sandbox) -> None:
    async with own_sandbox.client() as client:
        session = await make_session(client)
        await own_sandbox.pay(str(session.url))
        made = await client.v1.customers.create_async({"name": "Ada"}, {"idempotency_key": "kept"})
    own_sandbox.kill()
    await own_sandbox.start()
    async with own_sandbox.client() as client:
        kept = await client.v1.checkout.sessions.retrieve_async(session.id)
        assert (kept.status, kept.payment_status) == ("complete", "paid")
        again = await client.v1.customers.create_async({"name": "Ada"}, {"idempotency_key": "kept"})
        assert again.id == made.id
        types = {
            event.type
            async for event in (await client.v1.events.list_async({"limit": 100})).auto_paging_iter()
        }
        assert {"checkout.session.completed", "payment_intent.succeeded", "customer.created"} <= types


async def test_the_clock_takes_numbers_only(own_sandbox: Sandbox) -> None:
    async with httpx.AsyncClient() as http:
        for body in ("", "[]", json.dumps({"advance": -1}), json.dumps({"advance": "soon"})):
            assert (await http.post(f"{own_sandbox.url}/sandbox/clock", content=body)).status_code == 400


async def test_an_address_that_cannot_be_called_stops_nobody_else(
    own_sandbox: Sandbox, receiver: Receiver
) -> None:
    async with own_sandbox.client() as client:
        for url in ("http://127.0.0.1:99999/hook", "http://no-such-host.invalid/hook"):
            await _listen(client, url, ["*"])
        endpoint = await _listen(client, receiver.url, ["customer.created"])
        for _ in range(2):
            await client.v1.customers.create_async({"name": "Ada"})
            assert await receiver.next("customer.created", str(endpoint.secret))
