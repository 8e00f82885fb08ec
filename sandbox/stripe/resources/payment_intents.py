"""Payment intents and the charges that they make."""

import secrets
from collections.abc import Callable
from typing import Any

from stripe import params as sdk

from sandbox.stripe.calls import Call, call, collection
from sandbox.stripe.errors import ApiError, card_declined
from sandbox.stripe.events import emit
from sandbox.stripe.objects import Obj, settable
from sandbox.stripe.resources import payment_methods
from sandbox.stripe.resources.fields import apply, check_amount, check_currency
from sandbox.stripe.store import Transaction

_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")

# What other families do when an intent succeeds: (work, intent).
_after_success: list[Callable[[Transaction, Obj], None]] = []


def after_success(follow: Callable[[Transaction, Obj], None]) -> Callable[[Transaction, Obj], None]:
    """Register what follows from a payment that succeeded."""
    _after_success.append(follow)
    return follow


collection(
    "/v1/payment_intents",
    "payment_intent",
    list_params=sdk.PaymentIntentListParams,
    retrieve_params=sdk.PaymentIntentRetrieveParams,
)
collection(
    "/v1/charges", "charge", list_params=sdk.ChargeListParams, retrieve_params=sdk.ChargeRetrieveParams
)


@call("POST", "/v1/payment_intents", sdk.PaymentIntentCreateParams)
def create(request: Call) -> Obj:
    params = dict(request.params)
    if params.get("off_session") and not params.get("confirm"):
        raise ApiError("You can only set off_session when confirm is true.", param="off_session")
    intent = add(request.work, params)
    if params.get("confirm"):
        confirm(request.work, intent, request.base_url, return_url=params.get("return_url"))
    return intent


@call("POST", "/v1/payment_intents/{id}", sdk.PaymentIntentUpdateParams)
def update(request: Call, intent_id: str) -> Obj:
    intent = request.work.get(intent_id, "payment_intent")
    _expect(intent, "updated", (*_OPEN, "requires_capture", "succeeded"))
    params = dict(request.params)
    if params.get("payment_method"):
        params["payment_method"] = payment_methods.resolve(request.work, params["payment_method"])["id"]
        intent["status"] = "requires_confirmation"
    apply(intent, params)
    return intent


@call("POST", "/v1/payment_intents/{id}/confirm", sdk.PaymentIntentConfirmParams)
def confirm_call(request: Call, intent_id: str) -> Obj:
    intent = request.work.get(intent_id, "payment_intent")
    if request.params.get("payment_method"):
        intent["payment_method"] = payment_methods.resolve(request.work, request.params["payment_method"])[
            "id"
        ]
    confirm(request.work, intent, request.base_url, return_url=request.params.get("return_url"))
    return intent


@call("POST", "/v1/payment_intents/{id}/capture", sdk.PaymentIntentCaptureParams)
def capture(request: Call, intent_id: str) -> Obj:
    intent = request.work.get(intent_id, "payment_intent")
    _expect(intent, "captured", ("requires_capture",))
    amount: int = request.params.get("amount_to_capture") or intent["amount_capturable"]
    if not 0 < amount <= intent["amount_capturable"]:
        raise ApiError(
            "The amount_to_capture is larger than what can be captured.", param="amount_to_capture"
        )
    charge = request.work.get(intent["latest_charge"], "charge")
    charge.update(captured=True, amount_captured=amount)
    emit(request.work, "charge.captured", charge)
    _succeed(request.work, intent, amount)
    return intent


@call("POST", "/v1/payment_intents/{id}/cancel", sdk.PaymentIntentCancelParams)
def cancel_call(request: Call, intent_id: str) -> Obj:
    intent = request.work.get(intent_id, "payment_intent")
    cancel(request.work, intent, request.params.get("cancellation_reason"))
    return intent


def add(work: Transaction, params: dict[str, Any]) -> Obj:
    """A payment intent that has not been confirmed."""
    currency = check_currency(params["currency"])
    check_amount(params["amount"], currency)
    if params.get("customer"):
        work.get(params["customer"], "customer", "customer")
    values = settable("payment_intent", params)
    if params.get("payment_method"):
        values["payment_method"] = payment_methods.resolve(work, params["payment_method"])["id"]
    if destination := (params.get("transfer_data") or {}).get("destination"):
        work.get(destination, "account", "transfer_data[destination]")
    intent = work.add(
        "payment_intent",
        {
            "capture_method": "automatic_async",
            "confirmation_method": "automatic",
            "payment_method_types": ["card"],
            **values,
            "currency": currency,
            "status": "requires_confirmation" if values.get("payment_method") else "requires_payment_method",
        },
    )
    intent["client_secret"] = f"{intent['id']}_secret_{secrets.token_hex(12)}"
    emit(work, "payment_intent.created", intent)
    return intent


