"""The analysis as a whole: complete, grounded, grammatical, the same each time."""

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from core.money import Money
from services.projects.analysis import analyse
from services.projects.analysis.recommendations import deferrable
from services.projects.analysis.schemas import (
    Analysis,
    Evidence,
    EvidenceKind,
    Factor,
    Level,
    Recommendation,
    Risk,
    Technology,
)
from services.projects.estimation import RateCard, estimate
from services.projects.schemas import Fact, Named, ProjectBrief, Source, Stage, Team
from tests.analysis.factories import MESSAGE, briefs, budget, deadline, feature, telehealth


def analysed(brief: ProjectBrief) -> Analysis:
    return analyse(brief, estimate(brief))


def grounds(analysis: Analysis) -> Iterator[list[Evidence]]:
    yield analysis.complexity.evidence
    yield analysis.timeline.evidence
    yield analysis.budget.evidence
    parts: list[Factor | Technology | Risk | Recommendation] = [
        *analysis.health.factors,
        *analysis.technologies,
        *analysis.risks,
        *analysis.recommendations,
    ]
    for part in parts:
        yield part.evidence
    for line in analysis.sizing:
        yield [line.evidence]


def sentences(analysis: Analysis) -> Iterator[str]:
    yield analysis.summary
    yield from (analysis.complexity.reason, analysis.timeline.reason, analysis.budget.reason)
    yield from (one.reason for one in analysis.health.factors)
    yield from (one.reason for one in analysis.technologies)
    for risk in analysis.risks:
        yield from (risk.title, risk.mitigation)
    for advice in analysis.recommendations:
        yield from (advice.title, advice.detail)
    yield from (one.text for one in analysis.assumptions)


@given(briefs())
@settings(max_examples=70, deadline=None)
def test_every_brief_gets_a_whole_and_grounded_analysis(brief: ProjectBrief) -> None:
    analysis = analysed(brief)
    assert len({one.slug for one in analysis.technologies}) == 6
    assert len(analysis.risks) >= 3
    assert len({one.key for one in analysis.risks}) == len(analysis.risks)
    assert len(analysis.recommendations) >= 3
    assert len({one.key for one in analysis.recommendations}) == len(analysis.recommendations)
    assert analysis.budget.p50.amount <= analysis.budget.p80.amount
    assert analysis.timeline.p50_weeks <= analysis.timeline.p80_weeks
    assert sum(line.points for line in analysis.sizing) == pytest.approx(
        analysis.complexity.function_points, abs=0.1
    )

    assumptions = {one.key: one.text for one in analysis.assumptions}
    words = {"as the founder said"} | {
        fact.quote for name in type(brief).model_fields for fact in _facts(brief, name) if fact.quote
    }
    for evidence in grounds(analysis):
        assert evidence
        for one in evidence:
            if one.kind is EvidenceKind.ASSUMPTION:
                assert assumptions[one.field] == one.text
            elif one.kind is EvidenceKind.STATED:
                assert one.text in words or one.text.startswith(
                    ("From the brief: ", "Entered in the brief: ")
                )


def _facts(brief: ProjectBrief, name: str) -> list[Fact[object]]:
    value = getattr(brief, name)
    items = value if isinstance(value, list) else [value]
    return [item for item in items if hasattr(item, "quote")]


@given(briefs())
@settings(max_examples=50, deadline=None)
def test_the_wording_is_clean(brief: ProjectBrief) -> None:
    for text in sentences(analysed(brief)):
        assert (
            text[0].isupper() or text[0].isdigit() or text.startswith(("$", "iPad", "iOS", "€", "£", "¥"))
        ), text
        assert "  " not in text
        assert not re.search(r" \.(?![A-Z])", text), text
        assert ".." not in text
        assert not re.search(r"\bNone\b|\{|\}|nan\b", text), text
        assert not re.search(r"(?<![\d,.])1 (weeks|people|features|integrations|platforms)\b", text), text
        assert not re.search(r"\b(?:[02-9]|\d\d+) (week|person|feature|integration|platform)\b", text), text


def test_the_same_brief_gives_the_same_analysis_word_for_word() -> None:
    first, second = (json.dumps(analysed(telehealth()).model_dump(mode="json")) for _ in range(2))
    assert first == second


def test_the_telehealth_example() -> None:
    analysis = analysed(telehealth())
    assert 35 <= analysis.health.score <= 70
    assert analysis.complexity.level is Level.MEDIUM
    assert analysis.budget.stated == Money.of(80_000, "USD")
    assert analysis.budget.chance is not None
    assert 0.2 <= analysis.budget.chance <= 0.6
    assert {"postgresql", "aws", "webrtc"} <= {one.slug for one in analysis.technologies}
    keys = [one.key for one in analysis.risks]
    assert {"budget-overrun", "deadline-missed", "compliance"} <= set(keys)
    assert analysis.budget.evidence[0].message_id == MESSAGE
    assert "HIPAA" in next(one.reason for one in analysis.technologies if one.slug == "aws")


def test_an_effect_is_the_difference_of_the_scores() -> None:
    brief = telehealth().model_copy(update={"features": [*telehealth().features, feature("offline-mode")]})
    analysis = analysed(brief)
    advice = next(one for one in analysis.recommendations if one.key == "core-first")
    waiting = {one.key for one in deferrable(brief)}
    assert {"offline-mode", "payments"} <= waiting
    assert "video-calls" not in waiting
    smaller = brief.model_copy(update={"features": [one for one in brief.features if one.key not in waiting]})
    assert advice.effect == analysed(smaller).health.score - analysis.health.score > 0


