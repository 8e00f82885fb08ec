"""One message understood: its sentences sorted by what they do, its facts, filters, times and people."""

import re
from dataclasses import dataclass, field
from typing import Any

from assistant.guided import filters, when
from assistant.guided.intents import Intent, detect
from assistant.guided.picks import Shown, out_of_range, pick
from assistant.guided.state import State
from assistant.guided.when import When
from assistant.guided.words import WORD, plain
from services.projects import extraction
from services.projects.schemas import BriefPatch

_SPLIT = re.compile(
    r"(?<=[.?!;…])\s+|\n+"
    r"|[,.]?\s+(?:and then|after that|then|und dann|danach|et ensuite|puis|y luego|y despues|e depois)\s+"
    r"|[,]?\s+(?:and|und|et|y|e|&)\s+(?=(?:please |bitte )?(?:book|find|show|tell|analy[sz]e|compare|schedule|reserve|search|look|give|set up|who|what|when|how|is|can|could|buche?|zeig|such|finde|vergleich|reservier|réserve|trouve|montre|cherche|reserva|busca|muestra|encuentra|agenda|reserve|busque|mostre|encontre|agende|marque)\b)"
    r"|,\s+(?=(?:please )?(?:book|find me|show me|analy[sz]e|compare|schedule|reserve|search for)\b)",
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
    r"|\b(?:find|need|show|is there|are there|looking for|want|know|got|have|suche|brauche|gibt es|cherche|busco|necesito|hay|procuro|preciso de|tem)\s+(?:me |us |mir |uns )?(?:a |any |maybe )?(?:someone|somebody|anyone|anybody|people|jemand\w*|quelqu'un|alguien|alguem)\b"
    r"|^(?:and |or |what about |how about |maybe )?(?:some|any)(?:one|body)\b|^jemand\w*\b|^quelqu'un\b|^alguien\b|^alguem\b"
)
_OWN_PRODUCT = re.compile(
    r"\b(?:my|our|for (?:a|an|the|this)|to build|we(?:'re| are)?|i(?:'m| am)?|mein\w*|unser\w*|fur (?:eine?n?|mein\w*|unser\w*)|mon|ma|notre|pour (?:une?|mon|ma|notre)|mi|nuestr[oa]|para (?:una?|mi|nuestr[oa]|meu|minha|um|uma|nosso)|meu|minha|nosso|nossa)\b"
)
_EXPERIENCE = re.compile(
    r"\b(?:someone|somebody|anyone|anybody|people|one|cto|ctos|expert|experts|person|candidate|candidates)\b[^,.]{0,30}\b(?:who|with|that)\b"
)
_BOOK_VERB = re.compile(
    r"\b(?:book|reserve|schedule|call|meet|buche|buch|reserviere|reserva|agenda|agende|marque|contrata|hire)\b"
)
_ABOUT_TIME = frozenset({Intent.BOOK, Intent.SLOTS, Intent.RESCHEDULE, Intent.BOOKINGS, Intent.CANCEL})
_QUESTIONS = frozenset(
    {Intent.SCORE, Intent.RISKS, Intent.TECHNOLOGY, Intent.RECOMMENDATIONS, Intent.ASSUMPTIONS, Intent.COMPLEXITY, Intent.PRICING,
     Intent.HELP, Intent.WHO, Intent.PRIVACY, Intent.BRIEF, Intent.QUESTIONS, Intent.HUMAN, Intent.PROFILE, Intent.WHY, Intent.COMPARE}
)  # fmt: skip


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


def understand(state: State) -> Understanding:
    """Read the message that waits for an answer."""
    text = state.text
    got = Understanding(text=text, words=len(WORD.findall(plain(text))))
    got.when = when.read(text, state.local_now)
    got.shown = state.shown
    got.picks = pick(text, state.shown, state.focus)
    got.beyond = out_of_range(text, state.shown)
    statement: list[str] = []
    hypothesis: list[str] = []
    search: list[str] = []
    offset = 0
    for sentence in sentences(text):
        found = _of_sentence(sentence, state, got)
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


def _of_sentence(sentence: str, state: State, got: Understanding) -> dict[Intent, int]:
    found = detect(sentence)
    words = plain(sentence)
    product = _is_product(sentence)
    if (
        Intent.SEARCH in found
        and not _PERSON.search(words)
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
    if Intent.SLOTS in found and Intent.BOOK in found and not got.when.at:
        del found[Intent.BOOK]
    if Intent.CHEAPER in found and not state.shown and Intent.SEARCH not in found:
        del found[Intent.CHEAPER]
    return found


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
    if found.keys() & _QUESTIONS and sentence.rstrip().endswith("?"):
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
