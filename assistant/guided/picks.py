"""Which of the shown CTOs is meant: "the first one", "number three", "Maya", "the cheapest", "her"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from assistant.guided.words import close, plain

_ORDINALS = {
    name: index
    for index, names in enumerate(
        (
            "first 1st top erste ersten erster premier premiere primer primero primera primeiro primeira",
            "second 2nd zweite zweiten zweiter deuxieme seconde segundo segunda",
            "third 3rd dritte dritten dritter troisieme tercer tercero tercera terceiro terceira",
            "fourth 4th vierte vierten vierter quatrieme cuarto cuarta quarto",
            "fifth 5th funfte funften funfter cinquieme quinto",
            "sixth 6th sechste sechsten sixieme sexto",
            "seventh 7th siebte siebten septieme septimo setimo",
            "eighth 8th achte achten huitieme octavo oitavo",
            "ninth 9th neunte neunten neuvieme noveno nono",
            "tenth 10th zehnte zehnten dixieme decimo",
        )
    )
    for name in names.split()
}
_LAST = re.compile(
    r"\b(?:last|bottom|letzte[nrs]?|dernier(?:e)?|ultim[oa])\b(?! (?:week|month|year|time|message|night|woche|monat|semaine|semana|mes))"
)
_BEFORE_LAST = re.compile(
    r"\b(?:second(?:[- ]to)?[- ]last|next[- ]to[- ]last|last but one|vorletzte[nrs]?|avant[- ]dernier(?:e)?|penultim[oa])\b"
)
_ORDINAL = re.compile(
    r"\b("
    + "|".join(sorted(_ORDINALS, key=len, reverse=True))
    + r")\b(?! (?:of (?:december|january|february|march|april|may|june|july|august|september|october|november)|(?:week|month|year|version|release|step|time|half|hour|quarter|(?:available|free|open|possible)\b)))"
)
_NUMBERED = re.compile(
    r"(?:#|\b(?:number|no\.?|nr\.?|nummer|numero|option|candidate|cto|expert|match)) ?(\d|one|two|three|four|five)\b"
)
_FIRST_N = re.compile(
    r"\b(?:first|top|ersten|premiers|primeros|primeiros) (two|three|four|2|3|4|zwei|drei|deux|trois|dos|dois|tres)\b"
)
_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "zwei": 2,
    "drei": 3,
    "deux": 2,
    "trois": 3,
    "dos": 2,
    "dois": 2,
    "tres": 3,
}
_PRONOUN = re.compile(
    r"\b(?:her|him|them|she|he|they|that (?:one|cto|person|expert|guy|woman|man)|this (?:one|cto|person|expert|guy|woman|man)|the same (?:one|cto|person)|sie|ihn|ihm|ihr|elle|lui|ella|el mismo|ela|ele)\b"
)
_SUPERLATIVES: tuple[tuple[str, str, bool], ...] = (
    (r"\b(?:cheapest|least expensive|most affordable|lowest (?:rate|price)|gunstigste[nrs]?|billigste[nrs]?|(?:le|la) moins cher(?:e)?|(?:el|la|o|a) mas barat[oa]|mais barat[oa])\b", "rate", False),
    (r"\b(?:most expensive|priciest|highest rate|teuerste[nrs]?|(?:le|la) plus cher(?:e)?|mas car[oa]|mais car[oa])\b", "rate", True),
    (r"\b(?:most experienced|most senior|oldest hand|erfahrenste[nrs]?|(?:le|la) plus experimente(?:e)?|(?:con )?mas experiencia|mais experiente)\b", "years", True),
    (r"\b(?:(?:best|highest|top)[- ]?(?:rated|reviewed|rating)(?! (?:ones|people|ctos|experts))|best reviews)\b", "rating", True),
    (r"\b(?:best (?:match|fit|one|candidate|choice)|highest (?:score|match)|closest match|top match|your favou?rite)\b", "score", True),
)  # fmt: skip


# "1 or 3", "between 2 and 4": places of the list, unless they count something; and a place alone.
_AMOUNT_FOLLOWS = r"(?! ?(?:[%:k€$£]|[.,]\d|hours?|hrs?|h\b|min|days?|weeks?|months?|years?|yrs?|am\b|pm\b|a\.m|p\.m|o'?clock|uhr|euros?|dollars?|pounds?|grand|thousand|people|users|platforms?|phases?|steps?|stunden?|tagen?|wochen?|monaten?|jahren?))"
_TWO = re.compile(
    rf"(?<![\d$€£.,:])(?<!at )(?<!um )\b([1-9])(?:st|nd|rd|th)? ?(?:,|/|&|and|or|vs\.?|versus|against|und|oder|et|ou|y|o|e) ?(?:number |no\.? ?|#|nr\.? ?)?([1-9])\b{_AMOUNT_FOLLOWS}"
)
ALONE = re.compile(
    r"\W*(?:(?:ok(?:ay)?|then|so|maybe|take|show|pick|choose|i(?:'d)? (?:take|pick|choose|like)|let'?s take|nehme|dann|alors|entonces|entao),? )*(?:number |no\.? ?|nr\.? ?|nummer |numero |#)?([1-9])(?:,? (?:please|then|bitte))?\W*"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A CTO of the newest match card, as far as picking needs it."""

    id: UUID
    name: str
    position: int
    rate: Decimal = Decimal(0)
    currency: str = "USD"
    years: int = 0
    rating: float = 0.0
    score: float = 0.0
    timezone: str = "UTC"
    data: dict[str, Any] = field(default_factory=dict)


