"""What counts as one emoji: a reaction is a sign, not a word."""

import unicodedata

_JOINER, _KEYCAP = "\u200d", "\u20e3"
_SELECTORS = {"\ufe0e", "\ufe0f"}


def one_emoji(value: str) -> str:
    """The value, if it is one emoji (with its modifiers, or joined from several). Raises ValueError."""
    if value.endswith(_KEYCAP) and value[0] in "0123456789#*" and set(value[1:-1]) <= _SELECTORS:
        return value
    if _is_flag(value):
        return value
    bases, joined = 0, True
    for character in value:
        if character == _JOINER:
            if joined:
                raise ValueError("this is no emoji")
            joined = True
        elif character in _SELECTORS or _is_modifier(character):
            if not bases:
                raise ValueError("this is no emoji")
        elif _is_base(character) and joined:
            bases, joined = bases + 1, False
        else:
            raise ValueError("this is not one emoji")
    if joined:
        raise ValueError("this is no emoji")
    return value


def _is_modifier(character: str) -> bool:
    # Skin tones, and the tags that flags of regions are spelt with.
    return "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f"


def _is_base(character: str) -> bool:
    return (
        character >= "\u203c"
        and unicodedata.category(character) in ("So", "Sm", "Po")
        and not _is_regional(character)
    )


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_flag(value: str) -> bool:
    return len(value) == 2 and all(map(_is_regional, value))
