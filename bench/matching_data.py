"""A synthetic population of experts for speed measurements: clustered unit vectors as sentence embeddings are, skills
that go with the cluster half of the time, Zipf-distributed words, rates, languages, time zones and weekly hours."""

import io
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import orjson
from numpy.typing import NDArray

from core.gateways.embeddings import LOCAL_DIMENSIONS, LOCAL_MODEL
from services.taxonomy import industries, skills

CLUSTERS, LATENT, WORDS, STORY_WORDS, BATCH, PASSAGES = 256, 32, 20_000, 110, 5_000, 6
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Europe/London",
    "Asia/Tokyo",
)
# Language codes and the share of experts who speak them, so that filters of known selectivity can be made.
LANGUAGES = (("en", 1.0), ("pt", 0.1), ("cs", 0.01))
USERS = ("id", "email", "email_verified_at", "name", "role", "timezone", "signed_up_at", "is_demo")
EXPERTS = (
    "id", "user_id", "slug", "status", "headline", "story", "country", "timezone", "languages", "industries",
    "stages", "engagements", "rate_amount", "rate_currency", "rate_usd_amount", "years", "roles", "skill_slugs",
    "keywords", "is_bookable", "is_demo",
)  # fmt: skip


_FILL = f"""
    insert into expert_embeddings (expert_id, model, content_hash, embedding, findable, rate_usd_amount, years, country,
        timezone, skill_slugs, industries, languages, engagements)
    select x.id, '{LOCAL_MODEL}', 'bench', v.embedding, true, rate_usd_amount, years, country, timezone, skill_slugs,
        industries, languages, engagements from vectors v join experts x on x.id = v.expert_id
"""


@dataclass(frozen=True)
class Population:
    """Who there is; row `i` of every array is expert `i`."""

    vectors: NDArray[np.float32]
    skills: NDArray[np.int32]
    industries: NDArray[np.int32]
    rates: NDArray[np.int32]
    languages: NDArray[np.bool_]
    words: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rates)

    def expert_id(self, row: int) -> UUID:
        return UUID(int=(0x0190_0000_0000_7000_8000 << 48) + row + 1)

    def row(self, expert_id: UUID) -> int:
        return (expert_id.int & 0xFFFF_FFFF_FFFF) - 1


SKILLS = sorted(skills.SKILLS)
INDUSTRIES = sorted(industries.INDUSTRIES)


def make(count: int, *, seed: int) -> Population:
    """`count` experts. The world (clusters and what goes with them) is the same for every seed."""
    world = np.random.default_rng(7)
    basis = world.standard_normal((LATENT, LOCAL_DIMENSIONS)).astype(np.float32)
    centres = world.standard_normal((CLUSTERS, LATENT)).astype(np.float32) * 1.2
    usual_skills = world.integers(0, len(SKILLS), (CLUSTERS, 16))
    usual_industry = world.integers(0, len(INDUSTRIES), CLUSTERS)
    usual_words = world.integers(2_000, WORDS, (CLUSTERS, 200))
    people = np.random.default_rng(seed)
    cluster = people.integers(0, CLUSTERS, count)
    latent = centres[cluster] + people.standard_normal((count, LATENT)).astype(np.float32)
    vectors = latent @ basis + people.standard_normal((count, LOCAL_DIMENSIONS)).astype(np.float32) * 1.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    common = people.choice(len(SKILLS), (count, 8), p=_zipf(len(SKILLS), 0.8))
    own = usual_skills[cluster][np.arange(count)[:, None], people.integers(0, 16, (count, 8))]
    drawn = people.choice(WORDS, (count, STORY_WORDS), p=_zipf(WORDS, 1.0))
    topical = usual_words[cluster][np.arange(count)[:, None], people.integers(0, 200, (count, STORY_WORDS))]
    return Population(
        vectors=vectors.astype(np.float32),
        skills=np.where(people.random((count, 8)) < 0.5, common, own).astype(np.int32),
        industries=np.where(
            people.random(count) < 0.5, usual_industry[cluster], people.integers(0, len(INDUSTRIES), count)
        ).astype(np.int32),
        rates=np.clip(people.normal(15_000, 5_000, count), 3_000, 40_000).astype(np.int32),
        languages=people.random((count, len(LANGUAGES))) < np.array([share for _, share in LANGUAGES]),
        words=np.where(people.random((count, STORY_WORDS)) < 0.8, drawn, topical).astype(np.int32),
    )


def _zipf(size: int, exponent: float) -> NDArray[np.float64]:
    weights = 1 / np.arange(1, size + 1) ** exponent
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def word(number: int) -> str:
    """A made-up word: syllables that an English stemmer leaves alone."""
    syllables = ("ba", "ke", "lo", "mi", "nu", "pra", "ro", "su", "ta", "vo", "xa", "zi")
    letters: list[str] = []
    while number or not letters:
        number, rest = divmod(number, len(syllables))
        letters.append(syllables[rest])
    return "".join(letters) + "k"


