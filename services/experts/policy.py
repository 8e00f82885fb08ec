"""What may be done with a profile, and the bounds of its rate."""

from collections.abc import Sequence
from typing import Final

from core import clock
from core.actor import Actor, Role
from core.errors import Conflict, Forbidden, InvalidInput
from core.exchange import currencies, usd_amount
from core.money import Money
from services.experts.schemas import Check, PastRole, Status
from services.taxonomy.catalogues import COUNTRIES, LANGUAGES
from services.taxonomy.industries import INDUSTRIES

# Per hour, in US cents. Outside of it a figure is a slip of the keyboard or a joke.
MIN_RATE_USD: Final = 500
MAX_RATE_USD: Final = 200_000

# A pause hides the profile, but not a file whose address somebody was given.
PORTFOLIO_SHOWN: Final = frozenset({Status.APPROVED, Status.PAUSED})

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


def check_transition(actor: Actor, *, is_owner: bool, old: Status, new: Status, reason: str | None) -> bool:
    """Raise unless the actor may move a profile from `old` to `new`. Operators give a reason when they refuse.
    Returns whether they do so as an operator."""
    as_owner = is_owner and new in _BY_OWNER[old]
    by_operator = actor.is_admin and not as_owner and new in _BY_OPERATOR[old]
    if not by_operator and not as_owner:
        if new in _BY_OPERATOR[old] and is_owner:
            raise Forbidden("An operator decides on this.", code="operator_only")
        raise Conflict(f"A profile that is {old.value} cannot become {new.value}.", code="status_conflict")
    if by_operator and not is_owner and new in _NEEDS_REASON and not reason:
        raise InvalidInput("Give the expert a reason.", code="reason_needed")
    return by_operator


def check_decision(
    actor: Actor, *, is_owner: bool, old: Status, new: Status, checked: Sequence[Check]
) -> None:
    """Raise unless an operator may decide so. Nobody decides on their own profile, and the first approval needs every
    check; the house itself (demo data) needs none."""
    if actor.role is Role.SYSTEM:
        return
    if is_owner:
        raise Forbidden("Ask another operator to decide on your own profile.", code="own_profile")
    unchecked = [check.value for check in Check if check not in checked]
    if old is Status.SUBMITTED and new is Status.APPROVED and unchecked:
        raise InvalidInput(
            "Tick every point of the checklist, or return the profile with a reason.",
            code="checklist_incomplete",
            unchecked=unchecked,
        )


def open_to_owner(old: Status) -> list[Status]:
    """What the owner may make of a profile that is `old`."""
    return sorted(_BY_OWNER[old])


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


def check_places(countries: Sequence[str], languages: Sequence[str]) -> None:
    """Raise `InvalidInput` (unknown_country, unknown_language) for codes that stand for nothing."""
    for country in countries:
        if country not in COUNTRIES:
            raise InvalidInput(
                f"We do not know the country “{country}”.", code="unknown_country", country=country
            )
    unknown = [code for code in languages if code not in LANGUAGES]
    if unknown:
        raise InvalidInput(
            f"We do not know the language “{unknown[0]}”.", code="unknown_language", languages=unknown
        )


def check_industries(slugs: Sequence[str]) -> None:
    """Raise `InvalidInput` (unknown_industry) for what is no industry of the taxonomy."""
    unknown = [slug for slug in slugs if slug not in INDUSTRIES]
    if unknown:
        raise InvalidInput(
            f"We do not know the industry “{unknown[0]}”.", code="unknown_industry", industries=unknown
        )


def check_years(roles: Sequence[PastRole]) -> None:
    """Raise `InvalidInput` (role_years) for a position that ends before it begins, or has not begun."""
    for role in roles:
        if role.from_year > clock.now().year or (role.to_year is not None and role.to_year < role.from_year):
            raise InvalidInput(
                f"Check the years of “{role.title}”: a position begins before it ends, and no later than now.",
                code="role_years",
            )
