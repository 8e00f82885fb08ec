"""What one sentence wants of the people on the list, and of the call with one of them."""

import re

from assistant.guided import filters
from assistant.guided.intents import Intent
from assistant.guided.sentence_patterns import (
    ABOUT_TIME,
    ASKS_WHETHER,
    AVAILABLE,
    FIGURES,
    HOURLY,
    LAUNCH,
    RATE_ALONE,
)
from assistant.guided.state import State
from assistant.guided.understood import Understanding
from assistant.guided.words import plain

_WHEN_ONE = re.compile(r"^(?:and |so |but |ok )?(?:when|what times?|wann|quand|cuando|quando)\b")


def of_people(
    found: dict[Intent, int],
    sentence: str,
    state: State,
    got: Understanding,
    *,
    product: bool,
) -> None:
    """Short wishes about who is looked for: a rate, an order, a free day."""
    words = plain(sentence)
    if product:
        return
    if Intent.BOOK in found and got.picks:
        for intent in (Intent.CHEAPER, Intent.SEARCH, Intent.MORE):  # "meet the cheapest on Friday"
            found.pop(intent, None)
        return
    if not (state.has_project or state.shown) or got.picks:
        return
    if re.match(r"(?:and |so |but )?who\b", words) and found.keys() & {Intent.BOOK, Intent.SLOTS}:
        for intent in (Intent.BOOK, Intent.SLOTS):  # "who could jump on a call this week?"
            found.pop(intent, None)
        found[Intent.SEARCH] = 0
    of_rate = HOURLY.search(words) or RATE_ALONE.fullmatch(words)
    named = filters.read(sentence, found, state, got.when)
    if of_rate and "max_rate" in named and not found.keys() & ABOUT_TIME:
        found.setdefault(Intent.SEARCH, 0)
    if state.shown and "sort" in named:
        found.setdefault(Intent.SEARCH, 0)
        found.pop(Intent.PROFILE, None)
    if (
        state.focus is None
        and not state.proposal
        and (got.when.day or got.when.first)
        and not got.when.at
        and AVAILABLE.search(words)
        and not re.search(r"\b(?:she|he|her|him|call|book\w*|meet\w*|slots?|times?)\b", words)
    ):
        for intent in (Intent.BOOK, Intent.SLOTS):
            found.pop(intent, None)
        found[Intent.SEARCH] = 0


def of_calls(
    found: dict[Intent, int], words: str, state: State, got: Understanding, *, product: bool
) -> None:
    """What a day, a time or a length means for somebody on the list, or for the call that is prepared."""
    if got.picks and state.shown and not product:
        _of_one(found, words, got)
    when_ = got.when
    if Intent.CANCEL in found and (state.awaits_confirmation or state.booking):
        for intent in (Intent.BOOK, Intent.SLOTS, Intent.MORE, Intent.SEARCH, Intent.RESCHEDULE):
            found.pop(intent, None)
        return
    if Intent.MY_ZONE in found:
        for intent in (Intent.BOOK, Intent.SLOTS, Intent.CANCEL):
            found.pop(intent, None)
    if product or found.keys() & (
        ABOUT_TIME | {Intent.SEARCH, Intent.MY_ZONE, Intent.MESSAGE, Intent.WHAT_IF}
    ):
        return
    if len(got.picks) == 1 and state.shown and (when_.says_when or when_.minutes):
        if ASKS_WHETHER.match(words):
            found[Intent.SLOTS] = 0  # "does Priya have anything on Friday afternoon"
            return
        exact = when_.at or when_.soonest or when_.minutes or (when_.part and (when_.day or when_.first))
        found[Intent.BOOK if exact else Intent.SLOTS] = 0
        for intent in (Intent.PROFILE, Intent.WHY, Intent.MORE):
            found.pop(intent, None)
    elif (
        state.awaits_confirmation
        and not got.picks
        and (when_.says_when or when_.minutes)
        and got.words <= 16
        and not FIGURES.search(words.replace("weeks", "").replace("week", ""))
        and not LAUNCH.search(words)
    ):
        found[Intent.RESCHEDULE] = 0


def _of_one(found: dict[Intent, int], words: str, got: Understanding) -> None:
    """Questions about somebody on the list: "does Lukas speak French?", "when can the third?"."""
    if _WHEN_ONE.match(words) and not found.keys() & ABOUT_TIME:
        found[Intent.SLOTS] = 0
    elif ASKS_WHETHER.match(words) and not (
        got.when.says_when or found.keys() & {Intent.SLOTS, Intent.COMPARE}
    ):
        for intent in (Intent.SEARCH, Intent.BOOK):
            found.pop(intent, None)
        found.setdefault(Intent.PROFILE, 0)