def test_dropping_offline_mode_is_offered_with_its_effect() -> None:
    brief = telehealth().model_copy(
        update={
            "features": [feature("tasks"), feature("offline-mode")],
            "budget": budget(60_000),
            "deadline": deadline(24),
            "team": Fact[Team](value=Team(size=2, technical=True), quote="two of us code"),
            "stage": Fact[Stage](value=Stage.PROTOTYPE, quote="a prototype"),
        }
    )
    analysis = analysed(brief)
    advice = next(one for one in analysis.recommendations if one.key == "defer-offline-mode")
    without = brief.model_copy(update={"features": [feature("tasks")]})
    assert advice.effect == analysed(without).health.score - analysis.health.score >= 2


def test_dropping_offline_drops_the_constraint_that_brought_it() -> None:
    offline = Named(slug="offline", name="Works offline", quote="no internet in the barn")
    brief = telehealth().model_copy(
        update={"features": [feature("tasks")], "constraints": [offline], "budget": budget(50_000)}
    )
    analysis = analysed(brief)
    advice = next(one for one in analysis.recommendations if one.key == "defer-offline-mode")
    assert advice.evidence[0].text == "no internet in the barn"
    without = analysed(brief.model_copy(update={"constraints": []}))
    assert advice.effect == without.health.score - analysis.health.score


def test_following_the_budget_advice_earns_full_marks() -> None:
    brief = telehealth()
    analysis = analysed(brief)
    advice = next(one for one in analysis.recommendations if one.key == "raise-budget")
    assert advice.effect > 0
    assert analysis.budget.p80.format() in advice.title


def test_recommendations_are_in_order_of_effect() -> None:
    effects = [one.effect for one in analysed(telehealth()).recommendations]
    assert effects == sorted(effects, reverse=True)
    for one in analysed(telehealth()).recommendations:
        assert one.priority is (
            Level.HIGH if one.effect >= 6 else Level.MEDIUM if one.effect >= 3 else Level.LOW
        )


def test_a_sound_project_still_gets_three_risks_and_recommendations() -> None:
    brief = telehealth().model_copy(
        update={
            "features": [feature(slug) for slug in ("tasks", "search", "reviews", "comments")],
            "sensitivity": [],
            "regulations": [],
            "stage": Fact[Stage](value=Stage.GROWTH, quote="we grow"),
            "team": Fact[Team](value=Team(size=4, technical=True), quote="four engineers"),
            "budget": budget(3_000_000),
            "deadline": deadline(200),
            "platforms": telehealth().platforms[:1],
        }
    )
    analysis = analysed(brief)
    assert analysis.health.score >= 85
    assert len(analysis.risks) >= 3
    assert len(analysis.recommendations) >= 3
    assert analysis.timeline.chance is not None
    assert analysis.timeline.chance > 0.99
    assert "next release" in analysis.summary


def test_what_the_law_asks_for_does_not_wait() -> None:
    brief = ProjectBrief(
        features=[feature(slug) for slug in ("wallet", "payments", "identity-verification", "chat")]
    )
    assert [one.key for one in deferrable(brief)] == ["chat"]


def test_the_heart_of_the_industry_does_not_wait() -> None:
    slugs = ("scheduling", "reviews", "video-calls", "chat")
    brief = telehealth().model_copy(update={"features": [feature(slug) for slug in slugs], "summary": None})
    assert [one.key for one in deferrable(brief)] == ["chat"]
    assert "video-calls" in [one.key for one in deferrable(brief.model_copy(update={"industries": []}))]


def test_what_was_inferred_waits_before_what_was_said() -> None:
    inferred = feature("user-profiles").model_copy(update={"source": Source.INFERRED})
    brief = ProjectBrief(features=[inferred, feature("tasks"), feature("reporting"), feature("chat")])
    assert [one.key for one in deferrable(brief)] == ["user-profiles", "chat"]


def test_a_shop_is_told_of_ready_made_products() -> None:
    shop = ProjectBrief(features=[feature("shopping-cart"), feature("payments")], budget=budget(20_000))
    assert "ready-made" in [one.key for one in analysed(shop).recommendations]
    own = shop.model_copy(update={"features": [*shop.features, feature("matching")]})
    assert "ready-made" not in [one.key for one in analysed(own).recommendations]


def test_a_risk_follows_the_chance() -> None:
    def likelihood(amount: int) -> Level:
        analysis = analysed(telehealth().model_copy(update={"budget": budget(amount)}))
        return next(one.likelihood for one in analysis.risks if one.key == "budget-overrun")

    assert likelihood(40_000) is Level.HIGH
    assert likelihood(130_000) is Level.MEDIUM


def test_facts_that_were_assumed_are_named_as_assumptions() -> None:
    assumed = feature("reviews").model_copy(
        update={"source": Source.ASSUMED, "quote": None, "note": "shops have them"}
    )
    analysis = analysed(ProjectBrief(features=[assumed]))
    line = next(one for one in analysis.sizing if one.item == assumed.name)
    assert line.evidence.kind is EvidenceKind.ASSUMPTION
    assert line.evidence.text == "We assume ratings and reviews: shops have them."
    assert line.evidence.text in [one.text for one in analysis.assumptions]


def test_effects_use_the_rates_of_the_estimate() -> None:
    dear = RateCard.from_marketplace(*(Money.of(amount, "USD") for amount in (400, 500, 600)), experts=20)
    brief = telehealth()
    cheap, costly = analyse(brief, estimate(brief)), analyse(brief, estimate(brief, dear))
    assert costly.budget.p50.amount > cheap.budget.p50.amount
    advice = next(one for one in costly.recommendations if one.key == "raise-budget")
    assert costly.budget.p80.format() in advice.title
    assert "20 CTOs" in " ".join(one.text for one in costly.assumptions)
