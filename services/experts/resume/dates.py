"""Stretches of time as résumés write them: "Jan 2019 – Mar 2022", "2019–present", "03/2019 bis heute", "since 2020"."""

import re
from dataclasses import dataclass

from services.taxonomy.text import word_set

_MONTH = (
    r"jan(?:uary|uar|vier|eiro)?|enero?|feb(?:ruary|ruar|rero)?|f[eé]v(?:rier|ereiro)?|mar(?:ch|s|zo|ço|co)?|m[aä]r(?:z)?|"
    r"apr(?:il)?|avr(?:il)?|abr(?:il)?|may|mai|mayo|maio|june?|juin|jun(?:i|io|ho)?|july?|juil(?:let)?|jul(?:i|io|ho)?|"
    r"aug(?:ust)?|ao[uû]t|ago(?:sto)?|sept?(?:ember|embre|iembre)?|set(?:embro)?|oct(?:ober|obre|ubre)?|okt(?:ober)?|"
    r"out(?:ubro)?|nov(?:ember|embre|iembre|embro)?|dec(?:ember)?|d[eé]c(?:embre)?|dez(?:ember|embro)?|dic(?:iembre)?|"
    r"spring|summer|autumn|fall|winter|q[1-4]"
)
# "'09" is a year beside another one.
_YEAR = r"(?:19|20)\d\d|(?<!\w)['’]\d\d"
# "30 November", "1st of March".
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th|\.)?[ \t]+(?:of[ \t]+|de[ \t]+)?(?=(?:{_MONTH})\b))?"
_POINT = (
    rf"{_DAY}(?:(?:{_MONTH})\b\.?,?[ \t/'-]*|(?:\d{{1,2}}[./-]){{1,2}})?"
    rf"({_YEAR})(?:[./-](?:0?[1-9]|1[0-2])(?:[./-]\d{{1,2}})?(?![\d]))?"
)
_NOW = (
    r"present|current(?:ly)?|now|today|(?:to[ \t]+)?date|ongoing|heute|jetzt|aujourd['’]?hui|ce jour|pr[eé]sent|actuel(?:lement)?|actualidad|"
    r"presente|actual|atual(?:mente)?|hoje|hoy"
)
_TO = r"[ \t]*(?:[-‐‑–—−~→]|\bto\b|\bthrough\b|\buntil\b|\btill\b|\bbis\b|\bà\b|\bau\b|\ba\b|\bat[eé]\b|\bhasta\b)[ \t]*"
# "2010–13": only written together, since "2010 – 15 people" is something else.
_SHORT = r"(?<=\d[-‐‑–—−])(\d\d)(?![\w%.,/-]*\d|%)\b"
_RANGE = re.compile(
    rf"(?<![\w./-]){_POINT}{_TO}(?:(?:the[ \t]+)?({_NOW})\b|{_POINT}(?![\d])|{_SHORT})", re.IGNORECASE
)
_SINCE = re.compile(
    rf"\b(?:since|seit|ab|depuis|desde|from(?=[ \t\w./]{{5,16}}(?:$|[)\],;|])))[ \t]+{_POINT}(?![\d])",
    re.IGNORECASE,
)
# "2019 –", "2019+", "2019 onwards": it has not ended.
_OPEN = re.compile(
    rf"(?<![\w./-]){_POINT}(?:[ \t]*[-‐‑–—−→][ \t]*(?:…|\.\.\.|\?)?[ \t]*(?=[)\]]|$)|[ \t]*\+(?!\w)|[ \t]+(?:and[ \t]+)?onwards?\b)",
    re.IGNORECASE,
)
# "03/18 – 11/20": months and years of two digits each, on both sides.
_MONTH_NUMBER = r"(?:0?[1-9]|1[0-2])[/.]"
_TWO_DIGITS = re.compile(
    rf"(?<![\w./-]){_MONTH_NUMBER}(\d\d){_TO}(?:(?:the[ \t]+)?({_NOW})\b|{_MONTH_NUMBER}(\d\d)(?![\w/.-]))",
    re.IGNORECASE,
)
# A narrow column breaks them after the dash.
_BROKEN = re.compile(
    rf"((?<![\w./-]){_POINT}[ \t]*[-‐‑–—−])[ \t]*\n[ \t]*(?=(?:{_NOW})\b|{_POINT})", re.IGNORECASE
)
_PARTED = re.compile(r"\b([^\W\d_]{2,})-\n[ \t]*(?=[^\W\d_A-ZÀ-Þ])")
_COMPOUNDS = word_set(
    "front full long short real high low cross multi self non well small large open cloud two three mission first third risk "
    "cost hands"
)
_ALONE = re.compile(rf"(?<![\w./'’-])\(?{_POINT}\)?(?![\w/-])", re.IGNORECASE)
FIRST = 1960


@dataclass(frozen=True, slots=True)
class Span:
    """Years, both included; `end` None is still going on. It stands in its line from `at` to `until`."""

    begin: int
    end: int | None
    at: int
    until: int

    def years(self, today: int) -> range:
        return range(self.begin, (self.end or today) + 1)


def mended(text: str) -> str:
    """The text with the stretches whole that run over the end of a line, and the words that were parted there."""
    return _PARTED.sub(_joined, _BROKEN.sub(r"\1 ", text))


def _joined(match: re.Match[str]) -> str:
    # "front-" and "end" keep their hyphen, "Kuber-" and "netes" are one word.
    return match[1] if match[1].lower() not in _COMPOUNDS else f"{match[1]}-"


def is_span(line: str) -> bool:
    """Whether there is nothing but a stretch of time in a line."""
    return _RANGE.fullmatch(line.strip(" \t()")) is not None


def _year(digits: str, *, after: int | None = None) -> int:
    """One of two digits is the first such year that is not before another one, or not before `FIRST`."""
    number = int(digits.lstrip("'’"))
    if number >= 100:
        return number
    earliest = FIRST if after is None else after
    return earliest + (number - earliest) % 100


def span_in(line: str, *, year: int, alone: bool = False) -> Span | None:
    """The first stretch of time in a line; with `alone`, a single year counts as one."""
    for match in _RANGE.finditer(line):
        begin = _year(match[1])
        last = match[3] or match[4]
        end = _year(last, after=begin) if last else None
        if FIRST <= begin <= year + 1 and (end is None or begin <= end <= year + 2):
            return Span(begin, end, match.start(), match.end())
    if numbers := _TWO_DIGITS.search(line):
        begin = _year(numbers[1])
        end = _year(numbers[3], after=begin) if numbers[3] else None
        if begin <= year + 1 and (end is None or end <= year + 2):
            return Span(begin, end, numbers.start(), numbers.end())
    for since in filter(None, (_SINCE.search(line), _OPEN.search(line))):
        begin = _year(since[1])
        if FIRST <= begin <= year:
            return Span(begin, None, since.start(), since.end())
    if alone and (single := _ALONE.search(line)):
        begin = _year(single[1])
        if FIRST <= begin <= year:
            return Span(begin, begin, single.start(), single.end())
    return None
