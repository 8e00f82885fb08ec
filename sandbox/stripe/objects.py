"""Answers: objects shaped by the official SDK's own classes, so that every attribute which the SDK declares is there.

An object is a plain dict. Keys that begin with `_` are the stand-in's own notes and never leave it.
"""

import copy
import secrets
import typing
from functools import cache
from typing import Any

import stripe
import stripe.billing_portal
import stripe.checkout
from stripe._list_object import ListObject
from stripe._stripe_object import StripeObject, UntypedStripeObject

Obj = dict[str, Any]

# Kind → (the SDK's class, prefix of its ids).
KINDS: dict[str, tuple[Any, str]] = {
    "account": (stripe.Account, "acct_"),
    "account_link": (stripe.AccountLink, ""),
    "billing_portal.session": (stripe.billing_portal.Session, "bps_"),
    "charge": (stripe.Charge, "ch_"),
    "checkout.session": (stripe.checkout.Session, "cs_test_"),
    "customer": (stripe.Customer, "cus_"),
    "event": (stripe.Event, "evt_"),
    "invoice": (stripe.Invoice, "in_"),
    "invoice_payment": (stripe.InvoicePayment, "inpay_"),
    "invoiceitem": (stripe.InvoiceItem, "ii_"),
    "item": (stripe.LineItem, "li_"),
    "line_item": (stripe.InvoiceLineItem, "il_"),
    "payment_intent": (stripe.PaymentIntent, "pi_"),
    "payment_method": (stripe.PaymentMethod, "pm_"),
    "payout": (stripe.Payout, "po_"),
    "price": (stripe.Price, "price_"),
    "product": (stripe.Product, "prod_"),
    "refund": (stripe.Refund, "re_"),
    "subscription": (stripe.Subscription, "sub_"),
    "subscription_item": (stripe.SubscriptionItem, "si_"),
    "transfer": (stripe.Transfer, "tr_"),
    "webhook_endpoint": (stripe.WebhookEndpoint, "we_"),
}


def make(kind: str, created: int, values: Obj) -> Obj:
    """A complete object of `kind` with a new id. `values` may give any attribute, nested ones in part."""
    cls, prefix = KINDS[kind]
    result = _fill(cls, values)
    result["object"] = kind
    if "created" in cls.__annotations__:
        result["created"] = values.get("created", created)
    if "livemode" in cls.__annotations__:
        result["livemode"] = False
    if prefix:
        result["id"] = values.get("id") or new_id(prefix)
    else:
        result.pop("id", None)
    if kind == "payment_method":
        # Stripe sends the details of the method's own type only.
        for other in _literals(cls.__annotations__["type"]) - {result["type"]}:
            result.pop(other, None)
    return result


def new_id(prefix: str) -> str:
    """An id that no other object has."""
    return prefix + secrets.token_hex(12)


def settable(kind: str, values: Obj) -> Obj:
    """Those of `values` that are attributes of the kind under the same name."""
    declared = KINDS[kind][0].__annotations__
    return {key: value for key, value in values.items() if key in declared}


def expandable(kind: str, attribute: str) -> bool:
    """Whether the SDK declares the attribute as an id that may be expanded, or as a list included on request."""
    annotation = KINDS[kind][0].__annotations__.get(attribute)
    arguments = typing.get_args(annotation)
    is_reference = str in arguments and any(isinstance(each, typing.ForwardRef) for each in arguments)
    return is_reference or _is_list_object(annotation)


def list_of(data: list[Obj], url: str, *, has_more: bool = False) -> Obj:
    """Stripe's list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def public(value: Any) -> Any:
    """`value` without the stand-in's own notes."""
    if isinstance(value, dict):
        return {key: public(each) for key, each in value.items() if not key.startswith("_")}
    if isinstance(value, list):
        return [public(each) for each in value]
    return value


@cache
def _defaults(cls: Any) -> Obj:
    result: Obj = {}
    for name, annotation in cls.__annotations__.items():
        if name in ("OBJECT_NAME", "deleted") or name.startswith("_"):
            continue
        inner, optional = _strip_optional(annotation)
        if name == "metadata":
            result[name] = {}
        elif _is_list_object(inner):
            if not optional:
                result[name] = list_of([], "")
        elif optional:
            result[name] = None
        elif typing.get_origin(inner) is list:
            result[name] = []
        elif inner is bool:
            result[name] = False
        elif inner is int:
            result[name] = 0
        elif nested := _nested(inner):
            result[name] = _defaults(nested)
        else:
            result[name] = None
    return result


def _fill(cls: Any, values: Obj) -> Obj:
    result = copy.deepcopy(_defaults(cls))
    for key, value in values.items():
        inner, _ = _strip_optional(cls.__annotations__.get(key))
        nested = _nested(inner)
        result[key] = _fill(nested, value) if nested and isinstance(value, dict) else value
    return result


def _strip_optional(annotation: Any) -> tuple[Any, bool]:
    arguments = typing.get_args(annotation)
    if type(None) not in arguments:
        return annotation, False
    rest = [each for each in arguments if each is not type(None)]
    return (rest[0] if len(rest) == 1 else typing.Union[tuple(rest)]), True  # noqa: UP007


def _nested(annotation: Any) -> Any:
    """The class of an embedded object, as opposed to a resource of its own."""
    if not isinstance(annotation, type) or not issubclass(annotation, StripeObject):
        return None
    embedded = annotation is not UntypedStripeObject and "." in annotation.__qualname__
    return annotation if embedded else None


def _is_list_object(annotation: Any) -> bool:
    inner, _ = _strip_optional(annotation)
    return typing.get_origin(inner) is ListObject


def _literals(annotation: Any) -> set[str]:
    found: set[str] = set()
    for each in (annotation, *typing.get_args(annotation)):
        if typing.get_origin(each) is typing.Literal:
            found |= set(typing.get_args(each))
    return found
