"""Money in free text: amounts, ranges and bounds in any of our currencies, formats and languages, and what they are for
(a budget, an hourly cap, or somebody's price, which is neither)."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from core.money import Money
from services.projects.extraction import money_words as words
from services.projects.extraction import numbers
from services.projects.extraction.context import Reading
from services.projects.extraction.numbers import Numeral
from services.projects.schemas import Budget, Fact

Period = Literal["total", "hour", "day", "week", "month", "year", "each"]
_PERIODS: tuple[Period, ...] = ("hour", "day", "week", "month", "year", "each")
_LEADING: tuple[Period, ...] = ("day", "hour", "month")


class Purpose(StrEnum):
    """What an amount is for."""

    BUDGET = "budget"
    FUNDING = "funding"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class MoneyMention:
    """An amount in a text. `currency_stated` tells whether the founder named the currency."""

    low: Money | None
    high: Money | None
    per: Period
    purpose: Purpose
    cued: bool
    currency_stated: bool
    approximate: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Amount:
    numeral: Numeral
    start: int
    end: int
    currency: str | None


_NO_AMOUNT = Numeral(Decimal(0), Decimal(0), 1, "", 0, 0)


def find(reading: Reading) -> list[MoneyMention]:
    """All amounts of money in a message, in order."""
    english = reading.language not in ("es", "pt", "fr") and not _mentions_mil_currency(reading)
    amounts = [_amount(reading, numeral) for numeral in numbers.find(reading.text, english_mil=english)]
    mentions: list[MoneyMention] = []
    number = 0
    while number < len(amounts):
        first = amounts[number]
        second = amounts[number + 1] if number + 1 < len(amounts) else None
        joined = second is not None and _is_range(reading, first, second)
        last = second if joined and second is not None else first
        mention = _mention(reading, first, last) if first.start >= 0 else None
        number += 2 if joined else 1
        if mention is not None:
            mentions.append(mention)
    return mentions


_CURRENCY_WORD = re.compile(
    r"(?<![^\W_])(?:"
    + "|".join(sorted(map(re.escape, (*words.NAMES, *words.CODES)), key=len, reverse=True))
    + r")(?![^\W_])"
    r"|[€£¥₹]"
)


def currencies_named(reading: Reading) -> list[tuple[str, int, int]]:
    """Currencies that are named, with or without an amount: the code, and where."""
    return [
        (_currency(reading, match.group(), _NO_AMOUNT)[0], match.start(), match.end())
        for match in _CURRENCY_WORD.finditer(reading.text.folded[:400])
    ]


def _mentions_mil_currency(reading: Reading) -> bool:
    return bool(re.search(r"\bmil (?:reais|euros?|pesos|dolares|soles)|r\$", reading.text.folded))


def _amount(reading: Reading, numeral: Numeral) -> _Amount:
    folded = reading.text.folded
    start, end, currency, numeral_end = numeral.start, numeral.end, None, numeral.end
    if dashed := words.NO_CENTS.match(folded[end : end + 10]):
        end += dashed.end()
    prefix = words.PREFIX.search(folded[max(0, start - 6) : start])
    if prefix:
        currency = (prefix[1] or prefix[2]).strip()
        start -= prefix.end() - prefix.start()
    compact = words.TEUR.match(folded[end : end + 8]) if numeral.scale == 1 else None
    if compact is None and numeral.word in ("k", "t") and folded[numeral_end : numeral_end + 1] == "€":
        compact = None
    if compact:
        written = compact.group().strip()
        currency = words.TEUR_CURRENCY[written]
        value = numeral.value * 1_000
        numeral = replace(numeral, value=value, scale=1_000, word="k")
        end += compact.end()
    elif suffix := words.SUFFIX.match(folded[end : end + 26]):
        if currency is None:
            currency = (
                (suffix[1] or suffix[2]).strip().removeprefix("of ").removeprefix("de ").removeprefix("d'")
            )
            start_of_name = end
            if currency in ("pounds", "pound") and _is_weight(reading, start):
                currency = None
            else:
                end = start_of_name + suffix.end()
        elif suffix[2] or suffix[1]:
            end += suffix.end()
    return _Amount(numeral, start, end, currency)


def _is_weight(reading: Reading, start: int) -> bool:
    return bool(re.search(r"\b(?:lose|lost|losing|weigh|weighs|gain|lift)\b", reading.before(start, 24)))


def _is_range(reading: Reading, first: _Amount, second: _Amount) -> bool:
    if second.start - first.end > 22:
        return False
    gap = reading.text.folded[first.end : second.start]
    joiner = gap.strip()
    if not words.RANGE_JOIN.fullmatch(gap if gap else "?"):
        return False
    low, high = first.numeral, second.numeral
    if joiner in ("and", "und", "et", "y", "e", "or", "oder", "ou", "a", "de", "o"):
        between = words.BETWEEN.search(reading.before(first.start, 30))
        if joiner in ("and", "und", "et", "y", "e") and not between:
            return False
    if first.currency and second.currency and not _same_currency(first.currency, second.currency):
        return False
    money_like = first.currency or second.currency or low.scale > 1 or high.scale > 1 or high.value >= 1_000
    return bool(money_like) and _scaled_low(low, high) <= high.value


def _same_currency(left: str, right: str) -> bool:
    canonical = {words.SYMBOLS.get(name, words.NAMES.get(name, name)).lower() for name in (left, right)}
    return len(canonical) == 1 or bool(canonical & {"$"} and canonical & {"usd", "cad", "aud"})


def _scaled_low(low: Numeral, high: Numeral) -> Decimal:
    """The low end of a range takes the scale of the high one where it has none: 50–70k."""
    if low.scale == 1 and high.scale > 1 and low.mantissa <= high.mantissa and low.value < 1_000:
        return low.value * high.scale
    if (
        low.scale == high.scale == 1
        and high.value >= 10_000
        and low.value < 1_000
        and low.value * 1_000 <= high.value
    ):
        return low.value * 1_000  # 80-90 000
    return low.value


def _mention(reading: Reading, first: _Amount, last: _Amount) -> MoneyMention | None:
    start, end = first.start, last.end
    before, after = reading.before(start, 60), reading.after(end, 44)
    written_currency = last.currency or first.currency
    per = _period(before, after)
    cued = bool(words.BUDGET.search(before[-46:])) or bool(
        re.match(
            r"^\s?(?:budget|to (?:spend|invest|work with|build)|available|is (?:the|our|my) (?:budget|max|limit)|verfugung|zur verfugung|de budget|de presupuesto|de orcamento|as (?:a|our) budget|in (?:the bank|savings|funding|budget|total))",
            after,
        )
    )
    if written_currency is None and not _is_bare_money(reading, first, last, before, after, cued, per):
        return None
    if written_currency is not None and last.numeral.value == 0:
        return None
    currency, stated = _currency(reading, written_currency, last.numeral)
    low_value = _scaled_low(first.numeral, last.numeral) if first is not last else first.numeral.value
    low = _money(low_value, currency)
    high = _money(last.numeral.value, currency)
    if low is None or high is None:
        return None
    bounds: tuple[Money | None, Money | None] = (low, high)
    if first is last:
        if words.AT_MOST.search(before) or words.AT_MOST_AFTER.search(after) or _is_ceiling(before, after):
            bounds = (None, high)
        elif words.AT_LEAST.search(before) or words.AT_LEAST_AFTER.search(after):
            bounds = (low, None)
    about = bool(words.ABOUT.search(before) or words.ABOUT_AFTER.search(after))
    return MoneyMention(
        bounds[0], bounds[1], per, _purpose(before, after, cued, per), cued, stated, about, start, end
    )


def _is_ceiling(before: str, after: str) -> bool:
    at_least = words.AT_LEAST.search(before) is not None
    return words.NOT_MORE.search(before) is not None or (
        at_least and words.NOT_POSSIBLE.search(after) is not None
    )


def _money(value: Decimal, currency: str) -> Money | None:
    return Money.of(value, currency) if 0 < value <= Decimal(10) ** 12 else None


def _period(before: str, after: str) -> Period:
    for period in _PERIODS:
        if words.PER[period].match(after.lstrip(" ,") if period == "hour" else after):
            return period
    for period in _LEADING:
        if words.PER_BEFORE[period].search(before):
            return period
    return "total"


def _is_bare_money(
    reading: Reading, first: _Amount, last: _Amount, before: str, after: str, cued: bool, per: str
) -> bool:
    """Whether a number without a currency is money: it has a money scale or a budget cue, and counts nothing else."""
    numeral = last.numeral
    counts = words.COUNTED.match(after) and not words.SPENDABLE_AFTER.match(after)
    if (per in ("total", "each") and counts) or re.match(r"^[-–/:.]\d|^\s?(?:%|percent)", after):
        return False
    if numeral.word in ("grand", "mille", "riesen"):
        return True
    if per == "hour" and numeral.value <= 2_000:
        return bool(cued or words.AT_MOST.search(before) or "rate" in before or reading.is_short)
    thousands = numeral.word in ("k", "thousand", "tausend", "tsd", "mille", "mil") or numeral.scale >= 10**6
    if per != "total":
        return (thousands or numeral.value >= 500) and per != "each"
    big = thousands or numeral.value >= 1_000
    if not big or _looks_like_year(numeral, first) or (not thousands and words.NUMBERED.search(before)):
        return False
    if cued or reading.is_short or (thousands and words.FUNDING.search(before[-40:])):
        return True
    known = reading.brief.currency is not None
    if known and words.ADDED_AFTER.match(after):
        return True
    if thousands and (words.ABOUT.search(before) or words.SPENDABLE_AFTER.match(after)):
        return True
    if thousands and reading.brief.budget is None and words.counts_nothing(after):
        return True
    return thousands and numeral.word == "k" and (known or words.AT_MOST.search(before) is not None)


def _looks_like_year(numeral: Numeral, amount: _Amount) -> bool:
    return numeral.scale == 1 and 1_900 <= numeral.value <= 2_100 and amount.currency is None


def _currency(reading: Reading, written: str | None, numeral: Numeral) -> tuple[str, bool]:
    """The ISO code, and whether it was named. "$", "pesos" and "kr" take the founder's own where it fits."""
    hint = reading.brief.currency or reading.currency_hint
    if written is None:
        if numeral.word in ("lakh", "lakhs", "lac", "lacs", "crore", "crores", "cr"):
            return "INR", False
        local = next(iter(reading.local_currencies), None)
        return hint or local or words.USUAL.get(reading.language, "USD"), False
    name = words.SYMBOLS.get(written) or words.NAMES.get(written) or written
    for shared, family in (("$", words.DOLLARS), ("peso", words.PESOS), ("kr", words.KRONER)):
        if name == shared:
            own = [code for code in (hint, *reading.local_currencies) if code in family]
            return (own[0] if own and "usd" not in written else words.DEFAULTS[shared]), True
    return name.upper()[:3], True


