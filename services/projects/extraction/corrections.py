"""Changes of mind: "no, I meant 60k", "make it 6 months", "another 20k", "double the budget", "forget the deadline"."""

import re
from datetime import timedelta
from decimal import Decimal

from core.money import Money
from services.projects.extraction import deadlines, money, numbers
from services.projects.extraction.context import Reading
from services.projects.schemas import BriefPatch, Budget, Deadline, Fact, ScalarField, Source

_CORRECTIVE = re.compile(
    r"\b(?:i meant|i mean|meant to say|no,|nope|actually|sorry|correction|scratch that|wait,|make (?:it|that)|not .{1,24} but|instead|rather|change (?:it|that|the)|changed my mind|"
    r"i was wrong|let me correct|to be precise|should be|update:|edit:|it's now|is now|now it|ich meinte|meinte ich|nein,|doch|korrektur|stattdessen|vielmehr|eigentlich|je voulais dire|"
    r"non,|en fait|plutot|correction|quise decir|perdon|en realidad|mejor|mas bien|quis dizer|desculpe|na verdade|melhor|alias)\b|\b\d[\d.,]*k?,? (?:not|nicht|pas|no) \d|^\s*(?:no|non|nein|nao)\b"
)
_MORE = re.compile(
    r"\b(?:another|additional|extra|more|increase(?:d)?(?: \w+){0,3} by|raise(?:d)?(?: \w+){0,3} by|add|plus|on top|tops?(?: (?:it|us|that|this))? up|topped(?: (?:it|us|that|this))? up|added|adds|chip(?:s|ped) in|puts? in|throws? in|threw in|zusatzlich\w*|mehr|noch|weitere|de plus|supplementaires?|otros|adicionales?|mais|adicionais)\b"
)
_LESS = re.compile(
    r"\b(?:less|fewer|decrease(?:d)?(?: \w+){0,3} by|reduce(?:d)?(?: \w+){0,3} by|cut(?: \w+){0,3} by|lower(?:ed)?(?: \w+){0,3} by|weniger|moins|menos)\b"
    # "took 50k off", "cut 20k", "we are 40k short"
    r"|\b(?:cut|cuts|slash(?:ed|es)?|trim(?:med|s)?|shav(?:e|ed|es)|knock(?:ed|s)?|chop(?:ped|s)?|take|takes|took|pull(?:ed|s)?|lost|lose|minus|short by|down by|lower by|subtract)(?: (?:about|another|some|us|off))? ?[$€£]? *\|"
    r"|\| *(?:off|short|lighter)\b"
)
# "push the deadline by two months", "bring it forward by a week": only of time
_LATER = re.compile(
    r"\b(?:push\w*|extend\w*|postpon\w*|delay\w*|prolong\w*|stretch\w*|move\w* (?:\w+ ){0,3}back|put\w* (?:\w+ ){0,3}back|give\w* (?:it|us) |later|extension\w*|verlanger\w*|verschieb\w*|spater|repouss\w*|report\w*|plus tard|"
    r"ampli\w*|prorrog\w*|retras\w*|aplaz\w*|estend\w*|adi(?:a|ar|amos)|mas tarde|mais tarde)\b"
)
_SOONER = re.compile(
    r"\b(?:forward|pull\w* (?:\w+ ){0,3}in|shorten\w*|sooner|earlier|verkurz\w*|vorzieh\w*|fruher|raccourc\w*|avanc\w*|plus tot|acort\w*|adelant\w*|encurt\w*|antecip\w*|antes)\b"
)
_BY = re.compile(r"\b(?:by|um|de|en|em|por)\s*\|")
# "more than 60k" and "more like 55k" are figures, no steps.
_MORE_THAN = re.compile(
    r"\b(?:more|less|fewer|mehr|weniger|plus|moins|mas|menos|mais)\s(?:than|als|de|que|do que|like|wie|comme|como|or less|o menos|ou moins|ou menos)\b"
    r"|\b(?:rather|eher|plutot|mas bien)\b"
)
_FACTORS: list[tuple[re.Pattern[str], Decimal]] = [
    (re.compile(r"\b(?:half (?:of )?(?:the|our|my|that) (?:money|budget|cash|amount)|half as much(?: money)?|la moitie du budget|la mitad del (?:presupuesto|dinero)|metade do (?:orcamento|dinheiro)|die halfte (?:des budgets|vom budget|des geldes))\b"), Decimal("0.5")),
    (re.compile(r"\b(?:(?:double|twice) (?:the|our|my|that) (?:money|budget|cash|amount)|twice as much(?: money)?|le double du budget|el doble de(?:l)? (?:presupuesto|dinero)|o dobro do (?:orcamento|dinheiro)|das doppelte(?: budget)?)\b"), Decimal(2)),
    (re.compile(r"\b(?:double|twice|2x|verdoppel\w*|doubler?|duplica\w*|dobr\w+)\b(?: \w+){0,2} (?:budget|presupuesto|orcamento|time|deadline|timeline)"), Decimal(2)),
    (re.compile(r"\b(?:halve|half|cut (?:the |our |my )?budget in half|halbier\w*)\b(?: \w+){0,2} (?:budget|presupuesto|orcamento|the time|deadline|timeline)|\bbudget (?:is )?(?:cut )?(?:in|by) half|\b(?:budget|money)\b[^.]{0,24}\b(?:half|halved)\b"), Decimal("0.5")),
    (re.compile(r"\b(?:budget|money)\b[^.]{0,24}\b(?:double|doubled|twice)\b"), Decimal(2)),
]  # fmt: skip
_CEILING = re.compile(
    r"\b(?:max|maximum|tops|at most|no more than|hochstens|maximal|au maximum|como maximo|no maximo)\b"
)
_REJECTED = re.compile(
    r"\b(?:not|nicht|pas|no|nao|instead of|rather than|statt|i said|said|keine?)\s(?:in |de |en |em )?(?:us |the )?$"
)
_IS_IN = re.compile(
    r"\b(?:it's|its|that's|thats|was|were|is|in|(?:should|must|would) (?:have|be|of)|should've|supposed|i meant|meant|mean|amount|budget|figure|sind|waren|es|eran|sao|sont|c'est)\b"
)
_FORGET: list[tuple[re.Pattern[str], ScalarField]] = [
    (re.compile(r"\b(?:forget (?:about )?(?:the |our |my )?budget|no budget (?:yet|limit|set|constraint)|budget is (?:open|flexible|not (?:fixed|set|decided))|ignore (?:the |our |my )?budget|money is no object|"
                r"kein festes budget|budget ist (?:offen|flexibel)|pas de budget (?:fixe|defini)|sin presupuesto (?:definido|fijo)|sem orcamento definido)\b"), "budget"),
    (re.compile(r"\b(?:forget (?:about )?(?:the |our |my )?(?:deadline|timeline)|no (?:fixed |hard |real |specific )?deadline|no rush|no hurry|(?:deadline|timeline) is (?:open|flexible|not fixed)|(?:deadline|timeline|date)\b[^.]{0,16}\b(?:isn't|is not|no longer|not)\b[^.]{0,16}\b(?:fixed|hard|set|important|relevant|valid|any ?more)|ignore (?:the |our |my )?deadline|"
                r"take (?:your|all the) time|keine (?:feste )?frist|keine eile|pas d'urgence|pas de delai|sin prisa|sin fecha limite|sem pressa|sem prazo)\b"), "deadline"),
    (re.compile(r"\b(?:forget (?:about )?(?:the )?(?:hourly )?rate|any (?:hourly )?rate|rate does ?n[o']t matter|price does ?n[o']t matter)\b"), "hourly_cap"),
]  # fmt: skip


