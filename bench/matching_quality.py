"""Does matching find the right people, when founders and experts use different words for the same thing?

    python -m bench.matching_quality

180 briefs of founders against 480 profiles from 60 kinds of work (bench/data/matching_domains.toml). A profile with two
past jobs of the brief's kind is relevant (grade 3), one with a single such job, or of a neighbouring kind, somewhat
(grade 1). Every profile also holds a job of an unrelated kind, and general sentences. The full matcher runs through its
service on PostgreSQL; beside it, on the same profiles: the vectors alone (what the index holds, by cosine), BM25 and
tf-idf over the whole text. nDCG@5, recall@5 (of five relevant ones) and MRR of the first relevant one are means over
briefs. The last line holds `name=value` pairs: the full matcher as a multiple of the best other on each figure.
"""

from __future__ import annotations

import asyncio
import math
import random
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import uvloop

import services.rooms  # noqa: F401
from core.actor import Actor, Role
from core.db import Database
from core.embedded import EmbeddedPostgres
from core.gateways import Gateways, configure
from core.gateways.embeddings import LocalEmbeddings
from core.migrate import upgrade
from core.settings import settings
from services.experts.jobs import index_missing
from services.matching import service
from services.matching.jobs import refresh_terms
from services.matching.schemas import MatchQuery
from services.taxonomy import industries, skills
from tests.accounts.factories import actor_for, make_user
from tests.experts.factories import make_expert

TOP = 5
GENERAL = (
    "docker",
    "linux",
    "postgresql",
    "aws",
    "react",
    "python",
    "typescript",
    "terraform",
    "kubernetes",
    "redis",
)
HEADLINES = (
    "Technology lead for teams of three to thirty",
    "Fractional CTO, hands on",
    "Builds the first version and the team after it",
    "Engineering leader who still reads the code",
    "Calm technical partner for founders",
    "From first commit to the hundredth hire",
)
FILLER = (
    "I write decisions down and keep meetings short.",
    "Small releases every week beat one large one.",
    "I hire slowly and let people own what they build.",
    "Most estimates fail because nobody asked what could be left out.",
    "I take two clients at a time and answer within a day.",
    "Good logs are worth more than good intentions.",
    "I prefer boring tools and clear ownership.",
    "My first week goes to listening, my second to the riskiest part.",
    "I coach leads until I am no longer needed.",
    "Budgets are a design constraint like any other.",
)

Ranker = Callable[[str], Sequence[UUID]]
_WORD = re.compile(r"[a-z0-9]+")
_STOP_WORDS = "a an and are as at be by for from had has i in is it of on or that the their to was we with"
_STOP = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True)
class Profile:
    text: str
    fields: dict[str, Any]
    jobs: Counter[str]


@dataclass(frozen=True)
class Figures:
    ndcg: float
    recall: float
    mrr: float


def domains() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((Path(__file__).parent / "data" / "matching_domains.toml").read_text("utf-8"))


def profiles(kinds: dict[str, dict[str, list[str]]]) -> list[Profile]:
    """Eight of each kind: six with two jobs of it, two with one. Always the same."""
    chance = random.Random(11)
    names = list(kinds)
    pairs = [(a, b) for a in range(4) for b in range(a + 1, 4)]
    made = []
    for name in names:
        for number in range(8):
            others = [other for other in names if other != name and other not in kinds[name]["near"]]
            strange = chance.sample(others, 2)
            own = pairs[number] if number < len(pairs) else (number - len(pairs),)
            held = [(name, kinds[name]["past"][at]) for at in own]
            held += [(other, chance.choice(kinds[other]["past"])) for other in strange[: 3 - len(own)]]
            chance.shuffle(held)
            listed = list(
                dict.fromkeys([*chance.sample(kinds[name]["skills"], 2), *chance.sample(GENERAL, 4)])
            )
            industry = kinds[name]["industry"] if number < len(pairs) else kinds[strange[0]]["industry"]
            fields: dict[str, object] = {
                "headline": chance.choice(HEADLINES),
                "story": " ".join(chance.sample(FILLER, 5)),
                "industries": [industry],
                "skills": [{"skill": slug, "years": chance.randint(2, 15), "level": 2} for slug in listed],
                "roles": [
                    {
                        "title": "CTO",
                        "company": "A company",
                        "from_year": 2010 + at,
                        "to_year": 2012 + at,
                        "outcomes": [job],
                    }
                    for at, (_, job) in enumerate(held)
                ],
                "timezone": "Europe/Berlin",
            }
            words = [str(fields["headline"]), str(fields["story"]), *(job for _, job in held)]
            words += [skills.SKILLS[slug].name for slug in listed]
            words.append(industries.INDUSTRIES[str(industry)].name)
            made.append(Profile(". ".join(words), fields, Counter(kind for kind, _ in held)))
    return made


def grade(kinds: dict[str, dict[str, list[str]]], kind: str, jobs: Counter[str]) -> int:
    if jobs[kind] >= 2:
        return 3
    if jobs[kind] == 1 or any(jobs[near] >= 2 for near in kinds[kind]["near"]):
        return 1
    return 0


def bm25(ids: Sequence[UUID], texts: Sequence[str]) -> Ranker:
    """Okapi BM25 with k1 = 1.2 and b = 0.75."""
    bags = [Counter(_words(text)) for text in texts]
    spread = Counter(word for bag in bags for word in bag)
    mean = sum(sum(bag.values()) for bag in bags) / len(bags)

    def rank(brief: str) -> list[UUID]:
        scores = []
        for bag in bags:
            length = sum(bag.values())
            score = 0.0
            for word in set(_words(brief)):
                if bag[word]:
                    rarity = math.log(1 + (len(bags) - spread[word] + 0.5) / (spread[word] + 0.5))
                    score += rarity * bag[word] * 2.2 / (bag[word] + 1.2 * (0.25 + 0.75 * length / mean))
            scores.append(score)
        return [ids[at] for at in np.argsort(-np.array(scores), kind="stable")[:10]]

    return rank


