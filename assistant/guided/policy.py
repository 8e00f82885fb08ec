"""From an understood message to tasks: what to do, in which order."""

import re
from dataclasses import replace

from assistant.guided import mood
from assistant.guided.booking_policy import call
from assistant.guided.gloss import readings
from assistant.guided.guessing import guessed
from assistant.guided.intents import Intent
from assistant.guided.project_tasks import Analyse, Explain, Note, WhatIf, summary
from assistant.guided.search_tasks import About, Compare, Search, offered
from assistant.guided.state import State
from assistant.guided.tasks import Talk, Task
from assistant.guided.understanding import understand
from assistant.guided.understood import Understanding
from assistant.guided.words import plain
from services.projects.extraction.summary import tells
from services.projects.schemas import Source

_EXPLAIN = {
    Intent.SCORE: "score",
    Intent.RISKS: "risks",
    Intent.TECHNOLOGY: "technology",
    Intent.COST: "cost",
    Intent.TIMELINE: "timeline",
    Intent.COMPLEXITY: "complexity",
    Intent.RECOMMENDATIONS: "recommendations",
    Intent.ASSUMPTIONS: "assumptions",
}
_TALK = {
    Intent.HUMAN: "talk.human",
    Intent.PRIVACY: "talk.privacy",
    Intent.PRICING: "talk.pricing",
    Intent.SIGN_UP: "talk.sign-up",
    Intent.HELP: "talk.help",
    Intent.MESSAGE: "talk.message",
    Intent.FORGET: "talk.forget",
}
_OFFERS_SEARCH = re.compile(r"look for ctos|find ctos who|should i find ctos")
_OFFERS_CHANGE = re.compile(r'say "do that"')
_ASKS_BRIEF = re.compile(
    r"what should it do|what would (?:the product|you like to build)|do you have a budget|what budget|roughly what budget|tell me about your project|what are you planning|describe your project|tell me what you want to build"
)
_ASKS_MONEY = re.compile(r"do you have a budget|roughly what budget|what budget do you")
_SOMETHING = re.compile(
    r"\b(?:something|smth|sth|somehow|stuff|anything|maybe|feel like|thinking of|interested in|into|idea|etwas|was mit|irgendwas|quelque chose|algo|alguma coisa)\b"
)
_ENOUGH = re.compile(
    r"\b(?:enough|suffi\w*|realistic|feasible|doable|possible|achievable|viable|reicht|realistisch|machbar|realiste|faisable|suficiente|realista|viavel|basta)\b"
)
_HAS_PLAN = re.compile(
    r"\b(?:ideas?|projects?|app|startup|build|start-?up|product|software|platform|website|cto|developers?|programmers?"
    r"|company|business|idee|projekt|projet|proyecto|projeto|help me|need help|hilfe|ayuda|ajuda|aide)\b"
)
_UNDECIDED = re.compile(
    r"\b(?:or|between|vs|versus|better|than|oder|zwischen|ou|entre|o|y|mejor|melhor|mieux)\b"
)
_COMPARES = re.compile(
    r"\b(?:compar\w*|vergleich\w*|better|best|differ\w*|vs|versus|than|which|besser|mieux|mejor|melhor|others?)\b"
)
_GO_AHEAD = re.compile(
    r"\b(?:go ahead|just (?:do|analy[sz]e|go)|whatever|don't know|do not know|no idea|not sure|unsure|you (?:decide|tell me)|skip|assume|any|keine ahnung|weiss nicht|je ne sais pas|no (?:lo )?se|nao sei)\b"
)


_DO_IT = re.compile(r"\b(?:do (?:that|it|so|this|the)|apply|change it|make it so|take it|keep it|use that)\b")
_MOST_ASKED = 2


def decide(state: State, got: Understanding) -> list[Task]:
    """The tasks of this turn. The same state gives the same tasks, whichever of them are done already."""
    if not got.words:
        return [Talk("talk.empty")]
    if (change := offered(state)) is not None:
        return [Search(offered=change)]
    if _takes_the_change(state, got):
        return [Analyse(statement=_last_hypothesis(state), known_version=_version(state))]
    refused = _refusals(state, got)
    wishes = _wishes(state, got)
    if wishes:
        return [*refused, *wishes]
    return refused or _smalltalk(state, got)


def _takes_the_change(state: State, got: Understanding) -> bool:
    """ "Do that", "fine, change it": what was worked out is to hold."""
    if not _OFFERS_CHANGE.search(plain(state.last_reply)) or got.words > 8:
        return False
    if got.has_facts or got.picks or got.when.says_when or mood.begins_as_question(got.text):
        return False
    return got.wants(Intent.YES) or any(_DO_IT.search(each) for each in readings(got.text))


def _refusals(state: State, got: Understanding) -> list[Task]:
    if got.wants(Intent.INJECTION) and not got.describes:
        return [Talk("talk.injection")]
    if got.wants(Intent.OTHERS_DATA) and not got.describes:
        return [Talk("talk.others-data")]
    return []


