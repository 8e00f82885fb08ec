"""What would change a thin result: each hard filter eased by itself, and how many people that adds."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from typing import Any

from core.db import Database
from core.exchange import convert
from core.money import Money, exponent
from services.experts.reading import skill_name
from services.matching import repository
from services.matching.needs import Filters, Needs
from services.matching.schemas import Change, ChangeKind, MatchQuery
from services.matching.wording import industry_name

_MOST = 50
_RATES = 5
_MAX_CHANGES = 4
_WORDS = ("nobody", "one person", "two people", "three people", "four people", "five people", "six people")


async def changes(db: Database, query: MatchQuery, needs: Needs) -> list[Change]:
    """Up to four changes that would add people, those that add most with the least first."""
    now = await repository.count_up_to(db, needs.filters, _MOST)
    found = [change async for change in _rates(db, query, needs)] if now < _MOST else []
    for kind, text, eased, patch in _eased(query, needs.filters):
        adds = await repository.count_up_to(db, eased, _MOST) - now
        if adds > 0:
            found.append(Change(kind=kind, text=f"{text} adds {people(adds)}.", adds=adds, query=patch))
    # A higher rate keeps everything the founder asked for, so it comes first.
    found.sort(key=lambda change: (change.kind is not ChangeKind.RAISE_RATE, -change.adds))
    return found[:_MAX_CHANGES]


def people(count: int) -> str:
    """How many, in words up to six."""
    if count >= _MOST:
        return f"{_MOST} people or more"
    return _WORDS[count] if count < len(_WORDS) else f"{count} people"


async def _rates(db: Database, query: MatchQuery, needs: Needs) -> AsyncIterator[Change]:
    currency = needs.currency or "USD"
    for above in (True, False):
        bound = needs.filters.max_usd if above else needs.filters.min_usd
        if bound is None:
            continue
        outside = await repository.rates_outside(db, needs.filters, above=above, limit=_RATES)
        if not outside:
            continue
        # The third-nearest, so that the change is worth making and still small.
        target = outside[min(2, len(outside) - 1)]
        limit = convert(Money(amount=bound, currency="USD"), currency)
        new = _round(convert(Money(amount=target, currency="USD"), currency), up=above)
        reached = convert(new, "USD").amount
        adds = sum(rate <= reached if above else rate >= reached for rate in outside)
        difference = Money(amount=abs(new.amount - limit.amount), currency=currency)
        step = Money.of(difference.major.quantize(Decimal(1), ROUND_CEILING), currency)
        verb, kind, name = (
            ("Raising your limit by", ChangeKind.RAISE_RATE, "max_rate")
            if above
            else ("Lowering your lowest rate by", ChangeKind.LOWER_RATE, "min_rate")
        )
        yield Change(
            kind=kind,
            text=f"{verb} {step.format()} an hour adds {people(adds)}.",
            adds=adds,
            query={name: new.model_dump(mode="json")},
        )


def _round(amount: Money, *, up: bool) -> Money:
    """To a multiple of five major units, outwards."""
    unit = 5 * 10 ** exponent(amount.currency)
    steps = -(-amount.amount // unit) if up else amount.amount // unit
    return Money(amount=max(steps, 1) * unit, currency=amount.currency)


def _eased(query: MatchQuery, filters: Filters) -> Iterator[tuple[ChangeKind, str, Filters, dict[str, Any]]]:
    """Each filter let go: what it is, the words for it, the filters without it, and the change of the query."""
    for slug in filters.skills:
        left = tuple(other for other in filters.skills if other != slug)
        yield (
            ChangeKind.DROP_SKILL,
            f"Dropping {skill_name(slug)} as a must",
            replace(filters, skills=left),
            {"must_skills": [*left, *filters.words]},
        )
    for word in filters.words:
        others = tuple(other for other in filters.words if other != word)
        yield (
            ChangeKind.DROP_SKILL,
            f"Dropping “{word}” as a must",
            replace(filters, words=others),
            {"must_skills": [*filters.skills, *others]},
        )
    for slug in filters.excluded_skills:
        left = tuple(other for other in filters.excluded_skills if other != slug)
        yield (
            ChangeKind.ALLOW_SKILL,
            f"Allowing people who list {skill_name(slug)}",
            replace(filters, excluded_skills=left),
            {"excluded_skills": list(left)},
        )
    for slug in filters.excluded_industries:
        left = tuple(other for other in filters.excluded_industries if other != slug)
        yield (
            ChangeKind.ALLOW_INDUSTRY,
            f"Allowing people from {industry_name(slug)}",
            replace(filters, excluded_industries=left),
            {"excluded_industries": list(left)},
        )
    if filters.languages:
        yield (
            ChangeKind.DROP_LANGUAGE,
            "Leaving the language open",
            replace(filters, languages=()),
            {"languages": []},
        )
    if filters.timezones is not None:
        yield (
            ChangeKind.DROP_OVERLAP,
            f"Asking for fewer than {query.min_overlap_hours:g} shared working hours",
            replace(filters, timezones=None),
            {"min_overlap_hours": None},
        )
    if filters.countries:
        yield (
            ChangeKind.DROP_COUNTRY,
            "Leaving the country open",
            replace(filters, countries=()),
            {"countries": []},
        )
    if filters.min_years is not None:
        yield (
            ChangeKind.DROP_YEARS,
            f"Asking for fewer than {filters.min_years} years of experience",
            replace(filters, min_years=None),
            {"min_years": None},
        )
    if filters.engagement is not None:
        yield (
            ChangeKind.DROP_ENGAGEMENT,
            "Leaving the kind of work open",
            replace(filters, engagement=None),
            {"engagement": None},
        )
