"""Facts that a model read out of the conversation, as a `BriefPatch` with where they come from."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from core.money import Money
from services.projects.extraction.catalogue import FEATURES
from services.projects.schemas import (
    BriefPatch,
    Budget,
    Deadline,
    Exclusion,
    ExclusionKind,
    Fact,
    Feature,
    Named,
    Source,
    Tag,
    Team,
    Technology,
    Text,
)
from services.taxonomy import industries, skills

if TYPE_CHECKING:
    from tools.projects import Amount, Changes

P = TypeVar("P")

_FEATURE_NAMES = {
    name: slug
    for slug, kind in FEATURES.items()
    for name in (
        slug.replace("-", " "),
        kind.name.casefold(),
        *(phrase.lstrip("=") for phrase in kind.phrases["en"]),
    )
}


def patch_of(changes: "Changes", read: BriefPatch, statement: str) -> BriefPatch:
    """What our reader found in the statement, with the model's facts over it. A fact whose words stand in the
    statement is `stated` and quotes the sentence; one that does not is `inferred`."""

    def origin(words: str) -> dict[str, Any]:
        quote = _sentence_with(words, statement)
        return {"source": Source.STATED, "quote": quote} if quote else {"source": Source.INFERRED}

    given: dict[str, Any] = {}
    if changes.summary:
        given["summary"] = Text(value=changes.summary, source=Source.INFERRED)
    if changes.stage:
        given["stage"] = Fact(value=changes.stage, **origin(changes.stage.value))
    for name in ("budget", "monthly_budget", "hourly_cap"):
        if (amount := getattr(changes, name)) is not None and (budget := _budget(amount, name)):
            given[name] = Fact(value=budget, **origin(_digits(amount.high or amount.low)))
    if changes.deadline or changes.deadline_weeks:
        deadline = Deadline(due=changes.deadline, weeks=changes.deadline_weeks)
        given["deadline"] = Fact(value=deadline, source=Source.STATED, quote=None)
    if changes.team_size is not None:
        given["team"] = Fact(value=Team(size=changes.team_size), source=Source.STATED)
    lists: dict[str, Iterable[Any]] = {
        "industries": (
            Tag(value=slug, **origin(name)) for name in changes.industries if (slug := _industry(name))
        ),
        "users": (Text(value=name, **origin(name)) for name in changes.users),
        "features": (_feature(name, origin) for name in changes.features),
        "platforms": (Fact(value=platform, **origin(platform.value)) for platform in changes.platforms),
        "technologies": (
            *(_technology(name, origin, existing=False) for name in changes.technologies),
            *(_technology(name, origin, existing=True) for name in changes.existing_technologies),
        ),
        "integrations": (_named(name, origin) for name in changes.integrations),
        "regulations": (_named(name, origin) for name in changes.regulations),
        "constraints": (_named(name, origin) for name in changes.constraints),
        "markets": (Text(value=name, **origin(name)) for name in changes.markets),
        "exclusions": (_exclusion(name, origin) for name in changes.not_wanted),
    }
    for name, items in lists.items():
        given[name] = _united(list(getattr(read, name)), list(items))
    given["cleared"] = list(dict.fromkeys([*read.cleared, *changes.forget]))
    return read.model_copy(update={key: value for key, value in given.items() if value or key in lists})


Origin = Callable[[str], dict[str, Any]]


def _united(read: list[P], given: list[P]) -> list[P]:
    """Both lists without doubles, the model's first."""
    return list({_key(item): item for item in (*read, *given)}.values())[:80]


def _key(item: Any) -> str:
    key = getattr(item, "key", None) or getattr(item, "value", item)
    return str(key).casefold()


def _sentence_with(words: str, statement: str) -> str | None:
    needle = words.casefold().strip()
    if not needle:
        return None
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", statement):
        if needle in sentence.casefold().replace(",", ""):
            return sentence.strip()[:300]
    return None


def _digits(amount: Decimal | None) -> str:
    """The leading figures as people write them: 80000 is found in "$80,000", and as "80" in "80k"."""
    if amount is None:
        return ""
    number = int(amount)
    return str(number // 1000) if number and number % 1000 == 0 else str(number)


def _budget(amount: "Amount", name: str) -> Budget | None:
    kind = {"budget": "total", "monthly_budget": "monthly", "hourly_cap": "hourly_cap"}[name]
    low = Money.of(amount.low, amount.currency) if amount.low is not None else None
    high = Money.of(amount.high, amount.currency) if amount.high is not None else None
    if low is None and high is None:
        return None
    if low is not None and high is not None and low.amount > high.amount:
        low, high = high, low
    return Budget(low=low if kind != "hourly_cap" else None, high=high or low, kind=kind)


def _industry(name: str) -> str | None:
    known = industries.canonical(name)
    if known is not None:
        return known.slug
    return next((mention.slug for mention in industries.find(name)), None)


def _feature(name: str, origin: Origin) -> Feature:
    slug = _FEATURE_NAMES.get(name.casefold().strip())
    if slug is None:
        return Feature(name=name, **origin(name))
    kind = FEATURES[slug]
    return Feature(
        slug=slug, name=kind.name, category=kind.category, complexity=kind.complexity, **origin(name)
    )


def _technology(name: str, origin: Origin, *, existing: bool) -> Technology:
    skill = skills.canonical(name)
    return Technology(
        slug=skill.slug if skill else None,
        name=skill.name if skill else name,
        existing=existing,
        **origin(name),
    )


def _named(name: str, origin: Origin) -> Named:
    return Named(name=name, **origin(name))


def _exclusion(name: str, origin: Origin) -> Exclusion:
    slug = _FEATURE_NAMES.get(name.casefold().strip())
    if slug:
        return Exclusion(kind=ExclusionKind.FEATURE, slug=slug, name=FEATURES[slug].name, **origin(name))
    skill = skills.canonical(name)
    if skill:
        return Exclusion(kind=ExclusionKind.TECHNOLOGY, slug=skill.slug, name=skill.name, **origin(name))
    return Exclusion(kind=ExclusionKind.OTHER, name=name, **origin(name))