def _wishes(state: State, got: Understanding) -> list[Task]:
    if got.wants(Intent.OFF_TOPIC) and len(got.intents) == 1 and not got.has_facts:
        return []
    if got.wants(Intent.INJECTION, Intent.OTHERS_DATA) and not got.describes:
        return []
    tasks: list[tuple[int, Task]] = []

    def add(order: int, task: Task) -> None:
        tasks.append((order, task))

    if got.hypothesis and (state.has_project or got.describes):
        add(2, WhatIf(got.hypothesis))
    booking = call(state, got)
    searching = _searching(state, got) and not (
        booking and not got.filters and not got.wants(Intent.CHEAPER, Intent.MORE, Intent.MY_ZONE)
    )
    explained = [
        section
        for intent, section in _EXPLAIN.items()
        if intent in got.intents and not _aside(intent, state, got)
    ]
    if (got.has_facts or got.answer) and not _only_wish(got, searching):
        add(1, _facts(state, got, explained=bool(explained)))
    elif got.wants(Intent.ANALYSE) and state.analysis and _ENOUGH.search(plain(got.text)) and not booking:
        explained = list(dict.fromkeys([*explained, *_sufficiency(got)]))
    elif got.wants(Intent.ANALYSE) and not explained and not booking and not searching and not got.hypothesis:
        add(1, Analyse(known_version=_version(state)) if state.has_project else _ask_what(state, got))
    for position, section in enumerate(explained[:2]):
        add(3 + position, Explain(section))
    if searching:
        add(5, _search(state, got))
    for task in _about_people(state, got, booking=booking):
        add(6, task)
    if booking is not None:
        add(7, booking)
    if got.wants(Intent.BRIEF) and not got.has_facts:
        add(0, Talk(words=summary))
    if got.wants(Intent.QUESTIONS):
        add(8, _questions(state))
    return [task for _, task in sorted(tasks, key=lambda pair: pair[0])]


def _only_wish(got: Understanding, searching: bool) -> bool:
    """What was read as facts is only the cap of a search ("under $150 an hour")."""
    patch = got.patch
    figures = patch.model_copy(
        update={"hourly_cap": None, "language": None, "questions": [], "corrected": []}
    )
    return searching and figures.is_empty


def _facts(state: State, got: Understanding, *, explained: bool) -> Task:
    if state.has_project or got.answer or (got.describes and not _is_hint(got)):
        told = got.patch.summary or (state.brief and state.brief.summary)
        untold = "" if told else got.answer
        return Analyse(quiet=explained, known_version=_version(state), summary=untold)
    return _ask_what(state, got)


def _ask_what(state: State, got: Understanding) -> Task:
    """Ask what is to be built, but not a third time: then the analysis is made of what there is, with assumptions."""
    if state.asked < _MOST_ASKED or state.analysis:
        return Note("brief.ask-what")
    told = max((*state.previous, got.text), key=lambda text: (tells(text), len(text)))
    return Analyse(summary=" ".join(told.split()))


def _is_hint(got: Understanding) -> bool:
    """ "A marketplace", "something with AI": a kind or a field and nothing else, which no analysis can be made of."""
    patch = got.patch
    if got.words <= 10 and not tells(got.statement):
        return True
    features = [feature for feature in patch.features if feature.source is Source.STATED]
    known = len(features) + len(patch.users) + len(patch.industries) + len(patch.integrations)
    return (
        known <= (2 if got.words <= 5 else 1)
        and not (patch.platforms or patch.budget or patch.deadline)
        and got.words <= 14
        and bool(_SOMETHING.search(plain(got.text)))
    )


def _sufficiency(got: Understanding) -> list[str]:
    """What "is that enough?" asks about."""
    words = plain(got.text)
    if re.search(r"\b(?:time|weeks?|months?|deadline|zeit|temps|tiempo|tempo)\b", words):
        return ["timeline"]
    return (
        ["cost"]
        if re.search(r"\b(?:enough|suffi\w*|budget|money|reicht|suficiente|bast\w+)\b", words)
        else ["cost", "timeline"]
    )


def _version(state: State) -> int | None:
    return state.analysis["version"] if state.analysis else None


def _aside(intent: Intent, state: State, got: Understanding) -> bool:
    """The word stands in a description or a question about people, and asks for no explanation."""
    if got.hypothesis and intent in (Intent.COST, Intent.TIMELINE, Intent.RECOMMENDATIONS):
        return True
    if not got.asked and "?" not in got.text:
        return not (got.words <= 3 and not got.has_facts)
    if (
        got.describes
        and not state.has_project
        and got.words > 12
        and intent in (Intent.RISKS, Intent.COMPLEXITY, Intent.SCORE, Intent.RECOMMENDATIONS)
        and intent not in got.asked
    ):
        return True
    return (
        bool(state.shown)
        and bool(got.picks)
        and intent in (Intent.COST, Intent.TECHNOLOGY, Intent.RECOMMENDATIONS, Intent.COMPLEXITY)
    )


