"""A change that a match list offers is made when it is asked for in the list's own words, as its button does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.guided.policy import decide
from assistant.guided.search_tasks import Search
from assistant.guided.state import State
from assistant.guided.understanding import understand

MATCHES: dict[str, Any] = {
    "query": {
        "text": "bank off a mainframe",
        "must_skills": ["Rust"],
        "languages": ["de"],
        "max_rate": {"amount": 6000, "currency": "USD"},
        "exclude": ["019a8c1e-0000-7000-8000-000000000001"],
    },
    "changes": [
        {
            "kind": "raise_rate",
            "text": "Raising your limit by $130 an hour adds four people.",
            "ask": "Raise my limit to $190 an hour.",
            "adds": 4,
            "query": {"max_rate": {"amount": 19000, "currency": "USD"}},
        },
        {
            "kind": "drop_skill",
            "text": "Dropping Rust as a must adds 10 people.",
            "ask": "Drop Rust as a must.",
            "adds": 10,
            "query": {"must_skills": []},
        },
    ],
}


@pytest.mark.parametrize(
    ("said", "changed", "gone"),
    [
        ("Raise my limit to $190 an hour.", {"max_rate": {"amount": "190.00", "currency": "USD"}}, set()),
        ("raise my limit to $190 an hour", {"max_rate": {"amount": "190.00", "currency": "USD"}}, set()),
        ("Drop Rust as a must.", {}, {"must_skills"}),
        ("Dropping Rust as a must adds 10 people.", {}, {"must_skills"}),
    ],
)
def test_an_offered_change_is_made_and_nothing_else(
    said: str, changed: dict[str, Any], gone: set[str]
) -> None:
    state = State(text=said, now=datetime(2026, 11, 26, tzinfo=UTC), seed=said, matches=MATCHES)
    (task,) = decide(state, understand(state))
    assert isinstance(task, Search)
    call = task.next(state, understand(state))
    assert call is not None
    before = MATCHES["query"] | {"max_rate": {"amount": "60.00", "currency": "USD"}}
    assert call.arguments == {key: value for key, value in (before | changed).items() if key not in gone}
