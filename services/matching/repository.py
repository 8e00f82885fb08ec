"""All SQL of matching: one statement finds the candidates by meaning and by words, within the hard filters.

The planner is left free to choose between the HNSW index (scanned on until enough rows pass the filters) and a bitmap
scan over the filters' own indexes with an exact sort; forcing either is slower or finds less.
"""

# ruff: noqa: S608  (statements are put together from constants of this file; all values are bound)

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.matching import MatchRun
from services.matching.needs import Filters

# Near ones by meaning, and by words; together they are what is ranked.
NEAR = 40
WORDED = 10
# A profile is as close as the mean of so many of its closest passages.
BEST_PASSAGES = 2
# A search reads by its rarest words only, and only by so many that few profiles have to be ranked by them, however
# many profiles there are: common words would rank half of them.
RARE_SHARE = 0.03
RARE_TERMS = 8
RARE_PROFILES = 200

_SETTINGS = (
    "set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '100', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)"
)


@dataclass(frozen=True, slots=True)
class Index:
    """Which embeddings to search: those of one model, by its own partial index."""

    model: str
    dimensions: int

    @property
    def literal(self) -> str:
        # The partial index is found only if the model is written out; names come from settings, not from people.
        return "'" + self.model.replace("'", "''") + "'"

    def distance(self, table: str) -> str:
        """Of an embedding in `table` to the query's."""
        wanted = f"cast(cast(:embedding as text) as halfvec({self.dimensions}))"
        return f"{table}.embedding::halfvec({self.dimensions}) <=> {wanted}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the ranking reads of an expert. Nothing here says who they are."""

    id: UUID
    cosine: float
    closest: float
    passage: str | None
    wording: float
    industries: Sequence[str]
    stages: Sequence[str]
    languages: Sequence[str]
    timezone: str
    skills: dict[str, tuple[int, int]]
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


def where(filters: Filters, *, beside_vectors: bool = False) -> tuple[str, dict[str, Any]]:
    """The condition on `x` (experts), or on `e` (expert_embeddings, which repeats the columns), with its parameters.
    Nobody who cannot be booked ever passes."""
    if beside_vectors:
        t, key, clauses = "e", "e.expert_id", ["e.findable"]
    else:
        t, key, clauses = "x", "x.id", ["x.status = 'approved'", "x.is_bookable"]
    values: dict[str, Any] = {}

    def add(clause: str, name: str, value: Any) -> None:
        # Filters that were not given are None or empty.
        if value is not None and value != ():
            clauses.append(clause)
            values[name] = list(value) if isinstance(value, tuple) else value

    add(f"{t}.skill_slugs @> cast(:skills as text[])", "skills", filters.skills)
    add(f"not {t}.skill_slugs && cast(:no_skills as text[])", "no_skills", filters.excluded_skills)
    add(f"not {t}.industries && cast(:no_industries as text[])", "no_industries", filters.excluded_industries)
    add(f"{t}.rate_usd_amount >= :min_usd", "min_usd", filters.min_usd)
    add(f"{t}.rate_usd_amount <= :max_usd", "max_usd", filters.max_usd)
    add(f"{t}.languages @> cast(:languages as text[])", "languages", filters.languages)
    add(f"{t}.timezone = any(cast(:timezones as text[]))", "timezones", filters.timezones)
    add(f":engagement = any({t}.engagements)", "engagement", filters.engagement)
    add(f"{t}.country = any(cast(:countries as text[]))", "countries", filters.countries)
    add(f"{t}.years >= :min_years", "min_years", filters.min_years)
    add(f"{key} <> all(cast(:excluded_ids as uuid[]))", "excluded_ids", filters.excluded_ids)
    for number, word in enumerate(filters.words):
        said = f"search @@ phraseto_tsquery('english', :word{number})"
        add(f"{key} in (select id from experts where {said})", f"word{number}", word)
    return " and ".join(clauses), values


