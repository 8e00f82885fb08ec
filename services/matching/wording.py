"""The sentences of a match: reasons, strengths, gaps and what is missing, all built from stored data."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.exchange import convert
from core.money import Money
from services.experts.reading import skill_name
from services.matching.needs import Filters, Needs
from services.matching.ranking import LABELS, Scored
from services.matching.repository import Candidate
from services.matching.schemas import Factor
from services.taxonomy import industries
from services.taxonomy.catalogues import COUNTRIES, LANGUAGES

_STRONG = 0.7


def industry_name(slug: str) -> str:
    industry = industries.INDUSTRIES.get(slug)
    return industry.name if industry else slug


def local_rate(candidate: Candidate, needs: Needs) -> Money:
    """The rate in the founder's currency, rounded to whole units, or as it is where theirs is not known."""
    rate = Money(amount=candidate.rate_amount, currency=candidate.rate_currency)
    if needs.currency is None or needs.currency == rate.currency:
        return rate
    return Money.of(round(convert(rate, needs.currency).major), needs.currency)


def factors(
    scored: Scored,
    needs: Needs,
    *,
    pair: tuple[str, str] | None,
    starts: Sequence[datetime],
    overlap: float,
    now: datetime,
) -> list[Factor]:
    """The factors that took part, heaviest first, each with its passages."""
    candidate = scored.candidate
    texts = {
        "similarity": pair or (None, None),
        "skills": _skills_texts(candidate, needs),
        "industry": (
            ", ".join(needs.industry_words.get(slug, industry_name(slug)) for slug in needs.industries),
            ", ".join(industry_name(slug) for slug in candidate.industries) or None,
        ),
        "wording": pair or (None, None),
        "budget": (_cap_text(needs.filters.max_usd, needs.currency), f"{_rate(candidate).format()} an hour"),
        "stage": (needs.stage.value if needs.stage else None, ", ".join(candidate.stages) or None),
        "rating": (None, _rating_text(candidate)),
        "availability": (None, _free_text(starts, now, needs.timezone)),
        "overlap": (needs.timezone, f"{candidate.timezone}: {overlap:g} of 9 working hours shared"),
        "response": (None, f"answers within {counted(candidate.response_minutes or 0, 'minute')}"),
    }
    found = [
        Factor(
            key=key,
            label=LABELS[key],
            weight=round(scored.weights[key], 4),
            value=round(value, 4),
            points=round(100 * scored.weights[key] * value, 2),
            brief=texts[key][0],
            profile=texts[key][1],
        )
        for key, value in scored.values.items()
    ]
    return sorted(found, key=lambda factor: -factor.weight)


def reasons(
    scored: Scored, needs: Needs, *, pair: tuple[str, str] | None, starts: Sequence[datetime], overlap: float
) -> list[str]:
    """Up to five sentences, the most telling first."""
    candidate = scored.candidate
    found: list[str] = []
    if pair is not None:
        found.append(f"From the profile: “{pair[1]}”")
    held = _held(candidate, needs)
    if held:
        found.append(f"Brings {_joined(held[:4])}.")
    shared = [industry_name(slug) for slug in needs.industries if slug in candidate.industries]
    if shared:
        found.append(f"Has worked in {_joined(shared)}.")
    rate = local_rate(candidate, needs)
    own = _rate(candidate)
    about = f" (about {rate.format()})" if rate.currency != own.currency else ""
    if needs.filters.max_usd is not None and candidate.rate_usd <= needs.filters.max_usd:
        found.append(f"Asks {own.format()} an hour{about}, within your limit.")
    if candidate.rating_count:
        found.append(f"{_rating_text(candidate).capitalize()}.")
    if overlap >= 4 and starts:
        found.append(f"Shares {overlap:g} working hours with you.")
    return found[:5]


def strengths(scored: Scored, needs: Needs) -> list[str]:
    """Short labels of what speaks for the expert."""
    candidate = scored.candidate
    found = [
        f"{skill_name(slug)}, {candidate.skills[slug][0]} years"
        for slug in needs.skills
        if slug in candidate.skills and candidate.skills[slug][0] >= 5
    ][:4]
    found += [industry_name(slug) for slug in needs.industries if slug in candidate.industries][:2]
    if scored.values["similarity"] >= _STRONG:
        found.append("Past work close to your brief")
    if scored.values.get("stage") == 1.0 and needs.stage is not None:
        found.append(f"Likes the {needs.stage.value} stage")
    if candidate.rating_count >= 3 and scored.values["rating"] >= _STRONG:
        found.append(_rating_text(candidate))
    return found


