"""What a résumé says of its owner, each fact with the passages it stands in. Nothing is inferred about who they are:
name, address, photo, age and nationality are not read."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from services.experts.resume import roles as positions
from services.experts.resume.dates import mended
from services.experts.resume.roles import FoundRole
from services.experts.resume.schemas import (
    PASSAGE,
    ProposedRole,
    ProposedSkill,
    ProposedTerm,
    ProposedText,
    ProposedYears,
    ResumeReading,
)
from services.experts.resume.sections import Line, Section, split
from services.experts.schemas import Link, clean
from services.taxonomy import industries, skills
from services.taxonomy.catalogues import LANGUAGES, languages
from services.taxonomy.negation import Negations
from services.taxonomy.phrases import ReadText
from services.taxonomy.skills import SkillMention

MOST_SKILLS, MOST_INDUSTRIES, MOST_PASSAGES = 40, 6, 2
_NEAR = 100  # characters beside a skill in which its years and level are looked for
_SURE_INDUSTRY = 2.0
_YEARS = r"(?:years?|yrs?|jahren?|ans|a[nñ]os)"
_STATED = re.compile(
    rf"(?:over|more than|nearly|almost|about|some|mehr als|über|plus de|más de|mais de)?\s*\b(\d{{1,2}})\s*\+?\s*{_YEARS}\b(?!\s+old)",
    re.IGNORECASE,
)
_OF_WORK = re.compile(
    r"experience|experienced|engineer|develop|build|software|technology|industry|lead|career|erfahrung|exp[eé]rience|"
    r"experiencia|experiência|programm|as an? |in tech|shipping",
    re.IGNORECASE,
)
_AFTER = re.compile(rf"^\s*[(:,–-]?\s*(\d{{1,2}})\s*\+?\s*(?:{_YEARS}|y)\b", re.IGNORECASE)
_BEFORE = re.compile(
    rf"\b(\d{{1,2}})\s*\+?\s*{_YEARS}\s*(?:of|in|with|mit|de|d'|con|com)?\s*(?:experience\s*(?:in|with)|expérience\s*(?:en|avec)|erfahrung mit)?\s*$",
    re.IGNORECASE,
)
_EXPERT = re.compile(
    r"\b(?:expert|advanced|deep|strong|mastery|sehr gut|avanc[eé]|experto|avanzado|avan[cç]ado)\b",
    re.IGNORECASE,
)
_BASIC = re.compile(
    r"\b(?:basic|basics|familiar|beginner|some|learning|grundkenntnisse|notions|b[aá]sico)\b", re.IGNORECASE
)
_FLUENCY = re.compile(
    r"\b(?:native|fluent|mother tongue|bilingual|proficient|muttersprache|flie[sß]+end|verhandlungssicher|langue maternelle|courant|"
    r"nativo|nativa|fluente|fluido|[abc][12])\b",
    re.IGNORECASE,
)
# A part of a list: "Go (5 years)", "Rust: advanced".
_PIECE = re.compile(r"(?:^|[,;|/•·\t:])[ ]*([A-Za-z][\w+#.]*(?: \w+)?)[ ]*(?=$|[,;|/•·\t:(–-])")
_URL = re.compile(
    r"(?:https?://|(?<![\w@./])(?=(?:www\.)?(?:linkedin|github)\.com/))([\w.-]+\.[a-z]{2,}(?:/[\w./%~?=&#+-]*)?)",
    re.IGNORECASE,
)
_KINDS = (
    ("linkedin.com/", "linkedin"),
    ("github.com/", "github"),
    ("medium.com", "writing"),
    ("youtube.com", "talk"),
)


def read(text: str, *, pages: int | None, year: int) -> ResumeReading:
    """Everything that can be proposed from a résumé's text. `year` is the present one."""
    text = mended(str(clean(text)))
    lines = split(text)
    found = positions.find(lines, year=year)
    return ResumeReading(
        pages=pages,
        characters=len(text),
        headline=_headline(found, year),
        story=_story(lines),
        years=_years(lines, found, year),
        skills=_skills(lines, found, year),
        roles=[_role(role) for role in sorted(found, key=lambda r: (-(r.span.end or 9999), -r.span.begin))],
        industries=_industries(lines),
        languages=_languages(lines),
        links=_links(text),
    )


def _headline(found: list[FoundRole], year: int) -> ProposedText | None:
    if not found:
        return None
    role = max(found, key=lambda r: (r.span.end or year + 1, r.span.begin))
    text = f"{role.title} at {role.company}" if role.company else role.title
    return ProposedText(text=text[:160], passages=_cut(role.header))


def _story(lines: list[Line]) -> ProposedText | None:
    said = [line.text for line in lines if line.section is Section.SUMMARY and not line.heading]
    text = re.sub(r"\n{2,}", "\n\n", re.sub(r"(?<=\S)\n(?=\S)", " ", "\n".join(said))).strip()[:6000]
    return ProposedText(text=text, passages=_cut([text])) if len(text) >= 40 else None


def _years(lines: list[Line], found: list[FoundRole], year: int) -> ProposedYears | None:
    best: tuple[int, str] | None = None
    for line in lines:
        if line.section not in (Section.TOP, Section.SUMMARY) or line.heading:
            continue
        for match in _STATED.finditer(line.text):
            years = int(match[1])
            near = line.text[max(0, match.start() - 60) : match.end() + 60]
            if 1 <= years <= 50 and _OF_WORK.search(near) and (best is None or years > best[0]):
                best = (years, line.text)
    if best is not None:
        return ProposedYears(years=best[0], stated=True, passages=_cut([best[1]]))
    if not found:
        return None
    first = min(found, key=lambda role: role.span.begin)
    last = max(role.span.end or year for role in found)
    return ProposedYears(
        years=max(1, min(60, last - first.span.begin)), stated=False, passages=_cut(first.header)
    )


