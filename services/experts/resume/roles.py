"""The positions of a résumé: title, company and years, wherever its layout puts them, and what came of them."""

import re
from dataclasses import dataclass, field

from services.experts.resume.dates import Span, span_in
from services.experts.resume.sections import Line, Section
from services.taxonomy.text import fold, word_set

MOST_ROLES, MOST_OUTCOMES = 20, 6
_LONGEST = 130
_SHORT_NAME = 4  # words
_TITLE_WORDS = word_set(
    "cto cio ceo coo ciso cpo chief vp svp evp vice president head director lead leader leading principal staff senior "
    "junior assistant engineer developer architect manager founder cofounder consultant programmer analyst scientist administrator "
    "intern advisor adviser researcher freelancer designer devops sre tester officer specialist contractor partner owner "
    "entwickler entwicklerin leiter leiterin geschaftsfuhrer geschaftsfuhrerin softwareentwickler softwareentwicklerin "
    "teamleiter teamleiterin architekt berater beraterin grunder grunderin ingenieur ingenieurin "
    "ingenieure directeur directrice responsable developpeur developpeuse fondateur fondatrice architecte "
    "desarrollador desarrolladora ingeniero ingeniera directora jefe jefa fundador fundadora arquitecto arquitecta "
    "desenvolvedor desenvolvedora engenheiro engenheira diretor diretora gerente lider arquiteto programador programadora"
)
_SPLIT = re.compile(
    r"\s*[()\[\]]\s*|\s+[-–—|·•/]\s+|\s*[|·•;]\s*|\t+|\s{3,}|,\s+|\s+@\s+|\s+[-–—](?=\s|$)|(?<=\S)[–—](?=\s)"
)
_AT = re.compile(r"\s+(?:at|bei|chez|for)\s+(?=[A-Z0-9À-Ý\"“])")
_IN = re.compile(r"\s+(?:en|em|na)\s+(?=[A-Z0-9À-Ý])")
_LEGAL = word_set("o.o inc llc ltd gmbh sa sarl sas ag bv plc corp co limited lda srl spa ab oy as kg ug")
_NOT_COMPANIES = word_set(
    "remote hybrid onsite contract permanent freelance fulltime parttime full-time part-time"
)
_DURATION = re.compile(
    r"\(?\b\d{1,2}\+?\s*(?:years?|yrs?|y|jahre?|ans|años|anos)\b(?:,?\s*\d{1,2}\s*(?:months?|mos?|m|monate)\b)?\)?|"
    r"\(?\b\d{1,2}\s*(?:months?|mos?|monate)\b\)?",
    re.IGNORECASE,
)
# Above the columns of a table.
_COLUMN_WORDS = word_set(
    "position role title job company employer organisation organization client period dates date duration from to until years "
    "year location place city"
)
# What ends so goes on in the next line.
_GOES_ON = re.compile(
    r"(?:\b(?:to|for|and|or|of|in|with|the|a|an|by|from|on|at|into|than|und|der|die|das|mit|et|de|y|e)|,)$"
)
# What is told in sentences is no header.
_TOLD = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|have been|was|were)\b")
_SELF = re.compile(
    r"\b(?:freelance|self[- ]employed|independent|selbst[aä]ndig|freiberuflich)\w*", re.IGNORECASE
)


@dataclass(slots=True)
class FoundRole:
    """A position, and the lines from its header to the end of what is said about it."""

    title: str
    company: str
    span: Span
    first: int
    last: int
    header: list[str]
    outcomes: list[str] = field(default_factory=list)


def find(lines: list[Line], *, year: int) -> list[FoundRole]:
    """The positions in the order of the text. What is studied, spoken or published is none."""
    found: list[FoundRole] = []
    for line in lines:
        line.dated = span_in(line.text, year=year) is not None
    for number, line in enumerate(lines):
        if line.used or line.heading or len(line.text) > _LONGEST * 2:
            continue
        if line.section in (Section.EDUCATION, Section.OTHER, Section.LANGUAGES, Section.SKILLS):
            continue
        alone = (
            line.section is Section.EXPERIENCE
            and not line.bullet
            and len(line.text) < 90
            and _has_title(line.text)
        )
        span = span_in(line.text, year=year, alone=alone)
        if span is None or (line.bullet and not _has_title(line.text)):
            continue
        rest = _without(line.text, span)
        if (
            len(rest) > _LONGEST
            or _TOLD.search(rest)
            or (line.section is not Section.EXPERIENCE and _is_prose(rest))
        ):
            continue
        role = _role(lines, number, span, rest)
        if role is not None:
            if not role.company and found and found[-1].last + 1 == role.first:
                # One company above several positions.
                role.company = found[-1].company
            found.append(role)
        if len(found) == MOST_ROLES:
            break
    _gather(lines, found)
    return found


