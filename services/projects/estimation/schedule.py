"""Elapsed time: the fitted curve of duration on effort, the people at hand, and what compression costs."""

from itertools import pairwise
from math import exp, log, sqrt

from services.projects.estimation.calibration import Curve, Prediction

WEEKS_A_MONTH = 365.25 / 12 / 7
# Hours of a full-time week that go into the project, meetings and the rest taken off.
PRODUCTIVE_HOURS = 32.0
PART_TIME_HOURS = 12.0

# COCOMO II.2000, SCED: share of the nominal schedule and the effort it then takes. Below 75 % it holds no data:
# Boehm calls that the impossible region.
_COMPRESSION = ((0.75, 1.43), (0.85, 1.14), (1.0, 1.0))
SHORTEST = _COMPRESSION[0][0]


def weeks(curve: Curve, hours: Prediction, capacity: float | None) -> tuple[Prediction, bool]:
    """Weeks to the first release for uncertain `hours`, and whether the people at hand set the limit.

    `capacity` is the hours a week of the people there are, None if nobody is named. The spread holds both the
    curve's and the effort's, the latter as far as duration follows effort.
    """
    base = curve.predict(hours.median).times(WEEKS_A_MONTH)
    scale = sqrt(base.scale**2 + (curve.slope * hours.scale) ** 2)
    location, limited = base.location, False
    if capacity is not None and hours.median / capacity > exp(location):
        # Time is then proportional to effort, and as uncertain as it.
        location, limited = log(hours.median / capacity), True
        scale = max(scale, hours.scale)
    return Prediction(location, scale, min(base.df, hours.df)), limited


def compression_effort(share: float) -> float | None:
    """Factor on effort for finishing in `share` of the likely time; None where no data says it can be done."""
    if share >= 1:
        return 1.0
    for (low, high_effort), (high, low_effort) in pairwise(_COMPRESSION):
        if low <= share <= high:
            return high_effort + (share - low) / (high - low) * (low_effort - high_effort)
    return None
