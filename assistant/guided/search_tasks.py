"""Tasks about CTOs: searching, narrowing, telling about one, comparing."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assistant.guided import filters
from assistant.guided.intents import Intent
from assistant.guided.picks import Shown
from assistant.guided.state import State
from assistant.guided.tasks import Call, next_step, trouble
from assistant.guided.understood import Understanding
from assistant.guided.when import zone_of
from assistant.guided.wording import listed, say
from assistant.guided.words import plain
from core.money import Money
from services.matching.wording import counted
from services.taxonomy.catalogues import COUNTRIES
from tools.describe import local

_SHORT = 140
_FEW = 3
_SOME_OVERLAP = 5.0
_NAMES = {code: name.capitalize() for name, code in reversed(filters.LANGUAGES.items())} | {
    "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "it": "Italian", "en": "English",
    "nl": "Dutch", "pl": "Polish", "zh": "Chinese", "fa": "Persian",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Search:
    """Find CTOs with the filters of the last search and what the message changes, or what was offered with its result."""

    offered: dict[str, Any] | None = None

    def next(self, state: State, got: Understanding) -> Call | None:
        done = [result for result in state.results if result.name == "find_ctos"]
        if not done:
            return Call(
                "find_ctos", _query(state, got) if self.offered is None else _changed(state, self.offered)
            )
        if (
            len(done) == 1
            and self.offered is None
            and (wider := _wider(done[0].arguments, state, got)) is not None
        ):
            return Call("find_ctos", wider)
        return None

    def reply(self, state: State, got: Understanding) -> str:
        result = state.result("find_ctos")
        if result is None or not result.ok or result.card is None:
            return trouble(state, result.message if result else "")
        matches = result.card.data
        if not matches["items"]:
            return _nobody(matches, result.arguments, state)
        first = matches["items"][0]
        reasons = [_unstopped(reason) for reason in first.get("reasons") or [] if len(reason) <= _SHORT]
        count = len(matches["items"])
        values = {
            "count": str(count),
            "who": "CTO" if count == 1 else "CTOs",
            "are": "is" if count == 1 else "are",
            "filters": _filters_in_words(result.arguments, one=count == 1),
            "first": first["expert"]["name"],
            "rate": Money.model_validate(first["expert"]["rate"]).format(),
            "reason": reasons[0][0].lower() + reasons[0][1:] if reasons else f"score {first['score']} of 100",
            "change": _change_in_words(got),
        }
        refined = (
            bool(got.shown)
            and (_is_refinement(got) or self.offered is not None)
            and not state.result("analyse_project")
        )
        return (
            say("matches.refined" if refined else "matches.found", state.seed, **values)
            + "\n\n"
            + say("matches.next" if matches.get("is_close", True) else "matches.far", state.seed)
        )


@dataclass(frozen=True, slots=True)
class About:
    """Tell about one CTO of the list, or why they are on it, from the card."""

    why: bool = False

    def next(self, state: State, got: Understanding) -> Call | None:
        return None

    def reply(self, state: State, got: Understanding) -> str:
        if not state.shown:
            return say("matches.none-shown", state.seed, next=next_step(state))
        if got.beyond and not got.picks:
            return out_of_range(state)
        chosen = got.picks or [each for each in state.shown if each.id == state.focus]
        if not chosen and self.why:
            chosen = state.shown[:1]
        if not chosen:
            return say("matches.who", state.seed, names=names(state.shown))
        word = _why if self.why else _profile
        return "\n\n".join(word(each, state) for each in chosen[:3])


@dataclass(frozen=True, slots=True)
class Compare:
    """Put CTOs of the list side by side."""

    def next(self, state: State, got: Understanding) -> Call | None:
        return None

    def reply(self, state: State, got: Understanding) -> str:
        if not state.shown:
            return say("matches.none-shown", state.seed, next=next_step(state))
        chosen = got.picks if len(got.picks) > 1 else state.shown[:3]
        rows = "\n".join(
            f"- **{each.name}**: score {each.score:.0f}, {_rate(each)} an hour, {each.years} years, "
            + (f"rated {each.rating:.1f}, " if each.rating else "")
            + _city(each.timezone)
            + (f"; {each.data['strengths'][0].rstrip('.')}" if each.data.get("strengths") else "")
            for each in chosen
        )
        best = max(chosen, key=lambda each: each.score)
        cheapest = min(chosen, key=lambda each: each.rate)
        verdict = f"{best.name} fits best by score"
        verdict += (
            f"; {cheapest.name} costs least." if cheapest.id != best.id else " and costs least as well."
        )
        return say("matches.compare", state.seed, rows=rows, verdict=verdict)


def _unstopped(reason: str) -> str:
    """Without its full stop, which the sentence around it brings, also inside a closing quotation mark."""
    return re.sub(r"\.(”?)$", r"\1", reason.rstrip(".") if not reason.endswith("”") else reason)


def names(shown: list[Shown]) -> str:
    """The people on the list, in order."""
    return listed([each.name for each in shown], last="or")


def out_of_range(state: State) -> str:
    """A position was named that the list does not have."""
    count = len(state.shown)
    return say(
        "matches.out-of-range",
        state.seed,
        count=count,
        are="is" if count == 1 else "are",
        names=names(state.shown),
    )


def _query(state: State, got: Understanding) -> dict[str, Any]:
    before: dict[str, Any] | None = (state.matches or {}).get("query")
    if got.wants(Intent.RESET_FILTERS):
        before = _without_named(before, got.search_text)
    change = dict(got.filters)
    if got.topic and not _is_refinement(got):
        change["text"] = got.topic
    instead = bool(
        re.search(
            r"\b(?:instead|rather|only in|stattdessen|plutot|en (?:su )?lugar|em vez)\b",
            plain(got.search_text),
        )
    )
    arguments = filters.merge(before, change, replace=instead)
    if got.wants(Intent.CHEAPER) and state.shown and "max_rate" not in got.filters:
        arguments["max_rate"] = _cheaper(state, got)
    if got.wants(Intent.MORE) and state.shown:
        seen = before.get("exclude", []) if before else []
        arguments["exclude"] = [*seen, *(str(each.id) for each in state.shown)][-100:]
    return arguments


def offered(state: State) -> dict[str, Any] | None:
    """The change of the query that this message asks for in the words that the last list offers it in."""
    said = plain(state.text).strip(" .!")
    for change in (state.matches or {}).get("changes") or []:
        if said and said in (plain(change.get("ask", "")).strip(" ."), plain(change["text"]).strip(" .")):
            found: dict[str, Any] = change["query"]
            return found
    return None


def _changed(state: State, change: dict[str, Any]) -> dict[str, Any]:
    """The last query with these of its fields replaced; its text and industries stay."""
    query = {**(state.matches or {}).get("query", {}), **change}
    kept = {key: query[key] for key in ("exclude", "sort", "call_minutes") if query.get(key)}
    return filters.merge(query, kept)


def _cheaper(state: State, got: Understanding) -> dict[str, Any]:
    """Below the person named, else below the cheapest shown."""
    rate = min((_comparable(each) for each in got.picks[:1] or state.shown), key=lambda money: money.major)
    step = max(Decimal(1), rate.major.quantize(Decimal(1)) - 1)
    return {"amount": str(step), "currency": rate.currency}


def _wider(arguments: dict[str, Any], state: State, got: Understanding) -> dict[str, Any] | None:
    """A second search when the first found too few because we read the wish too narrowly."""
    result = state.result("find_ctos")
    if result is None or not result.ok or result.card is None:
        return None
    found = len(result.card.data["items"])
    if (
        got.wants(Intent.CHEAPER)
        and "max_rate" not in got.filters
        and got.shown
        and not got.picks
        and found < _FEW
    ):
        # Hardly anybody is below the cheapest: then below the middle of what was shown, lowest first.
        rates = sorted(_comparable(each).major for each in got.shown)
        middle = rates[len(rates) // 2]
        if middle > rates[0]:
            amount = str(middle.quantize(Decimal(1)) - 1)
            return {**arguments, "max_rate": {**arguments["max_rate"], "amount": amount}, "sort": "rate_low"}
    if not found and (arguments.get("min_overlap_hours") or 0) > _SOME_OVERLAP:
        return {**arguments, "min_overlap_hours": _SOME_OVERLAP}
    return None


def _comparable(each: Shown) -> Money:
    """The rate in the founder's currency where the card has it."""
    return (
        Money.model_validate(each.data["rate"])
        if each.data.get("rate")
        else Money.of(each.rate, each.currency)
    )


