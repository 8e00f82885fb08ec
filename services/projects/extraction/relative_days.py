"""Days as seen from today: "tomorrow", "in two weeks", "next Tuesday", "the 12th", "Christmas", "übermorgen"."""

import re
from collections.abc import Iterator
from datetime import timedelta

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


@_reads(rf"\b(?P<name>{words.HOLIDAY_NAMES})\b(?:,?\s(?:of\s|de\s)?(?P<year>20\d\d))?")
def _holiday(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    year = year_of(match["year"])
    day = words.holiday_in(match["name"], year) if year else words.holiday(match["name"], today.day)
    yield mentioned(match, day, day, Precision.DAY)


@_reads(rf"\b(?:{words.RELATIVE_NAMES})\b")
def _relative(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    day = today.day + timedelta(days=words.RELATIVE_DAYS[match.group()])
    yield mentioned(match, day, day, Precision.DAY)


_COUNT = r"(?P<count>\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a couple of|a few|ein|eine[rmn]?|zwei|drei|vier|funf|sechs|acht|zehn|un|une|deux|trois|quatre|cinq|six|dos|tres|cuatro|cinco|seis|um|uma|dois|duas|quatro)"


@_reads(
    rf"\b(?:in|within|dans|en|dentro de|em|innerhalb von|binnen|daqui a)\s(?:about\s|etwa\s|environ\s)?{_COUNT}\s(?P<unit>days?|tage?n?|jours?|dias?|weeks?|wochen?|semaines?|semanas?)(?:'? time)?\b"
)
def _ahead(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    count = words.count(match["count"])
    days = count * (7 if match["unit"][:2] in ("we", "wo", "se") else 1)
    day = today.day + timedelta(days=days)
    yield mentioned(match, day, day, Precision.DAY)


@_reads(rf"\b{_COUNT}\s(?P<unit>days?|weeks?)\s(?:from (?:now|today)|later|ahead)\b")
def _from_now(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    days = words.count(match["count"]) * (7 if match["unit"].startswith("w") else 1)
    day = today.day + timedelta(days=days)
    yield mentioned(match, day, day, Precision.DAY)


@_reads(
    rf"(?<!every\s)(?<!each\s)(?<!jeden\s)(?<!cada\s)(?<!todas\sas\s)\b(?:(?P<week>a week on|a week from|week on|in a week on|in einer woche)\s)?"
    rf"(?:(?P<next>(?:{words.NEXT})(?:\sweek'?s?)?(?:,)?|nachste woche(?: am)?|la semaine prochaine,?)\s|(?P<this>{words.THIS})\s|(?:on|am|el|le|la|na|no|den|dem|of|for|until|by|bis)\s)?(?:(?:on|am)\s)?"
    rf"(?P<day>{words.WEEKDAY_NAMES})\b(?P<s>s\b)?"
    rf"(?:\s(?P<later>next week|of next week|week\b|in a week|nachste[nr]? woche|in einer woche|(?:de la )?semaine prochaine|de la semana que viene|da semana que vem|de la proxima semana|da proxima semana)|\s(?P<after>{words.NEXT_AFTER}))?"
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
    yield mentioned(match, day, day, Precision.DAY, ambiguous)


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
            yield mentioned(match, day, day, Precision.DAY)
            return