async def prepare(session: AsyncSession, words: str) -> list[str]:
    """Set this transaction up for searching. Returns the stems of the rarest words, each quoted for a text query."""
    row = await session.scalar(
        text(
            f"""
            with settings as (select {_SETTINGS}),
            size as (select coalesce(max(experts), 0) as most from match_terms where lexeme = ''),
            rare as (
                select t.lexeme, sum(t.experts) over (order by t.experts, t.lexeme) as profiles,
                    row_number() over (order by t.experts, t.lexeme) as place
                from unnest(tsvector_to_array(to_tsvector('english', :words))) w(lexeme)
                join match_terms t on t.lexeme = w.lexeme, size
                where t.experts <= greatest(3, size.most * {RARE_SHARE})
            )
            select array_agg(quote_literal(rare.lexeme) order by place) filter (where place is not null) from settings
            left join rare on place <= {RARE_TERMS} and profiles <= {RARE_PROFILES}
            """
        ),
        {"words": words},
    )
    return list(row or ())


async def candidates(
    session: AsyncSession,
    index: Index,
    filters: Filters,
    *,
    embedding: Sequence[float],
    terms: Sequence[str],
    near: int = NEAR,
) -> list[Candidate]:
    """Experts within the filters: the nearest by meaning, and the best by rare words. Call `prepare` before."""
    condition, values = where(filters)
    beside, _ = where(filters, beside_vectors=True)
    values |= {"embedding": vector_literal(embedding)}
    spoken = "select null where false"
    worded = "select null::uuid as id where false"
    if terms:
        worded = f"""
            select x.id from spoken x where {condition}
            order by ts_rank_cd(x.search, to_tsquery('simple', :terms)) desc, x.id limit {WORDED}
        """
        # The words alone leave few profiles, so the filters are not looked up in their indexes.
        spoken = "select * from experts where search @@ to_tsquery('simple', :terms)"
        values |= {"terms": " | ".join(terms), "each": list(terms)}
    shared = (
        "(select count(*) from unnest(cast(:each as text[])) t where x.search @@ to_tsquery('simple', t))"
    )
    wording = f"{shared} / cast({len(terms)} as float)" if terms else "0.0"
    rows = await session.execute(
        text(
            f"""
            with near as materialized (
                select e.expert_id as id from expert_embeddings e
                where e.model = {index.literal} and {beside}
                order by {index.distance("e")} limit {near}
            ), spoken as materialized ({spoken}), worded as materialized ({worded}),
            found as (select id from near union select id from worded)
            select x.id, 1 - ({index.distance("e")}) as cosine, p.closest, p.passage, {wording} as wording, x.industries,
                x.stages, x.languages, x.timezone, x.rate_amount, x.rate_currency,
                x.rate_usd_amount as rate_usd, x.rating_sum, x.rating_count, x.response_minutes, x.engagements,
                x.country, x.years, x.mentioned_slugs as mentioned, s.skills
            from found join experts x on x.id = found.id
            join expert_embeddings e on e.expert_id = x.id and e.model = {index.literal}
            cross join lateral (
                select coalesce(avg(near) filter (where place <= {BEST_PASSAGES}), 0) as closest,
                    (array_agg(quote order by place) filter (where quote is not null))[1] as passage
                from (
                    select p.quote, 1 - ({index.distance("p")}) as near,
                        row_number() over (order by {index.distance("p")}) as place
                    from expert_passages p where p.expert_id = x.id and p.model = {index.literal}
                ) ranked
            ) p
            cross join lateral (
                select coalesce(jsonb_object_agg(skill, array[years, level]), '{{}}') as skills
                from expert_skills where expert_id = x.id
            ) s
            """
        ),
        values,
    )
    return [
        Candidate(**{**row, "skills": {slug: (pair[0], pair[1]) for slug, pair in row["skills"].items()}})
        for row in rows.mappings()
    ]


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


async def store(session: AsyncSession, run: MatchRun) -> None:
    session.add(run)
    await session.flush()


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


def vector_literal(embedding: Sequence[float]) -> str:
    """pgvector's text form."""
    return "[" + ",".join(f"{value:.6f}" for value in embedding) + "]"
