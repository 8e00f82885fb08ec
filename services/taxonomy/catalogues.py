"""The smaller vocabularies: platforms, regulations, markets and spoken languages."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from services.taxonomy.negation import NegationKind, Negations
from services.taxonomy.phrases import PhraseIndex, ReadText
from services.taxonomy.text import fold


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a vocabulary."""

    key: str
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Regulation(Term):
    """A law or standard. It is implied where data of a kind in `implied_by` meets a market in `markets`."""

    markets: tuple[str, ...] = ()
    implied_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Market(Term):
    """A country or region: key is the ISO 3166 code, or EU."""

    currency: str = "USD"
    in_eu: bool = False


@dataclass(frozen=True, slots=True)
class TermMention:
    """A term in a text, with the words it stands in."""

    key: str
    name: str
    start: int
    end: int
    negated: NegationKind | None


class Vocabulary:
    """Terms that can be found in a text, or looked up by one of their names."""

    def __init__(self, terms: dict[str, Any], *, inflect: bool = True) -> None:
        self.terms = terms
        self._index = PhraseIndex(
            ((term.key, word) for term in terms.values() for word in term.words), inflect=inflect
        )
        self._by_name = {
            fold(word.removeprefix("=")): term.key
            for term in terms.values()
            for word in (*term.words, term.name, term.key)
        }

    def canonical(self, text: str) -> str | None:
        """The key a single name stands for, or None."""
        return self._by_name.get(fold(text.strip()[:100]))

    def find_in(self, read: ReadText, negations: Negations) -> list[TermMention]:
        """All terms in a text, in the order of the text."""
        mentions = []
        for match in self._index.find(read):
            negation = negations.of(match.start, match.end)
            kind = negation.kind if negation else None
            mentions.append(TermMention(match.key, self.terms[match.key].name, match.start, match.end, kind))
        return mentions


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"data/{name}.toml").read_text("utf-8"))


def _split(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))


PLATFORMS: dict[str, Term] = {
    key: Term(key, entry["name"], _split(entry["words"])) for key, entry in _toml("platforms").items()
}
REGULATIONS: dict[str, Regulation] = {
    key: Regulation(
        key,
        entry["name"],
        _split(entry["words"]),
        _split(entry["markets"]),
        frozenset(_split(entry["implied_by"])),
    )
    for key, entry in _toml("regulations").items()
}
MARKETS: dict[str, Market] = {
    key: Market(key, entry["name"], _split(entry["words"]), entry["currency"], entry.get("region") == "EU")
    for key, entry in _toml("markets").items()
}
LANGUAGES: dict[str, Term] = {
    key: Term(key, line.partition(";")[0].strip(), _split(line.replace(";", ",")))
    for key, line in _toml("languages").items()
}
"""Spoken languages by ISO 639-1 code."""
COUNTRIES: dict[str, str] = _toml("countries")
"""Names of countries by ISO 3166-1 code."""

platforms = Vocabulary(PLATFORMS)
regulations = Vocabulary(REGULATIONS)
markets = Vocabulary(MARKETS, inflect=False)
languages = Vocabulary(LANGUAGES, inflect=False)
