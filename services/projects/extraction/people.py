"""Who uses it, how many of them, and who is there to build it."""

import re

from services.projects.extraction import numbers
from services.projects.extraction.context import Reading
from services.projects.schemas import Fact, Scale, Source, Team, TeamExperience, Text
from services.taxonomy.text import fold, word_set

_PRODUCT = (
    r"(?:app|apps|application|applications|platform|tool|marketplace|market place|software|system|website|site|portal|network|service|product|solution|"
    r"assistant|chatbot|bot|game|shop|store|dashboard|saas|crm|community|extension|plugin|plattform|anwendung|marktplatz|webseite|losung|plateforme|logiciel|"
    r"outil|appli|plataforma|aplicacion|herramienta|aplicativo|ferramenta|sistema|sitio|loja|tienda|boutique|clone|tracker|planner|wallet|solucao|solucion)"
)
_FOR = re.compile(
    rf"\b{_PRODUCT}\b(?:\s[\w-]+){{0,3}}?\s(?:for|fur|pour|para|aimed at|targeting)\s(?:the\s|my\s|our\s|les?\s|la\s|los?\s|las\s|os?\s|as\s|die\s|der\s)?"
)
_HELPS = re.compile(
    r"\b(?:helps?|helping|lets?|allows?|enables?|connects|connecting|hilft|ermoglicht|aide|permet(?: aux| a)?|ayuda a|permite a|ajuda|conecta)\s"
    r"(?:the\s|les?\s|los?\s|las\s|os\s|as\s)?"
)
_AUDIENCE_STOP = word_set(
    "with to that which who where so we i by under within using via because but that's thats and or in on at from, das die der um zu damit und pour qui que "
    "afin et para que y e com con mit avec um is are has have can will should must plan manage track find book buy sell share get build create learn order "
    "wanting looking needing trying sowie oder sind haben konnen zum bauen entwickeln erstellen machen programmieren using called"
)
_NOT_AUDIENCE = re.compile(
    r"^(?:[\d$€£]|(?:a|an|it|this|that|us|me|free|now|sale|rent|hire|example|instance|about|iphone|ios|android|web|mobile|desktop|windows|mac|less|more|"
    r"under|das|moi|nous|launch|version|phase|tracking|managing|booking|finding|sharing|buying|selling|learning|ordering|scheduling|planning|creating|"
    r"building|monitoring|january|february|march|april|may|june|july|august|september|october|november|december|which|what|whom?|smartphones?|tablets?|"
    r"phones?)\b)"
)
_WITH = word_set("with mit avec con com")
_PEOPLE = word_set(
    "people patients persons adults children kids women men those users students menschen personen patienten personnes "
    "patients enfants personas pacientes ninos pessoas criancas adolescents seniors"
)
_INFINITIVE = re.compile(r"^[a-z']+(?:er|ir|re|ar|or)\b(?! de (?:sante|saude))")
_COUNTED = re.compile(
    r"^\s?\+?\s?(?:(?P<kind>daily|monthly|weekly|concurrent|simultaneous|active|registered|paying|potential|expected|total|new|mau|dau|gleichzeitige|"
    r"tagliche|monatliche|aktive|aktiven|simultanes|actifs|mensuels|quotidiens|activos|diarios|mensuales|simultaneos|ativos|mensais)\s(?:active\s|actifs\s)?)*"
    r"(?:users?|people|patients?|customers?|clients?|members?|subscribers?|students?|visitors?|downloads?|players?|nutzern?|nutzer:innen|benutzern?|kunden|patienten|"
    r"mitglieder|schuler|personen|utilisateurs|clients|patients|abonnes|eleves|usuarios|clientes|pacientes|alunos|alumnos|personas|pessoas|drivers|sellers|"
    r"farmers|teachers|employees|families|residents|citizens|inhabitants|tenants|parents|pupils|guests|donors|volunteers|readers|listeners|runners|shops|clubs|schools|workers|nurses|doctors|dealers|collectors|sales reps|reps|familien|familles|familias|haushalte|einwohner|eltern|households|mau|dau|besucher|visiteurs|visitantes)\b(?P<kind_after>\s(?:a|per|each|pro|par|al|por)\s(?:day|month|tag|monat|jour|mois|dia|mes)|\smensuels|\smensuales|\sdiarios|\sconcurrently|\sat once|\sat the same time|\ssimultaneously)?"
)
_PERIOD = [
    (re.compile(r"concurrent|simultan|at once|same time|gleichzeitig"), "concurrent"),
    (re.compile(r"daily|dau\b|day|taglich|tag\b|jour|quotidien|diari|dia\b"), "daily"),
    (re.compile(r"monthly|mau\b|month|monat|mois|mensu|mes\b|mensai"), "monthly"),
]
_HEADS = re.compile(
    r"^\s?(?:(?P<level>senior|junior|experienced|mid[- ]level|part[- ]time|full[- ]time|in[- ]?house|remote|good|strong|backend|frontend|full[- ]?stack|mobile|react|"
    r"python|software|web|erfahrene|ios|android|external|freelance)\s)*"
    r"(?P<role>developers?|devs?|engineers?|programmers?|coders?|designers?|co-?founders?|founders?|freelancers?|contractors?|people in (?:the|our) team|person team|"
    r"people on the team|team members?|product managers?|qa|testers?|data scientists?|entwicklern?|entwickler:innen|designern?|grunder|developpeurs?|ingenieurs?|"
    r"desarrolladores?|desarrollador|programadores?|ingenieros?|desenvolvedores?|desenvolvedor|engenheiros?|person dev team|people)\b"
)
# "two more developers": on top of those who are there
_ADDED = re.compile(
    r"^\s(?:more|extra|additional|further|other|weitere[nr]?|zusatzliche[nr]?|autres|otros|mas|outros|mais)\s"
)
_BUILDERS = re.compile(
    r"dev|engineer|programm|coder|entwickl|ingenieu|ingenier|desarroll|desenvolv|engenheir|freelanc|contractor|data sci|qa|tester|designer|person|team"
)
_TEAM_OF = re.compile(
    r"\b(?:team of|team is|we are|we're|there are|there's|wir sind|team von|equipe de|nous sommes|equipo de|somos|time de|small team of)\s(?:about\s)?$"
)
_ALONE = re.compile(
    r"\b(?:solo founder|just me|only me|it's me|i'm alone|i am alone|on my own|one[- ]man|by myself|single founder|sole founder|nur ich|alleine|je suis seul|seule?ment moi|solo yo|estoy solo|so eu|sozinho)\b"
)
_NOBODY = re.compile(
    r"\b(?:no (?:team|developers?|devs?|engineers?|tech team|technical team|technical co-?founder|one technical|programmers?)|don't have (?:a |any )?(?:tech(?:nical)? )?(?:team|developers?|devs?|engineers?|programmers?|cto)|"
    r"do not have (?:a |any )?(?:team|developers?|engineers?)|without (?:a )?(?:dev(?:elopment)? )?team|nobody technical|no technical people|haven't hired|kein (?:team|entwickler\w*)|keine entwickler|"
    r"pas d'equipe|pas de developpeurs?|sin equipo|no tengo equipo|no tenemos (?:equipo|desarrolladores)|sem equipe|nao temos (?:equipe|desenvolvedores|time))\b"
)
_NOT_TECHNICAL = re.compile(
    r"\b(?:(?:my|our|one of (?:us|my|our)|a) ?(?:\w+ ){1,3}(?:is|are) (?:a |an |also a )?(?:\w+ )?(?:programmers?|developers?|engineers?|coders?)|(?:he|she|my \w+) (?:codes|programs|writes code|can code|can program)|mein(?:e)? \w+ ist (?:programmierer\w*|entwickler\w*)|"
    r"mon \w+ est (?:developpeur|programmeur)|mi \w+ es (?:programador|desarrollador)\w*|meu \w+ e (?:programador|desenvolvedor)\w*|non[- ]?technical|not technical|i can't code|i cannot code|can't program|don't code|no coding|no technical background|no tech background|not a developer|"
    r"not an engineer|not a techie|kein techniker|nicht technisch|nicht programmieren|pas technique|ne sais pas coder|no soy tecnic[oa]|no se programar|nao sou tecnic[oa]|nao sei programar)\b"
)
_TECHNICAL = re.compile(
    r"\b(?:i(?:'m| am) (?:a|an) (?:software |web |mobile |full[- ]?stack |frontend |backend |senior )?(?:developer|engineer|programmer|coder)|i can code|i code|technical (?:co-?)?founder|"
    r"in-?house (?:dev(?:eloper)?s?|engineers?|team)|our (?:own )?(?:developers?|engineers?|dev team|tech team)|ich bin entwickler\w*|je suis developpeur|soy (?:desarrollador|programador)\w*|sou (?:desenvolvedor|programador)\w*)\b"
)
_OUTSOURCED = re.compile(
    r"\b(?:agency|outsourc\w+|off-?shore|near-?shore|dev shop|development studio|agentur|agence|agencia|fabrica de software|subcontract\w+)\b"
)
_NOT_OUTSOURCED = re.compile(
    r"\b(?:(?:for|fur|pour|para)\s(?:an?\s|our\s|the\s|eine\s|une\s|una\s|uma\s)?(?:\w+\s)?|(?:travel|marketing|estate|letting|staffing|news|federal|government|creative)\s)"
    r"(?:agency|agencia|agence|agentur)\b"
)
_PART_TIME = re.compile(
    r"\b(?:part[- ]time|evenings and weekends|nights and weekends|teilzeit|nebenberuflich|temps partiel|medio tiempo|tiempo parcial|meio periodo|tempo parcial)\b"
)
_JUNIOR = re.compile(
    r"\b(?:junior|juniors|interns?|graduates?|beginners?|werkstudent\w*|praktikant\w*|stagiaires?|becarios?|estagiarios?|inexperienced)\b"
)
_SENIOR = re.compile(
    r"\b(?:senior|seniors|experienced|veteran|erfahrene\w*|experimentad\w+|confirmes?|experientes?|seasoned)\b"
)


