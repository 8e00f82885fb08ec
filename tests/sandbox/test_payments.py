"""Payment intents, cards, refunds."""

from typing import Any

import pytest
import stripe

from tests.sandbox.factories import make_paid_intent


async def test_a_card_is_charged(client: stripe.StripeClient) -> None:
    intent = await make_paid_intent(client, 5_000)
    assert (intent.status, intent.amount_received) == ("succeeded", 5_000)
    charge = await client.v1.charges.retrieve_async(str(intent.latest_charge))
    assert (charge.paid, charge.captured, charge.payment_intent) == (True, True, intent.id)
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert charge.payment_method_details.card.last4 == "4242"


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ],
)
async def test_a_declined_card_leaves_the_intent_waiting_for_another(
    client: stripe.StripeClient, card: str, code: str, decline_code: str
) -> None:
    intent = await client.v1.payment_intents.create_async({"amount": 900, "currency": "usd"})
    with pytest.raises(stripe.CardError) as caught:
        await client.v1.payment_intents.confirm_async(intent.id, {"payment_method": card})
    assert caught.value.code == code
    assert caught.value.error is not None
    assert caught.value.error.decline_code == decline_code
    waiting = await client.v1.payment_intents.retrieve_async(intent.id)
    assert waiting.status == "requires_payment_method"
    assert waiting.last_payment_error is not None
    paid = await client.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    assert paid.status == "succeeded"


async def test_raw_test_numbers_work_and_others_do_not(client: stripe.StripeClient) -> None:
    card: Any = {"number": "4242 4242 4242 4242", "exp_month": 4, "exp_year": 2031, "cvc": "123"}
    method = await client.v1.payment_methods.create_async({"type": "card", "card": card})
    assert method.card is not None
    assert (method.card.last4, method.card.exp_year) == ("4242", 2031)
    with pytest.raises(stripe.CardError) as caught:
        await client.v1.payment_methods.create_async({"type": "card", "card": card | {"number": "1234"}})
    assert caught.value.code == "incorrect_number"


async def test_what_is_captured_later_is_charged_later(client: stripe.StripeClient) -> None:
    intent = await client.v1.payment_intents.create_async(
        {
            "amount": 4_000,
            "currency": "eur",
            "capture_method": "manual",
            "payment_method": "pm_card_visa",
            "confirm": True,
        }
    )
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 4_000)
    captured = await client.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 3_000})
    assert (captured.status, captured.amount_received) == ("succeeded", 3_000)


async def test_states_are_kept(client: stripe.StripeClient) -> None:
    intent = await make_paid_intent(client)
    for call in (client.v1.payment_intents.cancel_async, client.v1.payment_intents.confirm_async):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            await call(intent.id)
        assert caught.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("amount", "currency", "param"), [(10, "usd", "amount"), (0, "usd", "amount"), (500, "xyz", "currency")]
)
async def test_amounts_and_currencies_have_bounds(
    client: stripe.StripeClient, amount: int, currency: str, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.payment_intents.create_async({"amount": amount, "currency": currency})
    assert caught.value.param == param


async def test_money_goes_back_in_parts_and_never_twice(client: stripe.StripeClient) -> None:
    intent = await make_paid_intent(client, 5_000)
    part = await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 2_000})
    assert (part.status, part.amount) == ("succeeded", 2_000)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 3_001})
    assert caught.value.param == "amount"
    rest = await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert rest.amount == 3_000
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"
    charge = await client.v1.charges.retrieve_async(str(intent.latest_charge), {"expand": ["refunds"]})
    assert charge.refunded
    assert charge.refunds is not None
    assert [each.id for each in charge.refunds.data] == [rest.id, part.id]


async def test_what_was_not_paid_cannot_go_back(client: stripe.StripeClient) -> None:
    intent = await client.v1.payment_intents.create_async({"amount": 900, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.refunds.create_async({"payment_intent": intent.id})


async def test_metadata_is_merged_and_removed(client: stripe.StripeClient) -> None:
    customer = await client.v1.customers.create_async({"metadata": {"a": "1", "b": "2"}})
    changed = await client.v1.customers.update_async(customer.id, {"metadata": {"b": "", "c": "3"}})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"a": "1", "c": "3"}
