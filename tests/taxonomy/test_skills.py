"""Skills in free text and as names: aliases, ordinary words, negation, lists, speed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.taxonomy import skills
from services.taxonomy.text import slugify
from tests.taxonomy.labelled import LABELLED


def found(text: str) -> set[str]:
    return {mention.slug for mention in skills.find(text)}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("k8s", "kubernetes"),
        ("Golang", "go"),
        ("postgres", "postgresql"),
        ("ruby on rails", "ruby-on-rails"),
        ("RoR", "ruby-on-rails"),
        ("Node", "node-js"),
        ("node.js", "node-js"),
        ("NodeJS", "node-js"),
        ("React.js", "react"),
        ("vue3", "vue-js"),
        ("Python 3.11", "python"),
        ("C#", "csharp"),
        ("C++", "cpp"),
        ("C", "c"),
        ("R", "r"),
        ("Go", "go"),
        (".NET", "dotnet"),
        ("dotnet core", "dotnet"),
        ("Kuberntes", "kubernetes"),
        ("TypeScirpt", "typescript"),
        ("  react  ", "react"),
        ("GPT-4", "openai-api"),
        ("CI/CD", "ci-cd"),
        ("ui/ux", "ui-design"),
        ("m-pesa", "mobile-money"),
        ("Spring", "spring"),
        ("Spring Boot", "spring-boot"),
    ],
)
def test_names(name: str, slug: str) -> None:
    skill = skills.canonical(name)
    assert skill is not None
    assert skill.slug == slug


@pytest.mark.parametrize("name", ["", "   ", "foobar", "testing", "🦄", "the", "x" * 500, "react angular"])
def test_names_that_are_no_skill(name: str) -> None:
    assert skills.canonical(name) is None


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        (
            "We use k8s, golang, postgres and ruby on rails",
            {"kubernetes", "go", "postgresql", "ruby-on-rails"},
        ),
        ("backend in Go, frontend in React", {"go", "react"}),
        ("written in rust", {"rust"}),
        ("we hired a Go developer", {"go"}),
        ("python, go, typescript", {"python", "go", "typescript"}),
        ("Spring, Hibernate and Java", {"spring", "hibernate", "java"}),
        ("R and Python for statistics", {"r", "python"}),
        ("a node and express backend", {"node-js", "express-js"}),
        ("a Swift app for iOS", {"swift", "ios-development"}),
        ("C, C++ and C#", {"c", "cpp", "csharp"}),
        ("ASP.NET with .NET 8", {"asp-net", "dotnet"}),
        ("Next.js on Vercel", {"next-js", "vercel"}),
        ("we deploy with Helm charts", {"helm"}),
        ("angular17 and vue3", {"angular", "vue-js"}),
        ("pyhton and javascrpt", {"python", "javascript"}),
        ("Unser Backend ist in Go geschrieben", {"go"}),
        ("desarrollado en Python con Django", {"python", "django"}),
    ],
)
def test_in_text(text: str, slugs: set[str]) -> None:
    assert found(text) == slugs


@pytest.mark.parametrize(
    "text",
    [
        "we want to go to market in spring",
        "we had a break-in and need someone to get us safe",
        "a safe place where kids can talk",
        "an app for elk hunters",
        "Harbour Freight plc sells rope",
        "a better turnaround for the laundry",
        "Percy sells flowers",
        "express interest in express delivery",
        "vitamin C and R&D, Series C",
        "let's go live next week",
        "a swift response",
        "the rust on the car",
        "dart board",
        "chef's kiss from the chef",
        "crystal clear",
        "our next step",
        "net profit",
        "track containers on ships",
        "react quickly to customers".replace("react", "respond"),
        "in the rest of the world",
        "a sketch of the idea",
        "we excel at service",
    ],
)
def test_ordinary_words(text: str) -> None:
    assert found(text) - {"go-to-market"} == set()


def test_mentions_say_where_and_whether_negated() -> None:
    text = "React, but no Angular or Vue please"
    mentions = skills.find(text)
    assert [(text[m.start : m.end], m.slug, m.negated) for m in mentions] == [
        ("React", "react", False),
        ("Angular", "angular", True),
        ("Vue", "vue-js", True),
    ]


def test_unknown_names_are_kept() -> None:
    named = skills.split("React, FooLang and Go; k8s / react")
    assert [(item.slug, item.name) for item in named] == [
        ("react", "React"),
        (None, "FooLang"),
        ("go", "Go"),
        ("kubernetes", "Kubernetes"),
    ]


def test_the_taxonomy_is_large_and_sound() -> None:
    assert len(skills.SKILLS) >= 600
    assert len(skills.GROUPS) >= 15
    for slug, skill in skills.SKILLS.items():
        assert slug == skill.slug == slugify(slug)
        assert skill.group in skills.GROUPS
        assert skills.canonical(skill.name) is skill, skill.name
        for alias in skill.aliases:
            known = skills.canonical(alias)
            assert known is skill, (alias, known)


def test_a_hundred_thousand_characters_are_read() -> None:
    text = ("We use React, Go and postgres with payments and lorem ipsum dolor sit amet. " * 1400)[:100_000]
    last = [text[found.start : found.end] for found in skills.find(text)][-4:]
    assert last == ["React", "Go", "postgres", "payments"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    for mention in skills.find(text):
        assert 0 <= mention.start < mention.end <= len(text)
    skills.canonical(text)
    skills.split(text)


def test_precision_and_recall_on_labelled_texts() -> None:
    assert len(LABELLED) >= 40
    right = extra = missed = 0
    for text, labels in LABELLED:
        wanted = {_slug(name) for name in labels.split(", ") if name}
        found = {mention.slug for mention in skills.find(text)}
        right += len(wanted & found)
        extra += len(found - wanted)
        missed += len(wanted - found)
    precision, recall = right / (right + extra), right / (right + missed)
    print(f"skill extraction: precision {precision:.2f}, recall {recall:.2f} over {len(LABELLED)} texts")
    assert precision >= 0.9
    assert recall >= 0.9


def _slug(name: str) -> str:
    """The slug, or the name itself where the taxonomy does not know it: then it counts as missed."""
    skill = skills.canonical(name)
    return skill.slug if skill else name
