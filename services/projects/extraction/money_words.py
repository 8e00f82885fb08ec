"""How people write money: currencies, bounds, periods, and the words that tell a budget from a price, all folded."""

import re

from services.projects.extraction.language import words_of
from services.taxonomy.spelling import slips
from services.taxonomy.text import word_set

SYMBOLS: dict[str, str] = {
    "us$": "USD", "usd$": "USD", "ca$": "CAD", "c$": "CAD", "cad$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD",
    "s$": "SGD", "sg$": "SGD", "hk$": "HKD", "mx$": "MXN", "r$": "BRL", "rs.": "INR", "rs": "INR", "₹": "INR",
    "€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW", "₪": "ILS", "₺": "TRY", "₦": "NGN", "₫": "VND", "₱": "PHP",
    "zł": "PLN", "kč": "CZK", "zl": "PLN", "kc": "CZK", "fr.": "CHF", "sfr.": "CHF", "sfr": "CHF", "ksh": "KES",
}  # fmt: skip
CODES = sorted(
    word_set(
        "usd eur gbp chf cad aud nzd sgd hkd brl mxn inr jpy cny sek nok dkk pln czk huf ron bgn try ils aed sar zar ngn "
        "kes egp ars clp cop pen krw idr php vnd thb myr uah"
    )
)
NAMES: dict[str, str] = {
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
    "teur": "EUR", "dolares americanos": "USD", "kr": "kr", "sek": "SEK", "balles": "EUR", "pavos": "EUR", "greenbacks": "USD", "squid": "GBP", "eurs": "EUR", "usds": "USD",
}  # fmt: skip
NAMES |= {
    slip: NAMES[name]
    for name in ("dollars", "dollar", "euros", "pounds")
    for slip in slips(name)
    if slip not in NAMES
}
USUAL = {"de": "EUR", "fr": "EUR", "es": "EUR", "pt": "BRL"}
DEFAULTS = {"$": "USD", "peso": "MXN", "kr": "SEK"}
DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD"})
PESOS = frozenset({"MXN", "ARS", "CLP", "COP", "PHP"})
KRONER = frozenset({"SEK", "NOK", "DKK"})

PREFIX = re.compile(
    r"(?:(?<![a-z])(us\$|usd\$?|cad\$|ca\$|au\$|nz\$|sg\$|hk\$|mx\$|r\$|c\$|a\$|s\$|rs\.?|sfr\.?|fr\.|ksh|"
    + "|".join(CODES)
    + r")|([$€£¥₩₪₺₦₫₱₹]))\s?$"
)
SUFFIX = re.compile(
    r"\s?(?:(us\$|[$€£¥₩₪₺₦₫₱₹]|r\$)|((?:of |de |d')?(?:"
    + "|".join(
        sorted(
            (re.escape(name) for name in (*NAMES, *CODES, "zł", "kč", "zl", "kc", "rs", "sfr", "us$")),
            key=len,
            reverse=True,
        )
    )
    + r"))(?![^\W_]))"
)
NO_CENTS = re.compile(r",[-–—]{1,2}(?=\s?(?:€|eur\b|euro\b|chf\b|franken\b|\s|$))")  # "8.500,- EUR"
TEUR = re.compile(r"(?:\s?t€|\s?teur|\s?k€|\s?keur|\s?kusd|\s?kchf|\s?k\$|\s?k£|\s?kgbp)(?![^\W_])")
TEUR_CURRENCY = {"t€": "EUR", "teur": "EUR", "k€": "EUR", "keur": "EUR", "kusd": "USD", "kchf": "CHF", "k$": "$", "k£": "GBP", "kgbp": "GBP"}  # fmt: skip

