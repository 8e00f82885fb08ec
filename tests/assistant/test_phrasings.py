"""Hundreds of ways to say things, at every stage of a conversation (`phrasings.toml`)."""

import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from assistant.guided.booking_tasks import Book, Slots
from assistant.guided.meaning import Meanings
from assistant.guided.picks import Shown
from assistant.guided.policy import decide
from assistant.guided.project_tasks import Explain, summary
from assistant.guided.search_tasks import About
from assistant.guided.state import State
from assistant.guided.tasks import Talk, Task
from assistant.guided.understanding import readable, understand
from assistant.guided.understood import Understanding
from assistant.models import _embed
from services.projects import extraction, merging
from services.projects.schemas import ProjectBrief

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PROJECT = (
    "A document signing and case management tool for law offices. We have set aside 240,000 euros and a year."
)
NAMES = ("Ana Rocha", "Lukas Meier", "Priya Nair", "Tom Hughes", "Yuki Tanaka")
TABLE: dict[str, dict[str, dict[str, list[str]]]] = tomllib.loads(
    Path(__file__).with_name("phrasings.toml").read_text("utf-8")
)
# Lines that the model is known to get wrong, a few of many: the floor below which nothing may fall.
LEAST = 0.95


def _state(stage: str, text: str) -> State:
    state = State(text=text, now=NOW, timezone="Europe/Berlin", seed=text)
    if stage == "asked":
        state.last_reply, state.previous = "What should it do, and who will use it?", ["I have an idea"]
    if stage in ("project", "people", "call"):
        patch = extraction.read(PROJECT, now=NOW, timezone="Europe/Berlin")
        state.brief, state.analysis = merging.merge(ProjectBrief(), patch, at=NOW), {"version": 1}
    if stage in ("people", "call"):
        state.shown = [
            Shown(UUID(int=n), NAMES[n - 1], n, Decimal(70 + 10 * n), "EUR", 7 + n, 4.5, 91 - n, data={"expert": {}})
            for n in range(1, 6)
        ]  # fmt: skip
        state.matches = {"query": {}}
    if stage == "call":
        payload: dict[str, Any] = {"expert_id": str(UUID(int=2)), "expert_name": NAMES[1], "starts_at": "2026-11-30T16:00:00+01:00", "minutes": 30}  # fmt: skip
        state.proposal = {"id": "open", "status": "open", "kind": "booking", "payload": payload}
        state.focus = UUID(int=2)
    return state


def _labels(task: Task, got: Understanding) -> set[str]:
    kind = type(task).__name__
    places = [each.position for each in got.picks]
    if isinstance(task, Explain):
        return {f"explain-{task.section}"}
    if isinstance(task, Talk):
        if task.words is summary:
            return {"Summary"}
        labels = {"Talk", task.key.replace(".", "-")}
        if task.key == "brief.ask-what":
            labels.add("Note")
        return labels | ({"Cancel"} if task.key.startswith("talk.cancel") else set())
    if isinstance(task, Book | Slots | About):
        return {kind, f"{kind.lower()}-{places[0] if places else 0}"}
    return {kind}


@pytest.fixture(scope="module")
def meanings() -> Meanings:
    return Meanings(_embed)


def outcome(meanings: Meanings, stage: str, text: str) -> tuple[set[str], Understanding]:
    state = _state(stage, text)
    meanings.prepare(readable(state))
    got = understand(state, meanings.intent)
    tasks = decide(state, got)
    return set().union(*(_labels(task, got) for task in tasks)), got


@pytest.mark.parametrize("stage", list(TABLE))
def test_what_people_write_leads_to_what_they_want(meanings: Meanings, stage: str) -> None:
    wrong, lines = [], 0
    for expected, table in TABLE[stage].items():
        for text in table["lines"]:
            lines += 1
            labels, _ = outcome(meanings, stage, text)
            if expected not in labels:
                wrong.append(f"{text!r}: {expected}, got {sorted(labels)}")
    assert len(wrong) <= lines * (1 - LEAST), "\n".join(wrong)
