"""What a scripted conversation is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tests.evals.checks import Check, When


@dataclass(frozen=True, slots=True)
class Step:
    """One message and what has to follow."""

    say: str
    checks: Sequence[Check] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation with one purpose."""

    group: str
    name: str
    steps: Sequence[Step]
    timezone: str = "Europe/Berlin"


def step(say: str, *checks: Check) -> Step:
    """A message with its checks."""
    return Step(say, checks)


def case(group: str, name: str, *steps: Step, timezone: str = "Europe/Berlin") -> Case:
    """A conversation."""
    return Case(group, name, steps, timezone)


def one(group: str, text: str, *checks: Check, timezone: str = "Europe/Berlin") -> Case:
    """A conversation of one message."""
    return Case(group, text[:60], [Step(text, checks)], timezone)


def day(days: int, hour: int, minute: int = 0) -> When:
    """So many days from now, at that local time."""
    return lambda now: _at(now + timedelta(days), hour, minute)


def weekday(index: int, hour: int, minute: int = 0) -> When:
    """The coming weekday (0 is Monday; today counts only while the time is ahead)."""

    def when(now: datetime) -> datetime:
        ahead = (index - now.weekday()) % 7
        found = _at(now + timedelta(ahead), hour, minute)
        return found if found > now else found + timedelta(7)

    return when


def on_the_day_of(other: When, hour: int, minute: int = 0) -> When:
    """Another time on the day that `other` falls on."""
    return lambda now: _at(other(now), hour, minute)


def next_weekday(index: int, hour: int, minute: int = 0) -> When:
    """ "Next Tuesday": the one of next week."""
    return lambda now: _at(now - timedelta(now.weekday()) + timedelta(7 + index), hour, minute)


def _at(moment: datetime, hour: int, minute: int) -> datetime:
    return datetime.combine(moment.date(), time(hour, minute), moment.tzinfo)
