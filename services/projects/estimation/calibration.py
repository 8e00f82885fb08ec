"""The fitted curves: effort from size, and duration from effort, as Student-t distributions on the log scale.

The constants are in `calibration.json`, which `python -m bench.estimation --fit` writes from `data/effort/`.
"""

import json
from dataclasses import dataclass
from functools import cache
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

from services.projects.estimation import student

PATH = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True)
class Prediction:
    """A positive quantity whose logarithm is Student-t: `location` and `scale` are in natural logs."""

    location: float
    scale: float
    df: float

    def quantile(self, p: float) -> float:
        """The value that is not exceeded with probability `p`."""
        return exp(self.location + self.scale * student.quantile(p, self.df))

    def chance_within(self, limit: float) -> float:
        """Probability of staying at or under `limit` (same unit as `quantile`)."""
        if limit <= 0:
            return 0.0
        return student.cdf((log(limit) - self.location) / self.scale, self.df)

    @property
    def median(self) -> float:
        return exp(self.location)

    def times(self, factor: float, log_sd: float = 0.0) -> "Prediction":
        """The product with an independent factor, whose own spread is `log_sd` on the log scale."""
        return Prediction(self.location + log(factor), sqrt(self.scale**2 + log_sd**2), self.df)


@dataclass(frozen=True)
class Curve:
    """log y = intercept + slope * (log x - centre), and the parts of the prediction's variance.

    `scale` is the scale at the centre: residual spread, spread between organisations and uncertainty of the fit;
    `slope_sd` widens it away from the centre.
    """

    centre: float
    intercept: float
    slope: float
    scale: float
    slope_sd: float
    df: float

    def predict(self, x: float) -> Prediction:
        """The distribution of y for `x` > 0."""
        if x <= 0:
            raise ValueError("x must be positive")
        distance = log(x) - self.centre
        return Prediction(
            self.intercept + self.slope * distance,
            sqrt(self.scale**2 + (self.slope_sd * distance) ** 2),
            self.df,
        )


@dataclass(frozen=True)
class Calibration:
    """Effort in person-hours from function points, and duration in months from person-hours, for an organisation
    of which no project is known."""

    effort: Curve
    duration: Curve
    projects: int
    data_sets: tuple[str, ...]

    @classmethod
    def read(cls, data: dict[str, Any]) -> "Calibration":
        """From the parsed JSON."""
        return cls(
            effort=Curve(**data["effort"]),
            duration=Curve(**data["duration"]),
            projects=data["projects"],
            data_sets=tuple(data["data_sets"]),
        )


@cache
def calibration() -> Calibration:
    """The committed constants."""
    return Calibration.read(json.loads(PATH.read_text(encoding="utf-8")))
