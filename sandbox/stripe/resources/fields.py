"""Checks that several resources share, in Stripe's words."""

import re
import urllib.parse
from typing import Any

from sandbox.stripe.errors import ApiError
from sandbox.stripe.events import emit
from sandbox.stripe.objects import Obj, settable
from sandbox.stripe.store import Transaction

# What Stripe settles in; an amount below the least is refused.
LEAST_AMOUNT = {
    "usd": 50, "eur": 50, "gbp": 30, "cad": 50, "aud": 50, "chf": 50, "brl": 50, "inr": 50, "sgd": 50, "nzd": 50,
    "jpy": 50, "sek": 300, "nok": 300, "dkk": 250, "pln": 200, "czk": 1500, "mxn": 1000, "hkd": 400, "zar": 0,
    "ils": 0, "ars": 50, "try": 0, "aed": 200, "krw": 50, "kes": 0, "ngn": 0, "uah": 0, "ron": 200, "huf": 17500,
    "php": 0, "idr": 0, "thb": 1000, "myr": 200, "vnd": 0, "clp": 0, "cop": 0, "pen": 0, "egp": 0, "pkr": 0,
}  # fmt: skip


def check_currency(value: str, param: str = "currency") -> str:
    """Lower case; refused where Stripe does not know it."""
    currency = value.lower()
    if currency not in LEAST_AMOUNT:
        raise ApiError(
            f"Invalid currency: {value}. Stripe currently supports these currencies: "
            + ", ".join(sorted(LEAST_AMOUNT)),
            param=param,
        )
    return currency


def check_amount(amount: int, currency: str, param: str = "amount") -> int:
    """At least the least amount of the currency, at most eight digits."""
    if amount < 1:
        raise ApiError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param=param
        )
    if amount > 99_999_999:
        raise ApiError("Amount must be no more than 99999999 cents", code="amount_too_large", param=param)
    if amount < LEAST_AMOUNT[currency]:
        raise ApiError(
            f"Amount must be at least {LEAST_AMOUNT[currency]} in the smallest unit of {currency}",
            code="amount_too_small",
            param=param,
        )
    return amount


def check_url(value: str, param: str) -> str:
    """An absolute http or https address."""
    parts = urllib.parse.urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ApiError("Not a valid URL", code="url_invalid", param=param)
    return value


def check_email(value: str, param: str = "email") -> str:
    """Something that looks like an address."""
    if value and not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+", value):
        raise ApiError(f"Invalid email address: {value}", code="email_invalid", param=param)
    return value


def apply(obj: Obj, params: dict[str, Any]) -> None:
    """Change an object by an update call: empty clears, metadata is merged, attributes without a place are left."""
    for key, value in settable(obj["object"], params).items():
        if key == "metadata":
            merge_metadata(obj, value)
        elif isinstance(value, dict) and isinstance(obj.get(key), dict):
            obj[key] = {**obj[key], **{name: (None if each == "" else each) for name, each in value.items()}}
        else:
            obj[key] = None if value == "" else value


def merge_metadata(obj: Obj, metadata: Any) -> None:
    """Keys are added and replaced; an empty value removes its key; an empty string removes all."""
    if metadata == "":
        obj["metadata"] = {}
        return
    merged = {**(obj.get("metadata") or {}), **metadata}
    obj["metadata"] = {key: value for key, value in merged.items() if value != ""}


def deleted(work: Transaction, obj: Obj, event_type: str) -> Obj:
    """Delete `obj`, tell it, and answer as Stripe does."""
    emit(work, event_type, obj)
    work.delete(obj["id"])
    return {"id": obj["id"], "object": obj["object"], "deleted": True}
