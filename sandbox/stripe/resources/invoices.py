"""Invoices, their items, and the payments that settle them."""

from typing import Any

from stripe import params as sdk

from sandbox.stripe.calls import Call, call, collection, included
from sandbox.stripe.errors import ApiError, required
from sandbox.stripe.events import emit
from sandbox.stripe.objects import Obj, list_of, make, settable
from sandbox.stripe.resources import payment_intents, payment_methods
from sandbox.stripe.resources.fields import apply, check_currency, deleted
from sandbox.stripe.store import Transaction

collection(
    "/v1/invoices", "invoice", list_params=sdk.InvoiceListParams, retrieve_params=sdk.InvoiceRetrieveParams
)
collection(
    "/v1/invoiceitems",
    "invoiceitem",
    list_params=sdk.InvoiceItemListParams,
    retrieve_params=sdk.InvoiceItemRetrieveParams,
)


@call("POST", "/v1/invoiceitems", sdk.InvoiceItemCreateParams)
def create_item(request: Call) -> Obj:
    work, params = request.work, request.params
    if not params.get("customer"):
        raise required("customer")
    work.get(params["customer"], "customer", "customer")
    values = settable("invoiceitem", params)
    quantity = params.get("quantity", 1)
    if price_id := (params.get("pricing") or {}).get("price"):
        price = work.get(price_id, "price", "pricing[price]")
        values |= {
            "amount": price["unit_amount"] * quantity,
            "currency": price["currency"],
            "pricing": _pricing(price),
        }
    elif "amount" not in params:
        raise required("amount")
    if not values.get("currency"):
        raise required("currency")
    values["currency"] = check_currency(values["currency"])
    return work.add(
        "invoiceitem",
        {
            "quantity": quantity,
            "date": work.now,
            "discountable": True,
            "period": {"start": work.now, "end": work.now},
            **values,
        },
    )


@call("POST", "/v1/invoices", sdk.InvoiceCreateParams)
def create(request: Call) -> Obj:
    work, params = request.work, request.params
    if not params.get("customer"):
        raise required("customer")
    customer = work.get(params["customer"], "customer", "customer")
    if params.get("collection_method") == "send_invoice" and not (
        params.get("days_until_due") or params.get("due_date")
    ):
        raise required("days_until_due")
    take = params.get(
        "pending_invoice_items_behavior", "include" if "subscription" not in params else "exclude"
    )
    items = work.select("invoiceitem", {"customer": customer["id"]}) if take == "include" else []
    waiting = [item for item in reversed(items) if item["invoice"] is None]
    lines = [
        line(
            work,
            amount=item["amount"],
            currency=item["currency"],
            description=item["description"],
            quantity=item["quantity"],
        )
        for item in waiting
    ]
    invoice = add(
        work, customer, lines, "manual", values=settable("invoice", params), days=params.get("days_until_due")
    )
    for item in waiting:
        item["invoice"] = invoice["id"]
    return invoice


@call("POST", "/v1/invoices/{id}", sdk.InvoiceUpdateParams)
def update(request: Call, invoice_id: str) -> Obj:
    invoice = request.work.get(invoice_id, "invoice")
    apply(invoice, request.params)
    emit(request.work, "invoice.updated", invoice)
    return invoice


@call("DELETE", "/v1/invoices/{id}", sdk.InvoiceDeleteParams)
def delete(request: Call, invoice_id: str) -> Obj:
    invoice = request.work.get(invoice_id, "invoice")
    _expect(invoice, "deleted", ("draft",))
    return deleted(request.work, invoice, "invoice.deleted")


@call("POST", "/v1/invoices/{id}/finalize", sdk.InvoiceFinalizeInvoiceParams)
def finalize_call(request: Call, invoice_id: str) -> Obj:
    invoice = request.work.get(invoice_id, "invoice")
    finalize(request.work, invoice, request.base_url)
    return invoice


