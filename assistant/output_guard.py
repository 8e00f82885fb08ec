"""Keeps the system prompt out of replies, whoever talked the model into repeating it.

Text that streams is held back while its end is part of a passage of the prompt; a passage of `PASSAGE` words is a leak,
and the reply is taken back. Disguises (letters reversed, spelled out, shifted by 13, base64, hex) are looked for
as the text grows, so that no more than a line of them is seen before the reply is taken back.
"""

import base64
import binascii
import codecs
import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache

from assistant.prompts import load

PASSAGE = 14
HELD = 4
DISGUISED = 70
STEP = 40  # characters between two looks for disguises

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){16,}")
SECRET = ("system", "room", "limit")


class PromptLeak(Exception):
    """The reply repeats the system prompt."""


def words(text: str) -> list[str]:
    """The words of a text, without what stands between them."""
    return _WORD.findall(text.casefold())


@lru_cache
def _passages() -> frozenset[tuple[str, ...]]:
    """Every run of 1 to `PASSAGE` words of the secret prompts."""
    found: set[tuple[str, ...]] = set()
    for name in SECRET:
        said = words(re.sub(r"\{\{\w+\}\}", " ", load(name).body))
        for start in range(len(said)):
            found.update(
                tuple(said[start:end]) for end in range(start + 1, min(start + PASSAGE, len(said)) + 1)
            )
    return frozenset(found)


@lru_cache
def _runs() -> frozenset[str]:
    """Every run of `DISGUISED` letters of the secret prompts."""
    texts = ("".join(words(load(name).body)) for name in SECRET)
    return frozenset(
        text[start : start + DISGUISED] for text in texts for start in range(len(text) - DISGUISED + 1)
    )


class Guard:
    """Reads one reply as it streams."""

    def __init__(self) -> None:
        self._text = ""
        self._shown = 0
        self._checked = 0
        self._read = 0  # up to here the text's whole words are in `_last`
        self._last: deque[tuple[str, int]] = deque(maxlen=PASSAGE)

    def feed(self, text: str) -> str:
        """Take more of the reply; returns what may be shown now. Raises PromptLeak."""
        self._text += text
        matched, start = self._tail()
        if matched >= PASSAGE:
            raise PromptLeak
        if len(self._text) - self._checked >= STEP:
            self._check()
        return self._until(start if matched >= HELD else len(self._text))

    def finish(self) -> str:
        """The reply is over; returns the rest of it. Raises PromptLeak, also for what is disguised."""
        self._check()
        return self._until(len(self._text))

    def _check(self) -> None:
        recent = self._text[max(0, self._checked - 4 * DISGUISED) :]
        if any(_repeats(view) for view in (*_views(recent), *_decoded(self._text))):
            raise PromptLeak
        self._checked = len(self._text)

    def _tail(self) -> tuple[int, int]:
        """How many whole words at the end of the text are a passage of the prompt, and where they begin."""
        for match in _WORD.finditer(self._text, self._read):
            if match.end() == len(self._text):
                break  # it may go on
            self._last.append((match.group().casefold(), match.start()))
            self._read = match.end()
        said = tuple(word for word, _ in self._last)
        for skip in range(len(said)):
            if said[skip:] in _passages():
                return len(said) - skip, self._last[skip][1]
        return 0, len(self._text)

    def _until(self, end: int) -> str:
        fresh = self._text[self._shown : end]
        self._shown = max(self._shown, end)
        return fresh


def _views(text: str) -> Iterator[str]:
    """The letters of a text as they stand, and as they may have been disguised."""
    plain = "".join(words(text))
    yield plain
    yield plain[::-1]
    yield codecs.encode(plain, "rot13")


def _decoded(text: str) -> Iterable[str]:
    for run in _BASE64.findall(text):
        padded = run.rstrip("=").replace("-", "+").replace("_", "/")
        for cut in (len(padded), len(padded) - len(padded) % 4):
            try:
                raw = base64.b64decode(padded[:cut] + "=" * (-cut % 4))
            except (binascii.Error, ValueError):
                continue
            yield "".join(words(raw.decode("utf-8", "ignore")))
    for run in _HEX.findall(text):
        yield "".join(words(bytes.fromhex(re.sub(r"[\s:]", "", run)).decode("utf-8", "ignore")))


def _repeats(letters: str) -> bool:
    """Whether a run of `DISGUISED` letters is the prompt's."""
    known = _runs()
    return any(letters[start : start + DISGUISED] in known for start in range(len(letters) - DISGUISED + 1))
