"""Embeddings follow profiles, and hold nothing about who somebody is."""

from sqlalchemy import select

from core.actor import Role
from core.db import Database
from core.gateways.embeddings import LocalEmbeddings
from models.experts import ExpertEmbedding
from services.experts import jobs, service
from services.experts.document import ProfileText, mean
from services.experts.schemas import ProfilePatch
from tests.experts.factories import make_expert


async def test_reindexing_embeds_once_and_again_only_after_a_change(db: Database) -> None:
    async with db.transaction() as session:
        owner, expert = await make_expert(session)
    rows = select(ExpertEmbedding).where(ExpertEmbedding.expert_id == expert.id)
    await jobs.reindex(db, expert_id=expert.id)
    async with db.transaction() as session:
        first = (await session.scalars(rows)).one()
        assert first.model == LocalEmbeddings.model
    await jobs.reindex(db, expert_id=expert.id)
    async with db.transaction() as session:
        assert (await session.scalars(rows)).one().created_at == first.created_at
        await service.update_profile(session, owner, ProfilePatch(headline="Something else entirely"))
    await jobs.reindex(db, expert_id=expert.id)
    async with db.transaction() as session:
        assert (await session.scalars(rows)).one().content_hash != first.content_hash


async def test_index_missing_leaves_nobody_out(db: Database) -> None:
    async with db.transaction() as session:
        made = [(await make_expert(session))[1].id for _ in range(3)]
    assert await jobs.index_missing(db) >= 3
    assert await jobs.index_missing(db) == 0
    async with db.transaction() as session:
        stored = set(await session.scalars(select(ExpertEmbedding.expert_id)))
    assert set(made) <= stored


async def test_the_embedded_text_names_nobody(db: Database) -> None:
    async with db.transaction() as session:
        _, expert = await make_expert(session, name="Zebulon Quixote", country="IS", languages=["is"])
        text = "\n".join((await jobs.texts(session, [expert.id]))[expert.id].parts())
    assert "Python" in text
    for word in ("Zebulon", "Quixote", "IS", "Lisbon", Role.CTO.value):
        assert word not in text


async def test_long_profiles_are_read_to_the_end(embeddings: LocalEmbeddings) -> None:
    filler = "We shipped the release and wrote the report for the board. " * 40
    plain, special = (
        ProfileText(headline="Engineer", story=filler + end, skills=["Python"], industries=[], outcomes=[])
        for end in ("", "Then I built insulin pumps for children with diabetes. " * 8)
    )
    query, *parts = await embeddings.embed(
        ["software for diabetes patients", *plain.parts(), *special.parts()]
    )
    count = len(plain.parts())
    near = [
        sum(a * b for a, b in zip(query, mean(vectors), strict=True))
        for vectors in (parts[:count], parts[count:])
    ]
    assert near[1] > near[0] + 0.05
