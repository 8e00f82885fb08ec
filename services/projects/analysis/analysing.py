"""Puts an analysis together."""

from services.projects.analysis.evidence import Ledger, counted, lowered, some
from services.projects.analysis.fit import money_fit, time_fit
from services.projects.analysis.recommendations import recommendations
from services.projects.analysis.risks import risks
from services.projects.analysis.rubric import health
from services.projects.analysis.schemas import (
    Analysis,
    Budget,
    Complexity,
    Evidence,
    Health,
    Level,
    SizeLine,
    Timeline,
)
from services.projects.analysis.technologies import technologies
from services.projects.estimation.schemas import Estimate, SizedItem, round_to
from services.projects.estimation.sizing import hard_features
from services.projects.schemas import ProjectBrief

# Limits of low and high complexity, in function points and in demanding features.
_LOW_POINTS, _HIGH_POINTS = 180, 420
_LOW_HARD, _HIGH_HARD = 1, 5


def _complexity(ledger: Ledger) -> Complexity:
    points, hard = ledger.estimate.points, hard_features(ledger.brief)
    evidence = [
        ledger.computed("points", f"{points:,.0f} function points"),
        *ledger.all_said(hard, "features", 3),
    ]
    if points > _HIGH_POINTS or len(hard) >= _HIGH_HARD:
        level = Level.HIGH
    elif points <= _LOW_POINTS and len(hard) <= _LOW_HARD:
        level = Level.LOW
    else:
        level = Level.MEDIUM
    reason = f"{points:,.0f} function points"
    if hard:
        names = some([one.name for one in hard])
        reason += f", with {counted(len(hard), 'demanding feature')}: {names}"
    return Complexity(level=level, function_points=points, reason=f"{reason}.", evidence=evidence)


def _timeline(ledger: Ledger) -> Timeline:
    plan, brief = ledger.estimate.schedule, ledger.brief
    fit = time_fit(brief, ledger.estimate)
    p50, p80 = counted(round(plan.weeks_p50), "week"), counted(round(plan.weeks_p80), "week")
    evidence: list[Evidence] = [
        ledger.computed(
            "hours", f"{_hours(ledger.estimate, 0.5)} to {_hours(ledger.estimate, 0.8)} hours of work"
        )
    ]
    people = counted(max(round(plan.people), 1), "person", "people")
    reason = f"Likely {p50} with {people}; with 80% certainty at most {p80}."
    if plan.limited_by_team and brief.team is not None:
        reason += " The people you have set the pace."
        evidence.append(ledger.said(brief.team, "team"))
    elif "team" in {premise.key for premise in ledger.estimate.premises}:
        evidence.append(ledger.premise("team"))
    if brief.deadline is not None:
        evidence.insert(0, ledger.said(brief.deadline, "deadline"))
        if fit is not None and fit.weeks < plan.shortest_weeks:
            reason += (
                f" More people do not bring it under about {counted(round(plan.shortest_weeks), 'week')}."
            )
    else:
        evidence.append(ledger.unsaid("deadline"))
    return Timeline(
        p50_weeks=round(plan.weeks_p50, 1),
        p80_weeks=round(plan.weeks_p80, 1),
        stated_weeks=round(fit.weeks, 1) if fit is not None else None,
        chance=round(fit.chance, 3) if fit is not None else None,
        team_size=round(plan.people, 1),
        reason=reason,
        evidence=evidence,
    )


def _hours(estimate: Estimate, p: float) -> str:
    return f"{round_to(estimate.hours.quantile(p)):,}"


def _budget(ledger: Ledger) -> Budget:
    estimate = ledger.estimate
    fit = money_fit(ledger.brief, estimate)
    p50, p80 = estimate.money(0.5), estimate.money(0.8)
    evidence = [ledger.said(fit.fact, "budget") if fit is not None else ledger.unsaid("budget")]
    evidence.append(ledger.premise("rates"))
    reason = f"Likely {p50.format()}; with 80% certainty at most {p80.format()}."
    if fit is not None:
        reason += f" {fit.amount.format()} is enough with a chance of {fit.chance:.0%}."
    return Budget(
        p50=p50,
        p80=p80,
        stated=fit.amount if fit is not None else None,
        chance=round(fit.chance, 3) if fit is not None else None,
        hours_p50=round(estimate.hours.median),
        hours_p80=round(estimate.hours.quantile(0.8)),
        reason=reason,
        evidence=evidence,
    )


def _size_line(ledger: Ledger, line: SizedItem) -> SizeLine:
    if line.provenance is not None:
        field = "features" if line.feature else line.item.split(":")[0].lower()
        evidence = ledger.said(line.provenance, field)
    else:
        evidence = ledger.premise(line.premise or "foundation")
    return SizeLine(item=line.item, points=line.points, rule=line.rule, evidence=evidence)


def _summary(
    ledger: Ledger, score: Health, complexity: Complexity, timeline: Timeline, budget: Budget
) -> str:
    ranked = sorted(score.factors, key=lambda factor: (factor.weight * (100 - factor.score), factor.key))
    best, worst = ranked[0], ranked[-1]
    weeks = f"{round(timeline.p50_weeks):,} to {counted(round(timeline.p80_weeks), 'week')}"
    return (
        f"Health {score.score} of 100, complexity {complexity.level.value}. The {ledger.release} takes {weeks} and "
        f"{budget.p50.format()} to {budget.p80.format()} (likely, and with 80% certainty). "
        f"It stands best in {lowered(best.name)}; most is to be gained in {lowered(worst.name)}: {lowered(worst.reason)}"
    )


def analyse(brief: ProjectBrief, estimate: Estimate) -> Analysis:
    """The analysis of a brief. `estimate` is the brief's own; its rates are used again to judge changes.

    Deterministic: the same brief and rates give the same analysis, word for word."""
    ledger = Ledger(brief, estimate)
    score = health(ledger)
    complexity, timeline, budget = _complexity(ledger), _timeline(ledger), _budget(ledger)
    sizing = [_size_line(ledger, line) for line in estimate.sizing]
    six = technologies(ledger)
    found_risks = risks(ledger, score)
    advice = recommendations(ledger, score)
    return Analysis(
        summary=_summary(ledger, score, complexity, timeline, budget),
        health=score,
        complexity=complexity,
        timeline=timeline,
        budget=budget,
        technologies=six,
        risks=found_risks,
        recommendations=advice,
        assumptions=ledger.assumptions,
        sizing=sizing,
    )
