"""What the project is about and what it stands on: industries, platforms, markets, regulations, kinds of data, constraints,
technologies and integrations."""

import re
import tomllib
from importlib.resources import files

from services.projects.extraction import features, summary
from services.projects.extraction.context import Reading
from services.projects.schemas import (
    DataSensitivity,
    Exclusion,
    ExclusionKind,
    Fact,
    Named,
    Platform,
    Source,
    Tag,
    Technology,
    Text,
)
from services.taxonomy import industries as industry_words
from services.taxonomy import skills
from services.taxonomy.catalogues import TermMention, markets, platforms, regulations
from services.taxonomy.negation import NegationKind
from services.taxonomy.phrases import PhraseIndex

_CONSTRAINTS = tomllib.loads(files(__package__).joinpath("data/constraints.toml").read_text("utf-8"))
_CONSTRAINT_INDEX = PhraseIndex(
    (
        (slug, phrase)
        for slug, entry in _CONSTRAINTS["constraint"].items()
        for phrase in entry["words"].split(", ")
    ),
    inflect=True,
)
_DATA_INDEX = PhraseIndex(
    ((kind, phrase) for kind, words in _CONSTRAINTS["data"].items() for phrase in words.split(", ")),
    inflect=True,
)
CONSTRAINT_NAMES: dict[str, str] = {slug: entry["name"] for slug, entry in _CONSTRAINTS["constraint"].items()}
# Where the words are about the person who is looked for, they are no market and no stack.
_ABOUT_A_PERSON = re.compile(
    r"\b(?:ctos?|developers?|experts?|someone|somebody|anyone|person|engineers?|freelancers?|candidates?|who (?:knows?|speaks?|lives?|is)|entwickler\w*|jemand\w*|"
    r"quelqu'un|alguien|alguem|i live|i'm from|i am from|i'm based|i am based|ich wohne|ich lebe|j'habite|yo vivo|vivo|moro)\b[^.;]{0,50}$"
)
_NAMED_TECHNOLOGY = frozenset(
    {"languages", "frontend", "mobile", "backend", "databases", "data-engineering", "ai", "cloud", "devops", "commerce", "enterprise",
     "fintech", "blockchain", "games-3d", "embedded-iot", "networking-systems", "testing"}
)  # fmt: skip
_PLATFORM_SKILLS = frozenset(
    {"ios-development", "android-development", "progressive-web-apps", "browser-extensions"}
)
_EXISTING = re.compile(
    r"\b(?:already|existing|currently|current|our (?:app|site|website|backend|frontend|stack|platform|code|codebase|system|team)|legacy|is (?:built|written|running)|was (?:built|written)|runs on|"
    r"we use|we're using|we are using|we have|using today|built (?:in|on|with)|written in|migrat\w+ (?:from|off)|mov\w+ (?:off|from|away from)|replac\w+|rewrit\w+|wir nutzen|wir haben|bestehend\w*|aktuell\w*|derzeit|"
    r"nous utilisons|nous avons|existant\w*|actuel\w*|usamos|tenemos|actual\w*|existente\w*|temos|atual\w*)\b"
)
_SEARCH = re.compile(
    r"\b(?:who could lead|find (?:me |us )?(?:someone|a cto|an? \w+ (?:cto|expert|developer)|ctos|experts|people)|(?:someone|somebody|anyone|a cto|ctos|experts?) (?:who|with|that)|"
    r"jemand\w*,? der|quelqu'un qui|alguien que|alguem que)\b[^.;]{0,60}$"
)
_WISHED = re.compile(
    r"\b(?:want|wants|wish|would like|need|needs|add|adding|plan|prefer|should|instead|new|mochten|wollen|brauchen|voulons|ajouter|queremos|necesitamos|agregar|precisamos|adicionar)\b"
)
_EXISTS_AFTER = re.compile(
    r"^\W{0,3}(?:\w+\s){0,3}(?:exists?|already|is (?:live|there|running)|in place|today|bereits|vorhanden|existe)\b"
)
_INTEGRATE = re.compile(
    r"\b(?:integrations?:|integrations? (?:are|with|to|needed:)|writ(?:e|es|ing) (?:\w+ ){1,3}(?:in|into|to)|(?:sav|stor|put|log|send|enter|book)\w* (?:\w+ ){0,3}into|integrat\w+ (?:with|into|to)|connect(?:s|ed|ing)? (?:to|with)|sync(?:s|ed|ing|hroni[sz]e[sd]?)? (?:with|to|from)|plugs? into|hooks? into|talks? to|works? with|import(?:s|ing)? from|pull(?:s|ing)? (?:data )?from|push(?:es|ing)? (?:\w+ )?(?:in)?to|export(?:s|ed|ing)? (?:\w+ )?(?:in)?to|(?:invoices?|timesheets?|orders?|hours|bookings?|data|payments?|contacts|leads) (?:go(?:es)? |flow |sent |synced |exported )?(?:to|into)|feeds? into|"
    r"anbindung an|schnittstelle zu|schnittstellen zu|integration mit|integration von|integration (?:de|avec)|connecte a|integracion con|integrar con|conectar con|integracao com|integrar com|conectar com)\s(?:our\s|the\s|an?\s|existing\s|unser\w*\s|notre\s|nuestro\s|nosso\s|o\s|el\s|das\s)*"
)
# "Slack and Teams integration"
_NAMED_INTEGRATION = re.compile(
    r"\b([A-Z][\w.+-]{1,40}(?:(?:, | and | und | et | y | e |/)[A-Z][\w.+-]{1,40}){0,4}) (?:integrations?|sync|connectors?|Integration|Anbindung|Schnittstelle)\b"
)
_REPLACED_BEFORE = re.compile(
    r"\b(?:(?:mov|switch|migrat|chang)\w* (?:away )?from|replac\w*|swap\w*(?: out)?|ditch\w*|instead of|von|remplac\w*|reemplaz\w*|substitu\w*)\s(?:our\s|the\s)?$"
)
_REPLACED_AFTER = re.compile(r"^\s(?:to|by|with|for|in favou?r of|auf|zu|durch|par|por)\b")
# Skills that stand for a kind of product.
_PRODUCTS_OF = frozenset({"accounting-integrations"})
_NAME = re.compile(r"[A-Z0-9][\w.+&-]*(?: (?:[A-Z][\w.+&-]*|365|API))*")
_LIST_GAP = re.compile(r"(?:,|\s?/|\s?&|,?\s(?:and|und|et|y|e|or|oder|ou))\s(?:also\s|the\s|our\s|with\s)?")
_STACK = re.compile(
    r"\b(?:tech(?:nology)? stack|stack|technologies|techstack|tech)\s?(?:is|:|are|includes?|would be|=)\s?|\b(?:written|built|developed|coded|programmed) (?:in|with|on|using)\s|\bgeschrieben in\s|\bgebaut mit\s"
)
_COMMON_NAMES = frozenset(
    {
        "i",
        "we",
        "it",
        "api",
        "crm",
        "erp",
        "ehr",
        "emr",
        "app",
        "the",
        "our",
        "mvp",
        "ai",
        "ui",
        "ux",
        "us",
        "eu",
        "uk",
        "cto",
        "a",
    }
)


