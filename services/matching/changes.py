"""What would change a thin result: each hard filter eased by itself, and how many people that adds.

Everything said here is counted: who meets the eased filters and has a free slot in time, less those who do so already.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any
from uuid import UUID

from core.exchange import convert, usd_amount
from core.money import Money, exponent
from services.experts.reading import skill_name
from services.matching import repository
from services.matching.meeting import Search
from services.matching.needs import Filters
from services.matching.repository import Fitting
from services.matching.schemas import Change, ChangeKind
from services.matching.wording import counted, industry_name

_MOST = 50
# Some of those who fit have no time, so more are looked at than are counted.
_LOOKED_AT = 2 * _MOST
_RATES = 25
_MAX_CHANGES = 4
_WORDS = ("nobody", "one person", "two people", "three people", "four people", "five people", "six people")


@dataclass(frozen=True, slots=True)
class _Eased:
    """A filter let go: what it is, the words for it and for asking for it, and the query and filters without it."""

    kind: ChangeKind
    text: str
    ask: str
    filters: Filters
    query: dict[str, Any]


async def changes(under_way: Search) -> list[Change]:
    """Up to four changes that would add people, those that add most with the least first."""
    filters = under_way.needs.filters
    count = _Count(under_way)
    now = await count.of(filters)
    if now >= _MOST:
        return []
    rates = [await _rate(under_way, count, above=above) for above in (True, False)]
    found = []
    for each in [*(rate for rate in rates if rate is not None), *_let_go(filters)]:
        adds = await count.of(each.filters) - now
        if adds > 0:
            text = f"{each.text} adds {people(adds)}."
            found.append(Change(kind=each.kind, text=text, ask=each.ask, adds=adds, query=each.query))
    # A higher rate keeps everything the founder asked for, so it comes first.
    found.sort(key=lambda change: (change.kind is not ChangeKind.RAISE_RATE, -change.adds))
    return found[:_MAX_CHANGES]


def people(count: int) -> str:
    """How many, in words up to six."""
    if count >= _MOST:
        return f"{_MOST} people or more"
    return _WORDS[count] if count < len(_WORDS) else f"{count} people"


class _Count:
    """Counts people who meet filters and have time; when somebody has time is looked up once."""

    def __init__(self, under_way: Search) -> None:
        self._under_way = under_way
        self._first: dict[datetime | None, dict[UUID, list[datetime]]] = {}

    async def of(self, filters: Filters) -> int:
        """How many, counted no further than `_MOST`."""
        within = await repository.fitting(self._under_way.db, filters, _LOOKED_AT)
        return len((await self.free(within, filters))[:_MOST])

    async def free(self, found: Sequence[Fitting], filters: Filters) -> list[Fitting]:
        """Those of these who have a free slot when these filters ask for one."""
        known = self._first.setdefault(filters.slots_after, {})
        new = [each for each in found if each.id not in known]
        if new:
            openings = await self._under_way.openings([each.id for each in new], after=filters.slots_after)
            known |= {each.id: openings.first(each.id, each.timezone, 1) for each in new}
        return [each for each in found if filters.in_time(known[each.id])]


async def _rate(under_way: Search, count: _Count, *, above: bool) -> _Eased | None:
    """Another limit of the rate, which the third-nearest of those outside of it still meets: worth making, and small."""
    filters, currency = under_way.needs.filters, under_way.needs.currency or "USD"
    bound = filters.max_usd if above else filters.min_usd
    if bound is None:
        return None
    beyond = await repository.outside_rate(under_way.db, filters, above=above, limit=_RATES)
    outside = (await count.free(beyond, filters))[:3]
    if not outside:
        return None
    limit = convert(Money(amount=bound, currency="USD"), currency)
    new = _round(convert(Money(amount=outside[-1].rate_usd, currency="USD"), currency), up=above)
    difference = Money(amount=abs(new.amount - limit.amount), currency=currency)
    step = Money.of(difference.major.quantize(Decimal(1), ROUND_CEILING), currency)
    if above:
        return _Eased(
            ChangeKind.RAISE_RATE,
            f"Raising your limit by {step.format()} an hour",
            f"Raise my limit to {new.format()} an hour.",
            replace(filters, max_usd=usd_amount(new)),
            {"max_rate": new.model_dump(mode="json")},
        )
    return _Eased(
        ChangeKind.LOWER_RATE,
        f"Lowering your lowest rate by {step.format()} an hour",
        f"Lower my lowest rate to {new.format()} an hour.",
        replace(filters, min_usd=usd_amount(new)),
        {"min_rate": new.model_dump(mode="json")},
    )


def _round(amount: Money, *, up: bool) -> Money:
    """To a multiple of five major units, outwards."""
    unit = 5 * 10 ** exponent(amount.currency)
    steps = -(-amount.amount // unit) if up else amount.amount // unit
    return Money(amount=max(steps, 1) * unit, currency=amount.currency)


def _let_go(filters: Filters) -> Iterator[_Eased]:
    """Each filter but the rate by itself."""
    for slug in filters.skills:
        left = tuple(other for other in filters.skills if other != slug)
        yield _Eased(
            ChangeKind.DROP_SKILL,
            f"Dropping {skill_name(slug)} as a must",
            f"Drop {skill_name(slug)} as a must.",
            replace(filters, skills=left),
            {"must_skills": [*map(skill_name, left), *filters.words]},
        )
    for word in filters.words:
        others = tuple(other for other in filters.words if other != word)
        yield _Eased(
            ChangeKind.DROP_SKILL,
            f"Dropping “{word}” as a must",
            f"Drop “{word}” as a must.",
            replace(filters, words=others),
            {"must_skills": [*map(skill_name, filters.skills), *others]},
        )
    for slug in filters.excluded_skills:
        left = tuple(other for other in filters.excluded_skills if other != slug)
        yield _Eased(
            ChangeKind.ALLOW_SKILL,
            f"Allowing people who list {skill_name(slug)}",
            f"Allow people who list {skill_name(slug)}.",
            replace(filters, excluded_skills=left),
            {"excluded_skills": list(left)},
        )
    for slug in filters.excluded_industries:
        left = tuple(other for other in filters.excluded_industries if other != slug)
        yield _Eased(
            ChangeKind.ALLOW_INDUSTRY,
            f"Allowing people from {industry_name(slug)}",
            f"Allow people from {industry_name(slug)}.",
            replace(filters, excluded_industries=left),
            {"excluded_industries": list(left)},
        )
    if filters.languages:
        yield _Eased(
            ChangeKind.DROP_LANGUAGE,
            "Leaving the language open",
            "Leave the language open.",
            replace(filters, languages=()),
            {"languages": []},
        )
    if filters.timezones is not None:
        yield _Eased(
            ChangeKind.DROP_OVERLAP,
            "Leaving the shared working hours open",
            "Leave the shared working hours open.",
            replace(filters, timezones=None),
            {"min_overlap_hours": None},
        )
    if filters.countries:
        yield _Eased(
            ChangeKind.DROP_COUNTRY,
            "Leaving the country open",
            "Leave the country open.",
            replace(filters, countries=()),
            {"countries": []},
        )
    if filters.min_years:
        yield _Eased(
            ChangeKind.DROP_YEARS,
            f"Asking for fewer than {counted(filters.min_years, 'year')} of experience",
            "Leave the years of experience open.",
            replace(filters, min_years=None),
            {"min_years": None},
        )
    if filters.engagement is not None:
        yield _Eased(
            ChangeKind.DROP_ENGAGEMENT,
            "Leaving the kind of work open",
            "Leave the kind of work open.",
            replace(filters, engagement=None),
            {"engagement": None},
        )
    if filters.slots_after is not None:
        yield _Eased(
            ChangeKind.DROP_TIME,
            "Leaving the day of the call open",
            "Leave the day of the call open.",
            replace(filters, slots_after=None, slots_before=None),
            {"available_from": None, "available_within_days": None},
        )
