"""One contract for both vector indexes: pgvector, and Pinecone through its official packages on the stand-in."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import delete, select, text, update

from core.actor import Actor
from core.db import SEARCHING, Database
from core.errors import VendorUnavailable
from core.gateways import Gateways, configure, gateways
from core.gateways.embeddings import LocalEmbeddings
from core.gateways.pgvector import PgvectorIndex
from core.gateways.pinecone import PineconeIndex
from core.gateways.vectors import Entry, ProfileFilter, Space, VectorIndex
from core.ids import new_id
from models.experts import Expert, ExpertEmbedding
from models.matching import VectorChange
from services.experts.jobs import embed_profiles, index_missing
from services.matching import indexing, service
from services.matching.nearest import nearest
from services.matching.needs import Filters
from services.matching.schemas import MatchQuery
from tests.experts.factories import make_expert
from tests.sandbox.process import Sandbox

SPACE = Space(LocalEmbeddings.model, LocalEmbeddings.dimensions)
NEED = "Video visits for patients with diabetes, on phones, with payments"


def pinecone(sandbox: Sandbox, **changes: Any) -> PineconeIndex:
    given = {
        "api_key": "pcsk_tests",
        "api_base": f"{sandbox.url}/pinecone",
        "index": "cto-profiles",
        "cloud": "aws",
        "region": "us-east-1",
    }
    return PineconeIndex(**given | changes)


@pytest.fixture(params=["pgvector", "pinecone"])
async def index(
    request: pytest.FixtureRequest, library: Database, sandbox: Sandbox
) -> AsyncIterator[VectorIndex]:
    """The index in use, in step with the library."""
    chosen: VectorIndex = PgvectorIndex() if request.param == "pgvector" else pinecone(sandbox)
    configure(Gateways(vectors=chosen))
    await index_missing(library)
    await indexing.follow(library)
    yield chosen
    configure(Gateways(vectors=PgvectorIndex()))
    await chosen.close()


async def ids(
    db: Database, filters: ProfileFilter, vector: list[float], *, space: Space = SPACE, limit: int = 10
) -> list[UUID]:
    """What the index in use answers."""
    wanted = Filters(**{name: getattr(filters, name) for name in ProfileFilter.__dataclass_fields__})
    return await nearest(db, space, vector, wanted, limit=limit)


async def scores(db: Database, vector: Sequence[float], condition: Any) -> dict[UUID, float]:
    """How near everybody is whom a condition lets pass."""
    async with db.transaction() as session:
        rows = (
            await session.execute(
                select(Expert.id, ExpertEmbedding.embedding)
                .join(ExpertEmbedding, ExpertEmbedding.expert_id == Expert.id)
                .where(
                    Expert.status == "approved",
                    Expert.is_bookable,
                    ExpertEmbedding.model == SPACE.model,
                    condition,
                )
            )
        ).all()
    return {row: float(np.dot(np.array(e), np.array(vector)) / np.linalg.norm(e)) for row, e in rows}


async def exact(db: Database, vector: Sequence[float], condition: Any, limit: int = 10) -> list[UUID]:
    found = await scores(db, vector, condition)
    return sorted(found, key=lambda each: -found[each])[:limit]


FILTERS: list[tuple[ProfileFilter, Any]] = [
    (ProfileFilter(), Expert.years >= 0),
    (ProfileFilter(skills=("python", "postgresql")), Expert.skill_slugs.contains(["python", "postgresql"])),
    (ProfileFilter(excluded_skills=("python",)), ~Expert.skill_slugs.contains(["python"])),
    (ProfileFilter(excluded_industries=("healthcare",)), ~Expert.industries.contains(["healthcare"])),
    (ProfileFilter(min_usd=9_000, max_usd=14_000), Expert.rate_usd_amount.between(9_000, 14_000)),
    (ProfileFilter(languages=("en", "de")), Expert.languages.contains(["en", "de"])),
    (ProfileFilter(timezones=("Europe/Berlin", "Europe/Lisbon")), Expert.timezone.in_(["Europe/Berlin", "Europe/Lisbon"])),
    (ProfileFilter(timezones=()), Expert.years < 0),
    (ProfileFilter(engagement="interim", min_years=15), Expert.engagements.contains(["interim"]) & (Expert.years >= 15)),
    (ProfileFilter(countries=("DE", "FR")), Expert.country.in_(["DE", "FR"])),
    (ProfileFilter(words=("hospital",)), Expert.search.op("@@")(text("phraseto_tsquery('english', 'hospital')"))),
    (ProfileFilter(words=("no such word anywhere",)), Expert.years < 0),
]  # fmt: skip


async def test_finds_the_nearest_within_each_filter(library: Database, index: VectorIndex) -> None:
    vector = await service.embed(NEED)
    for filters, condition in FILTERS:
        wanted = await exact(library, vector, condition)
        found = await ids(library, filters, vector)
        # An index outside gives a few to spare, in case some have left. Either is approximate: one of ten may be missed.
        # Who is equally near is told by score, as profiles of the same words are equally near.
        closeness = await scores(library, vector, condition)
        assert set(found) <= closeness.keys(), filters
        least = min((closeness[each] for each in wanted), default=1.0) - 1e-3
        assert sum(closeness[each] >= least for each in found) >= 0.9 * len(wanted), filters
        if index.in_database:
            assert len(found) <= 10
    everyone = await ids(library, ProfileFilter(), vector)
    without = await ids(library, ProfileFilter(excluded_ids=tuple(everyone[:2])), vector)
    assert not set(everyone[:2]) & set(without)


async def test_a_scan_that_stops_early_misses_nobody(
    library: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With next to no vectors to compare, and nothing but the HNSW index to compare them in."""
    await index_missing(library)
    off = dict.fromkeys(("enable_bitmapscan", "enable_seqscan", "enable_sort"), "off")
    for name, value in {**off, "hnsw.ef_search": "1", "hnsw.max_scan_tuples": "1"}.items():
        monkeypatch.setitem(SEARCHING, name, value)
    vector = await service.embed(NEED)
    async with Database(library.url) as db:
        for filters, condition in FILTERS:
            within = await scores(library, vector, condition)
            found = await ids(db, filters, vector)
            assert set(found) <= within.keys(), filters
            assert len(found) == min(10, len(within)), filters