def industries(reading: Reading) -> list[Tag]:
    """The industries of a message, at most three, weak hints only where there is nothing better."""
    mentions = [
        mention
        for mention in industry_words.find_in(reading.text, reading.negations)
        if not _SEARCH.search(reading.before(mention.start, 60))  # what the CTO has to know
    ]
    if not mentions:
        return []
    strongest = mentions[0].weight
    if strongest < 2 and (reading.brief.industries or not (reading.is_short or _begins(reading, mentions))):
        return []
    kept = [mention for mention in mentions if mention.weight >= max(3.0, strongest / 2)][:3]
    if not kept:
        kept = mentions[:1]
    return [
        Tag(
            value=mention.slug,
            source=Source.STATED if mention.weight >= 3 else Source.INFERRED,
            quote=reading.quote(mention.start, mention.end),
            note=None if mention.weight >= 3 else "From the words you use.",
        )
        for mention in kept
    ]


def _begins(reading: Reading, mentions: list[industry_words.IndustryMention]) -> bool:
    """Whether the hint stands in the first sentence of the first description: "meal planner for diabetics"."""
    first = re.search(r"[.!?\n](?:\s|$)", reading.text.folded)
    end = first.start() if first else len(reading.text.folded)
    if reading.text.folded[end : end + 1] == "?" or reading.brief.summary is not None:
        return False
    told = summary.read(reading)
    return any(
        mention.start < min(end, 120)
        or (told is not None and reading.words(mention.start, mention.end) in told.value)
        for mention in mentions
    )


