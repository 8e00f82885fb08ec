"""What a date in a text is: a span of days with a precision, and the place where it stands."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


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


Reader = Callable[[re.Match[str], Today], Iterator[DateMention]]
Readers = list[tuple[re.Pattern[str], Reader]]


def registering(readers: Readers) -> Callable[[str], Callable[[Reader], Reader]]:
    """A decorator that takes a pattern and adds the function that reads its matches to `readers`."""

    def reads(pattern: str) -> Callable[[Reader], Reader]:
        def register(reader: Reader) -> Reader:
            readers.append((re.compile(pattern), reader))
            return reader

        return register

    return reads


def mentioned(
    match: re.Match[str], first: date, last: date, precision: Precision, ambiguous: bool = False
) -> DateMention:
    """These days, standing where the match is."""
    return DateMention(first, last, precision, match.start(), match.end(), ambiguous)


def year_of(text: str | None) -> int | None:
    """A year as it is written, with two digits or four."""
    if not text:
        return None
    year = int(text)
    return year + 2000 if year < 100 else year
