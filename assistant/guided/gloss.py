"""A word-by-word English gloss of German, French, Spanish and Portuguese messages.

No translation: "enséñame expertos que hablen español" becomes "show experts that speak spanish". That is enough for the
English patterns and embeddings to see what is wanted, so that no way to ask has to be listed in five languages.
"""

from functools import lru_cache
from importlib.resources import files

from assistant.guided.words import plain
from services.projects.extraction import language as languages
from services.taxonomy.phrases import PhraseIndex, PhraseMatch, ReadText

_COLUMNS = ("de", "fr", "es", "pt")
_LONGEST = 600


@lru_cache
def _rows() -> list[list[str]]:
    text = files("assistant.guided").joinpath("data/gloss.txt").read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line.split("|")]
        for line in text.splitlines()
        if line and not line.startswith("#")
    ]


@lru_cache
def _index(language: str) -> PhraseIndex:
    """The words of one language, each with its English as the key."""
    column = _COLUMNS.index(language) + 1
    words: dict[str, str] = {}
    for row in _rows():
        for word in row[column].split():
            words.setdefault(word.replace("_", " "), row[0])
    return PhraseIndex((english, word) for word, english in words.items())


@lru_cache
def _english() -> frozenset[str]:
    known = {word for row in _rows() for word in row[0].split()}
    return frozenset(known | languages.words_of("en"))


@lru_cache(maxsize=1024)
def gloss(text: str) -> str:
    """`text` in English words where it is in one of the four languages and its words are known; else nothing."""
    read = ReadText.of(plain(text)[:_LONGEST])
    matches = {language: _index(language).find(read) for language in _COLUMNS}
    covered = {
        language: sum(match.last - match.first + 1 for match in found)
        + 0.5 * sum(token.text in languages.words_of(language) for token in read.tokens)
        for language, found in matches.items()
    }
    detected = languages.detect(ReadText.of(text[:_LONGEST]), default="en")
    if detected != "en":
        covered[detected] += 0.75
    best = max(covered, key=lambda language: covered[language])
    in_english = 1.5 * sum(token.text in _english() for token in read.tokens)
    if not matches[best] or (detected == "en" and covered[best] <= in_english):
        return ""
    return _spelled(read, matches[best])


def readings(text: str) -> list[str]:
    """What patterns are to look at: the plain words, and their English where they are not English."""
    english = gloss(text)
    return [plain(text), english] if english else [plain(text)]


def _spelled(read: ReadText, matches: list[PhraseMatch]) -> str:
    parts: list[str] = []
    end = 0
    for match in matches:
        asks = match.first == 0 and match.key == "that"  # "qué puede salir mal"
        parts += [read.folded[end : match.start], "what" if asks else match.key]
        end = match.end
    parts.append(read.folded[end:])
    return " ".join("".join(parts).split())