def is_correction(reading: Reading) -> bool:
    """Whether the message takes something back."""
    return _CORRECTIVE.search(reading.text.folded[:2_000]) is not None


def cleared(reading: Reading) -> list[ScalarField]:
    """What the founder takes back without putting anything in its place."""
    return [name for pattern, name in _FORGET if pattern.search(reading.text.folded[:20_000])]


def apply(reading: Reading, patch: BriefPatch) -> BriefPatch:
    """The patch, with changes relative to the brief worked out and corrected fields named."""
    changes: dict[str, object] = {}
    brief = reading.brief
    relative_budget = _relative_budget(reading, patch)
    if relative_budget is not None:
        changes["budget"] = relative_budget
    relative_deadline = _relative_deadline(reading, patch)
    if relative_deadline is not None:
        changes["deadline"] = relative_deadline
    if (
        (is_correction(reading) or _CEILING.search(reading.text.folded[:200]))
        and patch.budget is None
        and patch.deadline is None
        and not changes
    ):
        changes |= _bare_number(reading)
    if patch.budget is None and not changes:
        changes |= _other_currency(reading)
    if changes:
        changes["relative"] = sorted(changes)
    updated = patch.model_copy(update=changes)
    if not is_correction(reading):
        return updated
    corrected = [
        name
        for name in ("stage", "scale", "team", "budget", "monthly_budget", "hourly_cap", "deadline")
        if getattr(updated, name) is not None
        and getattr(brief, name) is not None
        and getattr(updated, name).value != getattr(brief, name).value
    ]
    return updated.model_copy(update={"corrected": corrected})


def _relative_budget(reading: Reading, patch: BriefPatch) -> Fact[Budget] | None:
    """ "another 20k", "10k less", "double the budget": against the budget that stands."""
    current = reading.brief.budget
    if current is None:
        return None
    folded = reading.text.folded[:2_000]
    for pattern, factor in _FACTORS:
        match = pattern.search(folded)
        if match and not re.search(r"time|deadline", match.group()):
            return _budget(reading, current, match.span(), factor=factor)
    for mention in money.find(reading):
        if mention.per != "total" or mention.purpose is money.Purpose.OTHER or mention.high is None:
            continue
        around = reading.before(mention.start, 32) + " | " + reading.after(mention.end, 12)
        sign = _sign(around)
        if (
            sign
            and mention.high.currency == current.value.currency
            and mention.high.amount < current.value.most.amount
        ):
            delta = mention.high.major * sign
            return _budget(reading, current, (mention.start, mention.end), delta=delta)
    return None


