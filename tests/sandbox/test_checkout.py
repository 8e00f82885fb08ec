"""The hosted checkout page."""

import re
import time

import httpx
import pytest
import stripe

from tests.sandbox.factories import CANCEL, make_session
from tests.sandbox.process import Sandbox


async def _get(url: str) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.get(url)


async def test_the_page_says_what_is_paid_and_that_it_is_not_real(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    session = await make_session(client, 12_500)
    page = await _get(str(session.url))
    assert page.status_code == 200
    for text in ("Sandbox checkout — no real money", "$125.00", "Call of 60 minutes", "Sextant", CANCEL):
        assert text in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "form-action 'self' http://127.0.0.1:9" in policy


async def test_paying_completes_the_session(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = await make_session(
        client, metadata={"order": "7"}, payment_intent_data={"metadata": {"order": "7"}}
    )
    answer = await sandbox.pay(str(session.url))
    assert answer.status_code == 303
    assert answer.headers["location"] == f"http://127.0.0.1:9/done?session={session.id}"
    paid = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details is not None
    assert paid.customer_details.email == "payer@people.example"
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert paid.payment_intent.metadata.to_dict() == {"order": "7"}
    again = await sandbox.pay(str(session.url))
    assert "This payment is complete" in again.text
    assert len((await client.v1.charges.list_async({"payment_intent": paid.payment_intent.id})).data) == 1


async def test_a_decline_keeps_the_session_open(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = await make_session(client)
    declined = await sandbox.pay(str(session.url), "pm_card_chargeDeclined")
    assert declined.status_code == 402
    assert "Your card was declined." in declined.text
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "open"
    assert (await sandbox.pay(str(session.url))).status_code == 303


async def test_the_bank_is_asked_for_3d_secure(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = await make_session(client)
    answer = await sandbox.pay(str(session.url), "pm_card_authenticationRequired")
    challenge = answer.headers["location"]
    assert "/c/3ds/pi_" in challenge
    assert "Confirm that it is you" in (await _get(challenge)).text
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "unpaid"
    async with httpx.AsyncClient() as http:
        failed = await http.post(challenge, data={"outcome": "fail"})
        assert failed.headers["location"] == session.url
        assert "unable to authenticate" in (await http.get(str(session.url))).text
        challenge = (await sandbox.pay(str(session.url), "pm_card_authenticationRequired")).headers[
            "location"
        ]
        passed = await http.post(challenge, data={"outcome": "complete"})
        twice = await http.post(challenge, data={"outcome": "complete"})
    assert passed.headers["location"].startswith("http://127.0.0.1:9/done")
    assert twice.headers["location"] == passed.headers["location"]
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "paid"


async def test_a_card_can_be_declined_after_3d_secure(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = await make_session(client)
    card = "pm_card_threeDSecure2RequiredChargeDeclined"
    challenge = (await sandbox.pay(str(session.url), card)).headers["location"]
    async with httpx.AsyncClient() as http:
        answer = await http.post(challenge, data={"outcome": "complete"})
    assert answer.headers["location"] == session.url
    assert "Your card was declined." in (await _get(str(session.url))).text


async def test_a_challenge_of_the_api_leads_back_to_its_return_url(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    intent = await client.v1.payment_intents.create_async(
        {
            "amount": 900,
            "currency": "usd",
            "payment_method": "pm_card_authenticationRequired",
            "confirm": True,
            "return_url": "http://127.0.0.1:9/back?a=1",
        }
    )
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    async with httpx.AsyncClient() as http:
        answer = await http.post(str(intent.next_action.redirect_to_url.url), data={"outcome": "complete"})
    assert re.match(r"http://127.0.0.1:9/back\?a=1&payment_intent=pi_.*succeeded", answer.headers["location"])
    assert (await client.v1.payment_intents.retrieve_async(intent.id)).status == "succeeded"


async def test_a_session_can_be_expired_by_call(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = await make_session(client)
    assert (await client.v1.checkout.sessions.expire_async(session.id)).status == "expired"
    page = await sandbox.pay(str(session.url))
    assert page.status_code == 410
    assert "has expired" in page.text
    with pytest.raises(stripe.InvalidRequestError, match="Only Checkout Sessions with a status"):
        await client.v1.checkout.sessions.expire_async(session.id)


async def test_a_session_expires_by_itself(own_sandbox: Sandbox) -> None:
    async with own_sandbox.client() as client:
        session = await make_session(client)
        await own_sandbox.advance(3601)
        assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "expired"
        events = await client.v1.events.list_async({"type": "checkout.session.expired"})
        assert [event.data.object["id"] for event in events.data] == [session.id]
    assert (await own_sandbox.pay(str(session.url))).status_code == 410


@pytest.mark.parametrize("ahead", [60, 25 * 3600])
async def test_expiry_has_bounds(client: stripe.StripeClient, ahead: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await make_session(client, expires_at=int(time.time()) + ahead)
    assert caught.value.param == "expires_at"


async def test_forms_from_elsewhere_are_refused(client: stripe.StripeClient) -> None:
    session = await make_session(client)
    async with httpx.AsyncClient(headers={"Origin": "https://evil.example"}) as http:
        answer = await http.post(str(session.url), data={"card": "pm_card_visa", "email": "a@b.example"})
    assert answer.status_code == 403
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "open"


@pytest.mark.parametrize("form", [{}, {"card": "pm_card_visa"}, {"card": "../../x", "email": "a@b.example"}])
async def test_nonsense_charges_nothing(client: stripe.StripeClient, form: dict[str, str]) -> None:
    session = await make_session(client)
    async with httpx.AsyncClient() as http:
        answer = await http.post(str(session.url), data={**form, "email": form.get("email", "nobody")})
    assert answer.status_code == 400
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "unpaid"


async def test_names_are_shown_as_text(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    line = {
        "quantity": 1,
        "price_data": {
            "currency": "usd",
            "unit_amount": 900,
            "product_data": {"name": "<script>alert(1)</script>"},
        },
    }
    session = await make_session(client, line_items=[line])
    assert "<script>alert" not in (await _get(str(session.url))).text


async def test_an_unknown_page_is_not_found(sandbox: Sandbox) -> None:
    assert (await _get(f"{sandbox.url}/c/pay/cs_test_nothing")).status_code == 404
    assert (await _get(f"{sandbox.url}/c/3ds/pi_nothing")).status_code == 404
