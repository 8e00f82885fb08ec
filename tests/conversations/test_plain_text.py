"""Messages without their marks. The cases are the web's as well: `web/tests/markdown/plain.test.ts`."""

import json
from pathlib import Path

import pytest

from services.conversations.plain_text import plain

CASES = json.loads(Path(__file__).with_name("plain_text.json").read_text("utf-8"))


@pytest.mark.parametrize(("written", "read"), CASES)
def test_the_words_stay_and_the_marks_go(written: str, read: str) -> None:
    assert plain(written) == read
