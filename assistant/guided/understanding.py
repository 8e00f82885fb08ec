"""One message understood: its sentences sorted by what they do, its facts, filters, times and people."""

import re
from dataclasses import dataclass, field
from typing import Any, Protocol

from assistant.guided import filters, when
from assistant.guided.intents import Intent, detect
from assistant.guided.picks import Shown, out_of_range, pick
from assistant.guided.state import State
from assistant.guided.when import When
from assistant.guided.words import WORD, plain
from services.projects import extraction
from services.projects.schemas import BriefPatch, Source

_SPLIT = re.compile(
    r"(?<=[.?!;…])\s+|\n+"
    r"|[,.]?\s+(?:and then|after that|then|und dann|danach|et ensuite|puis|y luego|y despues|e depois)\s+"
    r"|[,]?\s+(?:and|und|et|y|e|&)\s+(?=(?:please |bitte )?(?:book|find|show|tell|analy[sz]e|compare|schedule|reserve|search|look|give|set up|who|what|when|how|is|can|could|buche?|zeig|such|finde|vergleich|reservier|réserve|trouve|montre|cherche|reserva|busca|muestra|encuentra|agenda|reserve|busque|mostre|encontre|agende|marque)\b)"
    r"|,\s+(?=(?:(?:please|now|so|then|also|and|but) ){0,2}(?:book|find me|show me|analy[sz]e|compare|schedule|reserve|search for)\b)",
    re.I,
)
PRODUCT = re.compile(
    r"\b(?:apps?|applications?|platforms?|marketplaces?|web ?sites?|websites?|web ?apps?|portals?|saas|softwares?|systems?|tools?|services?|startups?|start-up|products?|mvp|bots?|chatbots?|games?|"
    r"e-?commerce|stores?|shops?|dashboards?|crm|erp|api|plugins?|extensions?|networks?|solutions?|prototypes?|company|business|venture|idea|project|engine|assistant|tracker|planner|directory|"
    r"anwendung\w*|plattform\w*|webseite\w*|marktplatz|laden|spiel\w*|firma|idee|projekt|logiciels?|site|plateformes?|boutique|jeu|outil|entreprise|aplicaci(?:on|ones)|aplicativos?|plataformas?|sitio|tienda|juego|herramienta|empresa|proyecto|sistemas?|loja|jogo|ferramenta|projeto|projet)\b"
)
BUILD = re.compile(
    r"\b(?:build(?:ing)?|built|develop(?:ing|ed)?|creat(?:e|ing)|mak(?:e|ing) (?:a|an|our|my)|launch(?:ing)?|design(?:ing)?|starting|working on|rebuild(?:ing)?|rewrite|migrat\w+|automat\w+|digiti[sz]e|"
    r"bauen|entwickeln|entwickle\w*|erstellen|grunden|construire|developper|creer|lancer|construir|desarrollar|crear|lanzar|desenvolver|criar|lancar|fazer um)\b"
)
_PERSON = re.compile(
    r"\b(?:ctos?|co-?founders?|tech(?:nical|nology)? (?:leads?|leaders?|heads?|directors?|experts?|partners?|advisors?)|experts?|candidates?|engineering (?:lead|manager|leader)|architects?|technikchef\w*|technische[rn]? leit\w*|"
    r"directeurs? techniques?|directores? tecnicos?|diretor(?:es)? tecnicos?|experten|kandidaten|candidats?|candidatos?|matches|profiles)\b"
    r"|^(?:and |so |then |ok(?:ay)?,? )?(?:who|wer|wen|qui|quien|quienes|quem)\b"
    r"|\b(?:find|need|show|is there|are there|looking for|want|know|got|have|like|prefer|recommend|suggest|hire|get|suche|brauche|gibt es|cherche|busco|necesito|hay|procuro|preciso de|tem)\s+(?:me |us |mir |uns )?(?:a |any |maybe )?(?:someone|somebody|anyone|anybody|people|jemand\w*|quelqu'un|alguien|alguem)\b"
    r"|^(?:and |or |what about |how about |maybe )?(?:some|any)(?:one|body)\b|^jemand\w*\b|^quelqu'un\b|^alguien\b|^alguem\b"
)
_OWN_PRODUCT = re.compile(
    r"\b(?:my|our|for (?:a|an|the|this)|to build|we(?:'re| are)?|i(?:'m| am)?|mein\w*|unser\w*|fur (?:eine?n?|mein\w*|unser\w*)|mon|ma|notre|pour (?:une?|mon|ma|notre)|mi|nuestr[oa]|para (?:una?|mi|nuestr[oa]|meu|minha|um|uma|nosso)|meu|minha|nosso|nossa)\b"
)
_EXPERIENCE = re.compile(
    r"\b(?:someone|somebody|anyone|anybody|people|one|cto|ctos|expert|experts|person|candidate|candidates)\b[^,.]{0,30}\b(?:who|with|that)\b"
)
_BOOK_VERB = re.compile(
    r"\b(?:book|reserve|schedule|call|meet|talk|speak|chat|buche|buch|reserviere|reserva|agenda|agende|marque|contrata|hire)\b"
)
_SOMEONE = re.compile(
    r"\b(?:(?:must|should|has to|have to|needs? to) (?:have (?:worked|experience|led|built|used|done)|know|speak)|someone|somebody|anyone|anybody|people|jemand\w*|quelqu'un|alguien|alguem)\b"
)
_TO_US = re.compile(
    r"\b(?:you|your|u|ur|du|dir|dein\w*|ihr|euch|sie|vous|votre|tu|te|toi|usted(?:es)?|tus|voce|voces|seu)\b"
)
_FIGURES = re.compile(
    r"\bbudget\b|\d ?k\b|[$€£]|\b(?:months?|weeks?|monate?n?|wochen?|mois|meses|semanas?)\b"
)
_PLACE = re.compile(
    r"(?<!\bon )(?<!\bon the )(?<!\bby the )(?<!\bam )\b[1-9](?:st|nd|rd|th)\b(?! of\b| (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    re.I,
)
# Patterns that also match by accident.
_DOUBTFUL = frozenset(
    {Intent.SEARCH, Intent.HELP, Intent.ANALYSE, Intent.RECOMMENDATIONS, Intent.YES, Intent.NO}
)
_READ_BY_MEANING = 6
_LONGEST_READ = 160
_ABOUT_TIME = frozenset({Intent.BOOK, Intent.SLOTS, Intent.RESCHEDULE, Intent.BOOKINGS, Intent.CANCEL})
_QUESTIONS = frozenset(
    {Intent.SCORE, Intent.RISKS, Intent.TECHNOLOGY, Intent.RECOMMENDATIONS, Intent.ASSUMPTIONS, Intent.COMPLEXITY, Intent.PRICING,
     Intent.HELP, Intent.WHO, Intent.PRIVACY, Intent.BRIEF, Intent.QUESTIONS, Intent.HUMAN, Intent.PROFILE, Intent.WHY, Intent.COMPARE}
)  # fmt: skip


