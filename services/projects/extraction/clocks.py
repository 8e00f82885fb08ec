"""Times of day in free text: "3pm", "half past 3", "15h30", "halb vier", "between 2 and 4pm", "in the morning"."""

import re
from dataclasses import dataclass
from datetime import time

from services.projects.extraction.date_mentions import DateMention, Precision


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day or a span of it, in a text. `exact`: one time; `guessed`: it may have been meant otherwise; `bound`:
    it is an end of a span (range, after, before)."""

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
_AFTER_WORD = re.compile(
    r"\b(?:after|from|not before|ab|nach|apres|a partir de|despues de|depois d[ae]s?|any ?time after)\s(?:the\s|las\s|as\s)?$"
)
_BEFORE_WORD = re.compile(r"\b(?:before|by|until|latest|vor|bis|avant|antes de|ate)\s(?:the\s|las\s|as\s)?$")
_TO = re.compile(r"\s?(?:-|–|to|and|until|till|bis|und|et|a|y|e|ate|h -)\s?(?:las\s|as\s)?$")


def overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a place in the text is taken already."""
    return any(start < other_end and end > other_start for other_start, other_end in taken)


def find(folded: str, days: list[DateMention]) -> list[Clock]:
    """All times of day in a folded text, in order; `days` are the dates in it, whose digits are no hours."""
    found: list[Clock] = []
    spans = [(day.start, day.end) for day in days if day.precision is Precision.DAY]
    found.extend(clock for match in _HALF.finditer(folded) if (clock := _half_clock(match)))
    for pattern in _TIMES:
        found.extend(
            clock
            for match in pattern.finditer(folded)
            if not overlaps(spans, match.start("hour"), match.end()) and (clock := _clock(match))
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
            Clock(first, last, exact, not exact, match.start(), match.end())
            for match in pattern.finditer(folded)
        )
    found.sort(key=lambda clock: (clock.start, clock.start - clock.end))
    kept: list[Clock] = []
    for clock in found:
        if not kept or clock.start >= kept[-1].end:
            kept.append(clock)
    return _merge(folded, kept)


def _merge(folded: str, clocks: list[Clock]) -> list[Clock]:
    """Join "from 3 to 5pm" into one range, and "3 in the afternoon" into one time."""
    merged: list[Clock] = []
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
            merged[-1] = Clock(first, clock.last, False, False, previous.start, clock.end, "range")
        elif (
            previous
            and previous.exact
            and not clock.exact
            and len(gap) <= 12
            and re.fullmatch(r"\s?(?:in the|in|am|de la|de|da|du|a|,)?\s?", gap)
        ):
            merged[-1] = Clock(*_settle(previous.first, clock), True, False, previous.start, clock.end)
        elif (
            previous
            and not previous.exact
            and not previous.bound
            and clock.exact
            and len(gap) <= 8
            and re.fullmatch(r"\s?(?:,|at|um|a las|a|as|around)?\s?", gap)
        ):
            merged[-1] = Clock(*_settle(clock.first, previous), True, False, previous.start, clock.end)
        else:
            merged.append(_bounded(folded, clock))
    return merged


def _bounded(folded: str, clock: Clock) -> Clock:
    if not clock.exact:
        return clock
    before = folded[max(0, clock.start - 22) : clock.start]
    written = folded[clock.start : clock.start + 4]
    if written.startswith(("at ", "um ")):
        return clock
    if _AFTER_WORD.search(before):
        return Clock(
            clock.first,
            time(21) if clock.first < time(20) else time(23, 59),
            False,
            False,
            clock.start,
            clock.end,
            "after",
        )
    if _BEFORE_WORD.search(before):
        return Clock(
            time(8) if clock.first > time(9) else time(0),
            clock.first,
            False,
            False,
            clock.start,
            clock.end,
            "before",
        )
    return clock


def _settle(exact: time, part: Clock) -> tuple[time, time]:
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


def _at(hour: int, minute: int, start: int, end: int, guessed: bool) -> Clock:
    exact = time(hour, minute)
    return Clock(exact, exact, True, guessed, start, end)


def _clock(match: re.Match[str]) -> Clock | None:
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


def _half_clock(match: re.Match[str]) -> Clock | None:
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
