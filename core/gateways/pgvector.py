"""pgvector: the rows of `expert_embeddings` are the index, with the filters' columns beside each vector.

The planner is left free to choose between the HNSW index (scanned on until enough rows pass the filters) and a bitmap
scan over the filters' own indexes with an exact sort; forcing either is slower or finds less. A scan of the HNSW index
that was stopped early (`core.db.SEARCHING`) and has found too few is followed by an exact one, so nobody is missed.
"""

# ruff: noqa: S608  (statements are put together from constants of this file; all values are bound)

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from core.db import Database, positional
from core.gateways.vectors import Entry, ProfileFilter, Space

# The planner takes a row of the HNSW index to be so much cheaper than it is, measured against a row that is read by the
# filters' indexes and sorted (10,000 and 100,000 profiles, filters of 0.5 to 50 %): told that so many more are wanted,
# it chooses the faster one.
_DEARER = 18


def model_literal(space: Space) -> str:
    # The partial index is found only if the model is written out; names come from settings, not from people.
    return "'" + space.model.replace("'", "''") + "'"


def halfvec(space: Space, name: str) -> str:
    """The parameter of this name, a `literal`, as a vector."""
    return f"cast(cast(:{name} as text) as halfvec({space.dimensions}))"


def literal(embedding: Sequence[float]) -> str:
    """pgvector's text form, which a driver writes and PostgreSQL reads faster than an array of numbers."""
    return orjson.dumps(list(embedding), option=orjson.OPT_SERIALIZE_NUMPY).decode()


def conditions(filters: ProfileFilter, table: str, key: str) -> tuple[list[str], dict[str, Any]]:
    """The filters as conditions on a table that has the profile's columns, with their values."""
    clauses: list[str] = []
    values: dict[str, Any] = {}

    def add(clause: str, name: str, value: Any) -> None:
        if value is not None and value != ():
            clauses.append(clause)
            values[name] = list(value) if isinstance(value, tuple) else value

    t = table
    # They are looked at in this order: numbers cost next to nothing, lists several times as much.
    add(f"{t}.rate_usd_amount >= :min_usd", "min_usd", filters.min_usd)
    add(f"{t}.rate_usd_amount <= :max_usd", "max_usd", filters.max_usd)
    add(f"{t}.years >= :min_years", "min_years", filters.min_years)
    add(f"{t}.skill_slugs @> cast(:skills as text[])", "skills", filters.skills)
    add(f"not {t}.skill_slugs && cast(:no_skills as text[])", "no_skills", filters.excluded_skills)
    add(f"not {t}.industries && cast(:no_industries as text[])", "no_industries", filters.excluded_industries)
    add(f"{t}.languages @> cast(:languages as text[])", "languages", filters.languages)
    if filters.timezones is not None:
        # Nobody's zone is in an empty list, and then nobody fits.
        clauses.append(f"{t}.timezone = any(cast(:timezones as text[]))")
        values["timezones"] = list(filters.timezones)
    add(f":engagement = any({t}.engagements)", "engagement", filters.engagement)
    add(f"{t}.country = any(cast(:countries as text[]))", "countries", filters.countries)
    add(f"{key} <> all(cast(:excluded_ids as uuid[]))", "excluded_ids", filters.excluded_ids)
    for number, word in enumerate(filters.words):
        said = f"search @@ phraseto_tsquery('english', :word{number})"
        add(f"{key} in (select id from experts where {said})", f"word{number}", word)
    return clauses, values


class PgvectorIndex:
    """The nearest by HNSW or by an exact sort, on a connection that is set up for searching (`Database.search_connection`)."""

    name = "pgvector"
    in_database = True

    def __init__(self, *, exact: bool = False) -> None:
        """`exact` leaves the HNSW index out, to measure what it misses."""
        self._exact = exact

    async def near(
        self,
        db: Database,
        space: Space,
        embedding: Sequence[float],
        filters: ProfileFilter,
        *,
        limit: int,
        only: Sequence[UUID] | None = None,
    ) -> list[UUID]:
        clauses, values = conditions(filters, "e", "e.expert_id")
        if only is not None:
            clauses.append("e.expert_id = any(cast(:only as uuid[]))")
            values["only"] = list(only)
        where = " and ".join([f"e.model = {model_literal(space)}", "e.findable", *clauses])
        values["embedding"] = literal(embedding)
        distance = f"e.embedding::halfvec({space.dimensions}) <=> {halfvec(space, 'embedding')}"

        async def ask(order: str) -> list[UUID]:
            # Rows of a materialized query are made as they are taken: `limit` of them, whatever the planner thinks.
            statement = f"""
                with ranked as materialized (
                    select e.expert_id from expert_embeddings e where {where}
                    order by {order} limit {limit * _DEARER}
                ) select expert_id from ranked limit {limit}
            """
            async with db.search_connection() as connection:
                rows = await connection.fetch(*positional(statement, values))
            return [row[0] for row in rows]

        exactly = f"({distance}) + 0"  # which is no order that the HNSW index knows
        if self._exact:
            return await ask(exactly)
        found = await ask(distance)
        return found if len(found) == limit else await ask(exactly)

    async def upsert(self, space: Space, entries: Sequence[Entry]) -> None:
        """Nothing to do: the rows are the index."""

    async def remove(self, ids: Sequence[UUID]) -> None:
        """Nothing to do: a profile's rows go with it."""

    async def count(self, space: Space) -> int | None:
        return None

    async def close(self) -> None:
        """Nothing is open."""
