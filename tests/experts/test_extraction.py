"""How well résumés and short texts are read, against texts labelled by hand (`labelled/`). The figures are printed:
`pytest tests/experts/test_extraction.py -s`."""

import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.experts.resume import facts
from services.experts.resume.schemas import ProposedRole, ProposedSkill, ProposedTerm
from services.experts.resume.worker import CPU_SECONDS
from services.taxonomy import skills
from services.taxonomy.text import fold

LABELLED = Path(__file__).parent / "labelled"
YEAR = 2026

# Sane floors, below what is measured: a change that loses more than a text or two is noticed.
FLOORS = {
    "skills of short texts": (0.95, 0.93),
    "skills": (0.93, 0.93),
    "roles": (0.93, 0.93),
    "role years": (0.95, 0.95),
    "companies": (0.9, 0.9),
    "industries": (0.75, 0.75),
    "languages": (0.95, 0.95),
}


@dataclass
class Score:
    """Found and expected things, over all texts."""

    right: int = 0
    found: int = 0
    expected: int = 0

    def add(self, found: set[Any], expected: set[Any]) -> None:
        self.right += len(found & expected)
        self.found += len(found)
        self.expected += len(expected)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 1.0


def cases(name: str) -> list[dict[str, Any]]:
    return list(tomllib.loads((LABELLED / f"{name}.toml").read_text("utf-8"))["case"])


def slugs(names: list[str]) -> set[str]:
    """Labels are names; one that the taxonomy does not know stays, and counts as missed."""
    found = ((name, skills.canonical(name)) for name in names)
    return {skill.slug if skill else name for name, skill in found}


def test_precision_and_recall_on_labelled_texts() -> None:
    scores = {name: Score() for name in FLOORS}
    years_right = years_all = 0
    for case in cases("skills"):
        found = {mention.slug for mention in skills.find(case["text"]) if not mention.negated}
        _note(scores["skills of short texts"], found, slugs(case["skills"]), case["text"])
    for case in cases("resumes"):
        reading = facts.read(case["text"], pages=None, year=YEAR)
        expected = [(fold(t), fold(c), begin, end or None) for t, c, begin, end in case["roles"]]
        found_roles = [(fold(r.title), fold(r.company), r.from_year, r.to_year) for r in reading.roles]
        text = case["text"]
        _note(scores["skills"], {skill.skill for skill in reading.skills}, slugs(case["skills"]), text)
        _note(scores["roles"], {r[0] for r in found_roles}, {r[0] for r in expected}, text)
        _note(
            scores["role years"],
            {(r[0], *r[2:]) for r in found_roles},
            {(r[0], *r[2:]) for r in expected},
            text,
        )
        _note(scores["companies"], {r[1] for r in found_roles}, {r[1] for r in expected}, text)
        _note(scores["industries"], {t.value for t in reading.industries}, set(case["industries"]), text)
        _note(scores["languages"], {t.value for t in reading.languages}, set(case["languages"]), text)
        years_all += 1
        years_right += reading.years is not None and abs(reading.years.years - case["years"]) <= 1
    print(f"\n{'':24}precision  recall  (found, expected)")
    for name, score in scores.items():
        print(f"{name:24}{score.precision:9.3f}{score.recall:8.3f}  ({score.found}, {score.expected})")
    print(f"{'years, within one':24}{years_right / years_all:9.3f}          ({years_all})")
    assert len(cases("skills")) + len(cases("resumes")) >= 40
    for name, (precision, recall) in FLOORS.items():
        assert scores[name].precision >= precision, name
        assert scores[name].recall >= recall, name
    assert years_right / years_all >= 0.9


def _note(score: Score, found: set[Any], expected: set[Any], text: str) -> None:
    score.add(found, expected)
    if found != expected:
        print(f"{text.strip()[:30]!r}: too many {found - expected or ''}, missing {expected - found or ''}")


@pytest.mark.parametrize("case", cases("resumes"), ids=lambda case: case["text"].strip()[:20])
def test_every_proposal_stands_in_the_text(case: dict[str, Any]) -> None:
    reading = facts.read(case["text"], pages=None, year=YEAR)
    lines = [line.strip() for line in case["text"].split("\n")]
    plain = " ".join(case["text"].split())
    proposals: list[ProposedSkill | ProposedRole | ProposedTerm] = [
        *reading.skills,
        *reading.roles,
        *reading.industries,
        *reading.languages,
    ]
    for proposal in proposals:
        assert proposal.passages
        for passage in proposal.passages:
            assert any(passage in line for line in lines)
    for role in reading.roles:
        for outcome in role.outcomes:
            assert " ".join(outcome.split())[:60] in plain


def test_nothing_is_taken_from_studies_hobbies_or_negations() -> None:
    reading = facts.read(
        "Experience\nCTO, Acme, 2015 – 2020\nI never used Angular.\nEducation\nStudent engineer, ETH, 2008 – 2012\n"
        "Interests\nChess team lead 2001 – 2005",
        pages=None,
        year=YEAR,
    )
    assert [(role.title, role.company) for role in reading.roles] == [("CTO", "Acme")]
    assert reading.skills == []


def test_any_text_is_read_in_time() -> None:
    for text in (
        "2019 – " * 10_000,
        "CTO, Acme, 2015 – 2020\n" * 3_000,
        "a" * 80_000,
        "\n" * 5_000 + "x",
        "(" * 50_000,
        "Skills\n" + "Go, " * 20_000,
    ):
        begin = time.process_time()
        reading = facts.read(text, pages=None, year=YEAR)
        assert time.process_time() - begin < CPU_SECONDS, text[:20]
        assert len(reading.roles) <= 20
