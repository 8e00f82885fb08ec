"""Text made comparable: lower case, no accents, plain quotes and dashes."""

import re
import unicodedata
from difflib import get_close_matches

from services.projects.extraction import numbers
from services.taxonomy.phrases import ReadText

_PLAIN = str.maketrans(
    {
        "¿": " ",
        "¡": " ",
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "ß": "ss",
        "…": ".",
    }
)
_SPACES = re.compile(r"\s+")
WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")


def plain(text: str) -> str:
    """`text` in lower case without accents and with single spaces; what patterns are written against."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _SPACES.sub(" ", bare.lower()).strip()


def close(word: str, known: list[str], *, cutoff: float = 0.82) -> str | None:
    """The known word that `word` is a typing error of, or None. Short words have to be exact."""
    if word in known:
        return word
    if len(word) < 5:
        return None
    matches = get_close_matches(word, [each for each in known if len(each) >= 5], n=1, cutoff=cutoff)
    return matches[0] if matches else None


NUMBERS = {
    name: value
    for value, names in enumerate(
        (
            "zero null nul cero",
            "one a an ein eine einem einer einen un une uno una um uma",
            "two zwei deux dos dois duas couple",
            "three drei trois tres",
            "four vier quatre cuatro quatro",
            "five funf cinq cinco",
            "six sechs seis",
            "seven sieben sept siete sete",
            "eight acht huit ocho oito",
            "nine neun neuf nueve nove",
            "ten zehn dix diez dez",
            "eleven elf onze once",
            "twelve zwolf douze doce doze",
        )
    )
    for name in names.split()
}


def number(word: str) -> int | None:
    """A number from digits or words up to twelve, in the five languages."""
    return int(word) if word.isdigit() and len(word) < 9 else NUMBERS.get(word)


def with_digits(words: str) -> str:
    """Plain words with the numbers that are written out in digits: "twelve years" as "12 years"."""
    parts: list[str] = []
    end = 0
    for numeral in numbers.find(ReadText.of(words)):
        whole = numeral.value == numeral.value.to_integral_value()
        if numeral.spelled and whole and numeral.value > 1:
            parts += [words[end : numeral.start], str(int(numeral.value))]
            end = numeral.end
    return "".join([*parts, words[end:]])
