"""Tasks about the project: noting facts, analysing, explaining an analysis, what-ifs."""

from dataclasses import dataclass
from typing import Any

from assistant.guided.state import State
from assistant.guided.tasks import Call, next_step, trouble
from assistant.guided.understood import Understanding
from assistant.guided.wording import listed, say
from core.money import Money
from services.projects.schemas import BriefPatch, ProjectBrief

Analysis = dict[str, Any]
_SHORT = 130


@dataclass(frozen=True, slots=True)
class Analyse:
    """Record what the message says, analyse, and tell the headline. `summary` says what is built where the message
    answers that without naming a product."""

    quiet: bool = False
    known_version: int | None = None
    statement: str = ""
    summary: str = ""

    def next(self, state: State, got: Understanding) -> Call | None:
        if state.result("analyse_project"):
            return None
        arguments: dict[str, Any] = {"statement": self.statement or got.statement}
        if self.summary:
            arguments["changes"] = {"summary": self.summary[:600]}
        return Call("analyse_project", arguments)

    def reply(self, state: State, got: Understanding) -> str:
        result = state.result("analyse_project")
        if result is None or not result.ok or result.card is None:
            if result is not None and result.code == "invalid_input":
                return say("brief.ask-what", state.seed)
            return trouble(state, result.message if result else "")
        analysis = result.card.data
        if self.quiet:
            return ""
        same = analysis["version"] == self.known_version
        return _headline(analysis, state, first=analysis["version"] == 1 and not same, news=not same)


@dataclass(frozen=True, slots=True)
class Note:
    """Record facts while it is not known yet what is to be built, and ask for that."""

    ask: str

    def next(self, state: State, got: Understanding) -> Call | None:
        if state.result("update_brief") or not got.statement:
            return None
        return Call("update_brief", {"statement": got.statement})

    def reply(self, state: State, got: Understanding) -> str:
        result = state.result("update_brief")
        facts = facts_of(got.patch)
        noted = (
            say("brief.updated", state.seed, facts=listed(facts)) if result and result.ok and facts else ""
        )
        return " ".join(part for part in (noted, say(self.ask, state.seed)) if part)


