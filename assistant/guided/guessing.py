"""What a question about the project is about, by its words, where neither a pattern nor its meaning tells."""

import re

from assistant.guided import mood
from assistant.guided.gloss import readings
from assistant.guided.intents import Intent
from assistant.guided.state import State
from assistant.guided.understood import Understanding

_TOPICS = (
    (re.compile(r"\b(?:weeks?|months?|years?|spring|summer|autumn|fall|winter|christmas|easter|deadline|launch\w*|live|time|soon|early|fast|quick\w*|late|date|ready|finish\w*|january|february|march|april|may|june|july|august|september|october|november|december)\b"), "timeline"),
    (re.compile(r"\b(?:money|budget|cost\w*|price\w*|pay|expensive|cheap\w*|afford\w*|sum|amount|total|bill|more than we have|spend\w*|euros?|dollars?|pounds?)\b|[$€£]"), "cost"),
    (re.compile(r"\b(?:programm\w*|technolog\w*|tech|code\w*|framework|languages?|stack|database|native|cloud|hosting|architecture)\b"), "technology"),
    (re.compile(r"\b(?:risk\w*|wrong|fail\w*|danger\w*|problem\w*|worr\w*|trouble|weak\w*)\b"), "risks"),
    (re.compile(r"\b(?:score|points|health|rating)\b"), "score"),
    (re.compile(r"\b(?:numbers?|figures?|estimate\w*|calculat\w*)\b"), "assumptions"),
)  # fmt: skip


def guessed(state: State, got: Understanding) -> str | None:
    """What a question about the project is about that nothing else tells: time, money, or how it stands."""
    if not (state.has_project and mood.asks(got.text)) or got.intents.keys() - {
        Intent.YES,
        Intent.NO,
        Intent.GREETING,
    }:
        return None
    words = readings(got.text)[-1]
    if got.picks or re.search(r"\b(?:you|your|who|cto|ctos|expert|experts)\b", words):
        return None
    for pattern, section in _TOPICS:
        if pattern.search(words):
            return section
    return None
