"""Mends typos: maps a misspelt word to the one known word it is closest to, and leaves real words alone."""

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.taxonomy.phrases import ReadText
from services.taxonomy.text import stem

_SHORTEST = 6
_MOST_WORDS = 400
_MOST_CHARACTERS = 40


@lru_cache(maxsize=1)
def lookalikes() -> frozenset[str]:
    """Real words that are a letter or two away from a word of ours ("massage" beside "message")."""
    text = files(__package__).joinpath("data/lookalikes.txt").read_text("utf-8")
    return frozenset(text.partition("\n")[2].split())


def allowed_distance(length: int) -> int:
    """How many edits a word of this length may be away from the one that is meant."""
    return 0 if length < _SHORTEST else 1 if length < 9 else 2


def slips(word: str) -> set[str]:
    """The usual slips in a word of five letters or more: a letter left out, doubled, or two swapped. The first letter
    stays."""
    if len(word) < 5:
        return set()
    places = range(1, len(word))
    found = {word[:at] + word[at + 1 :] for at in places}
    found |= {word[:at] + word[at] + word[at:] for at in places}
    found |= {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1)}
    return found - {word}


class Speller:
    """Knows the words of one vocabulary. The first letter must be right, short words must be exact, and a word that is
    as close to two known words with different beginnings is left alone."""

    def __init__(self, words: Iterable[str], *, known: Iterable[str] = ()) -> None:
        """`words` are what typos are mended to; `known` are further words that are right as they stand."""
        self.words = frozenset(word for word in words if word.isalpha())
        self._known = self.words | frozenset(known)
        self._by_first: dict[str, list[str]] = {}
        for word in sorted(self.words):
            if len(word) >= _SHORTEST - 1:
                self._by_first.setdefault(word[0], []).append(word)
        self._cached = lru_cache(maxsize=20_000)(self._correct)

    def correct(self, word: str) -> str | None:
        """The known word that a folded `word` was meant to be, or None."""
        if len(word) < _SHORTEST or len(word) > _MOST_CHARACTERS or not word.isalpha() or word in self._known:
            return None
        if stem(word) in self._known or word in lookalikes():
            return None
        return self._cached(word)

    def corrections(self, read: ReadText) -> dict[int, str]:
        """Other spellings for the misspelt tokens of a text, by their number. Looks at a bounded number of words."""
        seen: dict[str, str | None] = {}
        respelled: dict[int, str] = {}
        for number, token in enumerate(read.tokens):
            if token.text not in seen:
                if len(seen) >= _MOST_WORDS:
                    break
                seen[token.text] = self.correct(token.text)
            if (word := seen[token.text]) is not None:
                respelled[number] = word
        return respelled

    def _correct(self, word: str) -> str | None:
        candidates = self._by_first.get(word[0])
        if not candidates:
            return None
        best = process.extractOne(
            word, candidates, scorer=OSA.distance, score_cutoff=allowed_distance(len(word))
        )
        return best[0] if best is not None and best[1] > 0 else None
