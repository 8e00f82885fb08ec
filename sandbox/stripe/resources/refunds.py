"""Refunds of charges, in whole or in part."""

from stripe import params as sdk

from sandbox.stripe.calls import Call, call, collection, included, page
from sandbox.stripe.errors import ApiError, required
from sandbox.stripe.events import emit
from sandbox.stripe.objects import Obj, list_of
from sandbox.stripe.resources.fields import apply
from sandbox.stripe.store import Transaction

collection(
    "/v1/refunds", "refund", list_params=sdk.RefundListParams, retrieve_params=sdk.RefundRetrieveParams
)


@call("POST", "/v1/refunds", sdk.RefundCreateParams)
def create(request: Call) -> Obj:
    work, params = request.work, request.params
    charge = _charge(request)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left <= 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = params.get("amount", left)
    if amount <= 0:
        raise ApiError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise ApiError(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    refund = work.add(
        "refund",
        {
            "amount": amount,
            "charge": charge["id"],
            "currency": charge["currency"],
            "metadata": params.get("metadata") or {},
            "payment_intent": charge["payment_intent"],
            "reason": params.get("reason"),
            "status": "succeeded",
            "destination_details": {"type": "card"},
        },
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    emit(work, "refund.created", refund)
    emit(work, "charge.refunded", charge)
    return refund


@call("POST", "/v1/refunds/{id}", sdk.RefundUpdateParams)
def update(request: Call, refund_id: str) -> Obj:
    refund = request.work.get(refund_id, "refund")
    apply(refund, request.params)
    emit(request.work, "refund.updated", refund)
    return refund


@call("GET", "/v1/charges/{id}/refunds", sdk.RefundListParams)
def of_charge(request: Call, charge_id: str) -> Obj:
    request.work.get(charge_id, "charge")
    return page(request, "refund", f"/v1/charges/{charge_id}/refunds", {"charge": charge_id})


@included("charge", "refunds")
def _refunds(work: Transaction, charge: Obj) -> Obj:
    return list_of(work.select("refund", {"charge": charge["id"]}), f"/v1/charges/{charge['id']}/refunds")


def _charge(request: Call) -> Obj:
    work, params = request.work, request.params
    if params.get("charge"):
        charge = work.get(params["charge"], "charge", "charge")
    elif params.get("payment_intent"):
        intent = work.get(params["payment_intent"], "payment_intent", "payment_intent")
        if intent["status"] != "succeeded":
            raise ApiError(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            )
        charge = work.get(intent["latest_charge"], "charge", "payment_intent")
    else:
        raise required("payment_intent")
    if charge["status"] != "succeeded":
        raise ApiError(f"Charge {charge['id']} was not successful and cannot be refunded.", param="charge")
    return charge
