"""What a turn has to show. A check looks at what a client sees: cards, tools, text, and the project by REST."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from core.money import Money
from tests.evals.dialogue import Dialogue, Turn

Kind = Literal["tool", "arguments", "text"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing looked at."""

    kind: Kind
    ok: bool
    what: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check may look at."""

    turn: Turn
    dialogue: Dialogue
    brief: dict[str, Any]


Check = Callable[[Seen], Sequence[Verdict]]


def _card(seen: Seen, kind: str) -> tuple[Verdict, dict[str, Any]]:
    data = seen.turn.card(kind)
    return Verdict("tool", data is not None, f"{kind} card"), data or {}


def analysis(
    *,
    budget: tuple[int, str] | None = None,
    weeks: tuple[float, float] | None = None,
    version: int | None = None,
) -> Check:
    """An analysis; `budget` is (major units, currency) and `weeks` a range for what it took the founder to have said."""

    def check(seen: Seen) -> list[Verdict]:
        verdict, data = _card(seen, "analysis")
        found = [verdict]
        if budget is not None:
            stated = (data.get("budget") or {}).get("stated") or {}
            ok = stated == {"amount": Money.of(budget[0], budget[1]).amount, "currency": budget[1]}
            found.append(Verdict("arguments", ok, f"budget {budget}, got {stated}"))
        if weeks is not None:
            said = (data.get("timeline") or {}).get("stated_weeks")
            ok = said is not None and weeks[0] <= said <= weeks[1]
            found.append(Verdict("arguments", ok, f"weeks {weeks}, got {said}"))
        if version is not None:
            found.append(
                Verdict(
                    "arguments",
                    data.get("version") == version,
                    f"version {version}, got {data.get('version')}",
                )
            )
        return found

    return check


def knows(**expected: Any) -> Check:
    """The brief holds these. Lists: slugs or names that are among its; `no_…`: that are not; others: the value."""

    def check(seen: Seen) -> list[Verdict]:
        return [_known(seen.brief, name, value) for name, value in expected.items()]

    return check


def _known(brief: dict[str, Any], name: str, value: Any) -> Verdict:
    if name == "excluded":
        held = _names(brief.get("exclusions"))
        return Verdict("arguments", _among(value, held), f"excluded {value}, got {held}")
    if name.startswith("no_"):
        held = _names(brief.get(name.removeprefix("no_")))
        return Verdict("arguments", not _among(value, held), f"no {value} in {name}, got {held}")
    fact = brief.get(name)
    if isinstance(fact, list):
        held = _names(fact)
        wanted = value if isinstance(value, list) else [value]
        return Verdict(
            "arguments", all(_among(each, held) for each in wanted), f"{name} {wanted}, got {held}"
        )
    got = fact.get("value") if isinstance(fact, dict) else fact
    if isinstance(value, dict) and isinstance(got, dict):
        ok = all(got.get(key) == each for key, each in value.items())
        return Verdict("arguments", ok, f"{name} {value}, got {got}")
    return Verdict("arguments", got == value, f"{name} {value}, got {got}")


def _names(items: Any) -> list[str]:
    return [
        " ".join(str(part) for part in (item.get("slug"), item.get("name"), item.get("value")) if part)
        for item in items or []
    ]


def _among(wanted: str, held: list[str]) -> bool:
    return any(re.search(wanted, each, re.I) for each in held)


def matches(
    *,
    max_rate: tuple[float, str] | None = None,
    languages: Sequence[str] = (),
    skills: Sequence[str] = (),
    countries: Sequence[str] = (),
    overlap: bool = False,
    years: int | None = None,
    cheaper: bool = False,
    fresh: bool = False,
    may_be_empty: bool = False,
    within_days: int | None = None,
) -> Check:
    """A list of CTOs, all of whom are as asked. `cheaper`: than the list before; `fresh`: nobody of the list before."""

    def check(seen: Seen) -> list[Verdict]:
        verdict, data = _card(seen, "matches")
        items = data.get("items") or []
        query = data.get("query") or {}
        found = [verdict]
        if not may_be_empty:
            found.append(Verdict("arguments", bool(items), "somebody on the list"))
        experts = [item["expert"] for item in items]
        if max_rate is not None:
            asked = query.get("max_rate") or {}
            ok = asked.get("currency") == max_rate[1] and asked.get("amount") == round(max_rate[0] * 100)
            found.append(Verdict("arguments", ok, f"max_rate {max_rate}, got {asked}"))
        for language in languages:
            ok = language in query.get("languages", []) and all(
                language in each["languages"] for each in experts
            )
            found.append(Verdict("arguments", ok, f"speaks {language}, asked {query.get('languages')}"))
        for skill in skills:
            asked_skills = " ".join(query.get("must_skills", []))
            found.append(
                Verdict(
                    "arguments",
                    bool(re.search(skill, asked_skills, re.I)),
                    f"must know {skill}, got {asked_skills}",
                )
            )
        for country in countries:
            ok = country in query.get("countries", []) and all(
                each["country"] in countries for each in experts
            )
            found.append(Verdict("arguments", ok, f"in {country}, got {query.get('countries')}"))
        if overlap:
            ok = (query.get("min_overlap_hours") or 0) >= 4 and all(
                item["overlap_hours"] >= 4 for item in items
            )
            found.append(Verdict("arguments", ok, f"overlap, got {query.get('min_overlap_hours')}"))
        if years is not None:
            ok = query.get("min_years") == years and all(each["years"] >= years for each in experts)
            found.append(Verdict("arguments", ok, f"{years} years, got {query.get('min_years')}"))
        if within_days is not None:
            asked_days = query.get("available_within_days")
            found.append(
                Verdict(
                    "arguments",
                    asked_days is not None and asked_days <= within_days,
                    f"within {within_days}, got {asked_days}",
                )
            )
        before = _list_before(seen)
        if cheaper:
            top = max((_amount(item) for item in before), default=0)
            lowest = min((_amount(item) for item in items), default=0)
            ok = (
                bool(items)
                and max(_amount(item) for item in items) < top
                and lowest <= min(map(_amount, before), default=0) * 1.6
            )
            found.append(Verdict("arguments", ok, f"cheaper than {top}"))
        if fresh:
            known = {item["expert"]["id"] for item in before}
            found.append(
                Verdict("arguments", not known & {each["id"] for each in experts}, "nobody from before")
            )
        return found

    return check


def _amount(item: dict[str, Any]) -> int:
    return int(item["rate"]["amount"])


def _list_before(seen: Seen) -> list[dict[str, Any]]:
    for turn in reversed([turn for turn in seen.dialogue.turns if turn is not seen.turn]):
        if (data := turn.card("matches")) and data["items"]:
            return list(data["items"])
    return []


When = Callable[[datetime], datetime]


def proposal(*, pick: int | None = None, at: When | None = None, minutes: int | None = None) -> Check:
    """A call is proposed with number `pick` of the newest list, at that local time, or at the nearest free one, and
    then the text says so."""

    def check(seen: Seen) -> list[Verdict]:
        verdict, data = _card(seen, "proposal")
        payload = data.get("payload") or {}
        found = [verdict]
        if pick is not None:
            people = [item["expert"]["id"] for item in _newest_list(seen)]
            wanted = people[pick - 1] if -len(people) < pick <= len(people) and people else None
            if pick == -1 and people:
                wanted = people[-1]
            found.append(
                Verdict("arguments", bool(payload) and payload.get("expert_id") == wanted, f"expert {pick}")
            )
        if at is not None and payload:
            zone = ZoneInfo(seen.dialogue.timezone)
            asked = at(datetime.now(zone))
            got = datetime.fromisoformat(payload["starts_at"].replace("Z", "+00:00")).astimezone(zone)
            said = bool(
                re.search(
                    r"not free|isn't free|not available|unavailable|nearest|instead", seen.turn.text, re.I
                )
            )
            ok = got == asked or (said and abs((got - asked).days) <= 4)
            found.append(Verdict("arguments", ok, f"at {asked:%a %d %b %H:%M}, got {got:%a %d %b %H:%M}"))
        if minutes is not None:
            found.append(
                Verdict(
                    "arguments",
                    payload.get("minutes") == minutes,
                    f"{minutes} min, got {payload.get('minutes')}",
                )
            )
        return found

    return check


def _newest_list(seen: Seen) -> list[dict[str, Any]]:
    for turn in reversed([*seen.dialogue.turns, seen.turn]):
        if (data := turn.card("matches")) and data["items"]:
            return list(data["items"])
    return []


def slots(pick: int | None = None) -> Check:
    """Free times of number `pick` are shown, or it is said that there are none."""

    def check(seen: Seen) -> list[Verdict]:
        data = seen.turn.card("slots")
        found = [Verdict("tool", "list_slots" in seen.turn.tools, "list_slots")]
        people = [item["expert"]["id"] for item in _newest_list(seen)]
        if pick is not None and data and people:
            wanted = people[pick - 1 if pick > 0 else pick]
            found.append(Verdict("arguments", data["expert_id"] == wanted, f"free times of {pick}"))
        return found

    return check


def what_if(pattern: str = "") -> Check:
    """A change is worked out and not stored."""

    def check(seen: Seen) -> list[Verdict]:
        found = [Verdict("tool", "what_if" in seen.turn.tools, "what_if")]
        if pattern:
            found.append(
                Verdict("arguments", bool(re.search(pattern, seen.turn.text, re.I)), f"says {pattern}")
            )
        return found

    return check


def says(pattern: str) -> Check:
    """The text matches."""
    return lambda seen: [Verdict("text", bool(re.search(pattern, seen.turn.text, re.I)), f"says {pattern}")]


def never_says(pattern: str) -> Check:
    """The text does not match."""
    return lambda seen: [
        Verdict("text", not re.search(pattern, seen.turn.text, re.I), f"does not say {pattern}")
    ]


def no_card(kind: str) -> Check:
    """No such card."""
    return lambda seen: [Verdict("tool", seen.turn.card(kind) is None, f"no {kind} card")]


def no_tools(seen: Seen) -> list[Verdict]:
    """Nothing was called."""
    return [Verdict("tool", not seen.turn.tools, f"no tools, got {seen.turn.tools}")]


def names_pick(pick: int) -> Check:
    """The text names number `pick` of the list."""

    def check(seen: Seen) -> list[Verdict]:
        people = _newest_list(seen)
        name = people[pick - 1 if pick > 0 else pick]["expert"]["name"] if people else "?"
        return [Verdict("text", name in seen.turn.text, f"names {name}")]

    return check


def asks(seen: Seen) -> list[Verdict]:
    """At most two questions, and at least one."""
    count = seen.turn.text.count("?")
    return [Verdict("text", 1 <= count <= 3, f"asks, {count} question marks")]