class Meaning(Protocol):
    """Tells what a sentence wants by what it means; with `sure`, only where there is no doubt."""

    def __call__(self, sentence: str, sure: bool = False) -> Intent | None: ...


def _no_meaning(sentence: str, sure: bool = False) -> Intent | None:
    return None


@dataclass(slots=True)
class Understanding:
    """What is wanted, in order of first mention, and the material to do it with."""

    text: str
    intents: dict[Intent, int] = field(default_factory=dict)
    statement: str = ""
    patch: BriefPatch = field(default_factory=BriefPatch)
    hypothesis: str = ""
    filters: dict[str, Any] = field(default_factory=dict)
    topic: str = ""
    search_text: str = ""
    when: When = field(default_factory=When)
    picks: list[Shown] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    beyond: bool = False
    words: int = 0

    def wants(self, *intents: Intent) -> bool:
        """At least one of these is wanted."""
        return any(intent in self.intents for intent in intents)

    @property
    def describes(self) -> bool:
        """The message says something of substance about the product."""
        return substantive(self.patch)

    @property
    def has_facts(self) -> bool:
        """The message says anything about the project, figures included."""
        return not self.patch.is_empty


def substantive(patch: BriefPatch) -> bool:
    """More than money, time and people: what it is, for whom, with what."""
    return any(
        (patch.summary, patch.features, patch.industries, patch.users, patch.integrations, patch.platforms, patch.technologies,
         patch.sensitivity, patch.regulations, patch.constraints, patch.exclusions, patch.scale)
    )  # fmt: skip


