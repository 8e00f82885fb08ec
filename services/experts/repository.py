"""All SQL of the experts room. Reads start from what the actor may see."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor
from models.experts import Expert, ExpertEmbedding, ExpertPassage, ExpertSkill
from services.experts.schemas import ExpertFilter, Status


def readable(actor: Actor) -> Select[Expert]:
    """Experts this actor may see: approved ones, their own, and all for operators."""
    statement = select(Expert)
    if actor.is_admin:
        return statement
    return statement.where(or_(Expert.status == Status.APPROVED, Expert.user_id == actor.user_id))


async def get(session: AsyncSession, actor: Actor, key: UUID | str) -> Expert | None:
    """By id or slug."""
    column = Expert.id if isinstance(key, UUID) else Expert.slug
    return await session.scalar(readable(actor).where(column == key))


async def by_user(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> Expert | None:
    statement = select(Expert).where(Expert.user_id == user_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def by_id(session: AsyncSession, expert_id: UUID, *, lock: bool = False) -> Expert | None:
    statement = select(Expert).where(Expert.id == expert_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def by_ids(session: AsyncSession, ids: Iterable[UUID]) -> list[Expert]:
    return list(await session.scalars(select(Expert).where(Expert.id.in_(list(ids)))))


class OwnerRow(NamedTuple):
    """The columns of an expert that booking and paying go by."""

    id: UUID
    user_id: UUID
    status: str
    timezone: str
    rate_amount: int
    rate_currency: str
    is_bookable: bool


_OWNER_COLUMNS = tuple(getattr(Expert, name) for name in OwnerRow._fields)


async def owner_rows(session: AsyncSession, ids: Iterable[UUID]) -> list[OwnerRow]:
    rows = await session.execute(select(*_OWNER_COLUMNS).where(Expert.id.in_(list(ids))))
    return [OwnerRow(*row) for row in rows]


async def slugs_like(session: AsyncSession, stem: str) -> set[str]:
    """Slugs that are `stem` or `stem-<something>`."""
    return set(
        await session.scalars(
            select(Expert.slug).where(
                or_(Expert.slug == stem, Expert.slug.startswith(f"{stem}-", autoescape=True))
            )
        )
    )


async def skills_of(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, list[ExpertSkill]]:
    """Skills by expert, strongest first."""
    rows = await session.scalars(
        select(ExpertSkill)
        .where(ExpertSkill.expert_id.in_(list(ids)))
        .order_by(ExpertSkill.level.desc(), ExpertSkill.years.desc(), ExpertSkill.skill)
    )
    found: dict[UUID, list[ExpertSkill]] = {}
    for row in rows:
        found.setdefault(row.expert_id, []).append(row)
    return found


async def add(session: AsyncSession, expert: Expert) -> None:
    session.add(expert)
    # The skills refer to the row.
    await session.flush()


async def replace_skills(
    session: AsyncSession, expert_id: UUID, skills: Sequence[tuple[str, int, int]]
) -> None:
    """Make `skills` (slug, years, level) the expert's only ones."""
    await session.execute(delete(ExpertSkill).where(ExpertSkill.expert_id == expert_id))
    if skills:
        await session.execute(
            insert(ExpertSkill),
            [{"expert_id": expert_id, "skill": s, "years": y, "level": level} for s, y, level in skills],
        )


async def rate_quartiles(session: AsyncSession) -> tuple[int, int, int, int] | None:
    """Quartiles of approved experts' rates in US cents, and how many there are."""
    p25, p50, p75 = (
        func.percentile_disc(share).within_group(Expert.rate_usd_amount) for share in (0.25, 0.5, 0.75)
    )
    query = select(p25, p50, p75, func.count()).where(Expert.status == Status.APPROVED)
    row = (await session.execute(query)).one()
    return (row[0], row[1], row[2], row[3]) if row[3] else None


async def set_bookable(session: AsyncSession, expert_id: UUID, bookable: bool) -> None:
    await session.execute(update(Expert).where(Expert.id == expert_id).values(is_bookable=bookable))


def _conditions(
    data: ExpertFilter, skills: Sequence[str], min_usd: int | None, max_usd: int | None
) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [Expert.status == Status.APPROVED]
    if skills:
        where.append(Expert.skill_slugs.contains(list(skills)))
    for column, values in (
        (Expert.industries, data.industries),
        (Expert.languages, data.languages),
        (Expert.stages, [stage.value for stage in data.stages]),
        (Expert.engagements, [engagement.value for engagement in data.engagements]),
    ):
        if values:
            where.append(column.overlap(values))
    if data.countries:
        where.append(Expert.country.in_(data.countries))
    if min_usd is not None:
        where.append(Expert.rate_usd_amount >= min_usd)
    if max_usd is not None:
        where.append(Expert.rate_usd_amount <= max_usd)
    if data.q:
        where.append(Expert.search.op("@@")(func.websearch_to_tsquery("english", data.q)))
    return where