async def test_follows_status_hours_profile_and_removal(library: Database, index: VectorIndex) -> None:
    headline = "Built the telemetry of insulin pumps for children with diabetes"
    async with library.transaction() as session:
        _, made = await make_expert(
            session, headline=headline, story=headline + ". " * 3 + "I know diabetes care well."
        )
    await embed_profiles(library, [made.id])
    await indexing.follow(library)
    vector = await service.embed(headline)
    assert (await ids(library, ProfileFilter(), vector))[0] == made.id

    async def change(**values: Any) -> list[UUID]:
        async with library.transaction() as session:
            await session.execute(update(Expert).where(Expert.id == made.id).values(**values))
        await indexing.follow(library)
        return await ids(library, ProfileFilter(max_usd=20_000), vector)

    assert made.id not in await change(status="paused")
    assert made.id in await change(status="approved")
    assert made.id not in await change(is_bookable=False)
    assert made.id in await change(is_bookable=True)
    assert made.id not in await change(rate_usd_amount=25_000)
    async with library.transaction() as session:
        await session.execute(delete(Expert).where(Expert.id == made.id))
    await indexing.follow(library)
    assert made.id not in await ids(library, ProfileFilter(), vector)
    async with library.transaction() as session:
        waiting = (await session.scalars(select(VectorChange).where(VectorChange.expert_id == made.id))).all()
    assert index.in_database or waiting == [], made.id


