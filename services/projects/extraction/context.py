"""What every extractor gets: the message, read once, and what is known around it."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.projects.schemas import ProjectBrief, Source
from services.taxonomy.negation import Negations
from services.taxonomy.phrases import ReadText

_QUOTE = 160
_SENTENCE_END = re.compile(
    r"[!?;\n]|(?<!\bmax)(?<!\bmin)(?<!\bca)(?<!\bapprox)(?<!\benv)(?<!\baprox)(?<!\bincl)(?<!\binkl)\.(?=\s)"
)
_SOUGHT = re.compile(
    r"\b(?:who could lead|find (?:me |us )?(?:someone|a cto|an? \w+ (?:cto|expert|developer)|ctos|experts|people)|(?:someone|somebody|anyone|a cto|ctos|experts?) (?:who|with|that)|"
    r"jemand\w*,? der|quelqu'un qui|alguien que|alguem que)\b[^.;]{0,60}$"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A message on its way to a patch. `now` is aware; `zone` is the founder's."""

    text: ReadText
    negations: Negations
    now: datetime
    zone: ZoneInfo
    language: str
    currency_hint: str | None
    brief: ProjectBrief
    local_currencies: tuple[str, ...] = ()

    def quote(self, start: int, end: int) -> str:
        """The founder's words from `start` to `end`, with the clause around them where it is short."""
        original, folded = self.text.original, self.text.folded
        left = max((folded.rfind(mark, 0, start) for mark in ".!?;\n"), default=-1) + 1
        rights = [position for mark in ".!?;\n" if (position := folded.find(mark, end)) >= 0]
        right = min(rights, default=len(original))
        if right - left > _QUOTE:
            left, right = max(left, start - 40), min(right, end + 40)
            while left > 0 and left < start and not original[left - 1].isspace():
                left += 1
            while right < len(original) and right > end and not original[right].isspace():
                right -= 1
        return " ".join(original[left:right].split())[:300]

    def words(self, start: int, end: int) -> str:
        """The founder's words from `start` to `end` as they stand."""
        return " ".join(self.text.original[start:end].split())[:120]

    def before(self, start: int, width: int = 40) -> str:
        """Folded text to the left, within the sentence."""
        piece = self.text.folded[max(0, start - width) : start]
        end = 0
        for match in _SENTENCE_END.finditer(piece):
            end = match.end()
        return piece[end:]

    def after(self, end: int, width: int = 40) -> str:
        """Folded text to the right, within the sentence."""
        piece = self.text.folded[end : end + width]
        match = _SENTENCE_END.search(piece)
        return piece[: match.start()] if match else piece

    def is_of_somebody_sought(self, start: int, width: int) -> bool:
        """Whether the words to the left speak of somebody who is looked for."""
        return _SOUGHT.search(self.before(start, width)) is not None

    @property
    def is_short(self) -> bool:
        """A bare answer: few words, so that a lone figure is what the last question asked for."""
        return len(self.text.tokens) <= 7

    def stated(self, start: int, end: int) -> dict[str, object]:
        """Provenance of something said here."""
        return {"source": Source.STATED, "quote": self.quote(start, end)}
