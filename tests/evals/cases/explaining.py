"""Questions about the analysis, what-ifs, several wishes in one message."""

from tests.evals.case import case, next_weekday, one, step
from tests.evals.checks import analysis, matches, proposal, says, what_if

G = "explaining"
START = step(
    "I want to build a telehealth app for people with diabetes with offline mode. We have $80k and about 4 months.",
    analysis(),
)

CASES = [
    case(G, "risks", START, step("What are the biggest risks?", says("risk"), says(r"1\."))),
    case(G, "score", START, step("why is the health score so low?", says(r"of 100|score"))),
    case(G, "technologies", START, step("which tech stack do you recommend?", says(r"\*\*"))),
    case(G, "cost", START, step("how much will it cost in the end?", says(r"\$\d"))),
    case(G, "time", START, step("how long will it take to build?", says("week"))),
    case(G, "enough", START, step("is our budget enough?", says(r"\$\d"))),
    case(G, "complexity", START, step("how complex is this really?", says("complexity|function point"))),
    case(G, "recommendations", START, step("what would you recommend we do first?", says("recommend"))),
    case(G, "assumptions", START, step("what did you assume?", says("assum"))),
    case(G, "confidence", START, step("how sure are you about these numbers?", says("estimator|assum|calibrat"))),
    case(G, "what if drop", START, step("What if we drop offline mode?", what_if("offline"))),
    case(G, "what if money", START, step("what if we had $150k?", what_if(r"150"))),
    case(G, "what if time", START, step("And if we took 9 months instead?", what_if())),
    case(G, "suppose", START, step("suppose we only launch on the web, what changes?", what_if())),
    case(G, "apply it", START, step("what if we drop offline mode?", what_if()), step("yes, do that", analysis(version=2))),
    case(G, "question first", step("How much would it cost to build a dating app?", analysis(), says(r"\$\d"))),
    case(G, "is it enough", step("Is $50k enough for a marketplace for used bikes?", analysis(budget=(50_000, "USD")))),
    one(G, "Analyse my plan: a grocery delivery app for villages, €90k, and then find me a CTO under €110 an hour", analysis(budget=(90_000, "EUR")), matches(max_rate=(110, "EUR"))),
    one(G, "We're building a B2B invoicing platform in React, budget $250k. Find me a CTO who knows PCI and book the best one for next Thursday at 11am", analysis(budget=(250_000, "USD")), matches(), proposal(pick=1, at=next_weekday(3, 11))),
    case(G, "two wishes", START, step("what are the risks, and who could help us with that?", says("risk"), matches())),
    case(G, "search and book", START, step("Find someone under $120 an hour and book the first for tomorrow at 3pm", matches(max_rate=(120, "USD")), proposal(pick=1))),
    case(G, "fact and question", START, step("The budget is now $100k. Is that enough?", analysis(budget=(100_000, "USD")))),
    case(G, "questions for the call", START, step("What should I ask in the first call?", says(r"1\.|\?"))),
]  # fmt: skip
