"""Points in time a person names for a call: "next Tuesday at 3pm", "tomorrow morning", "am 12. um 15:30 Uhr".

`when` works in the person's IANA zone (or a zone they name: "3pm CET") and gives UTC. Where clocks go forward, an hour
that does not exist moves on by the jump; where they go back, the earlier of the two is meant, and it is marked.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.projects.extraction import calendar_words, dates
from services.projects.extraction.dates import DateMention, Precision, Today
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


@dataclass(frozen=True, slots=True)
class _Clock:
    first: time
    last: time
    exact: bool
    guessed: bool
    start: int
    end: int
    bound: str = ""


_MERIDIEM = r"(?:\s?(?P<meridiem>a\.?m\.?|p\.?m\.?)(?![a-z]))"
_TIMES: list[re.Pattern[str]] = [
    re.compile(rf"(?<![\d.,:$€£])(?P<hour>\d{{1,2}})[:.h](?P<minute>[0-5]\d)(?![\d.])(?:\s?(?:uhr|hrs?|h)\b)?{_MERIDIEM}?"),
    re.compile(rf"(?<![\d.,:$€£])(?P<hour>\d{{1,2}}){_MERIDIEM}"),
    re.compile(r"(?<![\d.,:$€£])(?P<hour>\d{1,2})\s?(?P<uhr>uhr|o'?\s?clock|h|heures?|horas)\b(?:\s(?P<minute>[0-5]\d)\b)?"),
    re.compile(
        r"(?<![\d.,:])(?:at|um|a las|a la|as|a|gegen|vers|around|about|@)\s(?P<hour>\d{1,2})(?![\d%]|[:.,/h]\d|\s?(?:k\b|h\b|"
        r"[ap]\.?m\b|uhr|o'?\s?clock|heures?|horas|months?|weeks?|days?|people|users|minutes?|min\b|euro|usd|eur|dollars))"
    ),
    re.compile(
        r"(?<![\d.,:$€£])(?P<hour>\d{1,2})(?=\s?(?:-|–|to|and|bis|a|y|e|und|et)\s?\d{1,2}(?:[:.]\d\d)?\s?"
        r"(?:[ap]\.?m\b|uhr|h\b))"
    ),
    re.compile(
        r"(?<![\d.,:$€£])(?P<hour>\d{1,2})(?=\s(?:in the|de la|da|de|du|am|in der)\s(?:morning|afternoon|evening|tarde|"
        r"manana|manha|noite|noche|matin|apres|soir|abend|nachmittag))"
    ),
]  # fmt: skip
_HALF = re.compile(
    r"\b(?:(?P<en>half past|quarter past|quarter to)\s(?P<hour>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    rf"{_MERIDIEM}?|halb\s(?P<halb>\d{{1,2}}|eins|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf)\b)"
)
_SPOKEN = re.compile(
    rf"\bat\s(?P<hour>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b(?:\so'?\s?clock)?{_MERIDIEM}?"
    r"|\b(?P<clock>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s(?:o'?\s?clock|pm\b|am\b)"
)
_HOURS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "eins": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8,
    "neun": 9, "zehn": 10, "elf": 11, "zwolf": 12,
}  # fmt: skip
_PARTS: list[tuple[re.Pattern[str], time, time, bool]] = [
    (re.compile(r"\b(?:noon|midday|mittags|midi|mediodia|meio-?dia)\b"), time(12), time(12), True),
    (re.compile(r"\b(?:midnight|mitternacht|minuit|medianoche|meia-?noite)\b"), time(0), time(0), True),
    (re.compile(r"\bfirst thing\b"), time(8), time(10), False),
    (re.compile(r"\b(?:late morning|spaten? vormittag)\b"), time(10), time(12), False),
    (re.compile(r"\b(?:early morning|fruhmorgens)\b"), time(7), time(9), False),
    (re.compile(r"\b(?:early afternoon|fruhen nachmittag)\b"), time(12), time(15), False),
    (re.compile(r"\b(?:late afternoon|spaten nachmittag|end of (?:the )?(?:business )?day|eod|cob|close of business)\b"), time(15), time(18), False),
    (re.compile(r"\b(?:lunchtime|lunch time|over lunch|at lunch|zur mittagszeit)\b"), time(12), time(14), False),
    (re.compile(r"\b(?:mornings?|vormittags?|am morgen|morgens|fruh|matin|matinee|(?:de|por) la manana|(?:de|da|pela|a) manha|manha)\b"), time(8), time(12), False),
    (re.compile(r"\b(?:afternoons?|nachmittags?|apres-?\s?midi|tarde)\b"), time(12), time(18), False),
    (re.compile(r"\b(?:evenings?|tonight|abends?|soiree?|noche|noite)\b"), time(18), time(21), False),
]  # fmt: skip
_DURATION_AHEAD = re.compile(
    r"\b(?:in|dans|en|em|daqui a)\s(?P<count>\d{1,3}|an?|one|two|three|half an|einer|eine|zwei|drei|une|deux|trois|una|dos|tres|uma|duas)\s?"
    r"(?P<unit>hours?|hrs?|minutes?|mins?|stunden?|minuten?|heures?|horas?|minutos?)\b"
)
_ZONES = {
    "utc": "UTC", "gmt": "UTC", "zulu": "UTC", "cet": "Europe/Berlin", "cest": "Europe/Berlin", "mez": "Europe/Berlin",
    "mesz": "Europe/Berlin", "bst": "Europe/London", "wet": "Europe/Lisbon", "eet": "Europe/Athens", "msk": "Europe/Moscow",
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "eastern": "America/New_York",
    "cst": "America/Chicago", "cdt": "America/Chicago", "central": "America/Chicago", "mst": "America/Denver",
    "mdt": "America/Denver", "mountain": "America/Denver", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles", "pacific": "America/Los_Angeles", "ist": "Asia/Kolkata", "jst": "Asia/Tokyo",
    "sgt": "Asia/Singapore", "hkt": "Asia/Hong_Kong", "aest": "Australia/Sydney", "aedt": "Australia/Sydney",
    "nzst": "Pacific/Auckland", "nzdt": "Pacific/Auckland", "brt": "America/Sao_Paulo", "art": "America/Argentina/Buenos_Aires",
}  # fmt: skip
_CITIES = {
    "london": "Europe/London", "uk": "Europe/London", "berlin": "Europe/Berlin", "german": "Europe/Berlin", "paris": "Europe/Paris",
    "french": "Europe/Paris", "madrid": "Europe/Madrid", "lisbon": "Europe/Lisbon", "zurich": "Europe/Zurich", "amsterdam": "Europe/Amsterdam",
    "new york": "America/New_York", "ny": "America/New_York", "boston": "America/New_York", "chicago": "America/Chicago",
    "texas": "America/Chicago", "denver": "America/Denver", "san francisco": "America/Los_Angeles", "sf": "America/Los_Angeles",
    "la": "America/Los_Angeles", "seattle": "America/Los_Angeles", "california": "America/Los_Angeles", "tokyo": "Asia/Tokyo",
    "singapore": "Asia/Singapore", "sydney": "Australia/Sydney", "melbourne": "Australia/Melbourne", "india": "Asia/Kolkata",
    "indian": "Asia/Kolkata", "dubai": "Asia/Dubai", "sao paulo": "America/Sao_Paulo", "toronto": "America/Toronto",
    "mexico city": "America/Mexico_City", "eastern": "America/New_York", "pacific": "America/Los_Angeles",
    "central": "America/Chicago", "mountain": "America/Denver",
}  # fmt: skip
_ZONE_WORD = re.compile(
    r"^\s?\(?(?:(?P<abbr>"
    + "|".join(sorted(_ZONES, key=len, reverse=True))
    + r")\b(?! time zone of)(?:\s(?:standard |daylight )?time)?"
    r"|(?P<city>"
    + "|".join(sorted(_CITIES, key=len, reverse=True))
    + r")\s(?:standard |daylight )?(?:time|zeit)\b)"
)
_SOUTHERN = ("Australia/", "Pacific/Auckland", "America/Sao_Paulo", "America/Argentina", "America/Santiago", "Africa/Johannesburg", "America/Lima", "America/Montevideo")  # fmt: skip
_MONTH_FIRST = re.compile(
    r"^(?:America/(?!Sao_Paulo|Argentina|Bogota|Lima|Santiago|Mexico|Buenos|Montevideo|Caracas|Bahia|Fortaleza|Recife)|US/|Pacific/Honolulu)"
)
_AFTER_WORD = re.compile(
    r"\b(?:after|from|not before|ab|nach|apres|a partir de|despues de|depois d[ae]s?|any ?time after)\s(?:the\s|las\s|as\s)?$"
)
_BEFORE_WORD = re.compile(r"\b(?:before|by|until|latest|vor|bis|avant|antes de|ate)\s(?:the\s|las\s|as\s)?$")
_TO = re.compile(r"\s?(?:-|–|to|and|until|till|bis|und|et|a|y|e|ate|h -)\s?(?:las\s|as\s)?$")
_LONGEST = 40


def today_of(now: datetime, timezone: str) -> Today:
    """The person's day, with how dates are written and seasons fall where they are."""
    local = now.astimezone(zone(timezone))
    return Today(local.date(), bool(_MONTH_FIRST.match(timezone)), timezone.startswith(_SOUTHERN))


