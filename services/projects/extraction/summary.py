"""What the product is, in one sentence and in a few words, out of the founder's own text."""

import re

from services.projects.extraction.context import Reading
from services.projects.extraction.language import words_of
from services.projects.schemas import Source, Text
from services.taxonomy.text import fold, word_set

_PRODUCT = re.compile(
    r"\b(?:app|apps|application|platform|tool|marketplace|software|system|website|site|portal|network|service|product|assistant|chatbot|bot|game|shop|store|"
    r"dashboard|saas|(?:something|smth|sth|sort of|kind of|so was) (?:like|wie)|the (?:uber|airbnb|netflix|spotify|amazon) (?:for|of)|crm|extension|plugin|tracker|startup|solution|plattform|anwendung|marktplatz|webseite|losung|plateforme|logiciel|outil|appli|plataforma|"
    r"aplicacion|herramienta|aplicativo|ferramenta|sistema|sitio|tienda|loja|mvp|platform|api|database|wallet|exchange|clone|uber for|airbnb for|like (?:uber|airbnb|tinder|netflix|amazon|etsy|ebay|spotify|instagram|tiktok|whatsapp))\b"
)
_LEAD = re.compile(
    r"^(?:(?:hi|hello|hey|hallo|bonjour|hola|ola|oi|good (?:morning|afternoon|evening)|guten tag|moin)\b(?: there| all| team)?[\s,!.]*)?"
    r"(?:(?:so|well|ok|okay|basically),?\s)?"
    r"(?:(?:i|we|my (?:team|startup|company|co-?founder and i)|our (?:team|startup|company))(?:'m|'re|'d| am| are| would| have been| will| really| just| both)*\s(?:want(?:ing)?|wants|would like|like|need|needs|plan(?:ning)?|"
    r"looking|going|trying|hope|hoping|thinking|intend)\s(?:to|of|about)?\s?(?:to\s)?|(?:i|we)(?:'m|'re| am| are)\s|(?:i|we) (?:have|had|got) (?:an? )?idea (?:for|of|to)\s|let's\s|help (?:me|us)\s(?:to\s)?|"
    r"(?:thinking|looking|planning|trying|hoping|wanna|want|need|considering)\s(?:about|of|to|for)?\s?(?:to\s)?|(?:kannst du|konnen sie|konnt ihr) (?:mir|uns) (?:dabei )?helfen,?\s|(?:pouvez-vous|peux-tu) (?:m'|nous )aider a\s|(?:puedes|pueden) ayudar(?:me|nos) a\s|(?:can|could) you (?:help (?:me|us) )?(?:to )?|please\s|(?:ich|wir) (?:mochten?|wollen|will|wurden? gerne?|planen?|brauchen?|bauen|entwickeln)\s|"
    r"(?:je|nous|on) (?:voudr(?:ais|ions)|veux|voulons|veut|souhait\w+|aimer\w+|cherch\w+ a)\s|(?:quiero|queremos|quisiera|necesito|necesitamos|estamos|estoy)\s|"
    r"(?:quero|queremos|gostaria de|preciso|precisamos|estamos|estou)\s(?:de\s)?)?"
    r"(?:(?:build|building|create|creating|make|making|develop|developing|launch|launching|start|starting|design|write|ship|crear|construir|desarrollar|hacer|lanzar|desarrollando|"
    r"criar|desenvolver|fazer|lancar|desenvolvendo|creer|developper|construire|lancer)\s)?"
    r"(?:(?:an?|the|my|our|some|eine?n?|unsere?|une?|notre|una?|nuestr[ao]|uma?|nosso|nossa)\s)?"
)
_TAIL = re.compile(
    r"[,;:]|\s[-–—]\s|\s(?:with (?:a )?(?:budget|features?|video|chat|payments?)|and (?:we|i|it|they)|that (?:will|should|can|lets|helps)|which|where|so that|because|using|built|under|within|"
    r"for (?:about|around|under|\$|€|£)|we have|our budget|mit einem budget|und (?:wir|haben)|avec un budget|con un presupuesto|com (?:um )?orcamento)\b"
)
_LONGEST = 70


def read(reading: Reading) -> Text | None:
    """The first sentence that says what is to be built, or None."""
    first = None
    for match in re.finditer(r"(?:[^.!?\n]|(?<=\d)\.(?=\d))+[.!?]?", reading.text.original[:4_000]):
        sentence = " ".join(match.group().split())
        if len(sentence) < 12 or not _PRODUCT.search(fold(sentence)):
            continue
        first = first or sentence
        if describes(sentence):
            first = sentence
            break
    return Text(value=first[:600], source=Source.STATED, quote=first[:300]) if first else None


_GENERIC = word_set("""
    want wants wanted need needs needed like would could should have build building make making create creating develop developing launch start idea ideas great crazy cool
    something thing things stuff project projects company business help looking find please good best hello there some someone somebody this that with from about maybe just
    really think thinking know online digital mobile first simple nice mine ours your their them people person cto ctos developer developers tech technical programmer engineer
    money budget euros euro dollars dollar pounds month months weeks week year years time deadline half around roughly grand thousand million
    mochte mochten wollen brauche brauchen bauen entwickeln machen eine einen meine unsere idee projekt firma haben etwas
    veux voulons voudrais creer faire une mon notre idee projet avoir quelque chose quiero queremos crear hacer tengo tenemos una idea proyecto algo
    tenho quer pour dans avec pas encore etwas noch nicht vielleicht todavia quizas ainda talvez online wanna gonna
    aplicacion aplicaciones pagina sitio onlineshop internet homepage seite
    quero criar fazer temos uma ideia projeto coisa necesito necesitamos preciso precisamos
""")


_FUNCTION = frozenset.union(*(words_of(language) for language in ("en", "de", "fr", "es", "pt"))) | word_set(
    "new any all one two got get let see use say bit lot try yet hey sir neu une una uma "
)


def describes(sentence: str) -> bool:
    """Whether it says more of the product than that it is one: "a platform to rent bikes", but not "I want to make
    software"."""
    folded = fold(sentence)
    if sentence.rstrip().endswith("?") or not _PRODUCT.search(folded) or "system prompt" in folded:
        return False
    rest = _PRODUCT.sub(" ", folded)
    return any(word not in _GENERIC for word in re.findall(r"[^\W\d_]{4,}", rest))


def tells(text: str) -> bool:
    """Whether it says anything beyond that something is to be built: "a marketplace" and "we need a website" do not."""
    rest = _PRODUCT.sub(" ", fold(text))
    return any(word not in _GENERIC and word not in _FUNCTION for word in re.findall(r"[^\W\d_]{3,}", rest))


def title(summary: str) -> str:
    """A short name for a project: `Telehealth app for people with diabetes`."""
    folded = fold(summary)
    lead = _LEAD.match(folded)
    start = lead.end() if lead else 0
    ends = [tail.start() for tail in _TAIL.finditer(folded, start + 8)]
    # One word alone names nothing: "platform that lets landlords screen tenants" goes on to the next break.
    end = next((end for end in ends if len(folded[start:end].split()) > 1), len(summary))
    words = summary[start:end].strip(" .,!?")
    if len(words) > _LONGEST:
        words = words[:_LONGEST].rsplit(" ", 1)[0]
    words = words.strip(" .,!?")
    return (words[:1].upper() + words[1:]) or "New project"