def read_platforms(reading: Reading) -> tuple[list[Fact[Platform]], list[Exclusion]]:
    """The platforms wished for, and those excluded."""
    wished: dict[str, Fact[Platform]] = {}
    excluded: dict[str, Exclusion] = {}
    for mention in platforms.find_in(reading.text, reading.negations):
        if mention.negated is not None:
            excluded[mention.key] = _exclusion(reading, mention, ExclusionKind.PLATFORM)
            continue
        if _only(reading, mention) and mention.key != "mobile":
            for other in ("mobile", "web", "desktop"):
                if other != mention.key and other not in wished and mention.key in ("web", "desktop"):
                    excluded.setdefault(other, _only_exclusion(reading, mention, other))
        wished.setdefault(
            mention.key,
            Fact[Platform](
                value=Platform(mention.key),
                source=Source.STATED,
                quote=reading.quote(mention.start, mention.end),
            ),
        )
    return [fact for key, fact in wished.items() if key not in excluded], [
        exclusion for key, exclusion in excluded.items() if key not in wished
    ]


def _only(reading: Reading, mention: TermMention) -> bool:
    return bool(
        re.search(
            r"\b(?:just|only|nur|seulement|solo|apenas|so)\s(?:an?\s|the\s|on\s|una?\s|eine?\s|um\s)?$",
            reading.before(mention.start, 16),
        )
        or re.match(r"^\s?(?:only|first and only)\b", reading.after(mention.end, 16))
        or reading.text.folded[mention.start : mention.end].endswith(" only")
    )


def _only_exclusion(reading: Reading, mention: TermMention, key: str) -> Exclusion:
    return Exclusion(
        kind=ExclusionKind.PLATFORM, slug=key, name=platforms.terms[key].name, source=Source.INFERRED,
        quote=reading.quote(mention.start, mention.end), note=f"You asked for {mention.name} only.",
    )  # fmt: skip


def read_markets(reading: Reading) -> list[Text]:
    """Countries and regions the message names as the market, as ISO codes."""
    found: dict[str, Text] = {}
    for mention in markets.find_in(reading.text, reading.negations):
        if mention.negated is not None:
            continue
        written = reading.text.original[mention.start : mention.end]
        if mention.key == "US" and written in ("us", "Us"):
            continue  # "contact us"
        if len(written) <= 2 and not written.isupper():
            continue
        if re.match(r"^[\s-](?:dollars?|pounds?|pesos?)\b", reading.after(mention.end, 10)):
            continue  # "US dollars"
        if _ABOUT_A_PERSON.search(reading.before(mention.start, 70)):
            continue  # where the CTO should be is no market
        found.setdefault(
            mention.key,
            Text(value=mention.key, source=Source.STATED, quote=reading.quote(mention.start, mention.end)),
        )
    return list(found.values())[:10]


def read_regulations(reading: Reading) -> tuple[list[Named], list[Exclusion]]:
    """Regulations the founder names, and those they say do not apply."""
    wished: dict[str, Named] = {}
    excluded: list[Exclusion] = []
    for mention in regulations.find_in(reading.text, reading.negations):
        if mention.negated is not None:
            wished.pop(mention.key, None)
            excluded.append(_exclusion(reading, mention, ExclusionKind.REGULATION))
        else:
            wished.setdefault(
                mention.key,
                Named(
                    slug=mention.key,
                    name=mention.name,
                    source=Source.STATED,
                    quote=reading.quote(mention.start, mention.end),
                ),
            )
    return list(wished.values()), excluded


