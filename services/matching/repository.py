"""All SQL of matching. Who is near by meaning is the vector index's answer (`core.gateways.vectors`); who is near by
words is found here, and what the ranking reads of either. Statements that find their rows by keys run on
`Database.by_key`, those that filters decide on `Database.searching`."""

# ruff: noqa: S608  (statements are put together from constants of this file; all values are bound)

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database, positional
from core.gateways.pgvector import conditions, halfvec, literal, model_literal
from core.gateways.vectors import Entry, Space
from models.experts import ExpertEmbedding
from models.matching import MatchRun, VectorChange
from services.matching.needs import Filters

# Near ones by meaning, and by words; together they are what is ranked. Twice as many near ones rank no better on the
# labelled set (`bench.matching_quality`), so that only those look further whose first ones have no time.
NEAR = 14
FURTHER = 80
WORDED = 10
# A profile is as close as the mean of so many of its closest passages.
BEST_PASSAGES = 2
# A search reads by its rarest words only, and only by so many that few profiles have to be ranked by them, however
# many profiles there are: common words would rank half of them.
RARE_SHARE = 0.03
RARE_TERMS = 8
RARE_PROFILES = 200
# Pinecone takes so many values in one condition.
_ASKABLE = 10_000


class Candidate(NamedTuple):
    """What the ranking reads of an expert. Nothing here says who they are. `skills` holds years and level of those
    that were asked for."""

    id: UUID
    cosine: float
    closest: float
    passage: str | None
    wording: float
    industries: Sequence[str]
    stages: Sequence[str]
    languages: Sequence[str]
    timezone: str
    rate_amount: int
    rate_currency: str
    rate_usd: int
    rating_sum: int
    rating_count: int
    response_minutes: int | None
    engagements: Sequence[str]
    country: str
    years: int
    mentioned: Sequence[str]
    skills: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Worded:
    """Who shares the rarest words of a need, the most telling first: how many of the `terms` each has in common."""

    terms: int
    shared: dict[UUID, int]

    @property
    def best(self) -> list[UUID]:
        return list(self.shared)[:WORDED]


class StoredRun(NamedTuple):
    """A ranking as it is kept; query, weights and result are JSON."""

    id: UUID
    user_id: UUID
    project_id: UUID | None
    query: str
    embedding_model: str
    ranking_version: str
    weights: str
    result: str


def where(filters: Filters) -> tuple[str, dict[str, Any]]:
    """The condition on `x` (experts), with its parameters. Nobody who cannot be booked ever passes."""
    clauses, values = conditions(filters, "x", "x.id")
    return " and ".join(["x.status = 'approved'", "x.is_bookable", *clauses]), values


async def worded(db: Database, filters: Filters, words: str) -> Worded:
    """Experts within the filters who share the rarest of these words."""
    condition, values = where(filters)
    statement = f"""
        with size as (select coalesce(max(experts), 0) as most from match_terms where lexeme = ''),
        counted as (
            select t.lexeme, ln((size.most + 1.0) / t.experts) as weight,
                sum(t.experts) over (order by t.experts, t.lexeme) as profiles,
                row_number() over (order by t.experts, t.lexeme) as place
            from unnest(tsvector_to_array(to_tsvector('english', cast(:said as text)))) w(lexeme)
            join match_terms t on t.lexeme = w.lexeme, size
            where t.experts <= greatest(3, size.most * {RARE_SHARE})
        ),
        rare as materialized (
            select cast('''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''' as tsquery) as query,
                weight
            from counted where place <= {RARE_TERMS} and profiles <= {RARE_PROFILES}
        ),
        spoken as (
            select s.id, count(*) as shared, sum(weight) as telling
            -- Read by its words alone, and then looked at: no other index narrows down so few.
            from rare cross join lateral (
                select x.id, {condition} as fits from experts x where x.search @@ rare.query offset 0
            ) s where s.fits group by s.id
        )
        select (select count(*) from rare), array_agg(id order by telling desc, id),
            array_agg(shared order by telling desc, id)
        from spoken
    """
    async with db.connection() as connection:
        row = await connection.fetchrow(*positional(statement, values | {"said": words}))
    terms, ids, shared = row or (0, None, None)
    return Worded(terms, dict(zip(ids or (), shared or (), strict=True)))


