"""Descriptions of projects: what is understood from them."""

from tests.evals.case import case, one, step
from tests.evals.checks import analysis, asks, knows, no_card, says

TELEHEALTH = "I want to build a telehealth app for people with diabetes. We have $80k and about 4 months."
G = "brief"

CASES = [
    one(G, TELEHEALTH, analysis(budget=(80_000, "USD"), weeks=(16, 19)), knows(industries="health")),
    one(G, "We're making a marketplace for second-hand bikes. Budget sixty grand, half a year.", analysis(budget=(60_000, "USD"), weeks=(24, 28)), timezone="America/Chicago"),
    one(G, "Need an MVP of a B2B invoicing SaaS, a quarter million pounds, launch in 9 months", analysis(budget=(250_000, "GBP"), weeks=(37, 41))),
    one(G, "a tutoring platform for schools, we can spend 8k a month", analysis(), knows(monthly_budget={"kind": "monthly"})),
    one(G, "An app to split bills between flatmates with push notifications and PayPal. €35,000. 12 weeks.", analysis(budget=(35_000, "EUR"), weeks=(11.5, 12.5))),
    one(G, "Booking system for yoga studios, iOS and Android, budget CHF 120'000, 8 months", analysis(budget=(120_000, "CHF"), weeks=(33, 37)), knows(platforms=["ios", "android"])),
    one(G, "We run a chain of dental clinics and want online appointment booking with reminders. Budget is $45,000 and we need it in 10 weeks.", analysis(budget=(45_000, "USD"), weeks=(9.5, 10.5)), knows(industries="health")),
    one(G, "Platform where farmers sell directly to restaurants, payments by card, delivery tracking. 150k euros.", analysis(budget=(150_000, "EUR"))),
    one(G, "I'd like to build an AI chatbot for customer support in banks. Half a million dollars, 1 year.", analysis(budget=(500_000, "USD"), weeks=(50, 54))),
    one(G, "budget 1.2 million usd, 18 months, building an electronic health record system for hospitals, HIPAA", analysis(budget=(1_200_000, "USD"), weeks=(76, 80)), knows(regulations="hipaa")),
    one(G, "We want to create a fleet tracking dashboard with GPS, 200 trucks. Budget: 70.000 EUR", analysis(budget=(70_000, "EUR"))),
    one(G, "Its a dating app for seniors. we got 50k usd and want to launch in 5 months", analysis(budget=(50_000, "USD"), weeks=(20, 23))),
    one(G, "Build me a React and Node.js web app for event ticketing with Stripe. No mobile. $40k, 3 months.", analysis(budget=(40_000, "USD"), weeks=(12, 14)), knows(technologies=["react", "node"], excluded="mobile")),
    one(G, "telehelth aplication for diabetis pacients, buget 80k dolars, 4 monts", analysis(budget=(80_000, "USD"), weeks=(16, 19))),
    one(G, "A children's learning game for tablets, works offline, in English and Spanish. £90k.", analysis(budget=(90_000, "GBP"))),
    one(G, "Real estate listing site with map search, agents' portal and chat. Up to $100,000. Must be live within 6 months.", analysis(budget=(100_000, "USD"), weeks=(24, 28)), knows(industries="real-estate|property")),
    one(G, "we are a fintech startup building a lending platform with KYC and credit scoring, between 200k and 300k euros", analysis(), knows(industries="fintech", budget={"low": {"amount": 20_000_000, "currency": "EUR"}})),
    one(G, "Podcast hosting platform with subscriptions. I have INR 40 lakh and 7 months.", analysis(weeks=(29, 32))),
    one(G, "A logistics tool for small couriers: route planning, proof of delivery, invoices. 65k AUD, 20 weeks", analysis(budget=(65_000, "AUD"), weeks=(19.5, 20.5))),
    one(G, "Social network for amateur astronomers. Budget unknown yet. 6 months.", analysis(weeks=(24, 28))),
    one(G, "Rebuild our legacy PHP shop with Next.js and PostgreSQL, k8s on AWS; 12 people use the back office. $110k", analysis(budget=(110_000, "USD")), knows(technologies=["next", "postgres", "kubernetes"])),
    one(G, "We need a restaurant ordering app like Uber Eats for our town, 3 developers on the team, $55k", analysis(budget=(55_000, "USD")), knows(team={"size": 3})),
    one(G, "An internal HR tool for 500 employees with SSO and SAP integration, deadline in 16 weeks, EUR 95k", analysis(budget=(95_000, "EUR"), weeks=(15.5, 16.5))),
    one(G, "Crypto wallet with biometric login for iOS only. 130 thousand dollars.", analysis(budget=(130_000, "USD")), knows(platforms="ios")),
    one(G, "Charity donation site: one-off and monthly donations, tax receipts. Ten thousand pounds, two months.", analysis(budget=(10_000, "GBP"), weeks=(8, 9.5))),
    case(G, "vague, then clear", step("I have an idea for an app", asks, no_card("analysis")), step("It helps dog owners find walkers nearby, with payments", analysis())),
    case(G, "money first", step("we have 80k dollars", asks), step("for an app that connects nurses with clinics for shifts", analysis(budget=(80_000, "USD")))),
    case(G, "need a cto only", step("I need a CTO", asks), step("for a food delivery startup in Lisbon, we have €200k", analysis(budget=(200_000, "EUR")))),
    case(G, "bare answers", step("A language exchange app with video calls", analysis()), step("60k euros", analysis(budget=(60_000, "EUR"), version=2)), step("5 months", analysis(budget=(60_000, "EUR"), weeks=(20, 23)))),
    case(G, "facts over several messages", step("We're building a platform for freelance translators"), step("It needs payments, reviews and chat", analysis(), knows(features=["payment", "review|rating", "chat|messag"])), step("Web and Android", knows(platforms=["web", "android"]))),
    case(G, "vague twice is still helped", step("hi, I want to make software", asks), step("something with food"), step("a recipe app with shopping lists and meal plans", analysis())),
    case(G, "what do you know", step(TELEHEALTH), step("What do you know about my project so far?", says(r"80,?000"), says(r"diabet|health"))),
]  # fmt: skip