def sentences(text: str) -> list[str]:
    """The sentences and joined commands of a message."""
    return [part.strip() for part in _SPLIT.split(text) if part and part.strip(" .,;!?")]


def unclear(state: State) -> list[str]:
    """The sentences of the message that no pattern is sure of: what they want has to be read from their meaning."""
    doubtful = [each for each in sentences(state.text) if detect(each).keys() <= _DOUBTFUL]
    return [each for each in doubtful if len(each) <= _LONGEST_READ][:_READ_BY_MEANING]


def understand(state: State, meaning: Meaning = _no_meaning) -> Understanding:
    """Read the message that waits for an answer. `meaning` tells what a sentence wants that no pattern knows."""
    text = state.text
    got = Understanding(text=text, words=len(WORD.findall(plain(text))))
    got.when = when.read(_without_places(text, state), state.local_now)
    got.shown = state.shown
    got.picks = pick(text, state.shown, state.focus)
    got.beyond = out_of_range(text, state.shown)
    statement: list[str] = []
    hypothesis: list[str] = []
    search: list[str] = []
    offset = 0
    for sentence in sentences(text):
        found = _of_sentence(sentence, state, got, meaning)
        for intent, position in found.items():
            got.intents.setdefault(intent, offset + position)
        offset += len(sentence) + 1
        if Intent.WHAT_IF in found:
            hypothesis.append(sentence)
        elif _states_facts(sentence, found, state):
            statement.append(sentence)
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
        if got.patch.is_empty:
            got.statement = ""
    return got


def _without_places(text: str, state: State) -> str:
    """Without the places of a list that read like days of a month: "the 2nd one on Monday"."""
    return _PLACE.sub(" ", text) if state.shown else text


def _is_search(
    sentence: str, found: dict[Intent, int], state: State, got: Understanding, *, begun: bool
) -> bool:
    """Whether search filters are to be read from this sentence."""
    if found.keys() & {Intent.SEARCH, Intent.CHEAPER, Intent.MY_ZONE, Intent.MORE, Intent.RESET_FILTERS}:
        return True
    if _is_product(sentence) or found.keys() & (
        _ABOUT_TIME | {Intent.WHAT_IF, Intent.MESSAGE, Intent.INJECTION}
    ):
        return False
    if state.shown and not (got.picks and got.when.says_when):
        return _filters_only(sentence, found, state)
    # "Who could lead this? Under $150 an hour."
    return begun and not found and bool(filters.read(sentence, found, state, got.when))


