"""Search filters out of words: rates, languages, time zones, availability, skills, industries."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from assistant.guided.intents import Intent
from assistant.guided.state import State
from assistant.guided.when import When
from assistant.guided.words import number, plain, with_digits
from core.money import exponent
from services.taxonomy import industries, skills

Query = dict[str, Any]

_SYMBOLS = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "r$": "BRL",
    "us$": "USD",
    "ca$": "CAD",
    "a$": "AUD",
}
_NAMES = {
    "usd": "USD", "dollar": "USD", "dollars": "USD", "bucks": "USD", "dolares": "USD", "dolar": "USD", "dollaro": "USD",
    "eur": "EUR", "euro": "EUR", "euros": "EUR", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "quid": "GBP",
    "pfund": "GBP", "livres": "GBP", "libras": "GBP", "chf": "CHF", "franken": "CHF", "francs": "CHF", "brl": "BRL",
    "reais": "BRL", "real": "BRL", "cad": "CAD", "aud": "AUD", "inr": "INR", "rupees": "INR", "jpy": "JPY", "yen": "JPY",
    "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "zloty": "PLN", "mxn": "MXN", "pesos": "MXN", "sgd": "SGD",
    "zar": "ZAR", "rand": "ZAR", "nzd": "NZD", "ils": "ILS", "shekels": "ILS",
}  # fmt: skip
_NAME = "|".join(sorted(_NAMES, key=len, reverse=True))
_AMOUNT = rf"(?P<s{{0}}>us\$|ca\$|a\$|r\$|[$€£¥₹]|(?:{_NAME})\b)?\s?(?P<n{{0}}>\d+(?:[.,]\d{{{{3}}}})*(?:[.,]\d{{{{1,2}}}})?)(?P<k{{0}}>k\b)?\s?(?P<c{{0}}>[€£$¥₹]|(?:{_NAME})\b)?"
_MOST = r"(?:(?:can't|cannot|can not|won't|don't|do not|wouldn't|not|never|no|nobody|no one|none|nothing|kein\w*|niemand\w*|nadie|ninguem|personne)(?: [a-z]+){0,4} (?:more than|over|above|beyond|exceed(?:ing)?)|exceed(?:ing)?|(?:mas|mais) barat\w+ (?:que|do que|de)|(?:mas|mais) economic\w+ (?:que|do que)|moins chere?s? (?:que|de)|(?:gunstiger|billiger) als|south of|beneath|under|below|less than|lower than|cheaper than|max(?:imum|imal)?(?: of)?|up to|upto|at most|no more than|not more than|not over|within|cap(?:ped)?(?: (?:at|of))?|limit(?: of)?|<=?|unter|hochstens|bis(?: zu)?|weniger als|nicht mehr als|moins de|jusqu'a|au plus|pas plus de|menos de|por debajo de|hasta|como maximo|maximo(?: de)?|no mas de|abaixo de|ate|no maximo|menos que)"
_LEAST = r"(?:over|above|more than|at least|min(?:imum)?(?: of)?|from|starting at|>=?|uber|mindestens|ab|plus de|au moins|mas de|al menos|mais de|pelo menos)"
_PER_HOUR = r"(?:\s?(?:/|per|an?|each|pro|die|par|de l'|por|a|la|l'|by the|the)\s?(?:h\b|hr\b|hrs\b|hours?|stunde|heure|hora)|\s?(?:hourly|stundlich|p\.?h\.?\b))"
_BETWEEN = re.compile(
    rf"(?:between|from|zwischen|entre|de)?\s?{_AMOUNT.format(1)}\s?(?:-|and|to|und|bis|et|a|y|e)\s?{_AMOUNT.format(2)}(?P<h>{_PER_HOUR})?"
)
_BOUND = re.compile(
    rf"(?P<b>{_MOST}|{_LEAST})\s?(?:about |around |ca\.? )?{_AMOUNT.format(1)}(?P<h>{_PER_HOUR})?(?!\s?(?:%|years?|yrs?|jahre|ans\b|anos|months?|weeks?|days?|hours? (?:overlap|of)|people|users|minutes?|min\b))"
)
_PLAIN_RATE = re.compile(
    rf"{_AMOUNT.format(1)}(?P<h>{_PER_HOUR})(?:\s(?P<x>max|maximum|or less|tops|at most|or under))?"
)
_AFTER = re.compile(
    rf"{_AMOUNT.format(1)}(?P<h>{_PER_HOUR})?\s(?:max\b|maximum|or less|tops|at most|or under|or below)"
)
_IS_MOST = re.compile(_MOST)

LANGUAGES = {
    name: code
    for code, names in {
        "de": "german deutsch allemand aleman alemao", "fr": "french franzosisch francais frances", "es": "spanish spanisch espagnol espanol castellano",
        "pt": "portuguese portugiesisch portugais portugues", "it": "italian italienisch italien italiano", "en": "english englisch anglais ingles",
        "nl": "dutch niederlandisch neerlandais holandes", "pl": "polish polnisch polonais polaco", "sv": "swedish schwedisch suedois sueco",
        "da": "danish danisch danois", "no": "norwegian norwegisch norvegien", "fi": "finnish finnisch", "ru": "russian russisch russe ruso",
        "uk": "ukrainian ukrainisch", "cs": "czech tschechisch", "tr": "turkish turkisch", "ar": "arabic arabisch arabe", "he": "hebrew hebraisch",
        "zh": "chinese mandarin chinesisch chinois chino", "ja": "japanese japanisch japonais", "ko": "korean koreanisch", "hi": "hindi",
        "el": "greek griechisch", "ro": "romanian rumanisch", "hu": "hungarian ungarisch", "vi": "vietnamese", "id": "indonesian", "th": "thai",
        "bn": "bengali", "ur": "urdu", "sw": "swahili", "ca": "catalan", "fa": "persian farsi", "ta": "tamil", "ms": "malay", "et": "estonian",
        "lt": "lithuanian", "lv": "latvian", "sk": "slovak", "sl": "slovenian", "hr": "croatian", "sr": "serbian", "bg": "bulgarian",
    }.items()
    for name in names.split()
}  # fmt: skip
_LANGUAGE = "|".join(sorted(LANGUAGES, key=len, reverse=True))
_SPEAKS = re.compile(
    rf"\b(?:speak(?:s|ing|er|ers)?|fluent(?: in)?|native|in|talks?|knows?|spricht|sprechen|sprechende[rn]?|auf|parl(?:e|ent|ant)|en|habl(?:e|a|en|an)|fal(?:e|a|am|em)|communicate in)\b[^.;]{{0,24}}?\b(?P<l>{_LANGUAGE})\b"
    rf"|\b(?P<l2>{_LANGUAGE})(?:[- ](?:speak(?:ing|er|ers)|language|fluency)|sprachig\w*)\b"
)
_ANOTHER_LANGUAGE = re.compile(rf"^\s*(?:,|and|und|et|y|e|&)\s*(?P<l>{_LANGUAGE})\b")
# "jemand, der Deutsch kann", "French?": named for itself, a language is to be spoken.
_LANGUAGE_ALONE = re.compile(
    rf"(?<!from )(?<!in )(?<!aus )(?<!the )(?<!a )(?<!an )(?<!any )\b(?P<l>{_LANGUAGE})\b(?! (?:cto|expert|people|person|guy|one|man|woman|compan|market|based|time|hour|citi|law|restaurant|client|customer)|s\b|-)"
)
_REGIONS = {
    r"european?\b|europe\b|emea|\beu\b|central european": "Europe/Berlin",
    r"us hours|american|u\.?s\.?(?:-based| time)|us time|north america|east coast|eastern time|new york": "America/New_York",
    r"west coast|pacific time|silicon valley|bay area": "America/Los_Angeles",
    r"asian|asia\b|apac": "Asia/Singapore",
    r"latin america|latam|south america": "America/Sao_Paulo",
    r"\buk\b|british|london": "Europe/London",
    r"indian\b|india\b": "Asia/Kolkata",
    r"australian?\b": "Australia/Sydney",
}
_YEARS = re.compile(
    r"\b(\d{1,2}) (?:years?|yrs?|jahre|ans|anos) (?:minimum|at least|plus|or more|min\b|mindestens|au moins|como minimo|no minimo)|\b(?:at least |over |more than |min(?:imum)? )?(\d{1,2})\+? ?(?:years?|yrs?|jahren?|ans|anos)(?:'|s)? (?:of )?(?:experience|erfahrung|d'experience|de experiencia|in tech|in (?:the )?(?:field|business|industry|job|trade|game)|under (?:his|her|their) belt)|\b(?:at least|over|more than|min(?:imum)?(?: of)?|mindestens|au moins|al menos|pelo menos) (\d{1,2})\+? (?:years?|yrs?|yoe|jahren?|ans|anos)\b|\b(\d{1,2}) ?\+ ?(?:years?|yrs?|y|yoe|jahren?|ans|anos)\b|\b(\d{1,2})[- ]years?[- ](?:veterans?|pros?|professionals?)\b"
)
_ORDERS = tuple(
    (re.compile(pattern), order)
    for pattern, order in (
        (
            r"\b(?:cheapest|lowest (?:rate|price)|by (?:rate|price)|least expensive|gunstigste\w*|moins chers?|mas baratos?|mais baratos?)\b",
            "rate_low",
        ),
        (
            r"\b(?:best|highest|top|better|higher)[- ]?(?:rated|reviewed)\b|\b(?:best|better) (?:reviews|ratings?)\b|\bby rating\b",
            "rating",
        ),
        (
            r"\b(?:most|more) (?:experienced|senior|seasoned)\b|\b(?:more|most|longer|greater) experience\b|\bby experience\b|\bveterans?\b|\berfahrener\w*|\bplus experimente\w*|\bmas experiencia\b|\bmais experiencia\b",
            "experience",
        ),
        (
            r"\b(?:soonest|earliest) (?:available|free)\b|\bavailable (?:sooner|earlier)\b|\bavailable (?:soonest|first|earliest)\b|\bwho is free (?:first|soonest)\b",
            "soonest",
        ),
    )
)
_PLACE = r"(?:\b(?:in|from|based in|located in|living in|lives? in|out of|aus|au|en|de|da|do|of)\s+(?:the )?(?:%s)\b|\b(?:%s)[- ]based\b|\b(?:%s) (?:cto|ctos|expert|experts|candidates?|one|people|person)\b|\b(?:only|just|nur|que des|solo|apenas|so) (?!us\b|in\b)(?:%s)s?$|\b(?:%s)(?<!us)(?<!uk)s\b(?! speak))"
_COUNTRY_NAMES = {
        "DE": "germany|deutschland|german|allemagne|alemania|alemanha", "AT": "austria|osterreich|austrian", "CH": "switzerland|schweiz|swiss|suisse",
        "FR": "france|french|frankreich|francia|franca", "ES": "spain|spanish|spanien|espagne|espana|espanha", "PT": "portugal|portuguese",
        "IT": "italy|italian|italien|italie|italia", "NL": "netherlands|holland|dutch", "BE": "belgium|belgian", "GB": "uk|united kingdom|england|britain|british|great britain|scotland",
        "IE": "ireland|irish", "SE": "sweden|swedish", "NO": "norway|norwegian", "DK": "denmark|danish", "FI": "finland|finnish", "PL": "poland|polish",
        "CZ": "czechia|czech republic|czech", "RO": "romania|romanian", "UA": "ukraine|ukrainian", "GR": "greece|greek", "TR": "turkey|turkish", "IL": "israel|israeli",
        "US": "us|usa|u\\.s\\.|united states|america|american|the states", "CA": "canada|canadian", "MX": "mexico|mexican", "BR": "brazil|brazilian|brasil", "AR": "argentina|argentinian",
        "CO": "colombia|colombian", "CL": "chile|chilean", "IN": "india|indian", "SG": "singapore", "JP": "japan|japanese", "AU": "australia|australian", "NZ": "new zealand",
        "ZA": "south africa|south african", "NG": "nigeria|nigerian", "KE": "kenya|kenyan", "EG": "egypt|egyptian", "AE": "uae|dubai|emirates", "VN": "vietnam", "ID": "indonesia", "EE": "estonia|estonian",
}  # fmt: skip
_COUNTRIES = tuple((re.compile(_PLACE % ((names,) * 5)), code) for code, names in _COUNTRY_NAMES.items())
_NAMED_COUNTRIES = tuple((re.compile(names), code) for code, names in _COUNTRY_NAMES.items())
_OR_COUNTRY = re.compile(
    r"^\s*(?:,|or|and|oder|und|ou|et|o|y|e|/)\s*(?:in |the )?(?P<name>[a-z.]+(?: kingdom| states| republic| britain| zealand| africa)?)"
)
_ZONE_WORDS = re.compile(r"\b(?:time ?zones?|hours|overlap|working hours|time\b)")
_FILLER = frozenset(
    re.findall(
        r"[a-z']+",
        """experience experienced based background knowledge knows expertise years least skills skilled strong work worked
        works working done has had ideally someone's only a about all also am an and any anybody anyone are around as at
        available be best but by call can candidate candidates could cto ctos do does else expert experts find fit fits for
        free from get give good have help hire hour hourly hours i id in instead is it just know lead leader like list look
        looking match matches max maximum me more most much my need no not of on one ones or other our out people per person
        please project rate recommend right same search see show somebody someone some suggest take technical tech than that
        the their them there they this time timezone to under us want we what which who whom whos will with would you your
        zone cheaper cheap less expensive affordable lower price pricey too app product build speak speaks speaking run own
        now really ok okay yes thanks hi hello lets let then so i'd i'm we're what's who's options option within up wer
        konnte das leiten kann uns brauche suche zeig mir einen eine der die qui pourrait diriger ce projet quien podria
        liderar esto quem poderia isso deutsch und bitte auch nur noch jemand""",
    )
)


_MORE_ALONE = frozenset({"next", "more", "others", "next please", "more please", "next ones"})
# "Only Rust people", "just Elixir"
_ALONE = re.compile(
    r"\W*(?:(?:only|just|nur|solo|apenas|seulement|rather|maybe|and|with|mit|avec|con|com) )+(?P<what>[a-z0-9.+# -]{1,24}?)(?: (?:people|devs?|developers?|folks|guys|ones?|experts?|ctos?|leute|entwickler))?(?: please| bitte)?\W*"
)
_DAYS_AHEAD = re.compile(
    r"\b(?:in|within|over|innerhalb|dans|en|em|dentro de) (?:the |der |les |los |os )?(?:next |nachsten |prochains |proximos )?(?P<n>\d{1,2}|[a-z]+) (?:days?|tagen?|jours|dias|(?P<w>weeks?|wochen?|semaines?|semanas?))\b"
)
# "Nobody who does blockchain": what follows is not wanted.
_NOBODY = re.compile(
    r"\b(?:nobody|no ?one|no people|not (?:any|some)(?:one|body)|niemand\w*|personne|nadie|ninguem)\b(?= (?:who|with|from|in|that|else|der|die|mit|aus|qui|avec|de|que|con|com)\b)"
    r"|\b(?:exclud\w+|leave out|without|skip|no|not|none of|remove|drop|avoid)\b(?= (?:the |any |those )?(?:[\w-]+ ){1,2}(?:people|guys|folks|ones|experts|ctos|types|background)\b)",
    re.I,
)
_ROLE = re.compile(
    r"\b(?:fractional |interim |part[- ]time |full[- ]time )?ctos?\b|\b(?:tech(?:nical|nology)?|engineering|software|team) (?:leads?|leaders?|leadership|managers?|heads?|directors?|partners?|co-?founders?)\b",
    re.I,
)


def read(text: str, intents: dict[Intent, int], state: State, when: When) -> Query:
    """The filters that `text` names, as arguments of `find_ctos`. Only what was said: see `merge`."""
    words = with_digits(plain(text))
    found: Query = {}
    found.update(_rates(words, state))
    if languages := _languages(words):
        found["languages"] = languages
    found.update(_zone(words, intents, when))
    found.update(_available(words, when, state))
    # "A tech lead" is who is looked for, not the skill of leading.
    roles = [match.span() for match in _ROLE.finditer(text)]
    if words.strip(" .!?") in _MORE_ALONE:
        return found
    mentions = [m for m in skills.find(text) if not any(a <= m.start and m.end <= b for a, b in roles)]
    if not mentions and (alone := _ALONE.fullmatch(words)) and (skill := skills.canonical(alone["what"])):
        found["must_skills"] = [skill.name]
    nobody = [match.end() for match in _NOBODY.finditer(text)]
    unwanted_from = nobody[0] if nobody else len(text)
    if wanted := [m.name for m in mentions if not m.negated and m.start < unwanted_from]:
        found["must_skills"] = list(dict.fromkeys(wanted))[:10]
    if unwanted := [m.name for m in mentions if m.negated or m.start >= unwanted_from]:
        found["excluded_skills"] = list(dict.fromkeys(unwanted))[:10]
    named = [m for m in industries.find(text) if plain(text[m.start : m.end]) not in ("senior", "seniors")]
    if fields := [m.slug for m in named if not getattr(m, "negated", False) and m.start < unwanted_from]:
        found["industries"] = list(dict.fromkeys(fields))[:8]
    barred = [m.slug for m in named if m.start >= unwanted_from]
    if nobody:
        barred = [*barred, *(m.slug for m in industries.find(text[unwanted_from:]))]
    if barred:
        found["excluded_industries"] = list(dict.fromkeys(barred))[:8]
    if re.search(r"\b(?:fractional|part[- ]time|days? a week|teilzeit|temps partiel)\b", words):
        found["engagement"] = "fractional"
    elif re.search(r"\b(?:interim|full[- ]time|vollzeit|temps plein)\b", words):
        found["engagement"] = "interim"
    if match := _YEARS.search(words):
        found["min_years"] = min(40, int(next(filter(None, match.groups()))))
    if countries := _countries(words):
        found["countries"] = countries
        found.pop("timezone", None)
        found.pop("min_overlap_hours", None)
    for pattern, order in _ORDERS:
        if pattern.search(words):
            found["sort"] = order
            break
    return found


def _countries(words: str) -> list[str]:
    """Where they are to live: "in Germany or Austria" names two."""
    found = {code: match.end() for pattern, code in _COUNTRIES if (match := pattern.search(words))}
    ends = list(found.values())
    for end in ends:
        rest = words[end:]
        while following := _OR_COUNTRY.match(rest):
            name = next(
                (code for pattern, code in _NAMED_COUNTRIES if pattern.fullmatch(following["name"])), None
            )
            if name is None:
                break
            found.setdefault(name, end)
            rest = rest[following.end("name") :]
    return list(found)


def topic(text: str) -> str:
    """What a search is about beyond its filters: the text itself, or nothing when only filters and filler are left."""
    rest = text
    spans = [(each.start, each.end) for each in skills.find(text)]
    spans += [(each.start, each.end) for each in industries.find(text)]
    for start, end in sorted(spans, reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    words = plain(rest)
    words = _BOUND.sub(" ", _BETWEEN.sub(" ", words)) if re.search(r"\d", words) else words
    words = _YEARS.sub(" ", words)
    for pattern, _ in _COUNTRIES:
        words = pattern.sub(" ", words)
    left = [word for word in re.findall(r"[a-z][a-z'+#.-]{2,}", words) if word.strip(".'-") not in _FILLER]
    return text.strip()[:2000] if any(word not in LANGUAGES for word in left) else ""


def merge(before: dict[str, Any] | None, change: Query, *, replace: bool = False) -> Query:
    """The arguments of the next search: the last query's filters (a stored `MatchQuery`), changed by what was said."""
    merged: Query = {}
    for key in ("text", "must_skills", "excluded_skills", "industries", "excluded_industries", "languages", "min_overlap_hours", "timezone",
                "available_from", "available_within_days", "engagement", "stage", "countries", "min_years"):  # fmt: skip
        if before and before.get(key):
            merged[key] = before[key]
    for key in ("min_rate", "max_rate"):
        if before and before.get(key):
            merged[key] = major(before[key])
    if not merged.get("min_overlap_hours"):
        merged.pop("timezone", None)
    for key, value in change.items():
        if key in ("must_skills", "excluded_skills", "languages") and not replace:
            value = list(dict.fromkeys([*merged.get(key, []), *value]))[: 5 if key == "languages" else 10]
        merged[key] = value
    for skill in change.get("excluded_skills", []):
        merged["must_skills"] = [
            name for name in merged.get("must_skills", []) if name.lower() != skill.lower()
        ]
    return {key: value for key, value in merged.items() if value not in (None, [], "")}


