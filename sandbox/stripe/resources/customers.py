"""Customers."""

import secrets
from typing import Any

from stripe import params as sdk

from sandbox.stripe.calls import Call, call, collection
from sandbox.stripe.events import emit
from sandbox.stripe.objects import Obj, settable
from sandbox.stripe.resources.fields import apply, check_email, deleted
from sandbox.stripe.store import Transaction

collection(
    "/v1/customers",
    "customer",
    list_params=sdk.CustomerListParams,
    retrieve_params=sdk.CustomerRetrieveParams,
)


@call("POST", "/v1/customers", sdk.CustomerCreateParams)
def create(request: Call) -> Obj:
    return add(request.work, request.params)


@call("POST", "/v1/customers/{id}", sdk.CustomerUpdateParams)
def update(request: Call, customer_id: str) -> Obj:
    customer = request.work.get(customer_id, "customer")
    check_email(request.params.get("email") or "")
    apply(customer, request.params)
    emit(request.work, "customer.updated", customer)
    return customer


@call("DELETE", "/v1/customers/{id}", sdk.CustomerDeleteParams)
def delete(request: Call, customer_id: str) -> Obj:
    return deleted(request.work, request.work.get(customer_id, "customer"), "customer.deleted")


def add(work: Transaction, params: dict[str, Any]) -> Obj:
    """A customer, as made by a call of its own or by Checkout."""
    check_email(params.get("email") or "")
    values = {key: value for key, value in settable("customer", params).items() if value != ""}
    customer = work.add(
        "customer",
        {
            "balance": 0,
            "delinquent": False,
            "invoice_prefix": secrets.token_hex(4).upper(),
            "next_invoice_sequence": 1,
            "tax_exempt": "none",
            "preferred_locales": [],
            "invoice_settings": {},
            **values,
        },
    )
    if method_id := params.get("payment_method"):
        method = work.get(method_id, "payment_method", "payment_method")
        method["customer"] = customer["id"]
    emit(work, "customer.created", customer)
    return customer
