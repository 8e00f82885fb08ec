"""Turns a founder's own edit of the brief into facts. Pure."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from services.projects.extraction import features
from services.projects.extraction.catalogue import FEATURES
from services.projects.extraction.subjects import CONSTRAINT_NAMES
from services.projects.merging import LISTS, SCALARS, key_of, label_of
from services.projects.schemas import (
    MAX_HISTORY,
    BriefEdit,
    BriefFields,
    Budget,
    DataSensitivity,
    Deadline,
    Exclusion,
    ExclusionKind,
    Fact,
    Feature,
    Named,
    Platform,
    ProjectBrief,
    Provenance,
    Scale,
    Source,
    Superseded,
    Tag,
    Team,
    Technology,
    Text,
)
from services.projects.schemas import Stage as StageValue
from services.taxonomy import skills
from services.taxonomy.catalogues import PLATFORMS, markets, regulations
from services.taxonomy.text import slugify

_EDITED: dict[str, Any] = {"source": Source.EDITED}


def apply(brief: ProjectBrief, edit: BriefEdit, *, today: date, at: datetime) -> ProjectBrief:
    """The brief with the edit made: only fields that were sent change, a list replaces the list, items that were there
    already keep their provenance, and what is gone or replaced goes to the history."""
    changes: dict[str, Any] = {}
    history = list(brief.history)
    for name in edit.model_fields_set & set(BriefFields.model_fields):
        old, new = getattr(brief, name), _fact(name, getattr(edit, name), today)
        if name in SCALARS:
            changes[name] = _scalar(name, old, new, history, at)
        else:
            changes[name] = _list(name, old, new or [], history, at)
    wanted = {(ExclusionKind.FEATURE.value, feature.key) for feature in changes.get("features", [])}
    if wanted and "exclusions" not in changes:
        changes["exclusions"] = [item for item in brief.exclusions if item.key not in wanted]
    changes["history"] = history[-MAX_HISTORY:]
    return ProjectBrief.model_validate(
        {**{name: getattr(brief, name) for name in ProjectBrief.model_fields}, **changes}
    )


def _scalar(
    name: str, old: Provenance | None, new: Provenance | None, history: list[Superseded], at: datetime
) -> Provenance | None:
    if old is not None and new is not None and getattr(old, "value", None) == getattr(new, "value", None):
        return old
    if old is not None:
        history.append(_superseded(name, old, at))
    return new


def _list(
    name: str, old: Sequence[Provenance], new: Sequence[Provenance], history: list[Superseded], at: datetime
) -> list[Provenance]:
    known = {key_of(item): item for item in old}
    kept: dict[str, Provenance] = {}
    for item in new:
        key = key_of(item)
        was = known.get(key)
        # A fact the founder left in the list is theirs now, with the words it came from.
        kept.setdefault(
            key, was.model_copy(update=_EDITED) if was and was.source is not Source.STATED else was or item
        )
    history.extend(_superseded(name, item, at) for key, item in known.items() if key not in kept)
    return list(kept.values())[: LISTS.get(name, 80)]


def _superseded(name: str, old: Provenance, at: datetime) -> Superseded:
    return Superseded(
        field=name, label=label_of(old), source=old.source, message_id=old.message_id, quote=old.quote, at=at
    )


def _fact(name: str, value: Any, today: date) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        return [_item(name, entry) for entry in value]
    build: dict[str, Callable[[], Provenance]] = {
        "summary": lambda: Text(value=value, **_EDITED),
        "stage": lambda: Fact[StageValue](value=value, **_EDITED),
        "scale": lambda: Fact[Scale](value=value, **_EDITED),
        "team": lambda: Fact[Team](value=value, **_EDITED),
        "deadline": lambda: Fact[Deadline](value=complete(value, today), **_EDITED),
    }
    if name in build:
        return build[name]()
    return Fact[Budget](value=value, **_EDITED)


def complete(deadline: Deadline, today: date) -> Deadline:
    """A deadline with both its date and its weeks, the one from the other; the date is what counts."""
    if deadline.due is not None:
        weeks = round(max((deadline.due - today).days, 1) / 7, 1)
        return deadline.model_copy(update={"weeks": min(weeks, 1040.0)})
    weeks = deadline.weeks or 1.0
    return deadline.model_copy(update={"due": today + timedelta(days=round(weeks * 7))})


def _item(name: str, value: Any) -> Provenance:
    match name:
        case "platforms":
            return Fact[Platform](value=value, **_EDITED)
        case "sensitivity":
            return Fact[DataSensitivity](value=value, **_EDITED)
        case "industries":
            return Tag(value=value, **_EDITED)
        case "users":
            return Text(value=value, **_EDITED)
        case "markets":
            return Text(value=markets.canonical(value) or value, **_EDITED)
        case "features":
            return _feature(value)
        case "technologies":
            skill = skills.canonical(value)
            return Technology(
                slug=skill.slug if skill else None, name=skill.name if skill else value, **_EDITED
            )
        case "integrations":
            skill = skills.canonical(value)
            return Named(slug=skill.slug if skill else None, name=skill.name if skill else value, **_EDITED)
        case "regulations":
            key = regulations.canonical(value)
            return Named(slug=key, name=regulations.terms[key].name if key else value, **_EDITED)
        case "constraints":
            slug = slugify(value)
            known = slug if slug in CONSTRAINT_NAMES else None
            return Named(slug=known, name=CONSTRAINT_NAMES.get(slug, value), **_EDITED)
    return _exclusion(value)


def _feature(words: str) -> Feature:
    kind = FEATURES.get(words) or features.canonical(words)
    if kind is None:
        return Feature(name=words, **_EDITED)
    return Feature(
        slug=kind.slug, name=kind.name, category=kind.category, complexity=kind.complexity, **_EDITED
    )


def _exclusion(words: str) -> Exclusion:
    """What the words exclude: a feature, a platform or a technology of that name, else the words themselves."""
    if kind := FEATURES.get(words) or features.canonical(words):
        return Exclusion(kind=ExclusionKind.FEATURE, slug=kind.slug, name=kind.name, **_EDITED)
    if words.casefold() in PLATFORMS:
        key = words.casefold()
        return Exclusion(kind=ExclusionKind.PLATFORM, slug=key, name=PLATFORMS[key].name, **_EDITED)
    if skill := skills.canonical(words):
        return Exclusion(kind=ExclusionKind.TECHNOLOGY, slug=skill.slug, name=skill.name, **_EDITED)
    return Exclusion(kind=ExclusionKind.OTHER, name=words, **_EDITED)