def pick(text: str, shown: Sequence[Shown], focus: UUID | None = None) -> list[Shown]:
    """The CTOs that `text` points at, in its order; empty when it points at none of those shown.

    `focus` is whom the conversation was about last, for "her" and "that one".
    """
    words = plain(text)
    if not shown:
        return []
    if match := _FIRST_N.search(words):
        count = _WORDS.get(match.group(1)) or int(match.group(1))
        return list(shown[:count])
    if re.search(r"\b(?:both|beide[n]?|les deux|ambos)\b", words) and len(shown) >= 2:
        return list(shown[:2])
    if _BEFORE_LAST.search(words):
        return [shown[-2]] if len(shown) > 1 else []
    found: list[tuple[int, Shown]] = []
    for pattern, attribute, highest in _SUPERLATIVES:
        if match := re.search(pattern, words):
            best = sorted(shown, key=lambda each: getattr(each, attribute), reverse=highest)[0]
            return [best]
    for position, each in _named(words, shown):
        found.append((position, each))
    for match in _NUMBERED.finditer(words):
        index = (_WORDS.get(match.group(1)) or int(match.group(1))) - 1
        if 0 <= index < len(shown):
            found.append((match.start(), shown[index]))
    for match in _ORDINAL.finditer(words):
        index = _ORDINALS[match.group(1)]
        if index < len(shown) and not re.match(
            r" (?:available|free|open|slot|time|date)", words[match.end() :]
        ):
            found.append((match.start(), shown[index]))
    if match := _LAST.search(words):
        found.append((match.start(), shown[-1]))
    if not found and (match := _TWO.search(words) or ALONE.fullmatch(words)):
        places = [int(place) - 1 for place in match.groups()]
        found = [(at, shown[place]) for at, place in enumerate(places) if place < len(shown)]
    if not found and focus is not None and _PRONOUN.search(words):
        found = [(0, each) for each in shown if each.id == focus]
    ordered = [each for _, each in sorted(found, key=lambda pair: pair[0])]
    return list({each.id: each for each in ordered}.values())


def out_of_range(text: str, shown: Sequence[Shown]) -> bool:
    """The text names a position that the list does not have ("the seventh")."""
    words = plain(text)
    indices = [_ORDINALS[match.group(1)] for match in _ORDINAL.finditer(words)]
    indices += [(_WORDS.get(m.group(1)) or int(m.group(1))) - 1 for m in _NUMBERED.finditer(words)]
    return bool(indices) and bool(shown) and all(index >= len(shown) for index in indices)


def _named(words: str, shown: Sequence[Shown]) -> list[tuple[int, Shown]]:
    tokens = [(match.group(), match.start()) for match in re.finditer(r"[a-z][a-z'-]+", words)]
    found = []
    for each in shown:
        name = plain(each.name)
        if (position := words.find(name)) >= 0:
            found.append((position, each))
            continue
        parts = [part for part in re.split(r"[\s-]+", name) if len(part) > 2 and part not in _COMMON]
        for token, position in tokens:
            token = token.removesuffix("'s")
            if any(token == part or (len(part) > 4 and close(token, [part], cutoff=0.84)) for part in parts):
                found.append((position, each))
                break
    return found


# Given names and surnames that are everyday words as well; they count only inside the full name.
_COMMON = frozenset(
    [
        "may",
        "will",
        "mark",
        "grace",
        "hope",
        "joy",
        "van",
        "von",
        "der",
        "den",
        "del",
        "dos",
        "das",
        "art",
        "long",
        "rich",
        "bill",
        "sue",
        "pat",
        "young",
        "good",
        "best",
        "day",
        "son",
        "may",
        "rose",
        "dawn",
        "april",
        "june",
    ]
)
