"""Points in time a person names for a call: "next Tuesday at 3pm", "tomorrow morning", "am 12. um 15:30 Uhr".

`when` works in the person's IANA zone (or a zone they name: "3pm CET") and gives UTC. Where clocks go forward, an hour
that does not exist moves on by the jump; where they go back, the earlier of the two is meant, and it is marked.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.projects.extraction import calendar_words, clocks, dates
from services.projects.extraction.clocks import Clock, overlaps
from services.projects.extraction.date_mentions import DateMention, Today
from services.projects.extraction.zones import named_zone, to_utc, today_of, zone
from services.taxonomy.text import MAX_TEXT, fold


class Grain(StrEnum):
    """How exactly a moment was named."""

    MINUTE = "minute"
    PART_OF_DAY = "part_of_day"
    DAY = "day"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class MomentMention:
    """A point or span of time in a text: `starts_at` to `ends_at` in UTC (equal for an exact time). `date_stated` and
    `time_stated` tell what was said and what was filled in; `ambiguous` that another reading exists."""

    starts_at: datetime
    ends_at: datetime
    grain: Grain
    text: str
    start: int
    end: int
    timezone: str
    date_stated: bool
    time_stated: bool
    ambiguous: bool = False


_DURATION_AHEAD = re.compile(
    r"\b(?:in|dans|en|em|daqui a)\s(?P<count>\d{1,3}|an?|one|two|three|half an|einer|eine|zwei|drei|une|deux|trois|una|dos|tres|uma|duas)\s?"
    r"(?P<unit>hours?|hrs?|minutes?|mins?|stunden?|minuten?|heures?|horas?|minutos?)\b"
)
_LONGEST = 40


def when(text: str, *, now: datetime, timezone: str) -> list[MomentMention]:
    """All points in time a message names, in order, none in the past. Never raises on any text."""
    original = text[: MAX_TEXT // 10]
    folded = fold(original)
    home = zone(timezone)
    today = today_of(now, timezone)
    mentions = [*_hours_ahead(folded, original, now, timezone)]
    taken = [(mention.start, mention.end) for mention in mentions]
    days = [d for d in dates.find(folded, today) if not overlaps(taken, d.start, d.end)]
    times = [c for c in clocks.find(folded, days) if not overlaps(taken, c.start, c.end)]
    used: set[int] = set()
    for day in days:
        number, clock = _nearest(folded, day, times, used, days)
        if clock is not None and number is not None:
            used.add(number)
        mention = _moment(original, folded, day, clock, home, timezone, now)
        if mention is not None:
            mentions.append(mention)
    for number, clock in enumerate(times):
        if number not in used and not clock.guessed:
            mention = _time_only(original, folded, clock, today, timezone, now)
            if mention is not None:
                mentions.append(mention)
    mentions.sort(key=lambda mention: mention.start)
    return mentions[:20]


def _hours_ahead(folded: str, original: str, now: datetime, timezone: str) -> list[MomentMention]:
    found = []
    for match in _DURATION_AHEAD.finditer(folded):
        hours = match["unit"].startswith(("h", "st"))
        counted = match["count"]
        amount = 0.5 if counted == "half an" else {"an": 1, "a": 1, "una": 1}.get(counted) or _count(counted)
        at = now + (timedelta(hours=amount) if hours else timedelta(minutes=amount))
        at = at.astimezone(UTC).replace(second=0, microsecond=0)
        found.append(
            MomentMention(
                at,
                at,
                Grain.MINUTE,
                original[match.start() : match.end()],
                match.start(),
                match.end(),
                timezone,
                True,
                True,
            )
        )
    return found


def _count(word: str) -> int:
    from_words = {"one": 1, "two": 2, "three": 3, "eine": 1, "einer": 1, "zwei": 2, "drei": 3, "une": 1, "deux": 2, "trois": 3, "dos": 2, "tres": 3, "uma": 1, "duas": 2}  # fmt: skip
    return int(word) if word.isdigit() else from_words.get(word, 1)


def _nearest(
    folded: str, day: DateMention, times: list[Clock], used: set[int], days: list[DateMention]
) -> tuple[int | None, Clock | None]:
    """The clock time that goes with a day: close by, with no other day and no sentence end between."""
    best: tuple[int, int, Clock] | None = None
    for number, clock in enumerate(times):
        if number in used:
            continue
        left, right = (day.end, clock.start) if clock.start >= day.end else (clock.end, day.start)
        inside = clock.start < day.end and clock.end > day.start
        gap = "" if inside else folded[left:right]
        if len(gap) > _LONGEST or re.search(r"[!?;\n]|\.\s", gap):
            continue
        if any(other is not day and left <= other.start < right for other in days):
            continue
        if best is None or len(gap) < best[0]:
            best = (len(gap), number, clock)
    return (best[1], best[2]) if best else (None, None)


def _moment(
    original: str,
    folded: str,
    day: DateMention,
    clock: Clock | None,
    home: ZoneInfo,
    timezone: str,
    now: datetime,
) -> MomentMention | None:
    start, end = day.start, day.end
    where = home
    if clock is not None:
        start, end = min(start, clock.start), max(end, clock.end)
        where, zone_end = named_zone(folded, clock.end, home)
        end = max(end, zone_end)
    first_day, last_day = day.first, day.last
    today = now.astimezone(where).date()
    if last_day < today:
        return None
    first_day = max(first_day, today)
    if clock is None:
        begins, _ = to_utc(first_day, time(0), home)
        finishes, _ = to_utc(last_day + timedelta(days=1), time(0), home)
        grain = Grain.DAY if day.first == day.last else Grain.SPAN
        return MomentMention(
            begins, finishes, grain, original[start:end], start, end, timezone, True, False, day.ambiguous
        )
    begins, twice = to_utc(first_day, clock.first, where)
    finishes, _ = to_utc(last_day if day.first != day.last else first_day, clock.last, where)
    if clock.exact and begins <= now and day.first == day.last:
        if not _is_bare_weekday(folded, day):
            return None
        begins, twice = to_utc(first_day + timedelta(days=7), clock.first, where)
        finishes = begins
    grain = (Grain.MINUTE if clock.exact else Grain.PART_OF_DAY) if day.first == day.last else Grain.SPAN
    return MomentMention(
        begins, max(begins, finishes), grain, original[start:end], start, end,
        str(where) if where is not home else timezone, True, clock.exact or bool(clock.bound), day.ambiguous or twice,
    )  # fmt: skip


def _is_bare_weekday(folded: str, day: DateMention) -> bool:
    """A weekday whose hour has passed today means the one in a week; "today at 9" that has passed means nothing."""
    written = folded[day.start : day.end].split()
    return bool(written) and written[-1] in calendar_words.WEEKDAYS


def _time_only(
    original: str, folded: str, clock: Clock, today: Today, timezone: str, now: datetime
) -> MomentMention | None:
    if not clock.exact and not clock.bound:
        return None
    where, end = named_zone(folded, clock.end, zone(timezone))
    day = now.astimezone(where).date()
    begins, twice = to_utc(day, clock.first, where)
    if begins <= now:
        day += timedelta(days=1)
        begins, twice = to_utc(day, clock.first, where)
    finishes, _ = to_utc(day, clock.last, where)
    grain = Grain.MINUTE if clock.exact else Grain.PART_OF_DAY
    name = timezone if str(where) == str(zone(timezone)) else str(where)
    return MomentMention(
        begins,
        max(begins, finishes),
        grain,
        original[clock.start : end],
        clock.start,
        end,
        name,
        False,
        True,
        twice,
    )
