"""Which words of a text are negated ("React, but no mobile", "ohne App"), in the five languages of our founders."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum

from services.taxonomy.phrases import PhraseIndex, PhraseMatch, ReadText
from services.taxonomy.text import word_set


class NegationKind(StrEnum):
    """EXCLUDED is not wanted; DEFERRED is wanted, but not now ("payments can wait")."""

    EXCLUDED = "excluded"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Negation:
    """A negated stretch of text. `cue_start` and `cue_end` are the words that negate it."""

    start: int
    end: int
    kind: NegationKind
    cue_start: int
    cue_end: int


# Before what they negate; the scope goes on over "and": "we don't need chat and payments".
_NOT_WANTED = """
don't need, dont need, do not need, doesn't need, does not need, don't want, dont want, do not want, doesn't want,
won't need, will not need, wont need, don't require, do not require, no need for, no need of, not need, not interested in,
don't care about, do not care about, never, skip, exclude, excluding, leave out, forget about, forget the, don't build,
do not build, do not include, don't include, not include, not including, don't use, do not use, not use, not using, avoid,
don't add, do not add, neither, nor, none of, get rid of, ditch, remove, drop the, drop, can do without, could do without,
don't bother with, don't do, won't do, will not do, not doing, aren't doing, not going to do, won't build, won't offer, don't offer, not offer, won't use, won't support, won't add, dropping, removing, leaving out, skipping, postpone, give up on, get by without, go without, do without, live without, no longer need, no longer want, don't plan, do not plan, don't support, do not support,
not supporting, scratch, axe, kill the, lose the, bin the, throw out, take out, cut out, strike the, drop our, scrap the, skip the, hold off on, park the, won't have, will not have, shouldn't have, should not have, hate, scrap, cut the, leave off,
streich, streicht, streiche, lass die, lasst die, weg mit, brauchen keine, brauchen keinen, brauchen kein, wollen keine, wollen keinen, wollen kein, weder, verzichten auf,
pas besoin de, pas besoin d, ne voulons pas, ne veux pas, ne souhaitons pas, ni, evitez, sans compter,
no necesitamos, no necesito, no queremos, no quiero, no hace falta, no se necesita, nada de, tampoco, evitar, ni siquiera,
nao precisamos, nao preciso, nao queremos, nao quero, nem, dispensamos
"""
# Before what they negate; "and" ends the scope: "an app without login and with push messages".
_NOT = """
no, not, without, w/o, isn't, is not, aren't, are not, except, except for, minus, shouldn't be, should not be, excluding the,
doesn't have to be, does not have to be, doesn't have to, isn't a, kein, keine, keinen, keiner, keinem, keinerlei, nicht,
ohne, ausser, pas, pas de, sans, aucun, aucune, sauf, sin, excepto, salvo, sem, nao, nenhum, nenhuma, exceto, ningun, ninguna
"""
_INSTEAD = """
instead of, rather than, statt, anstatt, anstelle von, au lieu de, plutot que, en lugar de, en vez de, em vez de,
ao inves de
"""
_AFTER = """
not needed, no need, not need, no needed, isn't needed, is not needed, aren't needed, are not needed, not required, isn't required, not necessary,
isn't necessary, is unnecessary, unnecessary, not important, out of scope, not in scope, not a priority, won't be needed,
not wanted, no longer needed, not relevant, does not apply, doesn't apply, do not apply, no aplica, nao se aplica, trifft nicht zu, is overkill, are overkill, would be overkill, overkill, a no go, not an option,
weglassen, weglasse, weglasst, streichen, rauslassen, rausnehmen, rausschmeissen, wegfallen, wegfallt, lassen wir weg, lass ich weg, fallt weg, fallen weg, kommt weg, kann weg, konnen weg, can go, can stay out, could go, has to go, is out, are out, brauchen wir nicht, wollen wir nicht, benotigen wir nicht, nicht notig, nicht notwendig, nicht erforderlich,
nicht gewunscht, brauche ich nicht, muss nicht sein, ist nicht notig, entfallt, nicht wichtig,
n'est pas necessaire, pas necessaire, ne sont pas necessaires, inutile, inutiles, pas utile,
lo quitamos, los quitamos, la quitamos, las quitamos, fuera, no hace falta, no es necesario, no es necesaria, no son necesarios, no son necesarias, no es importante, innecesario,
nao e necessario, nao e necessaria, nao sao necessarios, desnecessario, nao e importante
"""
_LATER = """
can wait, could wait, can come later, comes later, come later, later on, can be later, for later, in a later phase,
in phase two, in phase 2, in version 2, in v2, for a later phase, for a later version, for a later release, to a later phase, to a later version, in a later version, until a later phase, for later on, for version two, for version 2, for v2, for phase two, for phase 2, until version two, until later, to version two, to version 2, to phase two, to phase 2, to later, not for the mvp, not in the mvp, not for the first version,
not in the first version, not for v1, not now, not yet needed, later, some day, someday, down the road, nice to have,
spater, konnen warten, kann warten, erst spater, plus tard, peut attendre, peuvent attendre, mas adelante, puede esperar,
pueden esperar, despues, mais tarde, pode esperar, podem esperar, depois
"""
# Look like negations and are none, or speak of something that is not a wish.
_PSEUDO = """
not only, not just, not merely, not simply, no later than, no more than, no less than, not more than, not less than,
no longer than, no earlier than, no fewer than, not over, not above, not exceed, not exceeding, not sure, not certain, not yet, not yet launched,
no idea, no problem, no problems, no code, no sql, not to mention, no doubt, why not, if not, whether or not, no matter, no worries,
no one, nobody, not enough, not bad, no rush, not least, no limit, no hurry, don't forget, do not forget, don't know,
do not know, dont know, not know, not a big fan, no experience, no technical, not technical, non technical, nothing without, useless without,
not without, can't live without, can't do without, cannot do without, can't go without, not a lot, not much, not many, not too, not very, not expensive, no wait, no sorry, no i meant, no actually,
no internet, without internet, no connection, without a connection, without connection, no signal, no connectivity, without connectivity,
no reception, no cell service, no show, no shows, no team, no developers, no engineers, no budget, no deadline, no money, not far,
do not have, don't have, dont have, doesn't have, does not have, not have, haven't, not started, drop down, drop off, drop shipping, drag and drop,
nicht nur, nicht mehr als, nicht spater als, nicht sicher, noch nicht, nicht teuer, ohne internet, ohne internetverbindung, ohne netz, kein internet, kein netz,
keine ahnung, kein problem, kein team, kein entwickler,
pas seulement, pas plus de, pas plus tard que, pas sur, pas encore, pas cher, sans connexion, sans internet, pas de probleme, aucune idee,
no solo, no mas de, no mas tarde que, no se, no estoy seguro, aun no, todavia no, sin conexion, sin internet, no hay problema, no tenemos,
nao so, nao apenas, nao somente, nao mais de, nao mais que, nao mais tarde, nao sei, ainda nao, sem internet, sem conexao, sem problema, nao temos,
no podran, cannot live without, no brasil, no mercado, no rio de janeiro
"""
_STOP_WORDS = word_set("but just only however instead although though yet because since while where which who that so then also plus "
    "aber sondern nur sonst dafur jedoch weil mais seulement uniquement car donc pero sino solo solamente aunque "
    "porque mas apenas somente porem we i they it you wir ich sie es nous je on nosotros yo "
    "nos eu needs need want wants should add adding include including keep keeping ajouter anadir agregar adicionar incluir hinzufugen must using use brauchen wollen voulons queremos necesitamos precisamos")  # fmt: skip
_WANTING = word_set("need needs want wants brauchen wollen voulons voudrions queremos necesitamos precisamos")
_AND = word_set("and und et y e with mit avec con com & for fur pour para")
_OR = word_set("or nor oder noch ou o ni nem")
_BREAK = re.compile(r"[.!?;:()\n•|]|\s[-–—]\s")
_MAX_SCOPE = 14


def _split(phrases: str) -> list[str]:
    return [phrase.strip() for phrase in phrases.replace("\n", " ").split(",") if phrase.strip()]


_CUES = PhraseIndex(
    [
        (kind, phrase)
        for kind, phrases in (
            ("pseudo", _PSEUDO),
            ("after", _AFTER),
            ("later", _LATER),
            ("wanted", _NOT_WANTED),
            ("instead", _INSTEAD),
            ("not", _NOT),
        )
        for phrase in _split(phrases)
    ]
)


class Negations:
    """The negated stretches of one text."""

    def __init__(self, text: ReadText, *, language: str = "en") -> None:
        """`language` settles what is written alike: "no" says "in the" in Portuguese."""
        self._text = text
        self._ignored = frozenset({"no"}) if language == "pt" else frozenset[str]()
        self.spans = sorted(self._spans(), key=lambda span: span.start)
        self._starts = [span.start for span in self.spans]

    def of(self, start: int, end: int) -> Negation | None:
        """The negation that covers the words from `start` to `end`, if any."""
        for span in reversed(self.spans[: bisect_right(self._starts, start)][-4:]):
            outside = end <= span.cue_start or start >= span.cue_end
            if span.start <= start and end <= span.end and outside:
                return span
        return None

    def _spans(self) -> list[Negation]:
        spans: list[Negation] = []
        for cue in _CUES.find(self._text):
            if cue.key == "pseudo" or cue.phrase in self._ignored:
                continue
            span = self._span(cue)
            if span is not None and span.start < span.end:
                spans.append(span)
        return spans

    def _span(self, cue: PhraseMatch) -> Negation | None:
        if cue.key == "later":
            start = self._clause_start(cue)
            return Negation(start, cue.start, NegationKind.DEFERRED, cue.start, cue.end)
        if cue.key == "after" or (cue.phrase == "nicht" and self._ends_clause(cue)):
            start = self._clause_start(cue)
            return Negation(start, cue.start, NegationKind.EXCLUDED, cue.start, cue.end)
        following = self._text.folded[cue.end : cue.end + 1]
        if cue.phrase in ("no", "not", "nao") and following in (",", ".", "!", ";", ":", "?", ""):
            return None
        end = self._scope_end(cue)
        return Negation(cue.end, end, NegationKind.EXCLUDED, cue.start, cue.end)

    def _ends_clause(self, cue: PhraseMatch) -> bool:
        rest = self._text.folded[cue.end : cue.end + 3].lstrip(" ")
        return not rest or rest[0] in ".,!?;:\n)"

    def _clause_start(self, cue: PhraseMatch) -> int:
        tokens, folded = self._text.tokens, self._text.folded
        start = cue.start
        wanting = any(token.text in _WANTING for token in tokens[max(cue.first - _MAX_SCOPE, 0) : cue.first])
        for number in range(cue.first - 1, max(cue.first - 1 - _MAX_SCOPE, -1), -1):
            token = tokens[number]
            gap = folded[token.end : start]
            if (
                _BREAK.search(gap)
                or (wanting and token.text in _AND)
                or token.text in ("but", "aber", "mais", "pero", "mas", "so")
            ):
                break
            if "," in gap and not (number + 1 < cue.first and tokens[number + 1].text in _AND | _OR):
                break
            start = token.start
        return start

    def _scope_end(self, cue: PhraseMatch) -> int:
        tokens, folded = self._text.tokens, self._text.folded
        end = cue.end
        comma_at: int | None = None
        for number in range(cue.last + 1, min(cue.last + 1 + _MAX_SCOPE, len(tokens))):
            token = tokens[number]
            gap = folded[tokens[number - 1].end : token.start]
            if _BREAK.search(gap):
                break
            if number > cue.last + 1:
                if token.text in _STOP_WORDS:
                    break
                if token.text in _OR:
                    comma_at = None
                elif "," in gap and comma_at is None:
                    # A comma goes on only in a list that ends with "or": "no login, payments or chat".
                    comma_at = end
                    if cue.key == "instead":
                        break
                if token.text in _AND and cue.key != "wanted":
                    break
            end = token.end
        return comma_at if comma_at is not None else end
