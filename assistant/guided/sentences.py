"""What one sentence wants: its patterns and its meaning, weighed by what the conversation has come to."""

import re
from typing import Protocol

from assistant.guided import filters, mood
from assistant.guided.gloss import readings
from assistant.guided.intents import Intent, detect
from assistant.guided.sentence_patterns import (
    ABOUT_TIME,
    ASKING,
    ASKS_WHETHER,
    BOOK_VERB,
    BUILD,
    CHOOSES,
    DESCRIBES,
    DOUBTFUL,
    HINTS,
    HOURLY,
    LEAVES_IT,
    LOOSE,
    OF_PROJECT,
    OF_US,
    OWN_PEOPLE,
    PERSON,
    PRODUCT,
    RATE_ALONE,
    SEEKS,
    SOMEONE,
    SPEAK_TO_ONE,
    SUPPORT,
    SUPPOSES,
    TELL_ME,
)
from assistant.guided.sentence_people import of_calls, of_people
from assistant.guided.state import State
from assistant.guided.understood import Understanding
from assistant.guided.words import plain
from services.projects import extraction
from services.projects.schemas import Source

_LONG = 12
_AT_US = re.compile(r"\b(?:you|your|u|this (?:bot|thing|chat|site|assistant)|bot|assistant)\b")
_OUR_PRICES = re.compile(
    r"\b(?:talk|speak|chat|writ)\w* (?:to|with) (?:you|u)\b|\busing (?:you|this|it)\b|\bthis (?:site|service|chat|thing|tool)\b|\byour (?:services?|fees?|help|cut)\b|\byou (?:charge|take|cost|earn)\b|\b(?:a|the|one) call\b"
)


class Meaning(Protocol):
    """Tells what a sentence wants by what it means; with `sure`, only where there is no doubt."""

    def __call__(self, sentence: str, sure: bool = False) -> Intent | None: ...


