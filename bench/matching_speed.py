"""How long does a whole match take among many experts, and does it find the right ones?

    python -m bench.matching_speed [--sizes 1000,10000,100000] [--queries 150]

Calls `services.matching.service.search` (hard filters, vectors and words in PostgreSQL, ranking, free slots, wording,
storing the run) as REST and the assistant do, but with the query's embedding given, one call at a time, on a warm server
whose shared buffers (2 GB) hold all that is searched: 1.2 GB for 100,000 experts. The share of it that lies there is
printed. Filters let pass about 50 %, 5 % and 0.5 % of the experts. Recall compares the five nearest
within the filters with exact search over all vectors, and the five experts finally shown with those of the same service
call on an exact scan. The last line holds `name=value` pairs; its recall is the worse of the two.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import numpy as np
import uvloop

import services.rooms  # noqa: F401
from bench import matching_data as data
from core.actor import ROLE_SCOPES, Actor, Role
from core.clock import now
from core.db import Database
from core.embedded import EmbeddedPostgres
from core.gateways import Gateways, configure
from core.gateways.embeddings import LOCAL_DIMENSIONS, LOCAL_MODEL, LocalEmbeddings
from core.gateways.pgvector import PgvectorIndex
from core.gateways.vectors import Space
from core.migrate import upgrade
from core.money import Money
from core.processes import keep_what_is_loaded
from core.settings import settings
from services.accounts import service as accounts
from services.matching import repository, service
from services.matching.nearest import nearest
from services.matching.needs import ask
from services.matching.schemas import MatchQuery

RELATIONS = (
    "experts", "expert_embeddings", "expert_passages", "expert_skills", "availability_rules", "users", "match_terms",
)  # fmt: skip
VECTOR_INDEX = "ix_expert_embeddings_hnsw_local"
SELECTIVITIES = ("50", "5", "0.5")


@dataclass(frozen=True)
class Case:
    query: MatchQuery
    vector: list[float]
    nearest: set[UUID]
    share: float


@dataclass(frozen=True)
class Figures:
    p50: float
    p95: float
    recall: float
    shown: float
    share: float


def cases(people: data.Population, asking: data.Population, selectivity: str) -> list[Case]:
    """Queries whose filters let about so many per cent of the experts pass, with the exact answer."""
    median = int(np.median(people.rates))
    similar = asking.vectors @ people.vectors.T
    found = []
    for number in range(len(asking)):
        mask = people.rates <= median
        fields: dict[str, object] = {"max_rate": Money(amount=median, currency="USD")}
        if selectivity != "50":
            share = 0.1 if selectivity == "5" else 0.01
            if number % 2:
                language = 1 if selectivity == "5" else 2
                mask = mask & people.languages[:, language]
                fields["languages"] = [data.LANGUAGES[language][0]]
            else:
                skill = _skill_held_by(people, asking.skills[number], share)
                mask = mask & (people.skills == skill).any(axis=1)
                fields["must_skills"] = [data.SKILLS[skill]]
        rows = np.nonzero(mask)[0]
        best = rows[np.argsort(-similar[number][rows])[:5]]
        words = " ".join(data.word(int(w)) for w in asking.words[number][:60])
        found.append(
            Case(
                query=MatchQuery.model_validate({"text": words, **fields}),
                vector=[float(value) for value in asking.vectors[number]],
                nearest={people.expert_id(int(row)) for row in best},
                share=len(rows) / len(people),
            )
        )
    return found


def _skill_held_by(people: data.Population, own: np.ndarray, share: float) -> int:
    """Of all skills, one that about this share of experts lists; one of `own` if it comes as near."""
    counts = np.bincount(people.skills.ravel(), minlength=len(data.SKILLS)) / len(people)
    distance = np.abs(np.log((counts + 1e-9) / share))
    candidates = np.argsort(distance)[:6]
    mine = [skill for skill in own if skill in candidates]
    return int(mine[0] if mine else candidates[int(own[0]) % 6])


async def prepare(
    admin: str, server: EmbeddedPostgres, people: data.Population
) -> tuple[str, float | None, float | None]:
    """A database with the population; one that an earlier run built from the same code is kept. Returns its address,
    and seconds for loading and for the vector index where it was built."""
    name = f"matching_{len(people)}_{_fingerprint()}"
    connection = await asyncpg.connect(admin)
    built = await connection.fetchrow(
        "select shobj_description(oid, 'pg_database') as done from pg_database where datname = $1", name
    )
    url = server.url(name)
    if built is not None and built["done"] == "built":
        await connection.close()
        await _warm(url)
        return url, None, None
    older = await connection.fetch(
        "select datname from pg_database where datname like $1", f"matching\\_{len(people)}\\_%"
    )
    for row in older:
        await connection.execute(f'drop database "{row["datname"]}" with (force)')
    await connection.execute(f'create database "{name}"')
    await upgrade(url)
    loaded, indexed = await _fill(url, people)
    await _warm(url)
    await connection.execute(f"comment on database \"{name}\" is 'built'")
    await connection.close()
    return url, loaded, indexed


def _fingerprint() -> str:
    """Of what a built database depends on."""
    root = Path(__file__).resolve().parents[1]
    files = [root / "bench" / "matching_data.py", *sorted((root / "migrations" / "versions").glob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


async def _fill(url: str, people: data.Population) -> tuple[float, float]:
    connection = await asyncpg.connect(url)
    # Indexes are made anew once the rows are there, which is how so many rows are loaded.
    definitions = {
        row["indexrelid"]: row["definition"]
        for row in await connection.fetch(
            "select indexrelid::regclass::text as indexrelid, pg_get_indexdef(indexrelid) as definition"
            " from pg_index where not indisunique and indrelid = any($1::text[]::regclass[])",
            list(RELATIONS),
        )
    }
    for index in definitions:
        await connection.execute(f"drop index {index}")
    vectors = definitions.pop(VECTOR_INDEX)
    since = time.perf_counter()
    await data.load(connection, people)
    await connection.execute("set maintenance_work_mem = '2GB'; set max_parallel_maintenance_workers = 2")
    for definition in definitions.values():
        await connection.execute(definition, timeout=3600)
    loaded = time.perf_counter() - since
    since = time.perf_counter()
    await connection.execute(vectors, timeout=3600)
    indexed = time.perf_counter() - since
    async with Database(url) as db, db.transaction() as session:
        await repository.refresh_terms(session)
    await connection.close()
    return loaded, indexed


async def _warm(url: str) -> None:
    """The server is warm, as one in use is; nothing is left of earlier runs. Prints how much of what is searched lies in
    its memory: one relation must not drive out another, or else what is measured is a server that is half cold."""
    connection = await asyncpg.connect(url)
    await connection.execute("truncate match_runs")
    await connection.execute("vacuum analyze", timeout=600)
    await connection.execute("create extension if not exists pg_prewarm")
    for relation in RELATIONS:
        await connection.fetch(
            "select pg_prewarm(indexrelid) from pg_index where indrelid = $1::regclass", relation
        )
        await connection.fetch("select pg_prewarm($1::regclass)", relation)
    await connection.execute("create extension if not exists pg_buffercache")
    (row,) = await connection.fetch(_HELD, list(RELATIONS))
    megabytes, held = row
    print(f"{megabytes:,.0f} MB are searched, of which {100 * held / megabytes:.0f} % lie in shared buffers")
    await connection.close()


_HELD = """
    with searched as (
        select oid, pg_relation_filenode(oid) as file from pg_class where oid = any($1::text[]::regclass[])
        union all
        select indexrelid, pg_relation_filenode(indexrelid) from pg_index where indrelid = any($1::text[]::regclass[])
    )
    select (select sum(pg_relation_size(oid)) from searched) / 1048576.0,
        (select count(*) from pg_buffercache b join searched on b.relfilenode = searched.file
            join pg_database d on d.oid = b.reldatabase and d.datname = current_database()
            where b.relforknumber = 0) * 8 / 1024.0
