"""Connect: accounts of sellers, their onboarding, transfers to them, and payouts to their banks."""

import secrets
from typing import Any

from stripe import params as sdk

from sandbox.stripe.calls import Call, call, collection
from sandbox.stripe.errors import ApiError
from sandbox.stripe.events import emit
from sandbox.stripe.objects import Obj, list_of, make, settable
from sandbox.stripe.resources import payment_intents
from sandbox.stripe.resources.fields import apply, check_currency, check_url, deleted
from sandbox.stripe.store import Transaction

_LINK_SECONDS = 300
_WANTED = ["business_profile.url", "external_account", "tos_acceptance.date", "tos_acceptance.ip"]

collection(
    "/v1/accounts", "account", list_params=sdk.AccountListParams, retrieve_params=sdk.AccountRetrieveParams
)
collection(
    "/v1/transfers",
    "transfer",
    list_params=sdk.TransferListParams,
    retrieve_params=sdk.TransferRetrieveParams,
)
collection(
    "/v1/payouts", "payout", list_params=sdk.PayoutListParams, retrieve_params=sdk.PayoutRetrieveParams
)


@call("POST", "/v1/accounts", sdk.AccountCreateParams)
def create_account(request: Call) -> Obj:
    params = request.params
    wanted = {name for name, each in (params.get("capabilities") or {}).items() if each.get("requested")}
    account = request.work.add(
        "account",
        {
            **settable("account", {key: value for key, value in params.items() if key != "capabilities"}),
            "type": params.get("type", "none"),
            "country": params.get("country", "US"),
            "default_currency": "usd",
            "capabilities": dict.fromkeys(sorted(wanted), "inactive"),
            "charges_enabled": False,
            "payouts_enabled": False,
            "details_submitted": False,
            "requirements": {
                "currently_due": _WANTED, "eventually_due": _WANTED, "past_due": _WANTED, "pending_verification": [],
                "errors": [], "alternatives": [], "disabled_reason": "requirements.past_due",
            },
            "_balance": {},
        },
    )  # fmt: skip
    return account


@call("POST", "/v1/accounts/{id}", sdk.AccountUpdateParams)
def update_account(request: Call, account_id: str) -> Obj:
    account = request.work.get(account_id, "account")
    apply(account, {key: value for key, value in request.params.items() if key != "capabilities"})
    for name, each in (request.params.get("capabilities") or {}).items():
        if each.get("requested"):
            account["capabilities"].setdefault(name, "active" if account["details_submitted"] else "inactive")
    emit(request.work.of(account_id), "account.updated", account)
    return account


@call("DELETE", "/v1/accounts/{id}", sdk.AccountDeleteParams)
def delete_account(request: Call, account_id: str) -> Obj:
    account = request.work.get(account_id, "account")
    if any(account["_balance"].values()):
        raise ApiError("This account has a balance and cannot be deleted.")
    return deleted(request.work, account, "account.application.deauthorized")


@call("POST", "/v1/account_links", sdk.AccountLinkCreateParams)
def create_link(request: Call) -> Obj:
    work, params = request.work, request.params
    account = work.get(params["account"], "account", "account")
    for name in ("return_url", "refresh_url"):
        if params.get(name):
            check_url(params[name], name)
    # A link works once and for a few minutes; a newer one takes its place.
    account["_link"] = {
        "token": secrets.token_urlsafe(16),
        "expires_at": work.now + _LINK_SECONDS,
        "return_url": params.get("return_url"),
        "refresh_url": params.get("refresh_url"),
    }
    url = f"{request.base_url}/c/onboarding/{account['id']}?token={account['_link']['token']}"
    return make("account_link", work.now, {"expires_at": account["_link"]["expires_at"], "url": url})


@call("POST", "/v1/transfers", sdk.TransferCreateParams)
def create_transfer(request: Call) -> Obj:
    params = dict(request.params)
    params["currency"] = check_currency(params["currency"])
    if params.get("amount", 0) <= 0:
        raise ApiError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    return transfer(request.work, params)


