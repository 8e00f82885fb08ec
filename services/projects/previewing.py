"""What a change of the brief would do to its key figures. Pure."""

from datetime import date

from services.projects.analysis import analyse
from services.projects.analysis.schemas import Analysis
from services.projects.editing import complete
from services.projects.estimation import RateCard, estimate
from services.projects.merging import LISTS, SCALARS, label_of, merge
from services.projects.schemas import BriefPatch, Exclusion, Outlook, ProjectBrief, Source, WhatIf

_NAMES = {
    "budget": "budget", "monthly_budget": "monthly budget", "hourly_cap": "hourly cap", "deadline": "deadline", "team": "team",
    "stage": "stage", "scale": "users", "features": "with", "platforms": "on", "technologies": "built with",
    "integrations": "integrated with", "constraints": "", "regulations": "under", "markets": "for", "industries": "in",
}  # fmt: skip
# A deadline is counted from the day it was named; smaller shifts than this are no news.
_DRIFT_WEEKS = 1.0


def current(brief: ProjectBrief, today: date) -> ProjectBrief:
    """The brief with the weeks to its deadline counted from `today`, once a week or more has gone by."""
    if brief.deadline is None:
        return brief
    stated = brief.deadline.value
    left = complete(stated, today)
    if stated.weeks is not None and left.weeks is not None and abs(stated.weeks - left.weeks) < _DRIFT_WEEKS:
        return brief
    return brief.model_copy(update={"deadline": brief.deadline.model_copy(update={"value": left})})


def analysis_of(brief: ProjectBrief, rates: RateCard | None, today: date) -> Analysis:
    """Estimate and analyse a brief as of `today`."""
    brief = current(brief, today)
    return analyse(brief, estimate(brief, rates))


def what_if(brief: ProjectBrief, patch: BriefPatch, rates: RateCard | None, today: date) -> WhatIf:
    """The figures of the brief as it is, and as it would be with the patch."""
    return WhatIf(
        change=describe(patch),
        before=_outlook(analysis_of(brief, rates, today)),
        after=_outlook(analysis_of(merge(brief, patch), rates, today)),
    )


def _outlook(analysis: Analysis) -> Outlook:
    return Outlook(score=analysis.health.score, weeks=analysis.timeline.p50_weeks, cost=analysis.budget.p50)


def describe(patch: BriefPatch) -> str:
    """A patch in a few words: `without offline mode and sync, budget $120,000`."""
    parts = [
        f"{_NAMES.get(name, name)} {label_of(fact)}"
        for name in SCALARS
        if name != "summary" and (fact := getattr(patch, name)) is not None and fact.source is Source.STATED
    ]
    for name in LISTS:
        items = [
            label_of(item).lower() if name == "features" else label_of(item)
            for item in getattr(patch, name)
            if item.source is Source.STATED
        ]
        if items and name in _NAMES:
            parts.append(f"{_NAMES[name]} {', '.join(items[:4])}".strip())
    excluded = [item for item in patch.exclusions if isinstance(item, Exclusion)]
    if excluded:
        parts.append("without " + ", ".join(dict.fromkeys(item.name.lower() for item in excluded)))
    parts.extend(f"no {_NAMES.get(name, name)}" for name in patch.cleared)
    return ", ".join(parts)[:300] or "the same project"
