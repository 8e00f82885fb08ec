"""A call as a calendar file (RFC 5545), to attach to an e-mail."""

import re
from datetime import UTC, datetime, timedelta

from core.clock import now
from core.gateways.mail import Attachment


def invitation(*, uid: str, starts_at: datetime, minutes: int, summary: str, url: str | None) -> Attachment:
    """An event that takes `minutes` from `starts_at`. The same uid replaces what was added before."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Sextant//Bookings//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}@sextant",
        f"DTSTAMP:{_utc(now())}",
        f"DTSTART:{_utc(starts_at)}",
        f"DTEND:{_utc(starts_at + timedelta(minutes=minutes))}",
        f"SUMMARY:{_escaped(summary)}",
        *([f"URL:{url}"] if url else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    content = "".join(_folded(line) + "\r\n" for line in lines)
    return Attachment(filename="call.ics", content=content.encode(), content_type="text/calendar")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text)
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _folded(line: str) -> str:
    """At most 75 bytes a line; what follows begins with a space. No character is cut."""
    parts, current = [], ""
    for character in line:
        if len((current + character).encode()) > 74:
            parts.append(current)
            current = ""
        current += character
    return "\r\n ".join([*parts, current])