async def test_models_never_mix_and_a_new_model_is_indexed_anew(
    library: Database, index: VectorIndex
) -> None:
    class Letters(LocalEmbeddings):
        """Another model of the same length: how often each letter occurs."""

        model = "letters"

        async def embed(self, texts: list[str]) -> list[list[float]]:
            counts = [[each.lower().count(chr(97 + n)) + 0.01 for n in range(26)] for each in texts]
            return [[value / math.hypot(*row) for value in row] + [0.0] * 358 for row in counts]

    usual = gateways().embeddings
    vector = await service.embed(NEED)
    before = await ids(library, ProfileFilter(), vector)
    letters = Space("letters", 384)
    assert await ids(library, ProfileFilter(), vector, space=letters) == []
    configure(Gateways(embeddings=Letters()))
    try:
        await index_missing(library)
        await indexing.follow(library)
        found = await ids(library, ProfileFilter(), await service.embed(NEED), space=letters)
        assert len(found) >= 10
        assert found != before
    finally:
        configure(Gateways(embeddings=usual))
        async with library.transaction() as session:
            await session.execute(delete(ExpertEmbedding).where(ExpertEmbedding.model == "letters"))
    assert await ids(library, ProfileFilter(), vector) == before


async def test_fifty_searches_at_once_all_succeed(
    library: Database, founder: Actor, index: VectorIndex
) -> None:
    queries = [
        MatchQuery(text=f"{NEED}, number {n}", must_skills=["python"] if n % 2 else []) for n in range(50)
    ]
    results = await asyncio.gather(*(service.search(library, founder, query) for query in queries))
    assert all(result.items for result in results)
    assert all("python" in [s.skill for s in match.expert.skills] for r in results[1::2] for match in r.items)


async def test_a_stale_index_shows_nobody_who_left(
    library: Database, founder: Actor, sandbox: Sandbox
) -> None:
    stale = pinecone(sandbox)
    configure(Gateways(vectors=stale))
    headline = "Ran the control room of a tidal power plant in the Orkney islands"
    try:
        async with library.transaction() as session:
            _, made = await make_expert(session, headline=headline)
        await embed_profiles(library, [made.id])
        await indexing.follow(library)
        found = await service.search(library, founder, MatchQuery(text=headline))
        assert found.items[0].expert.id == made.id
        async with library.transaction() as session:
            await session.execute(update(Expert).where(Expert.id == made.id).values(status="suspended"))
        after = await service.search(library, founder, MatchQuery(text=headline))
        assert after.items
        assert made.id not in {match.expert.id for match in after.items}
    finally:
        configure(Gateways(vectors=PgvectorIndex()))
        await stale.close()


async def test_the_database_answers_when_pinecone_does_not(
    library: Database, founder: Actor, sandbox: Sandbox, own_sandbox: Sandbox
) -> None:
    own_sandbox.kill()
    wrong_key = pinecone(sandbox, api_key="no_key_at_all")
    for broken in (pinecone(own_sandbox), wrong_key):
        with pytest.raises(VendorUnavailable):
            await broken.count(SPACE)
        configure(Gateways(vectors=broken))
        try:
            found = await service.search(library, founder, MatchQuery(text=NEED, must_skills=["python"]))
        finally:
            configure(Gateways(vectors=PgvectorIndex()))
            await broken.close()
        assert found.items


async def test_vectors_survive_a_killed_stand_in_and_lengths_have_indexes_of_their_own(
    own_sandbox: Sandbox,
) -> None:
    def entry(length: int) -> Entry:
        return Entry(new_id(), [0.5] * length, True, ["python"], [], ["en"], ["call"], "UTC", "DE", 5, 9_000)

    index = pinecone(own_sandbox)
    await index.upsert(Space("short", 8), [entry(8), entry(8)])
    await index.upsert(Space("long", 16), [entry(16)])
    await index.close()
    own_sandbox.kill()
    await own_sandbox.start()
    index = pinecone(own_sandbox)
    try:
        assert await index.count(Space("short", 8)) == 2
        assert await index.count(Space("long", 16)) == 1
        assert await index.count(Space("other", 16)) == 0
        with pytest.raises(VendorUnavailable):
            await index.upsert(Space("short", 8), [entry(16)])
        kept = entry(8)
        await index.upsert(Space("short", 8), [kept])
        await index.remove([kept.id])
        assert await index.count(Space("short", 8)) == 2
    finally:
        await index.close()
