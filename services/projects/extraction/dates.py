"""Dates in free text, absolute and relative to a person's today: "by end of March", "Q2", "next Tuesday", "the 12th",
"übermorgen", "la semana que viene". A mention is a span of days with a precision."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from services.projects.extraction import calendar_words as words


class Precision(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    SEASON = "season"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class DateMention:
    """A span of days in a text, `first` to `last` inclusive; `start` and `end` are the place in the text. `ambiguous`:
    another reading exists (5/6 may be May or June; "next Tuesday" may be a week later)."""

    first: date
    last: date
    precision: Precision
    start: int
    end: int
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Today:
    """The day it is where the person is. `month_first`: 5/6 is May 6th there; `southern`: summer is in January."""

    day: date
    month_first: bool = False
    southern: bool = False


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, month_days(year, month + 1)))


def month_days(year: int, month: int) -> int:
    """How many days the month has."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def find(folded: str, today: Today) -> list[DateMention]:
    """All dates in a folded text, in order, longest first, without overlaps."""
    found: list[DateMention] = []
    for pattern, reader in _PATTERNS:
        for match in pattern.finditer(folded):
            try:
                found.extend(reader(match, today))
            except (ValueError, OverflowError):
                continue  # there is no such day
    found.sort(key=lambda mention: (mention.start, -(mention.end - mention.start)))
    kept: list[DateMention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            if kept and _same_day(folded, kept[-1], mention):
                mention = replace(mention, start=kept.pop().start)
            kept.append(mention)
    return kept


def _same_day(folded: str, weekday: DateMention, mention: DateMention) -> bool:
    """Whether a weekday only goes before its date: "Friday, 13 March"."""
    names_weekday = folded[weekday.start : weekday.end].split()[-1] in words.WEEKDAYS
    gap = folded[weekday.end : mention.start]
    is_day = mention.precision is Precision.DAY
    return (
        names_weekday and is_day and re.fullmatch(r",?\s?(?:the |den |der |le |el |dem )?", gap) is not None
    )


Reader = Callable[[re.Match[str], Today], Iterator[DateMention]]
_PATTERNS: list[tuple[re.Pattern[str], Reader]] = []


def _reads(pattern: str) -> Callable[[Reader], Reader]:
    def register(reader: Reader) -> Reader:
        _PATTERNS.append((re.compile(pattern), reader))
        return reader

    return register


def _days(
    match: re.Match[str], first: date, last: date, precision: Precision, ambiguous: bool = False
) -> DateMention:
    return DateMention(first, last, precision, match.start(), match.end(), ambiguous)


def _year(text: str | None) -> int | None:
    if not text:
        return None
    year = int(text)
    return year + 2000 if year < 100 else year


def _coming(month: int, day: int, today: Today) -> date:
    """The next such day, today included."""
    candidate = date(today.day.year, month, day)
    return candidate if candidate >= today.day else date(today.day.year + 1, month, day)


@_reads(r"(?<![\d-])(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
def _iso(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    day = date(int(match[1]), int(match[2]), int(match[3]))
    yield _days(match, day, day, Precision.DAY)


@_reads(r"(?<![\d.,/$€£])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d./])")
def _numeric(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    yield from _numbered(match, today, match[1], match[3], match[2], _year(match[4]))


@_reads(r"(?<![\d.,/$€£])(\d{1,2})/(\d{1,2})(?![\d/.%])")
def _slashed(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    if match.group() != "24/7":
        yield from _numbered(match, today, match[1], match[2], "/", None)


@_reads(r"(?<![\d.,/$€£])(\d{1,2})\.\s?(\d{1,2})\.(?!\d)")
def _dotted(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    yield from _numbered(match, today, match[1], match[2], ".", None)


def _numbered(
    match: re.Match[str], today: Today, first: str, second: str, mark: str, year: int | None
) -> Iterator[DateMention]:
    left, right = int(first), int(second)
    month_first = mark != "." and today.month_first
    if left > 12 or right > 12:
        month_first = right > 12
    month, number = (left, right) if month_first else (right, left)
    day = date(year, month, number) if year else _coming(month, number, today)
    ambiguous = mark != "." and left <= 12 and right <= 12 and left != right
    yield _days(match, day, day, Precision.DAY, ambiguous)


_ORDINAL = r"(?:st|nd|rd|th|\.|º|°|ª|er|ter|ten|te)?"
_WITH_YEAR = r"(?:,?\s(?:of\s|de\s|del\s)?(20\d\d))?"


@_reads(
    rf"\b(?:the\s)?(\d{{1,2}}){_ORDINAL}\s?(?:of\s|de\s|do\s|del\s)?({words.MONTH_NAMES})\b\.?{_WITH_YEAR}"
)
def _day_month(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    month, year = words.MONTHS[match[2]], _year(match[3])
    number = int(match[1])
    day = date(year, month, number) if year else _coming(month, number, today)
    yield _days(match, day, day, Precision.DAY)


@_reads(
    rf"\b({words.MONTH_NAMES})\b\.?\s(?:the\s)?(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.]\d|\d|\s?(?:am|pm|k\b|%|months|weeks|users|people))(?:,?\s(20\d\d))?"
)
def _month_day(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    month, year = words.MONTHS[match[1]], _year(match[3])
    number = int(match[2])
    day = date(year, month, number) if year else _coming(month, number, today)
    yield _days(match, day, day, Precision.DAY)


_PART = (
    r"(?P<part>(?:the\s)?(?:end|beginning|start|middle|first half|second half|last week|first week)\sof\s(?:the\s)?|late\s(?:in\s)?|early\s(?:in\s)?|"
    r"mid[-\s]?|ende\s(?:des\s|der\s|von\s)?|anfang\s(?:des\s|der\s)?|mitte\s(?:des\s|der\s)?|(?:la\s)?fin\s(?:de\s|du\s|d')?(?:l')?|debut\s(?:de\s|du\s)?|"
    r"mi[-\s]|(?:a\s)?final(?:es)?\s(?:de\s|do\s|del\s)?|(?:a\s)?principios\s(?:de\s|del\s)?|(?:a\s)?mediados\s(?:de\s|del\s)?|(?:o\s)?fim\s(?:de\s|do\s|da\s)|"
    r"inicio\s(?:de\s|do\s|del\s)|meados\s(?:de\s|do\s)|end\s)"
)
_LEAD = (
    r"(?P<lead>by|in|before|until|till|through|around|for|from|during|sometime in|this|next|coming|last|of|since|latest|launch|bis|im|vor|seit|ab|"
    r"nachsten|diesen|kommenden|en|avant|d'ici|jusqu'en|jusqu'a|pour|courant|hasta|antes de|para|este|proximo|ate|em|ate o|deste|mes de|or|and|to|-|–|und|y|e|et|a)"
)
_AMBIGUOUS_MONTHS = frozenset(
    {"may", "march", "mars", "mar", "jun", "jan", "sept", "mai", "set", "dec", "oct"}
)


@_reads(
    rf"(?:\b{_LEAD}\s(?:the\s|le\s|o\s|el\s|mois\sde\s|mois\sd')?)?(?:{_PART})?\b(?P<month>{words.MONTH_NAMES})\b\.?(?:,?\s(?:of\s|de\s|del\s|')?(?P<year>20\d\d))?(?!\s?\d)"
)
def _month(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    name, lead, part = match["month"], match["lead"] or "", (match["part"] or "").strip()
    if name in _AMBIGUOUS_MONTHS and not (lead or part or match["year"]):
        return
    if lead in ("last", "since"):
        return
    month = words.MONTHS[name]
    year = _year(match["year"])
    if year is None:
        year = today.day.year + (1 if month < today.day.month else 0)
    first, last = _portion(part, date(year, month, 1), date(year, month, month_days(year, month)))
    begin = match.start("part") if match["part"] else match.start("month")
    yield DateMention(first, last, Precision.MONTH, begin, match.end())


def _portion(part: str, first: date, last: date) -> tuple[date, date]:
    """The early, middle or late part of a span."""
    length = (last - first).days + 1
    if re.match(r"(?:the\s)?(?:beginning|start|first)|early|anfang|debut|(?:a\s)?principios|inicio", part):
        return first, first + timedelta(days=length // 3 - 1)
    if re.match(r"(?:the\s)?middle|mid|mitte|mi[-\s]?|(?:a\s)?mediados|meados", part):
        return first + timedelta(days=length // 3), first + timedelta(days=length // 2)
    if re.match(r"(?:the\s)?(?:end|last|second)|late|end|ende|(?:la\s)?fin|(?:a\s)?final|(?:o\s)?fim", part):
        return last - timedelta(days=max(length // 6, 0)), last
    return first, last


_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4,
             "ersten": 1, "zweiten": 2, "dritten": 3, "vierten": 4, "premier": 1, "deuxieme": 2, "troisieme": 3, "quatrieme": 4,
             "primer": 1, "segundo": 2, "tercer": 3, "cuarto": 4, "primeiro": 1, "terceiro": 3, "quarto": 4}  # fmt: skip


@_reads(
    rf"(?:{_PART})?\b(?:q([1-4])|([1-4])\.\squartal|t([1-4])|({'|'.join(_QUARTERS)})\s(?:quarter|quartal|trimestre))\b(?:\s(?:of\s|de\s|du\s|do\s|del\s)?(?:(20\d\d|'\d\d)|(next year|nachsten jahres)))?"
)
def _quarter(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    numbered = match[2] or match[3] or match[4]
    quarter = int(numbered) if numbered else _QUARTERS[match[5]]
    if match[4] and not match["part"] and not match[6]:
        return  # t1 alone is more often a label than a trimestre
    year = _year(match[6].lstrip("'")) if match[6] else None
    if match[7]:
        year = today.day.year + 1
    if year is None:
        year = today.day.year + (1 if quarter * 3 < today.day.month else 0)
    month = quarter * 3 - 2
    first, last = _portion(
        (match["part"] or "").strip(),
        date(year, month, 1),
        date(year, month + 2, month_days(year, month + 2)),
    )
    yield _days(match, first, last, Precision.QUARTER)


@_reads(r"\b(?:h([12])(?:\s(20\d\d))?|(first|second) half of (?:(20\d\d)|the year|(next year)))\b")
def _half(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    half = int(match[1]) if match[1] else 1 if match[3] == "first" else 2
    year = _year(match[2] or match[4]) or today.day.year + (
        1 if match[5] or (half == 1 and today.day.month > 6) else 0
    )
    first, last = (
        (date(year, 1, 1), date(year, 6, 30)) if half == 1 else (date(year, 7, 1), date(year, 12, 31))
    )
    yield _days(match, first, last, Precision.SEASON)


_UNIT = "|".join(sorted(words.UNITS, key=len, reverse=True))
_THIS = r"this|the current|diese[nrsm]?|cette|ce|cet|este|esta|deste|desta|neste|nesta|current|aktuellen"
_NEXT = r"next|the coming|coming|the following|upcoming|nachste[nrsm]?|kommende[nrsm]?|proximo|proxima|prochaine?|la proxima|el proximo"
_NEXT_AFTER = r"prochaine?|qui vient|que viene|que vem|proximo|proxima|entrante"


@_reads(
    rf"(?:{_PART})?\b(?:(?P<next>{_NEXT})|(?P<this>{_THIS})|(?P<the>the|des|der|du|de la|do|da|del|le|la|el|l'|im|den|das|dem|by|by the|in|until|before|bis|zum|en|no|na|au|em))\s?(?P<unit>{_UNIT})(?:\s(?P<after>{_NEXT_AFTER}))?(?:\s(?P<year>20\d\d))?\b"
)
def _unit_span(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    unit, part = words.UNITS[match["unit"]], (match["part"] or "").strip()
    following = bool(match["next"] or match["after"])
    seasonal = unit in ("summer", "winter", "spring", "autumn")
    if not following and not match["this"] and not part and not seasonal:
        return  # "in the week" alone says nothing
    if seasonal:
        first, last = _season(unit, today, _year(match["year"]), later=False)
        precision = Precision.SEASON
    else:
        first, last, precision = _span(unit, today.day, 1 if following else 0)
    first, last = _portion(part, first, last) if unit != "week" or not part else _week_part(part, first, last)
    yield _days(match, first, last, precision)


def _week_part(part: str, first: date, last: date) -> tuple[date, date]:
    if re.match(r"(?:the\s)?end|late|ende|(?:la\s)?fin|(?:a\s)?final|(?:o\s)?fim", part):
        return first + timedelta(days=4), first + timedelta(days=4)
    if re.match(r"(?:the\s)?mid|mitte|mi", part):
        return first + timedelta(days=2), first + timedelta(days=2)
    return first, first + timedelta(days=1)


def _span(unit: str, day: date, ahead: int) -> tuple[date, date, Precision]:
    monday = day - timedelta(days=day.weekday()) + timedelta(weeks=ahead)
    if unit == "week":
        return monday, monday + timedelta(days=6), Precision.WEEK
    if unit == "weekend":
        return monday + timedelta(days=5), monday + timedelta(days=6), Precision.WEEK
    if unit == "month":
        first = add_months(day.replace(day=1), ahead)
        return first, first.replace(day=month_days(first.year, first.month)), Precision.MONTH
    if unit == "quarter":
        first = add_months(day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), ahead * 3)
        last = add_months(first, 2)
        return first, last.replace(day=month_days(last.year, last.month)), Precision.QUARTER
    return date(day.year + ahead, 1, 1), date(day.year + ahead, 12, 31), Precision.YEAR


def _season(name: str, today: Today, year: int | None, *, later: bool) -> tuple[date, date]:
    starts = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
    month = (starts[name] + (6 if today.southern else 0) - 1) % 12 + 1
    for candidate in [year] if year else range(today.day.year - 1, today.day.year + 3):
        first = date(candidate, month, 1)
        last_month = add_months(first, 2)
        last = last_month.replace(day=month_days(last_month.year, last_month.month))
        if year or last >= today.day:
            return first, last
    raise ValueError(name)


@_reads(
    r"\b(?:(?:end of (?:the )?|year[-\s]?)(?:year|end)|eoy|year end|years end|jahresende|fin d'annee|fin de ano|fim do ano|final do ano|finales de ano)\b(?:\s(?:of\s|de\s)?(?P<year>20\d\d))?"
)
def _year_end(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    year = _year(match["year"]) or today.day.year
    yield _days(match, date(year, 12, 1), date(year, 12, 31), Precision.YEAR)


@_reads(r"\b(?:eom|month[-\s]end|monatsende|fin de mes|fim do mes|fin du mois)\b")
def _month_end(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    last = today.day.replace(day=month_days(today.day.year, today.day.month))
    yield _days(match, last, last, Precision.DAY)


@_reads(
    rf"\b(?:by|in|before|until|launch in|bis|vor|avant|d'ici|hasta|antes de|ate|em|en|{_PART[:-1].replace('(?P<part>', '(?:')}))\s?(?P<year>20[2-4]\d)\b(?!\s?(?:users|people|€|\$))"
)
def _whole_year(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    year = int(match["year"])
    if year < today.day.year:
        return
    written = match.group()
    before = re.match(r"before|vor|avant|antes", written)
    first, last = date(year, 1, 1), date(year, 12, 31)
    if before:
        first = last = date(year - 1, 12, 31)
    else:
        first, last = _portion(re.sub(r"\s?20\d\d$", "", written), first, last)
    yield _days(match, first, last, Precision.YEAR)


@_reads(rf"\b(?P<name>{words.HOLIDAY_NAMES})\b(?:,?\s(?:of\s|de\s)?(?P<year>20\d\d))?")
def _holiday(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    year = _year(match["year"])
    day = words.holiday_in(match["name"], year) if year else words.holiday(match["name"], today.day)
    yield _days(match, day, day, Precision.DAY)


@_reads(rf"\b(?:{words.RELATIVE_NAMES})\b")
def _relative(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    day = today.day + timedelta(days=words.RELATIVE_DAYS[match.group()])
    yield _days(match, day, day, Precision.DAY)


_COUNT = r"(?P<count>\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a couple of|a few|ein|eine[rmn]?|zwei|drei|vier|funf|sechs|acht|zehn|un|une|deux|trois|quatre|cinq|six|dos|tres|cuatro|cinco|seis|um|uma|dois|duas|quatro)"


@_reads(
    rf"\b(?:in|within|dans|en|dentro de|em|innerhalb von|binnen|daqui a)\s(?:about\s|etwa\s|environ\s)?{_COUNT}\s(?P<unit>days?|tage?n?|jours?|dias?|weeks?|wochen?|semaines?|semanas?)(?:'? time)?\b"
)
def _ahead(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    count = words.count(match["count"])
    days = count * (7 if match["unit"][:2] in ("we", "wo", "se") else 1)
    day = today.day + timedelta(days=days)
    yield _days(match, day, day, Precision.DAY)


@_reads(rf"\b{_COUNT}\s(?P<unit>days?|weeks?)\s(?:from (?:now|today)|later|ahead)\b")
def _from_now(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    days = words.count(match["count"]) * (7 if match["unit"].startswith("w") else 1)
    day = today.day + timedelta(days=days)
    yield _days(match, day, day, Precision.DAY)


@_reads(
    rf"(?<!every\s)(?<!each\s)(?<!jeden\s)(?<!cada\s)(?<!todas\sas\s)\b(?:(?P<week>a week on|a week from|week on|in a week on|in einer woche)\s)?"
    rf"(?:(?P<next>(?:{_NEXT})(?:\sweek'?s?)?(?:,)?|nachste woche(?: am)?|la semaine prochaine,?)\s|(?P<this>{_THIS})\s|(?:on|am|el|le|la|na|no|den|dem|of|for|until|by|bis)\s)?(?:(?:on|am)\s)?"
    rf"(?P<day>{words.WEEKDAY_NAMES})\b(?P<s>s\b)?"
    rf"(?:\s(?P<later>next week|of next week|week\b|in a week|nachste[nr]? woche|in einer woche|(?:de la )?semaine prochaine|de la semana que viene|da semana que vem|de la proxima semana|da proxima semana)|\s(?P<after>{_NEXT_AFTER}))?"
)
def _weekday(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    name, written_next = match["day"], match["next"] or ""
    weekday = words.WEEKDAYS[name]
    ahead = (weekday - today.day.weekday()) % 7
    monday = today.day - timedelta(days=today.day.weekday())
    names_week = "week" in written_next or "woche" in written_next or "semaine" in written_next
    later = match["later"] or ""
    if names_week or "next" in later or "nachst" in later or "prochaine" in later or "semana" in later:
        day = monday + timedelta(weeks=1, days=weekday)
    elif match["week"] or later:
        day = today.day + timedelta(days=(ahead or 7) + 7)
    elif written_next or match["after"]:
        day = today.day + timedelta(days=ahead or 7)
    else:
        day = today.day + timedelta(days=ahead)
    ambiguous = bool(written_next) and not names_week and day - monday < timedelta(days=7)
    yield _days(match, day, day, Precision.DAY, ambiguous)


@_reads(
    r"\b(?:(?:on |by |until |before )?the\s(\d{1,2})(?:st|nd|rd|th)\b(?! (?:floor|century|time|user|street|grade|version|place|party|"
    r"best|one|percentile|of\s))"
    rf"|(?:am|bis zum|zum)\s(\d{{1,2}})\.(?!\s?\d|\s?(?:{words.MONTH_NAMES})\b)"
    r"|(?:le|el|o dia|dia|el dia|no dia)\s(\d{1,2})(?=\s(?:a|um|at|as|de|por|,|$)|[,.]|$))"
)
def _day_of_month(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    number = int(match[1] or match[2] or match[3])
    if not 1 <= number <= 31:
        return
    first = today.day.replace(day=1)
    for months in range(0, 13):
        month = add_months(first, months)
        if number <= month_days(month.year, month.month) and month.replace(day=number) >= today.day:
            day = month.replace(day=number)
            yield _days(match, day, day, Precision.DAY)
            return
