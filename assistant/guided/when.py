"""When: days, times of day and lengths of a call, in English, German, French, Spanish and Portuguese.

`read` understands what people write when they book ("next Tuesday at 3pm", "übermorgen um halb vier", "mardi prochain
à 15h, 45 minutes") relative to a moment in their own zone. It is about calls in the coming weeks, so an hour from 1 to
7 without more is in the afternoon, and a day without a year is the next one.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from assistant.guided.dates import COUNT, NUMBER, day_of
from assistant.guided.words import WORD, number, plain


@dataclass(frozen=True, slots=True)
class When:
    """What was said about time. `day` alone or `first`..`last` bound the day; `part` is (from, to) in hours.

    `other_day` is another common reading of the same words ("next Tuesday" said on a Monday). `zone` is set where the
    founder named one; `theirs` where they meant the CTO's; `shift` moves what stands ("an hour later").
    """

    day: date | None = None
    first: date | None = None
    last: date | None = None
    at: time | None = None
    part: tuple[int, int] | None = None
    minutes: int | None = None
    soonest: bool = False
    other_day: date | None = None
    zone: str | None = None
    theirs: bool = False
    shift: timedelta | None = None

    @property
    def says_when(self) -> bool:
        """A day, a time or a span was named."""
        return any((self.day, self.first, self.at, self.part, self.soonest, self.shift))


_PARTS: tuple[tuple[str, tuple[int, int]], ...] = (
    (r"\b(?:early (?:in the )?)?morning\b|\bvormittags?\b|\bmorgens\b|\bmorgen fruh\b|\bmatin(?:ee)?\b|\bpor la manana\b|\bde la manana\b|\b(?:de|da|pela) manha\b", (6, 12)),
    (r"\bafternoon\b|\bnachmittags?\b|\bapres[- ]midi\b|\b(?:por|de|a) la tarde\b|\b(?:a|da|de|pela) tarde\b", (12, 18)),
    (r"\bevening\b|\btonight\b|\bafter work\b|\babends?\b|\bce soir\b|\bdu soir\b|\bsoir\b|\bsoiree\b|\b(?:por|de|en) la noche\b|\b(?:a|da|de) noite\b", (17, 22)),
    (r"\baround lunch\b|\blunch ?time\b|\bmittags?\b|\bmidi\b(?!-)", (11, 14)),
)  # fmt: skip

_TIME_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<h>\d{1,2})(?::|\.|h)(?P<m>\d{2})\s*(?P<ap>a\.?m\.?|p\.?m\.?)?(?![\d.]|/)(?:\s*(?:uhr|h|hrs))?\b",
        r"\b(?P<h>\d{1,2})\s*(?P<ap>a\.?m\b\.?|p\.?m\b\.?)",
        r"\b(?P<h>\d{1,2})\s*(?:uhr|o'?clock|h(?:eures?|oras?|rs)?)\b(?!\s*(?:long|lang|de (?:appel|reunion)))",
        r"\b(?P<h>\d{1,2})(?= in the(?: |$))",  # "4 in the afternoon", of which the part of the day is cut out
        r"\b(?:at|um|gegen|a las?|as|a|vers|by|around|kl|@|make (?:it|that)|(?:move|change|shift|push|switch) (?:it |that )?to|lieber|plutot|mejor|melhor)\s+(?P<h>\d{1,2})\b(?!\s*(?:[%$€£]|\d|minut|min\b|days?|weeks?|months?|tage|woche|jours|dias|percent|hours?|stunden|years?|k\b|usd|eur|per|/))(?![.,:]\d)",
    )
)
_WORD_TIME = re.compile(
    rf"\b(?:at|um|gegen|a las?|as|a|around|@)\s+(?P<w>{NUMBER})\b(?!\s*(?:minut|min\b|days?|weeks?|months?|tage|woche|jours|dias|hours?|people|of))"
    rf"|\b(?P<w2>{NUMBER})\s+(?:o'?clock|uhr|heures?|pm|am|in the afternoon|in the morning)\b"
)
_HALF_PAST = re.compile(rf"\bhalf(?: past)? (?P<w>\d{{1,2}}|{NUMBER})\b")
_QUARTER = re.compile(rf"\b(?:a )?quarter (?P<d>past|to|after|before) (?P<w>\d{{1,2}}|{NUMBER})\b")
_HALB = re.compile(rf"\bhalb (?P<w>\d{{1,2}}|{NUMBER})\b")
_Y_MEDIA = re.compile(rf"\b(?:a las?|as) (?P<w>\d{{1,2}}|{NUMBER}) (?:y|e) (?:media|meia)\b")

_SOONEST = re.compile(
    r"\b(?:as soon as (?:possible|(?:she|he|they)(?:'s|'re| is| are)? (?:free|available))|asap|a\.s\.a\.p|earliest|soonest|"
    r"(?:first|next) (?:available|free|open|possible)(?! (?:cto|expert|candidate))(?: (?:slot|time|date|appointment|day))?|(?:first|next) (?:slot|opening|appointment)|"
    r"whenever (?:she|he|they)|so bald wie moglich|schnellstmoglich|fruhestmoglich\w*|nachst(?:er|en) freie\w*|des que possible|au plus (?:vite|tot)|"
    r"lo antes posible|cuanto antes|primer hueco|o mais (?:rapido|cedo) possivel|quanto antes|primeiro horario)\b"
)

_ABBREVIATIONS = {
    "utc": "UTC", "gmt": "UTC", "zulu": "UTC",
    "cet": "Europe/Berlin", "cest": "Europe/Berlin", "mez": "Europe/Berlin", "mesz": "Europe/Berlin",
    "bst": "Europe/London", "wet": "Europe/Lisbon", "eet": "Europe/Athens", "msk": "Europe/Moscow",
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "eastern": "America/New_York",
    "cst": "America/Chicago", "cdt": "America/Chicago", "central": "America/Chicago",
    "mst": "America/Denver", "mdt": "America/Denver", "mountain": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "pacific": "America/Los_Angeles", "ist": "Asia/Kolkata", "sgt": "Asia/Singapore", "jst": "Asia/Tokyo",
    "aest": "Australia/Sydney", "aedt": "Australia/Sydney", "brt": "America/Sao_Paulo",
}  # fmt: skip
_CITIES = {
    "san francisco": "America/Los_Angeles", "california": "America/Los_Angeles", "seattle": "America/Los_Angeles",
    "boston": "America/New_York", "miami": "America/New_York", "washington": "America/New_York",
    "munich": "Europe/Berlin", "hamburg": "Europe/Berlin", "germany": "Europe/Berlin", "german": "Europe/Berlin",
    "uk": "Europe/London", "british": "Europe/London", "barcelona": "Europe/Madrid", "milan": "Europe/Rome",
    "mumbai": "Asia/Kolkata", "delhi": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "india": "Asia/Kolkata",
    "beijing": "Asia/Shanghai", "melbourne": "Australia/Melbourne", "texas": "America/Chicago",
    "israel": "Asia/Jerusalem", "tel aviv": "Asia/Jerusalem", "porto": "Europe/Lisbon", "rio": "America/Sao_Paulo",
}  # fmt: skip


@lru_cache
def _zone_names() -> dict[str, str]:
    names = {
        zone.rsplit("/", 1)[-1].replace("_", " ").lower(): zone
        for zone in sorted(available_timezones())
        if "/" in zone
    }
    return {**names, **_CITIES}


def read(text: str, now: datetime) -> When:
    """What `text` says about time. `now` is aware, in the founder's zone."""
    words = plain(text)
    shift, words = _shift(words)
    minutes, words = _duration(words)
    zone, theirs, words = _zone(words)
    part, words_for_day = _part(words)
    moment, words_for_day = _time(words_for_day, part)
    day, other, first, last = day_of(words_for_day, now)
    soonest = bool(_SOONEST.search(words)) and moment is None
    if "tonight" in words and day is None and first is None:
        day = now.date()
    if other is not None and day == now.date() and (moment is None or moment <= now.time()):
        day, other = other, None  # "Monday at 9", said on a Monday at 10, is next week's
    return When(
        day=day, first=first, last=last, at=moment, part=None if moment else part, minutes=minutes,
        soonest=soonest, other_day=other, zone=zone, theirs=theirs, shift=shift,
    )  # fmt: skip