def _without_named(before: dict[str, Any] | None, text: str) -> dict[str, Any] | None:
    if before is None:
        return None
    words = plain(text)
    named = {
        "max_rate": r"rate|price|budget|money|limit|cap", "min_rate": r"rate|price",
        "min_overlap_hours": r"zone|location|overlap|anywhere", "languages": r"language|speak",
        "industries": r"industr", "must_skills": r"skill|tech", "available_within_days": r"time|availab|when",
    }  # fmt: skip
    dropped = {key for key, pattern in named.items() if re.search(pattern, words)} or set(named)
    return {key: value for key, value in before.items() if key not in dropped}


def _is_refinement(got: Understanding) -> bool:
    return got.wants(Intent.CHEAPER, Intent.MY_ZONE, Intent.MORE, Intent.RESET_FILTERS)


def _change_in_words(got: Understanding) -> str:
    if got.wants(Intent.CHEAPER):
        return "For less money"
    if got.wants(Intent.MY_ZONE):
        return "Close to your working hours"
    if got.wants(Intent.MORE):
        return "Looking further"
    return "With that changed"


def _filters_in_words(arguments: dict[str, Any], *, one: bool) -> str:
    """The filters as they follow "CTOs" or, with `one`, "nobody"."""
    s = "s" if one else ""
    parts = []
    if arguments.get("must_skills"):
        parts.append(f"who know{s} {listed([str(name) for name in arguments['must_skills']])}")
    if arguments.get("excluded_skills"):
        parts.append(f"without {listed([str(name) for name in arguments['excluded_skills']])}")
    if arguments.get("languages"):
        parts.append(f"speaking {listed([_NAMES.get(code, code) for code in arguments['languages']])}")
    if arguments.get("max_rate"):
        parts.append(f"for at most {_money(arguments['max_rate'])} an hour")
    if arguments.get("min_rate"):
        parts.append(f"from {_money(arguments['min_rate'])} an hour")
    if arguments.get("min_overlap_hours"):
        where = _city(arguments["timezone"]) if arguments.get("timezone") else "you"
        parts.append(
            f"who share{s} at least {counted(float(arguments['min_overlap_hours']), 'working hour')} with {where}"
        )
    if arguments.get("countries"):
        parts.append(
            f"living in {listed([COUNTRIES.get(code, code) for code in arguments['countries']], last='or')}"
        )
    if arguments.get("min_years"):
        parts.append(f"with at least {counted(arguments['min_years'], 'year')} of experience")
    if arguments.get("available_within_days"):
        parts.append("with a free time then" if arguments.get("available_from") else "with a free time soon")
    return " " + ", ".join(parts) if parts else ""


