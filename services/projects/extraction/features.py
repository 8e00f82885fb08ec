"""Product features in free text: the catalogue's phrases in five languages, with typos, negation and emphasis."""

import re
from functools import cache, lru_cache
from itertools import pairwise

from services.projects.extraction.catalogue import FEATURES, LANGUAGES, FeatureKind
from services.projects.extraction.context import Reading
from services.projects.schemas import Complexity, Exclusion, ExclusionKind, Feature, Source
from services.taxonomy.catalogues import languages
from services.taxonomy.negation import NegationKind
from services.taxonomy.phrases import PhraseIndex, PhraseMatch
from services.taxonomy.spelling import Speller
from services.taxonomy.text import fold, stem, tokens, word_set

_INDEX = PhraseIndex(
    (
        (kind.slug, phrase)
        for kind in FEATURES.values()
        for phrases in kind.phrases.values()
        for phrase in phrases
    ),
    inflect=True,
)
_SIMPLE = re.compile(
    r"\b(?:simple|basic|minimal|plain|tiny|small|light|lightweight|einfach\w*|simples?|basique|sencill\w+|basic\w+|just a|only a)\s(?:\w+\s)?$"
)
_HARD = re.compile(
    r"\b(?:advanced|complex|sophisticated|full|fully fledged|full-featured|enterprise|real[- ]time|large[- ]scale|custom|high[- ]end|komplex\w*|umfangreich\w*|"
    r"avance\w*|complexe|avanzad\w+|complej\w+|avancad\w+|complex\w+)\s(?:\w+\s)?$"
)
# A word that asks for a feature only with company: "we ship in March" is no shipping, "the search for a CTO" no search.
_OTHERWISE = {
    "push-notifications": re.compile(r"\bpush (?:it|the|that|this|them|back|us|for|data|to|forward|out)\b"),
    "search": re.compile(r"\b(?:search(?:ing)? for (?:a|an|the|our) (?:cto|lead|developer|expert|freelancer|co-?founder|agency)|in search of|job search for)"),
    "scheduling": re.compile(r"\b(?:book|schedule|buche|agendar|reserver|marcar)\s(?:a |an |the |me |us |einen |un |uma |una )?(?:call|meeting|termin mit|appel|llamada|first|second|last|him|her|cto|chamada|reuniao|reunion)|\b(?:cancel|change|move|reschedule|confirm|about|pay) (?:my|the|our|this|that) (?:\w+ )?(?:bookings?|appointments?|reservations?)"),
    "reviews": re.compile(r"\b(?:code review|review (?:the|our|my|this)|peer review)"),
    "tasks": re.compile(r"\b(?:your tasks?|first task)"),
    "trading": re.compile(r"\btrading (?:card|partner)"),
    "groups": re.compile(r"\b(?:target groups?|age groups?|user groups? of)"),
    "reporting": re.compile(r"\breport(?:s|ing)? to (?:the|our|me)"),
    "advertising": re.compile(r"\bads? agency"),
    "game-mechanics": re.compile(r"\bgame[- ]chang"),
    "shipping": re.compile(r"\bshipping (?:in|by|on|before|soon|it|our|the (?:product|app|mvp|first)|code|fast)"),
    "erp-integration": re.compile(r"\b(?:replac\w+ (?:our |the |an |a )?(?:\S+ ){0,3}|(?:build|building|develop|create|legacy|old) (?:an |our |a )?(?:\S+ )?)erp\b(?! (?:integration|system integration))"),
    "accounts": re.compile(r"\b(?:cash register|register (?:a|our|the) company|registered (?:in|company))"),
}  # fmt: skip
_UP = {
    Complexity.LOW: Complexity.MEDIUM,
    Complexity.MEDIUM: Complexity.HIGH,
    Complexity.HIGH: Complexity.HIGH,
}
_DOWN = {
    Complexity.LOW: Complexity.LOW,
    Complexity.MEDIUM: Complexity.LOW,
    Complexity.HIGH: Complexity.MEDIUM,
}