def major(money: dict[str, Any]) -> dict[str, Any]:
    """A stored `Money` as the tools take rates."""
    return {
        "amount": str(Decimal(money["amount"]).scaleb(-exponent(money["currency"]))),
        "currency": money["currency"],
    }


def _rates(words: str, state: State) -> Query:
    found: Query = {}
    if (
        (match := _BETWEEN.search(words))
        and (low := _rate(match, 1, state))
        and (high := _rate(match, 2, state))
    ) and (match.group("h") or match.group("s1") or match.group("c2") or match.group("s2")):
        low["currency"] = (
            high["currency"] if not (match.group("s1") or match.group("c1")) else low["currency"]
        )
        return {"min_rate": low, "max_rate": high}
    for match in _BOUND.finditer(words):
        rate = _rate(match, 1, state)
        if rate is None or not (
            match.group("h") or match.group("s1") or match.group("c1") or Decimal(rate["amount"]) >= 20
        ):
            continue
        if not match.group("h") and Decimal(rate["amount"]) >= 1500:
            continue  # a budget, not a rate
        found["max_rate" if _IS_MOST.fullmatch(match.group("b")) else "min_rate"] = rate
    if not found and (match := _AFTER.search(words)) and (rate := _rate(match, 1, state)):
        return {"max_rate": rate}
    if not found and (match := _PLAIN_RATE.search(words)) and (rate := _rate(match, 1, state)):
        return {"max_rate": rate}
    return found


