"""How calls and free times are told."""

from datetime import date, datetime
from typing import Any

from assistant.guided.call_times import exact, fitting, starts_of
from assistant.guided.picks import Shown
from assistant.guided.state import State
from assistant.guided.when import When, zone_of
from assistant.guided.wording import listed, say
from core.money import Money

_WAKING = (7, 21)  # hours that people like to be called in
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def prepared(proposal: dict[str, Any], asked: When, state: State) -> str:
    """That a call is prepared, and where that is not the time that was asked for."""
    payload = proposal["payload"]
    start = datetime.fromisoformat(str(payload["starts_at"]).replace("Z", "+00:00")).astimezone(
        zone_of(state.timezone)
    )
    values = {
        "name": payload["expert_name"],
        "when": spoken(start),
        "timezone": state.timezone,
        "minutes": str(payload["minutes"]),
        "price": Money.model_validate(payload["price"]).format(),
    }
    asked_for = exact(asked, state)
    if asked_for is not None and asked_for != start:
        others = _others(state, start)
        return say(
            "booking.instead",
            state.seed,
            **values,
            asked=spoken(asked_for.astimezone(zone_of(state.timezone))),
            others=others,
        )
    if asked.part and not asked.at and not asked.part[0] <= start.hour < asked.part[1]:
        return say(
            "booking.instead", state.seed, **values, asked=_part_spoken(asked), others=_others(state, start)
        )
    text = say("booking.proposed", state.seed, **values)
    if asked.other_day and asked.day == start.date():
        other = (
            f"{_DAYS[asked.other_day.weekday()]} {asked.other_day.day} {_MONTHS[asked.other_day.month - 1]}"
        )
        reading = say(
            "booking.other-reading",
            state.seed,
            weekday=_DAYS[start.weekday()],
            day=f"{start.day} {_MONTHS[start.month - 1]}",
            other=other,
        )
        text = f"{text} {reading}"
    return text


def _part_spoken(asked: When) -> str:
    """`Thursday 3 December between 6:00 and 12:00`."""
    assert asked.part is not None
    day = asked.day
    named = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} " if day else "those days "
    return f"{named}between {asked.part[0]}:00 and {asked.part[1]}:00"


def _others(state: State, chosen: datetime) -> str:
    slots = state.result("list_slots")
    if slots is None or slots.card is None:
        return ""
    same_day = [start for start in starts_of(slots.card.data, state) if start.date() == chosen.date()]
    waking = [start for start in same_day if _WAKING[0] <= start.hour < _WAKING[1]]
    times = [f"{start:%H:%M}" for start in waking or same_day if start != chosen]
    return f" (also free that day: {listed(times[:6])})" if times else ""


def free(slots: dict[str, Any], expert: Shown, asked: When, state: State) -> str:
    """When somebody is free, in the time that was asked for."""
    starts = fitting(starts_of(slots, state), asked)
    if not starts:
        return _none_free(expert, asked, state, starts_of(slots, state))
    rows = "\n".join(f"{index}. {spoken(start)}" for index, start in enumerate(_spread(starts), start=1))
    price = Money.model_validate(slots["price"]).format()
    return say(
        "booking.slots",
        state.seed,
        name=expert.name,
        minutes=slots["minutes"],
        timezone=state.timezone,
        slots=rows,
        price=price,
    )


def _none_free(expert: Shown, asked: When, state: State, offered: list[datetime]) -> str:
    times = [spoken(start.astimezone(zone_of(state.timezone))) for start in offered[:4]]
    following = (
        say("booking.no-slots-next", state.seed, slots=listed(times))
        if times
        else say("booking.nobody-free", state.seed)
    )
    span = (
        f"on {_DAYS[asked.day.weekday()]} {asked.day.day} {_MONTHS[asked.day.month - 1]}"
        if asked.day
        else "in that time"
    )
    return say("booking.no-slots", state.seed, name=expert.name, span=span, next=following)


def shown_slots(slots: dict[str, Any], state: State) -> list[datetime]:
    """The free times as the list in the reply numbers them."""
    return _spread(starts_of(slots, state))


def _spread(starts: list[datetime]) -> list[datetime]:
    """At most eight, over several days: three a day."""
    by_day: dict[date, list[datetime]] = {}
    for start in starts:
        by_day.setdefault(start.date(), []).append(start)
    if len(by_day) == 1:
        step = max(1, len(starts) // 8)
        return starts[::step][:8]
    chosen: list[datetime] = []
    for day in by_day.values():
        middle = len(day) // 2
        chosen.extend(dict.fromkeys([day[0], day[middle], day[-1]]))
    return chosen[:8]


def spoken(moment: datetime) -> str:
    """`Tuesday 1 December, 15:00`."""
    return f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]}, {moment:%H:%M}"
