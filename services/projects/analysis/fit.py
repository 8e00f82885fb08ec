"""What the founder has, in money and weeks, beside what the estimate says it takes."""

from dataclasses import dataclass

from core.errors import InvalidInput
from core.exchange import convert
from core.money import Money
from services.projects.estimation.schedule import WEEKS_A_MONTH
from services.projects.estimation.schemas import Estimate, round_to
from services.projects.schemas import Budget as StatedBudget
from services.projects.schemas import Fact, ProjectBrief

# The chance at which a plan is sound: what project finance calls a P80 budget.
SOUND = 0.8


@dataclass(frozen=True)
class MoneyFit:
    """`amount` is for the whole project; `monthly` tells that it was worked out of a monthly figure."""

    fact: Fact[StatedBudget]
    amount: Money
    chance: float
    monthly: bool


@dataclass(frozen=True)
class TimeFit:
    """`weeks` from now to the deadline."""

    weeks: float
    chance: float


def money_fit(brief: ProjectBrief, estimate: Estimate) -> MoneyFit | None:
    """The chance that the stated budget is enough; None where no budget is known. A monthly budget counts for the
    weeks to the deadline, or for the likely weeks where there is none."""
    fact, months, monthly = brief.budget, 1.0, False
    if fact is None and brief.monthly_budget is not None:
        fact, monthly = brief.monthly_budget, True
        weeks = deadline_weeks(brief) or estimate.schedule.weeks_p50
        months = max(weeks / WEEKS_A_MONTH, 1.0)
    if fact is None:
        return None
    total = fact.value.most
    if monthly:
        total = Money.of(min(round_to(float(total.major) * months, 3), 10**12), total.currency)
    try:
        in_currency = convert(total, estimate.currency)
    except InvalidInput:
        return None  # a currency without a reference rate cannot be compared
    return MoneyFit(fact, total, estimate.cost.chance_within(float(in_currency.major)), monthly)


def deadline_weeks(brief: ProjectBrief) -> float | None:
    """Weeks that the founder gives."""
    return brief.deadline.value.weeks if brief.deadline is not None else None


def time_fit(brief: ProjectBrief, estimate: Estimate) -> TimeFit | None:
    """The chance of a first release by the deadline; None where there is none."""
    weeks = deadline_weeks(brief)
    return None if weeks is None else TimeFit(weeks, estimate.weeks.chance_within(weeks))


def score_of(chance: float) -> int:
    """A chance as a score: 100 from 80% on, in proportion below."""
    return round(100 * min(chance / SOUND, 1.0))
