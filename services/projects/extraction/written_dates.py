"""Dates with a day and a month: "2026-03-31", "31.3.", "3/31", "the 31st of March", "March 31, 2026"."""

import re
from collections.abc import Iterator
from datetime import date

from services.projects.extraction import calendar_words as words
from services.projects.extraction.date_mentions import (
    DateMention,
    Precision,
    Readers,
    Today,
    mentioned,
    registering,
    year_of,
)

READERS: Readers = []
_reads = registering(READERS)


def _coming(month: int, day: int, today: Today) -> date:
    """The next such day, today included."""
    candidate = date(today.day.year, month, day)
    return candidate if candidate >= today.day else date(today.day.year + 1, month, day)


@_reads(r"(?<![\d-])(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
def _iso(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    day = date(int(match[1]), int(match[2]), int(match[3]))
    yield mentioned(match, day, day, Precision.DAY)


@_reads(r"(?<![\d.,/$€£])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d./])")
def _numeric(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    yield from _numbered(match, today, match[1], match[3], match[2], year_of(match[4]))


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
    yield mentioned(match, day, day, Precision.DAY, ambiguous)


_ORDINAL = r"(?:st|nd|rd|th|\.|º|°|ª|er|ter|ten|te)?"
_WITH_YEAR = r"(?:,?\s(?:of\s|de\s|del\s)?(20\d\d))?"


@_reads(
    rf"\b(?:the\s)?(\d{{1,2}}){_ORDINAL}\s?(?:of\s|de\s|do\s|del\s)?({words.MONTH_NAMES})\b\.?{_WITH_YEAR}"
)
def _day_month(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    month, year = words.MONTHS[match[2]], year_of(match[3])
    number = int(match[1])
    day = date(year, month, number) if year else _coming(month, number, today)
    yield mentioned(match, day, day, Precision.DAY)


@_reads(
    rf"\b({words.MONTH_NAMES})\b\.?\s(?:the\s)?(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.]\d|\d|\s?(?:am|pm|k\b|%|months|weeks|users|people))(?:,?\s(20\d\d))?"
)
def _month_day(match: re.Match[str], today: Today) -> Iterator[DateMention]:
    month, year = words.MONTHS[match[1]], year_of(match[3])
    number = int(match[2])
    day = date(year, month, number) if year else _coming(month, number, today)
    yield mentioned(match, day, day, Precision.DAY)
