"""Folds what a message says into the brief. Pure.

Later facts win. What was inferred or assumed never replaces what was stated or edited, but the other way round it does.
What a fact replaced or removed is kept in `history`. An exclusion removes the wish of the same name; a stated wish
lifts the exclusion.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from core import clock
from services.projects.schemas import (
    MAX_HISTORY,
    MAX_ITEMS,
    BriefPatch,
    Budget,
    Deadline,
    Exclusion,
    ExclusionKind,
    Feature,
    Platform,
    ProjectBrief,
    Provenance,
    Scale,
    Source,
    Superseded,
    Team,
)

P = TypeVar("P", bound=Provenance)

SCALARS = ("summary", "stage", "scale", "team", "budget", "monthly_budget", "hourly_cap", "deadline")
LISTS: dict[str, int] = {
    "industries": 10, "users": 20, "features": MAX_ITEMS, "integrations": 40, "platforms": 18, "technologies": MAX_ITEMS,
    "sensitivity": 10, "regulations": 20, "constraints": 40, "markets": 20,
}  # fmt: skip
EXCLUDED_FIELDS: dict[ExclusionKind, str] = {
    ExclusionKind.FEATURE: "features",
    ExclusionKind.PLATFORM: "platforms",
    ExclusionKind.TECHNOLOGY: "technologies",
    ExclusionKind.INTEGRATION: "integrations",
    ExclusionKind.REGULATION: "regulations",
    ExclusionKind.CONSTRAINT: "constraints",
    ExclusionKind.INDUSTRY: "industries",
}
_KIND_OF = {field: kind for kind, field in EXCLUDED_FIELDS.items()}
_FAMILIES = {
    Platform.MOBILE.value: {Platform.IOS.value, Platform.ANDROID.value},
    Platform.DESKTOP.value: {Platform.WINDOWS.value, Platform.MACOS.value, Platform.LINUX.value},
}
_WEAK = (Source.INFERRED, Source.ASSUMED)


def merge(brief: ProjectBrief, patch: BriefPatch, *, at: datetime | None = None) -> ProjectBrief:
    """The brief after a message. `at` stamps what goes to the history (default: now)."""
    return _Merge(brief, at or clock.now()).run(patch)


def key_of(item: Provenance) -> str:
    """What makes an item of a list the same as another."""
    key = getattr(item, "key", None)
    if key is not None:
        return str(key if isinstance(key, str) else key[1])
    value = getattr(item, "value", "")
    return str(value).casefold()


def label_of(fact: Provenance) -> str:
    """A fact for people, as history and differences show it."""
    value = getattr(fact, "value", None)
    match value:
        case Budget():
            return value.format()
        case Deadline():
            return f"{value.weeks:g} weeks" if value.weeks else f"by {value.due}"
        case Team():
            parts = [f"{value.size} people" if value.size is not None else "", *value.roles]
            return ", ".join(part for part in parts if part) or "a team"
        case Scale():
            return f"{value.users:,} users ({value.period})"
        case None:
            return str(getattr(fact, "name", ""))[:300]
    return str(getattr(value, "value", value))[:300]


class _Merge:
    def __init__(self, brief: ProjectBrief, at: datetime) -> None:
        self._values: dict[str, Any] = {name: getattr(brief, name) for name in ProjectBrief.model_fields}
        for name in (*LISTS, "exclusions", "history"):
            self._values[name] = list(self._values[name])
        self._at = at

    def run(self, patch: BriefPatch) -> ProjectBrief:
        for forgotten in patch.cleared:
            self._clear(forgotten)
        for name in SCALARS:
            fact = getattr(patch, name)
            if fact is not None and not self._is_repeated(name, fact, patch):
                self._scalar(name, fact)
        for exclusion in patch.exclusions:
            self._exclude(exclusion)
        for name, limit in LISTS.items():
            items = getattr(patch, name)
            if items and name in patch.corrected:
                self._replace_all(name, items)
            for item in items:
                self._add(name, item, limit)
        if patch.language:
            self._values["language"] = patch.language
        self._values["history"] = self._values["history"][-MAX_HISTORY:]
        return ProjectBrief.model_validate(self._values)

    def _clear(self, name: str) -> None:
        old = self._values[name]
        if old is not None:
            self._remember(name, old, None)
            self._values[name] = None

    def _is_repeated(self, name: str, new: Provenance, patch: BriefPatch) -> bool:
        """Whether a relative change of this message has been made already (a turn that runs twice, or reads twice)."""
        old = self._values[name]
        return name in patch.relative and old is not None and old.message_id == new.message_id is not None

    def _scalar(self, name: str, new: Provenance) -> None:
        old = self._values[name]
        if old is None:
            self._values[name] = new
            return
        if new.source in _WEAK and old.source not in _WEAK:
            return
        if name == "team":
            new = _with_team(old, new)
        if getattr(old, "value", None) == getattr(new, "value", None):
            if old.source in _WEAK and new.source not in _WEAK:
                self._values[name] = new
            return
        self._remember(name, old, new.message_id)
        self._values[name] = new

    def _add(self, name: str, new: Provenance, limit: int) -> None:
        items: list[Provenance] = self._values[name]
        key = key_of(new)
        if self._is_excluded(name, key, new):
            return
        for number, old in enumerate(items):
            if key_of(old) != key:
                continue
            if _says_more(old, new):
                items[number] = new
            return
        if len(items) < limit:
            items.append(new)

    def _replace_all(self, name: str, items: Sequence[Provenance]) -> None:
        kept = {key_of(item) for item in items}
        for old in list(self._values[name]):
            if key_of(old) not in kept:
                self._remember(name, old, items[0].message_id)
                self._values[name].remove(old)

    def _is_excluded(self, name: str, key: str, new: Provenance) -> bool:
        """Whether an exclusion stands against a new item; a stated wish lifts it."""
        kind = _KIND_OF.get(name)
        if kind is None:
            return False
        keys = {key} | {
            family for family, members in _FAMILIES.items() if name == "platforms" and key in members
        }
        standing = [item for item in self._values["exclusions"] if item.kind is kind and key_of(item) in keys]
        if not standing:
            return False
        if new.source in _WEAK:
            return True
        for exclusion in standing:
            self._values["exclusions"].remove(exclusion)
            self._remember("exclusions", exclusion, new.message_id)
        return False

    def _exclude(self, exclusion: Exclusion) -> None:
        exclusions: list[Exclusion] = self._values["exclusions"]
        if all(old.key != exclusion.key for old in exclusions) and len(exclusions) < MAX_ITEMS:
            exclusions.append(exclusion)
        field = EXCLUDED_FIELDS.get(exclusion.kind)
        if field is None:
            return
        keys = {key_of(exclusion)} | (
            _FAMILIES.get(key_of(exclusion), set()) if field == "platforms" else set()
        )
        for old in list(self._values[field]):
            if key_of(old) in keys and not (exclusion.source in _WEAK and old.source not in _WEAK):
                self._values[field].remove(old)
                self._remember(field, old, exclusion.message_id)

    def _remember(self, name: str, old: Provenance, replaced_by: UUID | None) -> None:
        self._values["history"].append(
            Superseded(
                field=name,
                label=label_of(old)[:300],
                source=old.source,
                message_id=old.message_id,
                quote=old.quote,
                replaced_by=replaced_by,
                at=self._at,
            )
        )


def _says_more(old: Provenance, new: Provenance) -> bool:
    if old.source in _WEAK:
        return new.source not in _WEAK
    changed = isinstance(old, Feature) and isinstance(new, Feature) and old.complexity != new.complexity
    return changed and new.source not in _WEAK


def _with_team(old: Provenance, new: Provenance) -> Provenance:
    """What is newly said of a team, on top of what was known."""
    before, after = getattr(old, "value", None), getattr(new, "value", None)
    if not isinstance(before, Team) or not isinstance(after, Team):
        return new
    value = Team(
        size=after.size if after.size is not None else before.size,
        roles=after.roles or before.roles,
        technical=after.technical if after.technical is not None else before.technical,
        experience=after.experience or before.experience,
        part_time=after.part_time or before.part_time,
        outsourced=after.outsourced or before.outsourced,
    )
    return new.model_copy(update={"value": value})


def stamped(patch: BriefPatch, message_id: UUID | None, *, source: Callable[[Source], Source]) -> BriefPatch:
    """The patch with `message_id` on every fact that has none, and its sources passed through `source`."""

    def stamp(fact: P) -> P:
        return fact.model_copy(
            update={"message_id": fact.message_id or message_id, "source": source(fact.source)}
        )

    changes: dict[str, Any] = {}
    for name in SCALARS:
        fact = getattr(patch, name)
        if fact is not None:
            changes[name] = stamp(fact)
    for name in (*LISTS, "exclusions"):
        changes[name] = [stamp(item) for item in getattr(patch, name)]
    return patch.model_copy(update=changes)