def audience(reading: Reading) -> list[Text]:
    """Who the product is for, in the founder's words."""
    found: dict[str, Text] = {}
    for pattern in (_FOR, _HELPS):
        for match in pattern.finditer(reading.text.folded[:20_000]):
            span = _audience_span(reading, match.end(), helped=pattern is _HELPS)
            if span is None:
                continue
            words = reading.words(*span)
            if len(words) >= 3 and len(found) < 4:
                found.setdefault(
                    words.casefold(),
                    Text(value=words, source=Source.STATED, quote=reading.quote(match.start(), span[1])),
                )
    return list(found.values())


def _audience_span(reading: Reading, start: int, *, helped: bool) -> tuple[int, int] | None:
    folded = reading.text.folded
    if _NOT_AUDIENCE.match(folded[start : start + 20]):
        return None
    if reading.language in ("fr", "es", "pt") and _INFINITIVE.match(folded[start : start + 30]):
        return None
    end, position, previous = start, start, ""
    for number, word in enumerate(re.finditer(r"[^\s]+", folded[start : start + 80])):
        plain = word.group().strip("\"'()")
        bare = plain.rstrip(".,;:!?)")
        if number and bare in _AUDIENCE_STOP and not (bare in _WITH and previous in _PEOPLE):
            break
        if number == 0 and bare in _AUDIENCE_STOP:
            return None
        position = start + word.start() + len(word.group().rstrip(".,;:!?)\"'"))
        end, previous = position, bare
        # "helps landlords screen tenants": the plural is who, what follows is what they do.
        if number >= 5 or plain != bare or (helped and bare.endswith("s")):
            break
    return (start, end) if end > start else None


