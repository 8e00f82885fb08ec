"""Things at the stand-in."""

import time
from typing import Any

import stripe

SUCCESS = "http://127.0.0.1:9/done?session={CHECKOUT_SESSION_ID}"
CANCEL = "http://127.0.0.1:9/cancelled"


async def make_session(
    client: stripe.StripeClient, amount: int = 12_500, **more: Any
) -> stripe.checkout.Session:
    """An open checkout session for one thing."""
    params: Any = {
        "mode": "payment",
        "success_url": SUCCESS,
        "cancel_url": CANCEL,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": amount,
                    "product_data": {"name": "Call of 60 minutes", "description": "With a CTO"},
                },
            }
        ],
        "expires_at": int(time.time()) + 3600,
        **more,
    }
    return await client.v1.checkout.sessions.create_async(params)


async def make_paid_intent(client: stripe.StripeClient, amount: int = 5_000) -> stripe.PaymentIntent:
    """A payment intent that succeeded."""
    return await client.v1.payment_intents.create_async(
        {"amount": amount, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