@dataclass(frozen=True, slots=True)
class Explain:
    """Answer a question about the analysis from the analysis itself."""

    section: str

    def next(self, state: State, got: Understanding) -> Call | None:
        fresh = got.statement and state.has_project
        if (state.analysis is None or fresh) and not state.result("analyse_project"):
            return Call("analyse_project", {"statement": got.statement})
        return None

    def reply(self, state: State, got: Understanding) -> str:
        result = state.result("analyse_project")
        if result is not None and not result.ok:
            return (
                say("analysis.none", state.seed)
                if result.code == "invalid_input"
                else trouble(state, result.message)
            )
        if state.analysis is None:
            return say("analysis.none", state.seed)
        return _EXPLANATIONS[self.section](state.analysis, state)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Work a change out without storing it."""

    statement: str

    def next(self, state: State, got: Understanding) -> Call | None:
        return None if state.result("what_if") else Call("what_if", {"statement": self.statement})

    def reply(self, state: State, got: Understanding) -> str:
        result = state.result("what_if")
        if result is None or not result.ok or result.card is None:
            if result is not None and result.code == "no_change":
                return say("analysis.what-if-unclear", state.seed)
            if result is not None and result.code == "invalid_input":
                return say("analysis.none", state.seed)
            return trouble(state, result.message if result else "")
        return _what_if(result.card.data, state)


def summary(state: State, got: Understanding) -> str:
    """What is known of the project."""
    facts = facts_of(state.brief) if state.brief else []
    if not facts:
        return say("brief.empty", state.seed)
    return say("brief.summary", state.seed, facts="\n".join(f"- {fact}" for fact in facts))


def facts_of(brief: ProjectBrief | BriefPatch) -> list[str]:
    """The facts of a brief or patch as short phrases."""
    facts: list[str] = []
    if isinstance(brief, ProjectBrief) and brief.summary:
        facts.append(brief.summary.value)
    for label, names in (
        ("", [tag.value.replace("-", " ") for tag in brief.industries]),
        ("for", [user.value for user in brief.users]),
        ("with", [feature.name.lower() if feature.slug else feature.name for feature in brief.features]),
        ("connected to", [item.name for item in brief.integrations]),
        ("on", [platform.value.value for platform in brief.platforms]),
        ("using", [item.name for item in brief.technologies]),
        ("under", [item.name for item in brief.regulations]),
        ("keeping in mind", [item.name for item in brief.constraints]),
        ("without", [item.name for item in brief.exclusions]),
    ):
        if names:
            facts.append(f"{label} {listed(names[:8])}".strip())
    if brief.stage:
        facts.append(f"stage {brief.stage.value.value}")
    if brief.team and brief.team.value.size is not None:
        facts.append(f"a team of {brief.team.value.size}" if brief.team.value.size else "no team yet")
    if brief.budget:
        facts.append(f"a budget of {brief.budget.value.format()}")
    if brief.monthly_budget:
        facts.append(f"{brief.monthly_budget.value.format()}")
    if brief.hourly_cap:
        facts.append(f"a CTO for {brief.hourly_cap.value.format()}")
    if brief.deadline:
        deadline = brief.deadline.value
        facts.append(f"{deadline.weeks:.0f} weeks of time" if deadline.weeks else f"done by {deadline.due}")
    return facts


def _headline(analysis: Analysis, state: State, *, first: bool, news: bool) -> str:
    parts = [say("analysis.first" if first else "analysis.again", state.seed, **_figures(analysis, state))]
    if news and analysis.get("differences"):
        changes = "; ".join(item["text"].rstrip(".") for item in analysis["differences"][:3])
        parts.append(say("analysis.changed", state.seed, changes=changes))
    # The long ones explain the method; the card has them.
    texts = [item["text"].rstrip(".") for item in analysis.get("assumptions", [])]
    assumptions = [text for text in texts if len(text) <= _SHORT][:3]
    if first and assumptions:
        parts.append(
            say("analysis.assumed", state.seed, assumptions="; ".join(_lower(item) for item in assumptions))
        )
    return "\n\n".join(parts)


def _figures(analysis: Analysis, state: State) -> dict[str, str]:
    budget, timeline = analysis["budget"], analysis["timeline"]
    stated = {
        "budget": _money(budget["stated"]) if budget.get("stated") else "",
        "time": f"{timeline['stated_weeks']:.0f} weeks" if timeline.get("stated_weeks") else "",
    }
    said = [name for name, value in stated.items() if value]
    recommendation = analysis["recommendations"][0]
    effect = f" ({recommendation['effect']:+d} points)" if recommendation["effect"] else ""
    return {
        "score": str(analysis["health"]["score"]),
        "complexity": analysis["complexity"]["level"],
        "weeks": f"{timeline['p50_weeks']:.0f}",
        "weeks_safe": f"{timeline['p80_weeks']:.0f}",
        "cost": _money(budget["p50"]),
        "cost_safe": _money(budget["p80"]),
        "stated": say(f"analysis.stated-{'-'.join(said)}", state.seed, **stated) if said else "",
        "risk": _lower(analysis["risks"][0]["title"].rstrip(".")),
        "recommendation": _lower(recommendation["title"].rstrip(".")) + effect,
    }


def _score(analysis: Analysis, state: State) -> str:
    weakest = sorted(analysis["health"]["factors"], key=lambda row: row["points"] - row["weight"])[:3]
    rows = [f"- **{row['name']}** {row['points']:.0f} of {row['weight']}: {row['reason']}" for row in weakest]
    best = max(analysis["recommendations"], key=lambda item: item["effect"])
    lever = (
        f"To raise it: {_lower(best['title'].rstrip('.'))} ({best['effect']:+d})."
        if best["effect"] > 0
        else ""
    )
    return say(
        "analysis.score", state.seed, score=analysis["health"]["score"], factors="\n".join(rows), lever=lever
    )


def _risks(analysis: Analysis, state: State) -> str:
    rows = [
        f"{index}. **{risk['title'].rstrip('.')}** ({risk['severity']} severity, {risk['likelihood']} likelihood). {risk['mitigation']}"
        for index, risk in enumerate(analysis["risks"][:3], start=1)
    ]
    return say("analysis.risks", state.seed, risks="\n".join(rows))


def _technology(analysis: Analysis, state: State) -> str:
    rows = [f"- **{item['name']}** ({item['role']}): {item['reason']}" for item in analysis["technologies"]]
    return say("analysis.technology", state.seed, technologies="\n".join(rows))


def _cost(analysis: Analysis, state: State) -> str:
    budget = analysis["budget"]
    stated = f", against your {_money(budget['stated'])}" if budget.get("stated") else ""
    chance = ""
    if budget.get("chance") is not None:
        chance = f"The chance that your budget is enough is {budget['chance']:.0%}. "
    figures = {**_figures(analysis, state), "stated": stated}
    return say(
        "analysis.cost",
        state.seed,
        **figures,
        hours=f"{budget['hours_p50']:,.0f}",
        chance=chance,
        reason=budget["reason"],
    )


def _timeline(analysis: Analysis, state: State) -> str:
    timeline = analysis["timeline"]
    stated = f", against your {timeline['stated_weeks']:.0f} weeks" if timeline.get("stated_weeks") else ""
    chance = ""
    if timeline.get("chance") is not None:
        chance = f"The chance to be done within your time is {timeline['chance']:.0%}. "
    figures = {**_figures(analysis, state), "stated": stated}
    return say(
        "analysis.timeline",
        state.seed,
        **figures,
        team=f"{timeline['team_size']:g}",
        chance=chance,
        reason=timeline["reason"],
    )


def _complexity(analysis: Analysis, state: State) -> str:
    complexity = analysis["complexity"]
    points = f"{complexity['function_points']:.0f}"
    return say(
        "analysis.complexity",
        state.seed,
        complexity=complexity["level"],
        points=points,
        reason=complexity["reason"],
    )


def _recommendations(analysis: Analysis, state: State) -> str:
    rows = [
        f"{index}. **{item['title'].rstrip('.')}** ({item['priority']} priority, {item['effect']:+d} points). {item['detail']}"
        for index, item in enumerate(analysis["recommendations"][:3], start=1)
    ]
    return (
        say("analysis.recommendations", state.seed, recommendations="\n".join(rows))
        + "\n\n"
        + next_step(state)
    )


def _assumptions(analysis: Analysis, state: State) -> str:
    rows = [f"- {item['text']}" for item in analysis.get("assumptions", [])[:8]]
    if not rows:
        return say("analysis.no-assumptions", state.seed)
    return say("analysis.assumptions", state.seed, assumptions="\n".join(rows))


_EXPLANATIONS = {
    "score": _score,
    "risks": _risks,
    "technology": _technology,
    "cost": _cost,
    "timeline": _timeline,
    "complexity": _complexity,
    "recommendations": _recommendations,
    "assumptions": _assumptions,
}


def _what_if(preview: dict[str, Any], state: State) -> str:
    before, after = preview["before"], preview["after"]
    values = {
        "change": preview["change"][:1].upper() + preview["change"][1:],
        "score_before": str(before["score"]),
        "score": str(after["score"]),
        "score_change": f"{after['score'] - before['score']:+d}",
        "weeks_before": f"{before['weeks']:.0f}",
        "weeks": f"{after['weeks']:.0f}",
        "cost_before": _money(before["cost"]),
        "cost": _money(after["cost"]),
    }
    same = all(before[key] == after[key] for key in ("score", "weeks", "cost"))
    return say("analysis.what-if-same" if same else "analysis.what-if", state.seed, **values)


def _money(value: dict[str, Any]) -> str:
    return Money.model_validate(value).format()


def _lower(text: str) -> str:
    """With a small first letter, unless it is an abbreviation or a name like iOS."""
    return text[0].lower() + text[1:] if len(text) > 1 and text[1].islower() else text