def wishes(sentence: str, state: State, got: Understanding, meaning: Meaning) -> dict[Intent, int]:
    found = _possible(detect(sentence), state)
    words = plain(sentence)
    read = readings(sentence)
    if LEAVES_IT.search(read[-1]) and got.words <= 14:
        return {}
    product = is_product(sentence) or _tells_of_product(words, state, got)
    meant = meaning(sentence)
    if meant is Intent.MORE and not state.shown and state.has_project:
        meant = Intent.SEARCH  # "a few names": of whom there is no list yet
    if (
        meant is Intent.SEARCH
        and not state.has_project
        and not any(PERSON.search(each) or SEEKS.search(each) for each in read)
    ):
        meant = None  # "training for bank staff" is close to "who has worked in banking", and seeks nobody
    if meant is Intent.OFF_TOPIC and not state.has_project and HINTS.search(words):
        meant = None  # "there's something in fitness"
    if meant is not None and not _possible({meant: 0}, state):
        meant = None
    if (
        meant in (Intent.OFF_TOPIC, Intent.HOSTILE)
        and not mood.asks(sentence)
        and _is_described(sentence, state)
    ):
        meant = None  # "I'd love a map of safe restaurants with reviews"
    if meant is not None and not _plausible(meant, sentence, product=product):
        meant = None
    if got.words > _LONG:
        # In a long message single words of ours are the product's: "data protection", "in a stupid order".
        if not mood.asks(sentence):
            found = {intent: at for intent, at in found.items() if intent not in OF_US}
        if not _AT_US.search(words):
            found.pop(Intent.HOSTILE, None)
    if meant is not None and found.keys() <= {Intent.YES, Intent.NO} and len(words.split()) > 4:
        found = {}
    if meant is not None and not found:
        found[meant] = 0
    elif (
        meant is not None
        and meaning(sentence, sure=True)
        and (
            found.keys() <= DOUBTFUL
            or (meant in ASKING and found.keys() <= LOOSE)
            or (meant in OF_US and found.keys() <= ASKING | DOUBTFUL)
        )
    ):
        found = {meant: found.get(meant, 0)}
    if (
        found.keys() <= {Intent.YES, Intent.NO}
        and meant in (Intent.CANCEL, Intent.CONFIRM)
        and state.proposal
    ):
        found[meant] = 0  # "no call please"
    if (
        meant in ASKING
        and mood.asks(sentence)
        and not (got.picks or got.when.says_when)
        and (
            found.keys() <= {*ASKING, *DOUBTFUL, Intent.BOOK, Intent.SLOTS, Intent.CONFIRM}
            and not found.keys() & ASKING
        )
    ):
        found = {meant: 0}  # "what do you charge for the call" books none
    if Intent.SEARCH in found and OWN_PEOPLE.search(words):
        del found[Intent.SEARCH]  # "our people know Java"
    if found.keys() & {Intent.COST, Intent.WHAT_IF} and _OUR_PRICES.search(read[-1]) and mood.asks(sentence):
        found = {Intent.PRICING: 0}  # "does talking to you cost money"
    of_people(found, sentence, state, got, product=product)
    if (
        not product
        and not found
        and not OWN_PEOPLE.search(words)
        and PERSON.search(words)
        and filters.read(sentence, found, state, got.when)
    ):
        found[Intent.SEARCH] = 0  # somebody, and what they are to be like
    if not state.shown and found.keys() & ABOUT_TIME and _is_described(sentence, state):
        # "We want online appointment booking with reminders": there is nobody to book yet.
        for intent in ABOUT_TIME:
            found.pop(intent, None)
    if (
        Intent.SEARCH in found
        and meant is not Intent.SEARCH
        and not any(PERSON.search(each) for each in read)
        and (
            product
            or not (
                any(SOMEONE.search(each) for each in read)
                or HOURLY.search(words)
                or RATE_ALONE.fullmatch(words)
            )
        )
        and not (state.shown and not product and filters.read(sentence, found, state, got.when))
        and (product or not any(re.search(r"\b(?:lead|help|who)\b", each) for each in read))
    ):
        del found[Intent.SEARCH]
    if product and Intent.SEARCH not in found and not got.picks:
        # "An app where patients book appointments" describes; it does not ask for an appointment.
        for intent in ABOUT_TIME | {
            Intent.MESSAGE,
            Intent.MORE,
            Intent.COMPARE,
            Intent.CONFIRM,
            Intent.SIGN_UP,
            Intent.PROFILE,
            Intent.CHEAPER,
        }:
            found.pop(intent, None)
    of_calls(found, words, state, got, product=product)
    if got.picks and state.shown and not product and found.keys() & OF_PROJECT:
        # "One good reason for the first one" asks about a person.
        for intent in OF_PROJECT:
            found.pop(intent, None)
        found.setdefault(
            Intent.WHY if re.search(r"\b(?:why|reasons?|special|rank\w*|match)\b", words) else Intent.PROFILE,
            0,
        )
    if (
        got.picks
        and not product
        and (BOOK_VERB.search(words) or CHOOSES.search(words))
        and not (ASKS_WHETHER.match(words) and not got.when.says_when)
        and not found.keys() & ABOUT_TIME
    ):
        found[Intent.BOOK] = 0
    if (
        Intent.WHAT_IF in found
        and re.match(
            r"(?:ok(?:ay)?,? |actually,? |hm+,? |well,? |no,? )*(?:let'?s|lets) (?:just )?say\b", words
        )
        and not mood.asks(sentence)
    ):
        del found[Intent.WHAT_IF]  # "let's say 18 grand"
    if Intent.WHAT_IF in found and not state.has_project and product:
        del found[Intent.WHAT_IF]  # "let's say we build a shop" describes one
    if Intent.WHAT_IF in found:
        for intent in (
            Intent.CHEAPER,
            Intent.COST,
            Intent.TIMELINE,
            Intent.ANALYSE,
            Intent.SEARCH,
            Intent.RECOMMENDATIONS,
            Intent.CANCEL,
        ):
            found.pop(intent, None)
    if (
        Intent.RESCHEDULE in found
        and not (got.when.says_when or got.when.minutes)
        and Intent.BOOK not in found
    ):
        del found[Intent.RESCHEDULE]
    if Intent.SIGN_UP in found and not (mood.asks(sentence) or re.search(r"\b(?:i|me|my|account)\b", words)):
        del found[Intent.SIGN_UP]  # "users log in with their card"
    if state.shown and not got.picks and SPEAK_TO_ONE.search(words) and not SUPPORT.search(words):
        found.pop(Intent.SEARCH, None)
        found.setdefault(Intent.BOOK, 0)
    if Intent.HUMAN in found and state.shown and not SUPPORT.search(words):
        del found[Intent.HUMAN]  # "I'd like to speak to somebody": of those on the list
        found.setdefault(Intent.BOOK, 0)
    elif Intent.HUMAN in found:
        found.pop(Intent.BOOK, None)
    if Intent.BOOKINGS in found or Intent.QUESTIONS in found:
        found.pop(Intent.BOOK, None)
        found.pop(Intent.SLOTS, None)
    if Intent.PRICING in found:
        found.pop(Intent.COST, None)
        found.pop(Intent.SEARCH, None)
        found.pop(Intent.BOOK, None)
    if Intent.HELP in found:
        found.pop(Intent.RECOMMENDATIONS, None)
    if Intent.WHY in found and not state.shown:
        del found[Intent.WHY]
    if Intent.SLOTS in found and Intent.BOOK in found and not (got.when.at or got.when.soonest):
        del found[Intent.BOOK]
    if Intent.SLOTS in found and got.picks and got.when.at and got.when.day and not words.endswith("?"):
        del found[Intent.SLOTS]
        found[Intent.BOOK] = 0
    if Intent.CHEAPER in found and not state.shown and Intent.SEARCH not in found:
        del found[Intent.CHEAPER]
        if state.has_project and not product and not found:
            found[Intent.RECOMMENDATIONS] = 0  # "could we do it cheaper?" is about the build
    return found