def confirm(
    work: Transaction,
    intent: Obj,
    base_url: str,
    *,
    return_url: str | None = None,
    authenticated: bool = False,
) -> None:
    """Try to charge the intent's card. Ends in succeeded, requires_capture or requires_action; a decline raises, and
    leaves the intent waiting for another card."""
    _expect(intent, "confirmed", _OPEN)
    if not intent["payment_method"]:
        raise ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    method = work.get(intent["payment_method"], "payment_method", "payment_method")
    card = payment_methods.card_of(method)
    if card.challenge and not authenticated:
        intent["status"] = "requires_action"
        intent["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"url": f"{base_url}/c/3ds/{intent['id']}", "return_url": return_url},
        }
        emit(work, "payment_intent.requires_action", intent)
        return
    intent["next_action"] = None
    charge = _charge(work, intent, method)
    if card.decline:
        _decline(work, intent, method, charge, card.decline, card.message)
    elif intent["capture_method"] == "manual":
        intent.update(status="requires_capture", amount_capturable=intent["amount"], last_payment_error=None)
        emit(work, "charge.succeeded", charge)
        emit(work, "payment_intent.amount_capturable_updated", intent)
    else:
        emit(work, "charge.succeeded", charge)
        _succeed(work, intent, intent["amount"])


def fail_challenge(work: Transaction, intent: Obj) -> ApiError:
    """The person failed 3-D Secure: the intent waits for another card. Returns the error for the page."""
    _expect(intent, "authenticated", ("requires_action",))
    message = "We are unable to authenticate your payment method. Please choose a different payment method and try again."
    error = ApiError(
        message, status=402, kind="card_error", code="payment_intent_authentication_failure", keep=True
    )
    intent.update(
        status="requires_payment_method",
        next_action=None,
        payment_method=None,
        last_payment_error=error.error,
    )
    emit(work, "payment_intent.payment_failed", intent)
    return error


def cancel(work: Transaction, intent: Obj, reason: str | None = None) -> None:
    """No charge will be made any more."""
    _expect(intent, "canceled", (*_OPEN, "requires_capture"))
    intent.update(
        status="canceled",
        canceled_at=work.now,
        cancellation_reason=reason,
        next_action=None,
        amount_capturable=0,
    )
    emit(work, "payment_intent.canceled", intent)


def _succeed(work: Transaction, intent: Obj, amount: int) -> None:
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0, last_payment_error=None)
    emit(work, "payment_intent.succeeded", intent)
    for follow in _after_success:
        follow(work, intent)


def _decline(
    work: Transaction, intent: Obj, method: Obj, charge: Obj, decline_code: str, message: str
) -> None:
    charge.update(
        status="failed", paid=False, captured=False, amount_captured=0,
        failure_code="card_declined", failure_message=message,
        outcome={**charge["outcome"], "network_status": "declined_by_network", "type": "issuer_declined"},
    )  # fmt: skip
    emit(work, "charge.failed", charge)
    error = card_declined(decline_code, message, charge=charge["id"])
    intent.update(status="requires_payment_method", payment_method=None)
    intent["last_payment_error"] = {**error.error, "payment_method": method}
    emit(work, "payment_intent.payment_failed", intent)
    raise card_declined(decline_code, message, charge=charge["id"], payment_intent=intent)


def _charge(work: Transaction, intent: Obj, method: Obj) -> Obj:
    manual = intent["capture_method"] == "manual"
    card = method["card"]
    charge = work.add(
        "charge",
        {
            "amount": intent["amount"],
            "amount_captured": 0 if manual else intent["amount"],
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": {
                "type": "card",
                "card": {
                    key: card[key]
                    for key in ("brand", "country", "exp_month", "exp_year", "funding", "last4")
                },
            },
            "billing_details": method["billing_details"],
            "paid": True,
            "captured": not manual,
            "status": "succeeded",
            "metadata": intent["metadata"],
            "receipt_email": intent["receipt_email"],
            "transfer_data": intent["transfer_data"],
            "transfer_group": intent["transfer_group"],
            "application_fee_amount": intent["application_fee_amount"],
            "outcome": {
                "network_status": "approved_by_network",
                "risk_level": "normal",
                "seller_message": "Payment complete.",
                "type": "authorized",
            },
        },
    )
    intent["latest_charge"] = charge["id"]
    return charge


def _expect(intent: Obj, verb: str, states: tuple[str, ...]) -> None:
    if intent["status"] not in states:
        raise ApiError(
            f"This PaymentIntent's status is {intent['status']}: it cannot be {verb}. "
            f"Only a PaymentIntent with one of the following statuses may be {verb}: {', '.join(states)}.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