def _role(role: FoundRole) -> ProposedRole:
    return ProposedRole(
        title=role.title,
        company=role.company,
        from_year=role.span.begin,
        to_year=role.span.end,
        outcomes=role.outcomes,
        passages=_cut(role.header),
    )


def _skills(lines: list[Line], found: list[FoundRole], year: int) -> list[ProposedSkill]:
    text, starts = _joined(lines)
    # An address is no skill: "github.com/…" says where somebody's code is.
    read_text = ReadText.of(_URL.sub(lambda match: " " * len(match[0]), text))
    passages: dict[str, list[int]] = {}
    stated: dict[str, int] = {}
    counted: dict[str, set[int]] = {}
    levels: dict[str, int] = {}
    names: dict[str, str] = {}
    for mention in [*skills.find_in(read_text, Negations(read_text)), *_listed(lines, starts)]:
        if mention.negated:
            continue
        number = _line_at(starts, mention.start)
        begin = starts[number]
        line = lines[number].text
        at, until = mention.start - begin, mention.end - begin
        left, right = line[max(0, at - _NEAR) : at], line[until : until + _NEAR]
        slug = mention.slug
        names[slug] = mention.name
        numbers = passages.setdefault(slug, [])
        if number not in numbers:
            numbers.append(number)
        years = _AFTER.match(right) or _BEFORE.search(left)
        if years and 1 <= int(years[1]) <= 50:
            stated[slug] = max(stated.get(slug, 0), int(years[1]))
        for role in found:
            if role.first <= number <= role.last:
                counted.setdefault(slug, set()).update(role.span.years(year))
        if _EXPERT.search(left[-30:]):
            levels[slug] = 3
        elif _BASIC.search(left[-30:]) or _BASIC.search(right[:12]):
            levels.setdefault(slug, 1)
    proposed = []
    for slug, numbers in passages.items():
        years_of = stated.get(slug) or (max(1, len(counted[slug]) - 1) if slug in counted else None)
        level = levels.get(slug) or (3 if (years_of or 0) >= 8 else 2)
        proposed.append(
            ProposedSkill(
                skill=slug,
                name=names[slug],
                years=years_of,
                level=level,
                passages=_cut(lines[number].text for number in numbers),
            )
        )
    proposed.sort(key=lambda skill: (-len(passages[skill.skill]), -(skill.years or 0), skill.name))
    return proposed[:MOST_SKILLS]


def _listed(lines: list[Line], starts: list[int]) -> Iterator[SkillMention]:
    """What stands by itself in a list of skills, also where its name is a common word: "Go", "Rust", "R"."""
    for line, begin in zip(lines, starts, strict=True):
        if line.section is not Section.SKILLS or line.heading:
            continue
        for piece in _PIECE.finditer(line.text):
            skill = skills.canonical(piece[1])
            if skill is not None and skill.ambiguous:
                yield SkillMention(
                    skill.slug, skill.name, begin + piece.start(1), begin + piece.end(1), False
                )


def _industries(lines: list[Line]) -> list[ProposedTerm]:
    # Where somebody studied, or what they do at weekends, is no industry of theirs.
    kept = [
        line for line in lines if line.section not in (Section.EDUCATION, Section.OTHER, Section.LANGUAGES)
    ]
    text, starts = _joined(kept)
    return [
        ProposedTerm(
            value=mention.slug,
            name=mention.name,
            passages=_cut([kept[_line_at(starts, mention.start)].text]),
        )
        for mention in industries.find(text)
        if mention.weight >= _SURE_INDUSTRY
    ][:MOST_INDUSTRIES]


def _languages(lines: list[Line]) -> list[ProposedTerm]:
    found: dict[str, ProposedTerm] = {}
    for line in lines:
        if line.section is not Section.LANGUAGES and not (
            len(line.text) < 120 and _FLUENCY.search(line.text)
        ):
            continue
        read_text = ReadText.of(line.text)
        for mention in languages.find_in(read_text, Negations(read_text)):
            if mention.negated is None:
                term = ProposedTerm(
                    value=mention.key, name=LANGUAGES[mention.key].name, passages=_cut([line.text])
                )
                found.setdefault(mention.key, term)
    return list(found.values())[:12]


def _links(text: str) -> list[Link]:
    found: dict[str, Link] = {}
    for match in _URL.finditer(text):
        address = match[1].rstrip(".,)/")
        kind = next((kind for part, kind in _KINDS if part in f"{address.lower()}/"), "website")
        if len(address) <= 290 and address.lower() not in ("linkedin.com", "github.com"):
            found.setdefault(
                address.lower(), Link.model_validate({"kind": kind, "url": f"https://{address}"})
            )
    return list(found.values())[:8]


def _joined(lines: list[Line]) -> tuple[str, list[int]]:
    """The lines as one text, and where each begins in it."""
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line.text) + 1
    return "\n".join(line.text for line in lines), starts


def _line_at(starts: list[int], position: int) -> int:
    return bisect_right(starts, position) - 1


def _cut(passages: Iterable[str]) -> list[str]:
    """At most two passages, none of them long, and none of them twice."""
    kept = list(dict.fromkeys(text.strip() for text in passages if text.strip()))
    return [
        text if len(text) <= PASSAGE else text[: PASSAGE - 1].rstrip() + "…" for text in kept[:MOST_PASSAGES]
    ]