@call("POST", "/v1/invoices/{id}/pay", sdk.InvoicePayParams)
def pay_call(request: Call, invoice_id: str) -> Obj:
    invoice = request.work.get(invoice_id, "invoice")
    if request.params.get("paid_out_of_band"):
        if invoice["status"] == "draft":
            finalize(request.work, invoice, request.base_url)
        _expect(invoice, "paid", ("open", "uncollectible"))
        settle(request.work, invoice)
    else:
        pay(request.work, invoice, request.params.get("payment_method"), request.base_url)
    return invoice


@call("POST", "/v1/invoices/{id}/void", sdk.InvoiceVoidInvoiceParams)
def void(request: Call, invoice_id: str) -> Obj:
    return _end(request, invoice_id, "void", "voided", ("open", "uncollectible"))


@call("POST", "/v1/invoices/{id}/mark_uncollectible", sdk.InvoiceMarkUncollectibleParams)
def mark_uncollectible(request: Call, invoice_id: str) -> Obj:
    return _end(request, invoice_id, "uncollectible", "marked_uncollectible", ("open",))


@included("invoice", "payments")
def _payments(work: Transaction, invoice: Obj) -> Obj:
    return list_of(work.select("invoice_payment", {"invoice": invoice["id"]}), "/v1/invoice_payments")


def line(
    work: Transaction, *, amount: int, currency: str, description: str | None, quantity: int = 1, **more: Any
) -> Obj:
    """A line of an invoice. It lives inside the invoice alone."""
    values = {
        "amount": amount,
        "subtotal": amount,
        "currency": currency,
        "description": description,
        "quantity": quantity,
    }
    return make(
        "line_item",
        work.now,
        {"discountable": True, "period": {"start": work.now, "end": work.now}, **values, **more},
    )


def price_line(
    work: Transaction, price: Obj, quantity: int, *, start: int, end: int, free: bool = False
) -> Obj:
    """The line of one subscribed price for one period."""
    name = work.get(price["product"], "product")["name"]
    return line(
        work,
        amount=0 if free else price["unit_amount"] * quantity,
        currency=price["currency"],
        description=f"Trial period for {name}" if free else f"{quantity} × {name}",
        quantity=quantity,
        pricing=_pricing(price),
        period={"start": start, "end": end},
    )


def add(
    work: Transaction,
    customer: Obj,
    lines: list[Obj],
    reason: str,
    *,
    subscription: Obj | None = None,
    values: dict[str, Any] | None = None,
    days: int | None = None,
) -> Obj:
    """A draft of an invoice."""
    total = sum(each["amount"] for each in lines)
    parent = None
    if subscription is not None:
        parent = {
            "type": "subscription_details",
            "subscription_details": {
                "subscription": subscription["id"],
                "metadata": subscription["metadata"],
            },
        }
    invoice = work.add(
        "invoice",
        {
            "auto_advance": False,
            "collection_method": "charge_automatically",
            "currency": lines[0]["currency"] if lines else customer["currency"] or "usd",
            "due_date": work.now + days * 86400 if days else None,
            "period_start": work.now,
            "period_end": work.now,
            **(values or {}),
            "customer": customer["id"],
            "customer_email": customer["email"],
            "customer_name": customer["name"],
            "status": "draft",
            "billing_reason": reason,
            "lines": list_of(lines, ""),
            "parent": parent,
            "total": total,
            "subtotal": total,
            "amount_due": total,
            "amount_remaining": total,
        },
    )
    invoice["lines"]["url"] = f"/v1/invoices/{invoice['id']}/lines"
    for each in lines:
        each["invoice"] = invoice["id"]
    emit(work, "invoice.created", invoice)
    return invoice