def _rate(match: re.Match[str], index: int, state: State) -> dict[str, Any] | None:
    groups = match.groupdict()
    raw = groups[f"n{index}"]
    raw = re.sub(r"[.,](?=\d{3}\b)", "", raw).replace(",", ".")
    try:
        amount = Decimal(raw) * (1000 if groups.get(f"k{index}") else 1)
    except InvalidOperation:
        return None
    if not 0 < amount <= 100_000:
        return None
    token = groups.get(f"s{index}") or groups.get(f"c{index}") or ""
    currency = _SYMBOLS.get(token) or _NAMES.get(token) or default_currency(state)
    return {"amount": str(amount), "currency": currency}


def default_currency(state: State) -> str:
    """What a bare number is in: the currency of the last search, of the brief, of the shown rates; else USD."""
    query = (state.matches or {}).get("query") or {}
    for key in ("max_rate", "min_rate"):
        if query.get(key):
            return str(query[key]["currency"])
    if state.brief is not None and state.brief.currency:
        return state.brief.currency
    return "USD"


def _languages(words: str) -> list[str]:
    found: list[str] = []
    for match in _SPEAKS.finditer(words):
        found.append(LANGUAGES[match.group("l") or match.group("l2")])
        rest = words[match.end() :]
        while following := _ANOTHER_LANGUAGE.match(rest):
            found.append(LANGUAGES[following.group("l")])
            rest = rest[following.end() :]
    if not found:
        found = [LANGUAGES[match.group("l")] for match in _LANGUAGE_ALONE.finditer(words)]
    return list(dict.fromkeys(found))[:5]


