"""Finds many known phrases in a text in one pass: a trie over words, longest match first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from services.taxonomy.text import MAX_TEXT, Token, fold, joined, stem, tokens

_MAX_WORDS = 8


@dataclass(frozen=True, slots=True)
class PhraseMatch:
    """A known phrase in a text: which key it belongs to, where it stands, and the phrase as it is listed."""

    key: str
    start: int
    end: int
    phrase: str
    first: int
    last: int


@dataclass(slots=True)
class _Node:
    children: dict[str, "_Node"] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text made ready for matching: folded once, cut into words once, at most `MAX_TEXT` characters of it."""

    original: str
    folded: str
    tokens: list[Token]

    @classmethod
    def of(cls, text: str) -> "ReadText":
        original = text[:MAX_TEXT]
        folded = fold(original)
        return cls(original, folded, tokens(folded))


class PhraseIndex:
    """Phrases of many keys, found together.

    With `inflect`, words are compared by their light stem, so that a plural finds its singular; a phrase that begins
    with "=" is compared as it stands. Matches never overlap: at each word the longest phrase wins.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]], *, inflect: bool = False) -> None:
        self._inflect = inflect
        self._listed = tuple(phrases)

    @cached_property
    def _tries(self) -> tuple[_Node, _Node]:
        """What is compared as it stands, and what by its stem."""
        exact, stems = _Node(), _Node()
        for key, phrase in self._listed:
            literal = phrase.startswith("=") or not self._inflect
            self._add(exact if literal else stems, key, phrase.removeprefix("="), literal)
        return exact, stems

    def _add(self, root: _Node, key: str, phrase: str, literal: bool) -> None:
        words = [token.text for token in tokens(fold(phrase))]
        if not words:
            raise ValueError(f"phrase without a word: {phrase!r}")
        node = root
        for word in words:
            node = node.children.setdefault(word if literal else stem(word), _Node())
        if key not in node.keys:
            node.keys = (*node.keys, key)
        node.phrase = node.phrase or phrase

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word (or stem, with `inflect`) that occurs in a phrase."""

        def walk(node: _Node) -> Iterator[str]:
            for word, child in node.children.items():
                yield word
                yield from walk(child)

        exact, stems = self._tries
        return frozenset(walk(exact)) | frozenset(walk(stems))

    def find(self, text: ReadText, *, respelled: dict[int, str] | None = None) -> list[PhraseMatch]:
        """All phrases in `text`, in order. `respelled` gives other spellings for tokens, by their number."""
        found: list[PhraseMatch] = []
        words = [token.text for token in text.tokens]
        if respelled:
            for number, word in respelled.items():
                words[number] = word
        stems = [stem(word) for word in words] if self._inflect else words
        by_word, by_stem = self._tries
        exact, stemmed = by_word.children, by_stem.children
        number = 0
        while number < len(words):
            end, node = 0, None
            if words[number] in exact:
                end, node = self._longest(by_word, words, text, number)
            if self._inflect and stems[number] in stemmed:
                other_end, other = self._longest(by_stem, stems, text, number)
                if other_end > end:
                    end, node = other_end, other
            if node is None:
                number += 1
                continue
            start_token, end_token = text.tokens[number], text.tokens[end - 1]
            found.extend(
                PhraseMatch(key, start_token.start, end_token.end, node.phrase, number, end - 1)
                for key in node.keys
            )
            number = end
        return found

    def _longest(self, root: _Node, words: list[str], text: ReadText, start: int) -> tuple[int, _Node | None]:
        node, best, best_end = root, None, 0
        for number in range(start, min(start + _MAX_WORDS, len(words))):
            if number > start and not joined(text.folded, text.tokens[number - 1], text.tokens[number]):
                break
            following = node.children.get(words[number])
            if following is None:
                break
            node = following
            if node.keys:
                best, best_end = node, number + 1
        return best_end, best
