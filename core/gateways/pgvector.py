"""pgvector: the rows of `expert_embeddings` are the index, with the filters' columns beside each vector.

The planner is left free to choose between the HNSW index (scanned on until enough rows pass the filters) and a bitmap
scan over the filters' own indexes with an exact sort; forcing either is slower or finds less.
"""

# ruff: noqa: S608  (statements are put together from constants of this file; all values are bound)

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.gateways.vectors import Entry, Near, ProfileFilter, Space

# Vectors that are searched lie in memory, so a page costs little. With pages as dear as on a disk, the planner reads half
# of the index on rates to spare itself a few hundred of them.
SEARCH_SETTINGS = (
    "set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '100', true),"
    " set_config('seq_page_cost', '0.1', true), set_config('random_page_cost', '0.1', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)"
)


def model_literal(space: Space) -> str:
    # The partial index is found only if the model is written out; names come from settings, not from people.
    return "'" + space.model.replace("'", "''") + "'"


def distance(space: Space, table: str) -> str:
    """Of an embedding in `table` to the query's, which is bound as `embedding`."""
    wanted = f"cast(cast(:embedding as text) as halfvec({space.dimensions}))"
    return f"{table}.embedding::halfvec({space.dimensions}) <=> {wanted}"


def vector_literal(embedding: Sequence[float]) -> str:
    """pgvector's text form."""
    return "[" + ",".join(f"{value:.6f}" for value in embedding) + "]"


def conditions(filters: ProfileFilter, table: str, key: str) -> tuple[list[str], dict[str, Any]]:
    """The filters as conditions on a table that has the profile's columns, with their values."""
    clauses: list[str] = []
    values: dict[str, Any] = {}

    def add(clause: str, name: str, value: Any) -> None:
        if value is not None and value != ():
            clauses.append(clause)
            values[name] = list(value) if isinstance(value, tuple) else value

    t = table
    add(f"{t}.skill_slugs @> cast(:skills as text[])", "skills", filters.skills)
    add(f"not {t}.skill_slugs && cast(:no_skills as text[])", "no_skills", filters.excluded_skills)
    add(f"not {t}.industries && cast(:no_industries as text[])", "no_industries", filters.excluded_industries)
    add(f"{t}.rate_usd_amount >= :min_usd", "min_usd", filters.min_usd)
    add(f"{t}.rate_usd_amount <= :max_usd", "max_usd", filters.max_usd)
    add(f"{t}.languages @> cast(:languages as text[])", "languages", filters.languages)
    if filters.timezones is not None:
        # Nobody's zone is in an empty list, and then nobody fits.
        clauses.append(f"{t}.timezone = any(cast(:timezones as text[]))")
        values["timezones"] = list(filters.timezones)
    add(f":engagement = any({t}.engagements)", "engagement", filters.engagement)
    add(f"{t}.country = any(cast(:countries as text[]))", "countries", filters.countries)
    add(f"{t}.years >= :min_years", "min_years", filters.min_years)
    add(f"{key} <> all(cast(:excluded_ids as uuid[]))", "excluded_ids", filters.excluded_ids)
    for number, word in enumerate(filters.words):
        said = f"search @@ phraseto_tsquery('english', :word{number})"
        add(f"{key} in (select id from experts where {said})", f"word{number}", word)
    return clauses, values


class PgvectorIndex:
    """The nearest by HNSW or by an exact sort, as a part of the caller's own statement."""

    name = "pgvector"
    in_database = True

    async def near(
        self,
        space: Space,
        embedding: Sequence[float],
        filters: ProfileFilter,
        *,
        limit: int,
        only: Sequence[UUID] | None = None,
    ) -> Near:
        clauses, values = conditions(filters, "e", "e.expert_id")
        if only is not None:
            clauses.append("e.expert_id = any(cast(:only as uuid[]))")
            values["only"] = list(only)
        where = " and ".join([f"e.model = {model_literal(space)}", "e.findable", *clauses])
        return Near(
            f"select e.expert_id as id from expert_embeddings e where {where}"
            f" order by {distance(space, 'e')} limit {limit}",
            {**values, "embedding": vector_literal(embedding)},
            filtered=True,
        )

    async def upsert(self, space: Space, entries: Sequence[Entry]) -> None:
        """Nothing to do: the rows are the index."""

    async def remove(self, ids: Sequence[UUID]) -> None:
        """Nothing to do: a profile's rows go with it."""

    async def count(self, space: Space) -> int | None:
        return None

    async def close(self) -> None:
        """Nothing is open."""
