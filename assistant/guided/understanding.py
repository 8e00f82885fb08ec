"""One message understood: its sentences sorted by what they do, its facts, filters, times and people."""

import re
from dataclasses import replace

from assistant.guided import filters, mood, when
from assistant.guided.gloss import readings
from assistant.guided.intents import Intent
from assistant.guided.picks import out_of_range, pick
from assistant.guided.sentence_patterns import ABOUT_TIME, BUILD, FIGURES, LEAVES_IT
from assistant.guided.sentences import Meaning, is_product, wishes
from assistant.guided.state import ASKED_WHAT, State
from assistant.guided.understood import Understanding
from assistant.guided.when import When
from assistant.guided.words import WORD, plain
from services.projects import extraction

_SPLIT = re.compile(
    r"(?<=[.?!;…])(?<!\b\d\.)(?<!\b\d\d\.)\s+|\n+"
    r"|[,.]?\s+(?:and then|after that|then|und dann|danach|et ensuite|puis|y luego|y despues|e depois)\s+"
    r"|[,]?\s+(?:and|und|et|y|e|&)\s+(?=(?:please |bitte )?(?:book|find|show|tell|analy[sz]e|compare|schedule|reserve|search|look|give|set up|who|what|when|how|is|can|could|buche?|zeig|such|finde|vergleich|reservier|réserve|trouve|montre|cherche|reserva|busca|muestra|encuentra|agenda|reserve|busque|mostre|encontre|agende|marque)\b)"
    r"|,\s+(?=(?:(?:please|now|so|then|also|and|but) ){0,2}(?:book|find me|show me|analy[sz]e|compare|schedule|reserve|search for)\b)",
    re.I,
)
_OWN_PRODUCT = re.compile(
    r"\b(?:my|our|for (?:a|an|the|this)|to build|we(?:'re| are)?|i(?:'m| am)?|mein\w*|unser\w*|fur (?:eine?n?|mein\w*|unser\w*)|mon|ma|notre|pour (?:une?|mon|ma|notre)|mi|nuestr[oa]|para (?:una?|mi|nuestr[oa]|meu|minha|um|uma|nosso)|meu|minha|nosso|nossa)\b"
)
_EXPERIENCE = re.compile(
    r"\b(?:someone|somebody|anyone|anybody|people|one|cto|ctos|expert|experts|person|candidate|candidates)\b[^,.]{0,30}\b(?:who|with|that)\b"
)
_PLACE = re.compile(
    r"(?<!\bon )(?<!\bon the )(?<!\bby the )(?<!\bam )\b[1-9](?:st|nd|rd|th)\b(?! of\b| (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    re.I,
)
# Talk with us and about us: where that is all a sentence wants, it says nothing of the product.
_TALK = frozenset(
    {Intent.HUMAN, Intent.SIGN_UP, Intent.PRIVACY, Intent.PRICING, Intent.WHO, Intent.HELP, Intent.BRIEF, Intent.THANKS, Intent.QUESTIONS}
)  # fmt: skip
_KNOWS_NOT = re.compile(
    r"(?:hm+,? |well,? |honestly,? |sorry,? )*(?:(?:i |we )?(?:really |just )?(?:don't|do not|dont) (?:really |quite )?know|no idea|not (?:really )?sure|no clue|dunno|idk|can't say|keine ahnung)\b"
)
_SEEKS_EXPERT = re.compile(
    r"\b(?:ctos?|experts?|developers?|devs?|engineers?|tech(?:nical)? (?:lead|leader|co-?founder|person)|programmers?|candidates?)\b"
)
_ASKS = re.compile(
    r"\?|\b(?:explain|tell|show|list|give|what|which|how|why|erklar\w*|zeig\w*|nenn\w*|explique\w*|montre\w*|muestra\w*|dime|mostre|diga|quais|que|quelles?)\b"
)
_READ_BY_MEANING = 6
_LONGEST_READ = 160
_QUESTIONS = frozenset(
    {Intent.SCORE, Intent.RISKS, Intent.TECHNOLOGY, Intent.RECOMMENDATIONS, Intent.ASSUMPTIONS, Intent.COMPLEXITY, Intent.PRICING,
     Intent.HELP, Intent.WHO, Intent.SIGN_UP, Intent.PRIVACY, Intent.BRIEF, Intent.QUESTIONS, Intent.HUMAN, Intent.PROFILE, Intent.WHY, Intent.COMPARE}
)  # fmt: skip


