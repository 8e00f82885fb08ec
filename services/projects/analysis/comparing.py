"""What changed between two versions of an analysis, for people."""

from collections.abc import Iterator, Sequence
from typing import Literal

from core.money import Money
from services.projects.analysis.evidence import counted, joined, lowered
from services.projects.analysis.schemas import Analysis, Difference, Level

Change = Literal["better", "worse", "neutral"]

_LEVELS = {Level.LOW: 0, Level.MEDIUM: 1, Level.HIGH: 2}


def _direction(before: float, after: float, *, more_is_better: bool) -> Change:
    if before == after:
        return "neutral"
    return "better" if (after > before) == more_is_better else "worse"


def _weeks(value: float | None) -> str | None:
    return None if value is None else counted(round(value), "week")


def _money(value: Money | None) -> str | None:
    return None if value is None else value.format()


def _figure(
    key: str, label: str, before: str | None, after: str | None, change: Change
) -> Iterator[Difference]:
    if before == after:
        return
    if before is None:
        text = f"{label}: now {after}."
    elif after is None:
        text = f"{label}: no longer known (was {before})."
    else:
        text = f"{label}: {after} instead of {before}."
    yield Difference(key=key, label=label, before=before, after=after, change=change, text=text)


def _range(key: str, label: str, before: Money, after: Money) -> Iterator[Difference]:
    change: Change = "neutral"
    if before.currency == after.currency:
        change = _direction(before.amount, after.amount, more_is_better=False)
    yield from _figure(key, label, before.format(), after.format(), change)


def _members(
    key: str, label: str, before: Sequence[str], after: Sequence[str], *, added: Change, removed: Change
) -> Iterator[Difference]:
    come = [name for name in after if name not in before]
    gone = [name for name in before if name not in after]
    if come:
        names = joined(come)
        yield Difference(
            key=f"{key}-added",
            label=label,
            before=None,
            after=names,
            change=added,
            text=f"{label}, new: {names}."[:600],
        )
    if gone:
        names = joined(gone)
        yield Difference(
            key=f"{key}-removed",
            label=label,
            before=names,
            after=None,
            change=removed,
            text=f"{label}, gone: {names}."[:600],
        )


def compare(previous: Analysis, current: Analysis) -> list[Difference]:
    """The differences, what matters most first; empty if nothing that is shown has changed."""
    old, new = previous, current
    found: list[Difference] = []
    found += _figure(
        "health", "Health score", str(old.health.score), str(new.health.score),
        _direction(old.health.score, new.health.score, more_is_better=True),
    )  # fmt: skip
    found += _range("budget-p50", "Likely cost", old.budget.p50, new.budget.p50)
    found += _range("budget-p80", "Cost with 80% certainty", old.budget.p80, new.budget.p80)
    found += _figure(
        "timeline-p50", "Likely time", _weeks(old.timeline.p50_weeks), _weeks(new.timeline.p50_weeks),
        _direction(old.timeline.p50_weeks, new.timeline.p50_weeks, more_is_better=False),
    )  # fmt: skip
    found += _figure(
        "timeline-p80", "Time with 80% certainty", _weeks(old.timeline.p80_weeks), _weeks(new.timeline.p80_weeks),
        _direction(old.timeline.p80_weeks, new.timeline.p80_weeks, more_is_better=False),
    )  # fmt: skip
    found += _figure(
        "budget-stated", "Your budget", _money(old.budget.stated), _money(new.budget.stated), "neutral"
    )
    found += _figure(
        "timeline-stated",
        "Your deadline",
        _weeks(old.timeline.stated_weeks),
        _weeks(new.timeline.stated_weeks),
        "neutral",
    )
    found += _figure(
        "complexity", "Complexity", old.complexity.level.value, new.complexity.level.value,
        _direction(_LEVELS[old.complexity.level], _LEVELS[new.complexity.level], more_is_better=False),
    )  # fmt: skip
    before = {factor.key: factor for factor in old.health.factors}
    for factor in new.health.factors:
        earlier = before.get(factor.key)
        if earlier is not None:
            found += _figure(
                f"factor-{factor.key}", factor.name, f"{earlier.score} of 100", f"{factor.score} of 100",
                _direction(earlier.score, factor.score, more_is_better=True),
            )  # fmt: skip
    found += _members(
        "scope", "Counted scope", [line.item for line in old.sizing], [line.item for line in new.sizing],
        added="neutral", removed="neutral",
    )  # fmt: skip
    found += _members(
        "technologies", "Technologies", [one.name for one in old.technologies], [one.name for one in new.technologies],
        added="neutral", removed="neutral",
    )  # fmt: skip
    found += _members(
        "risks", "Risks", [lowered(one.title) for one in old.risks], [lowered(one.title) for one in new.risks],
        added="worse", removed="better",
    )  # fmt: skip
    found += _members(
        "assumptions", "Assumptions", [one.text.rstrip(".") for one in old.assumptions],
        [one.text.rstrip(".") for one in new.assumptions], added="worse", removed="better",
    )  # fmt: skip
    return found
