"""What a message wants, by patterns in five languages. One message can want several things."""

import re
from enum import StrEnum

from assistant.guided.gloss import readings


class Intent(StrEnum):
    """Everything the guided model can tell apart."""

    INJECTION = "injection"
    OTHERS_DATA = "others_data"
    HOSTILE = "hostile"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    HELP = "help"
    WHO = "who"
    HUMAN = "human"
    PRIVACY = "privacy"
    PRICING = "pricing"
    SIGN_UP = "sign_up"
    YES = "yes"
    NO = "no"
    ANALYSE = "analyse"
    WHAT_IF = "what_if"
    BRIEF = "brief"
    SCORE = "score"
    RISKS = "risks"
    TECHNOLOGY = "technology"
    COST = "cost"
    TIMELINE = "timeline"
    RECOMMENDATIONS = "recommendations"
    ASSUMPTIONS = "assumptions"
    COMPLEXITY = "complexity"
    SEARCH = "search"
    CHEAPER = "cheaper"
    MY_ZONE = "my_zone"
    MORE = "more"
    RESET_FILTERS = "reset_filters"
    PROFILE = "profile"
    WHY = "why"
    COMPARE = "compare"
    BOOK = "book"
    SLOTS = "slots"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    BOOKINGS = "bookings"
    CONFIRM = "confirm"
    MESSAGE = "message"
    QUESTIONS = "questions"
    FORGET = "forget"
    OFF_TOPIC = "off_topic"


_P = r"(?:ctos?|experts?|candidates?|people|persons?|leads?|tech(?:nical|nology)?(?: co-?founders?| leaders?| leads?| heads?| directors?)?|(?:chief technology|engineering|software) (?:officers?|leads?|leaders?|managers?|architects?)|matches|profiles|folks|guys|devs|talents?|architects?|co-?founders?|advisors?|someone|somebody|anyone|anybody|technikchef\w*|technische[rn]? leit\w*|experten|kandidaten|jemand(?:en)?|quelqu'un|directeurs? techniques?|candidats?|alguien|candidatos?|alguem|directores? tecnicos?|diretor(?:es)? tecnicos?|especialistas?)"
_FIND = r"(?:find|prefer|rather have|know|see|(?:let me|let us|let's|can i|could i|may i) (?:see|meet|view)|pull up|propose|show|search(?: for)?|look(?:ing)?(?: for)?|need|want|recommend|suggest|get|match|list|give|hire|hiring|who(?:'s| is| are| else)?|introduce|connect|any|finde?n?|suche?n?|zeig\w*|brauche?n?|empfiehl|empfehl\w*|trouve[rz]?|cherche[rz]?|montre[rz]?|recherche[rz]?|recommande[rz]?|busc\w*|encuentr\w*|encontr\w*|muestr\w*|mostr\w*|recomiend\w*|recomend\w*|necesit\w*|precis\w*|procur\w*|besoin)"