def read(reading: Reading) -> tuple[list[Feature], list[Exclusion]]:
    """The features a message wishes for, and those it excludes or puts off. Each slug once; a wish that follows a
    negation of the same feature wins, and the other way round."""
    wished: dict[str, Feature] = {}
    excluded: dict[str, Exclusion] = {}
    for match in _INDEX.find(reading.text, respelled=_respelled(reading)):
        kind = FEATURES[match.key]
        if _is_otherwise(reading, match):
            continue
        negation = reading.negations.of(match.start, match.end)
        if negation is not None:
            deferred = negation.kind is NegationKind.DEFERRED
            wished.pop(kind.slug, None)
            excluded[kind.slug] = Exclusion(
                kind=ExclusionKind.FEATURE,
                slug=kind.slug,
                name=kind.name,
                source=Source.STATED,
                quote=reading.quote(min(match.start, negation.cue_start), max(match.end, negation.cue_end)),
                note="To be built later." if deferred else None,
            )
            continue
        excluded.pop(kind.slug, None)
        if kind.slug not in wished:
            wished[kind.slug] = Feature(
                slug=kind.slug,
                name=kind.name,
                category=kind.category,
                complexity=_complexity(reading, match, kind),
                source=Source.STATED,
                quote=reading.quote(match.start, match.end),
            )
    for slug, pattern in _APART.items():
        apart = pattern.search(reading.text.folded[:20_000])
        if apart and slug not in {*wished, *excluded} and not reading.negations.of(*apart.span()):
            kind = FEATURES[slug]
            wished[slug] = Feature(
                slug=slug, name=kind.name, category=kind.category, complexity=kind.complexity,
                source=Source.STATED, quote=reading.quote(*apart.span()),
            )  # fmt: skip
    if "translation" not in {*wished, *excluded} and (quote := _languages(reading)):
        kind = FEATURES["translation"]
        wished[kind.slug] = Feature(
            slug=kind.slug, name=kind.name, category=kind.category, complexity=kind.complexity,
            source=Source.STATED, quote=quote,
        )  # fmt: skip
    excluded.update(_named_by_a_word(reading, {*wished, *excluded}))
    return list(wished.values()), list(excluded.values())


# What is named by a verb and its object with words between them: "sell homemade soap online", "Zimmer direkt buchen".
_APART: dict[str, re.Pattern[str]] = {
    "payments": re.compile(
        r"\b(?:pay|pays|paying|bezahl\w*|zahlen|payer|payent|pagar|pagan|paguen|pagam)\b[^.;!?]{0,24}\b(?:rent|deposits?|fees?|monthly|online|bills?|invoices?|card|app|miete|anzahlung|karte|loyer|acompte|carte|alquiler|tarjeta|aluguel|cartao)\b"
    ),
    "scheduling": re.compile(
        r"\b(?:book|books|booking)\b[^.;!?]{0,20}\b(?:fittings?|lessons?|class|classes|appointments?|visits?|consultations?|treatments?|massages?)\b|\b(?:termine?|behandlung\w*|massagen?|kurse?)\b[^.;!?]{0,24}\bbuchen\b"
    ),
    "reservations": re.compile(
        r"\b(?:book|books|booking|reserve|reserves)\b[^.;!?]{0,20}\b(?:rooms?|tables?|courts?|desks?|seats?|boats?|bikes?|cars?|venues?|halls?|aircraft)\b|\b(?:zimmer|tische?|platze?|plaetze|raume?|boote?)\b[^.;!?]{0,24}\b(?:buchen|reservieren)\b|\breserv(?:er|ent|ar|an|en)\b[^.;!?]{0,20}\b(?:chambres?|tables?|places?|habitaci\w+|mesas?|pistas?|quartos?|campos?)\b"
    ),
    "shopping-cart": re.compile(
        r"\bsell(?:s|ing)?\b[^.;!?]{2,40}\b(?:online|on the (?:web|internet)|on a website)\b|\b(?:verkaufen|vendre|vender)\b[^.;!?]{0,40}\b(?:online|im internet|en ligne|sur internet|por internet|en linea|pela internet)\b"
    ),
}
_IN_LANGUAGES = re.compile(
    r"\b(?:support\w*|available|work\w*|translat\w+|offer\w*|come\w*|version|interface|site|app|everything|languages?|auf|in|en|em)\b[^.;]{0,24}$"
)
_OF_SPEAKERS = re.compile(
    r"\b(?:speak\w*|talk\w*|fluent|native|spricht|sprechen|parl\w+|habl\w+|fal\w+|learn\w*|lern\w*|course|teach\w*|tutor\w*)\b"
)


