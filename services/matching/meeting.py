"""One search under way: whom it meets, how they rank, when they have time, and what their cards show.

Nothing here opens a transaction: each statement reads what holds at its moment. Those that do not need each other's
answers are asked at the same time.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from core.db import Database
from core.gateways.vectors import Space
from services.bookings import service as bookings
from services.experts import service as experts
from services.experts.schemas import ExpertCard
from services.matching import ranking, repository
from services.matching.nearest import nearest
from services.matching.needs import Filters, Needs, overlap_hours
from services.matching.ranking import Scored
from services.matching.repository import Candidate, Worded
from services.matching.schemas import MatchQuery

SLOTS_SHOWN = 3

T = TypeVar("T")


class Ahead:
    """Questions that are asked before their answers are needed. None of them outlives its search, however that ends."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[Any]] = []

    async def __aenter__(self) -> "Ahead":
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def ask(self, answer: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """An answer that is on its way: the question has gone out, and there is time for something else."""
        self._tasks.append(task := asyncio.create_task(answer))
        await asyncio.sleep(0)
        return task


@dataclass(frozen=True, slots=True)
class Met:
    """Whom a search has met: what the ranking reads of them, and when they have time."""

    candidates: Sequence[Candidate]
    openings: bookings.Openings

    def slots(self, candidate: Candidate) -> list[datetime]:
        """Next free starts of one of them."""
        return self.openings.first(candidate.id, candidate.timezone, SLOTS_SHOWN)


@dataclass(frozen=True, slots=True)
class Search:
    """What one search goes by. `brief` holds the sentences of the need, each with its stems."""

    db: Database
    query: MatchQuery
    needs: Needs
    brief: Sequence[tuple[str, set[str]]]
    space: Space
    embedding: Sequence[float]
    now: datetime
    ahead: Ahead

    @property
    def day(self) -> date:
        """On which clocks are compared: they change between now and a call in three months."""
        return (self.needs.filters.slots_after or self.now).date()

    def overlap(self, candidate: Candidate) -> float:
        return overlap_hours(self.needs.timezone, candidate.timezone, self.day)

    async def meet(self, filters: Filters, *, limit: int) -> Met:
        """Those within these filters."""
        near, worded = await asyncio.gather(
            nearest(self.db, self.space, self.embedding, filters, limit=limit),
            repository.worded(self.db, filters, self.needs.text),
        )
        return await self.look_at(filters, near, worded)

    async def look_at(self, filters: Filters, near: Sequence[UUID], worded: Worded) -> Met:
        """Those of these who are within the filters at this moment."""
        ids = list({*near, *worded.best})
        return Met(
            *await asyncio.gather(
                repository.candidates(
                    self.db,
                    self.space,
                    filters,
                    ids,
                    worded=worded,
                    embedding=self.embedding,
                    skills=self.needs.skills,
                ),
                self.openings(ids, after=self.needs.filters.slots_after),
            )
        )

    async def openings(self, ids: Sequence[UUID], *, after: datetime | None) -> bookings.Openings:
        """When these have time, from `after` on, or from now."""
        async with self.db.connection() as connection:
            return await bookings.openings(
                connection, ids, after=after or self.now, minutes=self.query.call_minutes
            )

    async def cards(self, ids: Sequence[UUID]) -> dict[UUID, ExpertCard]:
        async with self.db.connection() as connection:
            return await experts.cards(connection, ids)

    def rank(
        self, found: Sequence[Candidate], slots: Mapping[UUID, Sequence[datetime]] | None = None
    ) -> list[Scored]:
        zones = {candidate.timezone for candidate in found}
        overlaps = {zone: overlap_hours(self.needs.timezone, zone, self.day) for zone in zones}
        return ranking.rank(
            found, self.needs, model=self.space.model, overlaps=overlaps, now=self.now, slots=slots
        )

    def in_time(self, starts: Sequence[datetime]) -> bool:
        return self.needs.filters.in_time(starts)
