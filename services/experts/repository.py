"""SQL of the experts room; that of lists is in `listing_repository`. Reads start from what the actor may see."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, delete, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor
from core.db import Source, fetch
from models.experts import Expert, ExpertEmbedding, ExpertPassage, ExpertSkill, SavedExpert, StatusEntry
from services.experts.schemas import Status


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


class CardRow(NamedTuple):
    """What a card shows of an expert. `skills` are slug, years and level, strongest first."""

    id: UUID
    user_id: UUID
    slug: str
    name: str
    avatar_url: str | None
    headline: str
    country: str
    timezone: str
    languages: list[str]
    industries: list[str]
    rate_amount: int
    rate_currency: str
    years: int
    rating_sum: int
    rating_count: int
    is_bookable: bool
    is_demo: bool
    skills: list[tuple[str, int, int]]


_CARDS = """
    select x.id, x.user_id, x.slug, u.name, u.avatar_url, x.headline, x.country, x.timezone, x.languages, x.industries,
        x.rate_amount, x.rate_currency, x.years, x.rating_sum, x.rating_count, x.is_bookable, x.is_demo, s.skills
    from experts x join users u on u.id = x.user_id cross join lateral (
        select array_agg((skill, years, level) order by level desc, years desc, skill) as skills
        from (
            select skill, years, level from expert_skills where expert_id = x.id
            order by level desc, years desc, skill limit $2
        ) strongest
    ) s
    where x.id = any($1)
"""


async def card_rows(source: Source, ids: Iterable[UUID], *, skills: int) -> list[CardRow]:
    """What the cards of these experts show, by one query, with so many skills."""
    rows = await fetch(source, _CARDS, list(ids), skills)
    return [CardRow(*(*own, [tuple(each) for each in held or ()])) for *own, held in rows]


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
    """Slugs that are `stem` or `stem-<something>`. Whoever asks for the same stem waits until this transaction ends, so
    that two people of one name who begin together do not choose the same."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"experts.slug:{stem}"))))
    return set(
        await session.scalars(
            select(Expert.slug).where(
                or_(Expert.slug == stem, Expert.slug.startswith(f"{stem}-", autoescape=True))
            )
        )
    )


async def approved_slugs(session: AsyncSession, *, limit: int) -> list[str]:
    statement = select(Expert.slug).where(Expert.status == Status.APPROVED)
    return list(await session.scalars(statement.order_by(Expert.id).limit(limit)))


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


async def by_status(
    session: AsyncSession, status: Status, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[Expert]:
    """Longest waiting first; who was never handed in counts from when it was made."""
    since = func.coalesce(Expert.submitted_at, Expert.created_at)
    statement = select(Expert).where(Expert.status == status)
    if after is not None:
        statement = statement.where(or_(since > after[0], (since == after[0]) & (Expert.id > after[1])))
    return list(await session.scalars(statement.order_by(since, Expert.id).limit(limit)))


async def add_status_entry(session: AsyncSession, entry: StatusEntry) -> None:
    session.add(entry)


async def status_entries(session: AsyncSession, expert_id: UUID, *, limit: int) -> list[StatusEntry]:
    """Newest first."""
    statement = select(StatusEntry).where(StatusEntry.expert_id == expert_id)
    return list(await session.scalars(statement.order_by(StatusEntry.id.desc()).limit(limit)))


async def save(session: AsyncSession, user_id: UUID, expert_id: UUID, *, at: datetime) -> None:
    row = insert(SavedExpert).values(user_id=user_id, expert_id=expert_id, saved_at=at)
    await session.execute(row.on_conflict_do_nothing())


async def unsave(session: AsyncSession, user_id: UUID, expert_id: UUID) -> None:
    await session.execute(
        delete(SavedExpert).where(SavedExpert.user_id == user_id, SavedExpert.expert_id == expert_id)
    )


async def count_saved(session: AsyncSession, user_id: UUID) -> int:
    statement = select(func.count()).select_from(SavedExpert).where(SavedExpert.user_id == user_id)
    return await session.scalar(statement) or 0


async def saved(session: AsyncSession, user_id: UUID) -> list[tuple[Expert, datetime]]:
    """Last saved first."""
    rows = await session.execute(
        select(Expert, SavedExpert.saved_at)
        .join(SavedExpert, SavedExpert.expert_id == Expert.id)
        .where(SavedExpert.user_id == user_id)
        .order_by(SavedExpert.saved_at.desc(), Expert.id)
    )
    return [(row[0], row[1]) for row in rows]


async def move_saved(session: AsyncSession, source: UUID, target: UUID) -> None:
    mine = select(literal(target), SavedExpert.expert_id, SavedExpert.saved_at).where(
        SavedExpert.user_id == source
    )
    moved = insert(SavedExpert).from_select(["user_id", "expert_id", "saved_at"], mine)
    await session.execute(moved.on_conflict_do_nothing())
    await forget_saved(session, source)


async def forget_saved(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(SavedExpert).where(SavedExpert.user_id == user_id))


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