def gaps(scored: Scored, needs: Needs, *, overlap: float) -> list[str]:
    """Short sentences on what the profile does not show."""
    candidate = scored.candidate
    found = []
    absent = [
        skill_name(slug)
        for slug in needs.skills
        # A must that is not there is said to be missing.
        if slug not in candidate.skills
        and slug not in candidate.mentioned
        and slug not in needs.filters.skills
    ]
    if absent:
        found.append(f"The profile does not list {_joined(absent[:4], 'or')}.")
    if needs.industries and not set(needs.industries) & set(candidate.industries):
        found.append(
            f"No work in {_joined([industry_name(slug) for slug in needs.industries[:2]], 'or')} listed."
        )
    if needs.stage is not None and candidate.stages and needs.stage.value not in candidate.stages:
        found.append(f"Does not list the {needs.stage.value} stage.")
    if not candidate.rating_count:
        found.append("No reviews yet.")
    if overlap < 3:
        found.append(
            f"Only {counted(overlap, 'shared working hour')}." if overlap else "No shared working hours."
        )
    return found


def missing(
    candidate: Candidate, text: str, filters: Filters, needs: Needs, *, overlap: float, has_slot: bool
) -> list[str]:
    """The hard filters that this expert does not meet, in words. `text` is the profile's, for musts that are no
    known skill."""
    found = []
    absent = [skill_name(slug) for slug in filters.skills if slug not in candidate.skills]
    if absent:
        found.append(f"{_joined(absent)} not in the profile")
    if filters.max_usd is not None and candidate.rate_usd > filters.max_usd:
        over = Money(amount=candidate.rate_usd - filters.max_usd, currency="USD")
        local = convert(over, needs.currency or "USD")
        # Upwards: some cents more are not “$0 more”.
        extra = Money.of(local.major.quantize(Decimal(1), ROUND_CEILING), local.currency)
        found.append(f"asks {extra.format()} an hour more than your limit")
    if filters.min_usd is not None and candidate.rate_usd < filters.min_usd:
        found.append("asks less than your lowest rate")
    unspoken = [code for code in filters.languages if code not in candidate.languages]
    if unspoken:
        found.append(f"does not list {_joined([_language(code) for code in unspoken], 'or')} as a language")
    if filters.timezones is not None and candidate.timezone not in filters.timezones:
        found.append(f"shares {counted(overlap, 'working hour') if overlap else 'no working hours'} with you")
    if filters.engagement is not None and filters.engagement not in candidate.engagements:
        found.append(f"does not offer {filters.engagement} work")
    if filters.countries and candidate.country not in filters.countries:
        found.append(f"lives in {COUNTRIES.get(candidate.country, candidate.country)}")
    if filters.min_years is not None and candidate.years < filters.min_years:
        found.append(f"has {counted(candidate.years, 'year')} of experience")
    if not has_slot:
        found.append("no free slot in the time you asked for")
    unfound = [f"“{word}”" for word in filters.words if word.lower() not in text.lower()]
    if unfound:
        found.append(f"{_joined(unfound)} not found in the profile")
    return found


def _skills_texts(candidate: Candidate, needs: Needs) -> tuple[str | None, str | None]:
    asked = ", ".join(needs.skill_words.get(slug, skill_name(slug)) for slug in needs.skills)
    return asked or None, ", ".join(_held(candidate, needs)) or None


def _held(candidate: Candidate, needs: Needs) -> list[str]:
    held = [(slug, *candidate.skills[slug]) for slug in needs.skills if slug in candidate.skills]
    held.sort(key=lambda item: (-item[2], -item[1]))
    return [
        f"{counted(years, 'year')} of {skill_name(slug)}" if years else skill_name(slug)
        for slug, years, _ in held
    ] + [skill_name(slug) for slug in needs.skills if slug in candidate.mentioned]


def _rate(candidate: Candidate) -> Money:
    return Money(amount=candidate.rate_amount, currency=candidate.rate_currency)


@lru_cache(maxsize=4096)
def _cap_text(most_usd: int | None, currency: str | None) -> str | None:
    if most_usd is None:
        return None
    cap = convert(Money(amount=most_usd, currency="USD"), currency or "USD")
    return f"up to {Money.of(round(cap.major), cap.currency).format()} an hour"


def _rating_text(candidate: Candidate) -> str:
    if not candidate.rating_count:
        return "no reviews yet"
    mean = candidate.rating_sum / candidate.rating_count
    return f"{mean:.1f} of 5 from {counted(candidate.rating_count, 'review')}"


def _free_text(starts: Sequence[datetime], now: datetime, zone: str) -> str:
    if not starts:
        return "no free slot found"
    days = (starts[0].astimezone(ZoneInfo(zone)).date() - now.astimezone(ZoneInfo(zone)).date()).days
    return "free today" if days <= 0 else "free tomorrow" if days == 1 else f"free in {days} days"


def counted(number: float, noun: str) -> str:
    """`1 year`, `2.5 years`."""
    return f"{number:g} {noun}{'' if number == 1 else 's'}"


def _language(code: str) -> str:
    return LANGUAGES[code].name if code in LANGUAGES else code


def _joined(items: Sequence[str], word: str = "and") -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"
