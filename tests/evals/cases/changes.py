"""Corrections, negations, new facts."""

from tests.evals.case import case, one, step
from tests.evals.checks import analysis, knows, says

G = "changes"
START = "I want to build a telehealth app for people with diabetes. We have $80k and about 4 months."

CASES = [
    case(G, "no, I meant", step(START), step("No, I meant 60k, not 80k", analysis(budget=(60_000, "USD"), version=2))),
    case(G, "actually", step(START), step("actually the budget is $120,000", analysis(budget=(120_000, "USD"), version=2), says("changed|instead|updated|now|with that"))),
    case(G, "more time", step(START), step("We could take 7 months", analysis(weeks=(29, 32)))),
    case(G, "another currency", step(START), step("sorry, that was euros, not dollars", analysis(budget=(80_000, "EUR")))),
    case(G, "add features", step(START), step("Also add offline mode and wearables like Fitbit", analysis(version=2), knows(features="offline"))),
    case(G, "drop a feature", step("A cooking app with video lessons, payments and chat. $50k"), step("Drop the chat", analysis(), knows(no_features="chat"))),
    case(G, "no mobile", step("A booking platform for hair salons, React, $40k"), step("No mobile app, only web", analysis(), knows(excluded="mobile|app"))),
    one(G, "We use React, but no mobile and no blockchain. It's a supplier portal for a furniture maker, 80k EUR.", analysis(budget=(80_000, "EUR")), knows(technologies="react", excluded="blockchain")),
    case(G, "industry corrected", step("An app for clinics to schedule staff, $70k"), step("Oh, and it is for veterinary clinics", analysis())),
    case(G, "team", step(START), step("We have two backend developers and a designer", analysis(), knows())),
    case(G, "relative money", step(START), step("We got another 20k", analysis(budget=(100_000, "USD")))),
    case(G, "forget the deadline", step(START), step("There is no fixed deadline after all", analysis())),
    case(G, "platform added", step("A habit tracker for iPhone, $20k"), step("and Android too please", analysis(), knows(platforms=["ios", "android"]))),
    case(G, "regulation", step("An app that stores medical images for radiologists, €200k"), step("it has to be GDPR compliant", analysis(), knows(regulations="gdpr"))),
    case(G, "double correction", step(START), step("make that 90k"), step("no wait, 95k", analysis(budget=(95_000, "USD")))),
]  # fmt: skip