def _plausible(meant: Intent, sentence: str, *, product: bool) -> bool:
    """Whether a sentence of this form can want that: "a box with a subscription" does not ask for our prices."""
    asks = mood.asks(sentence)
    words = readings(sentence)[-1]
    if meant is Intent.SEARCH and OWN_PEOPLE.search(words):
        return False
    if meant is Intent.SEARCH and product:
        return any(PERSON.search(each) for each in readings(sentence))
    if product and not asks and meant in (Intent.OFF_TOPIC, Intent.HOSTILE, Intent.THANKS, Intent.GOODBYE):
        return False
    if meant in OF_US and not asks:
        return bool(TELL_ME.match(words)) and not product
    if (
        meant in (Intent.TIMELINE, Intent.COST)
        and not asks
        and re.fullmatch(r"[^a-z]*\d[^a-z]*(?:\w+\W*){1,2}", words)
    ):
        return False  # "12 months."
    if meant is Intent.HELP and words.startswith("who"):
        return False
    if meant is Intent.WHAT_IF:
        return asks or bool(
            SUPPOSES.search(words) and not re.match(r"(?:also |please |and )*(?:add|include)\b", words)
        )
    return True


def _tells_of_product(words: str, state: State, got: Understanding) -> bool:
    if got.picks or PERSON.search(words):
        return False
    match = DESCRIBES.search(words)
    # With people on a list or a call prepared, "it" is no longer the product.
    return match is not None and not (
        match.group().startswith(("it ", "they ")) and (state.shown or state.proposal)
    )


def _possible(found: dict[Intent, int], state: State) -> dict[Intent, int]:
    """Without what there is nothing for yet: no list to compare, no call to move."""
    impossible: set[Intent] = set()
    if not state.shown:
        impossible |= {Intent.COMPARE, Intent.WHY, Intent.MORE, Intent.RESET_FILTERS}
        if not (state.proposal or state.booking):
            impossible |= {Intent.RESCHEDULE, Intent.SLOTS}
            if Intent.BOOK in found:
                impossible -= {Intent.SLOTS}
    return {intent: at for intent, at in found.items() if intent not in impossible}


def _is_described(sentence: str, state: State) -> bool:
    """Whether the sentence says something of substance about a product, and nothing of a person."""
    if PERSON.search(plain(sentence)):
        return False
    patch = extraction.read(sentence, now=state.now, timezone=state.timezone, brief=state.brief)
    features = [feature for feature in patch.features if feature.source is Source.STATED]
    fields = [field for field in patch.industries if field.source is Source.STATED]
    return len(features) > 1 or bool(
        fields or patch.users or patch.integrations or patch.platforms or patch.budget
    )


def is_product(sentence: str) -> bool:
    words = plain(sentence)
    return bool(PRODUCT.search(words) or BUILD.search(words))
