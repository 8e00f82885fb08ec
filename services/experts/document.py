"""The text of a profile that is embedded: what the expert can do and has done, and nothing about who they are.

Name, photo, country and languages are left out on purpose, so that they cannot influence similarity.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

# The local model reads 256 tokens; longer profiles are embedded in parts, and the parts' mean is stored.
_PART_WORDS = 150
_MAX_PARTS = 6


@dataclass(frozen=True, slots=True)
class ProfileText:
    """The parts of a profile that are searched by meaning."""

    headline: str
    story: str
    skills: Sequence[str]
    industries: Sequence[str]
    outcomes: Sequence[str]

    def parts(self) -> list[str]:
        """The profile in pieces the model can read, each led by the headline so that it keeps its context."""
        lead = f"{self.headline}."
        facts = f"{lead} Skills: {', '.join(self.skills)}."
        if self.industries:
            facts += f" Industries: {', '.join(self.industries)}."
        parts = [facts]
        for text in (self.story, " ".join(self.outcomes)):
            words = text.split()
            parts += [
                f"{lead} {' '.join(words[start : start + _PART_WORDS])}"
                for start in range(0, len(words), _PART_WORDS)
            ]
        return parts[:_MAX_PARTS]

    def content_hash(self) -> str:
        """Changes whenever what is embedded changes."""
        return hashlib.sha256("\n".join(self.parts()).encode()).hexdigest()


def mean(vectors: Sequence[Sequence[float]]) -> list[float]:
    """The mean of unit vectors, of unit length again."""
    sums = [sum(column) for column in zip(*vectors, strict=True)]
    length = sum(value * value for value in sums) ** 0.5
    return [value / length for value in sums] if length else sums