_SHIFT = re.compile(
    rf"\b(?P<n>{COUNT[1:-1]}|half an|eine|einen|une|una|uma) (?:full )?(?P<u>hours?|minutes?|mins?|days?|weeks?|stunden?|minuten|tage?|wochen?|heures?|jours?|semaines?|horas?|minutos|dias?|semanas?) "
    r"(?P<d>later|earlier|after that|before that|spater|fruher|plus tard|plus tot|mas tarde|antes|mais tarde|mais cedo)\b"
)
_PUSH = re.compile(
    r"\b(?:push|move|shift|bring|put|slide|bump|pull|set) (?:it|that|this|the (?:call|meeting)) (?P<d>back|forward|up|out|ahead|on) (?:by )?"
    rf"(?P<n>{COUNT[1:-1]}|half an) (?P<u>hours?|minutes?|mins?|days?|weeks?)\b"
)
_EARLIER = ("earlier", "before that", "fruher", "plus tot", "antes", "mais cedo", "forward", "up", "ahead")


def _shift(words: str) -> tuple[timedelta | None, str]:
    """How far "an hour later" or "two days earlier" moves what stands."""
    match = _SHIFT.search(words) or _PUSH.search(words)
    if match is None:
        return None, words
    amount = 0.5 if match["n"] == "half an" else float(number(match["n"]) or 1)
    unit = match["u"]
    minutes = 1 if unit.startswith("min") else 60 if unit[0] == "h" or unit.startswith("st") else 1440
    if unit.startswith(("week", "woche", "sem")):
        minutes *= 7
    sign = -1 if match["d"] in _EARLIER else 1
    return timedelta(minutes=sign * minutes * amount), words[: match.start()] + " " + words[match.end() :]