def _languages(reading: Reading) -> str | None:
    """Two languages side by side that the product is to come in: "it has to support Spanish and English"."""
    named = [each for each in languages.find_in(reading.text, reading.negations) if each.negated is None]
    for first, second in pairwise(named):
        gap = reading.text.folded[first.end : second.start]
        before = reading.before(first.start, 40)
        if first.key == second.key or not _BESIDE.fullmatch(gap) or _OF_SPEAKERS.search(before):
            continue
        if _IN_LANGUAGES.search(before) or re.search(r"[,:(/]\s?$", before):
            return reading.quote(first.start, second.end)
    return None


_BESIDE = re.compile(r"\s?(?:,|/|&|and|und|et|y|e|\+)\s?(?:in |auf |en |em )?")


def _named_by_a_word(reading: Reading, settled: set[str]) -> list[tuple[str, Exclusion]]:
    """Features of the brief that a refusal calls by one word only: "we can do without the signing part"."""
    found: list[tuple[str, Exclusion]] = []
    for span in reading.negations.spans if reading.brief.features else ():
        written = tokens(reading.text.folded[span.start : span.end])
        refused = {stem(token.text) for token in written if len(token.text) > 4}
        wished = [feature for feature in reading.brief.features if feature.key not in settled]
        named = [each for each in wished if refused & _stems(each.name)]
        for feature in named or [each for each in wished if each.slug and refused & _words_of(each.slug)]:
            quote = reading.quote(min(span.cue_start, span.start), max(span.end, span.cue_end))
            exclusion = Exclusion(
                kind=ExclusionKind.FEATURE, slug=feature.slug, name=feature.name, quote=quote
            )
            found.append((feature.key, exclusion))
    return found


def _stems(text: str) -> set[str]:
    return {
        stem(token.text)
        for token in tokens(fold(text))
        if len(token.text) > 4 and token.text not in _EVERYWHERE
    }


@lru_cache(maxsize=512)
def _words_of(slug: str) -> frozenset[str]:
    """The telling words of a feature's English phrases."""
    return frozenset().union(
        *(_stems(phrase) for phrases in FEATURES[slug].phrases.values() for phrase in phrases)
    )


_EVERYWHERE = word_set(
    "users user system systems online mobile customer customers management manage feature function integration platform document documents through their"
)


@lru_cache
def _speller(language: str) -> Speller:
    """A typo is mended within the language of the message only: words of the others are too close to be told from it.
    Made when a language is first met, as the five of them take half a second."""
    words = {
        token.text
        for kind in FEATURES.values()
        for phrase in kind.phrases[language]
        if not phrase.startswith("=")
        for token in tokens(fold(phrase))
    }
    return Speller(words, known=_INDEX.words)


def _respelled(reading: Reading) -> dict[int, str]:
    """Typos mended in the language of the message; a few words may be in any language."""
    respelled = _speller(reading.language).corrections(reading.text)
    if reading.is_short:
        for language in LANGUAGES:
            respelled = _speller(language).corrections(reading.text) | respelled
    return respelled


@lru_cache(maxsize=2048)
def canonical(text: str) -> FeatureKind | None:
    """The catalogue's feature that a single name stands for, or None."""
    return _by_name().get(_spelled(text))


def _spelled(text: str) -> str:
    return " ".join(stem(token.text) for token in tokens(fold(text[:120])))


@cache
def _by_name() -> dict[str, FeatureKind]:
    return {
        _spelled(name): kind
        for kind in FEATURES.values()
        for name in (
            *(phrase.removeprefix("=") for phrases in kind.phrases.values() for phrase in phrases),
            kind.name,
            kind.slug,
        )
    }


def _is_otherwise(reading: Reading, match: PhraseMatch) -> bool:
    pattern = _OTHERWISE.get(match.key)
    if pattern is None:
        return False
    around = reading.text.folded[max(0, match.start - 30) : match.end + 30]
    offset = min(match.start, 30)
    return any(
        found.start() < offset + (match.end - match.start) and found.end() > offset
        for found in pattern.finditer(around)
    )


def _complexity(reading: Reading, match: PhraseMatch, kind: FeatureKind) -> Complexity:
    before = reading.before(match.start, 40)
    if _SIMPLE.search(before):
        return _DOWN[kind.complexity]
    if _HARD.search(before):
        return _UP[kind.complexity]
    return kind.complexity