def _no_meaning(sentence: str, sure: bool = False) -> Intent | None:
    return None


def sentences(text: str) -> list[str]:
    """The sentences and joined commands of a message."""
    return [part.strip() for part in _SPLIT.split(text) if part and part.strip(" .,;!?")]


def readable(state: State) -> list[str]:
    """The sentences of the message whose meaning is worth reading: short ones, and not too many."""
    return [each for each in sentences(state.text) if len(each) <= _LONGEST_READ][:_READ_BY_MEANING]


def understand(state: State, meaning: Meaning = _no_meaning) -> Understanding:
    """Read the message that waits for an answer. `meaning` tells what a sentence wants that no pattern knows."""
    text = state.text
    got = Understanding(text=text, words=len(WORD.findall(plain(text))))
    got.when = when.read(_without_places(text, state), state.local_now)
    if (
        state.awaits_confirmation
        and not got.when.says_when
        and got.words <= 8
        and (hour := when.bare_hour(text))
    ):
        got.when = replace(got.when, at=hour)
    got.shown = state.shown
    got.picks = pick(text, state.shown, state.focus)
    got.beyond = out_of_range(text, state.shown)
    statement: list[str] = []
    hypothesis: list[str] = []
    search: list[str] = []
    offset = 0
    answering = state.analysis is None and bool(ASKED_WHAT.search(plain(state.last_reply)))
    for sentence in sentences(text):
        found = wishes(sentence, state, got, meaning)
        if answering and (answers := _answer(sentence, found, meaning)):
            found = {}
        for intent, position in found.items():
            got.intents.setdefault(intent, offset + position)
        if _ASKS.search(plain(sentence)) and len(sentence) <= _LONGEST_READ:
            got.asked |= found.keys()
        elif state.has_project and (meant := meaning(sentence)) in found:
            got.asked.add(meant)
        offset += len(sentence) + 1
        if Intent.WHAT_IF in found:
            hypothesis.append(sentence)
        elif (answering and answers) or _states_facts(sentence, found, state):
            statement.append(sentence)
            if answering and answers:
                got.answer = f"{got.answer} {sentence}".strip()
        if _is_search(sentence, found, state, got, begun=bool(search)):
            search.append(sentence)
    got.statement, got.hypothesis = "\n".join(statement), " ".join(hypothesis)
    if search and Intent.SEARCH not in got.intents and not got.wants(Intent.WHAT_IF):
        got.intents.setdefault(Intent.SEARCH, text.find(search[0]))
    got.search_text = " ".join(search)
    if search:
        got.filters = filters.read(
            got.search_text, got.intents, state, when.read(got.search_text, state.local_now)
        )
        got.topic = filters.topic(got.search_text)
        if got.statement and any(line in search for line in statement):
            # One sentence that asks for a CTO and describes the project: what it names is the project's.
            for key in ("must_skills", "industries", "excluded_skills"):
                got.filters.pop(key, None)
            got.topic = ""
    if got.statement:
        got.patch = extraction.read(
            got.statement, now=state.now, timezone=state.timezone,
            currency_hint=state.brief.currency if state.brief else None, brief=state.brief,
        )  # fmt: skip
        if got.patch.is_empty and not got.answer:
            got.statement = ""
    return got


def _answer(sentence: str, found: dict[Intent, int], meaning: Meaning) -> bool:
    """Whether it answers what we asked last, what is to be built: anything that tells and does not ask for something
    else. "Old people who want to call their grandchildren" books no call."""
    if len(WORD.findall(plain(sentence))) < 3 or mood.asks(sentence) or _SEEKS_EXPERT.search(plain(sentence)):
        return False
    if LEAVES_IT.search(plain(sentence)) or _KNOWS_NOT.match(readings(sentence)[-1]):
        return False
    aside = _TALK | {Intent.HOSTILE, Intent.OFF_TOPIC, Intent.INJECTION, Intent.OTHERS_DATA, Intent.GREETING}
    return not found.keys() & aside and meaning(sentence, sure=True) not in aside


