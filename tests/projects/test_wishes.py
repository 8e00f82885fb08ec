"""Wishes and refusals that the catalogue does not know are kept in the founder's words."""

from datetime import UTC, datetime

import pytest

from services.projects import extraction, merging
from services.projects.schemas import BriefPatch, ExclusionKind, ProjectBrief

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def _after(text: str) -> BriefPatch:
    first = extraction.read("A case management tool for law offices, 240,000 euros.", now=NOW)
    return extraction.read(text, now=NOW, brief=merging.merge(ProjectBrief(), first, at=NOW))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("the judge has to see the exhibits too", "the judge has to see the exhibits too"),
        ("Also, relatives want to light a virtual candle", "relatives want to light a virtual candle"),
        ("add a zebra crossing", "add a zebra crossing"),
    ],
)
def test_an_unknown_wish_is_kept(text: str, kept: str) -> None:
    (feature,) = _after(text).features
    assert (feature.slug, feature.name) == (None, kept)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("skip the zebra module", "zebra module"),
        ("Suppose we leave the online renewal for a later phase", "online renewal"),
    ],
)
def test_an_unknown_refusal_is_kept(text: str, name: str) -> None:
    (exclusion,) = _after(text).exclusions
    assert (exclusion.kind, exclusion.name) == (ExclusionKind.OTHER, name)


@pytest.mark.parametrize(
    "text", ["we need it sooner", "you should know that", "it must be ready in May", "I want a cheaper CTO"]
)
def test_what_speaks_of_money_time_or_people_is_no_feature(text: str) -> None:
    assert not _after(text).features


def test_a_first_description_tells_a_story_and_keeps_no_sentences() -> None:
    patch = extraction.read("Visitors want to see where their ancestors are buried.", now=NOW)
    assert all(feature.slug for feature in patch.features)
