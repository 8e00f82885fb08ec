"""Differences between two versions."""

from hypothesis import given, settings

from services.projects.analysis import analyse, compare
from services.projects.analysis.schemas import Analysis
from services.projects.estimation import estimate
from services.projects.schemas import ProjectBrief
from tests.analysis.factories import briefs, budget, feature, telehealth


def analysed(brief: ProjectBrief) -> Analysis:
    return analyse(brief, estimate(brief))


@given(briefs())
@settings(max_examples=30, deadline=None)
def test_a_version_does_not_differ_from_itself(brief: ProjectBrief) -> None:
    assert compare(analysed(brief), analysed(brief)) == []


def test_a_further_feature_shows_in_scope_cost_and_score() -> None:
    before = analysed(telehealth())
    larger = telehealth().model_copy(update={"features": [*telehealth().features, feature("offline-mode")]})
    found = {one.key: one for one in compare(before, analysed(larger))}
    assert found["scope-added"].after == "Offline mode and sync"
    assert found["budget-p50"].change == "worse"
    assert found["health"].change == "worse"
    assert found["risks-added"].change == "worse"
    assert (
        found["health"].text == f"Health score: {found['health'].after} instead of {found['health'].before}."
    )
    back = {one.key: one for one in compare(analysed(larger), before)}
    assert back["scope-removed"].before == "Offline mode and sync"
    assert back["health"].change == "better"


def test_a_named_budget_settles_an_assumption() -> None:
    unknown = analysed(telehealth().model_copy(update={"budget": None}))
    found = {one.key: one for one in compare(unknown, analysed(telehealth()))}
    assert found["budget-stated"].text == "Your budget: now $80,000."
    assert found["assumptions-removed"].change == "better"
    assert "not named a budget" in (found["assumptions-removed"].before or "")


def test_another_currency_is_neither_better_nor_worse() -> None:
    euros = analysed(telehealth().model_copy(update={"budget": budget(73_000, "EUR")}))
    found = {one.key: one for one in compare(analysed(telehealth()), euros)}
    assert found["budget-p50"].change == "neutral"
