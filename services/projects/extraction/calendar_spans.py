"""Parts of the calendar: months, quarters, halves, weeks, seasons and years, whole or in part: "by end of March", "Q2",
"early next month", "la semana que viene"."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from services.projects.extraction import calendar_words as words
from services.projects.extraction.date_mentions import (
    DateMention,
    Precision,
    Readers,
    Today,
    add_months,
    mentioned,
    month_days,
    registering,
    year_of,
)

READERS: Readers = []
_reads = registering(READERS)


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
    year = year_of(match["year"])
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
    year = year_of(match[6].lstrip("'")) if match[6] else None
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
    yield mentioned(match, first, last, Precision.QUARTER)


@_reads(r"\b(?:h([12])(?:\s(20\d\d))?|(first|second) half of (?:(20\d\d)|the year|(next year)))\b")
def _half(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    half = int(match[1]) if match[1] else 1 if match[3] == "first" else 2
    year = year_of(match[2] or match[4]) or today.day.year + (
        1 if match[5] or (half == 1 and today.day.month > 6) else 0
    )
    first, last = (
        (date(year, 1, 1), date(year, 6, 30)) if half == 1 else (date(year, 7, 1), date(year, 12, 31))
    )
    yield mentioned(match, first, last, Precision.SEASON)


_UNIT = "|".join(sorted(words.UNITS, key=len, reverse=True))


@_reads(
    rf"(?:{_PART})?\b(?:(?P<next>{words.NEXT})|(?P<this>{words.THIS})|(?P<the>the|des|der|du|de la|do|da|del|le|la|el|l'|im|den|das|dem|by|by the|in|until|before|bis|zum|en|no|na|au|em))\s?(?P<unit>{_UNIT})(?:\s(?P<after>{words.NEXT_AFTER}))?(?:\s(?P<year>20\d\d))?\b"
)
def _unit_span(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    unit, part = words.UNITS[match["unit"]], (match["part"] or "").strip()
    following = bool(match["next"] or match["after"])
    seasonal = unit in ("summer", "winter", "spring", "autumn")
    if not following and not match["this"] and not part and not seasonal:
        return  # "in the week" alone says nothing
    if seasonal:
        first, last = _season(unit, today, year_of(match["year"]), later=False)
        precision = Precision.SEASON
    else:
        first, last, precision = _span(unit, today.day, 1 if following else 0)
    first, last = _portion(part, first, last) if unit != "week" or not part else _week_part(part, first, last)
    yield mentioned(match, first, last, precision)


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
    year = year_of(match["year"]) or today.day.year
    yield mentioned(match, date(year, 12, 1), date(year, 12, 31), Precision.YEAR)


@_reads(r"\b(?:eom|month[-\s]end|monatsende|fin de mes|fim do mes|fin du mois)\b")
def _month_end(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    last = today.day.replace(day=month_days(today.day.year, today.day.month))
    yield mentioned(match, last, last, Precision.DAY)


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
    yield mentioned(match, first, last, Precision.YEAR)
