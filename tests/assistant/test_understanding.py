"""What the guided model makes of messages at each stage of a conversation, in the words of people it has not met."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from assistant.guided.intents import Intent
from assistant.guided.meaning import Meanings
from assistant.guided.picks import Shown
from assistant.guided.policy import decide
from assistant.guided.state import State
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


@pytest.fixture(scope="module")
def meanings() -> Meanings:
    return Meanings(_embed)


def _brief() -> ProjectBrief:
    return merging.merge(ProjectBrief(), extraction.read(PROJECT, now=NOW, timezone="Europe/Berlin"), at=NOW)


def _person(position: int) -> Shown:
    return Shown(
        id=UUID(int=position), name=NAMES[position - 1], position=position, rate=Decimal(70 + 10 * position),
        currency="EUR", years=7 + position, rating=4.5, score=91 - position, data={"expert": {}},
    )  # fmt: skip


def _proposal() -> dict[str, Any]:
    payload = {"expert_id": str(UUID(int=2)), "expert_name": NAMES[1], "starts_at": "2026-11-30T16:00:00+01:00", "minutes": 30}  # fmt: skip
    return {"id": "open", "status": "open", "kind": "booking", "payload": payload}


def _read(
    meanings: Meanings, text: str, *, project: bool = False, people: bool = False, call: bool = False
) -> tuple[Understanding, list[str]]:
    state = State(text=text, now=NOW, timezone="Europe/Berlin", seed=text)
    if project or people or call:
        state.brief, state.analysis = _brief(), {"version": 1}
    if people or call:
        state.shown, state.matches = [_person(position) for position in range(1, 6)], {"query": {}}
    if call:
        state.proposal, state.focus = _proposal(), UUID(int=2)
    meanings.prepare(readable(state))
    got = understand(state, meanings.intent)
    return got, [type(task).__name__ for task in decide(state, got)]


@pytest.mark.parametrize(
    "text",
    [
        "i feel like there's something in fitness",
        "I want to do something with AI",
        "I might want to do something in education",
    ],
)
def test_a_field_alone_is_asked_about_and_not_analysed(meanings: Meanings, text: str) -> None:
    assert _read(meanings, text)[1] == ["Note"]


@pytest.mark.parametrize(
    "text",
    [
        "Buchungssystem für Saunen, ca. 30.000 Euro, 3 Monate",
        "Compliance training for bank staff. EUR 280.000, go-live 1 year from now.",
        "Let's say we build a shop for tea",
        "An app for choirs. There's 28 thousand euros and I'd like it by the time the season starts, five months.",
    ],
)
def test_descriptions_are_not_taken_for_bookings_or_searches(meanings: Meanings, text: str) -> None:
    assert _read(meanings, text)[1] == ["Analyse"]


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("I can't pay more than 95 an hour", {"max_rate": {"amount": "95", "currency": "EUR"}}),
        ("max 100", {"max_rate": {"amount": "100", "currency": "EUR"}}),
        (
            "Há alguém mais barato que 80 euros por hora?",
            {"max_rate": {"amount": "80", "currency": "EUR"}, "sort": "rate_low"},
        ),
        ("I only want veterans, 15+ years", {"min_years": 15, "sort": "experience"}),
        ("ideally he or she speaks italian", {"languages": ["it"]}),
        (
            "has any of them shipped something with Kafka and PostgreSQL?",
            {"must_skills": ["Apache Kafka", "PostgreSQL"]},
        ),
        ("gimme a few names", {}),
        ("are there any germans among your ctos", {"countries": ["DE"]}),
    ],
)
def test_terse_wishes_for_people_search(meanings: Meanings, text: str, filters: dict[str, Any]) -> None:
    got, tasks = _read(meanings, text, project=True)
    assert tasks == ["Search"]
    assert got.filters == filters


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("next", Intent.MORE),
        ("nah, others", Intent.MORE),
        ("too rich for my blood", Intent.CHEAPER),
        ("half of that price, anyone?", Intent.CHEAPER),
        ("closer to me", Intent.MY_ZONE),
        ("I don't want to get up at 3am for a call, so people on my schedule", Intent.MY_ZONE),
        ("never mind the price", Intent.RESET_FILTERS),
        ("only Rust people", Intent.SEARCH),
        ("someone more senior", Intent.SEARCH),
        ("available tomorrow?", Intent.SEARCH),
    ],
)
def test_fragments_change_the_list_that_is_shown(meanings: Meanings, text: str, intent: Intent) -> None:
    got, tasks = _read(meanings, text, people=True)
    assert tasks == ["Search"]
    assert got.wants(intent)


@pytest.mark.parametrize(
    ("text", "task", "places"),
    [
        ("I'm torn between 1 and 3", "Compare", [1, 3]),
        ("1 or 3?", "Compare", [1, 3]),
        ("2", "About", [2]),
        ("has Tom done legal stuff?", "About", [4]),
        ("give me one good reason for the first one", "About", [1]),
        ("does number 3 have anything open on friday?", "Slots", [3]),
        ("Hat der dritte nächste Woche Zeit?", "Slots", [3]),
        ("could I have 45 min with the first in two days, 4 in the afternoon", "Book", [1]),
        ("i'll take Priya", "Book", [3]),
        ("let's meet the cheapest on 3 December at 10am", "Book", [1]),
    ],
)
def test_who_is_meant_and_for_what(meanings: Meanings, text: str, task: str, places: list[int]) -> None:
    got, tasks = _read(meanings, text, people=True)
    assert tasks == [task]
    assert [each.position for each in got.picks] == places


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("an hour later please", timedelta(hours=1)),
        ("push it back two hours", timedelta(hours=2)),
        ("one day earlier", timedelta(days=-1)),
        ("bring it forward by 30 minutes", timedelta(minutes=-30)),
    ],
)
def test_a_prepared_call_moves_by_so_much(meanings: Meanings, text: str, shift: timedelta) -> None:
    got, tasks = _read(meanings, text, call=True)
    assert tasks == ["Book"]
    assert got.when.shift == shift


@pytest.mark.parametrize(
    "text",
    ["actually Tuesday suits me better", "can't do mornings. 2 pm that day?", "60 minutes would be better"],
)
def test_a_prepared_call_is_changed_by_a_time_alone(meanings: Meanings, text: str) -> None:
    assert _read(meanings, text, call=True)[1] == ["Book"]


@pytest.mark.parametrize(
    "text", ["ah no, I don't want that call any more", "scrap the call", "hang on, don't book that"]
)
def test_a_prepared_call_is_taken_back(meanings: Meanings, text: str) -> None:
    got, tasks = _read(meanings, text, call=True)
    assert tasks == ["Talk"]
    assert got.wants(Intent.CANCEL)


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("do I need to sign up for this?", "Talk"),
        ("can I see the contract", "Talk"),
        ("honest answer: how many months?", "Explain"),
        ("could we do it cheaper?", "Explain"),
        ("if i throw in 50k more?", "WhatIf"),
        ("same thing with 6 months?", "WhatIf"),
        ("and it should send reminders by email and let members chat", "Analyse"),
    ],
)
def test_what_is_said_of_a_project_that_is_known(meanings: Meanings, text: str, task: str) -> None:
    assert _read(meanings, text, project=True)[1] == [task]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("the CFO took 50k off the budget", 190_000),
        ("we're 40k short of that", 200_000),
        ("the council tops it up by 12k", 252_000),
        ("it's 24 not 240", 24_000),
        ("Investor said max 200k", 200_000),
    ],
)
def test_changes_of_the_budget_in_other_words(meanings: Meanings, text: str, amount: int) -> None:
    budget = _read(meanings, text, project=True)[0].patch.budget
    assert budget is not None
    assert budget.value.most.major == amount


@pytest.mark.parametrize(
    ("text", "budget", "weeks"),
    [
        ("Marketplace for boats, half a mil, 2 years", 500_000, 104.4),
        ("App für Monteure, so um die 40 Mille, ein Vierteljahr", 40_000, 13.0),
        ("clone craigslist for musical gear, 90K USD / half a year", 90_000, 26.1),
        ("Patients upload their MRI, a surgeon answers within 3 days by video. 420k. Fourteen months.", 420_000, 60.9),
        ("An app for cats. We are thinking of forty to fifty thousand. 8 weeks", 50_000, 8.0),
    ],
)  # fmt: skip
def test_figures_in_other_words(meanings: Meanings, text: str, budget: int, weeks: float) -> None:
    patch = _read(meanings, text)[0].patch
    assert patch.budget is not None
    assert patch.deadline is not None
    assert patch.budget.value.most.major == budget
    assert patch.deadline.value.weeks == pytest.approx(weeks, abs=0.3)


def test_moving_from_one_system_to_another_replaces_it() -> None:
    patch = extraction.read("We're moving from QuickBooks to Xero", now=NOW, brief=_brief())
    assert [item.name for item in patch.integrations] == ["Xero"]
    assert [item.name for item in patch.exclusions] == ["QuickBooks"]
