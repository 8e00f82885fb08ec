"""Text as the matchers see it: folded to one case without accents, position by position, and cut into tokens."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

MAX_TEXT = 100_000

_TOKEN = re.compile(r"[^\W_]+(?:[+#]{1,2}(?![^\W\d_]))?")
# What may stand between the words of one phrase: a space or two, a hyphen, a slash, an apostrophe, an inner full stop.
_GAP = re.compile(r"[ \t\u00a0]{1,3}|[ \t]{0,2}\r?\n[ \t]{0,2}| ?[-‐‑–/&_'’.] ?")


def _fold_char(char: str) -> str:
    lowered = char.lower()
    base = unicodedata.normalize("NFKD", lowered)
    plain = "".join(c for c in base if not unicodedata.combining(c)).lower()
    return plain if len(plain) == 1 else (lowered if len(lowered) == 1 else char)


class _FoldTable(dict[int, str]):
    def __missing__(self, key: int) -> str:
        folded = _fold_char(chr(key))
        self[key] = folded
        return folded


_FOLD = _FoldTable({ord("ß"): "s", ord("İ"): "i", ord("ı"): "i", ord("’"): "'", ord("‘"): "'"})


def fold(text: str) -> str:
    """`text` in lower case without accents. Every character keeps its place, so offsets fit the original."""
    return text.translate(_FOLD)


class Token(NamedTuple):
    """A word: `text` is folded, `start` and `end` are offsets in the original."""

    text: str
    start: int
    end: int


def tokens(folded: str) -> list[Token]:
    """The words of a folded text. A trailing + or # belongs to the word (c++, c#)."""
    return [Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(folded)]


def joined(folded: str, left: Token, right: Token) -> bool:
    """Whether two neighbouring tokens may belong to one phrase."""
    gap = folded[left.end : right.start]
    if gap in (" ", "-", "", "'"):
        return True
    return len(gap) <= 6 and _GAP.fullmatch(gap) is not None and gap not in (". ", " .")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A light, language-neutral stem: plural and case endings of long words fall off, short words stay."""
    if len(word) < 4:
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def slugify(name: str) -> str:
    """A kebab-case slug of a name: `Ruby on Rails` gives `ruby-on-rails`."""
    spelled = fold(name).replace("+", " plus ").replace("#", " sharp ").replace("&", " and ")
    return "-".join(re.findall(r"[a-z0-9]+", spelled))


def word_set(words: str) -> frozenset[str]:
    """The words of a listing that is written as one string."""
    return frozenset(words.split())