def scale(reading: Reading) -> Fact[Scale] | None:
    """How many people will use it; the largest number named."""
    best: Fact[Scale] | None = None
    for numeral in numbers.find(reading.text):
        match = _COUNTED.match(reading.text.folded[numeral.end : numeral.end + 60])
        if not match or not 1 <= numeral.value <= 10**10:
            continue
        before = reading.before(numeral.start, 30)
        if re.search(r"(?:\bteam of|\bwe are|\bwe're|[$€£]|\bone|\blike)\s?$", before) or numeral.value < 5:
            continue
        words = match.group() + before[-10:]
        period = next((name for pattern, name in _PERIOD if pattern.search(words)), "total")
        if best is None or numeral.value > best.value.users:
            value = Scale.model_validate({"users": int(numeral.value), "period": period})
            best = Fact[Scale].model_validate(
                {"value": value, **reading.stated(numeral.start, numeral.end + match.end())}
            )
    return best


_OF_US = re.compile(r"\b(two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) of us\b")


def team(reading: Reading) -> Fact[Team] | None:
    """Who builds it, as far as the message says."""
    folded = reading.text.folded[:20_000]
    size, roles, spans = 0, list[str](), list[tuple[int, int]]()
    for numeral in numbers.find(reading.text):
        added = _ADDED.match(reading.text.folded[numeral.end : numeral.end + 20])
        begins = numeral.end + (added.end() - 1 if added else 0)
        match = _HEADS.match(reading.text.folded[begins : begins + 60])
        if not match or numeral.value > 500 or numeral.value != int(numeral.value):
            continue
        role = match["role"]
        of_team = _TEAM_OF.search(reading.before(numeral.start, 24)) is not None
        if role == "people" and not of_team:
            continue
        if _BUILDERS.search(role) or of_team:
            known = reading.brief.team.value.size if added and reading.brief.team else None
            size += int(numeral.value) + (known or 0)
        roles.append(f"{int(numeral.value)} {reading.words(begins, begins + match.end())}")
        spans.append((numeral.start, begins + match.end()))
    for match in re.finditer(
        r"\b(?:team of|team von|equipe de|equipo de|time de)\s(\d{1,3})\b|\b(\d{1,3})[- ](?:person|people|strong|koepfig|kopfig)(?: \w+)? team\b",
        folded,
    ):
        if not spans:
            size += int(match[1] or match[2])
            spans.append(match.span())
    if not spans and (of_us := _OF_US.search(folded)):
        size = numbers.small(of_us[1]) or 0
        spans += [of_us.span()] if size else []
    nobody, alone = _NOBODY.search(folded), _ALONE.search(folded)
    technical, not_technical = _TECHNICAL.search(folded), _NOT_TECHNICAL.search(folded)
    outsourced = _OUTSOURCED.search(folded)
    if (
        outsourced
        and _NOT_OUTSOURCED.search(folded[max(0, outsourced.start() - 20) : outsourced.end()])
        and "outsourc" not in outsourced.group()
    ):
        outsourced = None
    for found in (nobody, alone, technical, not_technical, outsourced):
        if found:
            spans.append(found.span())
    if not spans:
        return None
    start, end = min(spans)[0], max(spans, key=lambda span: span[1])[1]
    near = folded[max(0, start - 60) : end + 60]
    experience = None
    if _JUNIOR.search(near) and _SENIOR.search(near):
        experience = TeamExperience.MIXED
    elif _JUNIOR.search(near) or _SENIOR.search(near):
        experience = TeamExperience.JUNIOR if _JUNIOR.search(near) else TeamExperience.SENIOR
    builds = any(_BUILDERS.search(fold(role)) for role in roles)
    known_size = size if size else 0 if nobody else 1 if alone and technical else None
    value = Team(
        size=known_size,
        roles=roles[:30],
        technical=True if technical or builds else False if not_technical or nobody else None,
        experience=experience,
        part_time=_PART_TIME.search(near) is not None,
        outsourced=outsourced is not None,
    )
    first = min(spans)
    return Fact[Team].model_validate({"value": value, **reading.stated(*first)})
