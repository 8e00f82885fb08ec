"""The words that profiles are made of, for forms that offer them."""

from functools import lru_cache

from pydantic import BaseModel

from services.taxonomy import industries, skills
from services.taxonomy.catalogues import LANGUAGES


class Word(BaseModel):
    value: str
    name: str


class Vocabulary(BaseModel):
    """Everything a profile may list, each in the order of its names."""

    skills: list[Word]
    industries: list[Word]
    languages: list[Word]


@lru_cache
def vocabulary() -> Vocabulary:
    """All skills, industries and spoken languages that we know."""

    def ordered(pairs: list[tuple[str, str]]) -> list[Word]:
        return [Word(value=value, name=name) for value, name in sorted(pairs, key=lambda p: p[1].casefold())]

    return Vocabulary(
        skills=ordered([(skill.slug, skill.name) for skill in skills.SKILLS.values()]),
        industries=ordered([(each.slug, each.name) for each in industries.INDUSTRIES.values()]),
        languages=ordered([(term.key, term.name) for term in LANGUAGES.values()]),
    )