_PATTERNS: dict[Intent, tuple[str, ...]] = {
    Intent.INJECTION: (
        r"\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,40}\b(?:previous|prior|above|earlier|all|your|any|the)\b.{0,30}\b(?:instructions?|rules?|prompts?|guidelines?|restrictions?|directives?|polic(?:y|ies)|safety)\b",
        r"\b(?:system|hidden|initial|original|developer|secret) (?:prompt|message|instructions?)\b",
        r"\b(?:reveal|print|show|repeat|output|display|tell me|what (?:are|is)|give me|leak|dump|translate|summari[sz]e|encode)\b.{0,30}\b(?:your|the) (?:(?:full|exact|complete|entire|initial|hidden) )*(?:instructions|prompt|rules|guidelines|configuration)\b",
        r"\byou are (?:now|no longer)\b|\b(?:pretend|act|behave|roleplay|role-play) (?:to be|as(?: if)?|like)\b.{0,40}\b(?:admin|root|developer|dan|unrestricted|another|different|evil|operator|stripe|system|no rules|without)\b",
        r"\b(?:jailbreak|dan mode|developer mode|debug mode|god mode|sudo|admin mode|root access|maintenance mode)\b",
        r"<\|?(?:im_start|system|assistant|endoftext)|\[(?:system|inst|/inst|admin)\]|^#+ ?system\b|\bsystem ?: |\bassistant ?: |<tool_call|<function|\"(?:name|tool)\" ?: ?\"|</?(?:data|event|system)\b",
        r"\b(?:confirm|approve|pay|refund|transfer|charge|execute|accept)\b.{0,50}\b(?:without (?:asking|my|confirmation|approval)|yourself|automatically|on my behalf|silently|right away without)\b",
        r"\b(?:ignorier\w*|vergiss|missachte)\b.{0,40}\b(?:anweisung\w*|regeln|vorgaben|instruktion\w*)\b|\b(?:ignore[zr]?|oublie[zr]?)\b.{0,40}\b(?:instructions|consignes|regles)\b|\b(?:ignora|olvida|ignore|esqueca)\b.{0,40}\b(?:instrucciones|instrucoes|reglas|regras|indicaciones)\b",
        r"\b(?:systemprompt|system-prompt|prompt del sistema|prompt do sistema|prompt systeme|instrucciones (?:ocultas|internas)|instructions? systeme)\b",
        r"\b(?:drop table|select \* from|union select|or 1 ?= ?1|<script|\.\./\.\./|\$\{jndi|{{.{0,40}}})",
        r"\b(?:call|use|run|invoke|execute)\b.{0,20}\b(?:the )?(?:tool|function)\b.{0,60}\b(?:with|as) (?:user|actor|admin|account)",
        r"\b(?:api[_ ]keys?|openai[_ ]key|secret[_ ]key|access tokens?|environment variables?|\.env\b|database (?:url|password)|credentials|passwords?)\b.{0,30}(?:\?|$|please|now)|\b(?:show|reveal|print|tell|give|what).{0,25}\b(?:api[_ ]?keys?|secret[_ ]keys?|access tokens?|environment variables?|credentials|passwords?)\b",
    ),
    Intent.OTHERS_DATA: (
        r"\b(?:phones?|phone numbers?|numbers|e-?mails?|e-?mail addresses|(?:home |private )?addresses|contact (?:details|data|info\w*)) (?:of|for|from) (?:your|the|all|these|those|every|her|him|them)\b",
        r"\b(?:other|another|someone else'?s?|everyone'?s?|all|different|somebody else'?s?|previous|next) (?:users?|founders?|clients?|customers?|companies|peoples?|accounts?|persons?)\b.{0,60}\b(?:projects?|messages?|bookings?|conversations?|chats?|e-?mails?|data|budgets?|payments?|details|brief|history|say|said|asking)\b",
        r"\b(?:messages?|bookings?|conversations?|chats?|e-?mails?|payments?|projects?|briefs?|data)\b.{0,30}\b(?:of|from|by|belonging to) (?:other|another|all|every|someone else|the (?:other|previous|last)) ?(?:users?|founders?|clients?|customers?|people|person)?\b",
        r"\b(?:list|show|export|dump|give)\b.{0,20}\b(?:all|every) (?:the )?(?:users|accounts|customers|clients|founders|e-?mails?|e-?mail addresses|phone numbers|bookings in|payments)\b",
        r"\b(?:private|home|personal|direct) (?:e-?mail|phone|address|number|mobile)\b|\b(?:his|her|their|cto'?s|the (?:first|second|third|last) one'?s) (?:e-?mail|phone(?: number)?|address|home|whatsapp|linkedin password)\b",
    ),
    Intent.HOSTILE: (
        r"\byou(?:'re| are| were)? (?:really |just |so )?(?:the worst|awful|terrible|horrible|rubbish|no (?:use|help|good)|annoying|hopeless)\b|\b(?:fuck(?:ing)?|shit(?:ty)?|bullshit|idiot(?:ic)?|stupid|moron|dumb(?:ass)?|useless|garbage|worthless|pathetic|asshole|bastard|bitch|crap|suck(?:s)?|hate you|shut up|screw you|scheisse|arschloch|dummkopf|merde|connard|(?:gros|sale|quel|espece de) con\b|mierda|idiota|pendejo|estupido|porra|caralho|burro)\b|\bf[*#@]+\w*|\bs[*#@]+t\b",
    ),
    Intent.GREETING: (
        r"^(?:hi|hey|hello|hiya|yo|howdy|good (?:morning|afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen|abend)|moin|servus|gruss|bonjour|salut|bonsoir|coucou|hola|buenos dias|buenas(?: tardes| noches)?|ola|oi|bom dia|boa (?:tarde|noite))\b",
    ),
    Intent.THANKS: (
        r"\b(?:thanks|thank you|thx|ty|cheers|much appreciated|great job|well done|perfect|awesome|danke\w*|vielen dank|merci|gracias|obrigad[oa]|valeu)\b",
    ),
    Intent.GOODBYE: (r"\b(?:bye|goodbye|see you|see ya|that's all|that is all|that will be all|tschuss|auf wiedersehen|au revoir|adios|hasta luego|tchau|ate logo)\b",),
    Intent.HELP: (
        r"^(?:help|\?|hilfe|aide|ayuda|ajuda)\W*$",
        r"\bwhat (?:can|do|could) you (?:do|help)|\bhow (?:does this|do you|does it|do i|can i|to) (?:work|use|start|begin|get started)|\bhow can you help|\bwhat is (?:this|sextant)\b|\bhow does (?:this|sextant|the (?:site|service|marketplace))\b|\bwhat are my options\b|\bcan you help\b|\bwhere do i start\b|\bwhat's this\b",
        r"\bwas kannst du\b|\bwie funktioniert\b|\bque (?:peux|pouvez)[- ](?:tu|vous)\b|\bcomment ca marche\b|\bque puedes hacer\b|\bcomo funciona\b|\bo que (?:voce )?(?:pode|faz|consegue)\b",
    ),
    Intent.WHO: (
        r"\b(?:who|what) are you\b|\bare you (?:a |an )?(?:human|bot|robot|ai|real|person|machine|chatgpt|gpt|llm|model|claude)\b|\bam i (?:talking|speaking|chatting) (?:to|with)\b|\bwhat (?:model|ai|llm)\b|\bwhich (?:model|ai|llm)\b|\bwho (?:made|built|created) you\b|\bare you (?:using|powered by|based on|running)\b|\bwer bist du\b|\bbist du (?:ein )?(?:mensch|bot|ki)\b|\b(?:qui es-tu|qui etes-vous|es-tu (?:un )?(?:humain|robot))\b|\bquien eres\b|\beres (?:un )?(?:humano|robot|bot)\b|\bquem e voce\b|\bvoce e (?:um )?(?:humano|robo|bot)\b|\bwhat'?s your name\b|\bdo you have a name\b",
    ),
    Intent.HUMAN: (
        r"\b(?:talk|speak|chat|connect|transfer|hand|escalate)\b.{0,25}\b(?:human|real person|support|agent|operator|representative|someone from (?:sextant|your team)|customer service|your team)\b|\b(?:human|customer) (?:support|agent|help)\b|\bcontact (?:support|sextant)\b|\breport (?:a |an )?(?:problem|bug|issue|abuse)\b|\bcomplain\b|\bmit einem menschen\b|\bparler a (?:un humain|quelqu'un de)|\bhablar con (?:una persona|un humano)\b|\bfalar com (?:uma pessoa|um humano|um atendente)\b",
    ),
    Intent.PRIVACY: (
        r"\b(?:privacy|gdpr policy|who (?:can )?(?:see|sees|reads?)|(?:is|are) (?:my|our|this|these|it)\b.{0,25}\b(?:confidential|private|secure|safe|secret)|confidential(?:ity)?\?|nda\b|do you (?:store|keep|save|sell|share|train)|steal my idea|delete my (?:data|account)|where is my data|datenschutz|confidentialite|privacidad(?! de los)|privacidade)\b",
    ),
    Intent.PRICING: (
        r"\b(?:is|are) there (?:any|a|an|some) (?:costs?|fees?|charges?)\b|\b(?:costs?|charges?|fees?) (?:for me|me anything|before i)\b|\b(?:how much (?:do you|does (?:it|this|sextant|the (?:service|platform|call|analysis|marketplace))) (?:cost|charge|take)|(?:what'?s|what is|what are) (?:your|the|sextant'?s) (?:fees?|pricing|commission|price for using|cut)|is (?:this|it|the analysis|sextant) free|do i (?:have to|need to) pay|what does (?:a|the|one) call cost|how much is (?:a|the|one) call|when (?:do|will) i (?:pay|be charged)|refund policy|payment methods?|how (?:do|can) i pay|was kostet (?:das|sextant|ein)|combien (?:ca )?coute (?:un appel|sextant|ce service)|cuanto cuesta (?:usar|sextant|una llamada)|quanto custa (?:usar|o sextant|uma chamada))\b",
    ),
    Intent.SIGN_UP: (r"\b(?:sign ?up|sign ?in|log ?in|register|create an account|need an account|registrieren|anmelden|m'inscrire|inscription|registrarme|cadastrar)\b",),
    Intent.YES: (
        r"^(?:yes|yep|yeah|yup|sure|ok(?:ay)?|k|please do|go (?:ahead|on|for it)|do it|sounds good|of course|absolutely|definitely|correct|right|exactly|that's right|please|let's (?:do (?:it|that)|go)|ja(?: bitte| gerne?)?|gerne?|oui|d'accord|si|claro|vale|sim|pode ser|por favor|s'il te plait|bitte)\b(?!.*\b(?:but|however)\b)",
    ),
    Intent.NO: (r"^(?:no|nope|nah|not (?:now|yet|really)|no thanks?|never ?mind|don't|stop|nein|non|nao|ahora no|agora nao|pas maintenant)\b",),
    Intent.ANALYSE: (
        r"\b(?:analy[sz]e|analy[sz]is|assess(?:ment)?|evaluate|evaluation|estimate|review|score|rate|size|scope|break ?down|check|judge|thoughts|opinion|feasib\w*|realistic|viable|doable|enough|achievable|possible|make sense)\b.{0,60}\b(?:project|idea|plan|app|it|this|that|startup|product|brief|budget|timeline|money|time|build|mvp|platform|scope)\b",
        r"\b(?:re-?)?analy[sz]e\b|\b(?:give|show|get|run|do|redo|update|refresh)\b.{0,25}\b(?:analysis|estimate|assessment|health score)\b|\bis (?:it|this|that) (?:realistic|feasible|doable|enough|possible|viable|achievable)\b|\bwhat do you think\b|\b(?:would|will|does|is|can) .{0,40}\b(?:be )?(?:enough|realistic|suffice|feasible|doable)\b",
        r"\b(?:analysier\w*|einschatz\w*|schatz\w* .{0,30}(?:aufwand|projekt|kosten)|bewerte\w*|realistisch|machbar)\b|\b(?:analyse[rz]?|evalue[rz]?|estime[rz]?|realiste|faisable)\b|\b(?:analiza\w*|evalua\w*|estima\w*|realista|viable)\b|\b(?:analis\w*|avali\w*|estim\w*|viavel)\b",
    ),
    Intent.WHAT_IF: (
        r"\b(?:cheaper|faster|quicker|sooner|easier|shorter|less (?:work|money|time|risk\w*)|(?:save|saves|gain)(?: much| money| time| us| a lot| anything)?)\b[^?]{0,40}\b(?:without|if|with(?:out)?|by \w+ing)\b[^?]*\?",
        r"^(?:and |so |but |ok |hm+,? )?(?:only )?if (?:i|we|you(?! were)|the|they|it)\b[^?]{3,90}\?|\b(?:same (?:thing|plan|project|question|again)?,?(?: but)?)\b[^?]{0,30}\b(?:with|without|for|in)\b[^?]{2,40}\?|\b(?:let'?s|lets) (?:say|imagine|pretend|assume)\b|\b(?:imagine|say|supposing|pretend) (?:we|i|that we|that i)\b|\b(?:angenommen|gesetzt den fall|supposons|imaginons|supongamos|imaginemos|vamos supor|digamos)\b",
        r"\bwhat if\b|\bwhat difference (?:would|does|do|will|could)\b|\b(?:does|would|will|could|do) (?:just |only |simply )?(?!talking|speaking|chatting|using|working|any|some)\w{3,}ing\b[^?]{2,60}\b(?:help|save|change|make|cost|speed|reduce|raise|lower|bring)\w*\b|\bwhat would (?:happen|change|it (?:cost|take|mean))\b|\bwhat happens (?:if|when)\b|\bhow (?:would|does|much would)\b.{0,60}\b(?:if|without|change|affect|help|save)\b|\bsuppose\b|\b(?:and )?if we (?:drop|dropp|remove|cut|skip|had|added?|use|used|doubled?|halved?|extend|took|take|leave|left|only|went|go|raise|raised|postpone|get|got|spent|did|do|launch)\w*\b|^(?:and |but |so |ok |hm+,? )?(?:what about |how about |say )?(?:with|without|und mit|und ohne|et avec|et sans|y con|y sin|e com|e sem)\b.{2,60}\?|^(?:and |but |so )?would(?:n't)? (?!you\b|it be enough|that be enough)(?=.*(?:\d|\b(?:more|less|fewer|without|with)\b)).{3,80}\?|\bhypothetical\w*\b|\bassuming we\b|\bwould it (?:help|be (?:cheaper|faster|better|quicker))\b|\b(?:was ware|was passiert),? wenn\b|\bwenn wir\b|\bet si\b|\bque se passe[- ]t[- ]il si\b|\bsi on (?:enlev|retir|ajout|avait)\w*\b|\by si\b|\bque (?:pasa|pasaria|tal) si\b|\be se\b|\bo que (?:acontece|aconteceria|muda) se\b",
    ),
    Intent.BRIEF: (
        r"\bwhat (?:have|do|did) (?:you|we|u) (?:got|have|know|understood|noted)\b[^?]{0,30}\b(?:so far|already|until now|down)\b|\bwhat (?:do|did) (?:you|we|i) (?:know|have|understand|understood|note|noted|say|said|tell|told)\b.{0,40}\b(?:so far|about (?:my|our|the|this)|project|you)\b|\b(?:show|see|summari[sz]e|recap|repeat|read back|give me|what's in)\b.{0,20}\b(?:the |my |our )?(?:brief|summary|recap|project so far|facts|requirements)\b|\b(?:summari[sz]e|recap)\b.{0,30}\b(?:project|conversation|so far|everything|us)\b|\bwas weisst du\b|\bzusammenfass\w*\b|\bresume[rz]?\b|\bresum(?:en|o|ir|e)\b",
    ),
    Intent.SCORE: (r"\b(?:health )?score\b|\bwhy (?:is it|only|so (?:low|high|bad)|\d{1,3}\b)|\bhow (?:is|was|did) .{0,25}\b(?:scored?|calculated|computed|rated)\b|\bhow healthy\b|\bhow can (?:i|we) (?:improve|raise|increase)\b|\brubric\b",),
    Intent.RISKS: (r"\brisks?\b|\bwhat (?:could|can|might) go wrong\b|\bdangers?\b|\bpitfalls?\b|\bworr(?:y|ied|ies)\b|\brisik(?:o|en)\b|\brisques?\b|\briesgos?\b|\briscos?\b|\bred flags?\b|\bbiggest (?:problem|challenge|threat|concern)s?\b",),
    Intent.TECHNOLOGY: (
        r"\b(?:which|what|recommend\w*|suggest\w*|best|right|good|ideal) (?:(?:are |is )?(?:the |your |a )?(?:best |right |good |recommended )?)?(?:tech(?:nolog(?:y|ies))?|stack|tech stack|frameworks?|languages? (?:to|should)|database|backend|frontend|tools)\b|\btech stack\b|\bwhat should (?:we|i) (?:build (?:it|this) (?:with|in|on)|use to build)\b|\bwelche technologien?\b|\bquelles? (?:technologies?|stack)\b|\bque tecnologias?\b|\bquais tecnologias\b|\bnative or (?:cross|web|hybrid)\b|\bwhy (?:did you (?:pick|choose|recommend)|do you (?:suggest|recommend)) \w+",
    ),
    Intent.COST: (
        r"\bhow much(?: money| cash| dough| is that| is it| in total| then)?\W*$",
        r"\bhow much (?:will|would|does|is|might|should|could|do (?:we|i) need)\b.{0,60}\b(?:cost|run|build|project|app|it|this|that|budget|money|mvp)\b|\b(?:estimated|total|expected|overall|development|build(?:ing)?) (?:cost|budget|price)\b|\bwhat (?:will|would|does|might) (?:it|this|that|my|the|our)\b.{0,40}\bcosts?\b|\bcost (?:estimate|breakdown)\b|\bis (?:my|our|the|that|this|a)\b.{0,25}\bbudget\b.{0,25}\b(?:enough|ok|realistic|sufficient|too)\b|\bprice tag\b|\bwas (?:wird|wurde|kostet)\b.{0,30}\bkosten\b|\bcombien (?:ca |cela )?(?:va |vont )?coute\w*|\bcuanto (?:va a |puede )?cost\w*\b|\bquanto (?:vai |pode )?cust\w*\b|\bwhat about (?:the )?(?:cost|budget|money)\b",
    ),
    Intent.TIMELINE: (
        r"\bhow (?:long|many (?:weeks|months|days)|fast|soon|quickly)\b.{0,60}\b(?:take|build|need|launch|ready|done|finish|mvp|project|app|it|this|develop|we|be)\b|\bwhen (?:can|could|will|would|might) (?:we|it|this|i|the)\b.{0,40}\b(?:launch|ready|done|finish|live|ship|release)\w*\b|\b(?:what is|what's|estimated|expected|realistic)\b.{0,20}\b(?:timeline|schedule|duration|time ?frame|delivery)\b|\bwie lange\b|\bcombien de temps\b|\bhow (?:long|many (?:weeks|months|days|years))(?: (?:really|then|is that|roughly))?\W*$|\bwhen (?:can|could|will|would|might|do|does|should) (?!she\b|he\b|they\b|the (?:first|second|third|fourth|fifth|last|top)\b)[^?.]{0,40}\b(?:start (?:using|selling|testing|earning)|us(?:e|ing)|try|test|go live|launch|ready|done|finished|expect|first version|see (?:it|something))\b|\bcuanto tiempo\b|\bquanto tempo\b|\bwhat about (?:the )?(?:timeline|time|schedule|deadline)\b",
    ),
    Intent.RECOMMENDATIONS: (r"\brecommendations?\b|\bwhat (?:should|shall|can|could|do) (?:we|i|you) (?:do|recommend|advise|suggest|change|improve|start|focus|prioriti[sz]e)\b(?!.{0,20}\bfor me\b)|\b(?:any |your )?(?:advice|suggestions?|next steps?|tips)\b|\bwhat'?s next\b|\bwhat (?:now|next)\b|\bempfehlung\w*|\bconseils?\b|\bconsejos?\b|\bconselhos?\b",),
    Intent.ASSUMPTIONS: (r"\bassum(?:e|ed|ption|ptions|ing)\b(?! we)|\bbased on what\b|\bwhere (?:do|does|did) .{0,30}(?:numbers?|figures?|come|get|from)\b|\bhow did you (?:get|come|arrive|calculate|estimate|work)\b|\bannahmen?\b|\bhypotheses?\b|\bsupuestos\b|\bpremissas\b|\bhow (?:sure|certain|confident|accurate|reliable)\b|\bcan i trust\b",),
    Intent.COMPLEXITY: (r"\bhow (?:complex|complicated|hard|difficult|big|large)\b|\bcomplexity\b|\bwie (?:komplex|schwierig)\b|\bcomplexite\b|\bcomplejidad\b|\bcomplexidade\b|\bfunction points?\b",),
    Intent.SEARCH: (
        r"\b(?:got|have|know|is there|are there|gimme|give me) (?:any ?(?:one|body)|some ?(?:one|body))\b|\b(?:find|need|want|look(?:ing)? for|get|hire|know|seek(?:ing)?) (?:me |us )?(?:an? |any |some )?(?:[a-z-]+ ){0,2}(?:woman|man|guy|girl|lady|person|engineer|dev|developer|programmer|coder|techie|geek|specialist|consultant|freelancer|mentor)s? (?:who|with|that|from)\b",
        r"^(?:and |or |what about |how about |maybe |und |et |y |e )?(?:some|any)(?:one|body)\b(?! (?:else|to talk))",
        rf"\b{_FIND}\b[^.?!;]{{0,60}}?\b{_P}\b(?!.{{0,25}}\b(?:to (?:analyse|estimate)))",
        r"\bwho (?:could|can|would|should|might|will|else|do you (?:have|recommend|suggest|know))\b[^.?!]{0,60}\b(?:lead|build|help|do|manage|run|take|fits?|suits?|work|have|recommend|suggest|handle|deliver|own|be|guide|advise|code|develop|know|match|available|know)\b|\bwho (?:fits?|suits?|matches|speaks?|knows?|has|have|is (?:free|available|good|best|right|the best)|leads?)\b",
        rf"\b(?:match|pair|connect|introduce) me\b|\bfind (?:me )?(?:a )?match(?:es)?\b|\b(?:available|good|suitable|right|best|top|experienced|matching|great|other) {_P}\b|\bdo you (?:have|know)\b.{{0,30}}\b{_P}\b|\b(?:is|are) there (?:any )?{_P}\b|\bi'?d like to (?:meet|hire|see) .{{0,20}}{_P}|\b(?:cto|experts?|candidates?) (?:with|who|for|in|from|under|that|speaking|based|search|recommendations?|options|matches)\b",
        r"\bwho(?:'ve| have| do| did)? (?:you|u) (?:got|have)\b|^(?:some |any |good |more )?(?:ctos?|experts?|candidates?|people|someone|somebody) (?:with|who|that|in|from|under|below|over|above|between|around|near|for)\b|\b(?:someone|somebody|anyone|people|cto|expert)s? (?:with|who has|having) (?:\S+ ){0,4}(?:experience|background)\b",
        r"\b(?:must|should|needs? to|has to|have to) (?:have (?:worked|experience|led|built|used|done)|know|speak)\b|\b(?:preferably|ideally|maybe|rather|also|only) (?:some|any)(?:one|body)\b|\b(?:gibt es|habt ihr|kennt ihr|hast du)\b.{0,20}\b(?:jemand\w*|leute)\b",
        r"\bwen (?:konnt|kannst|konnen|wurd\w*|empf\w*|schlag\w*)\b|\bwer (?:konnte|kann|wurde|kennt|hat|passt|spricht|ist verfugbar|soll)\b|\bqui (?:pourrait|peut|parle|connait|serait|est disponible)\b|\bquien (?:podria|puede|habla|sabe|seria|esta disponible)\b|\bquem (?:poderia|pode|fala|conhece|seria|esta disponivel)\b",
    ),
    Intent.CHEAPER: (
        r"\b(?:half|a fraction|a third) (?:of )?(?:that|the|this|those) (?:price|rate|money|cost)s?\b|\b(?:over my head|beyond (?:my|our) means|out of reach|a bit steep|too steep|pretty steep|hefty|rich for (?:my|our)|bargains?|for less\b(?! than)|bring (?:the |that |it )?(?:price|rate|cost)?s? ?down|(?:price|rate)s? (?:is|are) (?:too |way too |quite )?high|too high|costs? too much|charges? too much|can't pay that|lower (?:end|price|rate)|sinkt|teuer|barato|barata|pas cher)\b",
        r"\b(?:cheap(?:er|est)?|less expensive|lower (?:rates?|prices?|cost)|more affordable|affordable|too expensive|too pricey|too much(?: money)?|lower[- ]priced|least expensive|low[- ]cost|inexpensive|costs? less|budget[- ]friendly|can't afford|out of (?:my|our) (?:budget|price range)|gunstige\w*|billige\w*|zu teuer|moins (?:cher|chere|chers|cheres)|trop (?:cher|chere|chers)|mas (?:barat\w+|economic\w+)|menos car[oa]s?|demasiado car[oa]s?|mais (?:barat\w+|em conta)|muito car[oa]s?)\b",
    ),
    Intent.MY_ZONE: (
        r"\b(?:on|match(?:es|ing)?|fits?|around|with|within) (?:my|our) (?:own )?(?:schedule|calendar|day|workday|working day|office hours|clock)\b",
        r"\b(?:work|works|working|awake|online|up|available|reachable|around) (?:when|while|whenever|at the same time as) (?:i|we|me)\b|\b(?:closer?|nearer?) to (?:me|us|home|where (?:i am|we are))\b|\bnear (?:me|us)\b|\bnearby\b|\bsame (?:continent|region|part of the world|hemisphere)\b|\bno (?:big )?time (?:difference|lag)\b|\bawake (?:when|while|at)\b|\b(?:in meiner nahe|pres de (?:moi|nous)|cerca de (?:mi|nosotros)|perto de mim)\b",
        r"\b(?:my|our|same|own|similar|near(?:by)?|close(?: to)?(?: my| our)?|local) (?:own )?(?:time ?zones?|tz|hours|working hours|local time)\b|\bin (?:the )?same (?:time ?)?zone\b|\b(?:meiner|unserer|gleichen|derselben) zeitzone\b|\b(?:mon|notre|meme) fuseau\b|\b(?:mi|nuestra|misma) zona horaria\b|\b(?:meu|nosso|mesmo) fuso\b",
    ),
    Intent.MORE: (
        r"^(?:(?:no|nah|nope|meh|hm+|ok(?:ay)?|and|nein|non|nao),? )*(?:more|next|others?|another|anyone|weitere|andere|d'autres|autres|suivants?|otros|otras|outros|outras)(?: (?:please|ones?|bitte|s'il vous plait|por favor))?\W*$",
        r"\b(?:more|other|others|else|additional|different|another|alternatives?|next) (?:options?|ctos?|experts?|candidates?|people|matches|ones?|profiles|suggestions|choices|five|three|results)\b|\b(?:show|see|any|got|have|give me|list) (?:me )?(?:some )?(?:more|others?|alternatives|anyone else|someone else|somebody else)\b|\banyone else\b|\bsomeone else\b|\bwho else\b|\bnone of (?:these|them|those)\b|\bnot (?:these|them|any of)\b|\bmehr (?:vorschlage|kandidaten)\b|\b(?:weitere|andere) (?:kandidaten|ctos?|vorschlage|experten)?\b|\bd'autres\b|\botros? (?:candidatos|ctos?|opciones)?\b|\boutros? (?:candidatos|ctos?|opcoes)?\b",
    ),
    Intent.RESET_FILTERS: (r"\b(?:never ?mind|forget|ignore|regardless of|don't care about|do not care about|whatever|egal|peu importe|no importa|nao importa|tanto faz)\b(?: about)?(?: is)?(?: the| der| die| das| le| la| el| o| a)? (?:price|rate|money|cost|time ?zone|language|country|location|preis|prix|precio|preco)\b|\b(?:any|all) (?:rate|price|budget|time ?zones?|languages?|country|countries|industry|industries|location)s?\b|\b(?:remove|drop|forget|ignore|without|clear|reset|lift)\b.{0,15}\b(?:filters?|limits?|rate (?:limit|cap)|price (?:limit|cap)|restrictions?|time ?zone|language)\b|\b(?:rate|price|money|time ?zone|location|language) (?:doesn't|does not|isn't|is not) (?:matter|important|an issue)\b|\bstart (?:the search )?over\b",),
    Intent.PROFILE: (
        r"\b(?:tell|show|give|know|learn|hear|see|find out)\b.{0,20}\b(?:more|details?|info(?:rmation)?|profile|background|experience|bio|cv|resume)\b.{0,30}\b(?:about|on|of|for)?\b|\bwho (?:is|was) (?:the |she|he|that|this|number|no)\b|\bmore (?:about|on|info|details)\b|\btell me about (?:the |her|him|them|that|number|#)|\b(?:what|which) (?:has|have|did|is|are|does|do) (?:she|he|they|the (?:first|second|third|fourth|fifth|last|top))\b.{0,40}\b(?:done|built|experience|background|worked|skills?|rate|speak|know|based|located|from|charge|cost)\w*\b|\b(?:her|his|their|whose) (?:profile|background|experience|skills?|rate|bio|reviews?|rating|languages?|history)\b|\bwhat(?:'s| is) (?:the (?:first|second|third|fourth|fifth|last|top)(?: one)?|number \d)(?:'s)? (?:like|rate|background|experience)\b|\bmehr uber\b|\bplus (?:d'infos? )?sur\b|\bmas sobre\b|\bmais sobre\b|\bhow (?:experienced|senior|much does (?:she|he|they|the (?:first|second|third|last)))\b|\bdoes (?:she|he|the (?:first|second|third|last) one)\b",
    ),
    Intent.WHY: (r"\breasons? (?:for|to (?:pick|choose|take|prefer|hire)|why)\b|\bwhy (?:is|are|did|was|do you|does|would|should|him|her|them|this|that|these|those|the (?:first|second|third|fourth|fifth|last|top))\b.{0,40}\b(?:match|fit|good|pick|chose|choose|select|recommend|suggest|rank|first|top|best|one|her|him|them|these|better)\w*\b|\bwhat makes (?:her|him|them|the)\b|\bwarum (?:sie|er|diese)\b|\bpourquoi (?:elle|lui|eux)\b|\bpor que (?:el|ella|ele|ela|esse|este)\b",),
    Intent.COMPARE: (r"\b(?:torn|choose|choosing|decide|deciding|hesitat\w+|undecided|pick|picking|waver\w*) between\b|\bpros and cons\b|\bside by side\b|\bhead to head\b|\b(?:zwischen) (?:der |dem )?\w+ und (?:der |dem )?\w+ (?:schwank|entscheid)\w*|\bhesite entre\b|\bdudo entre\b|\b(?:em|na) duvida entre\b|\bcompar(?:e|ed|ing|ison)\b|\b(?:difference|differences|differ)\b.{0,15}\b(?:between|from|are they|they)\b|\bversus\b|\bvs\.?\b|\bwhich (?:one |of (?:them|these|those|the (?:two|three|five)) )?(?:is|would be|do you|should|has|fits|suits|speaks|knows)\b.{0,30}\b(?:better|best|prefer|recommend|choose|pick|cheapest|experienced|fit|take|i)\b|\b(?:better|best) (?:of|between|out of)\b|\bvergleich\w*\b|\bcompare[rz]\b|\bcompara\w*\b",),
    Intent.BOOK: (
        r"\b(?:book|reserve|schedule|arrange|set ?up|plan|organi[sz]e|fix|grab|make|get|take|have|hop on|jump on|want|like|do|need|request|propose|put)\b[^.?!;]{0,30}\b(?:call|meeting|appointment|session|chat|intro(?:duction)?(?: call)?|consultation|slot|video call|talk|conversation|time (?:with|slot)|half hour|hour|interview)\b(?!.{0,20}\b(?:app|feature|platform|system|patients?)\b)",
        r"\b(?:book|reserve|schedule)\b\s+(?:(?:me|us|in|it|that|this|him|her|them|with|a|an|the|number|no|#?\d|one)\b|[a-z]+ (?:for|on|at|next|tomorrow|today|this)\b)|\blet'?s (?:book|talk to|meet|speak (?:to|with)|call|go with|take|do)\b|\b(?:i'?d like|i want|i would like|can i|could i|may i|can we|i'?ll|we'?ll|please)(?: to)? (?:book|talk (?:to|with)|speak (?:to|with)|meet(?: with)?|call|take|go with|choose|hire|see|interview|pick)\b\s+(?:the|her|him|them|number|#|no\.?|[a-z]+ (?:on|at|next|tomorrow|this))|\b(?:go|going) with (?:the|her|him|number|#)",
        r"\b(?:buch(?:e|en|t|ung)?|reservier(?:e|en|t|ung)?|vereinbar\w*|termine?)\b(?!.{0,25}\b(?:app|plattform|software|system|portal|verwalt\w*|patienten)\b)|\breserve[rz]?\b|\bprend(?:s|re|ez)? (?:un )?(?:rendez-?vous|rdv)\b|\bfixe[rz]? un\b|\b(?:reserv[ae]\w*|agend[ae]\w*|program(?:ar|ame|emos)\w*|conc(?:ie)?rt\w*|marc(?:ar?|que)\b)\b(?!.{0,25}\b(?:app|aplicativo|plataforma|sistema)\b)",
    ),
    Intent.SLOTS: (
        r"\bwhen (?:is|are|can|could|would|will|does)\b[^.?!]{0,40}\b(?:free|available|talk|meet|call|slots?|time|speak|open|have)\b|\b(?:what|which|any|show|list|see|give|other|free|available|open|more|next)\b[^.?!]{0,25}\b(?:slots?|times?|availabilit(?:y|ies)|appointments?|openings?|dates|hours)\b(?! ?(?:zone|line|frame))|\bis (?:she|he|the (?:first|second|third|fourth|fifth|last)(?: one)?|anyone|[a-z]+) (?:free|available)\b|\bare they (?:free|available)\b|\bavailabilit(?:y|ies)\b|\bcalendar\b(?!.{0,15}\b(?:integration|app|feature|sync)\b)|\bwann (?:hat|ist|haben|sind|kann)\b.{0,30}\b(?:zeit|frei|verfugbar)\b|\bfreie termine\b|\bquand (?:est|sont|serait)\b.{0,25}\b(?:libres?|disponibles?)\b|\bdisponibilites?\b|\bcuando (?:esta|estan|puede)\b|\bdisponibilidad\b|\bquando (?:esta|estao|pode)\b|\bdisponibilidade\b|\bhorarios\b",
    ),
    Intent.RESCHEDULE: (r"\b(?:reschedul\w*|move (?:it|the (?:call|meeting|booking))|change (?:the )?(?:time|date|call|meeting|booking|slot|day|it)|make it|(?:push|shift|bump|slide|switch|swap|move|delay) (?:it|that|this|the (?:call|meeting|slot|time|appointment))|instead|rather|postpone|earlier|later|another (?:time|day|date)|different (?:time|day|date)|verschieb\w*|lieber|stattdessen|plutot|deplace[rz]?|decale[rz]?|mejor|cambia\w*|mueve|melhor|mudar?|remarcar?)\b",),
    Intent.CANCEL: (r"\b(?:take|took) (?:that|it|this|the (?:call|booking)) back\b|\bi take (?:it|that) back\b|(?:n't|\bnot|\bnever) (?:book|reserve|schedule|confirm|arrange|set up|prepare)\b|\b(?:scrap|forget(?: about)?|skip|kill|ditch|bin|delete|remove|scratch|lose|abandon|decline|reject|withdraw)\b[^.?!]{0,12}\b(?:call|booking|meeting|appointment|proposal|reservation)\b|(?:n't|\bnot|\bno longer|\bnever|\bno)\b[^.?!]{0,24}\b(?:want|need|do|have|book|require|make|take|interested in)\b[^.?!]{0,16}\b(?:call|booking|meeting|appointment|reservation)\b(?![^.?!]{0,40}\b(?:before|until|on|at|that early|so (?:early|late)|mornings?|afternoons?)\b)|\b(?:kein(?:en)? (?:termin|anruf|gesprach) mehr|(?:will|mochte|brauche) (?:den |das )?(?:termin|anruf|gesprach) (?:doch )?nicht|plus besoin (?:de l'appel|du rendez-vous)|ya no quiero (?:la|esa) (?:llamada|cita|reunion)|nao quero mais (?:a|essa) (?:chamada|reuniao|conversa))\b|\b(?:cancel(?:l?ing|led)?|call off|undo|withdraw|drop)\b[^.?!]{0,30}\b(?:it|that|call|booking|meeting|appointment|proposal|session|reservation)\b|^(?:please )?cancel\b|\bstornier\w*\b|\bannule[rz]?\b|\bcancela\w*\b|\babsagen\b|\b(?:get|want) (?:a |my )?(?:refund|money back)\b|\brefund me\b",),
    Intent.BOOKINGS: (r"\b(?:my|our|upcoming|existing|current|next) (?:bookings?|calls?|appointments?|meetings?|sessions?)\b|\bwhat (?:have|did) (?:i|we) book(?:ed)?\b|\bdo (?:i|we) have (?:any|a) (?:bookings?|calls?|appointments?|meetings?)\b|\b(?:list|show) (?:me )?(?:my |all |the )?bookings?\b|\bwhen is my (?:call|booking|meeting|appointment)\b|\bmeine (?:termine|buchungen)\b|\bmes (?:rendez-?vous|reservations)\b|\bmis (?:reservas|citas|llamadas)\b|\bminhas (?:reservas|chamadas)\b|\b(?:is|was|has) (?:it|that|this|the call|my call|my booking) (?:been )?(?:already |all )?(?:booked|confirmed|paid|fixed|set)\b|\bstatus of (?:my|the) (?:booking|call)\b",),
    Intent.CONFIRM: (r"\b(?:confirm|approve|accept|pay(?: for)?|finali[sz]e|complete)\b[^.?!]{0,25}\b(?:it|this|that|booking|call|proposal|now|payment|the)\b|^(?:i )?confirm(?:ed)?\b|\bhow do i (?:confirm|pay)\b|\bbestatig\w*\b|\bconfirme[rz]?\b|\bconfirma\w*\b",),
    Intent.MESSAGE: (r"\b(?:send|write|drop|shoot|draft|compose|leave)\b[^.?!]{0,25}\b(?:message|note|dm|email|e-mail|line)\b|\b(?:message|contact|write to|reach out to|text|ping|email)\s+(?:her|him|them|the (?:first|second|third|fourth|fifth|last|cto|top)|number)\b|\b(?:ask|tell) (?:her|him|them|the (?:first|second|third|fourth|fifth|last)(?: one)?)\b|\bnachricht\b.{0,15}\b(?:an|schick|schreib|send)\w*|\b(?:schick|schreib|sende)\w*\b.{0,20}\bnachricht\b|\benvoie[rz]?\b.{0,20}\bmessage\b|\benvi[ae]\w*\b.{0,20}\b(?:mensaje|mensagem)\b",),
    Intent.QUESTIONS: (r"\bwhat (?:should|could|can|do) i ask\b|\bquestions? (?:to|should i|i should|for (?:the|a|my|our) (?:cto|call|interview|meeting))\b|\bprepare (?:for )?(?:the|my|a|our) (?:call|interview|meeting)\b|\binterview questions?\b|\bhow (?:do|should) i prepare\b|\bhow (?:do|can|should) i (?:evaluate|judge|assess|vet|interview|choose|pick|hire) (?:a |the )?(?:cto|tech|expert|candidate)\b|\bwas soll(?:te)? ich fragen\b",),
    Intent.FORGET: (r"\b(?:new|different|another|second|separate) project\b|\bstart (?:over|again|fresh|from scratch)\b|\bforget (?:everything|all that|the project|what i said)\b|\b(?:delete|erase|clear|reset) (?:the |my |this )?(?:project|brief|conversation|everything)\b|\bneues projekt\b|\bnouveau projet\b|\bnuevo proyecto\b|\bnovo projeto\b",),
}  # fmt: skip

# "I don't want it any more" wants no more of anything.
_ANY_MORE = re.compile(
    r"(?:(?<=n't )|(?<=not )|(?<=no )|(?<=never ))((?:[\w']+ ){0,7})any ?more\b(?! (?:ctos?|people|of|options|names))"
)

_COMPILED = {
    intent: tuple(re.compile(pattern) for pattern in patterns) for intent, patterns in _PATTERNS.items()
}


def detect(text: str) -> dict[Intent, int]:
    """The intents of `text` with the position where each is first expressed."""
    found: dict[Intent, int] = {}
    for reading in readings(text):
        words = _ANY_MORE.sub(r"\1", reading)
        for intent, patterns in _COMPILED.items():
            positions = [match.start() for pattern in patterns if (match := pattern.search(words))]
            if positions:
                found.setdefault(intent, min(positions))
    return found