def _of_sentence(sentence: str, state: State, got: Understanding, meaning: Meaning) -> dict[Intent, int]:
    found = _possible(detect(sentence), state)
    words = plain(sentence)
    product = _is_product(sentence)
    meant = meaning(sentence)
    if meant is not None and not _possible({meant: 0}, state):
        meant = None
    if meant is not None and not found:
        found[meant] = 0
    elif meant is not None and meaning(sentence, sure=True) and found.keys() <= _DOUBTFUL:
        found = {meant: found.get(meant, 0)}
    if not product and not found and _PERSON.search(words) and filters.read(sentence, found, state, got.when):
        found[Intent.SEARCH] = 0  # somebody, and what they are to be like
    if not state.shown and found.keys() & _ABOUT_TIME and _is_described(sentence, state):
        # "We want online appointment booking with reminders": there is nobody to book yet.
        for intent in _ABOUT_TIME:
            found.pop(intent, None)
    if (
        Intent.SEARCH in found
        and meant is not Intent.SEARCH
        and not _PERSON.search(words)
        and (product or not _SOMEONE.search(words))
        and (product or not re.search(r"\b(?:lead|help|who)\b", words))
    ):
        del found[Intent.SEARCH]
    if product and Intent.SEARCH not in found and not got.picks:
        # "An app where patients book appointments" describes; it does not ask for an appointment.
        for intent in _ABOUT_TIME | {
            Intent.MESSAGE,
            Intent.MORE,
            Intent.COMPARE,
            Intent.CONFIRM,
            Intent.SIGN_UP,
            Intent.PROFILE,
            Intent.CHEAPER,
        }:
            found.pop(intent, None)
    if got.picks and not product and _BOOK_VERB.search(words) and not found.keys() & _ABOUT_TIME:
        found[Intent.BOOK] = 0
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
    if Intent.HUMAN in found:
        found.pop(Intent.BOOK, None)
    if Intent.BOOKINGS in found or Intent.QUESTIONS in found:
        found.pop(Intent.BOOK, None)
        found.pop(Intent.SLOTS, None)
    if Intent.PRICING in found:
        found.pop(Intent.COST, None)
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
    return found


def _possible(found: dict[Intent, int], state: State) -> dict[Intent, int]:
    """Without what there is nothing for yet: no list to compare, no call to move."""
    impossible: set[Intent] = set()
    if not state.shown:
        impossible |= {Intent.COMPARE, Intent.WHY, Intent.MORE}
        if not (state.proposal or state.booking):
            impossible |= {Intent.RESCHEDULE, Intent.SLOTS}
            if Intent.BOOK in found:
                impossible -= {Intent.SLOTS}
    return {intent: at for intent, at in found.items() if intent not in impossible}


def _is_described(sentence: str, state: State) -> bool:
    """Whether the sentence says something of substance about a product, and nothing of a person."""
    if _PERSON.search(plain(sentence)):
        return False
    patch = extraction.read(sentence, now=state.now, timezone=state.timezone, brief=state.brief)
    features = [feature for feature in patch.features if feature.source is Source.STATED]
    return len(features) > 1 or bool(patch.industries or patch.users or patch.integrations or patch.platforms)


def _is_product(sentence: str) -> bool:
    words = plain(sentence)
    return bool(PRODUCT.search(words) or BUILD.search(words))


def _states_facts(sentence: str, found: dict[Intent, int], state: State) -> bool:
    """Whether project facts are to be read from this sentence."""
    words = plain(sentence)
    if found.keys() & (
        _ABOUT_TIME
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
    if Intent.SEARCH in found:
        own = _OWN_PRODUCT.search(words) and _is_product(sentence)
        return bool(own) and not (_EXPERIENCE.search(words) and not re.search(r"\b(?:we|our|my)\b", words))
    asks = sentence.rstrip().endswith("?")
    if asks and _TO_US.search(words) and not _is_product(sentence) and not re.search(r"\d", words):
        return False  # "can you recommend someone?" wishes for no recommendations in the product
    if (
        state.shown
        and pick(sentence, state.shown)
        and not _is_product(sentence)
        and not _FIGURES.search(words)
    ):
        return False  # "the 2nd person's background" is no date
    if found.keys() & _QUESTIONS and asks:
        return bool(re.search(r"\d", words)) and Intent.PROFILE not in found
    return not (state.shown and not _is_product(sentence) and _filters_only(sentence, found, state))


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
