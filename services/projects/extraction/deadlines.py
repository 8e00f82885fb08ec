"""How long there is: durations ("about 4 months", "in six weeks", "ein halbes Jahr") and dates to be ready by ("by end of
March", "Q2"), as one deadline."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from services.projects.extraction import dates, numbers
from services.projects.extraction.context import Reading
from services.projects.extraction.date_mentions import DateMention, Precision, add_months
from services.projects.extraction.zones import today_of
from services.projects.schemas import Deadline, Fact
from services.taxonomy.spelling import slips

_SPELLED = {
    "week": ("weeks", "woche", "wochen", "semana", "semanas"),
    "month": ("month", "months", "monat", "monate", "meses"),
    "year": ("years",),
}
_UNIT_DAYS = {
    "day": 1.0,
    "week": 7.0,
    "month": 365.25 / 12,
    "quarter": 365.25 / 4,
    "year": 365.25,
    "sprint": 14.0,
}
_UNITS = [
    ("day", r"(?:(?:working |business |calendar )?days?|tage?[ns]?|jours?|dias?)"),
    ("week", r"(?:weeks?|wks?|woche?n?|kw|semaines?|semanas?)"),
    ("month", r"(?:months?|mths?|mos|mo|monate?n?|monats|mois|mes|meses)"),
    ("quarter", r"(?:quarters?|quartal(?:e|en|s)?|trimestres?)"),
    ("year", r"(?:years?|yrs?|jahre?[ns]?|ans?|annees?|anos?)"),
    ("sprint", r"(?:sprints?|fortnights?)"),
]
for _at, (_name, _words) in enumerate(_UNITS):
    # "4 monts": after a number a slip is no other word.
    _slipped = {slip for word in _SPELLED.get(_name, ()) for slip in slips(word)}
    _UNITS[_at] = (
        _name,
        f"(?:{_words}|{'|'.join(sorted(_slipped, key=len, reverse=True))})" if _slipped else _words,
    )
_UNIT = re.compile(
    r"^(?:\s|-|\s?(?:more|extra|additional|further|calendar|full|whole|other)\s)?(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _UNITS)
    + r")(?![a-z])"
)
_WORDED: list[tuple[re.Pattern[str], float, str, bool]] = [
    (re.compile(r"\b(?:a |one )?(?:year|yr) and a half\b|\banderthalb jahren?\b|\b(?:un )?an et demi\b|\b(?:un )?ano y medio\b|\b(?:um )?ano e meio\b"), 1.5, "year", False),
    (re.compile(r"\b(?:a|one) month and a half\b|\banderthalb monaten?\b|\bun mois et demi\b|\bun mes y medio\b|\bum mes e meio\b|\bsix weeks\b"), 1.5, "month", False),
    (re.compile(r"\bhalf a year\b|\bhalf year\b|\bhalbe[nsm]? jahr\b|\bhalbjahr\b|\bmedio ano\b|\bmeio ano\b|\bsemestre\b|\bhalf of a year\b"), 6, "month", False),
    (re.compile(r"\b(?:dreivierteljahr|three quarters of a year|trois quarts d'annee)\b"), 9, "month", False),
    (re.compile(r"\b(?:vierteljahr|(?:a )?quarter (?:of a )?year)\b"), 3, "month", False),
    (re.compile(r"\b(?:a )?(?:couple|pair)(?: of)? (?P<unit>days|weeks|months|years)\b"), 2, "", True),
    (re.compile(r"\b(?:a )?few (?P<unit>days|weeks|months|years)\b|\bein paar (?P<unit_de>tagen?|wochen|monaten?)\b|\bquelques (?P<unit_fr>jours|semaines|mois)\b|\b(?:unos|algunos|alguns|uns|unas|algumas) (?:pocos )?(?P<unit_es>dias|semanas|meses)\b"), 3, "", True),
    (re.compile(r"\b(?:a|an|one|single|another|eine[mnrs]?|ein|un|une|um|uma|una|otro|otra|outro|outra) (?:full |whole |entire |ganzes |volles )?(?P<unit>day|week|month|quarter|year|fortnight|tages|tag|woche|monats|monat|quartals|quartal|jahres|jahr|jour|semaine|mois|trimestre|an|annee|dia|semana|mes|ano)\b"), 1, "", False),
]  # fmt: skip
_CUE = re.compile(
    r"\b(?:within|in|inside|under|over|have|has|got|timeline|timeframe|time frame|deadline|due|launch\w*|ready|live|done|finish\w*|deliver\w*|complete\w*|ship\w*|"
    r"built?|build|need(?:ed)?|take|takes|max|maximum|most|than|meant|actually|make it|give|want|by|before|until|till|release|mvp|version|go-live|start|"
    r"innerhalb|binnen|bis|haben|zeit|fertig|frist|zeitrahmen|dans|d'ici|sous|avons|delai|echeance|pret|lancer|lancement|dentro|tenemos|plazo|listo|lanzar|"
    r"lanzamiento|hasta|em|temos|prazo|pronto|lancar|ate|en|para|pour|about|around|roughly|etwa|rund|environ|unos|cerca|takes?|go live|market)\b"
)
_CUE_AFTER = re.compile(
    r"^\s?(?:to (?:launch|build|ship|deliver|market|get|finish|release|go|do|make|complete)|deadline|timeline|timeframe|from now|time\b|of time|left|until|till|max|"
    r"at most|tops|zeit|de delai|de plazo|de prazo|lang|ab jetzt|pour (?:lancer|livrer)|para (?:lanzar|lancar|tener|terminar)|um (?:zu )?|bis|before|for the mvp|for (?:the )?(?:first|launch))"
)
_NOT_DEADLINE_BEFORE = re.compile(
    r"(?:\b(?:last|past|previous|every|each|per|the first|since|for the last|over the last|after|ago|old|aged?|experience of|worked for|been|took us|spent|"
    r"running for|free for|trial of|warranty|seit|letzten|alle|pro|jede[nrs]?|depuis|tous les|chaque|par|desde hace|cada|por|ultimos|ha|hace|todos os|"
    r"runway of|runway is|payback|contract of|payroll|operate for|support for|lasts?|lasting|history of|up to date)|(?<!\s)/)\s*(?:the )?$"
)
_NOT_DEADLINE_AFTER = re.compile(
    r"^[-\s]?(?:of (?:experience|runway|data|history|support|work|warranty|maintenance)|experience|old|ago|free|trial|warranty|contract|history|runway|in business|a (?:week|month|year)|"
    r"per |notice|payback|into|(?:s )?in advance|after (?:launch|release|we|signing|that)|later we|post[- ]launch|erfahrung|alt\b|d'experience|de experiencia|"
    r"de experiencia|atras|gratuit|gratis|gratuito|of age|subscription|plan\b|program|programme|course|round|average|return|streak|post|"
    r"since|already|cooking|vertrag|laufzeit)"
)
_BEFORE_DATE = re.compile(
    r"\b(?:before|ahead of|prior to|vor|avant|antes de|antes do|antes da)\s(?:the\s|dem\s|der\s|le\s|la\s|l'|el\s)?$"
)
_DATE_CUE = re.compile(
    r"\b(?:by|until|till|before|deadline|due|launch\w*|ready|live|done|finish\w*|deliver\w*|complete\w*|ship\w*|release\w*|in|for|at|on|need(?:ed)? (?:it|this|that)|"
    r"no later than|latest|bis|spatestens|fertig|starten|launchen|vor|im|zum|d'ici|avant|pour|lancer|lancement|jusqu'\w*|livrer|para|antes|hasta|lanzar|lanzamiento|ate|lancar|"
    r"termin:?|stichtag:?|start de[rs]\b|beginn\b|abgabe|echeance|fecha|data|entrega|livraison|lancamento|pronto|entregar|em|en|go|ahead of|target\w*|meant|actually|demo|pilot|start selling|open)\b"
)
_NOT_DATE = re.compile(
    r"\b(?:call|meeting|meet|book|schedule|talk|speak|since|founded|started|raised|incorporated|launched|last|from|slots?|available|availability|termin mit|seit|appointment|zoom|interview|demo call)\b"
)
_HARD = re.compile(
    r"\b(?:hard deadline|fixed deadline|must (?:be|launch|ship|go)|no later than|at the latest|cannot (?:slip|move)|can't (?:slip|move)|non[- ]negotiable|has to be (?:ready|live|done)|"
    r"strict deadline|spatestens|fester termin|impérativement|imperativement|au plus tard|como muy tarde|a mas tardar|no maximo ate|sem falta|absolute deadline)\b"
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|approx\.?|approximately|circa|ca\.?|some|maybe|probably|etwa|ungefahr|rund|environ|unos|unas|aproximadamente|cerca de|uns|umas|or so|more or less|like)|~|≈)\s*$"
)
_UP_TO = re.compile(
    r"\b(?:under|less than|within|at most|max(?:imum)?|no more than|not more than|up to|hochstens|maximal|bis zu|moins de|jusqu'a|menos de|hasta|ate|no maximo)\s*$"
)
_REJECTED = re.compile(
    r"(?:\bnot|\binstead of|\brather than|\bnicht|\bstatt|\bpas|\bau lieu de|\ben vez de|\bem vez de|\bnao|\bno)\s*(?:in |about |by |the )?$"
)
_ANSWERS = re.compile(
    r"\b(?:answer|repl(?:y|ies)|respon[ds]|deliver|arriv|return|refund|cancel|expir|remind|approv|process|notif|antwort|liefer|repond|livr|respond|entreg)\w*\b[^.;]{0,32}$"
)
# "Fourteen months." as a sentence or a member of a list by itself
_ALONE_BEFORE = re.compile(
    r"(?:^|[.,;:!?(/|]|\s[-–]|\n)\s*(?:(?:about|around|roughly|like|maybe|say|ca\.?|etwa|environ|unos|uns) )?$"
)
_ALONE_AFTER = re.compile(r"^\s*(?:$|[.,;:!?)|]|max\b|tops\b|time\b)")
_RANGE = re.compile(r"\s?(?:-|–|—|to|or|and|bis|oder|a|ou|y|e|et|o|till|und)\s?")
# "not 6 months but 3": the unit holds for the second figure too.
_BUT = re.compile(r",?\s(?:but|sondern|mais|sino|mas)\s(?:in\s|en\s|em\s)?")
_STARTS_BEFORE = re.compile(r"(?:before|vor|avant|antes d[eao]s?)\b")
_MOST_DAYS = 365.25 * 15


@dataclass(frozen=True, slots=True)
class Duration:
    """A stretch of time in a text, in days; `low_days` is the near end of a range."""

    days: float
    low_days: float | None
    unit: str
    count: float
    approximate: bool
    start: int
    end: int


def durations(reading: Reading) -> list[Duration]:
    """All durations of a message, in order."""
    folded = reading.text.folded
    found: list[Duration] = []
    numerals = numbers.find(reading.text)
    for number, numeral in enumerate(numerals):
        if numeral.scale > 1:
            continue
        unit = _UNIT.match(folded[numeral.end : numeral.end + 20])
        if not unit:
            continue
        name = next(unit_name for unit_name, _ in _UNITS if unit[unit_name])
        days, start, low = float(numeral.value) * _UNIT_DAYS[name], numeral.start, None
        previous = numerals[number - 1] if number else None
        if previous is not None and previous.scale == 1 and previous.value < numeral.value:
            gap = folded[previous.end : numeral.start]
            if _RANGE.fullmatch(gap):
                low, start = float(previous.value) * _UNIT_DAYS[name], previous.start
        found.append(
            Duration(
                days,
                low,
                name,
                float(numeral.value),
                _is_about(reading, start),
                start,
                numeral.end + unit.end(),
            )
        )
        other = _BUT.match(folded[numeral.end + unit.end() :][:16])
        following = numerals[number + 1] if other and number + 1 < len(numerals) else None
        if other and following and following.start == numeral.end + unit.end() + other.end():
            found.append(
                Duration(
                    float(following.value) * _UNIT_DAYS[name],
                    None,
                    name,
                    float(following.value),
                    False,
                    following.start,
                    following.end,
                )
            )
    for pattern, count, unit_name, approximate in _WORDED:
        for match in pattern.finditer(folded):
            written = next((value for key, value in match.groupdict().items() if value), "")
            name = unit_name or _unit_of(written)
            found.append(
                Duration(
                    count * _UNIT_DAYS[name],
                    None,
                    name,
                    count,
                    approximate or _is_about(reading, match.start()),
                    match.start(),
                    match.end(),
                )
            )
    found.sort(key=lambda duration: (duration.start, -duration.end))
    kept: list[Duration] = []
    for duration in found:
        if (not kept or duration.start >= kept[-1].end) and 0 < duration.days <= _MOST_DAYS:
            kept.append(duration)
    return kept


def _unit_of(written: str) -> str:
    match = _UNIT.match(" " + written)
    return next((name for name, _ in _UNITS if match and match[name]), "month")


def _is_about(reading: Reading, start: int) -> bool:
    return _ABOUT.search(reading.before(start, 24)) is not None


def read(reading: Reading) -> Fact[Deadline] | None:
    """The deadline of a message: the last that is clearly one, else the last duration that may be one."""
    today = today_of(reading.now, str(reading.zone))
    best: tuple[int, int, Fact[Deadline]] | None = None
    for duration in durations(reading):
        strength = _strength(reading, duration)
        if strength and (best is None or (strength, duration.start) >= best[:2]):
            best = (strength, duration.start, _from_duration(reading, duration, today.day))
    for mention in dates.find(reading.text.folded, today):
        strength = _date_strength(reading, mention)
        if strength and (best is None or (strength, mention.start) >= best[:2]):
            fact = _from_date(reading, mention, today.day)
            if fact is not None:
                best = (strength, mention.start, fact)
    return best[2] if best else None


def _strength(reading: Reading, duration: Duration) -> int:
    before, after = reading.before(duration.start, 48), reading.after(duration.end, 28)
    if _NOT_DEADLINE_BEFORE.search(before) or _NOT_DEADLINE_AFTER.match(after) or _REJECTED.search(before):
        return 0
    if duration.unit == "day" and duration.days < 3:
        return 0
    if duration.days < 15 and _ANSWERS.search(before):
        return 0  # "a surgeon answers within 3 days"
    if duration.unit not in ("day", "sprint") and _ALONE_BEFORE.search(before) and _ALONE_AFTER.match(after):
        return 2
    if re.search(r"\b(?:call|meeting|meet|book|appointment|termin|reunion)\b", before) and duration.days < 14:
        return 0
    if re.search(r"[$€£k\d]\s?(?:a|per|pro|im|par|al|por|ao)?\s?$", before[-4:]) and duration.count == 1:
        return 0
    if _CUE_AFTER.match(after) or _CUE.search(before[-28:]):
        return 2
    return 1 if reading.is_short or duration.days >= 14 else 0


def _date_strength(reading: Reading, mention: DateMention) -> int:
    before, after = reading.before(mention.start, 48), reading.after(mention.end, 20)
    if (
        _NOT_DATE.search(before[-36:])
        or _REJECTED.search(before)
        or re.match(r"^,?\s(?:at|um|a las|as|a)\s\d|^\s\d{1,2}(?::|\s?[ap]m)", after)
    ):
        return 0
    if mention.precision is Precision.DAY and (mention.first - reading.now.date()).days < 3:
        return 0
    written = reading.text.folded[mention.start : mention.end]
    if _ALONE_BEFORE.search(before) and _ALONE_AFTER.match(after) and mention.precision is not Precision.DAY:
        return 2  # "7.5k, September"
    if _DATE_CUE.search(before[-30:]) or _DATE_CUE.match(written):
        return 2
    if re.match(
        r"(?:the |like |by |a |la |o )?(?:end|ende|fin|final|finales|late|early|begin\w*|start|mid|mitte|anfang|debut|mi|principios|mediados|inicio|meados|fim)\b",
        written,
    ):
        return 2
    return 1 if reading.is_short or re.search(r"end|ende|fin|deadline", written) else 0


def _from_duration(reading: Reading, duration: Duration, today: date) -> Fact[Deadline]:
    months = {"month": 1, "quarter": 3, "year": 12}.get(duration.unit)
    if months and float(duration.count * months).is_integer():
        due = add_months(today, int(duration.count * months))
    else:
        due = today + timedelta(days=round(duration.days))
    weeks = _weeks(duration.days)
    low = _weeks(duration.low_days) if duration.low_days else None
    value = Deadline(
        due=due,
        weeks=weeks,
        weeks_low=low,
        hard=_is_hard(reading, duration.start, duration.end),
        approximate=duration.approximate,
    )
    return Fact[Deadline].model_validate({"value": value, **reading.stated(duration.start, duration.end)})


def _from_date(reading: Reading, mention: DateMention, today: date) -> Fact[Deadline] | None:
    due = mention.last
    if mention.precision is Precision.SEASON and (mention.first - today).days < 21:
        mention = replace(mention, first=add_months(mention.first, 12), last=add_months(mention.last, 12))
        due = mention.last  # "before the winter" that begins on Tuesday is the next one
    written = reading.text.folded[mention.start : mention.end]
    if _BEFORE_DATE.search(reading.before(mention.start, 24)) or _STARTS_BEFORE.match(written):
        due = mention.first - timedelta(days=1)
    days = (due - today).days
    if not 0 < days <= _MOST_DAYS:
        return None
    value = Deadline(
        due=due, weeks=_weeks(float(days)), hard=_is_hard(reading, mention.start, mention.end),
        approximate=mention.precision is not Precision.DAY,
    )  # fmt: skip
    return Fact[Deadline].model_validate({"value": value, **reading.stated(mention.start, mention.end)})


def _weeks(days: float) -> float:
    return float(round(Decimal(max(days, 1.0)) / 7, 1))


def _is_hard(reading: Reading, start: int, end: int) -> bool:
    return (
        _HARD.search(reading.before(start, 60) + reading.text.folded[start:end] + reading.after(end, 40))
        is not None
    )
