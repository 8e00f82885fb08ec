"""Keeping the counts of words fresh, by which a search knows the rare ones."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.jobs import enqueue, job
from services.experts.jobs import on_indexed
from services.matching import repository

_DELAY = timedelta(seconds=20)


@job("matching.refresh_terms")
async def refresh_terms(db: Database) -> None:
    """Count words anew. Safe to run at any time."""
    async with db.transaction() as session:
        await repository.refresh_terms(session)


@on_indexed
async def profiles_changed(session: AsyncSession) -> None:
    """Many changes that come together cause one count."""
    await enqueue(session, refresh_terms, delay=_DELAY, key="matching.refresh_terms")
