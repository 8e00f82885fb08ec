"""Tasks about calls: free times, proposals, what is booked."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from assistant.guided import when as whens
from assistant.guided.intents import Intent
from assistant.guided.picks import ALONE, Shown, pick
from assistant.guided.search_tasks import names, out_of_range
from assistant.guided.state import Result, State
from assistant.guided.tasks import Call, next_step, trouble
from assistant.guided.understanding import Understanding
from assistant.guided.when import When, zone_of
from assistant.guided.wording import listed, say
from assistant.guided.words import plain
from core.money import Money

_WAKING = (7, 21)  # hours that people like to be called in
_NOT_FREE = frozenset({"slot_not_offered", "slot_taken", "too_soon", "in_the_past", "no_such_time"})
_ASKS_WHOM = re.compile(
    r"with whom\?|which cto should i book|whom do you mean|which one:|there (?:are|is) only \d+ on the list"
)
_ASKS_TIME = re.compile(
    r"which one shall i prepare|which later time suits you|the next free times are|name another time"
)
_SLOT_ORDINAL = re.compile(
    r"\b(?:slot|time|option|date|hueco|horario|termin|creneau)\b|\b(?:one|first|second|third|last|earliest|erste[nr]?|premier|primero|primeiro)\b"
)


@dataclass(frozen=True, slots=True)
class Book:
    """Prepare a call: find out who and when, take the nearest free time of that day where the asked one is not free."""

    def next(self, state: State, got: Understanding) -> Call | None:
        expert = whom(state, got)
        if expert is None:
            return None
        asked = wanted(state, got, expert)
        proposed = [result for result in state.results if result.name == "propose_booking"]
        listed_slots = state.result("list_slots")
        if not proposed and (exact := _exact(asked, state)) is not None:
            return _propose(expert, exact, asked, state)
        if proposed and (proposed[-1].ok or len(proposed) > 1 or proposed[-1].code not in _NOT_FREE):
            return None
        if listed_slots is None:
            return _list(expert, asked, state)
        if not listed_slots.ok or (choice := _choose(listed_slots, asked, state)) is None:
            return None
        return _propose(expert, choice, asked, state)

    def reply(self, state: State, got: Understanding) -> str:
        if got.beyond and not got.picks:
            return out_of_range(state)
        expert = whom(state, got)
        if expert is None:
            if not state.shown:
                return say("booking.whom-none", state.seed)
            return say("booking.whom", state.seed, names=names(state.shown) + "?")
        asked = wanted(state, got, expert)
        proposed = state.result("propose_booking")
        if proposed is not None and proposed.ok and proposed.card is not None:
            return _prepared(proposed.card.data, asked, state)
        slots = state.result("list_slots")
        if slots is not None and slots.ok and slots.card is not None:
            return _free(slots.card.data, expert, asked, state)
        if proposed is not None:
            return say("booking.failed", state.seed, reason=proposed.message)
        return trouble(state, slots.message if slots else "")


@dataclass(frozen=True, slots=True)
class Slots:
    """Say when somebody is free."""

    def next(self, state: State, got: Understanding) -> Call | None:
        expert = whom(state, got)
        if expert is None or state.result("list_slots"):
            return None
        return _list(expert, wanted(state, got, expert), state)

    def reply(self, state: State, got: Understanding) -> str:
        if got.beyond and not got.picks:
            return out_of_range(state)
        expert = whom(state, got)
        if expert is None:
            if not state.shown:
                return say("matches.none-shown", state.seed, next=next_step(state))
            return say("matches.who", state.seed, names=names(state.shown))
        slots = state.result("list_slots")
        if slots is None or not slots.ok or slots.card is None:
            return trouble(state, slots.message if slots else "")
        return _free(slots.card.data, expert, wanted(state, got, expert), state)


@dataclass(frozen=True, slots=True)
class Bookings:
    """List the founder's calls."""

    def next(self, state: State, got: Understanding) -> Call | None:
        return None if state.result("list_bookings") else Call("list_bookings", {})

    def reply(self, state: State, got: Understanding) -> str:
        result = state.result("list_bookings")
        if result is None or not result.ok:
            return trouble(state, result.message if result else "")
        if result.text.startswith("No calls"):
            return say("booking.no-bookings", state.seed, next=next_step(state))
        rows = [re.sub(r", id [0-9a-f-]{36}$", "", row) for row in result.text.splitlines()]
        return say("booking.bookings", state.seed, rows="\n".join(f"- {row}" for row in rows))


def asks_for_time(state: State) -> bool:
    """The last reply asked which time suits."""
    return bool(_ASKS_TIME.search(plain(state.last_reply)))


def asks_for_person(state: State) -> bool:
    """The last reply asked whom to book."""
    return bool(_ASKS_WHOM.search(plain(state.last_reply)))


