"""The text of a profile that is embedded: what the expert can do and has done, and nothing about who they are.

Name, photo, country and languages are left out on purpose, so that they cannot influence similarity. A profile is
embedded passage by passage: the mean of all passages finds candidates, the best passages rank them, and the very best
is what a match quotes.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MAX_PASSAGES: Final = 40
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_SHORTEST = 15


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a profile. What is `quotable` stands in the profile word for word."""

    text: str
    quotable: bool


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
        long story, several sentences make one passage, so that it is read to the end."""
        found = [Passage(self.headline, quotable=False)]
        if self.skills:
            found.append(Passage(f"Skills: {', '.join(self.skills)}.", quotable=False))
        if self.industries:
            found.append(Passage(f"Industries: {', '.join(self.industries)}.", quotable=False))
        found += [Passage(outcome, quotable=True) for outcome in self.outcomes[: MAX_PASSAGES // 2]]
        parts = sentences(self.story)
        room = MAX_PASSAGES - len(found)
        size = max(1, -(-len(parts) // room))
        found += [
            Passage(" ".join(parts[start : start + size]), quotable=size == 1)
            for start in range(0, len(parts), size)
        ]
        return found

    def content_hash(self) -> str:
        """Changes whenever what is embedded changes."""
        return hashlib.sha256("\n".join(passage.text for passage in self.passages()).encode()).hexdigest()


def sentences(text: str) -> list[str]:
    """The sentences of a text, very short ones left out."""
    return [part.strip() for part in _SENTENCE.split(text) if len(part.strip()) > _SHORTEST]


def mean(vectors: Sequence[Sequence[float]]) -> list[float]:
    """The mean of unit vectors, of unit length again."""
    sums = [sum(column) for column in zip(*vectors, strict=True)]
    length = sum(value * value for value in sums) ** 0.5
    return [value / length for value in sums] if length else sums