def _purpose(before: str, after: str, cued: bool, per: str) -> Purpose:
    if words.ADDED_AFTER.match(after):
        return Purpose.BUDGET
    # "It sells lamps, 20k dollars": what stands in another clause says nothing of this figure.
    near = before[-40:] if per == "each" else re.split(r"[,;(]\s", before[-40:])[-1]
    other = max(words.OTHER.finditer(near), key=lambda match: match.start(), default=None)
    budget = max(words.BUDGET.finditer(near), key=lambda match: match.start(), default=None)
    if per == "each" or re.match(
        r"^\s?(?:in (?:revenue|sales|arr|mrr|umsatz)|(?:of )?(?:revenue|arr|mrr|salary|turnover|market|valuation|umsatz|subscription|membership|fee)|million market|gehalt|salaire)",
        after,
    ):
        return Purpose.OTHER
    strong = re.search(r"\b(?:budget|presupuesto|orcamento|verba)\b", near)
    funding = None if words.AT_MOST.search(before) else words.FUNDING.search(near)
    if funding and not strong and (other is None or funding.start() > other.start()):
        return Purpose.FUNDING
    last = budget.start() if budget else -1
    if other and not strong and (other.start() > last or per in ("month", "year")):
        return Purpose.OTHER
    if re.match(r"^\s?(?:in |of )?(?:seed|pre-seed|series|funding|grant|angel|venture)", after):
        return Purpose.FUNDING
    return Purpose.BUDGET


