"""What counts as something said: a text that shows nothing is as empty as none."""

import unicodedata

# Controls, formats, separators, surrogates, what is unassigned, and marks that stand on another character.
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Cs", "Zl", "Zp", "Zs", "Mn", "Me"})
# Letters and signs by their category that are drawn as nothing: fillers of Hangul, and the blank of Braille.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def shows_something(text: str) -> bool:
    """Whether a reader would see anything of a text."""
    if "!" <= text[:1] <= "~":  # as nearly all begin, and each message is asked
        return True
    return any(
        character not in _BLANK and unicodedata.category(character) not in _UNSEEN for character in text
    )


def visible(text: str) -> str:
    """The text, for a type that asks for one. Raises ValueError."""
    if not shows_something(text):
        raise ValueError("this shows nothing")
    return text
