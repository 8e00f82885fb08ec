"""Keeping a vector index outside of the database in step with it.

Triggers (migration 0004) note every embedding that came, changed or went in `vector_changes`, in the transaction that
did it. `push` carries the noted ones over and forgets the notes; one that changes meanwhile keeps its note. With
pgvector nothing is carried: the notes wait for the day when somebody chooses Pinecone.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.gateways import gateways
from core.gateways.vectors import Space
from core.jobs import enqueue, job, periodic
from services.experts.jobs import on_indexed
from services.matching import repository

_BATCH = 100


@job("matching.push_vectors")
async def push(db: Database) -> None:
    """Carry over what has changed. Safe to run at any time; of two at once, the second leaves it to the first, or
    else the older of two states could arrive last."""
    if gateways().vectors.in_database:
        return
    async with db.transaction() as alone:
        if await repository.lock_pushing(alone):
            await _push(db)


async def _push(db: Database) -> None:
    index, space = gateways().vectors, current_space()
    while True:
        async with db.transaction() as session:
            notes = await repository.vector_changes(session, space.model, _BATCH)
            entries = await repository.vector_entries(session, space, [note.expert_id for note in notes])
        if not notes:
            return
        there = {entry.id for entry in entries}
        gone = {note.expert_id for note in notes} - there
        if entries:
            await index.upsert(space, entries)
        if gone:
            await index.remove(sorted(gone))
        async with db.transaction() as session:
            await repository.forget_vector_changes(session, notes)


@periodic("matching.follow_vectors", "* * * * *")
async def follow(db: Database) -> None:
    """Once a minute: what no job was enqueued for (status, hours, rate), and everything when the index is new or was
    emptied."""
    index = gateways().vectors
    if index.in_database:
        return
    held = await index.count(current_space())
    async with db.transaction() as session:
        stored = await repository.count_vectors(session, current_space().model)
        if held is not None and held < stored / 2:
            await repository.note_all_vectors(session, current_space().model)
    await push(db)


@on_indexed
async def embedded(session: AsyncSession) -> None:
    """New embeddings are carried over at once."""
    if not gateways().vectors.in_database:
        await enqueue(session, push, key="matching.push_vectors")


def current_space() -> Space:
    """The vectors of the embedding model in use."""
    embeddings = gateways().embeddings
    return Space(embeddings.model, embeddings.dimensions)
