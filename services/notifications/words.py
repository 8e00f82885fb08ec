"""The catalogue: every word that goes out by e-mail, in the list of notifications and by push.

`catalogue/<language>.toml` holds texts by dotted keys; a language that lacks a text falls back to English. Values are
filled in by `str.format`, which never reads a value as a template.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

_FOLDER = Path(__file__).parent / "catalogue"
FALLBACK = "en"

Text = str | dict[str, str]


@cache
def catalogue(language: str) -> dict[str, Text]:
    """All texts of a language by dotted key; those with forms for one and for more as `{one, other}`."""
    path = _FOLDER / f"{language}.toml"
    texts: dict[str, Text] = {}
    if path.exists():
        _flatten(tomllib.loads(path.read_text("utf-8")), "", texts)
    return texts


def _flatten(table: Mapping[str, Any], prefix: str, into: dict[str, Text]) -> None:
    for name, value in table.items():
        if isinstance(value, dict) and set(value) != {"one", "other"}:
            _flatten(value, f"{prefix}{name}.", into)
        else:
            into[prefix + name] = value


def has(key: str) -> bool:
    """Whether there is such a text."""
    return key in catalogue(FALLBACK)


def words(key: str, locale: str = FALLBACK, /, **values: Any) -> str:
    """The text of a key, filled in. Raises LookupError for a key or a value that is missing."""
    return template(key, locale, values).format(**values)


def markup(key: str, locale: str = FALLBACK, /, **values: Any) -> Markup:
    """As `words`, for HTML: values are escaped unless they are markup themselves."""
    return Markup(escape(template(key, locale, values))).format(**values)  # noqa: S704 - escaped in the same breath


def template(key: str, locale: str = FALLBACK, values: Mapping[str, Any] | None = None) -> str:
    """The text of a key before it is filled in, in the form that fits `count`."""
    text = catalogue(locale.partition("-")[0].lower()).get(key) or catalogue(FALLBACK).get(key)
    if text is None:
        raise LookupError(f"the catalogue has no text {key!r}")
    if isinstance(text, str):
        return text
    return text["one" if (values or {})["count"] == 1 else "other"]