def _nobody(matches: dict[str, Any], arguments: dict[str, Any], state: State) -> str:
    changes = [change["text"].rstrip(".") for change in matches.get("changes") or [] if change.get("adds")]
    closest = [item["expert"]["name"] for item in matches.get("closest") or []]
    if changes:
        hint = f"It would help to change one thing: {'; '.join(_small(change) for change in changes[:3])}."
    elif closest:
        hint = f"Closest are {listed(closest[:3])}. Shall I loosen a filter?"
    else:
        hint = say("matches.unfiltered", state.seed)
    return say("matches.none", state.seed, filters=_filters_in_words(arguments, one=True), hint=hint)


def _profile(each: Shown, state: State) -> str:
    expert = each.data.get("expert") or each.data
    skills = listed([skill["name"] for skill in expert.get("skills", [])[:6]])
    languages = listed([_NAMES.get(code, code) for code in expert.get("languages", [])])
    slots = [local(start, state.timezone) for start in (each.data.get("slots") or [])[:2]]
    return say(
        "matches.profile", state.seed, name=each.name, headline=expert.get("headline", "").rstrip("."), years=each.years,
        rate=_rate(each), timezone=_city(each.timezone), languages=f", speaks {languages}" if languages else "",
        rating=f", rated {each.rating:.1f} of 5" if each.rating else "", skills=f"Strong in {skills}. " if skills else "",
        reasons=" ".join(each.data.get("reasons", [])[:2]) + " " if each.data.get("reasons") else "",
        slots=f"Next free: {listed(slots)}." if slots else "",
    )  # fmt: skip


def _why(each: Shown, state: State) -> str:
    reasons = each.data.get("reasons") or [f"The overall score is {each.score:.0f} of 100."]
    rows = [f"- {reason}" for reason in reasons[:5]]
    rows += [f"- But: {gap}" for gap in (each.data.get("gaps") or [])[:2]]
    return say("matches.why", state.seed, name=each.name, reasons="\n".join(rows))


def _rate(each: Shown) -> str:
    return Money.of(each.rate, each.currency).format()


def _money(rate: dict[str, Any]) -> str:
    return Money.of(Decimal(str(rate["amount"])), rate["currency"]).format()


def _city(timezone: str) -> str:
    return str(zone_of(timezone)).rsplit("/", 1)[-1].replace("_", " ")


def _small(text: str) -> str:
    return text[0].lower() + text[1:] if len(text) > 1 and text[1].islower() else text