def _sign(around: str) -> int:
    if _MORE_THAN.search(around):
        return 0
    if _LESS.search(around):
        return -1
    return 1 if _MORE.search(around) else 0


def _moved(around: str) -> int:
    """Whether a date is moved by a stretch of time: later, earlier, or not at all."""
    if not (
        _BY.search(around)
        or re.search(
            r"\|\s*(?:later|sooner|earlier|extension|longer|mehr zeit|spater|fruher|plus tard|plus tot|mas tarde|antes|mais)",
            around,
        )
    ):
        return 0
    return -1 if _SOONER.search(around) else 1 if _LATER.search(around) else 0


def _budget(
    reading: Reading,
    current: Fact[Budget],
    span: tuple[int, int],
    *,
    factor: Decimal = Decimal(1),
    delta: Decimal = Decimal(0),
) -> Fact[Budget]:
    bounds = [
        Money.of(max(bound.major * factor + delta, Decimal(1)), bound.currency) if bound is not None else None
        for bound in (current.value.low, current.value.high)
    ]
    value = Budget(
        low=bounds[0], high=bounds[1], kind=current.value.kind, approximate=current.value.approximate
    )
    return Fact[Budget](
        value=value,
        source=Source.STATED,
        quote=reading.quote(*span),
        note=f"Changed from {current.value.format()}.",
    )


def _relative_deadline(reading: Reading, patch: BriefPatch) -> Fact[Deadline] | None:
    """ "two more months", "a month less": against the deadline that stands."""
    current = reading.brief.deadline
    if current is None or current.value.weeks is None:
        return None
    for duration in deadlines.durations(reading):
        inside = reading.text.folded[duration.start : duration.end]
        around = reading.before(duration.start, 40) + " | " + inside + " | " + reading.after(duration.end, 12)
        sign = _sign(around) or _moved(around)
        if not sign:
            continue
        weeks = current.value.weeks + sign * duration.days / 7
        if not 0 < weeks <= 1040:
            return None
        due = current.value.due + timedelta(days=round(sign * duration.days)) if current.value.due else None
        return Fact[Deadline](
            value=Deadline(
                due=due, weeks=round(weeks, 1), hard=current.value.hard, approximate=current.value.approximate
            ),
            source=Source.STATED,
            quote=reading.quote(duration.start, duration.end),
            note=f"Changed from {current.value.weeks:g} weeks.",
        )
    return None


def _other_currency(reading: Reading) -> dict[str, object]:
    """ "sorry, that was euros, not dollars": the budget that stands, in the currency that is named last and not
    rejected."""
    current = reading.brief.budget
    if current is None or len(reading.text.tokens) > 14 or any(True for _ in numbers.find(reading.text)):
        return {}
    named = money.currencies_named(reading)
    kept = [
        (code, start, end)
        for code, start, end in named
        if not _REJECTED.search(reading.before(start, 24)) and code != current.value.currency
    ]
    rejected = any(code == current.value.currency for code, _, _ in named)
    if not kept or not (rejected or is_correction(reading) or _IS_IN.search(reading.text.folded)):
        return {}
    code, start, end = kept[-1]
    low, high = (
        Money.of(bound.major, code) if bound is not None else None
        for bound in (current.value.low, current.value.high)
    )
    value = Budget(low=low, high=high, kind=current.value.kind, approximate=current.value.approximate)
    return {
        "budget": Fact[Budget](
            value=value, quote=reading.quote(start, end), note=f"Changed from {current.value.format()}."
        )
    }


def _bare_number(reading: Reading) -> dict[str, object]:
    """ "no, I meant 60": the scale and currency of the budget that stands, if that makes sense."""
    current = reading.brief.budget
    if current is None or len(reading.text.tokens) > 16:
        return {}
    found = [
        numeral for numeral in numbers.find(reading.text) if numeral.scale == 1 and 1 <= numeral.value < 1_000
    ]
    # "80 now instead of 95": the one that stands is the one that no longer does.
    others = [each for each in found if each.value * 1_000 != current.value.most.major]
    if not others or (len(others) == len(found) and not reading.is_short):
        return {}
    found = others
    numeral = found[-1] if len(found) == 1 else found[0]
    amount = numeral.value * 1_000
    most = current.value.most
    following = reading.after(numeral.end, 12)
    if not most.major / 10 <= amount <= most.major * 10 or re.match(
        r"^\s?(?!not\b|nicht\b|pas\b|no\b|max|tops\b|at most|now\b|instead\b|rather\b|and\b|statt\b|jetzt\b|au lieu\b|en vez\b|em vez\b|maintenant\b|ahora\b|agora\b)[a-z%/:.]",
        following,
    ):
        return {}
    value = Money.of(amount, most.currency)
    low = None if _CEILING.search(reading.text.folded[:200]) else value
    return {
        "budget": Fact[Budget](
            value=Budget(low=low, high=value),
            quote=reading.quote(numeral.start, numeral.end),
            note=f"Read as thousands, as in {current.value.format()}.",
        )
    }
