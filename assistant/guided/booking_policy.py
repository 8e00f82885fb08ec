"""From an understood message to what is to be done about a call."""

import re

from assistant.guided.booking_tasks import Book, Bookings, Slots, asks_for_person, asks_for_time
from assistant.guided.gloss import readings
from assistant.guided.intents import Intent
from assistant.guided.state import State
from assistant.guided.tasks import Talk, Task
from assistant.guided.understood import Understanding
from assistant.guided.words import plain

_OFFERS_CALL = re.compile(r"prepare a call|book the first one")
_DROPS = re.compile(
    r"^(?:no+|nah|nope|ok|okay|hm+|actually|sorry|on second thoughts?)?[,. ]*(?:forget (?:it|that|about it)|never ?mind|scrap (?:it|that)|drop (?:it|that)|leave it|no thanks?|not any ?more|i changed my mind|vergiss es|lass (?:es|mal|gut sein)|laisse tomber|dejalo|olvidalo|deixa(?: pra la)?|esquece|(?:i'd |i would )?(?:rather|better|instead) not|i (?:won't|don't) need (?:it|that|this))\b"
)
_INSTEAD = re.compile(
    r"\b(?:instead|rather|switch|change|swap|actually|wrong|meant|not (?:him|her|them)|lieber|stattdessen|plutot|mejor|melhor|en vez)\b"
)


def call(state: State, got: Understanding) -> Task | None:
    """What to do about a call, if the message is about one: book it, move it, show free times, drop it."""
    if got.wants(Intent.BOOKINGS) and not got.picks:
        return Bookings()
    if got.wants(Intent.CANCEL) or (state.awaits_confirmation and _drops(got) and not got.has_facts):
        return _cancel(state)
    if (
        state.awaits_confirmation
        and got.picks
        and _INSTEAD.search(plain(got.text))
        and not got.wants(Intent.SEARCH)
    ):
        return Book()  # the same call, with somebody else
    if state.awaits_confirmation and _agrees(got):
        return Talk("talk.confirm")
    if (asks_for_time(state) or "slots" in state.last_reply_cards) and _plain_choice(got):
        return Book()
    if got.wants(Intent.SLOTS) and not ((got.when.at or got.when.soonest) and got.wants(Intent.BOOK)):
        asks_people = got.wants(Intent.SEARCH) and not got.picks
        return None if asks_people or (not state.shown and got.describes) else Slots()
    if got.wants(Intent.BOOK):
        return Book()
    if got.wants(Intent.RESCHEDULE) and (state.proposal or state.focus):
        return Book()
    if got.wants(Intent.CONFIRM):
        return Talk("talk.confirm" if state.awaits_confirmation else "talk.confirm-none")
    if asks_for_person(state) and (got.picks or got.beyond):
        return Book()
    if (
        asks_for_time(state)
        and (got.when.says_when or got.picks or _plain_choice(got))
        and not got.wants(Intent.SEARCH)
    ):
        return Book()
    time_and_person = got.when.at and (got.when.day or got.when.soonest) and (got.picks or state.focus)
    if time_and_person and not got.has_facts and not got.wants(Intent.SEARCH):
        return Book()
    if (
        state.awaits_confirmation
        and got.when.says_when
        and not got.has_facts
        and not got.wants(Intent.SEARCH)
    ):
        return Book()
    if (
        got.wants(Intent.YES)
        and not got.has_facts
        and got.words <= 6
        and state.shown
        and _OFFERS_CALL.search(plain(state.last_reply))
        and not state.awaits_confirmation
    ):
        return Book()
    return None


def _drops(got: Understanding) -> bool:
    """ "Hold on, I'd rather not": in any of its clauses."""
    clauses = [clause for each in readings(got.text) for clause in re.split(r"[,.;!] ?| - ", each)]
    return got.words <= 12 and any(_DROPS.search(clause.strip()) for clause in clauses)


def _agrees(got: Understanding) -> bool:
    """ "Yes, book it": with the call that is prepared."""
    return (
        got.wants(Intent.YES, Intent.BOOK, Intent.CONFIRM)
        and not (got.when.says_when or got.when.minutes or got.picks or got.has_facts)
        and not got.wants(Intent.SEARCH, Intent.MESSAGE, Intent.SLOTS, Intent.RESCHEDULE, Intent.CANCEL)
        and got.words <= 9
    )


def _plain_choice(got: Understanding) -> bool:
    return bool(
        re.fullmatch(
            r"\W*(?:(?:ok|okay|then|yes|so|let's take|i take|i'll take|take|book),? )*(?:the )?(?:\d|first|second|third|fourth|fifth|last|earliest|any)(?: one| slot| time| option)?(?: (?:of|from) (?:those|these|them|that list)(?: times| slots)?)?(?: (?:please|works|is fine|would work|suits me|then))*\W*",
            readings(got.text)[-1],
        )
    )


def _cancel(state: State) -> Task:
    if state.awaits_confirmation:
        return Talk("talk.cancel-proposal")
    if state.booking or state.proposal:
        return Talk("talk.cancel-booking")
    return Talk("talk.cancel-none")
