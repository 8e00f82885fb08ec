"""Wishes that the catalogue does not know, kept in the founder's own words: "the judge has to see it too".

Only once it is known what is built: in a first description whole sentences tell the story, and are no features.
"""

import re

from services.projects.extraction.context import Reading
from services.projects.schemas import Exclusion, ExclusionKind, Feature, Source
from services.taxonomy.text import fold, word_set

_SENTENCE = re.compile(r"[^.!?;\n]+")
_LEAD = re.compile(
    r"^\W*(?:(?:and|also|oh|plus|ok|okay|so|but|well|btw|by the way|one more thing|i forgot|another thing|please|then|und|ausserdem|auch|noch|bitte|et|aussi|y|ademas|tambien|e|alem disso|tambem)\b[,:]?\s+)*"
)
_SOMEBODY = (
    r"(?:it|they|we|i|you|users?|clients?|customers?|members?|everyone|everybody|people|staff|admins?|the app|the system|the platform|(?:the|our|my|a|an|each|every|all)\s(?:[\w-]+\s){0,2}?[\w-]+|"
    r"[\w-]+s|er|sie|es|man|wir|die\s[\w-]+|der\s[\w-]+|das\s[\w-]+|il|elle|on|nous|les\s[\w-]+|le\s[\w-]+|la\s[\w-]+|l'[\w-]+|los\s[\w-]+|las\s[\w-]+|el\s[\w-]+|os\s[\w-]+|as\s[\w-]+|o\s[\w-]+|a\s[\w-]+)"
)
_MODAL = (
    r"(?:also\s|then\s|always\s|even\s)?(?:should|must|shall|needs?\sto|ha(?:s|ve)\sto|has\sgot\sto|can|could|will|would|want\sto|wants\sto|would\slike\sto|(?:should|must)\sbe\sable\sto|"
    r"sollte?n?|soll|muss|mussen|kann|konnen|doit|doivent|peut|peuvent|debe|deben|puede|pueden|tiene\sque|tienen\sque|deve|devem|pode|podem|tem\sque|precisam?)"
)
_WISHES = re.compile(rf"^{_SOMEBODY}\s{_MODAL}\s(?P<what>.+)$")
_ADDS = re.compile(
    r"^(?:(?:can|could)\s(?:we|you)\s)?(?:add|include|support|build\sin|put\sin|integrate|give\s(?:it|them|us)|let\s(?:them|users|clients|people)|"
    r"(?:we|i|they|it|users?)\s(?:also\s)?(?:need|want|would\slike)s?|there\s(?:should|must|has\sto|needs\sto)\sbe|(?:wir|ich)\s(?:brauchen?|wollen?|mochten?)(?:\snoch|\sauch)?|il\sfaut|ajoute[rz]?|(?:on|nous)\s(?:veut|voulons|ajoute)|"
    r"agrega\w*|anad\w+|necesitamos|queremos|hay\sque|adicion\w+|acrescent\w+|precisamos\sde|queremos)\s(?P<what>.+)$"
)
# What speaks of money, time, people or the talk itself is no feature.
_NOT = re.compile(
    r"\b(?:budget|money|cost|costs|price|cheaper|less|faster|sooner|earlier|later|quicker|deadline|week|weeks|month|months|year|years|ready|finished|launch\w*|cto|ctos|expert|experts|developers?|call|meeting|hour|"
    r"book|analysis|score|estimate|think|know|you|your|afford|spend|pay you|idea|project|help|talk|someone|somebody|anyone|people who|geld|teuer|schneller|fertig|monate?n?|wochen|argent|prix|mois|dinero|meses|dinheiro)\b|\d\s?(?:k|%|€|\$|£)|[$€£]"
)
_GENERIC = word_set(
    "also very really just that this have has like good nice great work works well make made them they with from into more some something thing things able easy easily simple fast better again need want auch sehr gut aussi tres bien muy bien muito bem"
)
_MOST = 3


def read(reading: Reading, known: bool) -> list[Feature]:
    """Wishes in the words of the message; `known` says that the message has facts of other kinds, which are then what
    it is about."""
    if known or (reading.brief.summary is None and not reading.brief.features):
        return []
    found: list[Feature] = []
    for match in _SENTENCE.finditer(reading.text.folded[:2_000]):
        lead = _LEAD.match(match.group())
        start = match.start() + (lead.end() if lead else 0)
        sentence = reading.text.folded[start : match.end()].strip()
        wish = _WISHES.match(sentence) or _ADDS.match(sentence)
        if wish is None or not 2 <= len(sentence.split()) <= 24 or _NOT.search(sentence):
            continue
        if not _says_something(wish["what"]) or reading.negations.of(start, start + len(sentence)):
            continue
        if any(span.start < match.end() and span.end > start for span in reading.negations.spans):
            continue
        words = reading.words(start, start + len(sentence))
        found.append(Feature(name=words, source=Source.STATED, quote=words[:300]))
    return found[:_MOST]


def _says_something(what: str) -> bool:
    return bool(set(re.findall(r"[^\W\d_]{4,}", fold(what))) - _GENERIC)


_REFUSES = re.compile(
    r"\b(?:drop|skip|without|leave|left|lose|cut|remov\w*|scrap|axe|ditch|take out|get rid of|can wait|later|version|phase|ohne|weglass\w*|streich\w*|verzicht\w*|sans|enlev\w*|retir\w*|supprim\w*|sin|quit\w*|elimin\w*|sem|tir\w*|remov\w*)\b"
)
_ARTICLES = re.compile(
    r"^(?:.*\b(?:wenn (?:wir|ich|man)|if (?:we|i|you)|si (?:on|nous|je)|y si|e se|suppose (?:we|i)|say (?:we|i)|leave|left|push|move|keep|put|save|do|build)\s(?=\S))?(?:(?:the|our|my|any|all|this|that|those|these|out|off|away|we|der|die|das|den|dem|unsere?n?|les?|la|l'|notre|nos|el|los|las|nuestr[oa]s?|os?|as?|noss[oa]s?)\b\s?)+"
)
_LONGEST_NAME = 6


def unwanted(reading: Reading, known: bool) -> list[Exclusion]:
    """What a message refuses that the brief does not know by any name, in the founder's words: nothing is lost, and
    asking what it would save gives an honest "nothing"."""
    if known or reading.brief.summary is None or len(reading.text.tokens) > 40:
        return []
    found = []
    for span in reading.negations.spans:
        cue = reading.text.folded[span.cue_start : span.cue_end]
        name = reading.text.folded[span.start : span.end].strip(" ,.;:?!")
        lead = _ARTICLES.match(name)
        start = span.start + reading.text.folded[span.start : span.end].index(name[:1] or " ") if name else 0
        start += lead.end() if lead else 0
        name = name[lead.end() if lead else 0 :]
        if not _REFUSES.search(cue) or _NOT.search(name) or not 1 <= len(name.split()) <= _LONGEST_NAME:
            continue
        if _says_something(name):
            words = reading.words(start, start + len(name))
            found.append(
                Exclusion(kind=ExclusionKind.OTHER, name=words, quote=reading.quote(start, span.end))
            )
    return found[:_MOST]
