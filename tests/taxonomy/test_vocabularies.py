"""Industries, platforms, regulations, markets, languages, and the text tools they stand on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.taxonomy import industries
from services.taxonomy.catalogues import LANGUAGES, MARKETS, PLATFORMS, REGULATIONS, languages, markets
from services.taxonomy.negation import NegationKind, Negations
from services.taxonomy.phrases import PhraseIndex, ReadText
from services.taxonomy.text import fold, slugify, stem


def test_the_vocabularies_are_large_enough() -> None:
    assert len(industries.INDUSTRIES) >= 40
    assert len(LANGUAGES) >= 60
    assert len(MARKETS) >= 40
    assert len(REGULATIONS) >= 30
    assert len(PLATFORMS) >= 15
    for regulation in REGULATIONS.values():
        assert set(regulation.markets) <= set(MARKETS)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Healthcare", "healthcare"),
        ("health care", "healthcare"),
        ("FinTech", "fintech"),
        ("E-Commerce", "e-commerce"),
        ("edtech", "education"),
        ("Immobilien", "real-estate"),
    ],
)
def test_industries_by_name(name: str, slug: str) -> None:
    industry = industries.canonical(name)
    assert industry is not None
    assert industry.slug == slug
    assert industries.canonical("nothing of the kind") is None


def test_industries_are_ranked_and_negation_counts() -> None:
    mentions = industries.find("a marketplace for dog walkers and cats, not for banks")
    assert {mention.slug for mention in mentions} == {"marketplace", "pets"}
    assert mentions[0].slug == "pets"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("German", "de"),
        ("deutsch", "de"),
        ("français", "fr"),
        ("Portuguese", "pt"),
        ("zh", "zh"),
        ("Klingon", None),
    ],
)
def test_spoken_languages(name: str, code: str | None) -> None:
    assert languages.canonical(name) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Deutschland", "DE"),
        ("USA", "US"),
        ("united kingdom", "GB"),
        ("brasil", "BR"),
        ("BR", "BR"),
        ("Atlantis", None),
    ],
)
def test_markets(name: str, code: str | None) -> None:
    assert markets.canonical(name) == code


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_folding_and_stems() -> None:
    assert fold("Zürich, São Paulo, ÇA") == "zurich, sao paulo, ca"
    assert [stem(word) for word in ("payments", "deliveries", "boxes", "class", "bus", "is")] == [
        "payment",
        "delivery",
        "box",
        "class",
        "bus",
        "is",
    ]
    assert slugify("C++ & Ruby on Rails") == "c-plus-plus-and-ruby-on-rails"


def test_the_longest_phrase_wins() -> None:
    index = PhraseIndex([("a", "video"), ("b", "video call"), ("c", "call center")], inflect=True)
    assert [match.key for match in index.find(ReadText.of("video calls and a video. Call center"))] == [
        "b",
        "a",
        "c",
    ]


@pytest.mark.parametrize(
    ("text", "word", "kind"),
    [
        ("we don't need payments", "payments", NegationKind.EXCLUDED),
        ("payments can wait", "payments", NegationKind.DEFERRED),
        ("no chat, just payments", "payments", None),
        ("not only payments", "payments", None),
        ("no later than payments", "payments", None),
        ("No, payments", "payments", None),
        ("No. We want payments", "payments", None),
        ("weder Chat noch payments", "payments", NegationKind.EXCLUDED),
        ("sans payments", "payments", NegationKind.EXCLUDED),
        ("no necesitamos payments", "payments", NegationKind.EXCLUDED),
        ("não queremos payments", "payments", NegationKind.EXCLUDED),
        ("payments, not chat", "payments", None),
        ("chat instead of payments", "payments", NegationKind.EXCLUDED),
        ("we need payments and chat is out of scope", "payments", None),
    ],
)
def test_negation(text: str, word: str, kind: NegationKind | None) -> None:
    read = ReadText.of(text)
    start = read.folded.index(word)
    negation = Negations(read).of(start, start + len(word))
    assert (negation.kind if negation else None) == kind