@dataclass(frozen=True, slots=True)
class BudgetFacts:
    """What a message says about money, by slot of the brief."""

    budget: Fact[Budget] | None = None
    monthly_budget: Fact[Budget] | None = None
    hourly_cap: Fact[Budget] | None = None


def read(reading: Reading) -> BudgetFacts:
    """The budget facts of a message: for each slot the last figure that is cued as one, else the last figure."""
    mentions = find(reading)
    chosen: dict[str, tuple[int, MoneyMention]] = {}
    for mention in mentions:
        if mention.purpose is Purpose.OTHER or mention.per == "each":
            continue
        if _negated_figure(reading, mention):
            continue
        slot = {"hour": "hourly_cap", "day": "hourly_cap", "month": "monthly_budget", "week": "monthly_budget", "year": "monthly_budget"}.get(mention.per, "budget")  # fmt: skip
        strength = 0 if mention.purpose is Purpose.FUNDING else 2 if mention.cued else 1
        if slot not in chosen or strength >= chosen[slot][0]:
            chosen[slot] = (strength, mention)
    facts = {slot: _fact(reading, slot, mention) for slot, (_, mention) in chosen.items()}
    if (
        "budget" in chosen
        and chosen["budget"][1].purpose is Purpose.FUNDING
        and reading.brief.budget is not None
    ):
        facts.pop("budget")
    return BudgetFacts(**facts)