@call("POST", "/v1/transfers/{id}/reversals", sdk.TransferCreateReversalParams)
def reverse_transfer(request: Call, transfer_id: str) -> Obj:
    work = request.work
    sent = work.get(transfer_id, "transfer")
    left = sent["amount"] - sent["amount_reversed"]
    amount = request.params.get("amount", left)
    if not 0 < amount <= left:
        raise ApiError(
            f"Reversal amount ({amount}) is greater than the unreversed amount ({left})", param="amount"
        )
    account = work.get(sent["destination"], "account")
    _book(account, sent["currency"], -amount)
    sent["amount_reversed"] += amount
    sent["reversed"] = sent["amount_reversed"] == sent["amount"]
    reversal = {
        "id": "trr_" + secrets.token_hex(12), "object": "transfer_reversal", "amount": amount, "created": work.now,
        "currency": sent["currency"], "transfer": sent["id"], "metadata": request.params.get("metadata") or {},
        "balance_transaction": None, "destination_payment_refund": None, "source_refund": None,
    }  # fmt: skip
    sent["reversals"]["data"].insert(0, reversal)
    emit(work, "transfer.reversed", sent)
    return reversal


@call("POST", "/v1/payouts", sdk.PayoutCreateParams)
def create_payout(request: Call) -> Obj:
    work, params = request.work, request.params
    if not work.account:
        raise ApiError("The sandbox pays out for connected accounts only: set Stripe-Account.")
    account = work.of("").get(work.account, "account")
    if not account["payouts_enabled"]:
        raise ApiError(
            "Cannot create payouts: this account has not completed its onboarding.",
            code="payouts_not_allowed",
        )
    currency = check_currency(params["currency"])
    if account["_balance"].get(currency, 0) < params["amount"]:
        raise ApiError(
            "You have insufficient funds in your Stripe account for this transfer.",
            code="balance_insufficient",
        )
    _book(account, currency, -params["amount"])
    payout = work.add(
        "payout",
        {
            **settable("payout", params),
            "currency": currency,
            "arrival_date": work.now,
            "automatic": False,
            "method": params.get("method", "standard"),
            "reconciliation_status": "not_applicable",
            "source_type": "card",
            "status": "paid",
            "type": "bank_account",
        },
    )
    emit(work, "payout.created", payout)
    emit(work, "payout.paid", payout)
    return payout


@call("GET", "/v1/balance", sdk.BalanceRetrieveParams)
def balance(request: Call) -> Obj:
    amounts: dict[str, int] = {}
    if request.work.account:
        amounts = request.work.of("").get(request.work.account, "account")["_balance"]
    available = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in (amounts or {"usd": 0}).items()
    ]
    return {"object": "balance", "livemode": False, "available": available, "pending": []}


def transfer(work: Transaction, params: dict[str, Any]) -> Obj:
    """Move money to a seller's balance."""
    account = work.get(params["destination"], "account", "destination")
    if account["capabilities"].get("transfers") != "active":
        raise ApiError(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers",
            code="insufficient_capabilities_for_transfer",
        )
    _book(account, params["currency"], params["amount"])
    sent = work.add(
        "transfer", {**settable("transfer", params), "reversals": list_of([], ""), "source_type": "card"}
    )
    emit(work, "transfer.created", sent)
    return sent


@payment_intents.after_success
def _to_destination(work: Transaction, intent: Obj) -> None:
    """A destination charge: the seller gets the amount less the platform's fee."""
    data = intent["transfer_data"]
    if not data:
        return
    amount = data.get("amount") or intent["amount_received"] - (intent["application_fee_amount"] or 0)
    sent = transfer(
        work,
        {
            "amount": amount,
            "currency": intent["currency"],
            "destination": data["destination"],
            "source_transaction": intent["latest_charge"],
            "transfer_group": intent["transfer_group"],
        },
    )
    work.get(intent["latest_charge"], "charge")["transfer"] = sent["id"]


def onboard(work: Transaction, account: Obj) -> None:
    """The seller has given all that was asked for."""
    account.update(charges_enabled=True, payouts_enabled=True, details_submitted=True, _link=None)
    account["capabilities"] = dict.fromkeys(account["capabilities"], "active")
    account["requirements"].update(currently_due=[], eventually_due=[], past_due=[], disabled_reason=None)
    emit(work.of(account["id"]), "account.updated", account)


def _book(account: Obj, currency: str, amount: int) -> None:
    account["_balance"] = {**account["_balance"], currency: account["_balance"].get(currency, 0) + amount}
