"""Tasks about calls: free times, proposals, what is booked."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from assistant.guided import when as whens
from assistant.guided.call_times import choose, exact, starts_of
from assistant.guided.call_wording import free, prepared, shown_slots, spoken
from assistant.guided.intents import Intent
from assistant.guided.picks import ALONE, Shown, pick
from assistant.guided.search_tasks import names, out_of_range
from assistant.guided.state import State
from assistant.guided.tasks import Call, next_step, trouble
from assistant.guided.understood import Understanding
from assistant.guided.when import When, zone_of
from assistant.guided.wording import say
from assistant.guided.words import plain

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
        if not proposed and (asked_for := exact(asked, state)) is not None:
            return _propose(expert, asked_for, asked, state)
        if proposed and (proposed[-1].ok or len(proposed) > 1 or proposed[-1].code not in _NOT_FREE):
            return None
        if listed_slots is None:
            return _list(expert, asked, state)
        if not listed_slots.ok or (choice := choose(listed_slots, asked, state)) is None:
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
            return prepared(proposed.card.data, asked, state)
        slots = state.result("list_slots")
        if slots is not None and slots.ok and slots.card is not None:
            return free(slots.card.data, expert, asked, state)
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
        return free(slots.card.data, expert, wanted(state, got, expert), state)


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
    if (
        asks_for_time(state)
        and state.slots
        and (not said.says_when or said == When(soonest=True))
        and (slot := _ordinal_slot(state, got))
    ):
        local = slot.astimezone(zone_of(state.timezone))
        return replace(said, day=local.date(), at=local.time().replace(tzinfo=None), soonest=False)
    if (asks_for_person(state) or asks_for_time(state)) and state.previous:
        earlier = whens.read(state.previous[-1], state.local_now)
        said = _completed(said, earlier)
    open_payload = _open_proposal(state)
    another = open_payload is not None and str(open_payload.get("expert_id")) != str(expert.id)
    if (another or state.result("propose_booking")) and not said.says_when and not said.minutes:
        # The call that is prepared, with somebody else: at the time that was asked for, where that was said.
        asked = whens.read(state.previous[-1], state.local_now) if state.previous else When()
        if asked.day and asked.at:
            return asked
    if another and open_payload and not said.says_when:
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
    if asks_for_time(state) and state.slots and said.at and not (said.day or said.first):
        for start in starts_of(state.slots, state):
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


def _ordinal_slot(state: State, got: Understanding) -> datetime | None:
    """The free time meant by "the second one" after a numbered list of times."""
    assert state.slots is not None
    rows = re.findall(r"^\d+\. (.+)$", state.last_reply, re.M)
    starts = {spoken(start): start for start in starts_of(state.slots, state)}
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
