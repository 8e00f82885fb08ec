"""Asking the vector index who is near. PostgreSQL holds every vector as well, so when an index outside of it does not
answer, the database's own index does."""

import logging
from collections.abc import Sequence
from uuid import UUID

from core.db import Database
from core.errors import VendorUnavailable
from core.gateways import gateways
from core.gateways.pgvector import PgvectorIndex
from core.gateways.vectors import Space
from services.matching import repository
from services.matching.needs import Filters

log = logging.getLogger(__name__)


async def nearest(
    db: Database, space: Space, embedding: Sequence[float], filters: Filters, *, limit: int | None = None
) -> list[UUID]:
    """The nearest within the filters, best first."""
    index = gateways().vectors
    limit = limit or repository.NEAR
    only = None
    if filters.words and not index.in_database:
        only = await repository.with_words(db, filters.words)
    try:
        return await index.near(db, space, embedding, filters, limit=limit, only=only)
    except VendorUnavailable:
        log.warning("%s did not answer; searching in the database", index.name, exc_info=True)
        return await PgvectorIndex().near(db, space, embedding, filters, limit=limit)