def _negated_figure(reading: Reading, mention: MoneyMention) -> bool:
    """The figure that a correction rejects: "60k, not 80k", "60k statt 80k"."""
    return bool(
        re.search(
            r"(?:\bnot|\binstead of|\brather than|\bnicht|\bstatt|\bpas|\bau lieu de|\ben vez de|\bem vez de|\bnao|\bno)\s*(?:about |the |a )?$",
            reading.before(mention.start, 20),
        )
    )


def _fact(reading: Reading, slot: str, mention: MoneyMention) -> Fact[Budget]:
    kind: Literal["total", "monthly", "hourly_cap"] = (
        "total" if slot == "budget" else "monthly" if slot == "monthly_budget" else "hourly_cap"
    )
    divisor = {"day": Decimal(8), "week": Decimal(12) / 52, "year": Decimal(12)}.get(mention.per, Decimal(1))
    low, high = (
        Money.of(bound.major / divisor, bound.currency) if bound is not None else None
        for bound in (mention.low, mention.high)
    )
    if kind == "hourly_cap" and low == high:
        low = None
    if mention.purpose is Purpose.FUNDING:
        low, high = None, high or low
    notes = []
    if not mention.currency_stated:
        notes.append("No currency was named.")
    if mention.purpose is Purpose.FUNDING:
        notes.append("Taken from the funding that was mentioned; less of it may be meant for the build.")
    if divisor != 1:
        notes.append(f"Converted from an amount per {mention.per}.")
    provenance = reading.stated(mention.start, mention.end)
    if mention.purpose is Purpose.FUNDING:
        provenance["source"] = "inferred"
    return Fact[Budget].model_validate(
        {
            "value": Budget(low=low, high=high, kind=kind, approximate=mention.approximate),
            "note": " ".join(notes) or None,
            **provenance,
        }
    )
