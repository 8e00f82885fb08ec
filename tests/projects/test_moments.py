"""Points in time for a call, in a person's time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.projects.extraction import Grain, MomentMention, when
from tests.projects.factories import NOW

BERLIN = "Europe/Berlin"


def local(moment: datetime, zone: str = BERLIN) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


def one(text: str, zone: str = BERLIN, now: datetime = NOW) -> MomentMention:
    (mention,) = when(text, now=now, timezone=zone)
    return mention


# It is Tuesday 10 March 2026, 10:00 in Berlin.
EXACT = [
    ("next Tuesday at 3pm", "Tue 2026-03-17 15:00"),
    ("Book the first one next Tuesday at 3pm", "Tue 2026-03-17 15:00"),
    ("book her for next tuesday 3 pm please", "Tue 2026-03-17 15:00"),
    ("tomorrow at 10", "Wed 2026-03-11 10:00"),
    ("tmrw 10am", "Wed 2026-03-11 10:00"),
    ("the 12th at 15:30", "Thu 2026-03-12 15:30"),
    ("on the 5th at noon", "Sun 2026-04-05 12:00"),
    ("Friday at 10", "Fri 2026-03-13 10:00"),
    ("friday 13:00", "Fri 2026-03-13 13:00"),
    ("Thu 4pm", "Thu 2026-03-12 16:00"),
    ("Thursday, 4.30pm", "Thu 2026-03-12 16:30"),
    ("half past 3 on Thursday", "Thu 2026-03-12 15:30"),
    ("quarter to 4 on Friday", "Fri 2026-03-13 15:45"),
    ("3 in the afternoon on Friday", "Fri 2026-03-13 15:00"),
    ("Friday afternoon at 3", "Fri 2026-03-13 15:00"),
    ("Wednesday of next week at 11", "Wed 2026-03-18 11:00"),
    ("next week Wednesday at 11", "Wed 2026-03-18 11:00"),
    ("a week on Tuesday at 10am", "Tue 2026-03-24 10:00"),
    ("March 29 at 14:15", "Sun 2026-03-29 14:15"),
    ("14 April, 9am", "Tue 2026-04-14 09:00"),
    ("2026-04-01 09:00", "Wed 2026-04-01 09:00"),
    ("tonight at 8", "Tue 2026-03-10 20:00"),
    ("today at 5pm", "Tue 2026-03-10 17:00"),
    ("in two hours", "Tue 2026-03-10 12:00"),
    ("in half an hour", "Tue 2026-03-10 10:30"),
    ("at 3pm", "Tue 2026-03-10 15:00"),
    ("9am", "Wed 2026-03-11 09:00"),
    ("Monday at three o'clock", "Mon 2026-03-16 15:00"),
    ("day after tomorrow, 11:00", "Thu 2026-03-12 11:00"),
    ("nächsten Dienstag um 15 Uhr", "Tue 2026-03-17 15:00"),
    ("übermorgen um halb vier", "Thu 2026-03-12 15:30"),
    ("am 12. um 15:30 Uhr", "Thu 2026-03-12 15:30"),
    ("Freitag, 13. März, 14:00 Uhr", "Fri 2026-03-13 14:00"),
    ("morgen um 9 Uhr", "Wed 2026-03-11 09:00"),
    ("demain à 15h30", "Wed 2026-03-11 15:30"),
    ("mardi prochain à 15h", "Tue 2026-03-17 15:00"),
    ("lundi 16 mars à 9h", "Mon 2026-03-16 09:00"),
    ("el próximo martes a las 3 de la tarde", "Tue 2026-03-17 15:00"),
    ("pasado mañana a las 10", "Thu 2026-03-12 10:00"),
    ("amanhã às 15h", "Wed 2026-03-11 15:00"),
    ("na próxima terça-feira às 10h", "Tue 2026-03-17 10:00"),
]


@pytest.mark.parametrize(("text", "expected"), EXACT)
def test_exact_times(text: str, expected: str) -> None:
    mention = one(text)
    assert local(mention.starts_at) == expected
    assert (mention.grain, mention.starts_at) == (Grain.MINUTE, mention.ends_at)
    assert mention.time_stated


@pytest.mark.parametrize(
    ("text", "starts", "ends", "grain"),
    [
        ("tomorrow morning", "Wed 2026-03-11 08:00", "Wed 2026-03-11 12:00", Grain.PART_OF_DAY),
        ("this Friday afternoon", "Fri 2026-03-13 12:00", "Fri 2026-03-13 18:00", Grain.PART_OF_DAY),
        ("between 2 and 4pm on Wednesday", "Wed 2026-03-11 14:00", "Wed 2026-03-11 16:00", Grain.PART_OF_DAY),
        ("after 3pm tomorrow", "Wed 2026-03-11 15:00", "Wed 2026-03-11 21:00", Grain.PART_OF_DAY),
        ("next week", "Mon 2026-03-16 00:00", "Mon 2026-03-23 00:00", Grain.SPAN),
        ("on Thursday", "Thu 2026-03-12 00:00", "Fri 2026-03-13 00:00", Grain.DAY),
        ("morgen früh", "Wed 2026-03-11 08:00", "Wed 2026-03-11 12:00", Grain.PART_OF_DAY),
        ("mañana por la mañana", "Wed 2026-03-11 08:00", "Wed 2026-03-11 12:00", Grain.PART_OF_DAY),
        ("demain après-midi", "Wed 2026-03-11 12:00", "Wed 2026-03-11 18:00", Grain.PART_OF_DAY),
    ],
)
def test_spans(text: str, starts: str, ends: str, grain: Grain) -> None:
    mention = one(text)
    assert (local(mention.starts_at), local(mention.ends_at), mention.grain) == (starts, ends, grain)


def test_the_hour_that_does_not_exist_moves_on() -> None:
    assert local(one("March 29 at 2:30am").starts_at) == "Sun 2026-03-29 03:30"


def test_the_hour_that_is_there_twice_is_the_earlier_and_marked() -> None:
    mention = one("October 25 at 2:30am")
    assert mention.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert mention.ambiguous


def test_the_same_words_after_the_change_of_clocks() -> None:
    assert one("tomorrow at 3pm").starts_at == datetime(2026, 3, 11, 14, tzinfo=UTC)
    assert one("30 March at 3pm").starts_at == datetime(2026, 3, 30, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc", "zone"),
    [
        ("tomorrow at 10am EST", datetime(2026, 3, 11, 14, tzinfo=UTC), "America/New_York"),
        ("3pm UTC tomorrow", datetime(2026, 3, 11, 15, tzinfo=UTC), "UTC"),
        ("Friday 3pm New York time", datetime(2026, 3, 13, 19, tzinfo=UTC), "America/New_York"),
        ("Friday 3pm Pacific time", datetime(2026, 3, 13, 22, tzinfo=UTC), "America/Los_Angeles"),
        ("Friday at 15:00 CET", datetime(2026, 3, 13, 14, tzinfo=UTC), BERLIN),
    ],
)
def test_a_zone_that_is_named_wins(text: str, utc: datetime, zone: str) -> None:
    mention = one(text)
    assert (mention.starts_at, mention.timezone) == (utc, zone)


def test_the_persons_day_is_what_counts() -> None:
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    assert local(one("tomorrow at 9am", "Asia/Tokyo", late).starts_at, "Asia/Tokyo") == "Thu 2026-03-12 09:00"
    assert (
        local(one("tomorrow at 9am", "America/New_York", late).starts_at, "America/New_York")
        == "Wed 2026-03-11 09:00"
    )


@pytest.mark.parametrize(("zone", "expected"), [("America/New_York", "2026-05-06"), (BERLIN, "2026-06-05")])
def test_the_order_of_day_and_month_follows_the_zone(zone: str, expected: str) -> None:
    mention = one("5/6 at 3pm", zone)
    assert local(mention.starts_at, zone)[4:14] == expected
    assert mention.ambiguous


def test_two_alternatives_are_two_mentions() -> None:
    found = when("either Thursday at 2pm or Friday at 11am", now=NOW, timezone=BERLIN)
    assert [local(mention.starts_at) for mention in found] == ["Thu 2026-03-12 14:00", "Fri 2026-03-13 11:00"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today at 8am",
        "24/7 support",
        "a budget of 80k",
        "we have 4 months",
        "99:99",
        "32nd of March",
        "31 February",
        "p.m.",
        "2/30",
        "the 45th at noon or never",
    ],
)
def test_nothing_to_book(text: str) -> None:
    assert [
        m for m in when(text, now=NOW, timezone=BERLIN) if m.grain is Grain.MINUTE and m.date_stated
    ] == []


def test_an_unknown_zone_is_utc() -> None:
    assert one("tomorrow at 3pm", "Mars/Olympus").starts_at == datetime(2026, 3, 11, 15, tzinfo=UTC)
