"""What the project is built with: technologies by name, wished for, there already or refused, and the systems it is
integrated with."""

import re

from services.projects.extraction import features
from services.projects.extraction.context import Reading
from services.projects.schemas import Exclusion, ExclusionKind, Named, Technology
from services.taxonomy import skills
from services.taxonomy.catalogues import markets

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


def read(reading: Reading) -> tuple[list[Technology], list[Named], list[Exclusion]]:
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
        if reading.is_of_somebody_sought(mention.start, 90):
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