"""


async def measure(db: Database, actor: Actor, given: list[Case]) -> Figures:
    space = Space(LOCAL_MODEL, LOCAL_DIMENSIONS)
    seconds, results, recall, shown = [], [], [], []
    for case in given:
        since = time.perf_counter()
        results.append(await service.search(db, actor, case.query, embedding=case.vector))
        seconds.append(time.perf_counter() - since)
    # Only then the scans of everything, which leave nothing in the processor's caches.
    for number, (case, result) in enumerate(zip(given, results, strict=True)):
        filters = ask(case.query, None, timezone="UTC", now=now()).filters
        near = set(await nearest(db, space, case.vector, filters))
        recall.append(len(case.nearest & near) / max(1, len(case.nearest)))
        if number % 3 == 0:
            configure(Gateways(vectors=PgvectorIndex(exact=True)))
            exact = await service.search(db, actor, case.query, embedding=case.vector)
            configure(Gateways(vectors=PgvectorIndex()))
            wanted = {match.expert.id for match in exact.items}
            if wanted:
                shown.append(len(wanted & {match.expert.id for match in result.items}) / len(wanted))
    seconds.sort()
    return Figures(
        p50=1000 * statistics.median(seconds),
        p95=1000 * seconds[int(len(seconds) * 0.95)],
        recall=statistics.mean(recall),
        shown=statistics.mean(shown),
        share=statistics.mean(case.share for case in given),
    )


async def main(sizes: list[int], queries: int) -> None:
    # A server of its own, with memory for the tables it searches, as one for so many experts has.
    server = EmbeddedPostgres(settings().data_dir / "bench" / "matching")
    admin = await asyncio.to_thread(server.start)
    connection = await asyncpg.connect(admin)
    await connection.execute("alter system set shared_buffers = '2GB'")
    await connection.close()
    await asyncio.to_thread(server.stop)
    admin = await asyncio.to_thread(server.start)
    configure(Gateways(embeddings=LocalEmbeddings()))
    asking, earlier = data.make(queries, seed=99), data.make(queries, seed=98)
    all_figures: dict[tuple[int, str], Figures] = {}
    try:
        for size in sizes:
            people = data.make(size, seed=1)
            url, loaded, built = await prepare(admin, server, people)
            made = "kept from an earlier run"
            if loaded is not None and built is not None:
                made = f"loaded in {loaded:.0f} s, vector index built in {built:.1f} s"
            print(f"\n{size:,} experts: {made}")
            print("filter %   passes %   p50 ms   p95 ms   recall@5 nearest   shown as exact")
            async with Database(url) as db:
                async with db.transaction() as session:
                    person = await accounts.ensure_account(
                        session, email="founder@bench.example", name="Founder", role=Role.USER
                    )
                actor = Actor(person.id, Role.USER, ROLE_SCOPES[Role.USER])
                keep_what_is_loaded()  # as the server does: the population is no work of a call's
                for selectivity in SELECTIVITIES:
                    # The server is warm, as one in use is: other queries have been asked before.
                    for case in cases(people, earlier, selectivity):
                        await service.search(db, actor, case.query, embedding=case.vector)
                    f = await measure(db, actor, cases(people, asking, selectivity))
                    all_figures[size, selectivity] = f
                    print(
                        f"{selectivity:>8}   {100 * f.share:8.2f}   {f.p50:6.1f}   {f.p95:6.1f}"
                        f"   {f.recall:16.3f}   {f.shown:14.3f}",
                        flush=True,
                    )
    finally:
        await asyncio.to_thread(server.stop)
    print("\n" + " ".join(f"{name}={value:.3f}" for name, value in summary(sizes, all_figures).items()))


def summary(sizes: list[int], figures: dict[tuple[int, str], Figures]) -> dict[str, float]:
    """The worst selectivity of the largest size, and how much slower it is than the size before."""
    largest = max(sizes)
    label = f"{largest // 1000}k"
    worst = {size: max(figures[size, each].p95 for each in SELECTIVITIES) for size in sizes}
    pairs = {}
    if len(sizes) > 1:
        pairs["growth"] = worst[largest] / worst[sorted(sizes)[-2]]
    pairs[f"p95_ms_{label}"] = worst[largest]
    pairs[f"recall5_{label}"] = min(
        min(figures[largest, each].recall, figures[largest, each].shown) for each in SELECTIVITIES
    )
    return pairs


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--queries", type=int, default=150)
    arguments = parser.parse_args()
    uvloop.run(main([int(size) for size in arguments.sizes.split(",")], arguments.queries))
