"""Reading any text whatsoever: it ends, it is fast, it is pure, and whole conversations come out right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.money import Money
from services.projects.extraction import when
from services.projects.merging import merge
from services.projects.schemas import BriefPatch, ProjectBrief, Source
from tests.projects.factories import NOW, TELEHEALTH, read

_WORDS = [
    "we", "have", "$", "80k", "€", "no", "not", "without", "and", "or", "but", "chat", "payments", "months", "4", "by", "end of", "March", "Q2", "next",
    "Tuesday", "at", "3pm", "a", "quarter", "million", "half", "grand", "team of", "users", "HIPAA", "React", "Go", "to market", "ohne", "App", "sin", "pagos",
    "80.000", "1,5 Mio.", "um 15 Uhr", "mañana", "another", "double the budget", "I meant", "instead of", ",", ".", "!", "\n", "(", ")", "-", "–", "/", "29.2.",
    "31/02", "99:99", "in", "weeks", "R$", "mil", "per hour", "an hour", "under", "more than", "0", "999999999999999999999",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_a_patch(text: str) -> None:
    patch = read(text, timezone="Europe/Berlin")
    assert BriefPatch.model_validate(patch.model_dump()) == patch
    merge(ProjectBrief(), patch)
    when(text, now=NOW, timezone="Europe/Berlin")


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=40), st.lists(st.sampled_from(_WORDS), max_size=20))
def test_any_words_of_ours_give_a_patch_and_a_second_one(first: list[str], second: list[str]) -> None:
    brief = merge(ProjectBrief(), read(" ".join(first), timezone="America/New_York"))
    changed = merge(brief, read(" ".join(second), brief=brief, timezone="America/New_York"))
    assert ProjectBrief.model_validate(changed.model_dump(mode="json")) == changed
    when(" ".join(first), now=NOW, timezone="America/New_York")


@pytest.mark.parametrize(
    "text",
    [
        "a " * 50_000,
        "1" * 100_000,
        "1," * 50_000,
        "1 000 " * 16_000,
        "$" * 100_000,
        "no " * 33_000,
        "go " * 33_000,
        "in " * 33_000,
        "one " * 25_000,
        "a quarter of a million and " * 3_700,
        "for the people with " * 5_000,
        "we have $80k and 4 months by March, " * 2_800,
        "\n" * 100_000,
        "(" * 100_000,
        "ß" * 100_000,
        "🦄" * 100_000,
        "\x00" * 100_000,
        "x" * 100_000,
        "funfundzwanzigtausend" * 5_000,
        "the end of the end of the " * 4_000,
        "10:00 " * 16_000,
        "Integrate with A, " * 5_500,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_hundred_thousand_characters_are_read_in_bounded_time(text: str) -> None:
    read(text)
    when(text, now=NOW, timezone="Europe/Berlin")


def test_reading_is_pure() -> None:
    brief = merge(ProjectBrief(), read(TELEHEALTH))
    before = brief.model_dump()
    assert read("no, 60k", brief=brief) == read("no, 60k", brief=brief)
    assert brief.model_dump() == before


def test_several_wishes_in_one_message() -> None:
    patch = read(
        "Actually make it 6 months, drop the video calls, add a waiting list, and we're now a team of 4 with $95k.",
        brief=merge(ProjectBrief(), read(TELEHEALTH)),
    )
    assert patch.deadline is not None
    assert patch.deadline.value.weeks == pytest.approx(26.1, abs=0.1)
    assert patch.budget is not None
    assert patch.budget.value.most == Money.of(95_000, "USD")
    assert patch.team is not None
    assert patch.team.value.size == 4
    assert [f.slug for f in patch.features if f.source is Source.STATED] == ["waiting-list"]
    assert [item.slug for item in patch.exclusions] == ["video-calls"]
    assert {"budget", "deadline"} <= set(patch.corrected)


def test_a_conversation() -> None:
    brief = ProjectBrief()
    for text in (
        "Hi! I have an idea for an app",
        "it's for people who own dogs and need someone to walk them",
        "mobile, both iphone and android",
        "about sixty grand, maybe seventy",
        "by the end of September",
        "owners book walkers and pay in the app, and track the walk live on a map",
        "no chat though",
        "hmm, we could go up to 80k",
    ):
        brief = merge(brief, read(text, brief=brief, timezone="America/Chicago"))
    assert [tag.value for tag in brief.industries] == ["pets"]
    assert {fact.value.value for fact in brief.platforms} >= {"ios", "android"}
    assert brief.feature_slugs >= {"payments", "maps"}
    assert ("feature", "chat") in brief.excluded
    assert brief.budget is not None
    assert brief.budget.value.most == Money.of(80_000, "USD")
    assert brief.deadline is not None
    assert str(brief.deadline.value.due) == "2026-09-30"


@pytest.mark.parametrize(
    ("text", "budget", "weeks", "language"),
    [
        (
            "Wir möchten eine App für Handwerker mit Terminbuchung und Rechnungen. Budget achtzigtausend Euro, etwa 4 Monate.",
            Money.of(80_000, "EUR"), 17.4, "de",
        ),
        (
            "Nous voulons créer une plateforme de rendez-vous pour les vétérinaires, 80 000 € et environ quatre mois.",
            Money.of(80_000, "EUR"), 17.4, "fr",
        ),
        (
            "Queremos una aplicación de citas médicas, tenemos 80.000 euros y unos cuatro meses.",
            Money.of(80_000, "EUR"), 17.4, "es",
        ),
        (
            "Queremos um aplicativo de consultas médicas, temos 80 mil reais e uns quatro meses de prazo.",
            Money.of(80_000, "BRL"), 17.4, "pt",
        ),
    ],
)  # fmt: skip
def test_four_other_languages_give_the_right_numbers(
    text: str, budget: Money, weeks: float, language: str
) -> None:
    patch = read(text)
    assert patch.budget is not None
    assert patch.deadline is not None
    assert (patch.budget.value.most, patch.language) == (budget, language)
    assert patch.deadline.value.weeks == pytest.approx(weeks, abs=0.1)
