"""Dates in free text, absolute and relative to a person's today: "by end of March", "Q2", "next Tuesday", "the 12th",
"übermorgen", "la semana que viene". A mention is a span of days with a precision."""

import re
from dataclasses import replace

from services.projects.extraction import calendar_spans, relative_days, written_dates
from services.projects.extraction import calendar_words as words
from services.projects.extraction.date_mentions import DateMention, Precision, Readers, Today

# Of two readings of the same words the earlier reader's is kept.
_READERS: Readers = [*written_dates.READERS, *calendar_spans.READERS, *relative_days.READERS]


def find(folded: str, today: Today) -> list[DateMention]:
    """All dates in a folded text, in order, longest first, without overlaps."""
    found: list[DateMention] = []
    for pattern, reader in _READERS:
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
