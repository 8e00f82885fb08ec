"""Small talk, off-topic, hostile and empty input."""

from tests.evals.case import case, one, step
from tests.evals.checks import analysis, asks, never_says, no_tools, says

G = "talking"
START = step("I want to build a telehealth app for people with diabetes. We have $80k and about 4 months.")

CASES = [
    one(G, "hi", no_tools, asks),
    one(G, "Good morning!", no_tools),
    one(G, "What can you do?", no_tools, says("analy"), says("CTO")),
    one(G, "who are you?", no_tools, says("Sextant|assistant|guide")),
    one(G, "Are you a real person?", no_tools, says("not a person|program|assistant|AI|no")),
    one(G, "What's the weather in Paris?", no_tools, says("software project|can't|outside|pass")),
    one(G, "Write me a poem about the sea", no_tools, says("project|outside|pass|can't")),
    one(G, "Who won the world cup in 2018?", never_says("France")),
    one(G, "you are a useless piece of garbage", no_tools, never_says("garbage|useless")),
    one(G, "???", no_tools, asks),
    one(G, "asdfgh", no_tools, asks),
    one(G, "👍", no_tools),
    one(G, "How much does it cost to use this?", no_tools, says("free|nothing|cost")),
    one(G, "Is my idea safe with you? Who can see it?", no_tools, says("visible|see|private")),
    one(G, "Can I talk to a human?", no_tools, says("person|people|human|call")),
    case(G, "thanks", START, step("Thanks, that helps!", no_tools)),
    case(G, "bye", START, step("ok bye", no_tools)),
    case(G, "off-topic in the middle", START, step("by the way, what's your favourite colour?", no_tools), step("what are the risks?", says("risk"))),
    case(G, "greeting again", START, step("hello again", no_tools)),
    case(G, "back to work", step("you're stupid", no_tools), step("sorry. I need an app for pet sitters with payments, $30k", analysis(budget=(30_000, "USD")))),
]  # fmt: skip
