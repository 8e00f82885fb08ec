"""Subscriptions: started by the API or by Checkout, renewed when the sandbox's clock says so.

Changing a price in the middle of a period changes what the next period costs; there is no proration.
"""

import calendar
from datetime import UTC, datetime
from typing import Any

from stripe import params as sdk

from sandbox.stripe.calls import Call, call, collection
from sandbox.stripe.errors import ApiError, required
from sandbox.stripe.events import emit
from sandbox.stripe.objects import Obj, list_of, settable
from sandbox.stripe.resources import invoices, payment_methods
from sandbox.stripe.resources.catalog import price_of
from sandbox.stripe.resources.fields import apply
from sandbox.stripe.store import Transaction

_RENEWED = ["active", "trialing", "past_due"]

collection(
    "/v1/subscriptions",
    "subscription",
    list_params=sdk.SubscriptionListParams,
    retrieve_params=sdk.SubscriptionRetrieveParams,
)


@call("POST", "/v1/subscriptions", sdk.SubscriptionCreateParams)
def create(request: Call) -> Obj:
    params = dict(request.params)
    if not params.get("customer"):
        raise required("customer")
    if not params.get("items"):
        raise required("items")
    return start(request.work, params, request.base_url)


@call("POST", "/v1/subscriptions/{id}", sdk.SubscriptionUpdateParams)
def update(request: Call, subscription_id: str) -> Obj:
    work, params = request.work, dict(request.params)
    subscription = work.get(subscription_id, "subscription")
    _expect_running(subscription)
    for position, change in enumerate(params.pop("items", None) or []):
        _change_item(work, subscription, change, f"items[{position}]")
    if "cancel_at_period_end" in params:
        ends = params["cancel_at_period_end"]
        subscription["cancel_at"] = _period_end(subscription) if ends else None
        subscription["canceled_at"] = work.now if ends else None
    if params.get("default_payment_method"):
        params["default_payment_method"] = payment_methods.resolve(work, params["default_payment_method"])[
            "id"
        ]
    apply(subscription, params)
    emit(work, "customer.subscription.updated", subscription)
    return subscription


@call("DELETE", "/v1/subscriptions/{id}", sdk.SubscriptionCancelParams)
def cancel_call(request: Call, subscription_id: str) -> Obj:
    subscription = request.work.get(subscription_id, "subscription")
    _expect_running(subscription)
    cancel(request.work, subscription)
    return subscription


def start(work: Transaction, params: dict[str, Any], base_url: str) -> Obj:
    """A subscription with its first invoice, charged at once unless `payment_behavior` says otherwise."""
    customer = work.get(params["customer"], "customer", "customer")
    behaviour = params.get("payment_behavior", "allow_incomplete")
    trial = params.get("trial_period_days", 0)
    begin, trial_end = work.now, work.now + trial * 86400 if trial else None
    if params.get("default_payment_method"):
        params["default_payment_method"] = payment_methods.resolve(work, params["default_payment_method"])[
            "id"
        ]
    items = [_item(work, each, f"items[{n}]", begin, trial_end) for n, each in enumerate(params["items"])]
    values = {key: value for key, value in settable("subscription", params).items() if key != "items"}
    subscription = work.add(
        "subscription",
        {
            "collection_method": "charge_automatically",
            "billing_mode": {"type": "flexible"},
            **values,
            "items": list_of(items, ""),
            "currency": items[0]["price"]["currency"],
            "status": "trialing" if trial else "incomplete",
            "start_date": begin,
            "billing_cycle_anchor": trial_end or begin,
            "trial_start": begin if trial else None,
            "trial_end": trial_end,
        },
    )
    subscription["items"]["url"] = f"/v1/subscription_items?subscription={subscription['id']}"
    for item in items:
        item["subscription"] = subscription["id"]
    invoice = _invoice(work, subscription, customer, "subscription_create", free=bool(trial))
    emit(work, "customer.subscription.created", subscription)
    invoices.finalize(work, invoice, base_url)
    if invoice["status"] == "open" and behaviour != "default_incomplete":
        try:
            invoices.pay(work, invoice, subscription["default_payment_method"], base_url)
        except ApiError as error:
            if behaviour == "error_if_incomplete" or not error.keep:
                # Nothing of it remains.
                error.keep = False
                raise
    return subscription


