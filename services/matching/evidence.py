"""Passages: the sentence of a profile that speaks to a brief, and the part of the brief it speaks to.

Both are quoted as stored. Nothing is summarised or worded anew, so nothing can be invented.
"""

import re
from collections.abc import Iterable, Sequence

from services.experts.document import sentences

_WORD = re.compile(r"[^\W\d_][\w'-]{2,}")
_ENDINGS = re.compile(r"(ations?|ings?|ments?|ers?|ies|ed|es|s|ly)$")
_MAX_QUOTE = 220
_STOP_WORDS = """
    about above after again against all also and any app are because been before being between both build but can
    company could does doing down during each few for from further had has have having help her here him his how into
    its itself just like made make makes more most need needs new not now off once one only other our out over own
    people per platform product project same she should some such system team than that the their them then there these
    they this those through too under until using very want was well were what when where which while who whom why will
    with work working would year years you your
"""
_STOP = frozenset(_STOP_WORDS.split())


def stems(text: str) -> set[str]:
    """Content words of an English text, roughly stemmed."""
    found = set()
    for word in _WORD.findall(text.lower()):
        if word not in _STOP:
            stem = _ENDINGS.sub("", word)
            found.add(stem if len(stem) >= 3 else word)
    return found


def best_pair(brief: str, passages: Iterable[str], common: Sequence[set[str]] = ()) -> tuple[str, str] | None:
    """The two passages that share the most telling words: (from the brief, from the profile), None if none do.

    `common` are the word sets of other profiles; words they share tell little.
    """
    weight: dict[str, float] = {}

    def value(words: set[str]) -> float:
        for word in words:
            if word not in weight:
                weight[word] = 1.0 / (1 + sum(word in other for other in common))
        return sum(weight[word] for word in words)

    parts = [(part, stems(part)) for part in sentences(brief) or [brief]]
    whole = set().union(*(words for _, words in parts))
    best: tuple[float, str, set[str]] | None = None
    for passage in passages:
        shared = stems(passage) & whole
        score = value(shared) / (4 + len(passage.split())) ** 0.3 if shared else 0.0
        if shared and (best is None or score > best[0]):
            best = (score, passage, shared)
    if best is None:
        return None
    _, passage, shared = best
    part = max(parts, key=lambda item: value(item[1] & shared))[0]
    return quote(part), quote(passage)


def quote(text: str) -> str:
    """At most 220 characters, cut at a word."""
    text = " ".join(text.split())
    if len(text) <= _MAX_QUOTE:
        return text
    return text[: text.rfind(" ", 0, _MAX_QUOTE)].rstrip(",;:") + "…"