_DURATIONS: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"\b(?:half an hour|half[- ]hour|halbe stunde|demi[- ]heure|media hora|meia hora)\b"), 30),
    (re.compile(r"\b(?:an?|one|1) hour and a half\b|\b(?:anderthalb stunden|hora y media|hora e meia|heure et demie)\b"), 90),
    (re.compile(rf"\b{COUNT}[- ]?(?:minutes?|mins?|minuten|minutos?)\b"), 1),
    (re.compile(r"(?<![$€£\d.,k])\b([1-4](?:[.,]5)?)[- ]?(?:hours?|hrs?|h|stunden?|heures?|horas?)\b(?= ?(?:call|long|session|lang|meeting|chat|appel|llamada|$|[,.!?]|with|on|next|mit|avec|con))"), 60),
    (re.compile(r"\b(?:for|make it|make that|to|a full|need|take|fur|pendant|durante|por) (an|one|two|eine|zwei|une|deux|una|dos|uma|duas) (?:hours?|stunden?|heures?|horas?)\b"), 60),
    (re.compile(r"\b(an?|one|two|three|eine|une|una|uma) (?:full |whole |good )?(?:hours?|stunden?|heures?|horas?) (?:with|of|mit|avec|con|com)\b"), 60),
    (re.compile(r"\b(one|two|an|eine|zwei|une|deux|una|dos|uma|duas)[- ](?:hours?|stunden?|heures?|horas?)[- ](?:call|long|session|meeting|chat)\b"), 60),
    (re.compile(r"(?:^|[,;.(]) ?(?:for |make it |say |maybe )?(\d|an|one|two|eine|zwei|une|deux|una|dos|uma|duas) (?:full )?(?:hours?|hrs?|stunden?|heures?|horas?)(?= ?(?:[,;.!?)]|$|please|bitte|long))"), 60),
)  # fmt: skip


def _duration(words: str) -> tuple[int | None, str]:
    for pattern, unit in _DURATIONS:
        match = pattern.search(words)
        before = words[: match.start()] if match else ""
        # "in 30 minutes" and "within two hours" say when, not how long; "à 15h" is a time of day.
        if match is None or re.search(r"(?:\b(?:in|within|next|per)|/)\s*$", before):
            continue
        if unit == 60 and re.search(r"\b(?:at|a|as|las|um|vers|dans|en|em)\s*$", before):
            continue
        if re.search(r"[$€£]\s?[\d.,k]+ ?(?:/|an?|per)?\s*$", words[: match.start()]):
            continue
        amount = 1.0
        if match.groups():
            token = match.group(1).replace(",", ".")
            amount = float(token) if re.fullmatch(r"[\d.]+", token) else float(number(token) or 1)
        return round(amount * unit), words[: match.start()] + " " + words[match.end() :]
    return None, words


def _zone(words: str) -> tuple[str | None, bool, str]:
    if match := re.search(r"\b(?:their|his|her|the cto's|the expert's) (?:local )?time(?: ?zone)?\b", words):
        return None, True, words[: match.start()] + words[match.end() :]
    for pattern in (
        r"(?<=[\dm] )(?P<z>[a-z]{2,4})\b(?! \d)",
        r"\((?P<z>[a-z]{2,4})\)",
        r"\b(?P<z>utc|gmt|cet|cest|est|edt|pst|pdt|bst|ist|jst|eastern|pacific|central|mountain)\b(?: time)?",
    ):
        for match in re.finditer(pattern, words):
            if zone := _ABBREVIATIONS.get(match.group("z")):
                return zone, False, words[: match.start()] + words[match.end() :]
    for match in re.finditer(r"\b(?P<c>[a-z]+(?: [a-z]+)?) time\b", words):
        name = match.group("c")
        for candidate in (name, name.split()[-1]):
            if zone := _zone_names().get(candidate):
                return zone, False, words[: match.start()] + words[match.end() :]
    return None, False, words


