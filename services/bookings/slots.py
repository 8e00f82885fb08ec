"""Which starts can be booked: pure arithmetic on an expert's week, exceptions and bookings.

Hours are wall-clock times in the expert's zone. An instant is open when its local date and time lie in a window, so
around a change of the clocks the rules need no special case:

- a local time that does not exist (clocks go forward) is no instant: a window that starts or ends inside the gap
  starts or ends at the change, and one that lies wholly inside it is empty that day;
- a local time that happens twice (clocks go back) is open both times.

All instants that go in and come out are aware UTC datetimes; intervals are half-open.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Hours:
    """Part of one local day. An `end` of 00:00 is the end of the day."""

    start: time
    end: time

    @property
    def offsets(self) -> tuple[timedelta, timedelta]:
        """Start and end as wall-clock distance from the day's midnight."""
        return _offsets(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` until just before `end`, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """What decides on one expert's slots.

    `week` maps weekdays (0 is Monday) to hours, `closed` names dates whose weekly hours do not hold, `extra` adds
    hours to dates (closed ones too), `busy` holds what is held or booked.
    """

    zone: ZoneInfo
    week: dict[int, tuple[Hours, ...]]
    closed: frozenset[date] = frozenset()
    extra: dict[date, tuple[Hours, ...]] | None = None
    busy: tuple[Interval, ...] = ()

    def hours(self, day: date) -> list[Hours]:
        """The hours of one local date."""
        weekly = () if day in self.closed else self.week.get(day.weekday(), ())
        return [*weekly, *(self.extra or {}).get(day, ())]


@dataclass(frozen=True, slots=True)
class SlotPolicy:
    """House rules. A start lies on the `grid` of the expert's wall clock, at least `notice` and at most `horizon`
    from now, and keeps `buffer` free before and after other bookings."""

    grid: timedelta = timedelta(minutes=30)
    notice: timedelta = timedelta(hours=2)
    horizon: timedelta = timedelta(days=60)
    buffer: timedelta = timedelta(minutes=15)


def open_intervals(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Interval]:
    """Open time between `start` and `end` in order, windows that touch joined. Bookings are not taken out."""
    pending: Interval | None = None
    for piece in _pieces(calendar, start, end):
        if pending is not None and piece.start <= pending.end:
            pending = Interval(pending.start, max(pending.end, piece.end))
            continue
        if pending is not None:
            yield pending
        pending = piece
    if pending is not None:
        yield pending


def bookable(
    calendar: Calendar, policy: SlotPolicy, *, now: datetime, start: datetime, end: datetime, minutes: int
) -> Iterator[datetime]:
    """Starts of bookable calls of `minutes` with `start <= t < end`, in order, computed as they are taken."""
    length = timedelta(minutes=minutes)
    first, last = max(start, now + policy.notice), min(end, now + policy.horizon + timedelta.resolution)
    busy = _joined(Interval(each.start - policy.buffer, each.end + policy.buffer) for each in calendar.busy)
    busy_ends = [each.end for each in busy]
    for window in open_intervals(calendar, first, last + length):
        at = _on_grid(window.start, calendar.zone, policy.grid)
        while at < last and at + length <= window.end:
            index = bisect_right(busy_ends, at)
            if index < len(busy) and busy[index].start < at + length:
                at = _on_grid(busy[index].end, calendar.zone, policy.grid)
                continue
            yield at
            at = _on_grid(at + timedelta.resolution, calendar.zone, policy.grid)


def first_bookable(
    calendar: Calendar, policy: SlotPolicy, *, now: datetime, after: datetime, count: int, minutes: int
) -> list[datetime]:
    """The first `count` bookable starts from `after` on."""
    end = now + policy.horizon + timedelta.resolution
    return list(islice(bookable(calendar, policy, now=now, start=after, end=end, minutes=minutes), count))


def is_bookable(calendar: Calendar, policy: SlotPolicy, *, now: datetime, at: datetime, minutes: int) -> bool:
    """Whether a call of `minutes` that starts exactly `at` is on offer."""
    starts = bookable(calendar, policy, now=now, start=at, end=at + timedelta.resolution, minutes=minutes)
    return next(starts, None) == at


def _pieces(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Interval]:
    """Open time in order, cut at changes of the clocks and between windows of one day that do not touch."""
    for segment_start, segment_end, offset in _segments(calendar.zone, start, end):
        day = (segment_start + offset).date()
        last_day = (segment_end + offset).date()
        while day <= last_day:
            midnight = datetime.combine(day, MIDNIGHT, UTC) - offset
            for opens, closes in sorted(hours.offsets for hours in calendar.hours(day)):
                piece = Interval(max(midnight + opens, segment_start), min(midnight + closes, segment_end))
                if piece.start < piece.end:
                    yield piece
            day += DAY


def _segments(
    zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """`start` to `end` cut where the zone's distance from UTC changes, each part with that distance."""
    since = start
    year, month = start.year, start.month
    while (year, month) <= (end.year, end.month):
        for change in _changes(zone, year, month):
            if since < change < end:
                yield since, change, _offset(zone, since)
                since = change
        year, month = _month_after(year, month)
    if since < end:
        yield since, end, _offset(zone, since)


@lru_cache(maxsize=20_000)
def _changes(zone: ZoneInfo, year: int, month: int) -> tuple[datetime, ...]:
    """Changes of the clocks in one month of UTC, in order. Zones have at most one a day, at a full minute."""
    day, end = datetime(year, month, 1, tzinfo=UTC), datetime(*_month_after(year, month), 1, tzinfo=UTC)
    found = []
    while day < end:
        low, high = day, day + DAY
        before = _offset(zone, low)
        if before != _offset(zone, high):
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
                low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
            found.append(high)
        day += DAY
    return tuple(found)


def _month_after(year: int, month: int) -> tuple[int, int]:
    return (year, month + 1) if month < 12 else (year + 1, 1)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "a ZoneInfo always knows its distance from UTC"
    return offset


def _on_grid(at: datetime, zone: ZoneInfo, grid: timedelta) -> datetime:
    """The first instant from `at` on whose local time of day is a multiple of `grid`."""
    while past := _since_midnight(at.astimezone(zone).time()) % grid:
        at += grid - past
    return at


@lru_cache(maxsize=4096)
def _offsets(start: time, end: time) -> tuple[timedelta, timedelta]:
    return _since_midnight(start), DAY if end == MIDNIGHT else _since_midnight(end)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


def _joined(intervals: Iterable[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for each in sorted(intervals, key=lambda interval: interval.start):
        if joined and each.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, each.end))
        else:
            joined.append(each)
    return joined
