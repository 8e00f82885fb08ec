"""Six technologies: distinct, known, grounded, and never one that was ruled out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.projects.analysis import analyse, stack
from services.projects.analysis.recommendations import LIVES_BY
from services.projects.analysis.schemas import Technology as Recommended
from services.projects.analysis.technologies import ruled_out
from services.projects.estimation import estimate
from services.projects.extraction.catalogue import FEATURES
from services.projects.schemas import ExclusionKind, Fact, Named, Platform, ProjectBrief, Scale, Technology
from services.taxonomy.industries import INDUSTRIES
from services.taxonomy.skills import SKILLS
from tests.analysis.factories import briefs, exclusion, feature, platform, telehealth


def six(brief: ProjectBrief) -> list[Recommended]:
    return analyse(brief, estimate(brief)).technologies


def slugs(brief: ProjectBrief) -> list[str]:
    return [one.slug for one in six(brief)]


def test_the_rule_base_uses_known_slugs() -> None:
    used = {option.slug for need in stack.NEEDS + stack.GENERAL for option in need.options}
    for table in (stack.ACCEPTED, stack.BACKENDS, stack.FAMILIES):
        used |= {slug for group in table.values() for slug in group}
    assert used <= set(SKILLS)
    assert {slug for need in stack.NEEDS for slug in need.features} <= set(FEATURES)


@given(briefs(), st.lists(st.sampled_from(sorted(SKILLS)), max_size=60, unique=True))
@settings(max_examples=60, deadline=None)
def test_exclusions_are_respected_whatever_they_are(brief: ProjectBrief, unwanted: list[str]) -> None:
    excluded = [exclusion(ExclusionKind.TECHNOLOGY, slug) for slug in unwanted]
    brief = brief.model_copy(update={"exclusions": [*brief.exclusions, *excluded]})
    chosen = slugs(brief)
    assert len(set(chosen)) == 6
    assert not set(chosen) & ruled_out(brief)
    assert not set(chosen) & set(unwanted)


def test_industries_of_the_rule_base_exist() -> None:
    assert set(LIVES_BY) <= set(INDUSTRIES)


def test_each_of_the_six_can_be_excluded_in_turn() -> None:
    brief = telehealth()
    for _ in range(8):
        first = slugs(brief)[0]
        brief = brief.model_copy(
            update={"exclusions": [*brief.exclusions, exclusion(ExclusionKind.TECHNOLOGY, first)]}
        )
        assert first not in slugs(brief)


@pytest.mark.parametrize(
    ("unwanted", "gone"),
    [
        ("react", {"next-js", "react-native"}),
        ("aws", {"aws", "amazon-s3"}),
        ("javascript", {"next-js", "nestjs", "react-native"}),
    ],
)
def test_what_goes_with_an_excluded_technology_is_excluded_too(unwanted: str, gone: set[str]) -> None:
    brief = telehealth().model_copy(update={"exclusions": [exclusion(ExclusionKind.TECHNOLOGY, unwanted)]})
    assert not set(slugs(brief)) & gone


def test_an_exclusion_by_name_counts_without_a_slug() -> None:
    unwanted = exclusion(ExclusionKind.TECHNOLOGY, "postgresql").model_copy(
        update={"slug": None, "name": "PostgreSQL"}
    )
    brief = telehealth().model_copy(update={"exclusions": [unwanted]})
    assert "postgresql" in slugs(telehealth())
    assert "postgresql" not in slugs(brief)


def test_no_mobile_means_no_mobile_framework() -> None:
    brief = ProjectBrief(features=[feature("chat")], exclusions=[exclusion(ExclusionKind.PLATFORM, "mobile")])
    assert not set(slugs(brief)) & {"react-native", "flutter", "swift", "kotlin"}


def test_an_existing_stack_is_kept() -> None:
    technologies = [
        Technology(slug="laravel", name="Laravel", existing=True, quote="we run Laravel"),
        Technology(slug="vue-js", name="Vue.js", quote="like Vue"),
        Technology(slug="mysql", name="MySQL", existing=True, quote="on MySQL"),
    ]
    chosen = {one.slug: one for one in six(telehealth().model_copy(update={"technologies": technologies}))}
    assert {"laravel", "vue-js", "mysql"} <= set(chosen)
    assert "postgresql" not in chosen
    assert chosen["laravel"].reason.startswith("You already use Laravel")
    assert chosen["laravel"].evidence[0].text == "we run Laravel"
    assert chosen["vue-js"].reason.startswith("You asked for Vue.js")


def test_what_the_founder_named_fills_its_place() -> None:
    named = [Technology(slug="elasticsearch", name="Elasticsearch", existing=True, quote="our Elasticsearch")]
    paypal = [Named(slug="paypal", name="PayPal", quote="PayPal is a must")]
    brief = ProjectBrief(
        features=[feature("payments"), feature("search")], technologies=named, integrations=paypal
    )
    chosen = {one.slug: one for one in six(brief)}
    assert chosen["elasticsearch"].reason.startswith("You already use Elasticsearch")
    assert chosen["paypal"].evidence[0].text == "PayPal is a must"
    assert not {"stripe", "meilisearch"} & set(chosen)


def test_a_language_decides_the_backend() -> None:
    python = Technology(slug="python", name="Python", existing=True, quote="our Python people")
    java = Technology(slug="java", name="Java", quote="Java please")
    assert "django" in slugs(telehealth().model_copy(update={"technologies": [python]}))
    assert "spring-boot" in slugs(telehealth().model_copy(update={"technologies": [java]}))
    # What exists weighs more than a wish.
    assert "django" in slugs(telehealth().model_copy(update={"technologies": [java, python]}))


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        (["machine-learning", "dashboards"], "fastapi"),
        (["payments", "search"], "stripe"),
        (["maps", "search"], "mapbox"),
        (["iot-devices", "dashboards"], "mqtt"),
        (["offline-mode", "tasks"], "sqlite"),
        (["blockchain", "wallet"], "solidity"),
    ],
)
def test_features_call_for_their_technology(features: list[str], expected: str) -> None:
    brief = ProjectBrief(features=[feature(slug) for slug in features])
    chosen = {one.slug: one for one in six(brief)}
    assert expected in chosen
    assert chosen[expected].evidence[0].text.startswith("we want ")


def test_platforms_decide_the_front_end() -> None:
    def on(*platforms: Platform) -> list[str]:
        return slugs(ProjectBrief(features=[feature("chat")], platforms=[platform(one) for one in platforms]))

    assert "swift" in on(Platform.IOS)
    assert "kotlin" in on(Platform.ANDROID)
    assert "react-native" in on(Platform.IOS, Platform.ANDROID)
    assert "next-js" not in on(Platform.IOS)
    assert {"next-js", "react-native"} <= set(on(Platform.WEB, Platform.MOBILE))
    assert "tauri" in on(Platform.WINDOWS)


def test_the_host_follows_rules_load_and_place() -> None:
    base = ProjectBrief(features=[feature("chat")])
    rules = base.model_copy(update={"regulations": [Named(slug="hipaa", name="HIPAA", quote="HIPAA")]})
    load = base.model_copy(update={"scale": Fact[Scale](value=Scale(users=20_000_000), quote="20 million")})
    own = base.model_copy(
        update={"constraints": [Named(slug="on-premise", name="On-premise", quote="in our cellar")]}
    )
    assert "render" in slugs(base)
    assert "aws" in slugs(rules)
    assert "aws" in slugs(load)
    assert "kubernetes" in slugs(own)
    assert "20,000,000 users" in next(one.reason for one in six(load) if one.slug == "aws")
