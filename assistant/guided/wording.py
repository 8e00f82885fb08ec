"""Replies worded from templates in `prompts/guided/*.md`.

A file holds sections (`## key`), a section one or more variants separated by a line with a single `|`. The variant is
chosen by the conversation, so that the same conversation always reads the same, and two in a row read differently.
"""

import re
import zlib
from functools import lru_cache

from assistant.prompts import ROOT, Prompt, load

_SECTION = re.compile(r"^## ([\w-]+)\s*$", re.M)


@lru_cache
def sections(file: str) -> dict[str, tuple[Prompt, ...]]:
    """Variants by section of `prompts/guided/<file>.md`."""
    prompt = load(f"guided/{file}")
    parts = _SECTION.split(prompt.body)
    found: dict[str, tuple[Prompt, ...]] = {}
    for key, body in zip(parts[1::2], parts[2::2], strict=True):
        variants = [variant.strip() for variant in re.split(r"^\|$", body, flags=re.M)]
        found[key] = tuple(Prompt(prompt.name, prompt.version, variant) for variant in variants if variant)
    return found


def say(key: str, seed: str, **values: object) -> str:
    """The section `file.section`, filled. Raises KeyError for a section or a value that is missing."""
    file, _, section = key.partition(".")
    variants = sections(file)[section]
    variant = variants[zlib.crc32(f"{key}:{seed}".encode()) % len(variants)]
    return variant.fill(**{name: str(value) for name, value in values.items()})


def files() -> list[str]:
    """Names of all template files."""
    return sorted(path.stem for path in (ROOT / "guided").glob("*.md"))


def listed(items: list[str], *, last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
