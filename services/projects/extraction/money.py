"""Money in free text: amounts, ranges and bounds in any of our currencies, formats and languages, and what they are for
(a budget, an hourly cap, or somebody's price, which is neither)."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from core.money import Money
from services.projects.extraction import numbers
from services.projects.extraction.context import Reading
from services.projects.extraction.numbers import Numeral
from services.projects.schemas import Budget, Fact
from services.taxonomy.text import word_set

_SYMBOLS: dict[str, str] = {
    "us$": "USD", "usd$": "USD", "ca$": "CAD", "c$": "CAD", "cad$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD",
    "s$": "SGD", "sg$": "SGD", "hk$": "HKD", "mx$": "MXN", "r$": "BRL", "rs.": "INR", "rs": "INR", "₹": "INR",
    "€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW", "₪": "ILS", "₺": "TRY", "₦": "NGN", "₫": "VND", "₱": "PHP",
    "zł": "PLN", "kč": "CZK", "zl": "PLN", "kc": "CZK", "fr.": "CHF", "sfr.": "CHF", "sfr": "CHF", "ksh": "KES",
}  # fmt: skip
_CODES = sorted(
    word_set(
        "usd eur gbp chf cad aud nzd sgd hkd brl mxn inr jpy cny sek nok dkk pln czk huf ron bgn try ils aed sar zar ngn "
        "kes egp ars clp cop pen krw idr php vnd thb myr uah"
    )
)
_NAMES: dict[str, str] = {
    "dollar": "$", "dollars": "$", "bucks": "$", "buck": "$", "dolares": "$", "us dollars": "USD", "us dollar": "USD",
    "us-dollar": "USD", "canadian dollars": "CAD", "australian dollars": "AUD", "aussie dollars": "AUD",
    "new zealand dollars": "NZD", "singapore dollars": "SGD", "euro": "EUR", "euros": "EUR", "pounds": "GBP",
    "pound": "GBP", "pounds sterling": "GBP", "sterling": "GBP", "quid": "GBP", "pfund": "GBP", "livres": "GBP",
    "libras": "GBP", "francs": "CHF", "franken": "CHF", "swiss francs": "CHF", "francs suisses": "CHF",
    "schweizer franken": "CHF", "francos": "CHF", "reais": "BRL", "real": "BRL", "rupees": "INR", "rupee": "INR",
    "inr": "INR", "yen": "JPY", "yuan": "CNY", "rmb": "CNY", "kronor": "SEK", "kroner": "NOK", "danish kroner": "DKK",
    "norwegian kroner": "NOK", "swedish kronor": "SEK", "zloty": "PLN", "zlotys": "PLN", "pesos": "peso", "peso": "peso",
    "mexican pesos": "MXN", "pesos mexicanos": "MXN", "pesos argentinos": "ARS", "pesos chilenos": "CLP",
    "pesos colombianos": "COP", "soles": "PEN", "shekels": "ILS", "shekel": "ILS", "dirhams": "AED", "dirham": "AED",
    "riyals": "SAR", "rand": "ZAR", "naira": "NGN", "shillings": "KES", "lira": "TRY", "won": "KRW", "€uros": "EUR",
    "teur": "EUR", "dolares americanos": "USD", "kr": "kr", "sek": "SEK",
}  # fmt: skip
_USUAL = {"de": "EUR", "fr": "EUR", "es": "EUR", "pt": "BRL"}
_DEFAULTS = {"$": "USD", "peso": "MXN", "kr": "SEK"}
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD"})
_PESOS = frozenset({"MXN", "ARS", "CLP", "COP", "PHP"})
_KRONER = frozenset({"SEK", "NOK", "DKK"})

_PREFIX = re.compile(
    r"(?:(?<![a-z])(us\$|usd\$?|cad\$|ca\$|au\$|nz\$|sg\$|hk\$|mx\$|r\$|c\$|a\$|s\$|rs\.?|sfr\.?|fr\.|ksh|"
    + "|".join(_CODES)
    + r")|([$€£¥₩₪₺₦₫₱₹]))\s?$"
)
_SUFFIX = re.compile(
    r"\s?(?:(us\$|[$€£¥₩₪₺₦₫₱₹]|r\$)|((?:of |de |d')?(?:"
    + "|".join(
        sorted(
            (re.escape(name) for name in (*_NAMES, *_CODES, "zł", "kč", "zl", "kc", "rs", "sfr", "us$")),
            key=len,
            reverse=True,
        )
    )
    + r"))(?![^\W_]))"
)
_TEUR = re.compile(r"(?:\s?t€|\s?teur|\s?k€|\s?keur|\s?kusd|\s?kchf|\s?k\$|\s?k£|\s?kgbp)(?![^\W_])")
_TEUR_CURRENCY = {"t€": "EUR", "teur": "EUR", "k€": "EUR", "keur": "EUR", "kusd": "USD", "kchf": "CHF", "k$": "$", "k£": "GBP", "kgbp": "GBP"}  # fmt: skip

_RANGE_JOIN = re.compile(
    r"\s?(?:-|–|—|to|and|or|bis|und|oder|a|à|et|ou|y|hasta|e|ate|maybe|perhaps|till|until|,? ?(?:maybe|perhaps|possibly|"
    r"vielleicht|up to|max|maximum|upto|bis zu|hochstens|jusqu'a|tal vez|talvez)(?: up to)?)\s?"
    r"(?:us\$|r\$|[$€£¥₹]|usd|eur|gbp|chf|brl)?\s?"
)
_BETWEEN = re.compile(
    r"(?:between|from|zwischen|von|entre|de|desde|somewhere between|range of|range)\s(?:us\$|r\$|[$€£¥₹]|usd|eur|gbp|chf)?\s?$"
)
_AT_MOST = re.compile(
    r"(?:\b(?:under|below|up to|upto|at most|no more than|not more than|less than|max|max\.|maximum(?: of)?|maximal|not over|not above|"
    r"not exceed(?:ing)?|capped? (?:at|of|is)|ceiling (?:of|is)|within|limit(?:ed)? (?:of|to|is)|cheaper than|lower than|fewer than|beneath|"
    r"bis zu|bis|hochstens|unter|weniger als|nicht mehr als|nicht uber|jusqu'a|jusqu'|moins de|pas plus de|au maximum|maximum de|"
    r"inferieure? a|plafond de|hasta|maximo(?: de)?|menos de|no mas de|por debajo de|como maximo|ate|no maximo|abaixo de|"
    r"nao mais (?:de|que)|tope de)|<=?)\s*(?:a |an |about |around |etwa |env\. |environ )?$"
)
_AT_MOST_AFTER = re.compile(
    r"^\s*(?:at most|or less|max\b|maximum|tops|at the most|or below|or under|or cheaper|hochstens|maximal|oder weniger|"
    r"au maximum|au plus|maximum|como maximo|o menos|no maximo|ou menos|ceiling|is (?:the|our|my) (?:max|limit|maximum|ceiling|cap)|"
    r"cap\b|upper limit)"
)
_AT_LEAST = re.compile(
    r"(?:\b(?:at least|more than|over|above|minimum(?: of)?|min\.?|starting (?:at|from)|upwards of|north of|mindestens|"
    r"mehr als|uber|ab|au moins|plus de|minimum de|a partir de|al menos|mas de|por lo menos|como minimo|desde|pelo menos|mais de|"
    r"acima de|no minimo)|>=?)\s*$"
)
_AT_LEAST_AFTER = re.compile(
    r"^\s*(?:at least|or more|minimum|\+|plus\b|and up|oder mehr|ou plus|o mas|ou mais)(?!\s?(?:bonus|equity))"
)
# "we can't spend more than 30k", "more than 80k is not possible"
_NOT_MORE = re.compile(
    r"\b(?:can't|cannot|can not|don't|won't|not|never|nicht|ne|no|nao)\b[^.]{0,30}\b(?:more than|over|above|exceed|mehr als|uber|plus de|mas de|mais de)\s*$"
)
_NOT_POSSIBLE = re.compile(
    r"^\s*(?:is|would be|ist|n'est|c'est|es|e)?\s*(?:not|nicht|pas|no|nao|too much|impossible|zu viel|trop|demasiado|demais)\b"
)
_NUMBERED = re.compile(
    r"(?:\d[\s-]|\b(?:iso|iec|call|phone|tel|telephone|version|number|nr|article|port|model|room|soc|since|in|year|mobile|whatsapp)\b[^.]{0,8})$"
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|approx\.?|approximately|circa|ca\.?|some|like|maybe|ish|etwa|ungefahr|rund|um die|environ|"
    r"autour de|a peu pres|quelque|unos|alrededor de|aproximadamente|mas o menos|cerca de|uns|por volta de|or so|say|"
    r"probably|ballpark|give or take|in the region of)|~|≈)\s*(?:of |a |the )?$"
)
_ABOUT_AFTER = re.compile(
    r"^\s?(?:-?ish\b|or so|give or take|more or less|approx|roughly|ungefahr|environ|mas o menos|mais ou menos)"
)

_PER = {
    "hour": re.compile(
        r"^\s?(?:/\s?(?:h|hr|hrs|hour|std\.?|stunde|heure|hora)\b|(?:per|an|a|each|every|pro|die|je|de l'|l'|par|la|por|a la|à|p\.?)\s?"
        r"(?:hour|hr|std\.?|stunde|heure|hora)\b|hourly\b|ph\b|de l'heure|die stunde|stundenlohn|de la hora|a hora|an hr)"
    ),
    "day": re.compile(r"^\s?(?:/\s?(?:day|d|tag|jour|dia)\b|(?:per|a|pro|am|par|al|por)\s(?:day|tag|jour|dia)\b|daily\b|day rate)"),
    "week": re.compile(r"^\s?(?:/\s?(?:week|wk|woche|semaine|semana)\b|(?:per|a|pro|die|par|a la|por)\s(?:week|woche|semaine|semana)\b|weekly\b)"),
    "month": re.compile(
        r"^\s?(?:/\s?(?:months?|mo|mth|monat|mois|mes)\b|(?:per|a|each|every|pro|im|je|par|al|por|cada|ao|p\.?)\s?(?:months?|monat|mois|mes|mo)\b|"
        r"monthly\b|monatlich|mensuels?|mensuales|mensual|mensais|pcm\b|pm\b(?! on)|mtl\b)"
    ),
    "year": re.compile(
        r"^\s?(?:/\s?(?:year|yr|y|jahr|an|ano)\b|(?:per|a|each|pro|im|par|al|por)\s(?:year|annum|jahr|an|annee|ano)\b|yearly\b|annually\b|p\.a\.|"
        r"jahrlich|annuel|anual)"
    ),
    "each": re.compile(
        r"^\s?(?:/\s?(?:user|seat|patient|order|member|customer|employee)|(?:per|a|each|pro|par|por)\s(?:user|seat|patient|order|member|customer|"
        r"employee|head|person|unit|item|ticket|booking|ride|delivery|transaction|session|class|night|visit|nutzer|kunde|client|utilisateur|"
        r"usuario|cliente|lead|click|download|lesson|consultation|appointment|pop)\b|each\b|apiece)"
    ),
}  # fmt: skip
_PER_BEFORE = {
    "day": re.compile(r"(?:day rate|daily rate|tagessatz|tjm|taux journalier|tarifa diaria|per day)[^.\d]{0,24}$"),
    "hour": re.compile(
        r"(?:hourly(?: rate| budget| cap)?|rate|per hour|stundensatz|stundenlohn|taux horaire|tarif horaire|tarifa(?: por hora)?|valor hora|"
        r"tarifa horaria|hourly max)[^.\d]{0,30}$"
    ),
    "month": re.compile(
        r"(?:monthly (?:budget|spend|burn|cost|fee)|per month|monatlich(?:e[sn]?)?(?: budget)?|monatsbudget|budget mensuel|mensualmente|mensalmente|"
        r"presupuesto mensual|orcamento mensal|each month|every month)[^.\d]{0,24}$"
    ),
}  # fmt: skip

_BUDGET = re.compile(
    r"\b(?:budgets?|budgeted|spend|spending|invest|investing|fund(?:s|ing|ed)? (?:of|available)|afford|money|capital|set aside|put aside|have|has|got|we've|"
    r"i've|cost (?:up to|at most|max)|pay up to|price range|work with|max|maximum|limit|cap|ausgeben|haben|habe|investieren|zur verfugung|kosten(?:rahmen)?|"
    r"disposons|dispose|avons|ai|depenser|investir|presupuesto|tenemos|tengo|gastar|invertir|contamos|disponemos|orcamento|temos|tenho|verba|"
    r"dispomos|enveloppe|budget is|meant|make it|actually|instead|rather|now|meinte|enveloppe de|available|allocated|earmarked|saved|savings of|erspartes|"
    r"increased?|raise(?:d)? (?:it|the budget)|stretch|lower(?:ed)?|cut|go up to|willing|ready to|wollte|budget von)\b"
)
_FUNDING = re.compile(
    r"\b(?:raised|raising|raise|seed|pre-seed|angel|series [abc]|round of|grant of|grants?|vc|funding|venture|investors?|levee de fonds|finanzierungsrunde|"
    r"ronda|rodada|captamos|levantamos|eingesammelt|leve)\b(?! (?:it|the budget))"
)
_OTHER = re.compile(
    r"\b(?:revenue|revenues|turnover|arr|mrr|gmv|sales|sell(?:s|ing)?|sold|profit|profits|valuation|valued|worth|market|charges?|charging|charged|priced?|prices|pricing|"
    r"subscription|subscriptions|fees?|customers pay|users pay|patients pay|clients pay|members pay|users will pay|earn|earns|earning|salary|salaries|fine|fines|penalt\w+|"
    r"invoices?|save|saves|saving us|lose|loses|losing|loss|costs us|cost us|competitors?|average order|basket|umsatz|gehalt|preis|verkaufen|kunden zahlen|kostet uns|"
    r"chiffre d'affaires|prix|salaire|facturons|ventes|facturacion|ingresos|precio|salario|cobramos|vendas|receita|preco|cobramos|faturamento|"
    r"commission|tip|donat\w+|order(?:s)? (?:over|above|of)|per user|refund|spent|already spent|have spent|transactions?|deductible|wage|rent of|loan of|loans of|transfers? of|"
    r"ticket price|membership|kostet|abo|abonnement|suscripcion|assinatura|quoted|quote|quotes|angebot von|discount|equity)\b"
)
_COUNTED = re.compile(
    r"^\s?(?:\+\s?)?(?:[a-z]+\s){0,2}?(?:users?|patients?|customers?|clients?|people|members?|downloads?|records?|rows?|employees?|requests?|steps?|words?|"
    r"lines?|students?|drivers?|orders?|products?|followers?|visitors?|subscribers?|listings?|items?|skus?|devices?|sensors?|messages?|transactions?|"
    r"nutzer|kunden|patienten|mitarbeiter|utilisateurs?|clients|patients|usuarios?|clientes?|pacientes?|alunos|alumnos|schuler|eleves|km|kg|miles|"
    r"sq|square|m2|hours?|days?|weeks?|months?|years?|minutes?|stunden|tage|wochen|monate?n?|jahren?|jours?|semaines?|mois|ans|dias?|semanas?|mes(?:es)?|anos?|"
    r"features?|screens?|developers?|devs?|engineers?|doctors?|clinics?|locations?|stores?|schools?|farms?|vehicles?|trucks?|beds|rooms?|%|percent|"
    r"percento|prozent|users\b|mau|dau|cars?|homes?|houses?|properties|files?|documents?|images?|photos?|videos?|teachers?|restaurants?|companies|businesses|steps|calls?|tickets?|"
    r"beds?|units?|players?|gamers?|households?|installs?|signups?|lbs?|pounds? (?:of|lighter)|uhr|am\b|pm\b|o'clock)"
)
_BARE_FIGURE = re.compile(r"^[\s$€£~]*(?:about |around |maybe |roughly |actually |say |etwa |environ )?$")


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


def _mentions_mil_currency(reading: Reading) -> bool:
    return bool(re.search(r"\bmil (?:reais|euros?|pesos|dolares|soles)|r\$", reading.text.folded))


def _amount(reading: Reading, numeral: Numeral) -> _Amount:
    folded = reading.text.folded
    start, end, currency, numeral_end = numeral.start, numeral.end, None, numeral.end
    prefix = _PREFIX.search(folded[max(0, start - 6) : start])
    if prefix:
        currency = (prefix[1] or prefix[2]).strip()
        start -= prefix.end() - prefix.start()
    compact = _TEUR.match(folded[end : end + 8]) if numeral.scale == 1 else None
    if compact is None and numeral.word in ("k", "t") and folded[numeral_end : numeral_end + 1] == "€":
        compact = None
    if compact:
        written = compact.group().strip()
        currency = _TEUR_CURRENCY[written]
        value = numeral.value * 1_000
        numeral = replace(numeral, value=value, scale=1_000, word="k")
        end += compact.end()
    elif suffix := _SUFFIX.match(folded[end : end + 26]):
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
    if not _RANGE_JOIN.fullmatch(gap if gap else "?"):
        return False
    low, high = first.numeral, second.numeral
    if joiner in ("and", "und", "et", "y", "e", "or", "oder", "ou", "a", "de", "o"):
        between = _BETWEEN.search(reading.before(first.start, 30))
        if joiner in ("and", "und", "et", "y", "e") and not between:
            return False
    if first.currency and second.currency and not _same_currency(first.currency, second.currency):
        return False
    money_like = first.currency or second.currency or low.scale > 1 or high.scale > 1 or high.value >= 1_000
    return bool(money_like) and _scaled_low(low, high) <= high.value


def _same_currency(left: str, right: str) -> bool:
    canonical = {_SYMBOLS.get(name, _NAMES.get(name, name)).lower() for name in (left, right)}
    return len(canonical) == 1 or bool(canonical & {"$"} and canonical & {"usd", "cad", "aud"})


def _scaled_low(low: Numeral, high: Numeral) -> Decimal:
    """The low end of a range takes the scale of the high one where it has none: 50–70k."""
    if low.scale == 1 and high.scale > 1 and low.mantissa <= high.mantissa and low.value < 1_000:
        return low.value * high.scale
    return low.value


def _mention(reading: Reading, first: _Amount, last: _Amount) -> MoneyMention | None:
    start, end = first.start, last.end
    before, after = reading.before(start, 60), reading.after(end, 44)
    written_currency = last.currency or first.currency
    per = _period(before, after)
    cued = bool(_BUDGET.search(before[-46:])) or bool(
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
        if _AT_MOST.search(before) or _AT_MOST_AFTER.search(after) or _is_ceiling(before, after):
            bounds = (None, high)
        elif _AT_LEAST.search(before) or _AT_LEAST_AFTER.search(after):
            bounds = (low, None)
    about = bool(_ABOUT.search(before) or _ABOUT_AFTER.search(after))
    return MoneyMention(
        bounds[0], bounds[1], per, _purpose(before, after, cued, per), cued, stated, about, start, end
    )


def _is_ceiling(before: str, after: str) -> bool:
    at_least = _AT_LEAST.search(before) is not None
    return _NOT_MORE.search(before) is not None or (at_least and _NOT_POSSIBLE.search(after) is not None)


def _money(value: Decimal, currency: str) -> Money | None:
    return Money.of(value, currency) if 0 < value <= Decimal(10) ** 12 else None


def _period(before: str, after: str) -> Period:
    for period in _PERIODS:
        if _PER[period].match(after.lstrip(" ,") if period == "hour" else after):
            return period
    for period in _LEADING:
        if _PER_BEFORE[period].search(before):
            return period
    return "total"


def _is_bare_money(
    reading: Reading, first: _Amount, last: _Amount, before: str, after: str, cued: bool, per: str
) -> bool:
    """Whether a number without a currency is money: it has a money scale or a budget cue, and counts nothing else."""
    numeral = last.numeral
    if (per in ("total", "each") and _COUNTED.match(after)) or re.match(
        r"^[-–/:.]\d|^\s?(?:%|percent)", after
    ):
        return False
    if numeral.word in ("grand",):
        return True
    if per == "hour" and numeral.value <= 2_000:
        return bool(cued or _AT_MOST.search(before) or "rate" in before or reading.is_short)
    thousands = numeral.word in ("k", "thousand", "tausend", "tsd", "mille", "mil") or numeral.scale >= 10**6
    if per != "total":
        return (thousands or numeral.value >= 500) and per != "each"
    big = thousands or numeral.value >= 1_000
    if not big or _looks_like_year(numeral, first) or (not thousands and _NUMBERED.search(before)):
        return False
    if cued or reading.is_short:
        return True
    known = reading.brief.currency is not None
    return thousands and numeral.word == "k" and (known or _AT_MOST.search(before) is not None)


def _looks_like_year(numeral: Numeral, amount: _Amount) -> bool:
    return numeral.scale == 1 and 1_900 <= numeral.value <= 2_100 and amount.currency is None


def _currency(reading: Reading, written: str | None, numeral: Numeral) -> tuple[str, bool]:
    """The ISO code, and whether it was named. "$", "pesos" and "kr" take the founder's own where it fits."""
    hint = reading.brief.currency or reading.currency_hint
    if written is None:
        if numeral.word in ("lakh", "lakhs", "lac", "lacs", "crore", "crores", "cr"):
            return "INR", False
        local = next(iter(reading.local_currencies), None)
        return hint or local or _USUAL.get(reading.language, "USD"), False
    name = _SYMBOLS.get(written) or _NAMES.get(written) or written
    for shared, family in (("$", _DOLLARS), ("peso", _PESOS), ("kr", _KRONER)):
        if name == shared:
            own = [code for code in (hint, *reading.local_currencies) if code in family]
            return (own[0] if own and "usd" not in written else _DEFAULTS[shared]), True
    return name.upper()[:3], True


def _purpose(before: str, after: str, cued: bool, per: str) -> Purpose:
    near = before[-40:]
    other = None
    for match in _OTHER.finditer(near):
        other = match
    budget = None
    for match in _BUDGET.finditer(near):
        budget = match
    if per == "each" or re.match(
        r"^\s?(?:in (?:revenue|sales|arr|mrr|umsatz)|(?:of )?(?:revenue|arr|mrr|salary|turnover|market|valuation|umsatz|subscription|membership|fee)|million market|gehalt|salaire)",
        after,
    ):
        return Purpose.OTHER
    strong = re.search(r"\b(?:budget|presupuesto|orcamento|verba)\b", near)
    if (
        other
        and not strong
        and (budget is None or other.start() > budget.start() or per in ("month", "year"))
    ):
        return Purpose.OTHER
    if (_FUNDING.search(near) and not strong) or re.match(
        r"^\s?(?:in |of )?(?:seed|pre-seed|series|funding|grant|angel|venture)", after
    ):
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
