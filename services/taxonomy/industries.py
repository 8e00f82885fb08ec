"""Industries, with the words that point to them in five languages."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from services.taxonomy.negation import Negations
from services.taxonomy.phrases import PhraseIndex, ReadText
from services.taxonomy.spelling import Speller
from services.taxonomy.text import fold, slugify, stem, tokens

_OUTRIGHT, _HINT = 3.0, 1.0


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry. `synonyms` name it outright, `hints` are words that often go with it."""

    slug: str
    name: str
    synonyms: tuple[str, ...]
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndustryMention:
    """An industry a text points to: how strongly (a synonym counts 3, a hint 1, each word once), and where it is
    first named."""

    slug: str
    name: str
    weight: float
    start: int
    end: int


def _load() -> dict[str, Industry]:
    text = files(__package__).joinpath("data/industries.toml").read_text("utf-8")
    industries: dict[str, Industry] = {}
    for slug, entry in tomllib.loads(text).items():
        outright, _, hints = entry["words"].partition(";")
        industries[slug] = Industry(
            slug=slug,
            name=entry["name"],
            synonyms=tuple(dict.fromkeys(word.strip() for word in outright.split(",") if word.strip())),
            hints=tuple(dict.fromkeys(word.strip() for word in hints.split(",") if word.strip())),
        )
    return industries


INDUSTRIES: dict[str, Industry] = _load()


def _phrases() -> Iterator[tuple[str, str]]:
    for industry in INDUSTRIES.values():
        for word in (industry.slug.replace("-", " "), industry.name, *industry.synonyms):
            yield f"{industry.slug} {_OUTRIGHT}", word
        for word in industry.hints:
            yield f"{industry.slug} {_HINT}", word


_PHRASES = PhraseIndex(_phrases(), inflect=True)
_SPELLER = Speller(
    {
        token.text
        for industry in INDUSTRIES.values()
        for word in industry.synonyms
        for token in tokens(fold(word))
        if len(token.text) >= 7
    }
)
_BY_NAME = {
    slugify(name): industry.slug
    for industry in INDUSTRIES.values()
    for name in (*industry.synonyms, industry.name, industry.slug)
}


def canonical(text: str) -> Industry | None:
    """The industry a single name stands for, or None."""
    slug = _BY_NAME.get(slugify(text[:100]))
    return INDUSTRIES[slug] if slug else None


def find(text: str) -> list[IndustryMention]:
    """The industries a text points to, strongest first. Negated words do not count."""
    read = ReadText.of(text)
    return find_in(read, Negations(read))


_LONGEST_LIST = 400
_SHORTEST_PART = 5


@lru_cache
def _parts() -> dict[str, str]:
    """German words of the vocabulary that may be a part of a longer one."""
    return {
        fold(word): industry.slug
        for industry in INDUSTRIES.values()
        for word in (*industry.synonyms, *industry.hints)
        if word.isalpha() and len(word) >= _SHORTEST_PART
    }


@lru_cache(maxsize=20_000)
def _part_of(word: str) -> str | None:
    """The industry that the beginning or the end of a compound names: "Versicherungskunden", "Yogastudio"."""
    parts = _parts()
    for length in range(len(word) - 3, _SHORTEST_PART - 1, -1):
        for piece in (word[:length], word[-length:]):
            if found := parts.get(piece) or parts.get(stem(piece)) or parts.get(piece.removesuffix("s")):
                return found
    return None


def _compounds(read: ReadText, negations: Negations) -> Iterator[tuple[str, int, int]]:
    """Industries named by a part of a German compound. Only nouns are looked at, which German capitalises."""
    for token in read.tokens[:_LONGEST_LIST]:
        written = read.original[token.start : token.end]
        if len(token.text) < 9 or not written[:1].isupper() or token.text in _PHRASES.words:
            continue
        slug = _part_of(token.text)
        if slug is not None and negations.of(token.start, token.end) is None:
            yield slug, token.start, token.end


def find_in(read: ReadText, negations: Negations) -> list[IndustryMention]:
    """`find` for a text that has been read already."""
    weights: dict[str, float] = {}
    seen: set[tuple[str, str]] = set()
    first: dict[str, tuple[int, int, float]] = {}
    for match in _PHRASES.find(read, respelled=_SPELLER.corrections(read)):
        slug, _, weight_text = match.key.rpartition(" ")
        if negations.of(match.start, match.end) is not None:
            continue
        word = stem(read.folded[match.start : match.end])
        if (slug, word) in seen:
            continue
        seen.add((slug, word))
        weight = float(weight_text)
        weights[slug] = weights.get(slug, 0.0) + weight
        if slug not in first or weight > first[slug][2]:
            first[slug] = (match.start, match.end, weight)
    for slug, start, end in _compounds(read, negations):
        if slug not in weights:
            weights[slug], first[slug] = _HINT, (start, end, _HINT)
    ordered = sorted(weights, key=lambda slug: (-weights[slug], first[slug][0]))
    return [
        IndustryMention(slug, INDUSTRIES[slug].name, weights[slug], first[slug][0], first[slug][1])
        for slug in ordered
    ]
