"""Function points: the rule, its premises, and that adding never lowers the count."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.projects.estimation import estimate
from services.projects.estimation.sizing import (
    CHANGE_POINTS,
    FLOOR_POINTS,
    KINDS,
    counts_of,
    foundation,
    named_features,
    points,
    size,
)
from services.projects.extraction.catalogue import FEATURES
from services.projects.schemas import (
    Complexity,
    ExclusionKind,
    Fact,
    Feature,
    Named,
    Platform,
    ProjectBrief,
    Source,
    Stage,
)
from tests.analysis.factories import briefs, exclusion, feature, features, integrations, platform, telehealth


def total(brief: ProjectBrief) -> float:
    return sum(line.points for line in size(brief)[0])


def implied(brief: ProjectBrief) -> set[str | None]:
    """What is counted without being among the brief's features."""
    slugs = {feature.slug for feature in [*named_features(brief), *foundation(brief)]}
    if brief.stage is not None and brief.stage.value is Stage.REBUILD:
        slugs.add("data-migration")
    return slugs - {feature.slug for feature in brief.features}


def test_points_are_those_of_the_counting_manual() -> None:
    assert points((1, 1, 1, 1, 1), Complexity.LOW) == 3 + 4 + 3 + 7 + 5
    assert points((1, 1, 1, 1, 1), Complexity.MEDIUM) == 4 + 5 + 4 + 10 + 7
    assert points((1, 1, 1, 1, 1), Complexity.HIGH) == 6 + 7 + 6 + 15 + 10


def test_every_catalogue_feature_has_counts_of_its_own() -> None:
    unknown = counts_of(None, "other")
    for slug in FEATURES:
        counts = counts_of(slug, None)
        assert len(counts) == len(KINDS)
        assert sum(counts) > 0, slug
    assert counts_of("no-such-feature", None) == unknown


def test_a_feature_costs_more_at_higher_complexity() -> None:
    for slug in FEATURES:
        low, medium, high = (points(counts_of(slug, None), level) for level in Complexity)
        assert low < medium < high, slug


@given(briefs(), features())
@settings(max_examples=100, deadline=None)
def test_a_further_feature_never_lowers_size_time_or_cost(brief: ProjectBrief, more: Feature) -> None:
    if more.slug is not None and more.slug in implied(brief):
        more = feature(more.slug)  # a simpler one than is taken for granted would take its place
    larger = brief.model_copy(update={"features": [*brief.features, more]})
    before, after = estimate(brief), estimate(larger)
    assert after.points >= before.points - 0.05  # lines are rounded to a tenth
    if after.points > before.points:
        assert after.hours.median > before.hours.median
        assert after.cost.quantile(0.8) > before.cost.quantile(0.8)
        assert after.weeks.median >= before.weeks.median


@given(briefs(), integrations(), st.sampled_from(Platform))
@settings(max_examples=60, deadline=None)
def test_integrations_platforms_and_regulations_never_lower_the_size(
    brief: ProjectBrief, integration: Named, further: Platform
) -> None:
    before = total(brief)
    for change in (
        {"integrations": [*brief.integrations, integration]},
        {"platforms": [*brief.platforms, platform(further)]},
        {"regulations": [*brief.regulations, Named(slug="soc-2", name="SOC 2")]},
    ):
        assert total(brief.model_copy(update=change)) >= before - 0.05


def test_a_vague_brief_gets_the_floor_and_says_so() -> None:
    lines, premises = size(ProjectBrief())
    assert sum(line.points for line in lines) == FLOOR_POINTS
    assert {"foundation", "unnamed-scope", "platform"} <= {premise.key for premise in premises}
    assert {line.premise for line in lines} == {"foundation", "unnamed-scope"}


def test_what_is_named_takes_the_place_of_what_is_assumed() -> None:
    base = telehealth()
    low, ordinary, high = (
        total(base.model_copy(update={"features": [*base.features, feature("admin-panel", level)]}))
        for level in (Complexity.LOW, None, Complexity.HIGH)
    )
    assert low < ordinary == total(base) < high


def test_moving_the_data_of_a_rebuild_is_counted_beside_the_floor_named_or_not() -> None:
    rebuild = ProjectBrief(stage=Fact[Stage](value=Stage.REBUILD))
    named = rebuild.model_copy(update={"features": [feature("data-migration")]})
    assert total(named) == total(rebuild) > FLOOR_POINTS


def test_what_is_excluded_is_not_counted_as_foundation() -> None:
    brief = ProjectBrief(exclusions=[exclusion(ExclusionKind.FEATURE, "accounts")])
    assert "User accounts and sign-in" not in [line.item for line in size(brief)[0]]
    assert "User accounts and sign-in" in [line.item for line in size(ProjectBrief())[0]]


def test_a_product_in_use_is_charged_for_the_change_only() -> None:
    launched = ProjectBrief(stage=Fact[Stage](value=Stage.LAUNCHED), features=[feature("chat")])
    lines, premises = size(launched)
    assert "existing" in [premise.key for premise in premises]
    assert sum(line.points for line in lines) == CHANGE_POINTS
    assert total(launched) < total(ProjectBrief(features=[feature("chat")]))


def test_ios_and_android_are_one_platform_and_a_named_premise() -> None:
    one = telehealth().model_copy(update={"platforms": [platform(Platform.WEB), platform(Platform.IOS)]})
    both = telehealth()
    assert total(one) == total(both)
    assert "cross-platform" in [premise.key for premise in size(both)[1]]
    assert "cross-platform" not in [premise.key for premise in size(one)[1]]


def test_a_partner_that_a_feature_counts_is_not_counted_twice_but_a_second_one_is() -> None:
    stripe, paypal = Named(slug="stripe", name="Stripe"), Named(slug="paypal", name="PayPal")
    base = telehealth()
    with_stripe = base.model_copy(update={"integrations": [stripe]})
    with_both = base.model_copy(update={"integrations": [stripe, paypal]})
    assert total(with_stripe) == total(base)
    assert total(with_both) == total(base) + 16


def test_offline_as_a_constraint_is_counted_once() -> None:
    offline = Named(slug="offline", name="Works offline", quote="must work offline")
    constrained = telehealth().model_copy(update={"constraints": [offline]})
    named = telehealth().model_copy(update={"features": [*telehealth().features, feature("offline-mode")]})
    assert total(constrained) == total(named) > total(telehealth())
    assert total(named.model_copy(update={"constraints": [offline]})) == total(named)


def test_an_assumed_feature_is_counted_once_beside_the_foundation() -> None:
    assumed = feature("accounts").model_copy(update={"source": Source.ASSUMED, "quote": None})
    items = [line.item for line in size(ProjectBrief(features=[assumed]))[0]]
    assert items.count("User accounts and sign-in") == 1
