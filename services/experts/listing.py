"""Browsing experts: filters, sort orders, facets and stable pages."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Float, case, cast, func
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import InvalidInput
from core.exchange import currencies, usd_amount
from core.money import Money
from models.experts import Expert
from services.experts import policy
from services.experts.listing_repository import Listing, Order, is_named
from services.experts.listing_schemas import ExpertFilter, ExpertPage, Facets, FacetValue, Sort
from services.experts.reading import cards, industry_name, skill_name
from services.taxonomy.skills import canonical

_FACET_VALUES = 20
# Counting every value among 100,000 profiles takes half a second. Where more than so many fit, each process counts once a
# minute; of fewer, the counts are always those of the moment.
_MANY = 2_000
_MEMORY = timedelta(minutes=1)
_MOST_REMEMBERED = 500
# Ratings are drawn towards this mean as if by so many reviews, so that one review does not lead the list.
PRIOR_RATING = 4.3
PRIOR_REVIEWS = 5


class _Counted(NamedTuple):
    total: int
    facets: Facets
    until: datetime


_remembered: dict[str, _Counted] = {}


async def browse(session: AsyncSession, actor: Actor, data: ExpertFilter) -> ExpertPage:
    """Approved experts that fit the filter. Total and facets come with the first page only.

    Raises `InvalidInput` for what nobody can have (an unknown skill, industry, language, country or currency, a lowest
    rate above the highest), or a cursor that is not one of ours.
    """
    actor.require(Scope.EXPERTS_READ)
    policy.check_places(data.countries, data.languages)
    policy.check_industries(data.industries)
    lowest, highest = _usd(data.min_rate), _usd(data.max_rate)
    if lowest is not None and highest is not None and lowest > highest:
        raise InvalidInput("The lowest rate lies above the highest.", code="contradiction")
    skills = [_slug(name) for name in data.skills]
    listing = Listing(data, skills=skills, min_usd=lowest, max_usd=highest)
    order = _order(data)
    rows = await listing.page(session, order, after=_decode(data), limit=data.limit + 1)
    page, more = rows[: data.limit], len(rows) > data.limit
    found = await cards(session, [expert_id for expert_id, _ in page])
    total, facets = await _counts(session, data, listing) if data.cursor is None else (None, None)
    return ExpertPage(
        items=[found[expert_id] for expert_id, _ in page],
        next_cursor=_encode(data, page[-1][1], page[-1][0]) if more else None,
        total=total,
        facets=facets,
    )


def _slug(name: str) -> str:
    skill = canonical(name)
    if skill is None:
        raise InvalidInput(f"We do not know the skill “{name}”.", code="unknown_skill", skill=name)
    return skill.slug


def _usd(rate: Money | None) -> int | None:
    if rate is None:
        return None
    if rate.currency not in currencies():
        raise InvalidInput(f"{rate.currency} is not a currency we know.", code="unknown_currency")
    return usd_amount(rate)


def _order(data: ExpertFilter) -> Order:
    rating = (Expert.rating_sum + PRIOR_RATING * PRIOR_REVIEWS) / (Expert.rating_count + PRIOR_REVIEWS)
    match data.sort:
        case Sort.RATE_LOW:
            return Order(Expert.rate_usd_amount, falling=False)
        case Sort.RATE_HIGH:
            return Order(Expert.rate_usd_amount)
        case Sort.EXPERIENCE:
            return Order(Expert.years)
        case Sort.NEWEST:
            return Order(func.extract("epoch", Expert.created_at))
        case Sort.RELEVANCE if data.q:
            query = func.websearch_to_tsquery("english", data.q)
            named = case((is_named(data.q), 1.0), else_=0.0)
            return Order(func.round(cast(func.ts_rank_cd(Expert.search, query) + named, Float) * 1_000_000))
        case _:
            return Order(func.round(cast(rating, Float) * 1_000_000))


def _encode(data: ExpertFilter, value: Any, expert_id: UUID) -> str:
    number = float(value) if isinstance(value, Decimal) else value
    return base64.urlsafe_b64encode(orjson.dumps([data.sort, number, str(expert_id)])).decode().rstrip("=")


def _decode(data: ExpertFilter) -> tuple[Any, UUID] | None:
    if data.cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(data.cursor + "=" * (-len(data.cursor) % 4))
        sort, value, expert_id = orjson.loads(raw)
        if sort != data.sort or isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("cursor of another list")
        return value, UUID(expert_id)
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise InvalidInput(
            "This page marker is not valid; start from the first page.", code="bad_cursor"
        ) from error


async def _counts(session: AsyncSession, data: ExpertFilter, listing: Listing) -> tuple[int, Facets]:
    """How many fit, and the facets. Everybody sees the same, so the counts of many are remembered for a while."""
    asked = data.model_dump_json(exclude={"cursor", "limit", "sort"})
    now = clock.now()
    known = _remembered.get(asked)
    if known is not None and now < known.until:
        return known.total, known.facets
    total, facets = await listing.total(session), await _facets(session, listing)
    if total > _MANY:
        while len(_remembered) >= _MOST_REMEMBERED:
            del _remembered[next(iter(_remembered))]
        _remembered.pop(asked, None)
        _remembered[asked] = _Counted(total, facets, now + _MEMORY)
    return total, facets


async def _facets(session: AsyncSession, listing: Listing) -> Facets:
    counted = {
        facet: await listing.counts(session, facet, _FACET_VALUES)
        for facet in ("skill_slugs", "industries", "languages", "stages", "engagements", "country")
    }

    def values(facet: str, name: Callable[[str], str] = str) -> list[FacetValue]:
        return [FacetValue(value=value, name=name(value), count=count) for value, count in counted[facet]]

    return Facets(
        skills=values("skill_slugs", skill_name),
        industries=values("industries", industry_name),
        languages=values("languages"),
        stages=values("stages"),
        engagements=values("engagements"),
        countries=values("country"),
    )
