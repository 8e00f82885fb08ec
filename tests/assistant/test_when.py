"""Times as people write them, read in their own zone. Now is Monday 23 November 2026, 10:00 in Berlin."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from assistant.guided.when import When, read

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("Book the first one next Tuesday at 3pm.", date(2026, 12, 1), time(15)),
        ("this Tuesday at 3pm", date(2026, 11, 24), time(15)),
        ("tomorrow at 10", date(2026, 11, 24), time(10)),
        ("day after tomorrow 15:30", date(2026, 11, 25), time(15, 30)),
        ("on the 12th at noon", date(2026, 12, 12), time(12)),
        ("Dec 12 at 4:30 pm", date(2026, 12, 12), time(16, 30)),
        ("2026-12-03 09:15", date(2026, 12, 3), time(9, 15)),
        ("Thursday half past two", date(2026, 11, 26), time(14, 30)),
        ("friday quarter to four", date(2026, 11, 27), time(15, 45)),
        ("a week from tuesday at 10am", date(2026, 12, 1), time(10)),
        ("in two days at noon", date(2026, 11, 25), time(12)),
        ("wensday at 11", date(2026, 11, 25), time(11)),
        ("at three on thursday", date(2026, 11, 26), time(15)),
        ("monday at 9am", date(2026, 11, 30), time(9)),
        ("nächsten Dienstag um halb vier", date(2026, 11, 24), time(15, 30)),
        ("übermorgen um 15 Uhr", date(2026, 11, 25), time(15)),
        ("morgen früh um 9", date(2026, 11, 24), time(9)),
        ("12.12. um 15 Uhr", date(2026, 12, 12), time(15)),
        ("mardi prochain à 15h", date(2026, 11, 24), time(15)),
        ("le 3 décembre à 14h30", date(2026, 12, 3), time(14, 30)),
        ("el próximo martes a las 3 de la tarde", date(2026, 11, 24), time(15)),
        ("próxima terça às 15h", date(2026, 11, 24), time(15)),
        ("quinta-feira às 16h", date(2026, 11, 26), time(16)),
        ("15 Uhr", None, time(15)),
    ],
)
def test_day_and_time(text: str, day: date | None, at: time) -> None:
    when = read(text, NOW)
    assert (when.day, when.at) == (day, at)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("tomorrow at 10 for 45 minutes", 45),
        ("friday 14:00 for an hour", 60),
        ("a 30 minute call on thursday", 30),
        ("half an hour tomorrow at 9", 30),
        ("Freitag um 9:30, eine halbe Stunde", 30),
        ("under $150 an hour", None),
        ("in 30 minutes", None),
        ("mardi à 15h", None),
    ],
)
def test_length(text: str, minutes: int | None) -> None:
    assert read(text, NOW).minutes == minutes


def test_next_tuesday_on_a_monday_names_the_other_reading() -> None:
    when = read("next Tuesday at 3pm", NOW)
    assert (when.day, when.other_day) == (date(2026, 12, 1), date(2026, 11, 24))


def test_next_tuesday_on_a_friday_has_one_reading() -> None:
    friday = datetime(2026, 11, 27, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    when = read("next Tuesday at 3pm", friday)
    assert (when.day, when.other_day) == (date(2026, 12, 1), None)


def test_zones() -> None:
    assert read("tuesday 3pm EST", NOW).zone == "America/New_York"
    assert read("Wednesday 10am London time", NOW).zone == "Europe/London"
    assert read("monday at 9am their time", NOW).theirs
    assert read("tomorrow at 10", NOW).zone is None


def test_spans_parts_and_soonest() -> None:
    week = read("next week in the afternoon", NOW)
    assert (week.first, week.last, week.part) == (date(2026, 11, 30), date(2026, 12, 6), (12, 18))
    assert read("as soon as possible", NOW).soonest
    assert read("mañana por la mañana", NOW).part == (6, 12)


@pytest.mark.parametrize(
    "text", ["we have 4 months and 80k", "an app for 200 users", "", "React 18 and Node 20", "½"]
)
def test_what_says_no_time(text: str) -> None:
    assert read(text, NOW) == When()
