"""The health score: seven weighted factors, each with its rule, published in docs/estimation.md."""

from collections.abc import Callable
from dataclasses import dataclass

from services.projects.analysis.evidence import Ledger, counted, joined, some
from services.projects.analysis.fit import money_fit, score_of, time_fit
from services.projects.analysis.schemas import Evidence, Factor, Health
from services.projects.estimation.drivers import is_large
from services.projects.estimation.sizing import hard_features
from services.projects.schemas import (
    DataSensitivity,
    Provenance,
    Stage,
    TeamExperience,
)

VERSION = 1

SENSITIVE = {
    DataSensitivity.HEALTH, DataSensitivity.FINANCIAL, DataSensitivity.CHILDREN, DataSensitivity.BIOMETRIC,
    DataSensitivity.GOVERNMENT, DataSensitivity.LEGAL,
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """A factor's score (0 to 100), why, and on what ground."""

    score: float
    reason: str
    evidence: list[Evidence]


def _clarity(ledger: Ledger) -> Verdict:
    brief = ledger.brief
    parts: list[tuple[str, str, list[Provenance], float, float]] = [
        ("what it does", "summary", [brief.summary] if brief.summary else [], 1, 25),
        ("its features", "features", [*brief.features], 4, 30),
        ("who uses it", "users", [*brief.users], 1, 15),
        ("the platform", "platforms", [*brief.platforms], 1, 15),
        ("how far it is", "stage", [brief.stage] if brief.stage else [], 1, 15),
    ]
    score = sum(points * min(len(facts) / enough, 1) for _, _, facts, enough, points in parts)
    missing = [name for name, _, facts, _, _ in parts if not facts]
    evidence = [ledger.said(facts[0], field) for _, field, facts, _, _ in parts if facts][:4]
    evidence += [ledger.unsaid(field) for _, field, facts, _, _ in parts if not facts]
    if missing:
        reason = f"Still open: {joined(missing)}."
    elif len(brief.features) < 4:
        reason = f"The brief names only {counted(len(brief.features), 'feature')}."
    else:
        reason = "What it does, for whom, where and with which features is known."
    return Verdict(score, reason, evidence)


def _budget(ledger: Ledger) -> Verdict:
    fit = money_fit(ledger.brief, ledger.estimate)
    p50, p80 = ledger.estimate.money(0.5).format(), ledger.estimate.money(0.8).format()
    cost = ledger.computed("cost", f"Likely cost {p50}; with 80% certainty at most {p80}")
    if fit is None:
        return Verdict(
            50, f"No budget is known to hold against a likely cost of {p50}.", [ledger.unsaid("budget"), cost]
        )
    stated = fit.amount.format() + (" in all, at your monthly figure," if fit.monthly else "")
    reason = f"{stated} is enough with a chance of {fit.chance:.0%}; the likely cost is {p50}."
    return Verdict(score_of(fit.chance), reason, [ledger.said(fit.fact, "budget"), cost])


def _schedule(ledger: Ledger) -> Verdict:
    fit = time_fit(ledger.brief, ledger.estimate)
    plan = ledger.estimate.schedule
    p50, p80 = counted(round(plan.weeks_p50), "week"), counted(round(plan.weeks_p80), "week")
    time = ledger.computed("weeks", f"Likely {p50}; with 80% certainty at most {p80}")
    if fit is None or ledger.brief.deadline is None:
        if ledger.brief.deadline is not None:
            return Verdict(
                60,
                "The deadline could not be worked out.",
                [ledger.said(ledger.brief.deadline, "deadline"), time],
            )
        return Verdict(
            75,
            f"No date presses; the {ledger.release} likely takes {p50}.",
            [ledger.unsaid("deadline"), time],
        )
    weeks = counted(round(fit.weeks), "week")
    reason = (
        f"{weeks[0].upper()}{weeks[1:]} are enough with a chance of {fit.chance:.0%}; {p50} would be likely."
    )
    if round(fit.weeks) == 1:
        reason = reason.replace(" are enough", " is enough", 1)
    return Verdict(score_of(fit.chance), reason, [ledger.said(ledger.brief.deadline, "deadline"), time])


def _team(ledger: Ledger) -> Verdict:
    fact = ledger.brief.team
    if fact is None:
        return Verdict(35, "Nobody is named who builds it.", [ledger.unsaid("team")])
    team, evidence = fact.value, [ledger.said(fact, "team")]
    builds = team.technical if team.technical is not None else bool(team.size)
    if not builds:
        return Verdict(30, "Nobody in the team builds software yet.", evidence)
    score, reason = 70.0, "Someone in the team can build it"
    if team.size and team.size > 1:
        score, reason = 80.0, f"{team.size:,} people are there to build it"
    if team.experience is TeamExperience.SENIOR:
        score, reason = score + 15, f"{reason}, with experience"
    if team.experience is TeamExperience.JUNIOR:
        score, reason = score - 25, f"{reason}, but with little experience"
    if team.part_time:
        score, reason = score - 15, f"{reason}, part-time"
    if team.outsourced:
        score, reason = score - 10, f"{reason}; they are outside your company"
    return Verdict(score, f"{reason}.", evidence)


# Penalties of the technical factor, per thing found.
_HARD_FEATURE, _INTEGRATION, _PLATFORM, _LARGE_SCALE, _SIZE = 8, 4, 5, 10, 15
_BIG_POINTS = 400


def _technical(ledger: Ledger) -> Verdict:
    brief, points = ledger.brief, ledger.estimate.points
    hard = hard_features(brief)
    further = max(len({fact.value for fact in brief.platforms}) - 1, 0)
    score = 100.0 - _HARD_FEATURE * len(hard) - _INTEGRATION * len(brief.integrations) - _PLATFORM * further
    reasons, evidence = [], [ledger.computed("points", f"{points:,.0f} function points")]
    if hard:
        reasons.append(f"{counted(len(hard), 'demanding feature')} ({some([one.name for one in hard])})")
        evidence += ledger.all_said(hard, "features", 3)
    if brief.integrations:
        reasons.append(counted(len(brief.integrations), "integration"))
        evidence += ledger.all_said(brief.integrations, "integrations", 2)
    if further:
        reasons.append(counted(further, "further platform"))
        evidence += ledger.all_said(brief.platforms, "platforms", 2)
    if brief.scale is not None and is_large(brief.scale.value):
        score -= _LARGE_SCALE
        reasons.append("many users from the start")
        evidence.append(ledger.said(brief.scale, "scale"))
    # Size itself is a risk: the penalty grows up to twice the size that counts as big.
    score -= _SIZE * min(points / _BIG_POINTS, 2.0)
    reason = f"It has {joined(reasons)}." if reasons else "Nothing in it is technically unusual."
    return Verdict(score, reason, evidence)


def _compliance(ledger: Ledger) -> Verdict:
    brief = ledger.brief
    sensitive = [fact for fact in brief.sensitivity if fact.value in SENSITIVE]
    if not sensitive and not brief.regulations:
        evidence = ledger.all_said(brief.sensitivity, "sensitivity", 2) or [ledger.unsaid("sensitivity")]
        return Verdict(95, "No sensitive data and no particular regulation are known.", evidence)
    kinds = joined(sorted({fact.value.value for fact in sensitive})) if sensitive else ""
    names = [item.name for item in brief.regulations]
    evidence = ledger.all_said(sensitive, "sensitivity", 2) + ledger.all_said(
        brief.regulations, "regulations", 3
    )
    if sensitive and not names:
        reason = f"It handles {kinds} data, and the rules that apply are not named yet."
        return Verdict(40, reason, [*evidence, ledger.unsaid("regulations")])
    score = 80.0 - 10 * (len({fact.value for fact in sensitive}) > 0) - 6 * (len(names) - 1)
    what = f"handles {kinds} data" if kinds else "has to satisfy rules"
    what += f" under {joined(names)}" if kinds else f": {joined(names)}"
    return Verdict(score, f"It {what}. The rules are known and can be planned for.", evidence)


_STAGES = {
    Stage.IDEA: (35, "It is an idea; nothing shows yet that people want it"),
    Stage.PROTOTYPE: (55, "A prototype exists to test with"),
    Stage.MVP: (70, "A first version is in work or in use"),
    Stage.REBUILD: (75, "It replaces something that people use"),
    Stage.LAUNCHED: (85, "It is in use"),
    Stage.GROWTH: (95, "It is in use and growing"),
}


def _validation(ledger: Ledger) -> Verdict:
    brief = ledger.brief
    stage = brief.stage.value if brief.stage is not None else Stage.IDEA
    score, reason = float(_STAGES[stage][0]), _STAGES[stage][1]
    evidence = [ledger.said(brief.stage, "stage") if brief.stage is not None else ledger.unsaid("stage")]
    if brief.users:
        score += 10
        reason += "; who uses it is known"
        evidence.append(ledger.said(brief.users[0], "users"))
    if brief.markets:
        score += 5
        evidence.append(ledger.said(brief.markets[0], "markets"))
    return Verdict(score, f"{reason}.", evidence)


RUBRIC: tuple[tuple[str, str, int, Callable[[Ledger], Verdict]], ...] = (
    ("budget", "Budget fit", 22, _budget),
    ("schedule", "Schedule fit", 16, _schedule),
    ("clarity", "Clarity of the brief", 16, _clarity),
    ("technical", "Technical risk", 14, _technical),
    ("team", "Team", 12, _team),
    ("compliance", "Compliance", 10, _compliance),
    ("validation", "Market and validation", 10, _validation),
)


def health(ledger: Ledger) -> Health:
    """Scores the ledger's brief and estimate."""
    factors = []
    for key, name, weight, judge in RUBRIC:
        verdict = judge(ledger)
        score = round(min(max(verdict.score, 0), 100))
        factors.append(
            Factor(
                key=key,
                name=name,
                score=score,
                weight=weight,
                points=round(score * weight / 100, 2),
                reason=verdict.reason,
                evidence=verdict.evidence[:12],
            )
        )
    total = sum(factor.score * factor.weight for factor in factors) / 100
    return Health(score=round(total), rubric_version=VERSION, factors=factors)
