"""From a brief to size, effort, time and cost, each with its spread. Pure and deterministic."""

from math import hypot, log, prod

from core.exchange import currencies
from core.money import Money
from services.projects.estimation.calibration import calibration
from services.projects.estimation.drivers import drivers
from services.projects.estimation.schedule import PART_TIME_HOURS, PRODUCTIVE_HOURS, SHORTEST, weeks
from services.projects.estimation.schemas import Anchor, Estimate, Premise, RateCard, Schedule
from services.projects.estimation.sizing import size
from services.projects.schemas import ProjectBrief, Provenance

FALLBACK_CURRENCY = "USD"


# How far a count from a founder's words is from one of the finished product, on the log scale (a judgement of ours;
# trained counters of one specification differ by about 12 %, Kemerer 1993).
COUNT_LOG_SD = 0.3
# Share of the hours that the CTO works; the rest is the team's.
LEAD_SHARE = 0.2
# A project mixes about four people's rates, which halves the spread of one person's.
_PEOPLE_MIXED = 4
_QUARTILE_WIDTH = 1.349  # of a normal, in standard deviations


def _currency(brief: ProjectBrief, rates: RateCard) -> tuple[str, list[Premise]]:
    wanted = brief.currency
    if wanted is None:
        text = "Costs are in US dollars; you have not named a currency."
        return FALLBACK_CURRENCY, [Premise(key="currency", field="budget", text=text)]
    if wanted not in currencies():
        text = f"Costs are in US dollars; we have no reference rate for {wanted}."
        return FALLBACK_CURRENCY, [Premise(key="currency", field="budget", text=text)]
    if wanted != rates.lead.currency or wanted != rates.team.currency:
        text = f"Hourly rates are converted to {wanted} at a fixed reference rate, good to a few per cent."
        return wanted, [Premise(key="exchange-rate", field="budget", text=text)]
    return wanted, []


def _rate(rates: RateCard, currency: str, cap: Money | None) -> tuple[Money, float]:
    """The blended hourly rate at the median, and the spread of its logarithm."""
    lead, team = rates.lead.into(currency), rates.team.into(currency)

    def blend(lead_rate: Money, team_rate: Money) -> float:
        if cap is not None:
            lead_rate = min(lead_rate, cap, key=lambda money: money.amount)
        return float(lead_rate.major) * LEAD_SHARE + float(team_rate.major) * (1 - LEAD_SHARE)

    quarter, half, three = (blend(getattr(lead, p), getattr(team, p)) for p in ("p25", "p50", "p75"))
    spread = log(three / quarter) / _QUARTILE_WIDTH / _PEOPLE_MIXED**0.5 if three > quarter else 0.0
    return Money.of(f"{half:.2f}", currency), spread


def _capacity(brief: ProjectBrief) -> tuple[float | None, Provenance | None]:
    """Hours a week of the people the founder has, if there are any and nobody else is to be hired."""
    team = brief.team
    if team is None or not team.value.size or team.value.technical is False:
        return None, None
    return team.value.size * (PART_TIME_HOURS if team.value.part_time else PRODUCTIVE_HOURS), team


def estimate(brief: ProjectBrief, rates: RateCard | None = None, *, anchor: Anchor | None = None) -> Estimate:
    """Sizes the brief and predicts hours, weeks and cost of its first release, for an organisation of which no
    project is known. Without `rates` the built-in ones hold."""
    rates = rates or RateCard.default()
    anchor = anchor or Anchor()
    lines, premises = size(brief)
    points = round(sum(line.points for line in lines), 1)
    found = drivers(brief)
    curves = calibration()
    hours = curves.effort.predict(points).times(
        anchor.factor * prod(driver.factor for driver in found),
        hypot(anchor.log_sd, curves.effort.slope * COUNT_LOG_SD),
    )
    premises.append(
        Premise(
            key="productivity",
            field="productivity",
            text=f"Work takes {anchor.factor:.0%} of the hours of the calibration data, whose projects are from the "
            "1980s to the 2000s: code assistants and hosted services save the rest.",
        )
    )

    text = "The size counted from your words is right to about a third; the ranges include that."
    premises.append(Premise(key="count", field="features", text=text))

    capacity, team = _capacity(brief)
    time, limited = weeks(curves.duration, hours, capacity)
    if team is None:
        text = "People are hired as the plan needs them; you have not named a team that builds."
        premises.append(Premise(key="team", field="team", text=text))
    likely = time.median
    people = max(1.0, hours.median / (likely * PRODUCTIVE_HOURS))

    currency, currency_premises = _currency(brief, rates)
    premises += currency_premises
    cap = brief.hourly_cap.value.most if brief.hourly_cap is not None else None
    if cap is not None and (cap.currency != currency or cap.amount == 0):
        cap = None
    rate, spread = _rate(rates, currency, cap)
    basis = (
        f"the rates of {rates.experts} CTOs here"
        if rates.experts
        else "our default rates, not those of the market here"
    )
    premises.append(
        Premise(
            key="rates",
            field="hourly_cap",
            text=f"An hour costs {rate.format()} on average: {LEAD_SHARE:.0%} of the hours by a CTO, the rest by a "
            f"team, at {basis}. People you already have are counted at the same rates.",
        )
    )
    return Estimate(
        sizing=lines,
        points=points,
        drivers=found,
        hours=hours,
        weeks=time,
        cost=hours.times(float(rate.major), spread),
        currency=currency,
        blended_rate=rate,
        schedule=Schedule(
            weeks_p50=likely,
            weeks_p80=time.quantile(0.8),
            people=people,
            shortest_weeks=likely * SHORTEST,
            limited_by_team=limited,
        ),
        premises=premises,
        rates=rates,
        anchor=anchor,
    )
