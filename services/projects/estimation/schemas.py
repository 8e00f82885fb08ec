"""What the estimator takes besides the brief (rates), and what it returns."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.exchange import convert, currencies
from core.money import Currency, Money
from services.projects.estimation.calibration import Prediction
from services.projects.schemas import Provenance


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Anchor(_Value):
    """Where the level of productivity stands today against the calibration data, whose projects are from
    the 1980s to the 2000s.

    `assistants`: field experiments found 26 % more output with code assistants (Cui et al. 2024), so 1 / 1.26.
    `platforms`: hosted sign-in, payments, mail and deployment in place of own work; a judgement of ours, not
    measured. `log_sd` is how unsure we are of the product. Shape and spread are the data's own.
    """

    assistants: Annotated[float, Field(gt=0, le=2)] = 0.79
    platforms: Annotated[float, Field(gt=0, le=2)] = 0.82
    log_sd: Annotated[float, Field(ge=0, le=1)] = 0.2

    @property
    def factor(self) -> float:
        """What multiplies the hours."""
        return self.assistants * self.platforms


class RateBand(_Value):
    """Quartiles of hourly rates, in one currency."""

    p25: Money
    p50: Money
    p75: Money

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if len({self.p25.currency, self.p50.currency, self.p75.currency}) != 1:
            raise ValueError("a rate band is in one currency")
        if not 0 < self.p25.amount <= self.p50.amount <= self.p75.amount:
            raise ValueError("rates must be positive and ascending")
        return self

    @property
    def currency(self) -> Currency:
        return self.p50.currency

    def into(self, currency: Currency) -> "RateBand":
        """The band in another currency, at the reference rate."""
        return RateBand(
            p25=convert(self.p25, currency), p50=convert(self.p50, currency), p75=convert(self.p75, currency)
        )


class RateCard(_Value):
    """Hourly rates: `lead` for the CTO, `team` for the people who build with them.

    `experts` is how many marketplace profiles `lead` rests on; 0 means the built-in defaults.
    """

    lead: RateBand
    team: RateBand
    experts: Annotated[int, Field(ge=0)] = 0

    @classmethod
    def default(cls) -> Self:
        """The built-in rates (US dollars), an assumption of ours that `docs/estimation.md` names."""
        return cls(lead=_band(75, 110, 150), team=_band(35, 50, 70))

    @classmethod
    def from_marketplace(cls, p25: Money, p50: Money, p75: Money, *, experts: int) -> Self:
        """The marketplace's rates of CTOs; fewer than five profiles are no market, and the defaults hold.
        The team's rates are the defaults."""
        if experts < 5 or p25.amount <= 0 or p50.currency not in currencies():
            return cls.default()
        return cls(lead=RateBand(p25=p25, p50=p50, p75=p75), team=cls.default().team, experts=experts)


def _band(low: int, middle: int, high: int) -> RateBand:
    return RateBand(p25=Money.of(low, "USD"), p50=Money.of(middle, "USD"), p75=Money.of(high, "USD"))


class Premise(_Value):
    """Something the estimate takes for granted. `field` is the brief's field that would settle it."""

    key: str
    text: str
    field: str


class SizedItem(_Value):
    """One line of the count. `provenance` is the brief's fact that it counts, or None where `premise` names why."""

    item: str
    points: float
    rule: str
    provenance: Provenance | None = None
    premise: str | None = None
    feature: str | None = Field(None, description="Key of the brief's feature")


class Driver(_Value):
    """Something that multiplies effort, with its source."""

    key: str
    name: str
    factor: float
    source: str
    provenance: Provenance | None = None


class Schedule(_Value):
    """Staffing of the likely plan. `shortest_weeks` is the limit of what more people can buy."""

    weeks_p50: float
    weeks_p80: float
    people: float
    shortest_weeks: float
    limited_by_team: bool


class Estimate(_Value):
    """Everything about size, effort, time and cost. Efforts in person-hours, costs in `currency`'s major unit."""

    sizing: list[SizedItem]
    points: float
    drivers: list[Driver]
    hours: Prediction
    weeks: Prediction
    cost: Prediction
    currency: Currency
    blended_rate: Money
    schedule: Schedule
    premises: list[Premise]
    rates: RateCard
    anchor: Anchor

    def money(self, p: float) -> Money:
        """The cost that is not exceeded with probability `p`, rounded to two digits that carry meaning."""
        return Money.of(round_to(self.cost.quantile(p)), self.currency)


def round_to(value: float, digits: int = 2) -> int:
    """Rounds to `digits` significant digits, as an integer: more would claim a precision that is not there."""
    if value < 1:
        return round(value)
    step = int(10 ** max(len(str(int(value))) - digits, 0))
    return round(value / step) * step
