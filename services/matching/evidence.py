"""The passages a match rests on: what the profile says, and the part of the brief it speaks to.

Both are quoted as stored. Nothing is summarised or worded anew, so nothing can be invented. The profile's passage is
chosen by its embedding, in the search; the brief's part by the words they share.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from services.experts.document import MAX_QUOTE, sentences

_WORD = re.compile(r"[^\W\d_][\w'-]{2,}")
_ENDINGS = re.compile(r"(ations?|ings?|ments?|ers?|ies|ed|es|s|ly)$")
_STOP_WORDS = """
    about after all also and any are because been before being but can could did does each few for from had has have
    her here him his how into its just like make more most need not now off once one only other our out over own same
    she should some such than that the their them then there these they this those through too under until using very
    want was well were what when where which while who why will with would you your
"""
_STOP = frozenset(_STOP_WORDS.split())


def stems(text: str) -> set[str]:
    """Content words of an English text, roughly stemmed."""
    found = set()
    for word in _WORD.findall(text.lower()):
        if word not in _STOP:
            found.add(_stem(word))
    return found


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    stem = _ENDINGS.sub("", word)
    return stem if len(stem) >= 3 else word


def parts(brief: str) -> list[tuple[str, set[str]]]:
    """The sentences of a brief with their stems."""
    return [(part, stems(part)) for part in sentences(brief) or [brief]]


def pair(brief: Sequence[tuple[str, set[str]]], passage: str | None) -> tuple[str, str] | None:
    """(the brief's part, the passage), each at most 220 characters. The part is the one that shares most words with the
    passage, or the first."""
    if passage is None:
        return None
    wanted = stems(passage)
    part, _ = max(brief, key=lambda each: len(each[1] & wanted))
    return quote(part), quote(passage)


def quote(text: str) -> str:
    """At most 220 characters, cut at a word."""
    text = " ".join(text.split())
    if len(text) <= MAX_QUOTE:
        return text
    return text[: text.rfind(" ", 0, MAX_QUOTE)].rstrip(",;:") + "…"
