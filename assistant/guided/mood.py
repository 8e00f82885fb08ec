"""Whether a sentence asks or tells, and whom: a question about our service says nothing of the founder's product."""

import re

from assistant.guided.gloss import gloss
from assistant.guided.words import plain

_FILLER = r"(?:(?:and|so|but|ok(?:ay)?|well|hm+|um+|uh|oh|hey|hi|hello|then|also|sorry|please|just|quick question|one question|btw)\b[,:!. ]*)*"
_AUX = r"(?:is|are|am|was|were|do|does|did|has|have|had|can|could|will|would|should|shall|may|might|must|isn't|aren't|don't|doesn't|didn't|can't|couldn't|won't|wouldn't|shouldn't)"
_WH = r"(?:what(?:'s|'re| is| are)?|which|who(?:'s|m|se)?|when|where(?:'s)?|why|how(?:'s)?)"
_SUBJECT = r"(?:i|we|you|u|he|she|it|they|there|this|that|these|those|my|our|your|the|a|an|any|anyone|anybody|someone|one|dropping|adding|leaving|users?|clients?|people|\d)"
_ASKS = re.compile(
    rf"^{_FILLER}(?:{_WH}\b|{_AUX} {_SUBJECT}\b|(?:does|did|is|are|was|were|will|would|could|should) (?!not\b)[a-z]+|do (?!it\b|that\b|this\b|so\b|not\b|what\b)[a-z]+|any (?:idea|advice|chance)\b)"
)
# A gloss leaves pronouns out: "have a clinic" tells, "have you someone" asks.
_ASKS_GLOSSED = re.compile(
    rf"^{_FILLER}(?:(?:{_WH}|how much|how long|how many)\b|(?:{_AUX}|know|speak) (?:you|there)\b)"
)
# "What we need is an app …" tells.
_TELLS = re.compile(
    rf"^{_FILLER}what (?:we|i) (?:need|want|would like|do|sell|have in mind)\b|^{_FILLER}where (?!{_AUX}\b|else\b|next\b|from\b|now\b)[a-z]+ [a-z]+|^{_FILLER}when (?:a|an|the|my|our|someone|users?|clients?)\b(?!.*\?)"
)
_OF_US = re.compile(
    r"\b(?:(?:can|could|may|do|should|must|have to) i|you|your|yours|u|ur|sextant|here|this (?:site|website|service|platform|app|tool|thing|chat|place|bot|page|marketplace)|using this)\b"
)
_PROPOSES = re.compile(
    rf"^{_FILLER}(?:can|could|should|must|would|might|shall) (?:we|it|they|users?|clients?|customers?|people|the \w+|our \w+)\b(?! (?:do|make|get|manage|finish|launch|be (?:done|ready|live)|afford|save|cost|take|work))"
)


def asks(sentence: str) -> bool:
    """A question, with or without its mark."""
    return sentence.rstrip().endswith("?") or begins_as_question(sentence)


def begins_as_question(sentence: str) -> bool:
    """In the form of a question from its beginning: not "we saved 12,000, is that silly?"."""
    english = gloss(sentence)
    form = _ASKS_GLOSSED if english else _ASKS
    words = english or plain(sentence)
    return bool(form.match(words)) and not _TELLS.match(words)


def asks_of_us(sentence: str) -> bool:
    """Whether it is about us or our service, where it is a question."""
    return bool(_OF_US.search(gloss(sentence) or plain(sentence)))


def proposes(sentence: str) -> bool:
    """A change that is worded as a question: "can it work offline too?"."""
    return bool(_PROPOSES.match(gloss(sentence) or plain(sentence)))