class Listing:
    """One filtered list of approved experts: its page, its size and its facets."""

    def __init__(
        self, data: ExpertFilter, *, skills: Sequence[str], min_usd: int | None, max_usd: int | None
    ) -> None:
        self._where = _conditions(data, skills, min_usd, max_usd)

    async def page(
        self,
        session: AsyncSession,
        order: ColumnElement[Any],
        *,
        after: tuple[Any, UUID] | None,
        limit: int,
    ) -> list[tuple[Expert, Any]]:
        """Experts by `order` descending, ties by id, after the given key. Each comes with its order value."""
        statement = select(Expert, order.label("sort_key")).where(*self._where)
        if after is not None:
            value, expert_id = after
            statement = statement.where(or_(order < value, (order == value) & (Expert.id > expert_id)))
        rows = await session.execute(statement.order_by(order.desc(), Expert.id).limit(limit))
        return [(row[0], row[1]) for row in rows]

    async def total(self, session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(Expert).where(*self._where)) or 0

    async def counts(self, session: AsyncSession, column: str, limit: int) -> list[tuple[str, int]]:
        """The commonest values of an array column in the list."""
        value = func.unnest(getattr(Expert, column)).label("value")
        values = select(value).where(*self._where).subquery()
        count = func.count().label("count")
        rows = await session.execute(
            select(values.c.value, count)
            .group_by(values.c.value)
            .order_by(count.desc(), values.c.value)
            .limit(limit)
        )
        return [(row[0], row[1]) for row in rows]


async def embedding_hashes(session: AsyncSession, ids: Iterable[UUID], model: str) -> dict[UUID, str]:
    rows = await session.execute(
        select(ExpertEmbedding.expert_id, ExpertEmbedding.content_hash).where(
            ExpertEmbedding.expert_id.in_(list(ids)), ExpertEmbedding.model == model
        )
    )
    return {row[0]: row[1] for row in rows}


async def drop_embeddings(session: AsyncSession, expert_id: UUID) -> None:
    for table in (ExpertEmbedding, ExpertPassage):
        await session.execute(delete(table).where(table.expert_id == expert_id))


async def without_embedding(session: AsyncSession, model: str, limit: int) -> list[UUID]:
    """Experts that the model has not embedded yet, whatever their status, oldest first."""
    return list(
        await session.scalars(
            select(Expert.id)
            .where(
                Expert.story != "",
                ~select(ExpertEmbedding.expert_id)
                .where(ExpertEmbedding.expert_id == Expert.id, ExpertEmbedding.model == model)
                .exists(),
            )
            .order_by(Expert.id)
            .limit(limit)
        )
    )


_REPEATED = (
    "rate_usd_amount", "years", "country", "timezone", "skill_slugs", "industries", "languages", "engagements",
)  # fmt: skip


async def store_embedding(
    session: AsyncSession,
    expert_id: UUID,
    *,
    model: str,
    content_hash: str,
    vector: Sequence[float],
    passages: Sequence[tuple[str | None, Sequence[float]]],
) -> None:
    """The embedding of a whole profile, and those of its passages, each with its text if that may be quoted."""
    # A trigger keeps the repeated columns in step with the expert from here on.
    repeated = {name: getattr(Expert, name) for name in _REPEATED}
    columns = {
        "expert_id": Expert.id,
        "model": literal(model),
        "content_hash": literal(content_hash),
        "embedding": literal(list(vector), ExpertEmbedding.embedding.type),
        "findable": (Expert.status == Status.APPROVED) & Expert.is_bookable,
        **repeated,
    }
    row = insert(ExpertEmbedding).from_select(
        list(columns), select(*columns.values()).where(Expert.id == expert_id)
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["expert_id", "model"],
            set_={
                "content_hash": row.excluded.content_hash,
                "embedding": row.excluded.embedding,
                "findable": row.excluded.findable,
                **{name: row.excluded[name] for name in repeated},
                "created_at": text("now()"),
            },
        )
    )
    await session.execute(
        delete(ExpertPassage).where(ExpertPassage.expert_id == expert_id, ExpertPassage.model == model)
    )
    if passages:
        await session.execute(
            insert(ExpertPassage),
            [
                {"expert_id": expert_id, "model": model, "number": n, "quote": quote, "embedding": list(part)}
                for n, (quote, part) in enumerate(passages)
            ],
        )