async def load(connection: asyncpg.Connection, people: Population) -> None:
    """Store the population as approved, bookable experts with hours on three days a week. What a profile's triggers
    would do row by row is done at once."""
    now = datetime.now(UTC)
    await connection.execute("set session_replication_role = replica")
    await connection.execute("create temp table vectors (expert_id uuid, embedding halfvec)")
    await connection.set_type_codec("citext", encoder=str.encode, decoder=bytes.decode, format="binary")
    for start in range(0, len(people), BATCH):
        rows = range(start, min(len(people), start + BATCH))
        await connection.copy_records_to_table("users", columns=USERS, records=_users(people, rows, now))
        await connection.copy_records_to_table("experts", columns=EXPERTS, records=_experts(people, rows))
        await connection.copy_records_to_table(
            "expert_skills", columns=("expert_id", "skill", "years", "level"), records=_skills(people, rows)
        )
        await connection.copy_records_to_table(
            "availability_rules",
            columns=("id", "expert_id", "weekday", "start_time", "end_time"),
            records=_hours(people, rows),
        )
        await connection.copy_to_table(
            "vectors", columns=("expert_id", "embedding"), source=_embeddings(people, rows), format="binary"
        )
        await connection.copy_to_table(
            "expert_passages",
            columns=("expert_id", "model", "number", "quote", "embedding"),
            source=_passages(people, rows),
            format="binary",
        )
    await connection.execute(_FILL, timeout=600)
    await connection.execute("set session_replication_role = origin")


def _own_skills(people: Population, row: int) -> list[str]:
    return list(dict.fromkeys(SKILLS[number] for number in people.skills[row]))


def _users(people: Population, rows: Sequence[int], now: datetime) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        key = people.expert_id(row)
        yield (key, f"{row}@experts.example", now, f"Expert {row}", "cto", ZONES[row % len(ZONES)], now, True)


def _experts(people: Population, rows: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        key = people.expert_id(row)
        words = [word(number) for number in people.words[row]]
        held = _own_skills(people, row)
        rate = int(people.rates[row])
        roles = [{"title": "CTO", "company": words[0], "outcomes": [" ".join(words[:12])]}]
        spoken = [code for (code, _), flag in zip(LANGUAGES, people.languages[row], strict=True) if flag]
        yield (
            key, key, f"expert-{row}", "approved", " ".join(words[:8]), ". ".join(
                " ".join(words[at : at + 12]) for at in range(0, len(words), 12)
            ), "PT", ZONES[row % len(ZONES)], spoken, [INDUSTRIES[people.industries[row]]], ["mvp"], ["call"], rate,
            "USD", rate, 10, orjson.dumps(roles).decode(), held,
            ", ".join(skills.SKILLS[slug].name for slug in held), True, True,
        )  # fmt: skip


def _skills(people: Population, rows: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        for number, slug in enumerate(_own_skills(people, row)):
            yield people.expert_id(row), slug, 3 + number, 1 + number % 3


def _hours(people: Population, rows: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        key = people.expert_id(row)
        for day in range(3):
            yield UUID(int=key.int ^ ((day + 1) << 64)), key, (row + day) % 7, time(9), time(17)


def _embeddings(people: Population, rows: range) -> io.BytesIO:
    """One vector for each expert."""
    halves = people.vectors[rows.start : rows.stop].astype(">f2")
    return _binary((people.expert_id(row).bytes, _halfvec(halves[row - rows.start])) for row in rows)


def _passages(people: Population, rows: range) -> io.BytesIO:
    """A few sentences of each profile, each with a vector that lies about the profile's own."""
    noise = np.random.default_rng(rows.start).standard_normal((len(rows), PASSAGES, LOCAL_DIMENSIONS))
    vectors = people.vectors[rows.start : rows.stop, None, :] + noise / np.sqrt(LOCAL_DIMENSIONS)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    halves = vectors.astype(">f2")

    def fields() -> Iterator[tuple[bytes, ...]]:
        for row in rows:
            for number in range(PASSAGES):
                words = people.words[row][12 * number : 12 * number + 12]
                quote = " ".join(word(int(each)) for each in words).capitalize() + "."
                yield (
                    people.expert_id(row).bytes, LOCAL_MODEL.encode(), struct.pack("!h", number), quote.encode(),
                    _halfvec(halves[row - rows.start, number]),
                )  # fmt: skip

    return _binary(fields())


def _halfvec(values: NDArray[np.float16]) -> bytes:
    return struct.pack("!HH", len(values), 0) + values.tobytes()


def _binary(rows: Iterable[tuple[bytes, ...]]) -> io.BytesIO:
    """Rows in PostgreSQL's binary COPY format."""
    out = io.BytesIO(b"")
    out.write(b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0))
    for fields in rows:
        out.write(struct.pack("!h", len(fields)))
        for field in fields:
            out.write(struct.pack("!i", len(field)) + field)
    out.write(struct.pack("!h", -1))
    out.seek(0)
    return out
