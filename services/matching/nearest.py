"""Asking the vector index who is near. PostgreSQL holds every vector as well, so when an index outside of it does not
answer, the database's own index does."""

import logging
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import VendorUnavailable
from core.gateways import gateways
from core.gateways.pgvector import PgvectorIndex
from core.gateways.vectors import Near, Space
from services.matching import repository
from services.matching.needs import Filters

log = logging.getLogger(__name__)


async def with_words(session: AsyncSession, filters: Filters) -> list[UUID] | None:
    """The profiles that have the words of the filters, where the index cannot look for them itself."""
    if not filters.words or gateways().vectors.in_database:
        return None
    return await repository.with_words(session, filters.words)


async def nearest(
    space: Space,
    embedding: Sequence[float],
    filters: Filters,
    *,
    limit: int | None = None,
    only: Sequence[UUID] | None = None,
) -> Near:
    """A statement that yields the nearest within the filters."""
    index = gateways().vectors
    try:
        return await index.near(space, embedding, filters, limit=limit or repository.NEAR, only=only)
    except VendorUnavailable:
        log.warning("%s did not answer; searching in the database", index.name, exc_info=True)
        return await PgvectorIndex().near(space, embedding, filters, limit=limit or repository.NEAR)
