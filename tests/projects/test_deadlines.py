"""How long there is: durations and dates, in five languages, and what is no deadline."""

from datetime import date

import pytest

from services.projects.merging import merge
from services.projects.schemas import ProjectBrief
from tests.projects.factories import read

# Today is Tuesday 10 March 2026.
WEEKS = [
    ("We have $80k and about 4 months.", 17.4),
    ("about 4 months", 17.4),
    ("in six weeks", 6),
    ("within 90 days", 12.9),
    ("we have half a year", 26.1),
    ("a year and a half", 78.3),
    ("a couple of months", 8.7),
    ("it has to be live in 10 weeks", 10),
    ("4-6 months", 26.1),
    ("between 3 and 4 months", 17.4),
    ("three to four months", 17.4),
    ("MVP in 12 weeks", 12),
    ("a six-month timeline", 26.1),
    ("2 quarters", 26.1),
    ("one year", 52.2),
    ("we need it in a month", 4.3),
    ("3mo", 13),
    ("six sprints", 12),
    ("no, actually 6 months", 26.1),
    ("3 months, not 6 months", 13),
    ("not 6 months but 3", 13),
    ("drei Monate", 13),
    ("Wir haben etwa sechs Monate Zeit", 26.1),
    ("in 8 Wochen", 8),
    ("ein halbes Jahr", 26.1),
    ("anderthalb Jahre", 78.3),
    ("zwischen 3 und 4 Monaten", 17.4),
    ("innerhalb eines Jahres", 52.2),
    ("d'ici six mois", 26.1),
    ("dans 3 mois", 13),
    ("nous avons quatre mois", 17.4),
    ("en 3 meses", 13),
    ("tenemos seis meses", 26.1),
    ("medio año", 26.1),
    ("em quatro meses", 17.4),
    ("temos 5 meses de prazo", 21.7),
    ("$5k per month for 6 months", 26.1),
]


@pytest.mark.parametrize(("text", "weeks"), WEEKS)
def test_durations(text: str, weeks: float) -> None:
    deadline = read(text).deadline
    assert deadline is not None
    assert deadline.value.weeks == pytest.approx(weeks, abs=0.15)
    assert deadline.value.due is not None


DATES = [
    ("by end of March", date(2026, 3, 31)),
    ("launch by the end of June", date(2026, 6, 30)),
    ("live before June", date(2026, 5, 31)),
    ("we launch in September", date(2026, 9, 30)),
    ("ready by September 15th", date(2026, 9, 15)),
    ("deadline is 1 October 2026", date(2026, 10, 1)),
    ("due 2026-07-01", date(2026, 7, 1)),
    ("until 15.05.2026", date(2026, 5, 15)),
    ("Q2", date(2026, 6, 30)),
    ("by Q3", date(2026, 9, 30)),
    ("sometime in Q4 2026", date(2026, 12, 31)),
    ("end of Q2", date(2026, 6, 30)),
    ("next quarter", date(2026, 6, 30)),
    ("by Christmas", date(2026, 12, 25)),
    ("before Christmas", date(2026, 12, 24)),
    ("for Black Friday", date(2026, 11, 27)),
    ("by Easter", date(2026, 4, 5)),
    ("this summer", date(2026, 8, 31)),
    ("before summer", date(2026, 5, 31)),
    ("by the end of the year", date(2026, 12, 31)),
    ("EOY", date(2026, 12, 31)),
    ("launch early next year", date(2027, 5, 1)),
    ("by mid-May", date(2026, 5, 16)),
    ("by January", date(2027, 1, 31)),
    ("by 2027", date(2027, 12, 31)),
    ("end of next month", date(2026, 4, 30)),
    ("bis Ende Juni", date(2026, 6, 30)),
    ("bis Mitte Juli", date(2026, 7, 16)),
    ("bis zum 1. August", date(2026, 8, 1)),
    ("im Herbst soll es starten", date(2026, 11, 30)),
    ("bis Jahresende", date(2026, 12, 31)),
    ("bis Weihnachten", date(2026, 12, 25)),
    ("d'ici fin juin", date(2026, 6, 30)),
    ("lancement en septembre", date(2026, 9, 30)),
    ("avant l'été", date(2026, 5, 31)),
    ("para finales de mayo", date(2026, 5, 31)),
    ("listo antes de julio", date(2026, 6, 30)),
    ("até o fim do ano", date(2026, 12, 31)),
    ("até 30 de junho", date(2026, 6, 30)),
    ("pronto em agosto", date(2026, 8, 31)),
]


@pytest.mark.parametrize(("text", "due"), DATES)
def test_dates(text: str, due: date) -> None:
    deadline = read(text).deadline
    assert deadline is not None
    assert deadline.value.due == due
    assert deadline.value.weeks == pytest.approx((due - date(2026, 3, 10)).days / 7, abs=0.06)


@pytest.mark.parametrize(
    "text",
    [
        "8k a month",
        "we have 3 years of experience",
        "the first 14 days are free",
        "a 30-day trial",
        "a 12-month subscription",
        "our company is 5 years old",
        "launched 6 months ago",
        "over the last two years",
        "every 2 weeks",
        "18 months of runway",
        "Book the first one next Tuesday at 3pm",
        "Can we talk tomorrow morning?",
        "a call on the 12th at 15:30",
        "the app reminds people every day",
        "We may need it",
        "users march to the beat",
        "kids aged 6 to 12 years",
        "sessions of 30 minutes",
        "what can I build for $80k?",
        "since January we have 100 users",
        "founded in 2019",
        "",
        "months",
        "999999999 years",
    ],
)
def test_what_is_no_deadline(text: str) -> None:
    assert read(text).deadline is None


def test_a_hard_deadline_and_a_range_are_kept() -> None:
    hard = read("It must be live by 1 September at the latest").deadline
    assert hard is not None
    assert hard.value.hard
    span = read("about 4 to 6 months").deadline
    assert span is not None
    assert span.value.weeks_low == pytest.approx(17.4)
    assert (span.value.approximate, span.value.hard) == (True, False)


@pytest.mark.parametrize(
    ("first", "then", "weeks"),
    [
        ("we have 4 months", "actually 6 months", 26.1),
        ("we have 4 months", "two more months are fine", 26.1),
        ("we have 4 months", "we got another month", 21.7),
        ("we have 4 months", "make it a month less", 13),
        ("wir haben 4 Monate", "nein, 6 Monate", 26.1),
        ("tenemos 4 meses", "no, mejor 6 meses", 26.1),
    ],
)
def test_corrections(first: str, then: str, weeks: float) -> None:
    brief = merge(ProjectBrief(), read(first))
    deadline = read(then, brief=brief).deadline
    assert deadline is not None
    assert deadline.value.weeks == pytest.approx(weeks, abs=0.15)


def test_a_deadline_can_be_forgotten() -> None:
    brief = merge(ProjectBrief(), read("an app in 4 months"))
    patch = read("there is no hard deadline, really", brief=brief)
    assert patch.cleared == ["deadline"]
    after = merge(brief, patch)
    assert after.deadline is None
    assert after.history[-1].field == "deadline"
