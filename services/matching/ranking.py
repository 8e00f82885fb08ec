"""The score: pure arithmetic on what candidates have stored. docs/matching.md explains it to people.

Every factor has a value from 0 to 1. Factors that a query says nothing about (no skill named, no industry, no limit on
the rate) take no part, and their weight is shared among the rest. Names, photos, gender, nationality and country are
not among a candidate's data here, so they cannot count.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import exp
from typing import NamedTuple
from uuid import UUID

from services.matching.needs import WORKDAY_HOURS, Needs
from services.matching.repository import Candidate

VERSION = "1"

WEIGHTS: dict[str, float] = {
    "similarity": 0.44,
    "skills": 0.20,
    "industry": 0.12,
    "wording": 0.04,
    "budget": 0.06,
    "stage": 0.04,
    "rating": 0.03,
    "availability": 0.03,
    "overlap": 0.03,
    "response": 0.01,
}
LABELS: dict[str, str] = {
    "similarity": "Experience like this",
    "skills": "Skills asked for",
    "industry": "Industry",
    "wording": "Rare words in common",
    "budget": "Within budget",
    "stage": "Likes this stage",
    "rating": "Reviews",
    "availability": "Free soon",
    "overlap": "Shared working hours",
    "response": "Answers fast",
}

# Cosines of a brief with unrelated and with closely fitting profiles, per embedding model.
_COSINES: dict[str, tuple[float, float]] = {
    "all-minilm-l6-v2-int8": (0.05, 0.60),
    "text-embedding-3-small": (0.10, 0.60),
}
# The share of the closest passages in similarity; the rest is the whole profile's.
_PASSAGES = 0.7
_PRIOR_RATING, _PRIOR_REVIEWS = 4.3, 5
_DEPTH_YEARS = 6.0
# A skill that the profile's text speaks of, but does not list.
_MENTIONED = 0.5
_SOON_DAYS = 14.0
_FAST_MINUTES = 240.0


class Scored(NamedTuple):
    """A candidate with the value and weight of each factor that took part. Weights add up to 1."""

    candidate: Candidate
    values: Mapping[str, float]
    weights: Mapping[str, float]
    # 0 to 100.
    total: float


def rank(
    candidates: Sequence[Candidate],
    needs: Needs,
    *,
    model: str,
    overlaps: Mapping[str, float],
    now: datetime,
    slots: Mapping[UUID, Sequence[datetime]] | None = None,
) -> list[Scored]:
    """Best first. `overlaps` gives shared working hours by time zone; without `slots`, availability takes no part."""
    any_wording = any(candidate.wording > 0 for candidate in candidates)
    scored = []
    # The weights of those who have the same factors.
    shares: dict[tuple[str, ...], dict[str, float]] = {}
    for candidate in candidates:
        values = _values(candidate, needs, model=model, overlaps=overlaps, any_wording=any_wording)
        if slots is not None:
            values["availability"] = _free_soon(slots.get(candidate.id, ()), now)
        keys = tuple(values)
        if keys not in shares:
            whole = sum(WEIGHTS[key] for key in keys)
            shares[keys] = {key: WEIGHTS[key] / whole for key in keys}
        share = shares[keys]
        total = 100 * sum([share[key] * value for key, value in values.items()])
        scored.append(Scored(candidate, values, share, total))
    return sorted(scored, key=lambda item: (-round(item.total, 6), item.candidate.id))


def skill_value(years: int, level: int) -> float:
    """How much one skill counts for: half for having it, the rest by years (up to six) and level."""
    return 0.5 + 0.3 * min(years, _DEPTH_YEARS) / _DEPTH_YEARS + 0.2 * (level - 1) / 2


def _values(
    candidate: Candidate, needs: Needs, *, model: str, overlaps: Mapping[str, float], any_wording: bool
) -> dict[str, float]:
    low, high = _COSINES.get(model, (0.0, 0.7))
    near = _PASSAGES * candidate.closest + (1 - _PASSAGES) * candidate.cosine
    values = {"similarity": _clip((near - low) / (high - low))}
    if needs.skills:
        values["skills"] = sum(_held(candidate, slug) for slug in needs.skills) / len(needs.skills)
    if needs.industries:
        values["industry"] = 1.0 if set(needs.industries) & set(candidate.industries) else 0.0
    if any_wording:
        values["wording"] = candidate.wording
    if needs.filters.max_usd is not None:
        values["budget"] = _within(candidate.rate_usd, needs.filters.max_usd)
    if needs.stage is not None:
        values["stage"] = 1.0 if needs.stage.value in candidate.stages else 0.0
    if candidate.rating_count:
        mean = (candidate.rating_sum + _PRIOR_RATING * _PRIOR_REVIEWS) / (
            candidate.rating_count + _PRIOR_REVIEWS
        )
    else:
        mean = _PRIOR_RATING
    values["rating"] = _clip((mean - 3) / 2)
    values["overlap"] = overlaps[candidate.timezone] / WORKDAY_HOURS
    if candidate.response_minutes is not None:
        values["response"] = exp(-candidate.response_minutes / _FAST_MINUTES)
    return values


def _held(candidate: Candidate, slug: str) -> float:
    if slug in candidate.skills:
        return skill_value(*candidate.skills[slug])
    return _MENTIONED if slug in candidate.mentioned else 0.0


def _within(rate: int, cap: int) -> float:
    """1 up to 85 % of the limit, 0.6 at the limit, falling to 0 at half as much again."""
    share = rate / cap
    if share <= 0.85:
        return 1.0
    if share <= 1:
        return 1 - 0.4 * (share - 0.85) / 0.15
    return _clip(0.6 - 1.2 * (share - 1))


def _free_soon(starts: Sequence[datetime], now: datetime) -> float:
    if not starts:
        return 0.0
    days = max(0.0, (starts[0] - now).total_seconds() / 86400)
    return exp(-days / _SOON_DAYS)


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
