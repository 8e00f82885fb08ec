"""The health score: its weights, its bounds, and what each factor answers to."""

import pytest
from hypothesis import given, settings

from core.money import Money
from services.projects.analysis import analyse
from services.projects.analysis.rubric import RUBRIC
from services.projects.analysis.schemas import Analysis, Factor
from services.projects.estimation import estimate
from services.projects.schemas import (
    Budget,
    DataSensitivity,
    Fact,
    Named,
    ProjectBrief,
    Stage,
    Team,
    TeamExperience,
    Text,
)
from tests.analysis.factories import briefs, budget, deadline, feature, telehealth


def analysed(brief: ProjectBrief) -> Analysis:
    return analyse(brief, estimate(brief))


def factor(brief: ProjectBrief, key: str) -> Factor:
    return next(one for one in analysed(brief).health.factors if one.key == key)


def changed(**fields: object) -> ProjectBrief:
    return telehealth().model_copy(update=fields)


def test_weights_sum_to_a_hundred() -> None:
    assert sum(weight for _, _, weight, _ in RUBRIC) == 100
    assert len({key for key, *_ in RUBRIC}) == len(RUBRIC)


@given(briefs())
@settings(max_examples=50, deadline=None)
def test_the_score_is_the_sum_of_its_parts_and_within_bounds(brief: ProjectBrief) -> None:
    health = analysed(brief).health
    assert 0 <= health.score <= 100
    assert health.score == round(sum(one.score * one.weight for one in health.factors) / 100)
    for one in health.factors:
        assert 0 <= one.score <= 100
        assert one.points == pytest.approx(one.score * one.weight / 100)


def test_more_money_is_a_better_fit_and_enough_is_full_marks() -> None:
    scores = [
        factor(changed(budget=budget(amount)), "budget").score
        for amount in (10_000, 60_000, 120_000, 400_000)
    ]
    assert scores == sorted(scores)
    assert len(set(scores)) == 4
    assert scores[0] < 10
    assert scores[-1] == 100


def test_the_same_budget_in_another_currency_scores_alike() -> None:
    dollars = factor(changed(budget=budget(109_000)), "budget").score
    euros = factor(changed(budget=budget(100_000, "EUR")), "budget").score
    assert abs(dollars - euros) <= 1


def test_a_monthly_budget_counts_for_the_weeks_there_are() -> None:
    monthly = Fact[Budget](value=Budget(high=Money.of(20_000, "USD"), kind="monthly"), quote="20k a month")
    result = analysed(changed(budget=None, monthly_budget=monthly))
    assert result.budget.stated is not None
    assert float(result.budget.stated.major) == pytest.approx(20_000 * 17.4 / 4.348, rel=0.01)


def test_an_unknown_budget_is_neither_good_nor_bad() -> None:
    one = factor(changed(budget=None), "budget")
    assert one.score == 50
    assert one.evidence[0].kind == "assumption"


def test_a_later_date_fits_better() -> None:
    scores = [factor(changed(deadline=deadline(weeks)), "schedule").score for weeks in (4, 17, 30, 120)]
    assert scores == sorted(scores)
    assert scores[0] < 10
    assert scores[-1] == 100


def test_what_is_missing_from_the_brief_costs_clarity() -> None:
    full = factor(telehealth(), "clarity").score
    assert full == 100
    for field, points in (("summary", 25), ("users", 15), ("platforms", 15), ("stage", 15), ("features", 30)):
        empty: object = [] if isinstance(getattr(telehealth(), field), list) else None
        assert factor(changed(**{field: empty}), "clarity").score == full - points, field
    assert factor(ProjectBrief(), "clarity").score == 0


def test_a_team_that_builds_counts_and_juniors_count_less() -> None:
    def with_team(**fields: object) -> int:
        return factor(changed(team=Fact[Team](value=Team.model_validate(fields), quote="us")), "team").score

    nobody = factor(changed(team=None), "team").score
    junior = with_team(size=3, technical=True, experience=TeamExperience.JUNIOR)
    senior = with_team(size=3, technical=True, experience=TeamExperience.SENIOR)
    assert with_team(technical=False, size=2) < nobody < junior < with_team(size=3, technical=True) < senior
    assert with_team(size=3, technical=True, part_time=True) < with_team(size=3, technical=True)


def test_demanding_features_and_integrations_are_technical_risk() -> None:
    plain = factor(telehealth(), "technical").score
    harder = changed(features=[*telehealth().features, feature("offline-mode")])
    linked = changed(integrations=[Named(slug="xero", name="Xero", quote="Xero")])
    assert factor(harder, "technical").score < plain - 7
    assert factor(linked, "technical").score < plain
    assert "offline mode" in factor(harder, "technical").reason


def test_sensitive_data_without_named_rules_is_worse_than_with() -> None:
    unknown = factor(changed(regulations=[]), "compliance")
    known = factor(telehealth(), "compliance")
    nothing = factor(changed(regulations=[], sensitivity=[]), "compliance")
    assert unknown.score < known.score < nothing.score
    personal = changed(
        regulations=[], sensitivity=[Fact[DataSensitivity](value=DataSensitivity.PERSONAL, quote="names")]
    )
    assert factor(personal, "compliance").score == nothing.score


def test_a_product_in_use_is_better_validated_than_an_idea() -> None:
    scores = [
        factor(changed(stage=Fact[Stage](value=stage, quote="we are")), "validation").score
        for stage in (Stage.IDEA, Stage.PROTOTYPE, Stage.MVP, Stage.LAUNCHED, Stage.GROWTH)
    ]
    assert scores == sorted(scores)
    assert len(set(scores)) >= 4
    markets = changed(markets=[Text(value="DE", quote="in Germany")])
    assert factor(markets, "validation").score > factor(telehealth(), "validation").score