def _zone(words: str, intents: dict[Intent, int], when: When) -> Query:
    if match := re.search(
        r"\b(\d)\+? ?(?:hours?|h)\b[^.;]{0,20}\boverlap|\boverlap\w*[^.;]{0,20}\b(\d) ?(?:hours?|h)\b", words
    ):
        return {"min_overlap_hours": float(match.group(1) or match.group(2))}
    if Intent.MY_ZONE in intents:
        return {"min_overlap_hours": 7.0}
    if re.search(r"\boverlap", words):
        return {"min_overlap_hours": 4.0}
    if _ZONE_WORDS.search(words) or re.search(r"\b(?:in|from|based|located|within)\b", words):
        for pattern, zone in _REGIONS.items():
            if re.search(
                rf"(?:\b(?:in|from|based|on|within|near|at)\b[^.;]{{0,16}}(?:{pattern})|(?:{pattern})[^.;]{{0,10}}{_ZONE_WORDS.pattern}|(?:{pattern})[- ]based)",
                words,
            ):
                return {"timezone": zone, "min_overlap_hours": 6.0}
    if when.zone and re.search(r"time ?zone|hours", words):
        return {"timezone": when.zone, "min_overlap_hours": 6.0}
    return {}


def _available(words: str, when: When, state: State) -> Query:
    if not re.search(
        r"\b(?:availab\w*|free|start(?:s|ing)?|slots?|(?:can|could) (?:talk|meet|call|do|start|jump|hop|chat|speak)|talk to(?:day)?|verfugbar|frei|disponib\w*|libres?|livre|open|soon)\b",
        words,
    ):
        return {}
    today = state.local_now.date()
    if when.day:
        return {"available_from": when.day.isoformat(), "available_within_days": 1}
    if when.first and when.last:
        first = max(when.first, today)
        return {"available_from": first.isoformat(), "available_within_days": max(1, _days(first, when.last))}
    if match := _DAYS_AHEAD.search(words):
        count = number(match.group("n")) or 1
        return {"available_within_days": min(60, count * (7 if match.group("w") else 1))}
    if when.soonest or re.search(
        r"\b(?:immediately|right away|straight away|soon|sofort|bald|tout de suite|pronto|ya|ja)\b", words
    ):
        return {"available_within_days": 7}
    return {}


def _days(first: date, last: date) -> int:
    return min(60, (last - first).days + 1)
