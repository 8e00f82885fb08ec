"""Money out of free text: formats, words, ranges, bounds, periods, currencies, and what is no budget at all."""

import pytest

from services.projects.merging import merge
from services.projects.schemas import Budget, ProjectBrief
from tests.projects.factories import read


def shown(budget: Budget | None) -> str | None:
    return budget.format() if budget is not None else None


TOTALS = [
    ("We have $80k and about 4 months.", "$80,000"),
    ("sixty grand", "$60,000"),
    ("around sixty grand tops", "up to $60,000"),
    ("a quarter million pounds", "£250,000"),
    ("we can put a quarter of a million pounds into this", "£250,000"),
    ("Budget is €1.2m", "€1,200,000"),
    ("between 50 and 70k", "$50,000–$70,000"),
    ("between 50 and 70 thousand euros", "€50,000–€70,000"),
    ("somewhere between $40k and $55k", "$40,000–$55,000"),
    ("50-70k€", "€50,000–€70,000"),
    ("our budget: 50.000 - 70.000 EUR", "€50,000–€70,000"),
    ("$80-100k", "$80,000–$100,000"),
    ("R$ 80 mil", "R$80,000"),
    ("80 mil reais", "R$80,000"),
    ("temos R$ 150.000,00", "R$150,000"),
    ("Temos um orçamento de 120 mil reais", "R$120,000"),
    ("meio milhão de reais", "R$500,000"),
    ("CHF 80'000", "CHF 80,000"),
    ("80'000 Franken", "CHF 80,000"),
    ("fr. 90'000", "CHF 90,000"),
    ("achtzigtausend Euro", "€80,000"),
    ("Unser Budget beträgt fünfundvierzigtausend Euro", "€45,000"),
    ("80.000 €", "€80,000"),
    ("80 000 €", "€80,000"),
    ("1.250.000,50 €", "€1,250,000.50"),
    ("1,2 Mio. Euro", "€1,200,000"),
    ("100 Tsd. Euro", "€100,000"),
    ("80 TEUR", "€80,000"),
    ("ca. 60 T€", "€60,000"),
    ("un budget de 35 k€", "€35,000"),
    ("cinquante mille euros", "€50,000"),
    ("quatre-vingt mille euros", "€80,000"),
    ("Nous disposons de 45 000 euros", "€45,000"),
    ("hasta 30 mil euros", "up to €30,000"),
    ("un presupuesto de 25.000 euros", "€25,000"),
    ("tenemos 80 mil dólares", "$80,000"),
    ("medio millón de euros", "€500,000"),
    ("max. 40.000 Euro", "up to €40,000"),
    ("höchstens 40.000 Euro", "up to €40,000"),
    ("jusqu'à 40 000 euros", "up to €40,000"),
    ("no more than $90,000", "up to $90,000"),
    ("we can't spend more than 30k", "up to $30,000"),
    ("under 20k", "up to $20,000"),
    ("at least £45k", "from £45,000"),
    ("$50k or less", "up to $50,000"),
    ("50 lakh rupees", "₹5,000,000"),
    ("₹10,00,000", "₹1,000,000"),
    ("2 crore", "₹20,000,000"),
    ("A$90k", "A$90,000"),
    ("C$ 50,000", "CA$50,000"),
    ("90k AUD", "A$90,000"),
    ("US$120k", "$120,000"),
    ("120,000 USD", "$120,000"),
    ("$120,000.00", "$120,000"),
    ("USD 75 000", "$75,000"),
    ("500k SEK", "SEK 500,000"),
    ("300 000 kr", "SEK 300,000"),
    ("¥5,000,000", "¥5,000,000"),
    ("AED 250k", "AED 250,000"),
    ("400k dirhams", "AED 400,000"),
    ("150k shekels", "ILS 150,000"),
    ("200 thousand zlotys", "PLN 200,000"),
    ("half a million bucks", "$500,000"),
    ("one and a half million dollars", "$1,500,000"),
    ("a hundred k", "$100,000"),
    ("a hundred and twenty thousand dollars", "$120,000"),
    ("twenty-five grand", "$25,000"),
    ("25 grand", "$25,000"),
    ("thirty thousand quid", "£30,000"),
    ("ten k", "$10,000"),
    ("budget of 2m", "$2,000,000"),
    ("the budget is 60000", "$60,000"),
    ("We've set aside 75000 for the first version", "$75,000"),
    ("make it 90k", "$90,000"),
    ("I have about 15k saved up", "$15,000"),
    ("We charge users $20 a month and have a budget of $100,000", "$100,000"),
    ("60k, not 80k", "$60,000"),
    ("not 80k but 60k", "$60,000"),
    ("60.000 € statt 80.000 €", "€60,000"),
    ("the whole thing should cost less than 40.000€", "up to €40,000"),
    ("$80k, maybe $100k", "$80,000–$100,000"),
    ("budget 35k, deadline in June", "$35,000"),
    ("I only have $5,000", "$5,000"),
    ("What if we had 200k instead of 120k?", "$200,000"),
    ("we're pre-revenue, 5 angels put in 400k", "up to $400,000"),
    ("80-90 000 EUR, 5-6 Monate", "€80,000–€90,000"),
    ("eighty k and half a year", "$80,000"),
    ("we got 250k in funding", "up to $250,000"),
    ("we just raised a $1.5M seed round", "up to $1,500,000"),
]


