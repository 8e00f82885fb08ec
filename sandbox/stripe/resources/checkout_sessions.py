"""Checkout sessions: made by the API, paid or left on the hosted page, expired by time or by call."""

from typing import Any

from stripe.params import checkout as sdk

from sandbox.stripe.calls import Call, call, collection, included
from sandbox.stripe.errors import ApiError, card_declined, required
from sandbox.stripe.events import emit
from sandbox.stripe.objects import Obj, list_of, settable
from sandbox.stripe.resources import customers, payment_intents, payment_methods, subscriptions
from sandbox.stripe.resources.catalog import price_of
from sandbox.stripe.resources.fields import apply, check_amount, check_currency, check_email, check_url
from sandbox.stripe.store import Transaction

_SHORTEST, _LONGEST = 30 * 60, 24 * 3600

collection(
    "/v1/checkout/sessions",
    "checkout.session",
    list_params=sdk.SessionListParams,
    retrieve_params=sdk.SessionRetrieveParams,
)


@call("POST", "/v1/checkout/sessions", sdk.SessionCreateParams)
def create(request: Call) -> Obj:
    work, params = request.work, request.params
    mode = params.get("mode")
    if mode is None:
        raise required("mode")
    if mode == "setup":
        raise ApiError("The sandbox has no Checkout in setup mode.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise ApiError("The sandbox has hosted Checkout only.", param="ui_mode")
    if not params.get("success_url"):
        raise required("success_url")
    check_url(params["success_url"], "success_url")
    if params.get("cancel_url"):
        check_url(params["cancel_url"], "cancel_url")
    if params.get("customer") and params.get("customer_email"):
        raise ApiError(
            "You may only specify one of these parameters: customer, customer_email.", param="customer"
        )
    if params.get("customer"):
        work.get(params["customer"], "customer", "customer")
    check_email(params.get("customer_email") or "", "customer_email")
    lines = _lines(work, params, mode)
    total = sum(line["amount_total"] for line in lines)
    currency = lines[0]["currency"]
    if mode == "payment":
        check_amount(total, currency, "line_items")
    session = work.add(
        "checkout.session",
        {
            **settable("checkout.session", {k: v for k, v in params.items() if k not in _NOT_COPIED}),
            "amount_subtotal": total,
            "amount_total": total,
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "automatic_tax": {"enabled": False},
            "currency": currency,
            "customer_creation": params.get("customer_creation", "if_required")
            if mode == "payment"
            else None,
            "expires_at": _expiry(work, params),
            "mode": mode,
            "payment_method_collection": "if_required" if mode == "payment" else "always",
            "payment_method_types": ["card"],
            "payment_status": "unpaid",
            "status": "open",
            "ui_mode": "hosted_page",
            "_lines": lines,
            "_payment_intent_data": params.get("payment_intent_data") or {},
            "_subscription_data": params.get("subscription_data") or {},
        },
    )
    session["url"] = f"{request.base_url}/c/pay/{session['id']}"
    return session


@call("POST", "/v1/checkout/sessions/{id}", sdk.SessionUpdateParams)
def update(request: Call, session_id: str) -> Obj:
    session = request.work.get(session_id, "checkout.session")
    apply(session, request.params)
    return session


@call("POST", "/v1/checkout/sessions/{id}/expire", sdk.SessionExpireParams)
def expire_call(request: Call, session_id: str) -> Obj:
    session = request.work.get(session_id, "checkout.session")
    if session["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`."
        )
    expire(request.work, session)
    return session


@call("GET", "/v1/checkout/sessions/{id}/line_items", sdk.SessionListLineItemsParams)
def list_line_items(request: Call, session_id: str) -> Obj:
    return _line_items(request.work, request.work.get(session_id, "checkout.session"))


@included("checkout.session", "line_items")
def _line_items(work: Transaction, session: Obj) -> Obj:
    return list_of(session["_lines"], f"/v1/checkout/sessions/{session['id']}/line_items")


def expire(work: Transaction, session: Obj) -> None:
    """End an open session: its page takes no payment any more."""
    session.update(status="expired", url=None)
    if session["payment_intent"]:
        intent = work.get(session["payment_intent"], "payment_intent")
        if intent["status"] not in ("succeeded", "canceled"):
            payment_intents.cancel(work, intent, "automatic")
    emit(work, "checkout.session.expired", session)


def expire_due(work: Transaction) -> int:
    """Expire the open sessions whose time is over; returns how many."""
    due = [
        each for each in work.select("checkout.session", {"status": "open"}) if each["expires_at"] <= work.now
    ]
    for session in due:
        expire(work, session)
    return len(due)


def pay(work: Transaction, session: Obj, token: str, email: str, base_url: str) -> str | None:
    """The person pays on the page with a test card.

    Returns the address of the bank's 3-D Secure page where that comes first, else None: the session is complete.
    A decline raises, and leaves the session open for another card.
    """
    if session["expires_at"] <= work.now and session["status"] == "open":
        expire(work, session)
    if session["status"] != "open":
        raise ApiError(f"This Checkout Session is {session['status']}.", keep=True)
    session["_email"] = check_email(email, "email") or session["customer_email"]
    if session["mode"] == "subscription":
        _subscribe(work, session, token, base_url)
        return None
    intent = _intent(work, session)
    method = payment_methods.resolve(work, token)
    method["billing_details"] = {**method["billing_details"], "email": session["_email"]}
    intent["payment_method"] = method["id"]
    payment_intents.confirm(work, intent, base_url, return_url=f"{base_url}/c/pay/{session['id']}")
    if intent["status"] == "requires_action":
        return str(intent["next_action"]["redirect_to_url"]["url"])
    _complete(work, session)
    return None


def _subscribe(work: Transaction, session: Obj, token: str, base_url: str) -> None:
    """Start the subscription; a declined card leaves nothing of it behind."""
    if payment_methods.card_named(token).challenge:
        raise ApiError(
            "The sandbox has no 3-D Secure for subscriptions: choose another card.", status=402, keep=True
        )
    customer = work.find(session["customer"], "customer") if session["customer"] else None
    if customer is None:
        customer = customers.add(work, {"email": session["_email"]})
        session["customer"] = customer["id"]
    method = payment_methods.resolve(work, token)
    method["customer"] = customer["id"]
    lines = [line for line in session["_lines"] if line["price"]["type"] == "recurring"]
    subscription = subscriptions.start(
        work,
        {
            **session["_subscription_data"],
            "customer": customer["id"],
            "items": [{"price": line["price"]["id"], "quantity": line["quantity"]} for line in lines],
            "default_payment_method": method["id"],
        },
        base_url,
    )
    if subscription["status"] == "incomplete":
        subscription["status"] = "incomplete_expired"
        card = payment_methods.card_of(method)
        raise card_declined(card.decline or "generic_decline", card.message)
    session.update(subscription=subscription["id"], invoice=subscription["latest_invoice"])
    _complete(work, session)


def after_challenge(work: Transaction, session: Obj) -> None:
    """The session's payment went through 3-D Secure."""
    _complete(work, session)


def _complete(work: Transaction, session: Obj) -> None:
    session["customer_details"] = {
        "email": session["_email"], "name": None, "phone": None, "address": None,
        "tax_exempt": "none", "tax_ids": [], "business_name": None, "individual_name": None,
    }  # fmt: skip
    session.update(status="complete", payment_status="paid", url=None)
    emit(work, "checkout.session.completed", session)


def _intent(work: Transaction, session: Obj) -> Obj:
    """The session's payment intent, made at the first attempt and kept for the next ones."""
    if session["payment_intent"]:
        return work.get(session["payment_intent"], "payment_intent")
    data = session["_payment_intent_data"]
    intent = payment_intents.add(
        work,
        {
            **data,
            "amount": session["amount_total"],
            "currency": session["currency"],
            **({"customer": session["customer"]} if session["customer"] else {}),
            **({"receipt_email": data["receipt_email"]} if data.get("receipt_email") else {}),
        },
    )
    session["payment_intent"] = intent["id"]
    return intent


def _lines(work: Transaction, params: dict[str, Any], mode: str) -> list[Obj]:
    items = params.get("line_items") or []
    if not items:
        raise required("line_items")
    lines = []
    for index, item in enumerate(items):
        param = f"line_items[{index}]"
        price = price_of(work, item, param)
        if mode == "payment" and price["type"] == "recurring":
            raise ApiError(
                "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or "
                "use only one-time prices.",
                param=param,
            )
        quantity = item.get("quantity", 1)
        if quantity < 1:
            raise ApiError("This value must be greater than or equal to 1.", param=f"{param}[quantity]")
        product = work.get(price["product"], "product")
        amount = price["unit_amount"] * quantity
        lines.append(
            work.add(
                "item",
                {
                    "amount_subtotal": amount,
                    "amount_total": amount,
                    "currency": check_currency(price["currency"]),
                    "description": product["name"],
                    "price": price,
                    "quantity": quantity,
                    "_detail": product["description"],
                },
            )
        )
    if mode == "subscription" and not any(line["price"]["type"] == "recurring" for line in lines):
        raise ApiError(
            "You must provide at least one recurring price in `subscription` mode.", param="line_items"
        )
    if len({line["currency"] for line in lines}) > 1:
        raise ApiError("All line items must have the same currency.", param="line_items")
    return lines


def _expiry(work: Transaction, params: dict[str, Any]) -> int:
    expires_at: int = params.get("expires_at", work.now + _LONGEST)
    # A few seconds are left to the caller's clock and the way here.
    if expires_at < work.now + _SHORTEST - 5:
        raise ApiError(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
            param="expires_at",
        )
    if expires_at > work.now + _LONGEST + 5:
        raise ApiError(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return expires_at


_NOT_COPIED = frozenset({"line_items", "discounts", "shipping_options", "expires_at"})