def whom(state: State, got: Understanding) -> Shown | None:
    """The CTO the call is with, or None when that is not clear."""
    if state.result("find_ctos"):
        # The list is this turn's: positions in the message refer to it.
        named = pick(got.text, state.shown)
        if named or state.shown:
            return (named or state.shown)[0]
        return None
    if asks_for_time(state) and not _names_person(got):
        return _focused(state)
    if got.picks:
        return got.picks[0]
    if got.beyond:
        return None
    if state.focus is not None and (focused := _focused(state)) is not None:
        return focused
    if asks_for_person(state) or len(state.shown) != 1:
        return None
    return state.shown[0]


def wanted(state: State, got: Understanding, expert: Shown) -> When:
    """When the call is to be: what was said now, completed by what was said before in the same exchange."""
    said = got.when
    if (asks_for_person(state) or asks_for_time(state)) and state.previous:
        earlier = whens.read(state.previous[-1], state.local_now)
        said = _completed(said, earlier)
    open_payload = _open_proposal(state)
    if open_payload and str(open_payload.get("expert_id")) != str(expert.id) and not said.says_when:
        # The call that is prepared, with somebody else: at the time that was asked for, where that was said.
        asked = whens.read(state.previous[-1], state.local_now) if state.previous else When()
        if asked.day and asked.at:
            return replace(asked, minutes=said.minutes or asked.minutes)
        start = datetime.fromisoformat(open_payload["starts_at"]).astimezone(zone_of(state.timezone))
        return replace(
            said,
            day=start.date(),
            at=start.time().replace(tzinfo=None),
            minutes=said.minutes or open_payload.get("minutes"),
        )
    if open_payload and not got.wants(Intent.SLOTS):
        start = datetime.fromisoformat(open_payload["starts_at"]).astimezone(zone_of(state.timezone))
        current = When(
            day=start.date(), at=start.time().replace(tzinfo=None), minutes=open_payload.get("minutes")
        )
        if said.shift:
            moved = start + said.shift
            said = replace(
                said, day=moved.date(), at=moved.time().replace(tzinfo=None), minutes=current.minutes
            )
        elif not said.says_when and said.minutes:
            longer = current.minutes and re.search(
                r"\b(?:longer|more|extra|langer|mehr|de plus|mas|a mais)\b", plain(got.text)
            )
            said = replace(current, minutes=said.minutes + (current.minutes or 0 if longer else 0))
        elif said.at and not (said.day or said.first):
            said = replace(said, day=current.day, minutes=said.minutes or current.minutes)
        elif said.day and not (said.at or said.part):
            said = replace(said, at=current.at, minutes=said.minutes or current.minutes)
    if asks_for_time(state) and state.slots and not said.says_when and (slot := _ordinal_slot(state, got)):
        local = slot.astimezone(zone_of(state.timezone))
        return replace(said, day=local.date(), at=local.time().replace(tzinfo=None))
    if asks_for_time(state) and state.slots and said.at and not (said.day or said.first):
        for start in _starts(state.slots, state):
            if start.time() == said.at:
                return replace(said, day=start.date())
    if said.theirs:
        return replace(said, zone=expert.timezone)
    return said


def _completed(said: When, earlier: When) -> When:
    if said.day or said.first or said.soonest:
        return replace(
            said, at=said.at or (earlier.at if said.day else None), minutes=said.minutes or earlier.minutes
        )
    said = replace(said, day=earlier.day, first=earlier.first, last=earlier.last, other_day=earlier.other_day)
    if said.at or said.part:
        return replace(said, minutes=said.minutes or earlier.minutes)
    return replace(
        said,
        at=earlier.at,
        part=earlier.part,
        soonest=earlier.soonest,
        zone=said.zone or earlier.zone,
        theirs=said.theirs or earlier.theirs,
        minutes=said.minutes or earlier.minutes,
    )


def _names_person(got: Understanding) -> bool:
    words = plain(got.text)
    return bool(got.picks) and not (_SLOT_ORDINAL.search(words) or ALONE.fullmatch(words))


def _focused(state: State) -> Shown | None:
    known = next((each for each in state.shown if each.id == state.focus), None)
    if known is None and state.focus is not None and state.proposal:
        payload = state.proposal.get("payload", {})
        if str(payload.get("expert_id")) == str(state.focus):
            return Shown(id=state.focus, name=payload.get("expert_name", "the CTO"), position=0)
    return known


def _open_proposal(state: State) -> dict[str, Any] | None:
    proposal = state.proposal
    if not proposal or proposal.get("status") != "open" or proposal.get("kind") != "booking":
        return None
    payload: dict[str, Any] = proposal["payload"]
    return payload


def _exact(asked: When, state: State) -> datetime | None:
    if asked.day is None or asked.at is None:
        return None
    zone = zone_of(asked.zone or state.timezone)
    return datetime.combine(asked.day, asked.at, zone)


def _minutes(asked: When) -> int:
    return max(15, min(180, round((asked.minutes or 30) / 15) * 15))


