"""IANA zones: of a person, and named in words ("3pm CET", "New York time"); wall-clock times in UTC."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.projects.extraction.date_mentions import Today

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


def named_zone(folded: str, end: int, home: ZoneInfo) -> tuple[ZoneInfo, int]:
    """The zone that is named right after `end`, else `home`; and where its name ends."""
    match = _ZONE_WORD.match(folded[end : end + 32])
    if not match:
        return home, end
    name = _ZONES[match["abbr"]] if match["abbr"] else _CITIES[match["city"]]
    return zone(name), end + match.end()