def zone(name: str) -> ZoneInfo:
    """The IANA zone, UTC for one that is unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def to_utc(day: date, clock: time, where: ZoneInfo) -> tuple[datetime, bool]:
    """A wall-clock time in UTC, and whether clocks made it ambiguous. A skipped hour moves on by the jump."""
    local = datetime.combine(day, clock, tzinfo=where)
    utc = local.astimezone(UTC)
    twice = local.replace(fold=1).utcoffset() != local.utcoffset()
    exists = utc.astimezone(where).replace(tzinfo=None) == local.replace(tzinfo=None)
    return utc, bool(twice and exists)


def when(text: str, *, now: datetime, timezone: str) -> list[MomentMention]:
    """All points in time a message names, in order, none in the past. Never raises on any text."""
    original = text[: MAX_TEXT // 10]
    folded = fold(original)
    home = zone(timezone)
    today = today_of(now, timezone)
    mentions = [*_hours_ahead(folded, original, now, timezone)]
    taken = [(mention.start, mention.end) for mention in mentions]
    days = [d for d in dates.find(folded, today) if not _overlaps(taken, d.start, d.end)]
    clocks = [c for c in _clocks(folded, days) if not _overlaps(taken, c.start, c.end)]
    used: set[int] = set()
    for day in days:
        number, clock = _nearest(folded, day, clocks, used, days)
        if clock is not None and number is not None:
            used.add(number)
        mention = _moment(original, folded, day, clock, home, timezone, now)
        if mention is not None:
            mentions.append(mention)
    for number, clock in enumerate(clocks):
        if number not in used and not clock.guessed:
            mention = _time_only(original, folded, clock, today, timezone, now)
            if mention is not None:
                mentions.append(mention)
    mentions.sort(key=lambda mention: mention.start)
    return mentions[:20]


def _overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(start < other_end and end > other_start for other_start, other_end in taken)


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


def _clocks(folded: str, days: list[DateMention]) -> list[_Clock]:
    found: list[_Clock] = []
    spans = [(day.start, day.end) for day in days if day.precision is Precision.DAY]
    found.extend(clock for match in _HALF.finditer(folded) if (clock := _half_clock(match)))
    for pattern in _TIMES:
        found.extend(
            clock
            for match in pattern.finditer(folded)
            if not _overlaps(spans, match.start("hour"), match.end()) and (clock := _clock(match))
        )
    for match in _SPOKEN.finditer(folded):
        hour = _HOURS[match["hour"] or match["clock"]]
        meridiem = (
            "pm"
            if match.group().endswith("pm")
            else "am"
            if match.group().endswith("am")
            else match["meridiem"]
        )
        found.append(_at(_hour(hour, meridiem), 0, match.start(), match.end(), meridiem is None))
    for pattern, first, last, exact in _PARTS:
        found.extend(
            _Clock(first, last, exact, not exact, match.start(), match.end())
            for match in pattern.finditer(folded)
        )
    found.sort(key=lambda clock: (clock.start, clock.start - clock.end))
    kept: list[_Clock] = []
    for clock in found:
        if not kept or clock.start >= kept[-1].end:
            kept.append(clock)
    return _merge(folded, kept)


def _merge(folded: str, clocks: list[_Clock]) -> list[_Clock]:
    """Join "from 3 to 5pm" into one range, and "3 in the afternoon" into one time."""
    merged: list[_Clock] = []
    for clock in clocks:
        previous = merged[-1] if merged else None
        gap = folded[previous.end : clock.start] if previous else ""
        if previous and previous.exact and clock.exact and _TO.fullmatch(gap) and not previous.bound:
            first = previous.first
            if (
                clock.last.hour >= 12
                and first.hour < 12
                and first.hour + 12 <= clock.last.hour
                and previous.guessed
            ):
                first = first.replace(hour=first.hour + 12)
            merged[-1] = _Clock(first, clock.last, False, False, previous.start, clock.end, "range")
        elif (
            previous
            and previous.exact
            and not clock.exact
            and len(gap) <= 12
            and re.fullmatch(r"\s?(?:in the|in|am|de la|de|da|du|a|,)?\s?", gap)
        ):
            merged[-1] = _Clock(*_settle(previous.first, clock), True, False, previous.start, clock.end)
        elif (
            previous
            and not previous.exact
            and not previous.bound
            and clock.exact
            and len(gap) <= 8
            and re.fullmatch(r"\s?(?:,|at|um|a las|a|as|around)?\s?", gap)
        ):
            merged[-1] = _Clock(*_settle(clock.first, previous), True, False, previous.start, clock.end)
        else:
            merged.append(_bounded(folded, clock))
    return merged


def _bounded(folded: str, clock: _Clock) -> _Clock:
    if not clock.exact:
        return clock
    before = folded[max(0, clock.start - 22) : clock.start]
    written = folded[clock.start : clock.start + 4]
    if written.startswith(("at ", "um ")):
        return clock
    if _AFTER_WORD.search(before):
        return _Clock(
            clock.first,
            time(21) if clock.first < time(20) else time(23, 59),
            False,
            False,
            clock.start,
            clock.end,
            "after",
        )
    if _BEFORE_WORD.search(before):
        return _Clock(
            time(8) if clock.first > time(9) else time(0),
            clock.first,
            False,
            False,
            clock.start,
            clock.end,
            "before",
        )
    return clock


def _settle(exact: time, part: _Clock) -> tuple[time, time]:
    """A bare hour with its part of the day: 3 in the afternoon is 15:00."""
    settled = exact
    if part.first >= time(12) and exact.hour < 12:
        settled = exact.replace(hour=exact.hour + 12)
    elif part.last <= time(12) and exact.hour >= 12 and part.first < time(12) and exact.hour > 12:
        settled = exact.replace(hour=exact.hour - 12)
    return settled, settled


def _hour(hour: int, meridiem: str | None) -> int:
    if meridiem:
        return hour % 12 + (12 if meridiem.startswith("p") else 0)
    # A bare 1 to 7 is an afternoon hour: nobody books a call at three at night.
    return hour + 12 if 1 <= hour <= 7 else hour


def _at(hour: int, minute: int, start: int, end: int, guessed: bool) -> _Clock:
    exact = time(hour, minute)
    return _Clock(exact, exact, True, guessed, start, end)


def _clock(match: re.Match[str]) -> _Clock | None:
    groups = match.groupdict()
    hour, minute = int(groups["hour"]), int(groups.get("minute") or 0)
    meridiem = groups.get("meridiem")
    if hour > 24 or (meridiem and not 1 <= hour <= 12):
        return None
    if hour == 24:
        hour = 0
    written_24h = len(groups["hour"]) == 2 and groups["hour"].startswith("0")
    full_clock = groups.get("minute") is not None or (groups.get("uhr") or "").startswith(("uhr", "h"))
    bare = meridiem is None and not written_24h and not (full_clock and (groups.get("uhr") or hour > 7))
    if meridiem or bare:
        hour = _hour(hour, meridiem)
    start = match.start("hour") if meridiem or groups.get("minute") or groups.get("uhr") else match.start()
    return _at(hour, minute, start, match.end(), False if meridiem or full_clock else bare and hour > 24)


def _half_clock(match: re.Match[str]) -> _Clock | None:
    if match["halb"]:
        word = match["halb"]
        hour = int(word) if word.isdigit() else _HOURS[word]
        if not 1 <= hour <= 12:
            return None
        return _at(
            _hour((hour - 2) % 12 + 1, None) if hour != 1 else 12, 30, match.start(), match.end(), False
        )
    word = match["hour"]
    hour = int(word) if word.isdigit() else _HOURS[word]
    if not 1 <= hour <= 23:
        return None
    hour = _hour(hour, match["meridiem"])
    if match["en"] == "quarter to":
        return _at((hour - 1) % 24, 45, match.start(), match.end(), False)
    return _at(hour, 30 if match["en"] == "half past" else 15, match.start(), match.end(), False)


def _nearest(
    folded: str, day: DateMention, clocks: list[_Clock], used: set[int], days: list[DateMention]
) -> tuple[int | None, _Clock | None]:
    """The clock time that goes with a day: close by, with no other day and no sentence end between."""
    best: tuple[int, int, _Clock] | None = None
    for number, clock in enumerate(clocks):
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


def _named_zone(folded: str, end: int, home: ZoneInfo) -> tuple[ZoneInfo, int]:
    match = _ZONE_WORD.match(folded[end : end + 32])
    if not match:
        return home, end
    name = _ZONES[match["abbr"]] if match["abbr"] else _CITIES[match["city"]]
    return zone(name), end + match.end()


def _moment(
    original: str,
    folded: str,
    day: DateMention,
    clock: _Clock | None,
    home: ZoneInfo,
    timezone: str,
    now: datetime,
) -> MomentMention | None:
    start, end = day.start, day.end
    where = home
    if clock is not None:
        start, end = min(start, clock.start), max(end, clock.end)
        where, zone_end = _named_zone(folded, clock.end, home)
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
    original: str, folded: str, clock: _Clock, today: Today, timezone: str, now: datetime
) -> MomentMention | None:
    if not clock.exact and not clock.bound:
        return None
    where, end = _named_zone(folded, clock.end, zone(timezone))
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
