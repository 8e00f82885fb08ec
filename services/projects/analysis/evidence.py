"""Turns facts, premises and figures into evidence, and keeps the list of what was assumed."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from services.projects.analysis.schemas import Assumption, Evidence, EvidenceKind
from services.projects.estimation.schemas import Estimate
from services.projects.estimation.sizing import exists
from services.projects.schemas import (
    Budget,
    Deadline,
    Fact,
    Feature,
    Named,
    Platform,
    ProjectBrief,
    Provenance,
    Scale,
    Source,
    Tag,
    Team,
    Text,
)

_LIMIT = 300


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`; `a, and b and c` where a member itself holds an "and"."""
    if len(words) == 1:
        return words[0]
    comma = "," if any(" and " in word for word in words) else ""
    return f"{', '.join(words[:-1])}{comma} and {words[-1]}"


def some(names: Sequence[str], limit: int = 3) -> str:
    """The first few names inside a sentence, and whether there are more: `a, b, c and more`."""
    words = [lowered(name) for name in names]
    return joined(words) if len(words) <= limit else f"{', '.join(words[:limit])} and more"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 week`, `3 weeks`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def lowered(name: str) -> str:
    """A name inside a sentence: `Video calls` becomes `video calls`; `HIPAA` and `iOS` stay."""
    return name[0].lower() + name[1:] if len(name) > 1 and name[0].isupper() and name[1].islower() else name


def clipped(text: str) -> str:
    """At most 300 characters, cut at a word."""
    return text if len(text) <= _LIMIT else text[: _LIMIT - 1].rsplit(" ", 1)[0] + "…"


def label(fact: Provenance) -> str:
    """The fact's value in words, where there is no quote."""
    if isinstance(fact, Feature | Named):
        return fact.name
    if isinstance(fact, Text | Tag):
        return fact.value
    return _worded(fact.value) if isinstance(fact, Fact) else "a fact of the brief"


def _worded(value: object) -> str:
    """A fact's value in words."""
    match value:
        case Budget():
            return value.format()
        case Deadline(weeks=None):
            return f"a release by {value.due}"
        case Deadline():
            return f"a release in {counted(round(value.weeks or 0), 'week')}"
        case Scale():
            return f"{value.users:,} users"
        case Team(size=None) | Team(size=0):
            return "someone who can build it" if value.technical else "nobody who builds it"
        case Team():
            return f"a team of {value.size:,}"
        case Platform():
            return PLATFORM_NAMES.get(value, value.value.replace("-", " "))
        case StrEnum():
            return value.value.replace("-", " ")
    return str(value)


PLATFORM_NAMES = {
    Platform.WEB: "the web", Platform.MOBILE: "phones", Platform.IOS: "iOS", Platform.ANDROID: "Android",
    Platform.API: "an API", Platform.TV: "TV", Platform.VR: "VR", Platform.WINDOWS: "Windows",
    Platform.MACOS: "macOS", Platform.LINUX: "Linux",
}  # fmt: skip


class Ledger:
    """Makes evidence. What rests on no words of the founder is entered in `assumptions`, once per key."""

    def __init__(self, brief: ProjectBrief, estimate: Estimate) -> None:
        self.brief = brief
        self.estimate = estimate
        self._assumptions: dict[str, Assumption] = {}
        for premise in estimate.premises:
            self._assumptions[premise.key] = Assumption(
                key=premise.key, text=premise.text, field=premise.field
            )

    @property
    def release(self) -> str:
        """What is estimated: the `first release`, or the `next release` of a product in use."""
        return "next release" if exists(self.brief) else "first release"

    @property
    def assumptions(self) -> list[Assumption]:
        """All that was assumed, in the order of first use."""
        return list(self._assumptions.values())

    def said(self, fact: Provenance, field: str) -> Evidence:
        """The founder's words, or the assumption that stands in for them."""
        if fact.source is Source.ASSUMED or (fact.source is Source.INFERRED and not fact.quote):
            reason = (
                f": {lowered(fact.note.strip().rstrip('.'))}" if fact.note and fact.note.strip(" .") else ""
            )
            text = clipped(f"We assume {lowered(label(fact))}{reason}.")
            return self.assumed(f"{field}:{label(fact)}"[:80], text, field)
        if fact.quote:
            return Evidence(
                kind=EvidenceKind.STATED, field=field, text=clipped(fact.quote), message_id=fact.message_id
            )
        origin = "Entered in the brief" if fact.source is Source.EDITED else "From the brief"
        return Evidence(
            kind=EvidenceKind.STATED,
            field=field,
            text=clipped(f"{origin}: {label(fact)}"),
            message_id=fact.message_id,
        )

    def all_said(self, facts: Iterable[Provenance], field: str, limit: int = 4) -> list[Evidence]:
        """Evidence of the first few facts, each quote once."""
        found: dict[str, Evidence] = {}
        for fact in facts:
            if len(found) < limit:
                evidence = self.said(fact, field)
                found.setdefault(evidence.text, evidence)
        return list(found.values())

    def assumed(self, key: str, text: str, field: str) -> Evidence:
        """An assumption, entered in the list."""
        entry = self._assumptions.setdefault(key, Assumption(key=key, text=text, field=field))
        return Evidence(kind=EvidenceKind.ASSUMPTION, field=key, text=entry.text)

    def premise(self, key: str) -> Evidence:
        """One of the estimate's premises."""
        entry = self._assumptions[key]
        return Evidence(kind=EvidenceKind.ASSUMPTION, field=key, text=entry.text)

    @staticmethod
    def computed(field: str, text: str) -> Evidence:
        """A figure of the estimator."""
        return Evidence(kind=EvidenceKind.COMPUTED, field=field, text=text)

    def unsaid(self, field: str) -> Evidence:
        """That the founder has not said something, and what we do about it."""
        return self.assumed(f"no-{field}", _UNSAID[field], field)


_UNSAID = {
    "budget": "You have not named a budget, so its fit counts as neither good nor bad.",
    "deadline": "You have not named a deadline, so we assume that the date can follow the plan.",
    "team": "You have not said who builds it, so we assume that nobody is there yet.",
    "stage": "You have not said how far the product is, so we assume an idea.",
    "users": "You have not said who uses it.",
    "summary": "You have not said in a sentence what the product does.",
    "platforms": "You have not named a platform, so we assume a responsive web app.",
    "features": "You have not named the features, so we assume what such products start with.",
    "industries": "You have not named an industry, so we assume no rules of a particular one.",
    "sensitivity": "You have not mentioned sensitive data, so we assume names and e-mail addresses only.",
    "regulations": "You have not named the regulations that apply.",
    "technologies": "You have not named an existing stack, so we assume a free choice.",
}
