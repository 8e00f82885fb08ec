"""Patterns of sentences in five languages: products, people, calls, figures; and families of intents."""

import re

from assistant.guided.intents import Intent

PRODUCT = re.compile(
    r"\b(?:apps?|appl?is?|webshops?|homepages?|blogs?|forums?|wikis?|kiosks?|wallets?|databases?|archives?|applications?|platforms?|marketplaces?|web ?sites?|websites?|web ?apps?|portals?|saas|softwares?|systems?|tools?|services?|startups?|start-up|products?|mvp|bots?|chatbots?|games?|"
    r"e-?commerce|stores?|shops?|dashboards?|crm|erp|api|plugins?|extensions?|networks?|solutions?|prototypes?|company|business|venture|idea|project|engine|assistant|tracker|planner|directory|"
    r"(?:[a-z]{4,}(?:system|plattform|portal|software|verwaltung|shop|app|programm|netzwerk|spiel|seite|marktplatz|borse|planer|rechner))e?n?s?|anwendung\w*|plattform\w*|webseite\w*|marktplatz|laden|spiel\w*|firma|idee|projekt|logiciels?|site|plateformes?|boutique|jeu|outil|entreprise|aplicaci(?:on|ones)|aplicativos?|plataformas?|sitio|tienda|juego|herramienta|empresa|proyecto|sistemas?|loja|jogo|ferramenta|projeto|projet)\b"
)
BUILD = re.compile(
    r"\b(?:build(?:ing)?|built|develop(?:ing|ed)?|creat(?:e|ing)|mak(?:e|ing) (?:a|an|our|my)|launch(?:ing)?|design(?:ing)?|starting|working on|rebuild(?:ing)?|rewrite|migrat\w+|automat\w+|digiti[sz]e|"
    r"bauen|entwickeln|entwickle\w*|erstellen|grunden|construire|developper|creer|lancer|construir|desarrollar|crear|lanzar|desenvolver|criar|lancar|fazer um)\b"
)
PERSON = re.compile(
    r"\b(?:ctos?|co-?founders?|tech(?:nical|nology)? (?:leads?|leaders?|heads?|directors?|experts?|partners?|advisors?)|experts?|candidates?|engineering (?:lead|manager|leader)|architects?|technikchef\w*|technische[rn]? leit\w*|"
    r"directeurs? techniques?|directores? tecnicos?|diretor(?:es)? tecnicos?|experten|kandidaten|candidats?|candidatos?|matches|profiles)\b"
    r"|^(?:and |so |then |ok(?:ay)?,? )?(?:who|wer|wen|qui|quien|quienes|quem)\b"
    r"|\b(?:find|need|show|is there|are there|looking for|want|know|got|have|like|prefer|recommend|suggest|hire|get|suche|brauche|gibt es|cherche|busco|necesito|hay|procuro|preciso de|tem)\s+(?:me |us |mir |uns )?(?:a |any |maybe )?(?:someone|somebody|anyone|anybody|people|jemand\w*|quelqu'un|alguien|alguem)\b"
    r"|\b(?:find|need|needs|want|wants|look(?:ing)? for|get|hire|know|prefer|like|have|seek(?:ing)?) (?:me |us )?(?:an? |any |some )?(?:[a-z-]+ ){0,2}(?:woman|man|guy|girl|lady|person|engineer|dev|developer|programmer|coder|techie|geek|specialist|consultant|freelancer|mentor|senior)s? (?:who|with|that|from|in|to|for)\b"
    r"|^(?:(?:and|also|but|or|so|ideally|preferably|best if|bonus if|hopefully),? )*(?:s?he|he or she|s/he|the person|whoever)\b|\b(?:any|some|one|which|all|none|most) of (?:them|you|yours?|these|those|your (?:people|experts|ctos))\b"
    r"|^(?:and |or |what about |how about |maybe )?(?:some|any)(?:one|body)\b|^jemand\w*\b|^quelqu'un\b|^alguien\b|^alguem\b"
)
BOOK_VERB = re.compile(
    r"\b(?:book|reserve|schedule|call|meet|talk|speak|chat|buche|buch|reserviere|reserva|agenda|agende|marque|contrata|hire)\b"
)
SOMEONE = re.compile(
    r"\b(?:(?:must|should|has to|have to|needs? to) (?:have (?:worked|experience|led|built|used|done)|know|speak)|someone|somebody|anyone|anybody|people|jemand\w*|quelqu'un|alguien|alguem)\b"
)
FIGURES = re.compile(r"\bbudget\b|\d ?k\b|[$€£]|\b(?:months?|weeks?|monate?n?|wochen?|mois|meses|semanas?)\b")
# "Members should be able to book a call" says what the product does.
DESCRIBES = re.compile(
    r"\b(?:it|they|users?|members?|customers?|clients?|patients?|students?|pupils?|drivers?|guests?|players?|parents?|teachers?|tenants?|sellers?|buyers?|admins?|staff|employees?|workers|visitors?|owners?|volunteers?|everyone|"
    r"kunden|nutzer|mitglieder|patienten|mitarbeiter|(?:les )?(?:clients|utilisateurs|membres|patients)|(?:los )?(?:clientes|usuarios|miembros|pacientes)|(?:os )?(?:clientes|usuarios|membros|pacientes|alunos)) "
    r"(?:also |then |even )?(?:should|shall|must|needs? to|have to|has to|can|could|will|would|are able|want to|sollen?|mussen|konnen|wollen|doivent|peuvent|doit|deben|pueden|debe|devem|podem|precisam)\b"
)
HOURLY = re.compile(
    r"(?:\d|euros?|dollars?|pounds?|bucks|quid|[$€£]) ?(?:/ ?|per |an? |each |the |pro |die |de l'|l'|par |por |a |la )?(?:h|hr|hour|hours|stunde|heure|hora)\b|\bhourly\b"
)
SEEKS = re.compile(
    r"\?$|\b(?:find|show|see|need|want|look\w*|search\w*|recommend|suggest|get|got|hire|who|whom|which|names?|such\w*|brauch\w*|find\w*|zeig\w*|cherch\w*|trouve\w*|besoin|busc\w*|necesit\w*|procur\w*|precis\w*)\b"
)
HINTS = re.compile(
    r"\b(?:something|sth|smth|anything) (?:in|with|for|around|like|to do with)\b|\bidea (?:for|of|about)\b"
)
RATE_ALONE = re.compile(
    r"(?:(?:ok(?:ay)?|and|but|only|so|then|maybe|rather|no),? )*(?:max(?:imum)?\.?|under|below|up to|at most|less than|no more than|cheaper than|unter|bis|hochstens|moins de|maximum|menos de|hasta|ate|no maximo|maximo)(?: of)? "
    r"[$€£]?[1-9]\d{1,2} ?(?:[$€£]|euros?|eur|dollars?|usd|pounds?|gbp|quid|bucks)?(?: (?:please|bitte|max))?\W*"
)
AVAILABLE = re.compile(r"\b(?:available|free|frei|verfugbar|disponibles?|libres?|livres?|disponivel)\b")
CHOOSES = re.compile(
    r"\b(?:i|we)(?:'ll| will|'d| would)? (?:like to )?(?:take|choose|pick|go with|go for)\b|\blet'?s (?:take|go with|go for|try|do)\b|\b(?:ich|wir) (?:nehmen?|wahlen?)\b|\b(?:je prends|on prend|nous prenons|me quedo con|elijo|tomo|fico com|escolho)\b"
)
SPEAK_TO_ONE = re.compile(
    r"\b(?:speak|talk|chat|meet|have a (?:call|chat|word)) ?(?:to|with|up with)? (?:some(?:one|body)|any(?:one|body)|one of (?:them|these|those))\b(?! (?:who|with|that|from|in|else))"
)
SUPPORT = re.compile(
    r"\b(?:human|real person|support|operator|representative|manager|your team|of you|complain\w*|agent|sextant|problem|bug|mensch\w*|humain|humano|euch)\b"
)
LAUNCH = re.compile(
    r"\b(?:deadline|launch\w*|live|ready|release|ship\w*|finish\w*|done|project|version|mvp)\b"
)
# Patterns that also match by accident.
DOUBTFUL = frozenset(
    {Intent.SEARCH, Intent.HELP, Intent.ANALYSE, Intent.RECOMMENDATIONS, Intent.YES, Intent.NO}
)
ABOUT_TIME = frozenset({Intent.BOOK, Intent.SLOTS, Intent.RESCHEDULE, Intent.BOOKINGS, Intent.CANCEL})
# Questions and talk.
ASKING = frozenset(
    {Intent.SCORE, Intent.RISKS, Intent.TECHNOLOGY, Intent.COST, Intent.TIMELINE, Intent.RECOMMENDATIONS, Intent.ASSUMPTIONS, Intent.COMPLEXITY,
     Intent.BRIEF, Intent.PRICING, Intent.PRIVACY, Intent.WHO, Intent.HELP, Intent.HUMAN, Intent.SIGN_UP, Intent.ANALYSE, Intent.QUESTIONS,
     Intent.OFF_TOPIC, Intent.THANKS}
)  # fmt: skip
# Of these a word tells less than the meaning of the sentence.
LOOSE = DOUBTFUL | {
    Intent.SCORE,
    Intent.BRIEF,
    Intent.ASSUMPTIONS,
    Intent.HUMAN,
    Intent.PRICING,
    Intent.PRIVACY,
    Intent.WHO,
}
OF_US = frozenset({Intent.PRICING, Intent.PRIVACY, Intent.SIGN_UP, Intent.HELP, Intent.WHO})
TELL_ME = re.compile(
    r"^(?:please |ok |so |and |hey )*(?:tell|show|explain|give|help|i(?:'d| would)? (?:like|want|wonder|need) to know|i wonder|i(?:'m| am) (?:new|lost|curious|worried)|no idea|not sure)\b"
)
OWN_PEOPLE = re.compile(
    r"\b(?:our|my) (?:\w+ )?(?:people|team|developers?|devs?|engineers?|staff|employees|folks|guys|experts)\b"
)
SUPPOSES = re.compile(
    r"\b(?:if|suppose|supposing|imagine|assume|assuming|say|pretend|without|half|twice|double|would|could)\b"
)
OF_PROJECT = frozenset(
    {Intent.SCORE, Intent.ASSUMPTIONS, Intent.COST, Intent.TIMELINE, Intent.TECHNOLOGY, Intent.COMPLEXITY, Intent.RECOMMENDATIONS}
)  # fmt: skip
# The founder leaves it to us, or knows no more.
LEAVES_IT = re.compile(
    r"\byou(?:'re| are) the (?:expert|pro|specialist|boss)\b|\b(?:it's|it is|that's) up to you\b|\byou (?:decide|choose|tell me)\b|\bwhatever you (?:think|like|want)\b|\bsurprise me\b"
)
ASKS_WHETHER = re.compile(
    r"^(?:and |so |but |ok |hey )?(?:does|is|has|would|will|what about|how about) (?!it\b|this\b|that\b|there\b)"
)