def tf_idf(ids: Sequence[UUID], texts: Sequence[str]) -> Ranker:
    """Cosine of log-weighted term vectors."""
    bags = [Counter(_words(text)) for text in texts]
    spread = Counter(word for bag in bags for word in bag)

    def weigh(bag: Counter[str]) -> dict[str, float]:
        weights = {
            w: (1 + math.log(n)) * math.log(len(bags) / spread[w]) for w, n in bag.items() if spread[w]
        }
        length = math.sqrt(sum(value * value for value in weights.values())) or 1.0
        return {word: value / length for word, value in weights.items()}

    known = [weigh(bag) for bag in bags]

    def rank(brief: str) -> list[UUID]:
        asked = weigh(Counter(_words(brief)))
        scores = [sum(value * weights.get(word, 0.0) for word, value in asked.items()) for weights in known]
        return [ids[at] for at in np.argsort(-np.array(scores), kind="stable")[:10]]

    return rank


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in _STOP]


def figures(ranked: Sequence[Sequence[int]], ideal: Sequence[Sequence[int]]) -> Figures:
    """Means over briefs of lists of grades as ranked; `ideal` holds all grades of a brief."""
    ndcg, recall, mrr = [], [], []
    for got, every in zip(ranked, ideal, strict=True):
        best = sorted(every, reverse=True)
        ndcg.append(_gain(got[:TOP]) / _gain(best[:TOP]))
        recall.append(sum(g == 3 for g in got[:TOP]) / min(TOP, sum(g == 3 for g in every)))
        mrr.append(next((1 / (at + 1) for at, g in enumerate(got) if g == 3), 0.0))
    return Figures(float(np.mean(ndcg)), float(np.mean(recall)), float(np.mean(mrr)))


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**g - 1) / math.log2(at + 2) for at, g in enumerate(grades))


async def prepare(db: Database, made: Sequence[Profile]) -> list[UUID]:
    ids = []
    for number, profile in enumerate(made):
        async with db.transaction() as session:
            _, expert = await make_expert(session, name=f"Expert {number}", **profile.fields)
        ids.append(expert.id)
    await index_missing(db)
    await refresh_terms(db)
    return ids


async def by_vectors(db: Database, vector: Sequence[float]) -> list[UUID]:
    rows = await db.raw.fetch(
        "select expert_id from expert_embeddings order by embedding::halfvec(384) <=> cast($1::text as halfvec(384))"
        " limit 10",
        "[" + ",".join(map(str, vector)) + "]",
    )
    return [row["expert_id"] for row in rows]


async def evaluate(db: Database, founder: Actor) -> dict[str, Figures]:
    kinds = domains()
    made = profiles(kinds)
    ids = await prepare(db, made)
    texts = [profile.text for profile in made]
    jobs = dict(zip(ids, (profile.jobs for profile in made), strict=True))
    rankers = {"bm25": bm25(ids, texts), "tf-idf": tf_idf(ids, texts)}
    found: dict[str, list[list[int]]] = {"full": [], "vectors": [], "bm25": [], "tf-idf": []}
    ideal = []
    for kind, entry in kinds.items():
        grades = {key: grade(kinds, kind, held) for key, held in jobs.items()}
        for brief in entry["briefs"]:
            ideal.append(list(grades.values()))
            result = await service.search(db, founder, MatchQuery(text=brief, limit=10))
            found["full"].append([grades[match.expert.id] for match in result.items])
            found["vectors"].append([grades[key] for key in await by_vectors(db, await service.embed(brief))])
            for name, ranker in rankers.items():
                found[name].append([grades[key] for key in ranker(brief)])
    print(f"{len(ideal)} briefs, {len(made)} profiles")
    return {name: figures(ranked, ideal) for name, ranked in found.items()}


async def main() -> None:
    server = EmbeddedPostgres(settings().data_dir / "bench" / "postgres")
    admin = await asyncio.to_thread(server.start)
    configure(Gateways(embeddings=LocalEmbeddings()))
    try:
        connection = await asyncpg.connect(admin)
        await connection.execute("drop database if exists matching_quality with (force)")
        await connection.execute("create database matching_quality")
        await connection.close()
        url = server.url("matching_quality")
        await upgrade(url)
        async with Database(url) as db:
            founder = actor_for(await make_user(db, role=Role.USER, timezone="Europe/Berlin"))
            results = await evaluate(db, founder)
    finally:
        await asyncio.to_thread(server.stop)
    print("ranker    nDCG@5   recall@5   MRR")
    for name, got in results.items():
        print(f"{name:8}  {got.ndcg:6.3f}   {got.recall:8.3f}   {got.mrr:5.3f}")
    others = [got for name, got in results.items() if name != "full"]
    full = results["full"]
    pairs = {
        "ndcg5_ratio": full.ndcg / max(other.ndcg for other in others),
        "recall5_ratio": full.recall / max(other.recall for other in others),
        "mrr_ratio": full.mrr / max(other.mrr for other in others),
        "ndcg5": full.ndcg,
        "recall5": full.recall,
        "mrr": full.mrr,
    }
    print("\n" + " ".join(f"{name}={value:.3f}" for name, value in pairs.items()))


if __name__ == "__main__":
    uvloop.run(main())
