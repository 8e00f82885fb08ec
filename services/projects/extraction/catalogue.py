"""The catalogue of product features: what founders ask for, under stable slugs."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from services.projects.schemas import Complexity

LANGUAGES = ("en", "de", "fr", "es", "pt")


@dataclass(frozen=True, slots=True)
class FeatureKind:
    """One entry of the catalogue. `phrases` are the words founders use for it, by language; one that starts with "="
    is matched exactly."""

    slug: str
    name: str
    category: str
    complexity: Complexity
    phrases: dict[str, tuple[str, ...]]


def _load() -> dict[str, FeatureKind]:
    text = files(__package__).joinpath("data/features.toml").read_text("utf-8")
    return {
        slug: FeatureKind(
            slug=slug,
            name=entry["name"],
            category=entry["category"],
            complexity=Complexity(entry["complexity"]),
            phrases={language: tuple(entry[language].split(", ")) for language in LANGUAGES},
        )
        for slug, entry in tomllib.loads(text).items()
    }


FEATURES: dict[str, FeatureKind] = _load()