def finalize(work: Transaction, invoice: Obj, base_url: str) -> None:
    """Give the draft its number, and something to be paid by."""
    _expect(invoice, "finalized", ("draft",))
    customer = work.get(invoice["customer"], "customer")
    invoice["number"] = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    customer["next_invoice_sequence"] += 1
    invoice.update(
        status="open", effective_at=work.now, hosted_invoice_url=f"{base_url}/c/invoice/{invoice['id']}"
    )
    invoice["status_transitions"]["finalized_at"] = work.now
    if invoice["total"] > 0:
        intent = payment_intents.add(
            work, {"amount": invoice["total"], "currency": invoice["currency"], "customer": customer["id"]}
        )
        invoice["_intent"] = intent["id"]
        invoice["confirmation_secret"] = {"type": "payment_intent", "client_secret": intent["client_secret"]}
        work.add(
            "invoice_payment",
            {
                "invoice": invoice["id"],
                "status": "open",
                "is_default": True,
                "currency": invoice["currency"],
                "amount_requested": invoice["total"],
                "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
            },
        )
    emit(work, "invoice.finalized", invoice)
    if invoice["total"] <= 0:
        settle(work, invoice)


def pay(work: Transaction, invoice: Obj, method_id: str | None, base_url: str) -> None:
    """Charge the customer's card. A decline raises, and leaves the invoice open."""
    if invoice["status"] == "draft":
        finalize(work, invoice, base_url)
    if invoice["status"] == "paid":
        raise ApiError("Invoice is already paid", code="invoice_already_paid")
    _expect(invoice, "paid", ("open", "uncollectible"))
    customer = work.get(invoice["customer"], "customer")
    method_id = (
        method_id
        or invoice["default_payment_method"]
        or customer["invoice_settings"].get("default_payment_method")
    )
    if not method_id:
        raise ApiError(
            "This customer has no attached payment source or default payment method. Please consider adding a default "
            "payment method.",
            code="resource_missing",
        )
    intent = work.get(invoice["_intent"], "payment_intent")
    intent["payment_method"] = payment_methods.resolve(work, method_id)["id"]
    invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
    try:
        payment_intents.confirm(work, intent, base_url)
    except ApiError:
        emit(work, "invoice.payment_failed", invoice)
        raise
    if intent["status"] != "succeeded":
        emit(work, "invoice.payment_action_required", invoice)


def settle(work: Transaction, invoice: Obj) -> None:
    """The invoice is paid."""
    invoice.update(status="paid", amount_paid=invoice["total"], amount_remaining=0)
    invoice["status_transitions"]["paid_at"] = work.now
    for payment in work.select("invoice_payment", {"invoice": invoice["id"]}):
        payment.update(status="paid", amount_paid=invoice["total"])
    emit(work, "invoice.paid", invoice)
    emit(work, "invoice.payment_succeeded", invoice)
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    subscription = work.find(details["subscription"], "subscription") if details else None
    if subscription is not None and subscription["status"] in ("incomplete", "past_due"):
        subscription["status"] = "active"
        emit(work, "customer.subscription.updated", subscription)


@payment_intents.after_success
def _settle_by_intent(work: Transaction, intent: Obj) -> None:
    """The intent of an invoice succeeded, by whatever way."""
    found = work.select("invoice_payment", {"payment.payment_intent": intent["id"]}, limit=1)
    invoice = work.get(found[0]["invoice"], "invoice") if found else None
    if invoice is not None and invoice["status"] != "paid":
        settle(work, invoice)


def _end(request: Call, invoice_id: str, status: str, event: str, states: tuple[str, ...]) -> Obj:
    invoice = request.work.get(invoice_id, "invoice")
    _expect(invoice, event.replace("_", " "), states)
    invoice["status"] = status
    invoice["status_transitions"][f"{event}_at"] = request.work.now
    emit(request.work, f"invoice.{event}", invoice)
    return invoice


def _pricing(price: Obj) -> Obj:
    return {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def _expect(invoice: Obj, verb: str, states: tuple[str, ...]) -> None:
    if invoice["status"] not in states:
        raise ApiError(
            f"This invoice is {invoice['status']}: it cannot be {verb}.", code="invoice_not_editable"
        )