def _propose(expert: Shown, start: datetime, asked: When, state: State) -> Call:
    local = start.astimezone(zone_of(state.timezone))
    arguments: dict[str, Any] = {
        "expert_id": str(expert.id),
        "starts_at": local.replace(tzinfo=None).isoformat(timespec="minutes"),
        "minutes": _minutes(asked),
    }
    if state.brief and state.brief.summary:
        arguments["agenda"] = state.brief.summary.value[:300]
    return Call("propose_booking", arguments)


def _list(expert: Shown, asked: When, state: State) -> Call:
    today = state.local_now.date()
    first, days = today, 10
    if asked.day:
        first, days = asked.day, 1
    elif asked.first and asked.last:
        first = max(asked.first, today)
        days = max(1, min(21, (asked.last - first).days + 1))
    arguments: dict[str, Any] = {"expert_id": str(expert.id), "days": days, "minutes": _minutes(asked)}
    if first > today:
        arguments["start"] = datetime.combine(first, time(0)).isoformat(timespec="minutes")
    elif asked.day == today:
        arguments["start"] = state.local_now.replace(tzinfo=None).isoformat(timespec="minutes")
    return Call("list_slots", arguments)


def _starts(slots: dict[str, Any], state: State) -> list[datetime]:
    zone = zone_of(state.timezone)
    return [
        datetime.fromisoformat(str(start).replace("Z", "+00:00")).astimezone(zone)
        for start in slots.get("starts", [])
    ]


def _fitting(starts: list[datetime], asked: When) -> list[datetime]:
    """The starts of the asked day or span, in the asked part of the day."""
    found = [start for start in starts if asked.day is None or start.date() == asked.day]
    if asked.first and asked.last:
        found = [start for start in found if asked.first <= start.date() <= asked.last]
    if asked.part:
        found = [start for start in found if asked.part[0] <= start.hour < asked.part[1]]
    return found


def _choose(result: Result, asked: When, state: State) -> datetime | None:
    """The free time to propose, or None when the founder has to choose."""
    if result.card is None:
        return None
    everything = _starts(result.card.data, state)
    exact = _exact(asked, state)
    if exact is not None:
        # The nearest day comes first, then the nearest time of day: who asks for 15:00 rarely wants 9:00 instead.
        at = exact.astimezone(zone_of(state.timezone))
        return min(everything, key=lambda start: _distance(start, at), default=None)
    starts = _fitting(everything, asked)
    if not starts and asked.part and asked.day:
        # Nothing in that part of the day: the nearest time of the same day, and the reply says so.
        sameday = [start for start in everything if start.date() == asked.day]
        return min(sameday, key=lambda start: abs(start.hour - asked.part[0]), default=None) if asked.part else None
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


def _prepared(proposal: dict[str, Any], asked: When, state: State) -> str:
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
    exact = _exact(asked, state)
    if exact is not None and exact != start:
        others = _others(state, start)
        return say(
            "booking.instead",
            state.seed,
            **values,
            asked=spoken(exact.astimezone(zone_of(state.timezone))),
            others=others,
        )
    if asked.part and not asked.at and not asked.part[0] <= start.hour < asked.part[1]:
        return say("booking.instead", state.seed, **values, asked=_part_spoken(asked), others=_others(state, start))
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
    same_day = [start for start in _starts(slots.card.data, state) if start.date() == chosen.date()]
    waking = [start for start in same_day if _WAKING[0] <= start.hour < _WAKING[1]]
    times = [f"{start:%H:%M}" for start in waking or same_day if start != chosen]
    return f" (also free that day: {listed(times[:6])})" if times else ""


def _free(slots: dict[str, Any], expert: Shown, asked: When, state: State) -> str:
    starts = _fitting(_starts(slots, state), asked)
    if not starts:
        return _none_free(expert, asked, state, _starts(slots, state))
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
    return _spread(_starts(slots, state))


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


def _ordinal_slot(state: State, got: Understanding) -> datetime | None:
    """The free time meant by "the second one" after a numbered list of times."""
    assert state.slots is not None
    rows = re.findall(r"^\d+\. (.+)$", state.last_reply, re.M)
    starts = {spoken(start): start for start in _starts(state.slots, state)}
    offered = [starts[row] for row in rows if row in starts] or shown_slots(state.slots, state)
    stand_ins = [
        Shown(id=UUID(int=index), name=f"slot-{index}", position=index, data={"at": at})
        for index, at in enumerate(offered, start=1)
    ]
    words = plain(got.text)
    if re.search(r"\b(?:earliest|soonest|any(?: of)?|whichever)\b", words):
        return offered[0] if offered else None
    chosen = pick(words, stand_ins)
    if (
        not chosen
        and (match := re.fullmatch(r"\W*(\d)\W*", words))
        and 0 < int(match.group(1)) <= len(offered)
    ):
        return offered[int(match.group(1)) - 1]
    return chosen[0].data["at"] if chosen else None


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def spoken(moment: datetime) -> str:
    """`Tuesday 1 December, 15:00`."""
    return f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]}, {moment:%H:%M}"