def cancel(work: Transaction, subscription: Obj) -> None:
    """End it now."""
    subscription.update(
        status="canceled", canceled_at=subscription["canceled_at"] or work.now, ended_at=work.now
    )
    emit(work, "customer.subscription.deleted", subscription)


def renew_due(work: Transaction, base_url: str) -> int:
    """Renew or end the subscriptions whose period is over; returns how many periods began or ended."""
    count = 0
    for subscription in work.select("subscription", {"status": _RENEWED}):
        while subscription["status"] in _RENEWED and _period_end(subscription) <= work.now:
            count += 1
            _renew(work, subscription, base_url)
    return count


def _renew(work: Transaction, subscription: Obj, base_url: str) -> None:
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= work.now:
        cancel(work, subscription)
        return
    for item in subscription["items"]["data"]:
        begin = item["current_period_end"]
        item.update(current_period_start=begin, current_period_end=_after(begin, item["price"]["recurring"]))
    was_trial = subscription["status"] == "trialing"
    if was_trial:
        subscription["status"] = "active"
    customer = work.get(subscription["customer"], "customer")
    invoice = _invoice(work, subscription, customer, "subscription_cycle")
    invoices.finalize(work, invoice, base_url)
    emit(work, "customer.subscription.updated", subscription)
    if invoice["status"] != "open":
        return
    try:
        invoices.pay(work, invoice, subscription["default_payment_method"], base_url)
    except ApiError:
        subscription["status"] = "past_due"
        emit(work, "customer.subscription.updated", subscription)


def _invoice(work: Transaction, subscription: Obj, customer: Obj, reason: str, *, free: bool = False) -> Obj:
    lines = [
        invoices.price_line(
            work, item["price"], item["quantity"],
            start=item["current_period_start"], end=item["current_period_end"], free=free,
        )
        for item in subscription["items"]["data"]
    ]  # fmt: skip
    invoice = invoices.add(work, customer, lines, reason, subscription=subscription)
    subscription["latest_invoice"] = invoice["id"]
    return invoice


def _item(work: Transaction, params: dict[str, Any], param: str, begin: int, trial_end: int | None) -> Obj:
    price = price_of(work, params, param)
    if price["type"] != "recurring":
        raise ApiError(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param=f"{param}[price]",
        )
    return work.add(
        "subscription_item",
        {
            "price": price,
            "quantity": params.get("quantity", 1),
            "metadata": params.get("metadata") or {},
            "current_period_start": begin,
            "current_period_end": trial_end or _after(begin, price["recurring"]),
        },
    )


def _change_item(work: Transaction, subscription: Obj, change: dict[str, Any], param: str) -> None:
    items = subscription["items"]["data"]
    item = next((each for each in items if each["id"] == change.get("id")), None)
    if item is None:
        if change.get("id"):
            raise ApiError(
                f"No such subscription item: {change['id']!r}",
                status=404,
                code="resource_missing",
                param=param,
            )
        added = _item(work, change, param, work.now, _period_end(subscription))
        added["subscription"] = subscription["id"]
        items.append(added)
    elif change.get("deleted"):
        if len(items) == 1:
            raise ApiError("A subscription must have at least one active item.", param=param)
        items.remove(item)
    else:
        if change.get("price") or change.get("price_data"):
            item["price"] = price_of(work, change, param)
        item["quantity"] = change.get("quantity", item["quantity"])


def _period_end(subscription: Obj) -> int:
    return int(min(item["current_period_end"] for item in subscription["items"]["data"]))


def _after(begin: int, recurring: dict[str, Any]) -> int:
    """The end of a period, by the calendar: a month after 31 January is 28 or 29 February."""
    count = int(recurring["interval_count"])
    if recurring["interval"] in ("day", "week"):
        return begin + count * 86400 * (7 if recurring["interval"] == "week" else 1)
    start = datetime.fromtimestamp(begin, UTC)
    months = start.month - 1 + count * (12 if recurring["interval"] == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())


def _expect_running(subscription: Obj) -> None:
    if subscription["status"] in ("canceled", "incomplete_expired"):
        raise ApiError(
            "A canceled subscription can only update its cancellation_details and metadata.",
            code="resource_missing",
        )
