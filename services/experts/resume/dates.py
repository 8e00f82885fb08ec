"""Stretches of time as résumés write them: "Jan 2019 – Mar 2022", "2019–present", "03/2019 bis heute", "since 2020"."""

import re
from dataclasses import dataclass

_MONTH = (
    r"jan(?:uary|uar|vier|eiro)?|enero?|feb(?:ruary|ruar|rero)?|f[eé]v(?:rier|ereiro)?|mar(?:ch|s|zo|ço|co)?|m[aä]r(?:z)?|"
    r"apr(?:il)?|avr(?:il)?|abr(?:il)?|may|mai|mayo|maio|june?|juin|jun(?:i|io|ho)?|july?|juil(?:let)?|jul(?:i|io|ho)?|"
    r"aug(?:ust)?|ao[uû]t|ago(?:sto)?|sept?(?:ember|embre|iembre)?|set(?:embro)?|oct(?:ober|obre|ubre)?|okt(?:ober)?|"
    r"out(?:ubro)?|nov(?:ember|embre|iembre|embro)?|dec(?:ember)?|d[eé]c(?:embre)?|dez(?:ember|embro)?|dic(?:iembre)?|"
    r"spring|summer|autumn|fall|winter|q[1-4]"
)
_YEAR = r"(?:19|20)\d\d"
_POINT = rf"(?:(?:{_MONTH})\b\.?,?[ \t/'-]*|\d{{1,2}}[./-])?({_YEAR})(?:[./-]\d{{1,2}}(?![\d]))?"
_NOW = (
    r"present|current(?:ly)?|now|today|date|ongoing|heute|jetzt|aujourd['’]?hui|pr[eé]sent|actuel(?:lement)?|actualidad|"
    r"presente|actual|atual(?:mente)?|hoje|hoy"
)
_TO = r"[ \t]*(?:[-‐‑–—−~→]|\bto\b|\bthrough\b|\buntil\b|\btill\b|\bbis\b|\bà\b|\bau\b|\ba\b|\bat[eé]\b|\bhasta\b)[ \t]*"
_RANGE = re.compile(rf"(?<![\w./-]){_POINT}{_TO}(?:(?:the[ \t]+)?({_NOW})\b|{_POINT}(?![\d]))", re.IGNORECASE)
_SINCE = re.compile(rf"\b(?:since|seit|depuis|desde)[ \t]+{_POINT}(?![\d])", re.IGNORECASE)
_ALONE = re.compile(rf"(?<![\w./-])\(?{_POINT}\)?(?![\w/-])", re.IGNORECASE)
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


def span_in(line: str, *, year: int, alone: bool = False) -> Span | None:
    """The first stretch of time in a line; with `alone`, a single year counts as one."""
    for match in _RANGE.finditer(line):
        begin, end = int(match[1]), int(match[3]) if match[3] else None
        if FIRST <= begin <= year + 1 and (end is None or begin <= end <= year + 2):
            return Span(begin, end, match.start(), match.end())
    if since := _SINCE.search(line):
        begin = int(since[1])
        if FIRST <= begin <= year:
            return Span(begin, None, since.start(), since.end())
    if alone and (single := _ALONE.search(line)):
        begin = int(single[1])
        if FIRST <= begin <= year:
            return Span(begin, begin, single.start(), single.end())
    return None
