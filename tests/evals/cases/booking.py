"""Calls: free times, proposals, changes of them. Nothing is ever booked by the assistant."""

from tests.evals.case import Case, case, day, next_weekday, on_the_day_of, step, weekday
from tests.evals.checks import Check, matches, never_says, no_card, proposal, says, slots

G = "booking"
START = step("I want to build a telehealth app for people with diabetes. We have $80k and about 4 months.")
FIND = step("Who could lead this? Under $150 an hour.", matches())
NOT_BOOKED = never_says(
    r"\b(?:I(?:'ve| have) booked|is now booked|has been booked|payment (?:was|is) (?:made|done))\b"
)


def booked(name: str, text: str, *checks: Check, timezone: str = "Europe/Berlin") -> Case:
    """A booking wish after a search."""
    return case(G, name, START, FIND, step(text, *checks, NOT_BOOKED), timezone=timezone)


CASES = [
    booked("main line", "Book the first one next Tuesday at 3pm.", proposal(pick=1, at=next_weekday(1, 15))),
    booked("tomorrow", "book the second one tomorrow at 10", proposal(pick=2, at=day(1, 10))),
    booked("schedule", "Schedule a call with number three on Thursday at 2:30 pm", proposal(pick=3, at=weekday(3, 14, 30))),
    booked("last one", "set up a meeting with the last one for Friday 11:00", proposal(pick=-1, at=weekday(4, 11))),
    booked("an hour", "I'd like an hour with the first on Wednesday at 9am", proposal(pick=1, at=weekday(2, 9), minutes=60)),
    booked("45 minutes", "Book the first one for 45 minutes tomorrow at 4 pm", proposal(pick=1, at=day(1, 16), minutes=45)),
    booked("half past", "can I talk to the second one on Monday at half past two?", proposal(pick=2, at=weekday(0, 14, 30))),
    booked("day after tomorrow", "reserve the first, day after tomorrow, noon", proposal(pick=1, at=day(2, 12))),
    booked("best match", "book the best match for Thursday at 10", proposal(pick=1, at=weekday(3, 10))),
    booked("as soon as possible", "book the first one as soon as possible", proposal(pick=1)),
    booked("first free", "Let's go with the second one, first available slot", proposal(pick=2)),
    booked("morning", "book the first one on Thursday morning", proposal(pick=1)),
    booked("asks time", "I want to book the first one", slots(pick=1), no_card("proposal")),
    booked("asks person", "book a call for tomorrow at 10", says(r"whom|which|who")),
    booked("no such", "book the ninth one tomorrow at 3pm", says(r"only 5|which|whom"), no_card("proposal")),
    booked("New York", "Book the first one next Tuesday at 3pm.", proposal(pick=1, at=next_weekday(1, 15)), timezone="America/New_York"),
    booked("Singapore", "Book the first one tomorrow at 4pm", proposal(pick=1, at=day(1, 16)), timezone="Asia/Singapore"),
    case(G, "free times", START, FIND, step("When is the first one free?", slots(pick=1)), step("the second of these works", proposal(pick=1), NOT_BOOKED)),
    case(G, "free next week", START, FIND, step("what times does the third one have next week?", slots(pick=3))),
    case(G, "then a time", START, FIND, step("book the second one", slots(pick=2)), step("Thursday at 10", proposal(pick=2, at=weekday(3, 10)))),
    case(G, "person follows", START, FIND, step("book a call for Thursday at 2pm"), step("the first one", proposal(pick=1, at=weekday(3, 14)))),
    case(G, "move it", START, FIND, step("book the first one for Thursday at 10", proposal(pick=1)), step("make it 3pm instead", proposal(pick=1, at=on_the_day_of(weekday(3, 10), 15)))),
    case(G, "other day", START, FIND, step("book the first one for Thursday at 10", proposal(pick=1)), step("can we do Friday instead?", proposal(pick=1))),
    case(G, "longer", START, FIND, step("book the first one for Thursday at 10", proposal(pick=1)), step("make it an hour", proposal(pick=1, minutes=60))),
    case(G, "confirm by words", START, FIND, step("book the first one for Thursday at 10"), step("yes, confirm it and pay", says("confirm"), NOT_BOOKED)),
    case(G, "cancel", START, FIND, step("book the first one for Thursday at 10"), step("cancel that", says("decline|nothing is booked|lapse"))),
    case(G, "what is booked", START, step("What have I booked?", says("no calls|nothing"))),
    case(G, "no list yet", step("book the first one tomorrow at 10", says(r"project|find|who|search"), no_card("proposal"))),
    case(G, "her", START, FIND, step("tell me about the second one"), step("book them for tomorrow at 11", proposal(pick=2, at=day(1, 11)))),
    case(G, "past time", START, FIND, step("book the first one today at 0:15", NOT_BOOKED)),
]  # fmt: skip
