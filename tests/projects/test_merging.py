"""Folding patches into a brief: who wins, what is remembered."""

from core.ids import new_id
from core.money import Money
from services.projects.merging import merge, stamped
from services.projects.schemas import (
    MAX_HISTORY,
    BriefPatch,
    Budget,
    Exclusion,
    ExclusionKind,
    Fact,
    Feature,
    Platform,
    ProjectBrief,
    Source,
    Stage,
)
from tests.projects.factories import NOW, read


def after(*texts: str) -> ProjectBrief:
    brief = ProjectBrief()
    for text in texts:
        brief = merge(brief, read(text, brief=brief), at=NOW)
    return brief


def stage(value: Stage, source: Source) -> BriefPatch:
    return BriefPatch(stage=Fact[Stage](value=value, source=source))


def test_an_empty_patch_changes_nothing() -> None:
    brief = after("an app with chat for $80k")
    assert merge(brief, BriefPatch()) == brief


def test_the_same_patch_twice_is_the_same_as_once() -> None:
    patch = read("a telehealth app with chat, no maps, $80k in 4 months, HIPAA, React")
    once = merge(ProjectBrief(), patch, at=NOW)
    assert merge(once, patch, at=NOW) == once


def test_later_beats_earlier_and_the_history_knows() -> None:
    brief = after("we have $80k", "no, I meant 60k", "make it 70k")
    assert brief.budget is not None
    assert brief.budget.value.most == Money.of(70_000, "USD")
    assert [entry.label for entry in brief.history] == ["$80,000", "$60,000"]


def test_inferences_never_replace_what_was_said_or_edited() -> None:
    for strong in (Source.STATED, Source.EDITED):
        brief = merge(ProjectBrief(), stage(Stage.GROWTH, strong))
        for weak in (Source.INFERRED, Source.ASSUMED):
            assert merge(brief, stage(Stage.IDEA, weak)) == brief
    weak_brief = merge(ProjectBrief(), stage(Stage.IDEA, Source.INFERRED))
    said = merge(weak_brief, stage(Stage.IDEA, Source.STATED))
    assert said.stage is not None
    assert (said.stage.source, said.history) == (Source.STATED, [])


def test_a_wish_confirms_an_inference() -> None:
    brief = after("a telehealth app", "it needs video calls")
    (feature,) = [feature for feature in brief.features if feature.slug == "video-calls"]
    assert feature.source is Source.STATED


def test_an_exclusion_removes_the_wish_and_a_wish_lifts_the_exclusion() -> None:
    brief = after("an app with chat and maps", "no chat after all")
    assert brief.feature_slugs == {"maps"}
    assert ("feature", "chat") in brief.excluded
    assert brief.history[-1].field == "features"
    again = merge(brief, read("we do want chat", brief=brief), at=NOW)
    assert again.feature_slugs == {"maps", "chat"}
    assert again.excluded == frozenset()
    assert again.history[-1].field == "exclusions"


def test_an_inference_does_not_lift_an_exclusion() -> None:
    brief = after("no chat please", "I want to build a telehealth app")
    assert "chat" not in brief.feature_slugs
    assert "video-calls" in brief.feature_slugs


def test_no_mobile_covers_phones_of_both_kinds() -> None:
    brief = after("iOS and Android and web", "actually no mobile")
    assert [fact.value for fact in brief.platforms] == [Platform.WEB]
    back = merge(brief, read("ok, iOS too", brief=brief), at=NOW)
    assert {fact.value for fact in back.platforms} == {Platform.WEB, Platform.IOS}


def test_an_inferred_exclusion_leaves_what_was_said() -> None:
    brief = merge(ProjectBrief(), BriefPatch(features=[Feature(slug="chat", name="Chat")]))
    exclusion = Exclusion(kind=ExclusionKind.FEATURE, slug="chat", name="Chat", source=Source.INFERRED)
    assert merge(brief, BriefPatch(exclusions=[exclusion])).feature_slugs == {"chat"}


def test_what_is_said_of_the_team_adds_up() -> None:
    brief = after("we have 2 developers", "they are part of an agency, and I am not technical")
    assert brief.team is not None
    assert (brief.team.value.size, brief.team.value.outsourced) == (2, True)


def test_a_patch_is_stamped_once() -> None:
    first, second = new_id(), new_id()
    fact = Fact[Budget](value=Budget(high=Money.of(5, "USD")), source=Source.EDITED)
    patch = stamped(BriefPatch(budget=fact), first, source=lambda source: Source.STATED)
    again = stamped(patch, second, source=lambda source: source)
    assert again.budget is not None
    assert (again.budget.message_id, again.budget.source) == (first, Source.STATED)


def test_history_and_lists_are_bounded() -> None:
    brief = ProjectBrief()
    for number in range(MAX_HISTORY + 30):
        amount = Money.of(1_000 + number, "USD")
        brief = merge(brief, BriefPatch(budget=Fact[Budget](value=Budget(high=amount))), at=NOW)
    assert len(brief.history) == MAX_HISTORY
    for number in range(200):
        brief = merge(brief, BriefPatch(features=[Feature(name=f"wish {number}")]))
    assert len(brief.features) == 80


def test_a_brief_survives_storage() -> None:
    brief = after(
        "a telehealth app in the US, $80k, 4 months, chat, no maps", "no, 60k", "iOS only, team of 3"
    )
    assert ProjectBrief.model_validate(brief.model_dump(mode="json", exclude_none=True)) == brief
