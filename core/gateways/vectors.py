"""The index of profiles' embeddings: pgvector, beside the data, or Pinecone.

PostgreSQL holds every embedding in both cases and is the record. An index answers one question: who is near, within
the hard filters. Its answers are filtered once more on the data when the profiles are read: an index that lags behind
may find too few, never somebody who does not fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from core.db import Database


@dataclass(frozen=True, slots=True)
class Space:
    """The vectors of one embedding model. Those of different models are never compared."""

    model: str
    dimensions: int


@dataclass(frozen=True, slots=True)
class ProfileFilter:
    """The hard filters on profiles. Those that were not given are None or empty."""

    skills: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    excluded_skills: tuple[str, ...] = ()
    excluded_industries: tuple[str, ...] = ()
    min_usd: int | None = None
    max_usd: int | None = None
    languages: tuple[str, ...] = ()
    timezones: tuple[str, ...] | None = None
    engagement: str | None = None
    countries: tuple[str, ...] = ()
    min_years: int | None = None
    excluded_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A profile as an index outside of the database keeps it: the vector, and what searches filter by."""

    id: UUID
    embedding: Sequence[float]
    findable: bool
    skills: Sequence[str]
    industries: Sequence[str]
    languages: Sequence[str]
    engagements: Sequence[str]
    timezone: str
    country: str
    years: int
    rate_usd: int


class VectorIndex(Protocol):
    """Who is near. Calls raise `VendorUnavailable` where the index does not answer."""

    @property
    def name(self) -> str: ...

    @property
    def in_database(self) -> bool:
        """Whether the rows of PostgreSQL are the index; then there is nothing to bring up to date."""

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
        """The nearest bookable profiles within the filters, best first. An index outside of the database leaves `db`
        alone, and cannot look for `filters.words`; it is given the ids that have them as `only`."""

    async def upsert(self, space: Space, entries: Sequence[Entry]) -> None: ...

    async def remove(self, ids: Sequence[UUID]) -> None:
        """Forget these profiles, whatever model embedded them."""

    async def count(self, space: Space) -> int | None:
        """How many profiles it holds; None where that is the database's to say."""

    async def close(self) -> None: ...
