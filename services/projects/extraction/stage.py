"""How far the product is: an idea, a prototype, live, or to be built again."""

import re

from services.projects.extraction.context import Reading
from services.projects.schemas import Fact, Source, Stage

_STAGES: list[tuple[Stage, re.Pattern[str]]] = [
    (Stage.REBUILD, re.compile(
        r"\b(?:rebuild(?:ing)?|rewrite|rewriting|re-?write|re-?build|redo (?:our|the) (?:app|platform)|replace (?:our|the|an) (?:old|existing|legacy|current)|replacing (?:our|the|an) (?:old|legacy|existing)|"
        r"mov(?:e|ing) (?:our|the|my)\b[^.]{0,48}\bto the cloud|\d+[- ]years?[- ]old (?:\w+ ){0,2}(?:program|software|system|app|platform|website|site)|legacy (?:system|app|software|platform|monolith)|moderni[sz]e|start over|from scratch again|re-?platform|migrat(?:e|ing) (?:our|the|from|off)|neu bauen|neu schreiben|altsystem ablosen|ablosen|"
        r"refonte|refaire|reecrire|remplacer notre|reescribir|rehacer|reemplazar nuestro|reescrever|refazer|substituir nosso)\b")),
    (Stage.GROWTH, re.compile(
        r"\b(?:scal(?:e|ing) (?:up|our|the|to|from)|scale-?up|growing fast|rapid growth|hypergrowth|series [abc]\b|expand(?:ing)? to (?:new|other)|product[- ]market fit|wachstum|skalieren|"
        r"passer a l'echelle|croissance|escalar|crecimiento|crescimento)\b")),
    (Stage.LAUNCHED, re.compile(
        r"\b(?:already live|is live|are live|went live|(?:we )?(?:have |already )?launched|in production|existing (?:app|product|platform|users|customers|website|site|shop|store|clients)|"
        r"(?:we )?(?:already )?have (?:\w+ ){0,2}(?:paying )?(?:customers|users|clients|subscribers)|paying customers|our (?:current|existing) (?:app|platform|product|site|website|system|shop)|"
        r"\d+ paying (?:users|customers|clients|subscribers)|bereits live|live gegangen|bestehende (?:app|plattform|kunden|webseite)|bestehenden (?:kunden|app)|en ligne depuis|deja en ligne|deja lance|application existante|ya lanzad[oa]|ya tenemos (?:clientes|usuarios|una app)|"
        r"app existente|ja lancamos|ja temos (?:clientes|usuarios|um app)|no ar\b|add (?:\w+ ){1,4}to (?:our|my|an|the) (?:existing|current)?\s?(?:app|platform|product|site|website|shop|store))\b")),
    (Stage.MVP, re.compile(
        r"\b(?:have (?:an?|the|our) mvp|mvp is (?:live|done|ready|built|out)|our mvp|built (?:an|the) mvp|after the mvp|beyond (?:our|the) mvp|beta (?:users|testers|version is)|in (?:closed |open |private )?beta|"
        r"unser mvp|haben (?:ein|das) mvp|avons un mvp|notre mvp|tenemos un mvp|nuestro mvp|temos um mvp|nosso mvp|pilot (?:is )?running|mvp with)\b")),
    (Stage.PROTOTYPE, re.compile(
        r"\b(?:have (?:a|the|some|our)? ?(?:\w+ )?(?:prototype|wireframes?|mock-?ups?|figma|designs?|proof of concept|poc|clickable)|prototype (?:is )?(?:done|ready|built|exists)|our prototype|built a prototype|working prototype|"
        r"figma (?:designs?|file|mock-?ups?)|prototyp (?:fertig|vorhanden)|haben einen prototyp|avons un prototype|maquettes|tenemos un prototipo|temos um prototipo|half[- ]built|no-?code (?:version|prototype))\b")),
    (Stage.IDEA, re.compile(
        r"\b(?:just an idea|only an idea|an? idea|my idea|our idea|the idea|idea stage|concept stage|no code yet|nothing (?:built )?yet|haven't started|not started|from scratch|on paper|greenfield|nur eine idee|"
        r"eine idee|noch nichts|une idee|mon idee|una idea|mi idea|uma ideia|minha ideia|do zero|desde cero|brainstorm\w*)\b")),
]  # fmt: skip
_WISH = re.compile(
    r"\b(?:want to (?:build|create|make|develop|launch|start)|would like to (?:build|create|develop|make)|i'd like to build|looking to (?:build|create|develop)|plan(?:ning)? to (?:build|launch|create)|"
    r"need (?:an? )?(?:new )?(?:app|platform|website|marketplace|mvp)|going to build|thinking of building|let's build|build me|(?:mochte|mochten|wollen|will) (?:\w+ ){0,6}(?:bauen|entwickeln|erstellen)|"
    r"voudr(?:ais|ions) (?:creer|developper|construire|lancer)|veux (?:creer|developper|lancer)|voulons (?:creer|developper|lancer|construire)|souhait\w+ (?:creer|developper)|"
    r"quer(?:emos|o|ia) (?:crear|construir|desarrollar|hacer|criar|desenvolver|fazer|lancar|lanzar)|gostaria de (?:criar|desenvolver))\b"
)


def read(reading: Reading, *, about_product: bool) -> Fact[Stage] | None:
    """The stage a message names; a wish to build something is an idea, as an inference. An idea counts only where the
    message is about a product."""
    folded = reading.text.folded[:20_000]
    for stage, pattern in _STAGES:
        if stage is Stage.IDEA and not about_product:
            continue
        for match in pattern.finditer(folded):
            if reading.negations.of(match.start(), match.end()) is None:
                return Fact[Stage](value=stage, source=Source.STATED, quote=reading.quote(*match.span()))
    wish = _WISH.search(folded)
    if wish and about_product and reading.brief.stage is None:
        return Fact[Stage](
            value=Stage.IDEA,
            source=Source.INFERRED,
            quote=reading.quote(*wish.span()),
            note="You speak of building it, and of nothing that exists.",
        )
    return None