@pytest.mark.parametrize(("text", "expected"), TOTALS)
def test_the_budget(text: str, expected: str) -> None:
    budget = read(text).budget
    assert shown(budget.value if budget else None) == expected


MONTHLY = [
    ("8k a month", "$8,000 a month"),
    ("we can spend 5000 euros per month", "€5,000 a month"),
    ("about €6k/month", "€6,000 a month"),
    ("10k per month for 6 months", "$10,000 a month"),
    ("monatlich 5.000 €", "€5,000 a month"),
    ("4.000 Euro im Monat", "€4,000 a month"),
    ("3 000 € par mois", "€3,000 a month"),
    ("2 mil euros al mes", "€2,000 a month"),
    ("R$ 20 mil por mês", "R$20,000 a month"),
    ("our burn is capped at $12k monthly", "up to $12,000 a month"),
    ("$120k a year", "$10,000 a month"),
]


@pytest.mark.parametrize(("text", "expected"), MONTHLY)
def test_a_monthly_budget_is_no_total(text: str, expected: str) -> None:
    patch = read(text)
    assert patch.budget is None
    assert shown(patch.monthly_budget.value if patch.monthly_budget else None) == expected


HOURLY = [
    ("Who could lead this? Under $150 an hour.", "up to $150 an hour"),
    ("no more than 120 €/h", "up to €120 an hour"),
    ("max €100/hr", "up to €100 an hour"),
    ("unter 100 Euro pro Stunde", "up to €100 an hour"),
    ("moins de 90 € de l'heure", "up to €90 an hour"),
    ("menos de 80 dólares por hora", "up to $80 an hour"),
    ("até R$ 300 por hora", "up to R$300 an hour"),
    ("hourly rate below 95 pounds", "up to £95 an hour"),
    ("between $80 and $120 per hour", "$80–$120 an hour"),
    ("150 bucks an hour max", "up to $150 an hour"),
    ("Stundensatz maximal 110 Euro", "up to €110 an hour"),
    ("a day rate of 800 euros", "up to €100 an hour"),
]


@pytest.mark.parametrize(("text", "expected"), HOURLY)
def test_an_hourly_cap_is_no_budget(text: str, expected: str) -> None:
    patch = read(text)
    assert patch.budget is None
    assert shown(patch.hourly_cap.value if patch.hourly_cap else None) == expected


NO_BUDGET = [
    "We expect 50k users in the first year",
    "We charge $20 a month",
    "customers pay 5 euros per delivery",
    "The market is worth $5bn",
    "our revenue was 300k last year",
    "I want to lose 20 pounds",
    "The app should handle 10,000 requests per second",
    "we have 4 months",
    "there are 2000 clinics in the country",
    "since 2019 we have served 12000 customers",
    "24/7 support in 3 languages",
    "call me at 555 1234",
    "our competitor charges 99 dollars",
    "subscription of €9.99",
    "a fine of 10k euros is possible",
    "employees earn 60k",
    "version 2.0 with 3 screens",
    "1000 steps a day",
    "ISO 27001 and SOC 2",
    "we save 40k hours",
    "",
    "$",
    "€€€",
    "0 dollars",
    "k",
]


@pytest.mark.parametrize("text", NO_BUDGET)
def test_what_is_no_budget(text: str) -> None:
    patch = read(text)
    assert (patch.budget, patch.monthly_budget, patch.hourly_cap) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "hint", "expected"),
    [
        ("$80k", "CAD", "CA$80,000"),
        ("$80k", "EUR", "$80,000"),
        ("80k", "GBP", "£80,000"),
        ("200 mil pesos", "ARS", "ARS 200,000"),
        ("200 mil pesos", None, "MXN 200,000"),
        ("budget 500k kr", "NOK", "NOK 500,000"),
        ("US$80k", "AUD", "$80,000"),
    ],
)
def test_the_founders_own_currency_settles_what_is_open(text: str, hint: str | None, expected: str) -> None:
    budget = read(text, currency=hint).budget
    assert shown(budget.value if budget else None) == expected


def brief_with(text: str) -> ProjectBrief:
    return merge(ProjectBrief(), read(text))


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        ("budget €80k", "no, I meant 60k", "€60,000"),
        ("budget €80k", "sorry, 60", "€60,000"),
        ("budget $80k", "I meant 60", "$60,000"),
        ("budget $80k", "actually we have 120", "$120,000"),
        ("budget $80k", "another 20k", "$100,000"),
        ("budget $80k", "we found an additional $15,000", "$95,000"),
        ("budget $80k", "increase the budget by 10k", "$90,000"),
        ("budget $80k", "reduce it by 10k", "$70,000"),
        ("budget $80k", "double the budget", "$160,000"),
        ("budget $80k", "cut the budget in half", "$40,000"),
        ("budget 80.000 €", "nein, ich meinte 60.000", "€60,000"),
        ("budget 80.000 €", "non, plutôt 60 000 €", "€60,000"),
        ("presupuesto 80 mil euros", "perdón, son 60 mil", "€60,000"),
        ("orçamento de R$ 80 mil", "desculpe, na verdade são 60 mil", "R$60,000"),
        ("budget is $80k", "change it to 95k", "$95,000"),
        ("budget is $80k", "more than 80k is not possible", "up to $80,000"),
    ],
)
def test_corrections(first: str, then: str, expected: str) -> None:
    brief = brief_with(first)
    budget = read(then, brief=brief).budget
    assert shown(budget.value if budget else None) == expected
