"""Finding CTOs and narrowing the list."""

from tests.evals.case import case, one, step
from tests.evals.checks import analysis, asks, matches, names_pick, no_card, says

G = "searching"
START = step("I want to build a telehealth app for people with diabetes. We have $80k and about 4 months.")
FIND = step("Who could lead this? Under $150 an hour.", matches(max_rate=(150, "USD")))

CASES = [
    case(G, "main line", START, FIND),
    case(G, "find me a CTO", START, step("Find me a CTO please", matches())),
    case(G, "recommend someone", START, step("Can you recommend someone for this?", matches())),
    case(G, "who do you have", START, step("Who do you have that fits?", matches())),
    case(G, "match me", START, step("match me with an expert, max 120 dollars per hour", matches(max_rate=(120, "USD")))),
    case(G, "rate in euros", START, step("show me people below €100/h", matches(max_rate=(100, "EUR")))),
    case(G, "no more than", START, step("I need a tech lead, no more than 90 bucks an hour", matches(max_rate=(90, "USD")))),
    case(G, "language", START, step("Is there anybody who speaks German?", matches(languages=["de"]))),
    case(G, "two languages", START, step("someone fluent in French and Spanish", matches(languages=["fr", "es"], may_be_empty=True))),
    case(G, "skill", START, step("I want somebody who knows Kubernetes", matches(skills=["kubernetes"]))),
    case(G, "two skills", START, step("CTOs with React and Python experience", matches(skills=["react", "python"]))),
    case(G, "alias", START, step("anyone good with k8s and postgres?", matches(skills=["kubernetes", "postgres"], may_be_empty=True))),
    case(G, "country", START, step("someone based in Germany", matches(countries=["DE"]))),
    case(G, "years", START, step("at least 15 years of experience, who do you have?", matches(years=15))),
    case(G, "available soon", START, step("Who could lead this and is available this week?", matches(within_days=7))),
    case(G, "cheaper", START, FIND, step("cheaper please", matches(cheaper=True))),
    case(G, "less expensive", START, FIND, step("That's too expensive. Anyone less expensive?", matches(cheaper=True))),
    case(G, "too pricey", START, step("who can help?", matches()), step("hm, these are too pricey for us", matches(cheaper=True))),
    case(G, "my time zone", START, FIND, step("only in my time zone", matches(overlap=True, max_rate=(150, "USD")))),
    case(G, "same hours", START, FIND, step("I'd prefer people who work the same hours as us, same time zone", matches(overlap=True))),
    case(G, "New York zone", START, step("find CTOs in my timezone", matches(overlap=True)), timezone="America/New_York"),
    case(G, "keep filters", START, FIND, step("and they must speak German", matches(languages=["de"], max_rate=(150, "USD"), may_be_empty=True))),
    case(G, "new rate", START, FIND, step("make it under $100", matches(max_rate=(100, "USD")))),
    case(G, "loosen", START, FIND, step("the rate doesn't matter", matches())),
    case(G, "anyone else", START, FIND, step("anyone else?", matches(fresh=True))),
    case(G, "show more", START, FIND, step("show me other options", matches(fresh=True))),
    case(G, "the last one", START, FIND, step("the last one", names_pick(-1))),
    case(G, "tell me more", START, FIND, step("tell me more about the second one", names_pick(2), no_card("matches"))),
    case(G, "number three", START, FIND, step("what about number 3?", names_pick(3))),
    case(G, "why", START, FIND, step("why is the first one a good match?", names_pick(1))),
    case(G, "compare", START, FIND, step("compare the first two", names_pick(1), names_pick(2))),
    case(G, "out of range", START, FIND, step("tell me about the ninth one", says("only 5|whom|which"))),
    case(G, "impossible", START, step("who can do it for $2 an hour?", matches(may_be_empty=True), says("nobody|no one|none"))),
    one(G, "Find me a React CTO under $120 an hour", matches(max_rate=(120, "USD"), skills=["react"])),
    one(G, "I'm looking for a CTO for my fintech startup building a lending platform, budget €100k", analysis(budget=(100_000, "EUR")), matches()),
    one(G, "who can you recommend?", asks),
    case(G, "industry experience", START, step("I'd like someone with banking experience", matches())),
    case(G, "not this skill", START, FIND, step("nobody who does blockchain please", matches())),
    case(G, "fractional", START, step("we need a fractional CTO, two days a week", matches())),
    case(G, "between", START, step("CTOs between $80 and $120 per hour", matches(max_rate=(120, "USD")))),
]  # fmt: skip
