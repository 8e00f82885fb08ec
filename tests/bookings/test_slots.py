"""The slot calculus: tables around changes of the clocks, and invariants over drawn calendars."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.bookings.slots import (
    Calendar,
    Hours,
    Interval,
    SlotPolicy,
    bookable,
    first_bookable,
    is_bookable,
    open_intervals,
)

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
EVERY_DAY = range(7)
NO_LIMITS = SlotPolicy(notice=timedelta(0), horizon=timedelta(days=3650), buffer=timedelta(0))
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(zone: str, *hours: tuple[str, str], **changes: Any) -> Calendar:
    windows = tuple(Hours(time.fromisoformat(start), time.fromisoformat(end)) for start, end in hours)
    return Calendar(ZoneInfo(zone), dict.fromkeys(EVERY_DAY, windows), **changes)


def opened(calendar: Calendar, start: str, end: str) -> list[tuple[datetime, datetime]]:
    return [(each.start, each.end) for each in open_intervals(calendar, utc(start), utc(end))]


def starts(
    calendar: Calendar, start: str, end: str, minutes: int = 30, policy: SlotPolicy = NO_LIMITS
) -> list[str]:
    found = bookable(calendar, policy, now=LONG_AGO, start=utc(start), end=utc(end), minutes=minutes)
    return [each.strftime("%dT%H:%M") for each in found]


@pytest.mark.parametrize(
    ("zone", "hours", "day", "expected"),
    [
        # Office hours keep their wall-clock time over the change, so they move by an hour in UTC.
        ("America/New_York", ("09:00", "10:00"), "2026-03-07", [("2026-03-07T14:00", "2026-03-07T15:00")]),
        ("America/New_York", ("09:00", "10:00"), "2026-03-08", [("2026-03-08T13:00", "2026-03-08T14:00")]),
        ("America/New_York", ("09:00", "10:00"), "2026-11-01", [("2026-11-01T14:00", "2026-11-01T15:00")]),
        ("Europe/Berlin", ("09:00", "10:00"), "2026-03-28", [("2026-03-28T08:00", "2026-03-28T09:00")]),
        ("Europe/Berlin", ("09:00", "10:00"), "2026-03-29", [("2026-03-29T07:00", "2026-03-29T08:00")]),
        ("Europe/Berlin", ("09:00", "10:00"), "2026-10-25", [("2026-10-25T08:00", "2026-10-25T09:00")]),
        # New York skips 02:00 to 03:00 on March 8th (07:00 UTC), Berlin on March 29th (01:00 UTC).
        ("America/New_York", ("01:00", "02:30"), "2026-03-08", [("2026-03-08T06:00", "2026-03-08T07:00")]),
        ("America/New_York", ("02:30", "04:00"), "2026-03-08", [("2026-03-08T07:00", "2026-03-08T08:00")]),
        ("America/New_York", ("02:00", "03:00"), "2026-03-08", []),
        ("America/New_York", ("02:15", "02:45"), "2026-03-08", []),
        ("America/New_York", ("01:00", "04:00"), "2026-03-08", [("2026-03-08T06:00", "2026-03-08T08:00")]),
        ("Europe/Berlin", ("02:00", "03:00"), "2026-03-29", []),
        ("Europe/Berlin", ("01:30", "03:30"), "2026-03-29", [("2026-03-29T00:30", "2026-03-29T01:30")]),
        # New York has 01:00 to 02:00 twice on November 1st, Berlin 02:00 to 03:00 on October 25th.
        ("America/New_York", ("01:00", "02:00"), "2026-11-01", [("2026-11-01T05:00", "2026-11-01T07:00")]),
        (
            "America/New_York",
            ("00:00", "01:30"),
            "2026-11-01",
            [("2026-11-01T04:00", "2026-11-01T05:30"), ("2026-11-01T06:00", "2026-11-01T06:30")],
        ),
        (
            "Europe/Berlin",
            ("02:30", "04:00"),
            "2026-10-25",
            [("2026-10-25T00:30", "2026-10-25T01:00"), ("2026-10-25T01:30", "2026-10-25T03:00")],
        ),
        # A day has 23 or 25 hours then.
        ("Europe/Berlin", ("00:00", "00:00"), "2026-03-29", [("2026-03-28T23:00", "2026-03-29T22:00")]),
        ("Europe/Berlin", ("00:00", "00:00"), "2026-10-25", [("2026-10-24T22:00", "2026-10-25T23:00")]),
        # Zones that are not whole hours from UTC, one of which changes by half an hour.
        ("Asia/Kolkata", ("09:00", "10:00"), "2026-06-01", [("2026-06-01T03:30", "2026-06-01T04:30")]),
        ("Asia/Kathmandu", ("09:00", "10:00"), "2026-06-01", [("2026-06-01T03:15", "2026-06-01T04:15")]),
        ("Australia/Lord_Howe", ("01:30", "02:30"), "2026-10-04", [("2026-10-03T15:00", "2026-10-03T15:30")]),
        # Midnight itself does not exist in Cairo on the last Friday of April.
        ("Africa/Cairo", ("00:00", "02:00"), "2026-04-24", [("2026-04-23T22:00", "2026-04-23T23:00")]),
    ],
)
def test_hours_follow_the_wall_clock(
    zone: str, hours: tuple[str, str], day: str, expected: list[tuple[str, str]]
) -> None:
    on = date.fromisoformat(day)
    window = Hours(time.fromisoformat(hours[0]), time.fromisoformat(hours[1]))
    calendar = Calendar(ZoneInfo(zone), {}, extra={on: (window,)})
    around = datetime.combine(on, time(), UTC)
    found = open_intervals(calendar, around - timedelta(days=2), around + timedelta(days=2))
    assert [(each.start, each.end) for each in found] == [(utc(start), utc(end)) for start, end in expected]


def test_windows_that_touch_over_midnight_are_one() -> None:
    calendar = daily("Europe/Berlin", ("22:00", "00:00"), ("00:00", "02:00"))
    assert opened(calendar, "2026-06-01T12:00", "2026-06-02T12:00") == [
        (utc("2026-06-01T20:00"), utc("2026-06-02T00:00"))
    ]
    assert "01T21:30" in starts(calendar, "2026-06-01T12:00", "2026-06-02T12:00", minutes=60)


def test_exceptions_close_add_and_replace() -> None:
    closed, moved, added = date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 3)
    calendar = Calendar(
        ZoneInfo("UTC"),
        {day: (Hours(time(9), time(10)),) for day in EVERY_DAY},
        closed=frozenset({closed, moved}),
        extra={moved: (Hours(time(12), time(13)),), added: (Hours(time(10), time(11)),)},
    )
    assert opened(calendar, "2026-06-01T00:00", "2026-06-05T00:00") == [
        (utc("2026-06-02T12:00"), utc("2026-06-02T13:00")),
        (utc("2026-06-03T09:00"), utc("2026-06-03T11:00")),
        (utc("2026-06-04T09:00"), utc("2026-06-04T10:00")),
    ]


def test_starts_lie_on_the_experts_grid() -> None:
    kathmandu = daily("Asia/Kathmandu", ("09:10", "11:00"))
    assert starts(kathmandu, "2026-06-01T00:00", "2026-06-02T00:00") == ["01T03:45", "01T04:15", "01T04:45"]


def test_both_occurrences_of_an_hour_can_be_booked() -> None:
    assert starts(
        daily("America/New_York", ("01:00", "02:00")), "2026-11-01T00:00", "2026-11-02T00:00", 60
    ) == [
        "01T05:00",
        "01T05:30",
        "01T06:00",
    ]


def test_bookings_and_their_buffer_are_left_out() -> None:
    policy = SlotPolicy(notice=timedelta(0), horizon=timedelta(days=3650), buffer=timedelta(minutes=15))
    calendar = daily(
        "UTC", ("09:00", "13:00"), busy=(Interval(utc("2026-06-01T10:30"), utc("2026-06-01T11:00")),)
    )
    assert starts(calendar, "2026-06-01T00:00", "2026-06-02T00:00", policy=policy) == [
        "01T09:00",
        "01T09:30",
        "01T11:30",
        "01T12:00",
        "01T12:30",
    ]


def test_notice_and_horizon_bound_the_starts() -> None:
    calendar = daily("UTC", ("00:00", "00:00"))
    now = utc("2026-06-01T10:00")
    everything: dict[str, Any] = {
        "now": now,
        "start": LONG_AGO,
        "end": utc("2027-06-01T00:00"),
        "minutes": 30,
    }
    found = list(bookable(calendar, SlotPolicy(buffer=timedelta(0)), **everything))
    assert found[0] == now + timedelta(hours=2)
    assert found[-1] == now + timedelta(days=60)
    assert len(found) == 60 * 48 - 4 + 1


def test_first_bookable_stops_when_it_has_enough() -> None:
    calendar = daily("Europe/Berlin", ("09:00", "17:00"))
    found = first_bookable(
        calendar,
        SlotPolicy(),
        now=utc("2026-06-01T06:00"),
        after=utc("2026-06-01T14:00"),
        count=3,
        minutes=60,
    )
    assert found == [utc("2026-06-01T14:00"), utc("2026-06-02T07:00"), utc("2026-06-02T07:30")]


@pytest.mark.parametrize(
    ("at", "minutes", "offered"),
    [
        ("2026-06-01T09:00", 30, True),
        ("2026-06-01T09:15", 30, False),  # off the grid
        ("2026-06-01T09:00:01", 30, False),
        ("2026-06-01T08:30", 30, False),  # before hours
        ("2026-06-01T16:30", 30, True),
        ("2026-06-01T16:30", 60, False),  # runs over the end
        ("2026-06-06T09:00", 30, False),  # a Saturday
    ],
)
def test_free_is_not_yet_offered(at: str, minutes: int, offered: bool) -> None:
    calendar = Calendar(ZoneInfo("UTC"), {day: (Hours(time(9), time(17)),) for day in range(5)})
    assert is_bookable(calendar, NO_LIMITS, now=LONG_AGO, at=utc(at), minutes=minutes) is offered


ZONES = st.sampled_from(
    [
        "America/New_York",
        "Europe/Berlin",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/St_Johns",
    ]
)
# Days around changes of the clocks in the zones above.
MOMENTS = st.sampled_from(
    ["2026-03-08", "2026-03-29", "2026-04-04", "2026-10-03", "2026-10-25", "2026-11-01"]
).map(lambda day: utc(day + "T00:00"))
TIMES = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    start, end = sorted(draw(st.lists(TIMES, min_size=2, max_size=2, unique=True)))
    return Hours(start, draw(st.sampled_from([end, time(0)])))


@st.composite
def calendars(draw: st.DrawFn, around: datetime) -> Calendar:
    days = st.integers(-2, 3).map(lambda shift: (around + timedelta(days=shift)).date())
    windows = st.lists(hours(), max_size=3).map(tuple)
    booked = st.builds(
        lambda shift, length: Interval(
            around + timedelta(minutes=5 * shift), around + timedelta(minutes=5 * (shift + length))
        ),
        st.integers(-200, 600),
        st.integers(1, 36),
    )
    return Calendar(
        ZoneInfo(draw(ZONES)),
        draw(st.dictionaries(st.integers(0, 6), windows, max_size=7)),
        draw(st.frozensets(days, max_size=2)),
        draw(st.dictionaries(days, windows, max_size=2)),
        tuple(draw(st.lists(booked, max_size=6))),
    )


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_slot_keeps_all_the_rules_and_none_is_missing(data: st.DataObject) -> None:
    around = data.draw(MOMENTS)
    calendar = data.draw(calendars(around))
    minutes = data.draw(st.sampled_from([15, 30, 45, 60, 90]))
    policy = SlotPolicy(
        notice=timedelta(minutes=data.draw(st.sampled_from([0, 90]))),
        horizon=timedelta(days=2),
        buffer=timedelta(minutes=data.draw(st.sampled_from([0, 15]))),
    )
    now = around - timedelta(hours=3)
    start, end = around - timedelta(days=1), around + timedelta(days=3)
    length = timedelta(minutes=minutes)

    def open_at(instant: datetime) -> bool:
        local = instant.astimezone(calendar.zone)
        return any(
            each.start <= local.time() and (each.end == time(0) or local.time() < each.end)
            for each in calendar.hours(local.date())
        )

    def keeps_the_rules(at: datetime) -> bool:
        local = at.astimezone(calendar.zone)
        return (
            start <= at < end
            and now + policy.notice <= at <= now + policy.horizon
            and (local.hour * 60 + local.minute) % 30 == 0
            and all(open_at(at + timedelta(minutes=step)) for step in range(0, minutes, 15))
            and not any(
                at < each.end + policy.buffer and each.start - policy.buffer < at + length
                for each in calendar.busy
            )
        )

    quarters = (start + timedelta(minutes=15 * step) for step in range(4 * 24 * 4))
    expected = [at for at in quarters if keeps_the_rules(at)]
    assert list(bookable(calendar, policy, now=now, start=start, end=end, minutes=minutes)) == expected


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_slot_of_a_list_is_bookable_by_itself(data: st.DataObject) -> None:
    around = data.draw(MOMENTS)
    calendar = data.draw(calendars(around))
    found = list(
        bookable(calendar, NO_LIMITS, now=LONG_AGO, start=around, end=around + timedelta(days=1), minutes=30)
    )
    for step in range(96):
        at = around + timedelta(minutes=15 * step)
        assert is_bookable(calendar, NO_LIMITS, now=LONG_AGO, at=at, minutes=30) is (at in found)