RANGE_JOIN = re.compile(
    r"\s?(?:-|–|—|to|and|or|bis|und|oder|a|à|et|ou|y|hasta|e|ate|maybe|perhaps|till|until|,? ?(?:maybe|perhaps|possibly|"
    r"vielleicht|up to|max|maximum|upto|bis zu|hochstens|jusqu'a|tal vez|talvez)(?: up to)?)\s?"
    r"(?:us\$|r\$|[$€£¥₹]|usd|eur|gbp|chf|brl)?\s?"
)
BETWEEN = re.compile(
    r"(?:between|from|zwischen|von|entre|de|desde|somewhere between|range of|range)\s(?:us\$|r\$|[$€£¥₹]|usd|eur|gbp|chf)?\s?$"
)
AT_MOST = re.compile(
    r"(?:\b(?:under|below|up to|upto|at most|no more than|not more than|less than|max|max\.|maximum(?: of)?|maximal|not over|not above|"
    r"not exceed(?:ing)?|capped? (?:at|of|is)|ceiling (?:of|is)|within|limit(?:ed)? (?:of|to|is)|cheaper than|lower than|fewer than|beneath|"
    r"bis zu|bis|hochstens|unter|weniger als|nicht mehr als|nicht uber|jusqu'a|jusqu'|moins de|pas plus de|au maximum|maximum de|"
    r"inferieure? a|plafond de|hasta|maximo(?: de)?|menos de|no mas de|por debajo de|como maximo|ate|no maximo|abaixo de|"
    r"(?:nao |no |ne |nicht )(?:\w+ ){0,4}(?:passar|pasar|exceder|ultrapassar|superar|depasser|uberschreiten)(?: de)?|not (?:to )?(?:go|get|pass|exceed)(?: \w+){0,2}|nao mais (?:de|que)|tope de)|<=?)\s*(?:a |an |about |around |etwa |env\. |environ )?$"
)
AT_MOST_AFTER = re.compile(
    r"^\s*(?:at most|or less|max\b|maximum|tops|at the most|or below|or under|or cheaper|hochstens|maximal|oder weniger|"
    r"au maximum|au plus|maximum|como maximo|o menos|no maximo|ou menos|ceiling|is (?:the|our|my) (?:max|limit|maximum|ceiling|cap)|"
    r"cap\b|upper limit)"
)
AT_LEAST = re.compile(
    r"(?:\b(?:at least|more than|over|above|minimum(?: of)?|min\.?|starting (?:at|from)|upwards of|north of|mindestens|"
    r"mehr als|uber|ab|au moins|plus de|minimum de|a partir de|al menos|mas de|por lo menos|como minimo|desde|pelo menos|mais de|"
    r"acima de|no minimo)|>=?)\s*$"
)
AT_LEAST_AFTER = re.compile(
    r"^\s*(?:at least|or more|minimum|\+|plus\b|and up|oder mehr|ou plus|o mas|ou mais)(?!\s?(?:bonus|equity))"
)
# "we can't spend more than 30k", "more than 80k is not possible"
NOT_MORE = re.compile(
    r"\b(?:can't|cannot|can not|don't|won't|not|never|nicht|ne|no|nao)\b[^.]{0,30}\b(?:more than|over|above|exceed|mehr als|uber|plus de|mas de|mais de)\s*$"
)
NOT_POSSIBLE = re.compile(
    r"^\s*(?:(?:is|would be|are|ist|sind|waren|ware|war|n'est|c'est|es|son|sao|e|konnen|kann|wollen|durfen|haben|we|i|wir|ich|man|can|could|will)\s?){0,3}\s*(?:not|can't|cannot|won't|nicht|pas|no|nao|too much|impossible|zu viel|trop|demasiado|demais)\b"
)
NUMBERED = re.compile(
    r"(?:\d[\s-]|\b(?:iso|iec|call|phone|tel|telephone|version|number|nr|article|port|model|room|soc|since|in|year|mobile|whatsapp)\b[^.]{0,8})$"
)
ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|approx\.?|approximately|circa|ca\.?|some|like|maybe|ish|etwa|ungefahr|rund|um die|environ|"
    r"autour de|a peu pres|quelque|unos|alrededor de|aproximadamente|mas o menos|cerca de|uns|por volta de|or so|say|"
    r"probably|ballpark|give or take|in the region of)|~|≈)\s*(?:of |a |the )?$"
)
ABOUT_AFTER = re.compile(
    r"^\s?(?:-?ish\b|or so|give or take|more or less|approx|roughly|ungefahr|environ|mas o menos|mais ou menos)"
)

# "forty to fifty thousand.", "60k, 4 months": a round figure that counts nothing.
NOTHING_COUNTED = re.compile(
    r"^\s*(?:$|[.,;!?)/](?!\d)|and (?:\d|a |about)|budget|in \d|over \d|within|by\b|und \d|et \d|y \d|e \d)"
)
_COUNTS_NOTHING = frozenset.union(*(words_of(language) for language in ("en", "de", "fr", "es", "pt"))) - {
    "of",
    "de",
    "von",
}
_NEXT_WORD = re.compile(r"^\s([^\W\d_]+)")


def counts_nothing(after: str) -> bool:
    """Whether what follows a figure is nothing that it counts: the end of a clause, or a word that is no noun."""
    following = _NEXT_WORD.match(after)
    return NOTHING_COUNTED.match(after) is not None or (
        following is not None and following[1] in _COUNTS_NOTHING
    )


# "donates 7,000 on top"
ADDED_AFTER = re.compile(
    r"^,? ?(?:on top|extra|more\b|additional|mehr\b|dazu|drauf|obendrauf|zusatzlich|de plus|en plus|mas\b|a mais|adicionales)"
)
# "35k to spend", "50 thousand for everything"
SPENDABLE_AFTER = re.compile(
    r"^,? ?(?:to (?:spend|invest|burn|play with|get (?:it|this) (?:done|built|going))|for (?:the|this|it|everything|all)\b|(?:waren|war|ist|sind|liegen|stehen)? ?(?:drin|ubrig|da\b|vorhanden|moglich|machbar|beiseite)|de cote|for (?:dev|development|the build|building|engineering|the software|software|tech|the mvp|mvp)\b|of (?:it|that|this|which) (?:goes|go|is|are|will|for|into)|all in\b|in total|altogether|tops\b|max\b|insgesamt|fur alles|en tout|en total|no total|ao todo)"
)