def sensitivity(reading: Reading) -> list[Fact[DataSensitivity]]:
    """Kinds of sensitive data the message speaks of."""
    found: dict[str, Fact[DataSensitivity]] = {}
    for match in _DATA_INDEX.find(reading.text):
        if reading.negations.of(match.start, match.end) is None:
            found.setdefault(
                match.key,
                Fact[DataSensitivity](
                    value=DataSensitivity(match.key),
                    source=Source.STATED,
                    quote=reading.quote(match.start, match.end),
                ),
            )
    return list(found.values())


def constraints(reading: Reading) -> tuple[list[Named], list[Exclusion]]:
    """Constraints on how it is built or run, and those the founder says are none."""
    wished: dict[str, Named] = {}
    excluded: list[Exclusion] = []
    for match in _CONSTRAINT_INDEX.find(reading.text):
        negation = reading.negations.of(match.start, match.end)
        name = CONSTRAINT_NAMES[match.key]
        if negation is not None:
            excluded.append(
                Exclusion(
                    kind=ExclusionKind.CONSTRAINT,
                    slug=match.key,
                    name=name,
                    quote=reading.quote(negation.cue_start, match.end),
                )
            )
        else:
            wished.setdefault(
                match.key,
                Named(
                    slug=match.key,
                    name=name,
                    source=Source.STATED,
                    quote=reading.quote(match.start, match.end),
                ),
            )
    return list(wished.values()), excluded


def technologies(reading: Reading) -> tuple[list[Technology], list[Named], list[Exclusion]]:
    """Named technologies, systems to integrate with, and technologies that are not wanted."""
    wished: dict[str, Technology] = {}
    integrations: dict[str, Named] = {}
    excluded: dict[str, Exclusion] = {}
    integrated = _integration_spans(reading)
    connected = {item.slug for item in reading.brief.integrations}
    mentions = skills.find_in(reading.text, reading.negations)
    swapped = any(mention.negated and mention.slug in connected for mention in mentions)
    for mention in mentions:
        skill = skills.SKILLS[mention.slug]
        if (
            skill.group not in _NAMED_TECHNOLOGY
            or mention.slug in _PLATFORM_SKILLS
            or _is_notion(reading, mention)
        ):
            continue
        if _SEARCH.search(reading.before(mention.start, 90)):
            continue  # what the CTO has to know
        quote = reading.quote(mention.start, mention.end)
        written = reading.text.original[mention.start : mention.end]
        if mention.slug in _PRODUCTS_OF and written[:1].isupper() and not mention.negated:
            # The skill is of a kind; what the founder uses is one of them.
            if _is_replaced(reading, mention.start, mention.end):
                excluded[written.casefold()] = Exclusion(
                    kind=ExclusionKind.INTEGRATION, name=written, quote=quote
                )
            else:
                integrations.setdefault(written.casefold(), Named(name=written, quote=quote))
            continue
        if swapped and skill.group == "enterprise":  # "it's SAP, not NetSuite"
            if mention.negated:
                excluded[skill.slug] = Exclusion(
                    kind=ExclusionKind.INTEGRATION, slug=skill.slug, name=skill.name, quote=quote
                )
            else:
                integrations.setdefault(skill.slug, Named(slug=skill.slug, name=skill.name, quote=quote))
            continue
        if mention.negated or (
            _is_replaced(reading, mention.start, mention.end)
            and any(item.slug == skill.slug for item in reading.brief.technologies)
        ):
            excluded[skill.slug] = Exclusion(
                kind=ExclusionKind.TECHNOLOGY, slug=skill.slug, name=skill.name, quote=quote
            )
            wished.pop(skill.slug, None)
        elif any(start <= mention.start < end for start, end in integrated) or re.match(
            r"^\s(?:integration|sync|connector|anbindung|schnittstelle)\b", reading.after(mention.end, 20)
        ):
            integrations.setdefault(skill.slug, Named(slug=skill.slug, name=skill.name, quote=quote))
        else:
            existing = _exists(reading, mention.start, mention.end)
            wished.setdefault(
                skill.slug, Technology(slug=skill.slug, name=skill.name, quote=quote, existing=existing)
            )
    for name, start, end in _unknown_names(reading, integrated):
        integrations.setdefault(name.casefold(), Named(name=name, quote=reading.quote(start, end)))
    for name, start, end in _unknown_names(reading, _list_spans(reading, _STACK)):
        existing = _exists(reading, start, end)
        wished.setdefault(
            name.casefold(), Technology(name=name, quote=reading.quote(start, end), existing=existing)
        )
    return list(wished.values()), list(integrations.values()), list(excluded.values())


