"""What may be done with a profile, and the bounds of its rate."""

from typing import Final

from core.actor import Actor
from core.errors import Conflict, Forbidden, InvalidInput
from core.exchange import currencies, usd_amount
from core.money import Money
from services.experts.schemas import Status

# Per hour, in US cents. Outside of it a figure is a slip of the keyboard or a joke.
MIN_RATE_USD: Final = 500
MAX_RATE_USD: Final = 200_000

_BY_OWNER: Final[dict[Status, frozenset[Status]]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED}),
    Status.SUBMITTED: frozenset({Status.DRAFT}),
    Status.APPROVED: frozenset({Status.PAUSED}),
    Status.PAUSED: frozenset({Status.APPROVED}),
    Status.SUSPENDED: frozenset(),
}
_BY_OPERATOR: Final[dict[Status, frozenset[Status]]] = {
    Status.DRAFT: frozenset({Status.SUSPENDED}),
    Status.SUBMITTED: frozenset({Status.APPROVED, Status.DRAFT, Status.SUSPENDED}),
    Status.APPROVED: frozenset({Status.PAUSED, Status.SUSPENDED}),
    Status.PAUSED: frozenset({Status.APPROVED, Status.SUSPENDED}),
    Status.SUSPENDED: frozenset({Status.APPROVED, Status.DRAFT}),
}
_NEEDS_REASON: Final = frozenset({Status.DRAFT, Status.SUSPENDED})


def check_transition(actor: Actor, *, is_owner: bool, old: Status, new: Status, reason: str | None) -> None:
    """Raise unless the actor may move a profile from `old` to `new`. Operators give a reason when they refuse."""
    by_operator = actor.is_admin and new in _BY_OPERATOR[old]
    if not by_operator and not (is_owner and new in _BY_OWNER[old]):
        if new in _BY_OPERATOR[old] and is_owner:
            raise Forbidden("An operator decides on this.", code="operator_only")
        raise Conflict(f"A profile that is {old.value} cannot become {new.value}.", code="status_conflict")
    if by_operator and not is_owner and new in _NEEDS_REASON and not reason:
        raise InvalidInput("Give the expert a reason.", code="reason_needed")


def rate_in_usd(rate: Money) -> int:
    """The hourly rate in US cents. Raises `InvalidInput` for rates and currencies that cannot be meant."""
    if rate.currency not in currencies():
        raise InvalidInput(
            f"{rate.currency} is not a currency we know.", code="unknown_currency", currency=rate.currency
        )
    cents = usd_amount(rate)
    if not MIN_RATE_USD <= cents <= MAX_RATE_USD:
        raise InvalidInput(
            "An hourly rate lies between $5 and $2,000, or the same in your currency.",
            code="rate_out_of_range",
            minimum=MIN_RATE_USD,
            maximum=MAX_RATE_USD,
        )
    return cents