async def candidates(
    db: Database,
    space: Space,
    filters: Filters,
    ids: Sequence[UUID],
    *,
    worded: Worded,
    embedding: Sequence[float],
    skills: Sequence[str] = (),
) -> list[Candidate]:
    """What the ranking reads of these, of those among them who are within the filters. Of their skills, `skills` are
    read."""
    condition, values = where(filters)
    values |= {"ids": list(ids), "embedding": literal(embedding), "asked": list(skills)}
    model, vector = model_literal(space), f"halfvec({space.dimensions})"
    statement = f"""
        with wanted as materialized (select {halfvec(space, "embedding")} as vector)
        select x.id, 1 - (e.embedding::{vector} <=> wanted.vector), p.apart, p.passage, x.industries, x.stages,
            x.languages, x.timezone, x.rate_amount, x.rate_currency, x.rate_usd_amount, x.rating_sum, x.rating_count,
            x.response_minutes, x.engagements, x.country, x.years, x.mentioned_slugs, s.skills
        from wanted cross join unnest(cast(:ids as uuid[])) found(id)
        join experts x on x.id = found.id
        join expert_embeddings e on e.expert_id = x.id and e.model = {model}
        cross join lateral (
            select (array_agg(apart order by apart))[:{BEST_PASSAGES}] as apart,
                (array_agg(quote order by apart) filter (where quote is not null))[1] as passage
            from (
                select p.quote, p.embedding::{vector} <=> wanted.vector as apart
                from expert_passages p where p.expert_id = x.id and p.model = {model} offset 0
            ) measured
        ) p
        cross join lateral (
            select array_agg((skill, years, level)) as skills
            from expert_skills where expert_id = x.id and skill = any(cast(:asked as text[]))
        ) s
        where {condition}
    """
    async with db.connection() as connection:
        rows = await connection.fetch(*positional(statement, values))
    found = []
    for key, cosine, apart, passage, *own, held in rows:
        closest = 1 - sum(apart) / len(apart) if apart else 0.0
        wording = worded.shared.get(key, 0) / max(1, worded.terms)
        held = {slug: (years, level) for slug, years, level in held or ()}
        found.append(Candidate._make((key, cosine, closest, passage, wording, *own, held)))
    return found


class Fitting(NamedTuple):
    """Somebody within some filters, whatever their time."""

    id: UUID
    timezone: str
    rate_usd: int


async def fitting(db: Database, filters: Filters, limit: int) -> list[Fitting]:
    """Who meets the filters, `limit` of them at most."""
    condition, values = where(filters)
    return await _fitting(db, condition, values, limit)


async def outside_rate(db: Database, filters: Filters, *, above: bool, limit: int) -> list[Fitting]:
    """Who fails on the rate alone, nearest to the limit first."""
    bound = filters.max_usd if above else filters.min_usd
    loose, values = where(replace(filters, min_usd=None, max_usd=None))
    comparison, order = ("> :bound", "asc") if above else ("< :bound", "desc")
    condition = f"{loose} and x.rate_usd_amount {comparison} order by x.rate_usd_amount {order}, x.id"
    return await _fitting(db, condition, values | {"bound": bound}, limit)


async def _fitting(db: Database, condition: str, values: dict[str, Any], limit: int) -> list[Fitting]:
    statement = f"select x.id, x.timezone, x.rate_usd_amount from experts x where {condition} limit {limit}"
    return [Fitting(*row) for row in await db.searching.fetch(*positional(statement, values))]


async def refresh_terms(session: AsyncSession) -> int:
    """Count anew in how many approved profiles each word stem occurs. The row '' holds how many profiles there are."""
    await session.execute(text("delete from match_terms"))
    await session.execute(
        text(
            """
            insert into match_terms (lexeme, experts)
            select word, ndoc from ts_stat('select search from experts where status = ''approved''')
            where length(word) between 1 and 200
            union all select '', count(*) from experts where status = 'approved'
            """
        )
    )
    return int(await session.scalar(text("select experts from match_terms where lexeme = ''")) or 0)