def _without_places(text: str, state: State) -> str:
    """Without the places of a list that read like days of a month: "the 2nd one on Monday"."""
    return _PLACE.sub(" ", text) if state.shown else text


def _is_search(
    sentence: str, found: dict[Intent, int], state: State, got: Understanding, *, begun: bool
) -> bool:
    """Whether search filters are to be read from this sentence."""
    if found.keys() & {Intent.SEARCH, Intent.CHEAPER, Intent.MY_ZONE, Intent.MORE, Intent.RESET_FILTERS}:
        return True
    if is_product(sentence) or found.keys() & (
        ABOUT_TIME | {Intent.WHAT_IF, Intent.MESSAGE, Intent.INJECTION}
    ):
        return False
    if state.shown and not got.picks:
        return _filters_only(sentence, found, state)
    # "Who could lead this? Under $150 an hour."
    return begun and not found and bool(filters.read(sentence, found, state, got.when))


def _states_facts(sentence: str, found: dict[Intent, int], state: State) -> bool:
    """Whether project facts are to be read from this sentence."""
    words = plain(sentence)
    if LEAVES_IT.search(words):
        return False
    if found.keys() & (
        ABOUT_TIME
        | {
            Intent.MESSAGE,
            Intent.INJECTION,
            Intent.HOSTILE,
            Intent.OFF_TOPIC,
            Intent.OTHERS_DATA,
            Intent.RESET_FILTERS,
            Intent.MY_ZONE,
            Intent.CHEAPER,
            Intent.MORE,
        }
    ):
        return False
    if found.keys() & _TALK and not (is_product(sentence) and BUILD.search(words)):
        return bool(re.search(r"\d", words)) and is_product(sentence) and not mood.asks(sentence)
    if Intent.SEARCH in found:
        own = _OWN_PRODUCT.search(words) and is_product(sentence)
        return bool(own) and not (_EXPERIENCE.search(words) and not re.search(r"\b(?:we|our|my)\b", words))
    if mood.begins_as_question(sentence) or (mood.asks(sentence) and found):
        return _asks_with_facts(sentence, found, state)
    if state.shown and pick(sentence, state.shown) and not is_product(sentence) and not FIGURES.search(words):
        return False  # "the 2nd person's background" is no date
    return not (state.shown and not is_product(sentence) and _filters_only(sentence, found, state))


def _asks_with_facts(sentence: str, found: dict[Intent, int], state: State) -> bool:
    """Whether facts are to be read from a question: "how much would an app for bakers cost?", "could it work offline
    too?", but not "is my idea safe with you?"."""
    words = plain(sentence)
    if Intent.PROFILE in found or Intent.COMPARE in found or Intent.WHY in found:
        return False
    if re.search(r"\d", words):
        return True
    if not mood.begins_as_question(sentence) and not found.keys() & _TALK:
        return FIGURES.search(words) is not None or is_product(
            sentence
        )  # "twelve thousand euros, is that silly?"
    if state.has_project:
        return mood.proposes(sentence) and not found.keys() & _QUESTIONS
    if re.match(r"(?:and |so |but )?(?:why|who|where|when|whose)\b", words) and not BUILD.search(words):
        return False
    return is_product(sentence) and (
        not mood.asks_of_us(sentence) or bool(BUILD.search(words) or _OWN_PRODUCT.search(words))
    )


def _filters_only(sentence: str, found: dict[Intent, int], state: State) -> bool:
    """After a search, "under $120 an hour" and "German-speaking" narrow the list; they are no facts of the project."""
    words = plain(sentence)
    named = filters.read(sentence, found, state, When())
    if {"max_rate", "min_rate"} & named.keys():
        return bool(re.search(r"\b(?:hour|hourly|hr|stunde|heure|hora)\b|/ ?h", words)) or not re.search(
            r"budget", words
        )
    return bool(named) and not re.search(
        r"\b(?:we|our|us|my|it|users?|customers?|wir|unser\w*|nous|notre|nosotros|nuestr\w+|nos|nosso)\b",
        words,
    )