def _role(lines: list[Line], number: int, span: Span, rest: str) -> FoundRole | None:
    title, company = _parts(rest)
    first = last = number
    header = [lines[number].text]
    before, after = _neighbour(lines, number, -1), _neighbour(lines, number, 1)
    own_title = bool(title)
    # A title above the dates is the usual order; one below them is the other.
    for where in (before, after):
        if title or where is None or not _has_title(lines[where].text):
            continue
        title, other = _parts(_dated_off(lines[where].text))
        company = company or other or ("" if not rest or _has_title(rest) else rest)
        first, last = min(first, where), max(last, where)
        header.append(lines[where].text)
        lines[where].used = True
    if not title and not rest and after is not None:
        # A column of dates, each with its place below; title and company stand beside them, and follow in the text.
        below = _neighbour(lines, after, 1)
        if below is not None and _has_title(lines[below].text):
            title, company = _parts(_dated_off(lines[below].text))
            under = None if company else _neighbour(lines, below, 1)
            if under is not None:
                company = _parts(lines[under].text)[1]
            header += [lines[each].text for each in (below, under) if each is not None]
            last = under or below
            for each in range(after, last + 1):
                lines[each].used = True
    if not title and before is not None and not company:
        # Title, company and dates, each on a line of its own.
        above = _neighbour(lines, before, -1)
        if above is not None and _has_title(lines[above].text):
            title, company = _parts(_dated_off(lines[above].text))[0], _parts(lines[before].text)[1]
            first = above
            header = [lines[above].text, lines[before].text]
            lines[above].used = lines[before].used = True
    if not title:
        return None
    above = first - 1 if 0 < first < number else None
    if not company and above is not None and _is_self(lines[above]):
        header.append(lines[above].text)
    if not company and _SELF.search(" ".join(header)):
        company = "Self-employed"
    if not company:
        order: tuple[int | None, ...] = (before, after) if not own_title else (after, before)
        # Dates, title and company below each other, as in a table.
        below = last + 1 if not own_title and last > number else None
        if below is not None and below < len(lines) and len(lines[below].text.split()) <= _SHORT_NAME:
            # What stands above the dates then is the end of the position before.
            order = (below, *order)
        for where in (above, *order, below):
            if (
                where is None
                or not 0 <= where < len(lines)
                or lines[where].used
                or not _may_name(lines[where])
            ):
                continue
            company = _parts(lines[where].text)[1] or ""
            if company:
                first, last = min(first, where), max(last, where)
                header.append(lines[where].text)
                lines[where].used = True
                break
    lines[number].used = True
    return FoundRole(title[:160], company[:160], span, first, last, header)


def _is_self(line: Line) -> bool:
    return not line.used and _SELF.fullmatch(line.text) is not None


def _gather(lines: list[Line], found: list[FoundRole]) -> None:
    """Give each role the lines that follow it, up to the next role or heading."""
    starts = sorted(role.first for role in found)
    for role in found:
        stop = next((start for start in starts if start > role.last), len(lines))
        taken = -1  # the line that went into the last outcome
        for number in range(role.last + 1, stop):
            line = lines[number]
            if line.heading:
                break
            role.last = number
            # "Tech: Go, Kafka" says what was used, and is no outcome.
            if line.used or not line.text or line.section in (Section.SKILLS, Section.LANGUAGES):
                continue
            goes_on = (
                taken == number - 1 and not line.bullet and _runs_over(lines[number - 1].text, line.text)
            )
            if goes_on:
                taken = number
                if len(role.outcomes[-1]) < 400:
                    role.outcomes[-1] = f"{role.outcomes[-1]} {line.text}"[:400]
            elif (line.bullet or (len(line.text) > 40 and not role.outcomes)) and len(
                role.outcomes
            ) < MOST_OUTCOMES:
                role.outcomes.append(line.text[:400])
                taken = number


def _runs_over(line: str, following: str) -> bool:
    """Whether a sentence goes on in the line that follows."""
    if line.endswith((".", "!", "?")):
        return False
    return (
        following[:1].islower()
        or (following[:1].isdigit() and len(line) > 30)
        or _GOES_ON.search(line) is not None
    )


def _neighbour(lines: list[Line], number: int, step: int) -> int | None:
    where = number + step
    if 0 <= where < len(lines) and _may_name(lines[where]):
        return where
    return None


def _may_name(line: Line) -> bool:
    """Whether a line may be the title or the company of a position, rather than a sentence about it."""
    text = line.text
    return bool(text) and not (
        line.used or line.heading or line.bullet or line.dated or len(text) > _LONGEST or _ends_sentence(text) or "@" in text
        or len(text.split()) > 14 or all(word in _COLUMN_WORDS for word in re.findall(r"\w+", fold(text)))
    )  # fmt: skip


def _ends_sentence(text: str) -> bool:
    return text.endswith((".", ";", ":")) and fold(text.split()[-1]).strip(".;:") not in _LEGAL


def _has_title(text: str) -> bool:
    words = re.findall(r"[a-z]+", fold(text).replace("co-founder", "cofounder"))
    return any(word in _TITLE_WORDS for word in words[:14])


def _is_prose(text: str) -> bool:
    return len(text.split()) > 9 and not _SPLIT.search(text)


def _dated_off(text: str) -> str:
    return _DURATION.sub("", text)


def _without(text: str, span: Span) -> str:
    left, right = text[: span.at].strip(" \t([{,;:|–—-·"), text[span.until :].strip(" \t)]},;:|–—-·.")
    return _dated_off(f"{left} | {right}" if left and right else left or right).strip(" \t()[],;:|–—-·")


def _parts(text: str) -> tuple[str, str]:
    """Title and company of a header, each empty where it is not there."""
    pieces: list[str] = []
    for part in _SPLIT.split(text):
        halves = _AT.split(part, maxsplit=1) if _has_title(part) else [part]
        for piece in halves:
            clean = piece.strip(" \t()[],;:|–—-·*_")
            if not clean:
                continue
            if pieces and fold(clean).strip(".") in _LEGAL:
                pieces[-1] += f", {clean}" if "," in text else f" {clean}"
            else:
                pieces.append(clean)
    titles = [piece for piece in pieces if _has_title(piece)]
    others = [
        piece
        for piece in pieces
        if piece not in titles and fold(piece) not in _NOT_COMPANIES and not _SELF.fullmatch(piece)
    ]
    if not titles:
        return "", others[0] if others else ""
    company = others[0] if others else titles[-1] if len(titles) > 1 and titles[-1] is pieces[-1] else ""
    if not company and len(pieces) == 1 and len(halves := _IN.split(titles[0], maxsplit=1)) == 2:
        return halves[0], halves[1]
    return titles[0], company if len(company) > 1 else ""
