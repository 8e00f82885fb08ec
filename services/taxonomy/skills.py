"""The skill taxonomy: canonical skills with aliases, found in free text.

`find` reads a text, `canonical` one name that is meant as a skill, `split` a list of names, keeping the unknown ones
as text. Words that are also ordinary words (Go, Spring, Express, R) count in free text only where their surroundings
speak of technology: "go to market" is no programming language.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import fuzz, process

from services.taxonomy.context import Surroundings
from services.taxonomy.negation import NegationKind, Negations
from services.taxonomy.phrases import PhraseIndex, PhraseMatch, ReadText
from services.taxonomy.spelling import Speller, lookalikes
from services.taxonomy.text import fold, slugify, tokens


@dataclass(frozen=True, slots=True)
class Skill:
    """A canonical skill. `aliases` are other names people use, `ambiguous` those names that are also ordinary words."""

    slug: str
    name: str
    group: str
    aliases: tuple[str, ...]
    ambiguous: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SkillMention:
    """A skill in a text, with the words it stands in: `text[start:end]`."""

    slug: str
    name: str
    start: int
    end: int
    negated: bool


@dataclass(frozen=True, slots=True)
class NamedSkill:
    """A name out of a list of skills: `slug` is None where the taxonomy does not know it."""

    slug: str | None
    name: str


def _parse_line(line: str, group: str) -> Skill:
    head, *rest = (part.strip() for part in line.split(";", 1))
    slug, _, name = head.rpartition(" = ")
    listed = [alias.strip() for alias in rest[0].split(",")] if rest else []
    plain_name = name.removesuffix("?")
    names = [plain_name, *(alias.removesuffix("?").removeprefix("=") for alias in listed)]
    ambiguous = {fold(alias.removesuffix("?")) for alias in (name, *listed) if alias.endswith("?")}
    if "." in plain_name.strip("."):
        names.append(plain_name.replace(".", ""))
    return Skill(
        slug=slug.strip() or slugify(plain_name),
        name=plain_name,
        group=group,
        aliases=tuple(dict.fromkeys(names[1:])),
        ambiguous=frozenset(ambiguous),
    )


def _load() -> tuple[dict[str, Skill], dict[str, str]]:
    text = files(__package__).joinpath("data/skills.toml").read_text("utf-8")
    skills: dict[str, Skill] = {}
    titles: dict[str, str] = {}
    for group, table in tomllib.loads(text).items():
        titles[group] = table["title"]
        for line in table["skills"].strip().splitlines():
            skill = _parse_line(line, group)
            if skill.slug in skills:
                raise ValueError(f"skill {skill.slug!r} is listed twice")
            skills[skill.slug] = skill
    return skills, titles


SKILLS, GROUPS = _load()
"""All skills by slug, and the titles of their groups."""

# Groups whose skills say that a neighbouring ambiguous word is technology too.
_TECHNICAL = frozenset(GROUPS) - {"leadership", "design", "commerce", "fintech", "health"}


def _spelled(name: str) -> str:
    """One spelling for all writings of a name: `Node.js`, `node js` and `node-js` are the same."""
    return " ".join(token.text for token in tokens(fold(name)))


def _index() -> tuple[dict[str, str], PhraseIndex]:
    by_name: dict[str, str] = {}
    for skill in SKILLS.values():
        for name in (skill.name, skill.slug, *skill.aliases):
            owner = by_name.setdefault(_spelled(name), skill.slug)
            if owner != skill.slug and name != skill.slug:
                raise ValueError(f"{name!r} belongs to {owner!r} and to {skill.slug!r}")
    phrases = [
        (skill.slug, name)
        for skill in SKILLS.values()
        for name in dict.fromkeys((skill.name, *skill.aliases))
    ]
    return by_name, PhraseIndex(phrases)


_BY_NAME, _PHRASES = _index()
_FUZZY_NAMES = [name for name in _BY_NAME if len(name) >= 6]
_SPELLER = Speller(
    word
    for skill in SKILLS.values()
    if skill.group in _TECHNICAL
    for name in (skill.name, *skill.aliases)
    for word in [fold(name)]
    if word.isalpha() and word not in skill.ambiguous
)
_SEPARATORS = re.compile(r"[,;\n•|]|\s+(?:and|und|et|y|e)\s+|\s/\s")
_VERSION = re.compile(r"([a-z]{3,})\d{1,4}")


@lru_cache(maxsize=4096)
def canonical(text: str) -> Skill | None:
    """The skill a name stands for, or None. Tolerates case, punctuation, versions and small typos in long names."""
    name = _spelled(text[:100])
    if not name:
        return None
    if text.strip().casefold() == ".net":
        return SKILLS["dotnet"]
    slug = _BY_NAME.get(name) or _BY_NAME.get(re.sub(r"[ ]?\d+( \d+)*$", "", name))
    if slug is None and len(name) >= 6 and name not in lookalikes():
        close = process.extractOne(name, _FUZZY_NAMES, scorer=fuzz.ratio, score_cutoff=90)
        if (
            close is not None
            and close[0][0] == name[0]
            and re.findall(r"\d", close[0]) == re.findall(r"\d", name)
        ):
            slug = _BY_NAME[close[0]]
    return SKILLS[slug] if slug else None


def find(text: str) -> list[SkillMention]:
    """All skills in a text, in the order of the text, longest name first, without overlaps."""
    read = ReadText.of(text)
    return find_in(read, Negations(read))


def find_in(read: ReadText, negations: Negations) -> list[SkillMention]:
    """`find` for a text that has been read already."""
    matches = _PHRASES.find(read, respelled=_respelled(read))
    surroundings = Surroundings(read)
    sure = [match for match in matches if not _is_ambiguous(match, read)]
    sure_technical = {match.first for match in sure if SKILLS[match.key].group in _TECHNICAL}
    accepted = surroundings.accept(matches, sure={match.first for match in sure}, technical=sure_technical)
    mentions: list[SkillMention] = []
    for match in accepted:
        start = match.start
        if match.key == "dotnet" and match.phrase == ".NET":
            start -= 1
            if read.folded[start : start + 1] != "." or read.folded[start - 1 : start].isalnum():
                continue
        negation = negations.of(match.start, match.end)
        negated = negation is not None and negation.kind is NegationKind.EXCLUDED
        mentions.append(SkillMention(match.key, SKILLS[match.key].name, max(start, 0), match.end, negated))
    return mentions


def split(text: str) -> list[NamedSkill]:
    """The skills of a written list ("React, Foobar and Go"), unknown names kept as they were written."""
    named: dict[str, NamedSkill] = {}
    for part in _SEPARATORS.split(text[:10_000]):
        name = part.strip(" .:-–")[:80].strip()
        if not name:
            continue
        skill = canonical(name)
        item = NamedSkill(skill.slug, skill.name) if skill else NamedSkill(None, name)
        named.setdefault(item.slug or item.name.casefold(), item)
    return list(named.values())


def _is_ambiguous(match: PhraseMatch, read: ReadText) -> bool:
    return fold(match.phrase) in SKILLS[match.key].ambiguous


def _respelled(read: ReadText) -> dict[int, str]:
    respelled = _SPELLER.corrections(read)
    words = _PHRASES.words
    for number, token in enumerate(read.tokens):
        if token.text not in words and (version := _VERSION.fullmatch(token.text)) and version[1] in words:
            respelled[number] = version[1]
    return respelled