def _part(words: str) -> tuple[tuple[int, int] | None, str]:
    for pattern, hours in _PARTS:
        if match := re.search(pattern, words):
            # "morgen früh" and "mañana por la mañana" keep their day word.
            keep = "morgen" if match.group().startswith("morgen fruh") else ""
            return hours, words[: match.start()] + " " + keep + " " + words[match.end() :]
    return None, words


def _time(words: str, part: tuple[int, int] | None) -> tuple[time | None, str]:
    def cut(match: re.Match[str]) -> str:
        return words[: match.start()] + " ; " + words[match.end() :]

    if match := _HALB.search(words):
        hour = number(match.group("w")) or 0
        return _clock(hour - 1 if hour > 1 else 12, 30, "", part), cut(match)
    if match := _HALF_PAST.search(words) or _Y_MEDIA.search(words):
        return _clock(number(match.group("w")) or 0, 30, _suffix(words, match), part), cut(match)
    if match := _QUARTER.search(words):
        hour = number(match.group("w")) or 0
        if match.group("d") in ("to", "before"):
            return _clock(hour - 1, 45, _suffix(words, match), part), cut(match)
        return _clock(hour, 15, _suffix(words, match), part), cut(match)
    for pattern in _TIME_PATTERNS:
        for match in pattern.finditer(words):
            groups = match.groupdict()
            found = _clock(int(groups["h"]), int(groups.get("m") or 0), groups.get("ap") or "", part)
            if found is not None and not _is_date(words, match):
                return found, cut(match)
    if match := _WORD_TIME.search(words):
        word = match.group("w") or match.group("w2")
        return _clock(number(word) or 0, 0, _suffix(words, match) or match.group(), part), cut(match)
    if match := re.search(r"\b(?:at )?(?:noon|midday|12 noon|mediodia|meio[- ]dia)\b|\ba midi\b", words):
        return time(12), cut(match)
    return None, words


_BARE_HOUR = re.compile(
    r"(?:^|[,;.] ?|\b(?:maybe|rather|say|better|at|um|a|as|to|then) )(?P<h>\d{1,2})(?::(?P<m>\d{2}))?(?: ?(?:instead|please|then|rather|better|maybe|bitte|por favor))*\W*$"
)


def bare_hour(text: str) -> time | None:
    """The hour in "a bit later, 4?": for where a call is prepared and a lone number can be nothing else."""
    match = _BARE_HOUR.search(plain(text))
    return _clock(int(match["h"]), int(match["m"] or 0), "", None) if match else None


def _suffix(words: str, match: re.Match[str]) -> str:
    following = re.match(r"\s*([ap])\.?m\b", words[match.end() :])
    return following.group(1) if following else ""


def _is_date(words: str, match: re.Match[str]) -> bool:
    """`12.12.` or `4.5 years` is no time of day."""
    text = match.group()
    if "." in text and ":" not in text and not re.search(r"uhr|h\b|[ap]\.?m", text):
        before = words[: match.start()].rstrip()
        return not before.endswith((" at", " um", " gegen", "@"))
    return False


def _clock(hour: int, minute: int, marker: str, part: tuple[int, int] | None) -> time | None:
    if not (0 <= hour <= 24 and 0 <= minute <= 59):
        return None
    marker = marker.strip()
    if marker.startswith("p") or " pm" in marker or "afternoon" in marker:
        hour = hour + 12 if hour < 12 else hour
    elif (marker.startswith("a") and "m" in marker) or "morning" in marker:
        hour = 0 if hour == 12 else hour
    elif hour < 12 and part is not None:
        if part[0] >= 12 and hour + 12 <= 23:
            hour += 12
    elif 1 <= hour <= 7 and part is None:
        hour += 12
    return time(hour % 24, minute)


def zone_of(name: str) -> ZoneInfo:
    """The zone, or UTC where the name is not known."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def tokens(text: str) -> list[str]:
    """Plain words of a text."""
    return WORD.findall(plain(text))
