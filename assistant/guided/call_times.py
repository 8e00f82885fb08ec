"""Free times: which of them were asked for, and the one to propose."""

from datetime import datetime
from typing import Any

from assistant.guided.state import Result, State
from assistant.guided.when import When, zone_of


def exact(asked: When, state: State) -> datetime | None:
    """The moment that was asked for, where day and time of day were named."""
    if asked.day is None or asked.at is None:
        return None
    zone = zone_of(asked.zone or state.timezone)
    return datetime.combine(asked.day, asked.at, zone)


def starts_of(slots: dict[str, Any], state: State) -> list[datetime]:
    """The starts on a card of free times, in the founder's zone."""
    zone = zone_of(state.timezone)
    return [
        datetime.fromisoformat(str(start).replace("Z", "+00:00")).astimezone(zone)
        for start in slots.get("starts", [])
    ]


def fitting(starts: list[datetime], asked: When) -> list[datetime]:
    """The starts of the asked day or span, in the asked part of the day."""
    found = [start for start in starts if asked.day is None or start.date() == asked.day]
    if asked.first and asked.last:
        found = [start for start in found if asked.first <= start.date() <= asked.last]
    if asked.part:
        found = [start for start in found if asked.part[0] <= start.hour < asked.part[1]]
    return found


def choose(result: Result, asked: When, state: State) -> datetime | None:
    """The free time to propose, or None when the founder has to choose."""
    if result.card is None:
        return None
    everything = starts_of(result.card.data, state)
    asked_for = exact(asked, state)
    if asked_for is not None:
        # The nearest day comes first, then the nearest time of day: who asks for 15:00 rarely wants 9:00 instead.
        at = asked_for.astimezone(zone_of(state.timezone))
        return min(everything, key=lambda start: _distance(start, at), default=None)
    starts = fitting(everything, asked)
    if not starts and asked.part and asked.day:
        # Nothing in that part of the day: the nearest time of the same day, and the reply says so.
        begins = asked.part[0]
        same_day = [start for start in everything if start.date() == asked.day]
        return min(same_day, key=lambda start: abs(start.hour - begins), default=None)
    if not starts:
        return None
    if asked.at:
        return next((start for start in starts if start.time() == asked.at), None)
    if asked.soonest or (asked.part and (asked.day or asked.first)):
        return starts[0]
    return None


def _distance(start: datetime, asked: datetime) -> tuple[int, int]:
    minutes = (start.hour - asked.hour) * 60 + start.minute - asked.minute
    return abs((start.date() - asked.date()).days), abs(minutes)
