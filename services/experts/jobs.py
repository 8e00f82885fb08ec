"""Embedding profiles in the background: after a change, and for all when the model changes."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.gateways import gateways
from core.jobs import enqueue, job
from services.experts import repository
from services.experts.document import ProfileText, mean
from services.experts.reading import outcomes, skill_name
from services.taxonomy import industries

_BATCH = 32

IndexedHook = Callable[[AsyncSession], Awaitable[None]]
_hooks: list[IndexedHook] = []


def on_indexed(hook: IndexedHook) -> IndexedHook:
    """Call `hook(session)` in the transaction that stores new embeddings."""
    _hooks.append(hook)
    return hook


@job("experts.reindex")
async def reindex(db: Database, *, expert_id: UUID) -> None:
    """Embed one profile with the current model, unless the stored embedding is of the same text."""
    await embed_profiles(db, [expert_id])


@job("experts.reindex_missing")
async def reindex_missing(db: Database) -> None:
    """Embed a batch of profiles that the current model has not embedded yet, and come again for the rest."""
    if await index_missing(db, limit=_BATCH * 4) == 0:
        return
    async with db.transaction() as session:
        await enqueue(session, reindex_missing)


async def index_missing(db: Database, *, limit: int = 100_000) -> int:
    """Embed up to `limit` profiles that the current model has not embedded. Returns how many were."""
    done = 0
    while done < limit:
        async with db.transaction() as session:
            ids = await repository.without_embedding(
                session, gateways().embeddings.model, min(_BATCH, limit - done)
            )
        if not ids:
            break
        await embed_profiles(db, ids)
        done += len(ids)
    return done


async def embed_profiles(db: Database, ids: Sequence[UUID]) -> None:
    """Embed these profiles where their text has changed. The model runs outside of any transaction."""
    embeddings = gateways().embeddings
    async with db.transaction() as session:
        found = await texts(session, ids)
        known = await repository.embedding_hashes(session, ids, embeddings.model)
    stale = {key: text for key, text in found.items() if known.get(key) != text.content_hash()}
    if not stale:
        return
    passages = {key: text.passages() for key, text in stale.items()}
    vectors = iter(await embeddings.embed([part.text for parts in passages.values() for part in parts]))
    embedded = {key: [(part, next(vectors)) for part in parts] for key, parts in passages.items()}
    async with db.transaction() as session:
        current = await texts(session, list(stale))
        for key, parts in embedded.items():
            content_hash = stale[key].content_hash()
            # A profile that changed meanwhile has a job of its own on the way.
            if key in current and current[key].content_hash() == content_hash:
                await repository.store_embedding(
                    session,
                    key,
                    model=embeddings.model,
                    content_hash=content_hash,
                    vector=mean([vector for _, vector in parts]),
                    passages=[(part.quote, vector) for part, vector in parts],
                )
        for hook in _hooks:
            await hook(session)


async def texts(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, ProfileText]:
    """What is embedded of each of these profiles."""
    experts = await repository.by_ids(session, ids)
    owned = await repository.skills_of(session, ids)
    return {
        expert.id: ProfileText(
            headline=expert.headline,
            story=expert.story,
            skills=[skill_name(row.skill) for row in owned.get(expert.id, [])],
            industries=[
                industries.INDUSTRIES[slug].name if slug in industries.INDUSTRIES else slug
                for slug in expert.industries
            ],
            outcomes=outcomes(expert),
        )
        for expert in experts
    }
