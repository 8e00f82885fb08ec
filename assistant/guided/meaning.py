"""What a sentence wants, by its meaning: for sentences that no pattern knows.

Each is compared, by small local embeddings, with examples of every intent (`data/examples.toml`). The model is asked
outside of the event loop (`prepare`); `intent` then only looks up, so that reading a message stays a pure function.
"""

import threading
import tomllib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.guided.gloss import gloss
from assistant.guided.intents import Intent
from assistant.guided.words import plain

Embed = Callable[[list[str]], Sequence[Sequence[float]]]
_NONE = "none"
# A sentence is taken for the closest example's intent when it is this close, and by this much closer than to any
# sentence that asks for nothing, and to those of any other intent: the less close, the clearer it has to be. (The
# embeddings are English: other languages are close to each other already for being other languages.)
_STEPS = ((0.75, 0.08, 0.03), (0.56, 0.06, 0.05), (0.46, 0.10, 0.09))
_KEPT = 2048


class Meanings:
    """A reader of sentences with an embedding function."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._lock = threading.Lock()
        self._read: OrderedDict[str, tuple[Intent | None, bool]] = OrderedDict()

    def prepare(self, sentences: Sequence[str]) -> None:
        """Read these sentences. Takes some milliseconds each; run it in a thread."""
        new = [each for each in dict.fromkeys(map(plain, sentences)) if each and each not in self._read]
        if not new:
            return
        with self._lock:
            near = np.asarray(self._embed([gloss(each) or each for each in new]), np.float32) @ _vectors().T
            for sentence, row in zip(new, near, strict=True):
                self._read[sentence] = _decide(row)
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)

    def intent(self, sentence: str, sure: bool = False) -> Intent | None:
        """What a prepared sentence wants; None when that is not clear, or it was not prepared. `sure`: only where it
        is as good as one of the examples."""
        found, certain = self._read.get(plain(sentence), (None, False))
        return found if certain or not sure else None


@lru_cache
def _vectors() -> NDArray[np.float32]:
    """The examples' embeddings, which are kept beside them: to work them out takes seconds."""
    with files("assistant.guided").joinpath("data/examples.npy").open("rb") as file:
        vectors: NDArray[np.float32] = np.load(file).astype(np.float32)
    return vectors


@lru_cache
def _examples() -> list[tuple[str, str]]:
    """Every example with the name of its intent."""
    text = files("assistant.guided").joinpath("data/examples.toml").read_text(encoding="utf-8")
    return [(line, name) for name, lines in tomllib.loads(text).items() for line in lines]


def _decide(row: NDArray[np.float32]) -> tuple[Intent | None, bool]:
    best: dict[str, float] = {}
    for (_, name), closeness in zip(_examples(), row.tolist(), strict=True):
        best[name] = max(best.get(name, -1.0), closeness)
    nothing = best.pop(_NONE)
    (name, first), (_, second) = sorted(best.items(), key=lambda item: -item[1])[:2]
    clear = [
        first >= close and first - nothing >= than_nothing and first - second >= than_others
        for close, than_nothing, than_others in _STEPS
    ]
    return (Intent(name) if any(clear) else None), clear[0]


def write_vectors(embed: Embed) -> None:
    """Work the examples' embeddings out again, after a change of the examples."""
    path = Path(__file__).parent / "data" / "examples.npy"
    texts = [gloss(text) or plain(text) for text, _ in _examples()]
    np.save(path, np.asarray(embed(texts), np.float16))
