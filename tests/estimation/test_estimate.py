"""Hours, weeks and cost: the golden example, currencies, people, and the distributions behind them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.exchange import convert
from core.money import Money
from services.projects.estimation import Anchor, RateBand, RateCard, estimate, student
from services.projects.estimation.calibration import Curve, Prediction, calibration
from services.projects.estimation.schedule import PRODUCTIVE_HOURS, compression_effort
from services.projects.estimation.schemas import round_to
from services.projects.schemas import (
    Budget,
    DataSensitivity,
    Fact,
    Named,
    ProjectBrief,
    Scale,
    Team,
    TeamExperience,
)
from tests.analysis.factories import budget, feature, telehealth


def team(**fields: object) -> Fact[Team]:
    return Fact[Team](value=Team.model_validate(fields), quote="our team")


def test_the_telehealth_example_is_believable() -> None:
    plan = estimate(telehealth())
    assert 180 <= plan.points <= 350
    assert 900 <= plan.hours.median <= 2600
    assert 60_000 <= plan.money(0.5).major <= 150_000
    assert 120_000 <= plan.money(0.8).major <= 320_000
    assert 18 <= plan.schedule.weeks_p50 <= 36
    assert plan.schedule.weeks_p80 <= 60
    assert 0.2 <= plan.cost.chance_within(80_000) <= 0.6
    assert 0.05 <= plan.weeks.chance_within(17.4) <= 0.45
    assert 1 <= plan.schedule.people <= 5


def test_costs_are_in_the_founders_currency() -> None:
    dollars = estimate(telehealth())
    euros = estimate(telehealth().model_copy(update={"budget": budget(70_000, "EUR")}))
    yen = estimate(telehealth().model_copy(update={"budget": budget(12_000_000, "JPY")}))
    assert euros.currency == "EUR"
    assert "exchange-rate" in [premise.key for premise in euros.premises]
    for other in (euros, yen):
        back = convert(Money.of(round(other.cost.median), other.currency), "USD")
        assert float(back.major) == pytest.approx(dollars.cost.median, rel=0.02)


def test_a_currency_without_a_rate_falls_back_by_name() -> None:
    plan = estimate(telehealth().model_copy(update={"budget": budget(1000, "XTS")}))
    assert plan.currency == "USD"
    assert any("XTS" in premise.text for premise in plan.premises)


def test_marketplace_rates_need_five_experts() -> None:
    quartiles = [Money.of(amount, "EUR") for amount in (150, 200, 260)]
    few = RateCard.from_marketplace(*quartiles, experts=4)
    enough = RateCard.from_marketplace(*quartiles, experts=5)
    assert few == RateCard.default()
    assert enough.lead.p50 == Money.of(200, "EUR")
    assert estimate(telehealth(), enough).cost.median > estimate(telehealth(), few).cost.median
    assert any("5 CTOs" in premise.text for premise in estimate(telehealth(), enough).premises)


def test_rates_must_ascend_in_one_currency() -> None:
    with pytest.raises(ValueError, match="ascending"):
        RateBand(p25=Money.of(90, "USD"), p50=Money.of(80, "USD"), p75=Money.of(100, "USD"))
    with pytest.raises(ValueError, match="one currency"):
        RateBand(p25=Money.of(70, "USD"), p50=Money.of(80, "EUR"), p75=Money.of(100, "USD"))


def test_a_cap_on_the_ctos_rate_lowers_the_cost_and_only_then() -> None:
    def capped(amount: int) -> float:
        cap = Fact[Budget](value=Budget(high=Money.of(amount, "USD"), kind="hourly_cap"))
        return estimate(telehealth().model_copy(update={"hourly_cap": cap})).cost.median

    assert capped(60) < estimate(telehealth()).cost.median == capped(500)


def test_drivers_multiply_hours_by_the_factors_they_name() -> None:
    plain = ProjectBrief()
    health = ProjectBrief(sensitivity=[Fact[DataSensitivity](value=DataSensitivity.HEALTH)])
    location = ProjectBrief(sensitivity=[Fact[DataSensitivity](value=DataSensitivity.LOCATION)])
    junior = ProjectBrief(team=team(experience=TeamExperience.JUNIOR))
    many = ProjectBrief(scale=Fact[Scale](value=Scale(users=2_000_000, period="monthly")))
    base = estimate(plain).hours.median
    assert estimate(health).hours.median == pytest.approx(base * 1.10)
    assert estimate(location).hours.median == pytest.approx(base)
    assert estimate(junior).hours.median == pytest.approx(base * 1.10)
    assert estimate(many).hours.median == pytest.approx(base * 1.11)


def test_many_demanding_features_and_rules_are_more_than_their_sum() -> None:
    def factors(features: list[str], rules: list[str]) -> list[float]:
        brief = ProjectBrief(
            features=[feature(slug) for slug in features],
            regulations=[Named(slug=slug, name=slug) for slug in rules],
        )
        return [driver.factor for driver in estimate(brief).drivers]

    hard = ["offline-mode", "wallet", "lending", "trading", "video-calls", "matching"]
    assert factors(hard[:2], ["gdpr"]) == []
    assert factors(hard[:3], ["gdpr", "hipaa"]) == [1.17, 1.11]
    assert factors(hard, ["gdpr", "hipaa", "pci-dss"]) == [1.34, 1.23]


def test_few_people_set_the_pace_and_many_do_not_hurry_it() -> None:
    free = estimate(telehealth())
    alone = estimate(telehealth().model_copy(update={"team": team(size=1, technical=True)}))
    crowd = estimate(telehealth().model_copy(update={"team": team(size=30, technical=True)}))
    assert alone.schedule.limited_by_team
    assert alone.weeks.median == pytest.approx(alone.hours.median / PRODUCTIVE_HOURS)
    assert alone.weeks.median > free.weeks.median == pytest.approx(crowd.weeks.median)
    half = estimate(telehealth().model_copy(update={"team": team(size=1, technical=True, part_time=True)}))
    assert half.weeks.median > 2 * alone.weeks.median


def test_the_level_is_an_assumption_that_can_be_set() -> None:
    old = estimate(telehealth(), anchor=Anchor(assistants=1, platforms=1))
    assert estimate(telehealth()).hours.median == pytest.approx(old.hours.median * 0.79 * 0.82)
    assert old.hours.scale == pytest.approx(estimate(telehealth()).hours.scale)
    unsure = estimate(telehealth(), anchor=Anchor(log_sd=0.8))
    assert unsure.hours.median == pytest.approx(estimate(telehealth()).hours.median)
    assert unsure.money(0.8).amount > estimate(telehealth()).money(0.8).amount
    assert any("65%" in premise.text for premise in estimate(telehealth()).premises)


def test_compression_costs_effort_and_has_a_limit() -> None:
    assert compression_effort(1.2) == compression_effort(1) == 1
    assert compression_effort(0.85) == pytest.approx(1.14)
    assert compression_effort(0.75) == pytest.approx(1.43)
    assert compression_effort(0.8) == pytest.approx((1.14 + 1.43) / 2)
    assert compression_effort(0.7) is None


@given(st.floats(1.5, 60), st.floats(0.01, 0.99))
@settings(deadline=None)
def test_quantile_inverts_cdf(df: float, p: float) -> None:
    assert student.cdf(student.quantile(p, df), df) == pytest.approx(p, abs=1e-7)


@pytest.mark.parametrize(
    ("p", "df", "expected"),
    [(0.975, 10, 2.228139), (0.9, 3, 1.637744), (0.8, 30, 0.853767), (0.1, 5, -1.475884)],
)
def test_quantiles_are_those_of_the_tables(p: float, df: float, expected: float) -> None:
    assert student.quantile(p, df) == pytest.approx(expected, abs=1e-5)


def test_the_end_of_the_scale_is_no_quantile() -> None:
    with pytest.raises(ValueError, match="between"):
        student.quantile(1.0, 5)


@given(st.floats(1, 50_000), st.floats(0.05, 0.95))
@settings(deadline=None)
def test_a_quantile_is_met_with_its_probability(size: float, p: float) -> None:
    prediction = calibration().effort.predict(size)
    assert prediction.chance_within(prediction.quantile(p)) == pytest.approx(p, abs=1e-6)


def test_the_count_from_words_widens_the_interval() -> None:
    plan = estimate(telehealth())
    assert plan.hours.scale > calibration().effort.predict(plan.points).scale
    assert "count" in [premise.key for premise in plan.premises]


def test_intervals_widen_away_from_the_data() -> None:
    curve: Curve = calibration().effort
    assert curve.predict(20_000).scale > curve.predict(250).scale
    with pytest.raises(ValueError, match="positive"):
        curve.predict(0)


def test_nothing_is_done_within_no_time() -> None:
    assert Prediction(3.0, 1.0, 8).chance_within(0) == 0


@pytest.mark.parametrize(
    ("value", "expected"), [(0.4, 0), (7.4, 7), (83_412, 83_000), (1_250_000, 1_200_000)]
)
def test_rounding_keeps_two_digits(value: float, expected: int) -> None:
    assert round_to(value) == expected
