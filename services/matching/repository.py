"""All SQL of matching: one statement finds the candidates by meaning and by words, within the hard filters. Who is near
by meaning is the vector index's answer (`core.gateways.vectors`), which is a part of that statement."""

# ruff: noqa: S608  (statements are put together from constants of this file; all values are bound)

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import driver
from core.gateways.pgvector import SEARCH_SETTINGS, conditions, distance, model_literal, vector_literal
from core.gateways.vectors import Entry, Near, Space
from models.experts import ExpertEmbedding
from models.matching import MatchRun, VectorChange
from services.matching.needs import Filters

# Near ones by meaning, and by words; together they are what is ranked. Twice as many near ones rank no better on the
# labelled set (`bench.matching_quality`), so that only those look further whose first ones have no time.
NEAR = 16
FURTHER = 80
WORDED = 10
WORDED_READ = 60
# A profile is as close as the mean of so many of its closest passages.
BEST_PASSAGES = 2
# A search reads by its rarest words only, and only by so many that few profiles have to be ranked by them, however
# many profiles there are: common words would rank half of them.
RARE_SHARE = 0.03
RARE_TERMS = 8
RARE_PROFILES = 200
# Pinecone takes so many values in one condition.
_ASKABLE = 10_000
_NAMED = re.compile(r"(?<![:\w]):([a-z]\w*)")


@dataclass(frozen=True, slots=True)
class Candidate:
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
class Term:
    """A rare word stem of the need, as a text query, and how much it tells (the logarithm of its rarity)."""

    query: str
    weight: float


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


# The rarest words of a need, in a transaction that is set up for searching by the same statement.
_PREPARE = f"""
with settings as materialized (select {SEARCH_SETTINGS}),
size as (select coalesce(max(experts), 0) as most from match_terms where lexeme = ''),
rare as (
    select t.lexeme, ln((size.most + 1.0) / t.experts) as weight,
        sum(t.experts) over (order by t.experts, t.lexeme) as profiles,
        row_number() over (order by t.experts, t.lexeme) as place
    from unnest(tsvector_to_array(to_tsvector('english', $1::text))) w(lexeme)
    join match_terms t on t.lexeme = w.lexeme, size
    where t.experts <= greatest(3, size.most * {RARE_SHARE})
)
select '''' || replace(replace(rare.lexeme, '\\', '\\\\'), '''', '''''') || '''', weight from settings
left join rare on place <= {RARE_TERMS} and profiles <= {RARE_PROFILES} order by place
"""


async def prepare(session: AsyncSession, words: str) -> list[Term]:
    """Set this transaction up for searching. Returns the rarest words."""
    rows = await (await driver(session)).fetch(_PREPARE, words)
    return [Term(query, float(weight)) for query, weight in rows if query is not None]