# It does not wait for the disk: the log is written in order, so whatever durable names a ranking (the message with its
# card, a booking) makes it durable too. A crash of the database can lose those of the last half second that nothing names.
_STORE = """
    insert into match_runs (id, user_id, project_id, query, embedding_model, ranking_version, weights, result)
    select $1::uuid, $2::uuid, $3::uuid, $4::text::jsonb, $5::text, $6::text, $7::text::jsonb, $8::text::json
    from set_config('synchronous_commit', 'off', true)
"""


async def store(db: Database, run: StoredRun) -> None:
    """Keep a ranking, in a transaction of its own. The result comes as it goes to the founder, so that it is written
    out once."""
    async with db.connection() as connection:
        await connection.execute(_STORE, *run)


async def get(session: AsyncSession, run_id: UUID, user_id: UUID) -> MatchRun | None:
    """A stored run of this person."""
    run = await session.get(MatchRun, run_id)
    return run if run is not None and run.user_id == user_id else None


async def runs_of(session: AsyncSession, user_id: UUID) -> list[MatchRun]:
    """All runs of this person, oldest first."""
    rows = await session.scalars(
        select(MatchRun).where(MatchRun.user_id == user_id).order_by(MatchRun.created_at)
    )
    return list(rows)


async def delete_runs(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(MatchRun).where(MatchRun.user_id == user_id))


async def merge_people(session: AsyncSession, source: UUID, target: UUID) -> None:
    await session.execute(
        text("update match_runs set user_id = :target where user_id = :source"),
        {"source": source, "target": target},
    )


async def with_words(db: Database, words: Sequence[str]) -> list[UUID]:
    """Profiles whose text has all of these, at most as many as an index can be asked about."""
    said = " and ".join(f"search @@ phraseto_tsquery('english', ${n + 1})" for n in range(len(words)))
    rows = await db.searching.fetch(
        f"select id from experts where status = 'approved' and is_bookable and {said} limit {_ASKABLE}",
        *words,
    )
    return [row[0] for row in rows]


async def lock_pushing(session: AsyncSession) -> bool:
    """Whether this transaction is the only one that pushes; it stays so until it ends."""
    return bool(
        await session.scalar(text("select pg_try_advisory_xact_lock(hashtext('matching.push_vectors'))"))
    )


async def vector_changes(session: AsyncSession, model: str, limit: int) -> list[VectorChange]:
    """Notes of embeddings by this model that changed, and of any that went, oldest first."""
    held = select(ExpertEmbedding.expert_id).where(
        ExpertEmbedding.expert_id == VectorChange.expert_id, ExpertEmbedding.model == VectorChange.model
    )
    rows = await session.scalars(
        select(VectorChange)
        .where((VectorChange.model == model) | ~held.exists())
        .order_by(VectorChange.number)
        .limit(limit)
    )
    return list(rows)


async def vector_entries(session: AsyncSession, space: Space, ids: Sequence[UUID]) -> list[Entry]:
    """These profiles, as an index outside of the database keeps them."""
    rows = await session.scalars(
        select(ExpertEmbedding).where(
            ExpertEmbedding.expert_id.in_(ids), ExpertEmbedding.model == space.model
        )
    )
    return [
        Entry(
            id=row.expert_id,
            embedding=list(row.embedding),
            findable=row.findable,
            skills=row.skill_slugs,
            industries=row.industries,
            languages=row.languages,
            engagements=row.engagements,
            timezone=row.timezone,
            country=row.country,
            years=row.years,
            rate_usd=row.rate_usd_amount,
        )
        for row in rows
    ]


async def forget_vector_changes(session: AsyncSession, notes: Sequence[VectorChange]) -> None:
    """Those that have changed again meanwhile have another number, and stay."""
    await session.execute(
        text("delete from vector_changes where number = any(cast(:numbers as bigint[]))"),
        {"numbers": [note.number for note in notes]},
    )


async def note_all_vectors(session: AsyncSession, model: str) -> None:
    await session.execute(
        text(
            "insert into vector_changes (expert_id, model, number)"
            " select expert_id, model, nextval('vector_changes_number') from expert_embeddings where model = :model"
            " on conflict (expert_id, model) do update set number = excluded.number"
        ),
        {"model": model},
    )


async def count_vectors(session: AsyncSession, model: str) -> int:
    found = await session.scalar(
        text("select count(*) from expert_embeddings where model = :model"), {"model": model}
    )
    return int(found or 0)