def _exists(reading: Reading, start: int, end: int) -> bool:
    """Whether a technology is spoken of as there already."""
    before, after = reading.before(start, 80), reading.after(end, 40)
    said = max(_EXISTING.finditer(before), key=lambda match: match.end(), default=None)
    wished_since = said is not None and _WISHED.search(before, said.end()) is not None
    return (said is not None and not wished_since) or _EXISTS_AFTER.search(after) is not None


def _is_replaced(reading: Reading, start: int, end: int) -> bool:
    """ "From QuickBooks to Xero", "replace Stripe by Adyen"."""
    return (
        _REPLACED_BEFORE.search(reading.before(start, 40)) is not None
        and _REPLACED_AFTER.match(reading.after(end, 24)) is not None
    )


def _is_notion(reading: Reading, mention: skills.SkillMention) -> bool:
    """Whether the words are a feature of the product rather than a named technology ("payments", "video calls")."""
    words = reading.text.folded[mention.start : mention.end]
    slug_is_feature = features.canonical(words) is not None
    capital = any(char.isupper() for char in reading.text.original[mention.start : mention.end])
    return slug_is_feature and not (
        capital
        and words.split()[0]
        in ("stripe", "paypal", "plaid", "docusign", "webrtc", "xero", "quickbooks", "odoo")
    )


def _integration_spans(reading: Reading) -> list[tuple[int, int]]:
    led = [match.span(1) for match in _NAMED_INTEGRATION.finditer(reading.text.original[:20_000])]
    return [*_list_spans(reading, _INTEGRATE), *led]


def _list_spans(reading: Reading, lead: re.Pattern[str]) -> list[tuple[int, int]]:
    """The lists of names that follow a lead: `integrates with Salesforce, Xero and FooBar`."""
    spans = []
    original = reading.text.original
    for match in lead.finditer(reading.text.folded[:20_000]):
        position = end = match.end()
        for _ in range(10):
            name = _NAME.match(original, position) or re.compile(r"[a-z][\w.+-]*").match(original, position)
            if name is None:
                break
            end = name.end()
            gap = _LIST_GAP.match(original, end)
            if gap is None:
                break
            position = gap.end()
        if end > match.end():
            spans.append((match.end(), end))
    return spans


def _unknown_names(reading: Reading, spans: list[tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Capitalised names in the spans that the taxonomy does not know."""
    found = []
    for start, end in spans:
        for match in _NAME.finditer(reading.text.original, start, end):
            name = match.group().rstrip(".,")
            if name.casefold() in _COMMON_NAMES or len(name) < 2 or name[0].isdigit():
                continue
            if (
                skills.canonical(name) is None
                and features.canonical(name) is None
                and markets.canonical(name) is None
            ):
                found.append((name[:120], start, match.end()))
    return found[:20]


def _exclusion(reading: Reading, mention: TermMention, kind: ExclusionKind) -> Exclusion:
    negation = reading.negations.of(mention.start, mention.end)
    start = min(mention.start, negation.cue_start) if negation else mention.start
    return Exclusion(
        kind=kind,
        slug=mention.key,
        name=mention.name,
        quote=reading.quote(start, mention.end),
        note="To be built later." if mention.negated is NegationKind.DEFERRED else None,
    )
