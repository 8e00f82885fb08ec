"""`docs/security.md` names its evidence: every test and file that it names exists."""

import re

import pytest

from core.migrate import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text()
TESTS = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)))
FILES = sorted(set(re.findall(r"`((?:services|core|web|api)/[\w/.]+\.\w+)`", TEXT)))
ROWS = [line for line in TEXT.splitlines() if re.match(r"\| \d+\.\d+\.\d+ \|", line)]


@pytest.mark.parametrize(("path", "name"), TESTS)
def test_the_named_test_exists(path: str, name: str) -> None:
    source = (ROOT / "tests" / path).read_text()
    assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE)


@pytest.mark.parametrize("path", FILES)
def test_the_named_file_exists(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_no_row_is_without_evidence_or_reason(row: str) -> None:
    _, _, state, evidence, _ = (cell.strip() for cell in row.split("|"))
    assert state.strip("*").startswith(("met", "not met", "not shown", "not applicable")), state
    assert len(evidence) > 10
    if not state.startswith("met"):
        return
    number = row.split("|")[1].strip()
    if re.fullmatch(
        r"\d+\.1\.\d+", number
    ):  # asks for something to be written down, so the page is the evidence
        named = re.findall(r"“([^”]+)”", evidence)
        assert named
        for name in named:
            assert re.search(rf"^(\*\*{name}|## {name}|.*{name}:)", TEXT, re.MULTILINE), name
    else:
        assert set(re.findall(r"`([\w/]+\.py)::(\w+)`", evidence)) & set(TESTS), "no test is named"
