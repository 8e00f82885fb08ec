"""Stripe, by its official SDK. With `stripe_api_base` set it talks to the stand-in; nothing else changes.

Every call that makes something takes an idempotency key, so that trying again never charges or pays back twice.

Errors: `VendorUnavailable` when Stripe cannot be reached, is overloaded or refuses our key (trying again may help, or
an operator has to look); `Conflict` when the state of things at Stripe does not allow the call.
"""

import json
import logging
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import stripe
from pydantic import BaseModel, Field
from stripe._base_address import BaseAddresses

from core.errors import Conflict, InvalidInput, VendorUnavailable
from core.money import Money
from core.settings import Settings

log = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 20.0
_NETWORK_RETRIES = 2
_TOLERANCE_SECONDS = 300
T = TypeVar("T")


class SignatureInvalid(Exception):
    """A webhook was not signed by Stripe, or is too old."""


class CheckoutSession(BaseModel):
    """A hosted checkout page. `url` is None once it takes no payment any more."""

    id: str
    url: str | None
    status: str
    payment_status: str
    payment_intent_id: str | None
    amount: Money
    expires_at: datetime

    @property
    def is_open(self) -> bool:
        return self.status == "open" and self.url is not None

    @property
    def is_paid(self) -> bool:
        return self.payment_status == "paid"


class VendorRefund(BaseModel):
    """Money on its way back."""

    id: str
    status: str
    amount: Money


class VendorEvent(BaseModel):
    """Something that happened at Stripe. `object` is the thing it happened to, as JSON."""

    id: str
    type: str
    created_at: datetime
    object: dict[str, Any]
    payload: dict[str, Any]


class _EventData(BaseModel):
    object: dict[str, Any]


class _Event(BaseModel):
    """What every event of Stripe's has. Newer API versions may add to it."""

    id: Annotated[str, Field(min_length=1, max_length=255)]
    type: Annotated[str, Field(min_length=1, max_length=100)]
    created: Annotated[int, Field(ge=0, le=2**40)]
    data: _EventData


class PaymentsGateway:
    """One account at Stripe."""

    def __init__(
        self, secret_key: str, *, api_base: str | None = None, webhook_secret: str | None = None
    ) -> None:
        base: BaseAddresses = {"api": api_base, "connect": api_base, "files": api_base} if api_base else {}
        self._http = stripe.HTTPXClient(timeout=_TIMEOUT_SECONDS)
        self._client = stripe.StripeClient(
            secret_key, http_client=self._http, max_network_retries=_NETWORK_RETRIES, base_addresses=base
        )
        self._webhook_secret = webhook_secret

    @classmethod
    def from_settings(cls, settings: Settings) -> "PaymentsGateway":
        """From STRIPE_SECRET_KEY, STRIPE_API_BASE and STRIPE_WEBHOOK_SECRET."""
        key, secret = settings.stripe_secret_key, settings.stripe_webhook_secret
        return cls(
            key.get_secret_value() if key else "sk_test_sandbox",
            api_base=settings.stripe_api_base,
            webhook_secret=secret.get_secret_value() if secret else None,
        )

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    @property
    def takes_webhooks(self) -> bool:
        """Whether a webhook secret is known."""
        return self._webhook_secret is not None

    async def create_checkout(
        self,
        *,
        key: str,
        amount: Money,
        name: str,
        description: str | None,
        email: str | None,
        reference: str,
        metadata: dict[str, str],
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
    ) -> CheckoutSession:
        """A page on which `amount` is paid. Stripe wants `expires_at` 30 minutes to 24 hours ahead."""
        params: stripe.params.checkout.SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": reference,
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata, "description": name},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": amount.currency.lower(),
                        "unit_amount": amount.amount,
                        "product_data": {"name": name},
                    },
                }
            ],
            "success_url": success_url,
            "cancel_url": cancel_url,
            "expires_at": int(expires_at.timestamp()),
        }
        if description:
            params["line_items"][0]["price_data"]["product_data"]["description"] = description
        if email:
            params["customer_email"] = email
        session = await _call(
            self._client.v1.checkout.sessions.create_async(params, {"idempotency_key": key})
        )
        return _session(session)

    async def retrieve_checkout(self, session_id: str) -> CheckoutSession:
        """The session as it is now."""
        return _session(await _call(self._client.v1.checkout.sessions.retrieve_async(session_id)))

    async def expire_checkout(self, session_id: str) -> CheckoutSession:
        """End an open session. One that has been paid or has ended is returned as it is."""
        try:
            return _session(await _call(self._client.v1.checkout.sessions.expire_async(session_id)))
        except Conflict:
            return await self.retrieve_checkout(session_id)

    async def refund(
        self, *, key: str, payment_intent_id: str, amount: Money | None, metadata: dict[str, str]
    ) -> VendorRefund:
        """Give a payment back, in whole unless an amount is given."""
        params: stripe.params.RefundCreateParams = {
            "payment_intent": payment_intent_id,
            "reason": "requested_by_customer",
            "metadata": metadata,
        }
        if amount is not None:
            params["amount"] = amount.amount
        refund = await _call(self._client.v1.refunds.create_async(params, {"idempotency_key": key}))
        return VendorRefund(
            id=refund.id,
            status=refund.status or "pending",
            amount=Money(amount=refund.amount, currency=refund.currency.upper()),
        )

    def read_webhook(self, payload: bytes, signature: str | None) -> VendorEvent:
        """The event in a webhook's body. Raises `SignatureInvalid` unless Stripe signed exactly this, just now."""
        try:
            text = payload.decode()
            stripe.WebhookSignature.verify_header(
                text, signature or "", self._webhook_secret, _TOLERANCE_SECONDS
            )
            event = _Event.model_validate_json(text)
            body = json.loads(text)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise SignatureInvalid(str(error)) from error
        return VendorEvent(
            id=event.id,
            type=event.type,
            created_at=datetime.fromtimestamp(event.created, UTC),
            object=event.data.object,
            payload=body,
        )


def _session(session: stripe.checkout.Session) -> CheckoutSession:
    intent = session.payment_intent
    return CheckoutSession(
        id=session.id,
        url=session.url,
        status=session.status or "open",
        payment_status=session.payment_status,
        payment_intent_id=intent if isinstance(intent, str) or intent is None else intent.id,
        amount=Money(amount=session.amount_total or 0, currency=(session.currency or "usd").upper()),
        expires_at=datetime.fromtimestamp(session.expires_at, UTC),
    )


async def _call(answer: Awaitable[T]) -> T:
    """Wait for an answer of Stripe, turning its errors into ours."""
    try:
        return await answer
    except stripe.IdempotencyError as error:
        raise Conflict(
            "This payment has just been changed. Load it again.", code="payment_changed"
        ) from error
    except stripe.CardError as error:
        raise Conflict(
            error.user_message or "The card was declined.", code="card_declined", reason=error.code
        ) from error
    except stripe.InvalidRequestError as error:
        log.warning(
            "stripe refused a request: %s", error.user_message, extra={"request_id": error.request_id}
        )
        if error.code in ("amount_too_small", "amount_too_large"):
            raise InvalidInput("This amount cannot be paid by card.", code=error.code) from error
        raise Conflict(
            "The payment service did not accept this.",
            code="payment_refused",
            reason=error.code,
            param=error.param,
        ) from error
    except stripe.StripeError as error:
        log.error("stripe failed: %s", type(error).__name__, extra={"request_id": error.request_id})
        raise VendorUnavailable(
            "The payment service does not answer right now. Nothing was charged; please try again in a minute.",
            vendor="stripe",
        ) from error
