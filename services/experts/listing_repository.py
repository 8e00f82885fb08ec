"""SQL of lists of experts: one filter, its page, its size and its facets."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from models.experts import Expert
from services.experts.listing_schemas import ExpertFilter
from services.experts.schemas import Status
from services.taxonomy.text import slugify


def is_named(q: str) -> ColumnElement[bool]:
    """Whether a word of the expert's name begins with `q`, as far as the slug shows it."""
    stem = slugify(q)[:80]
    if len(stem) < 2:
        return false()
    return or_(
        Expert.slug.startswith(stem, autoescape=True), Expert.slug.contains(f"-{stem}", autoescape=True)
    )


def _conditions(
    data: ExpertFilter, skills: Sequence[str], min_usd: int | None, max_usd: int | None
) -> dict[str, ColumnElement[bool]]:
    """The conditions by the facet they belong to."""
    where: dict[str, ColumnElement[bool]] = {"status": Expert.status == Status.APPROVED}
    if skills:
        where["skill_slugs"] = Expert.skill_slugs.contains(list(skills))
    for name, values in (
        ("industries", data.industries),
        ("languages", data.languages),
        ("stages", [stage.value for stage in data.stages]),
        ("engagements", [engagement.value for engagement in data.engagements]),
    ):
        if values:
            where[name] = getattr(Expert, name).overlap(values)
    if data.countries:
        where["country"] = Expert.country.in_(data.countries)
    if data.bookable:
        where["bookable"] = Expert.is_bookable.is_(True)
    if min_usd is not None:
        where["min_rate"] = Expert.rate_usd_amount >= min_usd
    if max_usd is not None:
        where["max_rate"] = Expert.rate_usd_amount <= max_usd
    if data.q:
        said = Expert.search.op("@@")(func.websearch_to_tsquery("english", data.q))
        # Each has an index of its own, which an `or` of the two would leave aside.
        found = union(select(Expert.id).where(said), select(Expert.id).where(is_named(data.q)))
        where["q"] = Expert.id.in_(found)
    return where


class Order(NamedTuple):
    """What a list is sorted by, the highest first if it is `falling`; ties by id."""

    key: ColumnElement[Any] | InstrumentedAttribute[Any]
    falling: bool = True


class Listing:
    """One filtered list of approved experts: its page, its size and its facets."""

    def __init__(
        self, data: ExpertFilter, *, skills: Sequence[str], min_usd: int | None, max_usd: int | None
    ) -> None:
        self._by_facet = _conditions(data, skills, min_usd, max_usd)
        self._where = list(self._by_facet.values())

    async def page(
        self,
        session: AsyncSession,
        order: Order,
        *,
        after: tuple[Any, UUID] | None,
        limit: int,
    ) -> list[tuple[UUID, Any]]:
        """The ids of experts in this order, after the given key. Each comes with its key."""
        key, falling = order
        statement = select(Expert.id, key.label("sort_key")).where(*self._where)
        if after is not None:
            value, expert_id = after
            beyond = key < value if falling else key > value
            statement = statement.where(or_(beyond, (key == value) & (Expert.id > expert_id)))
        rows = await session.execute(
            statement.order_by(key.desc() if falling else key, Expert.id).limit(limit)
        )
        return [(row[0], row[1]) for row in rows]

    async def total(self, session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(Expert).where(*self._where)) or 0

    async def counts(self, session: AsyncSession, facet: str, limit: int) -> list[tuple[str, int]]:
        """The commonest values of a facet. Of facets where any of several values fits, those that stand beside the
        chosen ones are counted as if none of them were chosen."""
        where = (
            self._where
            if facet == "skill_slugs"
            else [c for name, c in self._by_facet.items() if name != facet]
        )
        column = getattr(Expert, facet)
        value = (column if facet == "country" else func.unnest(column)).label("value")
        values = select(value).where(*where).subquery()
        count = func.count().label("count")
        rows = await session.execute(
            select(values.c.value, count)
            .group_by(values.c.value)
            .order_by(count.desc(), values.c.value)
            .limit(limit)
        )
        return [(row[0], row[1]) for row in rows]