async def candidates(
    session: AsyncSession,
    space: Space,
    filters: Filters,
    *,
    near: Near,
    embedding: Sequence[float],
    terms: Sequence[Term],
    skills: Sequence[str] = (),
    again: bool = False,
) -> list[Candidate]:
    """Experts within the filters: the nearest by meaning, which `near` yields, and the best by rare words. Of their
    skills, `skills` are read. Call `prepare` before; `again` when it is not the first search since."""
    condition, values = where(filters)
    values |= {"embedding": near.values.get("embedding") or vector_literal(embedding)}
    values |= near.values | {
        "asked": list(skills),
        "terms": [term.query for term in terms],
        "telling": [term.weight for term in terms],
    }
    nearest = near.statement
    if not near.filtered:
        nearest = f"select x.id from ({nearest}) given join experts x on x.id = given.id where {condition}"
    statement = f"""
        with near as materialized ({nearest}),
        spoken as materialized (
            select x.id, count(*) as shared, sum(t.weight) as telling
            from unnest(cast(:terms as text[]), cast(:telling as float[])) t(query, weight)
            join experts x on x.search @@ cast(t.query as tsquery) group by x.id
        ),
        worded as materialized (
            select s.id from (select * from spoken order by telling desc, id limit {WORDED_READ}) s
            cross join lateral (
                select {condition} as fits from experts x where x.id = s.id offset 0
            ) each where fits order by s.telling desc, s.id limit {WORDED}
        ),
        found as (select id from near union select id from worded)
        select x.id, 1 - ({distance(space, "e")}), p.closest, p.passage,
            cast(coalesce(spoken.shared, 0) as float) / {max(1, len(terms))}, x.industries, x.stages, x.languages,
            x.timezone, x.rate_amount, x.rate_currency, x.rate_usd_amount, x.rating_sum, x.rating_count,
            x.response_minutes, x.engagements, x.country, x.years, x.mentioned_slugs, s.skills,
            set_config('plan_cache_mode', 'auto', true)
        from found join experts x on x.id = found.id
        join expert_embeddings e on e.expert_id = x.id and e.model = {model_literal(space)}
        left join spoken on spoken.id = x.id
        cross join lateral (
            select coalesce(1 - avg(apart) filter (where place <= {BEST_PASSAGES}), 0) as closest,
                (array_agg(quote order by place) filter (where quote is not null))[1] as passage
            from (
                select quote, apart, row_number() over (order by apart) as place from (
                    select p.quote, {distance(space, "p")} as apart
                    from expert_passages p where p.expert_id = x.id and p.model = {model_literal(space)} offset 0
                ) measured
            ) ranked
        ) p
        cross join lateral (
            select array_agg((skill, years, level)) as skills
            from expert_skills where expert_id = x.id and skill = any(cast(:asked as text[]))
        ) s
    """
    connection = await driver(session)
    if again:
        await connection.execute("select set_config('plan_cache_mode', 'force_custom_plan', true)")
    # Planned for its filters each time, which what follows it in the transaction need not be: it says so at its end.
    rows = await connection.fetch(*_positional(statement, values))
    return [
        Candidate(*(*own, {slug: (years, level) for slug, years, level in held or ()}))
        for *own, held, _ in rows
    ]


def _positional(statement: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """The statement with its named parameters numbered, as asyncpg takes it, and their values."""
    order: dict[str, int] = {}
    numbered = _NAMED.sub(lambda found: f"${order.setdefault(found[1], len(order) + 1)}", statement)
    return numbered, *(values[name] for name in order)


async def count_up_to(session: AsyncSession, filters: Filters, limit: int) -> int:
    """How many experts meet the filters, counted no further than `limit`."""
    condition, values = where(filters)
    found = await session.scalar(
        text(f"select count(*) from (select 1 from experts x where {condition} limit {limit}) found"), values
    )
    return int(found or 0)


async def rates_outside(session: AsyncSession, filters: Filters, *, above: bool, limit: int) -> list[int]:
    """Rates in US cents of the experts that fail on the rate alone, nearest to the limit first."""
    bound = filters.max_usd if above else filters.min_usd
    loose, values = where(replace(filters, min_usd=None, max_usd=None))
    comparison, order = ("> :bound", "asc") if above else ("< :bound", "desc")
    rows = await session.scalars(
        text(
            f"select x.rate_usd_amount from experts x where {loose} and x.rate_usd_amount {comparison}"
            f" order by x.rate_usd_amount {order} limit {limit}"
        ),
        {**values, "bound": bound},
    )
    return list(rows)


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


async def store(session: AsyncSession, run: StoredRun) -> None:
    """Keep a ranking. The result comes as it goes to the founder, so that it is written out once."""
    await (await driver(session)).execute(
        "insert into match_runs (id, user_id, project_id, query, embedding_model, ranking_version, weights, result)"
        " values ($1, $2, $3, cast($4::text as jsonb), $5, $6, cast($7::text as jsonb), cast($8::text as jsonb))",
        *run,
    )


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


async def with_words(session: AsyncSession, words: Sequence[str]) -> list[UUID]:
    """Profiles whose text has all of these, at most as many as an index can be asked about."""
    said = " and ".join(f"search @@ phraseto_tsquery('english', :word{n})" for n in range(len(words)))
    rows = await session.scalars(
        text(f"select id from experts where status = 'approved' and is_bookable and {said} limit {_ASKABLE}"),
        {f"word{n}": word for n, word in enumerate(words)},
    )
    return list(rows)


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
