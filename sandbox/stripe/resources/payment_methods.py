"""Payment methods, and the test cards that decide how a payment goes."""

from dataclasses import dataclass
from typing import Any

from stripe import params as sdk

from sandbox.stripe.calls import Call, call, collection
from sandbox.stripe.errors import ApiError, card_declined, required
from sandbox.stripe.events import emit
from sandbox.stripe.objects import Obj, settable
from sandbox.stripe.resources.fields import apply
from sandbox.stripe.store import Transaction


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card of Stripe's test suite. `decline` is the bank's code; `challenge` asks for 3-D Secure first."""

    token: str
    number: str
    brand: str
    label: str
    decline: str | None = None
    message: str = ""
    challenge: bool = False

    @property
    def grouped(self) -> str:
        """The number as it is printed on a card."""
        return " ".join(self.number[at : at + 4] for at in range(0, len(self.number), 4))


CARDS = [
    TestCard("pm_card_visa", "4242424242424242", "visa", "Visa: the payment succeeds"),
    TestCard("pm_card_mastercard", "5555555555554444", "mastercard", "Mastercard: the payment succeeds"),
    TestCard(
        "pm_card_chargeDeclined",
        "4000000000000002",
        "visa",
        "Visa: the bank declines",
        "generic_decline",
        "Your card was declined.",
    ),
    TestCard(
        "pm_card_chargeDeclinedInsufficientFunds",
        "4000000000009995",
        "visa",
        "Visa: not enough money",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    TestCard(
        "pm_card_chargeDeclinedExpiredCard",
        "4000000000000069",
        "visa",
        "Visa: the card has expired",
        "expired_card",
        "Your card has expired.",
    ),
    TestCard(
        "pm_card_authenticationRequired",
        "4000002500003155",
        "visa",
        "Visa: the bank asks for 3-D Secure",
        challenge=True,
    ),
    TestCard(
        "pm_card_threeDSecure2RequiredChargeDeclined",
        "4000008400001629",
        "visa",
        "Visa: declined after 3-D Secure",
        "generic_decline",
        "Your card was declined.",
        challenge=True,
    ),
]
_BY_TOKEN = {card.token: card for card in CARDS} | {
    "pm_card_visa_chargeDeclined": CARDS[2],
    "pm_card_threeDSecure2Required": CARDS[5],
}
_BY_NUMBER = {card.number: card for card in CARDS}

collection(
    "/v1/payment_methods",
    "payment_method",
    list_params=sdk.PaymentMethodListParams,
    retrieve_params=sdk.PaymentMethodRetrieveParams,
)


@call("POST", "/v1/payment_methods", sdk.PaymentMethodCreateParams)
def create(request: Call) -> Obj:
    kind = request.params.get("type")
    if kind is None:
        raise required("type")
    if kind != "card":
        raise ApiError(f"The sandbox has card payments only, not {kind!r}.", param="type")
    card = request.params.get("card") or {}
    if "token" in card:
        token = "pm_card_" + card["token"].removeprefix("tok_")
        return add_card(request.work, _known_token(token), request.params)
    for name in ("number", "exp_month", "exp_year"):
        if name not in card:
            raise required(f"card[{name}]")
    test_card = _BY_NUMBER.get(card["number"].replace(" ", ""))
    if test_card is None:
        raise ApiError(
            "Your card number is incorrect.",
            status=402,
            kind="card_error",
            code="incorrect_number",
            param="number",
        )
    return add_card(request.work, test_card, request.params)


@call("POST", "/v1/payment_methods/{id}", sdk.PaymentMethodUpdateParams)
def update(request: Call, method_id: str) -> Obj:
    method = request.work.get(method_id, "payment_method")
    apply(method, request.params)
    emit(request.work, "payment_method.updated", method)
    return method


@call("POST", "/v1/payment_methods/{id}/attach", sdk.PaymentMethodAttachParams)
def attach(request: Call, method_id: str) -> Obj:
    method = resolve(request.work, method_id)
    customer = request.work.get(request.params.get("customer"), "customer", "customer")
    card = _BY_NUMBER[method["_number"]]
    if card.decline and not card.challenge:
        raise card_declined(card.decline, card.message)
    method["customer"] = customer["id"]
    emit(request.work, "payment_method.attached", method)
    return method


@call("POST", "/v1/payment_methods/{id}/detach", sdk.PaymentMethodDetachParams)
def detach(request: Call, method_id: str) -> Obj:
    method = request.work.get(method_id, "payment_method")
    method["customer"] = None
    emit(request.work, "payment_method.detached", method)
    return method


def resolve(work: Transaction, method_id: str, param: str = "payment_method") -> Obj:
    """A stored payment method, or a fresh one for a test token such as `pm_card_visa`."""
    if method_id.startswith("pm_card_"):
        return add_card(work, _known_token(method_id), {})
    return work.get(method_id, "payment_method", param)


def card_named(token: str) -> TestCard:
    """The test card of a token such as `pm_card_visa`."""
    return _known_token(token)


def card_of(method: Obj) -> TestCard:
    """The test card behind a payment method."""
    return _BY_NUMBER[method["_number"]]


def add_card(work: Transaction, card: TestCard, params: dict[str, Any]) -> Obj:
    """A payment method for a test card."""
    given = params.get("card") or {}
    return work.add(
        "payment_method",
        {
            **settable(
                "payment_method",
                {key: params[key] for key in ("billing_details", "metadata") if key in params},
            ),
            "type": "card",
            "allow_redisplay": "unspecified",
            "card": {
                "brand": card.brand,
                "display_brand": card.brand,
                "country": "US",
                "funding": "credit",
                "last4": card.number[-4:],
                "exp_month": given.get("exp_month", 12),
                "exp_year": given.get("exp_year", 2034),
                "fingerprint": f"sandbox{card.number[-8:]}",
                "checks": {"cvc_check": "pass"},
                "three_d_secure_usage": {"supported": True},
            },
            "_number": card.number,
        },
    )


def _known_token(token: str) -> TestCard:
    card = _BY_TOKEN.get(token)
    if card is None:
        raise ApiError(
            f"No such PaymentMethod: '{token}'", status=404, code="resource_missing", param="payment_method"
        )
    return card
