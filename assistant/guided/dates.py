"""Days in free text: calendar dates, days of the week, and spans of them."""

import re
from datetime import date, datetime, timedelta

from assistant.guided.words import NUMBERS, close, number

_WEEKDAYS = {
    name: index
    for index, names in enumerate(
        (
            "monday mondays mon montag lundi lunes segunda-feira",
            "tuesday tuesdays tue tues dienstag mardi martes terca terca-feira",
            "wednesday wednesdays wed weds mittwoch mercredi miercoles quarta-feira",
            "thursday thursdays thu thur thurs donnerstag jeudi jueves quinta-feira",
            "friday fridays fri freitag vendredi viernes sexta-feira",
            "saturday saturdays sat samstag sonnabend samedi sabado",
            "sunday sundays sun sonntag dimanche domingo",
        )
    )
    for name in names.split()
}


# In Portuguese these are ordinals too; as weekdays they follow a preposition or "próxima".
_SHORT_PT = re.compile(r"\b(?:na|nesta|esta|proxima|para|essa)\s+(segunda|terca|quarta|quinta|sexta)\b(?!-)")


_MONTHS = {
    name: index
    for index, names in enumerate(
        (
            "january jan januar janvier enero janeiro",
            "february feb februar fevrier febrero fevereiro",
            "march mar marz mars marzo marco",
            "april apr avril abril",
            "may mai mayo maio",
            "june jun juni juin junio junho",
            "july jul juli juillet julio julho",
            "august aug aout agosto",
            "september sep sept septembre septiembre setembro",
            "october oct okt oktober octobre octubre outubro",
            "november nov novembre noviembre novembro",
            "december dec dez dezember decembre diciembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}


_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))


NUMBER = "|".join(sorted((name for name in NUMBERS if len(name) > 2), key=len, reverse=True))


COUNT = rf"(\d{{1,3}}|{NUMBER}|an?|un|um)"


def day_of(words: str, now: datetime) -> tuple[date | None, date | None, date | None, date | None]:
    """(day, other reading, first day of a span, last day)."""
    today = now.date()
    if match := re.search(r"\b(20\d\d)-(\d\d?)-(\d\d?)\b", words):
        return _safe(int(match.group(1)), int(match.group(2)), int(match.group(3))), None, None, None
    if found := _calendar_date(words, now):
        return found, None, None, None
    if re.search(
        r"\bday after tomorrow\b|\bubermorgen\b|\bapres[- ]demain\b|\bpasado manana\b|\bdepois de amanha\b",
        words,
    ):
        return today + timedelta(2), None, None, None
    if weekday := _weekday(words, today):
        return weekday[0], weekday[1], None, None
    if re.search(
        r"\btomorrow\b|\btmrw?\b|\btomorow\b|\btommorr?ow\b|\bmorgen\b|\bdemain\b|\bmanana\b|\bamanha\b",
        words,
    ):
        return today + timedelta(1), None, None, None
    if re.search(r"\btoday\b|\bheute\b|\baujourd'hui\b|\bhoy\b|\bhoje\b", words):
        return today, None, None, None
    if match := re.search(
        rf"\b(?:in|dans|en|em|daqui a|within)\s+{COUNT}\s+(days?|tagen?|jours?|dias?|weeks?|wochen?|semaines?|semanas?|months?)\b|\b{COUNT} (days?|weeks?) from (?:now|today)\b",
        words,
    ):
        amount = number(match.group(1) or match.group(3) or "") or 1
        unit = match.group(2) or match.group(4)
        days = amount * (1 if unit[0] in "dtj" else 30 if unit.startswith("month") else 7)
        return (
            (None if unit[0] not in "dtj" else today + timedelta(days)),
            None,
            *((None, None) if unit[0] in "dtj" else (today + timedelta(days), today + timedelta(days + 6))),
        )
    monday = today - timedelta(today.weekday())
    if re.search(
        r"\bnext week\b|\bnachste woche\b|\bsemaine prochaine\b|\bproxima semana\b|\bsemana que (?:viene|vem)\b",
        words,
    ):
        return None, None, monday + timedelta(7), monday + timedelta(13)
    if re.search(r"\bweekend\b|\bwochenende\b|\bfin de semana\b|\bfim de semana\b", words):
        return None, None, monday + timedelta(5), monday + timedelta(6)
    if re.search(
        r"\b(?:this|later this|end of (?:the|this)) week\b|\bdiese woche\b|\bcette semaine\b|\besta semana\b",
        words,
    ):
        return None, None, today, monday + timedelta(6)
    if re.search(r"\bnext (?:few|couple of) days\b|\bcoming days\b", words):
        return None, None, today, today + timedelta(4)
    if re.search(
        r"\bnext month\b|\bnachsten monat\b|\bmois prochain\b|\bproximo mes\b|\bmes que (?:viene|vem)\b",
        words,
    ):
        start = (today.replace(day=1) + timedelta(32)).replace(day=1)
        return None, None, start, (start + timedelta(32)).replace(day=1) - timedelta(1)
    return None, None, None, None


def _calendar_date(words: str, now: datetime) -> date | None:
    today = now.date()
    if match := re.search(
        rf"\b(\d{{1,2}})(?:st|nd|rd|th|er|o)?\.?(?: of| de)? ({_MONTH})\b\.?(?:(?: de)? (20\d\d))?", words
    ):
        return _coming(int(match.group(1)), _MONTHS[match.group(2)], match.group(3), today)
    if match := re.search(
        rf"\b({_MONTH})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (20\d\d))?", words
    ):
        return _coming(int(match.group(2)), _MONTHS[match.group(1)], match.group(3), today)
    if match := re.search(
        r"(?<![\d$€£.,/])(\d{1,2})([./])(\d{1,2})(?:\2(20\d\d|\d\d)|\2)?(?![\d/%]|\s?(?:k\b|uhr|years|hours))",
        words,
    ):
        first, separator, second, year = match.groups()
        day, month = int(first), int(second)
        american = separator == "/" and str(now.tzinfo).startswith(("America/", "US/"))
        if (american and day <= 12) or month > 12:
            day, month = month, day
        if separator == "." and year is None and not match.group().endswith("."):
            return None  # 4.5 is a number
        return _coming(day, month, year if not year or len(year) == 4 else "20" + year, today)
    if match := re.search(
        r"\b(?:on the|the|le|el|dia|am|der) (\d{1,2})(?:st|nd|rd|th|\.|er)?(?= |$|[,;!?.])", words
    ):
        suffix = words[match.end() : match.end() + 5].strip()
        day = int(match.group(1))
        if 1 <= day <= 31 and not suffix.startswith(("pm", "am", "uhr", "min", "h", ":")):
            start = today if day >= today.day else (today.replace(day=1) + timedelta(32))
            return _safe(start.year, start.month, day)
    return None


def _coming(day: int, month: int, year: str | None, today: date) -> date | None:
    if year:
        return _safe(int(year), month, day)
    found = _safe(today.year, month, day)
    return _safe(today.year + 1, month, day) if found and found < today else found


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekday(words: str, today: date) -> tuple[date, date | None] | None:
    index = None
    where = -1
    for match in re.finditer(r"[a-z]+(?:-feira)?", words):
        token = match.group()
        known = token if token in _WEEKDAYS else None
        if known is None and len(token) >= 6 and token not in ("second", "sunset", "mondial"):
            known = close(token, [day for day in _WEEKDAYS if len(day) >= 6], cutoff=0.85)
        if known is not None:
            index, where, end = _WEEKDAYS[known], match.start(), match.end()
            break
    if index is None:
        if not (short := _SHORT_PT.search(words)):
            return None
        index = {"segunda": 0, "terca": 1, "quarta": 2, "quinta": 3, "sexta": 4}[short.group(1)]
        where, end = short.start(1), short.end(1)
    ahead = (index - today.weekday()) % 7
    before, after = words[:where].rstrip(), words[end:].lstrip()
    if re.match(
        r"(?:week|in a week|next week|(?:der )?nachste[nr]? woche|de la semaine prochaine|de la proxima semana|da proxima semana|da semana que vem|de la semana que viene)\b",
        after,
    ) or re.search(
        r"\b(?:next week(?: on)?|nachste woche(?: am)?|week from|proxima semana(?: el| na)?|semaine prochaine(?: le)?)$",
        before,
    ):
        if re.match(r"(?:week|in a week)\b", after) or before.endswith("week from"):
            return today + timedelta((ahead or 7) + 7), None
        monday = today - timedelta(today.weekday()) + timedelta(7)
        return monday + timedelta(index), None
    is_next = bool(
        re.search(r"\b(?:next|nachste[nrs]?|kommende[nrs]?|proxim[oa])$", before)
        or re.match(r"(?:prochaine?|que (?:viene|vem)|proxim[oa])\b", after)
    )
    english = before.endswith("next")
    coming = today + timedelta(ahead or 7)
    if english:
        # "Next Tuesday" is the one of next week; said early in the week, some mean the one that comes first.
        following = today - timedelta(today.weekday()) + timedelta(7 + index)
        return following, (coming if coming != following else None)
    if is_next:
        return coming, None
    return (today + timedelta(ahead), None) if ahead else (today, today + timedelta(7))
