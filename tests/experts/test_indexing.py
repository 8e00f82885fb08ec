"""Embeddings follow profiles, and hold nothing about who somebody is."""

import pytest
from sqlalchemy import select

from core.actor import Role
from core.db import Database
from core.gateways.embeddings import LocalEmbeddings, digest
from models.experts import ExpertEmbedding
from services.experts import jobs, service
from services.experts.demo import keeping, kept
from services.experts.document import MAX_PASSAGES, ProfileText, mean
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
        passages = (await jobs.texts(session, [expert.id]))[expert.id].passages()
    text = "\n".join(passage.text for passage in passages)
    assert "Python" in text
    for word in ("Zebulon", "Quixote", "IS", "Lisbon", Role.CTO.value):
        assert word not in text


async def test_long_profiles_are_read_to_the_end(embeddings: LocalEmbeddings) -> None:
    filler = "We shipped the release and wrote the report for the board. " * 100
    profile = ProfileText(
        headline="Engineer",
        story=filler + "Then I built insulin pumps for children with diabetes.",
        skills=["Python"],
        industries=["SaaS"],
        outcomes=["Moved a bank"],
    )
    passages = profile.passages()
    assert len(passages) <= MAX_PASSAGES
    query, *parts = await embeddings.embed(
        ["software for diabetes patients", *(passage.text for passage in passages)]
    )
    near = [sum(a * b for a, b in zip(query, part, strict=True)) for part in parts]
    assert near.index(max(near)) == len(parts) - 1


def test_what_may_be_quoted_stands_in_the_profile() -> None:
    story = (
        "I run teams of ten. Nobody was harmed; the ship sailed on Monday.\nThen I left for the mountains."
    )
    profile = ProfileText("Head", story, ["Go"], ["SaaS"], ["Cut costs by half", "Gates, belts, delays"])
    assert [(passage.text, passage.quote) for passage in profile.passages()[3:]] == [
        ("Cut costs by half", "Cut costs by half"),
        # A list of nouns is no reason.
        ("Gates, belts, delays", None),
        ("I run teams of ten.", "I run teams of ten."),
        # What is found is a part; what is quoted is the sentence.
        ("Nobody was harmed;", "Nobody was harmed; the ship sailed on Monday."),
        ("the ship sailed on Monday.", "Nobody was harmed; the ship sailed on Monday."),
        ("Then I left for the mountains.", "Then I left for the mountains."),
    ]
    long = f"{'We went from island to island and mended what was broken there, ' * 4}and home; nobody was harmed."
    assert [passage.quote for passage in ProfileText("Head", long, [], [], []).passages()[1:]] == [
        long.partition(";")[0],
        None,
    ]
    assert all(passage.quote is None for passage in ProfileText("Head", story * 40, [], [], []).passages())


def test_what_somebody_is_not_for_is_no_passage_of_theirs() -> None:
    story = (
        "I build one honest monolith and keep it for years. If you want microservices, I’m the wrong man. "
        "I do not work on gambling; hospitals I do, gladly. Kubernetes is not my thing.\nI have no real experience with Rust. "
        "I have never lost a message in ten years."
    )
    assert [passage.text for passage in ProfileText("Head", story, [], [], []).passages()[1:]] == [
        "I build one honest monolith and keep it for years.",
        "hospitals I do, gladly.",
        "I have never lost a message in ten years.",
    ]


def test_the_mean_is_of_unit_length() -> None:
    assert mean([[1.0, 0.0], [0.0, 1.0]]) == pytest.approx([0.5**0.5, 0.5**0.5])


def test_every_passage_of_the_demo_experts_has_its_vector_kept() -> None:
    assert {digest(text) for text in keeping.passages()} == kept.vectors().keys()