PER = {
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
PER_BEFORE = {
    "day": re.compile(r"(?:day rate|daily rate|tagessatz|tjm|taux journalier|tarifa diaria|per day)[^.\d]{0,24}$"),
    "hour": re.compile(
        r"(?:hourly(?: rate| budget| cap)?|rate|per hour|stundensatz|stundenlohn|taux horaire|tarif horaire|tarifa(?: por hora)?|valor hora|"
        r"tarifa horaria|hourly max)[^.\d]{0,30}$"
    ),
    "month": re.compile(
        r"(?:pro monat|im monat|par mois|chaque mois|al mes|por mes|cada mes|ao mes|monthly (?:budget|spend|burn|cost|fee)|per month|monatlich(?:e[sn]?)?(?: budget)?|monatsbudget|budget mensuel|mensualmente|mensalmente|"
        r"presupuesto mensual|orcamento mensal|each month|every month)[^.\d]{0,30}$"
    ),
}  # fmt: skip

BUDGET = re.compile(
    r"\b(?:budgets?|budgeted|spend|spending|invest|investing|fund(?:s|ing|ed)? (?:of|available)|afford|money|capital|set aside|put aside|have|has|had|got|we've|"
    r"i've|cost (?:up to|at most|max)|pay up to|price range|work with|max|maximum|limit|cap|ausgeben|haben|habe|investieren|zur verfugung|kosten(?:rahmen)?|"
    r"disposons|dispose|avons|ai|depenser|investir|presupuesto|tenemos|tengo|gastar|invertir|contamos|disponemos|orcamento|temos|tenho|verba|"
    r"dispomos|enveloppe|budget is|meant|make it|make that|i mean|no wait|wait|no sorry|correction|scratch that|actually|instead|rather|now|meinte|enveloppe de|available|allocated|earmarked|saved|savings of|erspartes|gespart|zur seite|mis de cote|ahorrad[oa]s?|guardad[oa]s?|juntei|juntamos|"
    r"increased?|raise(?:d)? (?:it|the budget)|stretch|lower(?:ed)?|cut|go up to|willing|ready to|wollte|budget von)\b"
)
FUNDING = re.compile(
    r"\b(?:raised|raising|raise|seed|pre-seed|angel|series [abc]|round of|grant of|grants?|vc|funding|venture|investors?|put in|invested|levee de fonds|finanzierungsrunde|"
    r"ronda|rodada|captamos|levantamos|eingesammelt|leve)\b(?! (?:it|the budget))"
)
OTHER = re.compile(
    r"\b(?:revenue|revenues|turnover|arr|mrr|gmv|sales|sell(?:s|ing)?|sold|profit|profits|valuation|valued|worth|market|charges?|charging|charged|priced?|prices|pricing|"
    r"subscription|subscriptions|fees?|customers pay|users pay|patients pay|clients pay|members pay|users will pay|earn|earns|earning|salary|salaries|fine|fines|penalt\w+|"
    r"invoices?|save|saves|saving us|lose|loses|losing|loss|costs us|cost us|competitors?|average order|basket|umsatz|gehalt|preis|verkaufen|kunden zahlen|kostet uns|"
    r"chiffre d'affaires|prix|salaire|facturons|ventes|facturacion|ingresos|precio|salario|cobramos|vendas|receita|preco|cobramos|faturamento|"
    r"commission|tip|donat\w+|order(?:s)? (?:over|above|of)|per user|refund|spent|already spent|have spent|transactions?|deductible|wage|rent of|loan of|loans of|transfers? of|"
    r"ticket price|membership|kostet|abo|abonnement|suscripcion|assinatura|quoted|quote|quotes|angebot von|discount|equity)\b"
)
COUNTED = re.compile(
    r"^\s?(?:\+\s?)?(?:[a-z]+\s){0,2}?(?:users?|patients?|customers?|clients?|people|members?|downloads?|records?|rows?|employees?|requests?|steps?|words?|"
    r"lines?|students?|drivers?|orders?|products?|followers?|visitors?|subscribers?|listings?|items?|skus?|devices?|sensors?|messages?|transactions?|"
    r"nutzer|kunden|patienten|mitarbeiter|utilisateurs?|clients|patients|usuarios?|clientes?|pacientes?|alunos|alumnos|schuler|eleves|km|kg|miles|"
    r"sq|square|m2|hours?|days?|weeks?|months?|years?|minutes?|stunden|tage|wochen|monate?n?|jahren?|jours?|semaines?|mois|ans|dias?|semanas?|mes(?:es)?|anos?|"
    r"features?|screens?|developers?|devs?|engineers?|doctors?|clinics?|locations?|stores?|schools?|farms?|vehicles?|trucks?|beds|rooms?|%|percent|"
    r"percento|prozent|users\b|mau|dau|cars?|homes?|houses?|properties|files?|documents?|images?|photos?|videos?|teachers?|restaurants?|companies|businesses|steps|calls?|tickets?|"
    r"beds?|units?|players?|gamers?|households?|installs?|signups?|lbs?|pounds? (?:of|lighter)|uhr|am\b|pm\b|o'clock)"
)
