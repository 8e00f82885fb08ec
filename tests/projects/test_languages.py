"""German, French, Spanish and Portuguese briefs give the right numbers (`briefs.toml`)."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.projects import extraction
from services.projects.schemas import BriefPatch, Budget

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
BRIEFS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("briefs.toml").read_text("utf-8")
)
ZONES = {"de": "Europe/Berlin", "fr": "Europe/Paris", "es": "Europe/Madrid", "pt": "Europe/Lisbon"}


def _bounds(budget: Budget) -> list[int]:
    return [int(bound.major) if bound else 0 for bound in (budget.low, budget.high)]


def _wrong(brief: dict[str, Any], patch: BriefPatch) -> list[str]:
    wrong = []
    if "budget" in brief:
        got = patch.budget.value if patch.budget else None
        if got is None or _bounds(got) != brief["budget"] or got.currency != brief["currency"]:
            wrong.append(f"budget {got.format() if got else None}")
    if "monthly" in brief:
        got = patch.monthly_budget.value if patch.monthly_budget else None
        if got is None or got.most.major != brief["monthly"] or got.currency != brief["currency"]:
            wrong.append(f"monthly {got}")
    if "weeks" in brief:
        weeks = patch.deadline.value.weeks if patch.deadline else None
        if weeks is None or not brief["weeks"][0] <= weeks <= brief["weeks"][1]:
            wrong.append(f"weeks {weeks}")
    platforms = " ".join(fact.value.value for fact in patch.platforms)
    if not all(re.search(platform, platforms) for platform in brief.get("platforms", [])):
        wrong.append(f"platforms {platforms}")
    industries = " ".join(tag.value for tag in patch.industries)
    if "industry" in brief and not re.search(brief["industry"], industries):
        wrong.append(f"industries {industries}")
    return wrong


@pytest.mark.parametrize(
    ("language", "brief"),
    [(language, brief) for language, briefs in BRIEFS.items() for brief in briefs],
    ids=lambda value: value["text"][:40] if isinstance(value, dict) else value,
)
def test_a_brief_in_another_language_gives_the_right_numbers(language: str, brief: dict[str, Any]) -> None:
    zone = brief.get("timezone", ZONES[language])
    patch = extraction.read(brief["text"], now=NOW, timezone=zone)
    assert patch.language == language
    assert _wrong(brief, patch) == []


@pytest.mark.parametrize("language", ["de", "fr", "es", "pt"])
def test_there_are_at_least_fifteen_of_each(language: str) -> None:
    assert len(BRIEFS[language]) >= 15
