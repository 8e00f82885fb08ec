"""Size, effort, time and cost of a project from its brief. Pure: no database, no network, no clock."""

from services.projects.estimation.estimator import Anchor, estimate
from services.projects.estimation.schemas import Estimate, RateBand, RateCard

__all__ = ["Anchor", "Estimate", "RateBand", "RateCard", "estimate"]
