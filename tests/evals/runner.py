"""Runs conversations and adds up what came of them."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean, quantiles
from typing import Any

from tests.evals.case import Case
from tests.evals.checks import Seen, Verdict
from tests.evals.dialogue import Dialogue, Turn, dialogue
from tests.serving import Served


@dataclass(slots=True)
class Outcome:
    """One conversation that was run."""

    case: Case
    verdicts: list[tuple[int, Verdict]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    grounded: list[bool] = field(default_factory=list)
    ungrounded: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def ok(self) -> bool:
        return not self.error and all(verdict.ok for _, verdict in self.verdicts)

    @property
    def useful_after(self) -> int | None:
        """Number of the first turn that showed an analysis or a list."""
        for number, turn in enumerate(self.turns, start=1):
            if turn.card("analysis") or turn.card("matches"):
                return number
        return None


async def run_all(served: Served, cases: Sequence[Case], *, parallel: int = 2) -> list[Outcome]:
    """Run the conversations, a few at a time, in order of the list."""
    gate = asyncio.Semaphore(parallel)

    async def guarded(case: Case) -> Outcome:
        async with gate:
            return await run(served, case)

    return list(await asyncio.gather(*(guarded(case) for case in cases)))


async def run(served: Served, case: Case) -> Outcome:
    """Run one conversation to its end, whatever happens on the way."""
    outcome = Outcome(case)
    try:
        async with dialogue(served, timezone=case.timezone) as talk:
            for number, step in enumerate(case.steps, start=1):
                turn = await talk.say(step.say)
                outcome.turns.append(turn)
                seen = Seen(turn, talk, await talk.brief())
                for check in step.checks:
                    outcome.verdicts.extend((number, verdict) for verdict in check(seen))
                _ground(outcome, talk, turn)
    except Exception as error:
        outcome.error = f"{type(error).__name__}: {error}"
    return outcome


def _ground(outcome: Outcome, talk: Dialogue, turn: Turn) -> None:
    """Everything an analysis quotes as the founder's words has to stand in what they wrote."""
    data = turn.card("analysis")
    if data is None:
        return
    heard = _folded(" ".join(each.said for each in talk.turns))
    for quote in _quotes(data):
        ok = _folded(quote) in heard
        outcome.grounded.append(ok)
        if not ok:
            outcome.ungrounded.append(quote)


def _quotes(value: Any) -> list[str]:
    if isinstance(value, list):
        return [quote for item in value for quote in _quotes(item)]
    if not isinstance(value, dict):
        return []
    if value.get("kind") == "stated" and "text" in value and value.get("message_id"):
        return [value["text"]]
    return [quote for item in value.values() for quote in _quotes(item)]


def _folded(text: str) -> str:
    return re.sub(r"[^\w$€£%]+", " ", text).strip().casefold()


@dataclass(frozen=True, slots=True)
class Figures:
    """The table's figures."""

    conversations: int
    success: float
    right_tool: float
    right_arguments: float
    grounded: float
    useful_after: float
    ttft_p50: float
    ttft_p95: float


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """Add up."""
    verdicts = [verdict for outcome in outcomes for _, verdict in outcome.verdicts]
    grounded = [ok for outcome in outcomes for ok in outcome.grounded]
    useful = [number for outcome in outcomes if (number := outcome.useful_after) is not None]
    first = sorted(
        turn.first_token_seconds
        for outcome in outcomes
        for turn in outcome.turns
        if turn.first_token_seconds is not None
    )
    cuts = quantiles(first, n=20) if len(first) > 1 else [0.0] * 19
    return Figures(
        conversations=len(outcomes),
        success=_share([outcome.ok for outcome in outcomes]),
        right_tool=_share([verdict.ok for verdict in verdicts if verdict.kind == "tool"]),
        right_arguments=_share([verdict.ok for verdict in verdicts if verdict.kind == "arguments"]),
        grounded=_share(grounded),
        useful_after=mean(useful) if useful else 0.0,
        ttft_p50=cuts[9],
        ttft_p95=cuts[18],
    )


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 1.0
