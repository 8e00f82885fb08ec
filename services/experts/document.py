"""The text of a profile that is embedded: what the expert can do and has done, and nothing about who they are.

Name, photo, country and languages are left out on purpose, so that they cannot influence similarity. A profile is
embedded passage by passage: the mean of all passages finds candidates, the best passages rank them, and the very best
is what a match quotes.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

MAX_PASSAGES: Final = 40
MAX_QUOTE: Final = 220
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_PART = re.compile(r"(?<=;)\s+")
_CLAUSE = re.compile(r"((?<=[.!?;])\s+|\n+)")
_SHORTEST = 15
# Fewer words say nothing by themselves ("Gates, belts, delays"); languages without spaces go by characters.
_FEWEST_WORDS, _FEWEST_CHARACTERS = 4, 24
# What people say they are not for is close in meaning to what they would be asked for, and speaks against them.
_DISCLAIMER = re.compile(
    r"\b(?:i am|i'm)\b[^.!?;]{0,24}\b(?:wrong (?:man|woman|person|one|choice|fit|partner|cto|engineer)|"
    r"not (?:the (?:right|one)|your|a good|the best|an? expert))\b"
    r"|\bi (?:do not|don't|will not|won't|would not|wouldn't|cannot|can't|no longer) "
    r"(?:do|take|touch|work (?:on|with|in)|use|write|build|offer|accept|know|join|advise|help with)\b"
    r"|\bi(?: have|'ve) (?:never (?:used|worked|built|written|touched|run|shipped)|not (?:used|worked with|touched))\b"
    r"|\bi (?:have|had) (?:no|little|hardly any) (?:\w+[ -]){0,2}?(?:experience|knowledge)\b"
    r"|\bi know (?:nothing|little) (?:about|of)\b"
    r"|\b(?:is not|isn't|are not|aren't) my (?:thing|field|strength|strong suit|area|world|business)\b"
    r"|\b(?:do not|don't) (?:hire|book|ask|call) me\b|\blook elsewhere\b|\bask (?:some(?:body|one)) else\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a profile that is embedded, and what a match quotes for it: the whole sentence that it is part of, word
    for word as the profile has it. None where there is nothing that stands by itself."""

    text: str
    quote: str | None


@dataclass(frozen=True, slots=True)
class ProfileText:
    """The parts of a profile that are searched by meaning."""

    headline: str
    story: str
    skills: Sequence[str]
    industries: Sequence[str]
    outcomes: Sequence[str]

    def passages(self) -> list[Passage]:
        """Headline, skills, industries, then outcomes and the sentences of the story, at most `MAX_PASSAGES`: of a
        long story, several sentences make one passage, so that it is read to the end. What somebody says they are not
        for is left out."""
        found = [Passage(self.headline, None)]
        if self.skills:
            found.append(Passage(f"Skills: {', '.join(self.skills)}.", None))
        if self.industries:
            found.append(Passage(f"Industries: {', '.join(self.industries)}.", None))
        found += [Passage(outcome, _telling(outcome)) for outcome in self.outcomes[: MAX_PASSAGES // 2]]
        parts = [(part, whole) for part, whole in _parts(self.story) if not disclaims(part)]
        room = MAX_PASSAGES - len(found)
        size = max(1, -(-len(parts) // room))
        if size == 1:
            return [*found, *(Passage(part, _telling(_quoted(part, whole))) for part, whole in parts)]
        found += [
            Passage(" ".join(part for part, _ in parts[start : start + size]), None)
            for start in range(0, len(parts), size)
        ]
        return found

    def content_hash(self) -> str:
        """Changes whenever what is embedded changes."""
        return hashlib.sha256("\n".join(passage.text for passage in self.passages()).encode()).hexdigest()


def disclaims(text: str) -> bool:
    """Whether a sentence says what its author is not for: "If you want microservices, I am the wrong man."."""
    return _DISCLAIMER.search(text.replace("’", "'")) is not None


def vouched(text: str) -> str:
    """A text without the sentences that disclaim; its other words stand where they stood."""
    return "".join(" " * len(part) if disclaims(part) else part for part in _CLAUSE.split(text))


def sentences(text: str) -> list[str]:
    """The sentences of a text, and their parts between semicolons; very short ones are left out."""
    return [part for part, _ in _parts(text)]


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Each part with the sentence that it belongs to."""
    for sentence in _SENTENCE.split(text):
        for part in _PART.split(sentence):
            if len(part.strip()) > _SHORTEST:
                yield part.strip(), sentence.strip()


def _quoted(part: str, sentence: str) -> str:
    return sentence if len(sentence) <= MAX_QUOTE else part.rstrip(";")


def _telling(text: str) -> str | None:
    return text if len(text.split()) >= _FEWEST_WORDS or len(text) >= _FEWEST_CHARACTERS else None


def mean(vectors: Sequence[Sequence[float]]) -> list[float]:
    """The mean of unit vectors, of unit length again."""
    sums = [sum(column) for column in zip(*vectors, strict=True)]
    length = sum(value * value for value in sums) ** 0.5
    return [value / length for value in sums] if length else sums