def _searching(state: State, got: Understanding) -> bool:
    if got.wants(Intent.SEARCH, Intent.CHEAPER):
        return not (
            got.wants(Intent.PROFILE, Intent.WHY, Intent.COMPARE)
            and (got.picks or state.focus)
            and not got.filters
        )
    return got.wants(Intent.MY_ZONE, Intent.MORE, Intent.RESET_FILTERS) and bool(
        state.shown or state.has_project
    )


def _search(state: State, got: Understanding) -> Task:
    if (
        state.has_project
        or got.describes
        or state.matches
        or got.filters.keys() - {"max_rate", "min_rate"}
        or got.topic
    ):
        return Search()
    return _ask_what(state, got)


def _about_people(state: State, got: Understanding, *, booking: Task | None) -> list[Task]:
    undecided = len(got.picks) == 2 and _UNDECIDED.search(plain(got.text)) and booking is None
    one_named = len(got.picks) == 1 and not _COMPARES.search(plain(got.text))
    if (got.wants(Intent.COMPARE) or undecided) and not one_named and state.shown and not got.hypothesis:
        return [Compare()]
    if booking is not None:
        return []
    if got.wants(Intent.WHY) and state.shown:
        return [About(why=True)]
    if (
        state.shown
        and got.wants(Intent.PROFILE)
        and (got.picks or state.focus or got.beyond)
        and not got.wants(Intent.SEARCH)
    ):
        return [About()]
    bare = (
        not got.intents.keys() - {Intent.YES, Intent.PROFILE, Intent.NO, Intent.COMPARE}
        and not got.has_facts
        and not got.filters
        and not got.when.says_when
    )
    if state.shown and (got.picks or got.beyond) and bare:
        return [About()]
    return []


def _questions(state: State) -> Task:
    budget = state.brief.budget.value.format() if state.brief and state.brief.budget else "part of the budget"
    return Talk("talk.questions", {"budget": budget})


def _smalltalk(state: State, got: Understanding) -> list[Task]:
    words = plain(got.text)
    last = plain(state.last_reply)
    agreed = got.wants(Intent.YES) or bool(_GO_AHEAD.search(words))
    if agreed and state.awaits_confirmation:
        return [Talk("talk.confirm")]
    if agreed and _ASKS_MONEY.search(last) and state.has_project:
        return [Analyse()]
    if agreed and _OFFERS_SEARCH.search(last):
        return [Search()]
    if agreed and _ASKS_BRIEF.search(last) and not state.has_project:
        return [_ask_what(state, got)]
    if got.wants(Intent.WHO):
        return [Talk("talk.who")]
    others = {Intent.HOSTILE, Intent.OFF_TOPIC, Intent.THANKS, Intent.GOODBYE, *_TALK}
    if state.asked >= _MOST_ASKED and not (
        state.has_project or state.analysis or got.intents.keys() & others
    ):
        return [_ask_what(state, got)]
    for intent, key in _TALK.items():
        if intent in got.intents:
            return [Talk(key)]
    if (section := guessed(state, got)) is not None:
        return [Explain(section)]
    if got.wants(Intent.WHAT_IF):
        return [Talk("analysis.what-if-unclear" if state.has_project else "analysis.none")]
    if got.wants(Intent.HOSTILE):
        return [Talk("talk.hostile")]
    if got.wants(Intent.NO):
        return [Talk("talk.declined")]
    if got.wants(Intent.GOODBYE):
        return [Talk("talk.goodbye")]
    if got.wants(Intent.THANKS):
        return [Talk("talk.thanks")]
    if got.wants(Intent.GREETING):
        return [_greeting(state)]
    if got.wants(Intent.YES):
        return [Search()] if state.has_project and not state.shown else [Talk("talk.declined")]
    if got.beyond or got.picks:
        return [About()]
    tells_something = got.words > 3 and not (mood.asks(got.text) or got.wants(Intent.OFF_TOPIC))
    if not state.has_project and (_HAS_PLAN.search(words) or tells_something):
        return [_ask_what(state, got)]
    return [Talk("talk.unclear" if got.words <= 3 else "talk.off-topic")]


def _last_hypothesis(state: State) -> str:
    """The change that was worked out and not stored."""
    before = (
        replace(state, text=state.previous[-1], previous=state.previous[:-1]) if state.previous else state
    )
    return understand(before).hypothesis or before.text


def _greeting(state: State) -> Task:
    if state.brief is not None and state.brief.summary:
        return Talk("talk.greeting-known", {"project": f"“{state.brief.summary.value.rstrip('.')}”"})
    return Talk("talk.greeting")
