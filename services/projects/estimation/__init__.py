"""Size, effort, time and cost of a project from its brief. Pure: no database, no network, no clock."""

from services.projects.estimation.estimator import estimate
from services.projects.estimation.schemas import Anchor, Estimate, RateBand, RateCard

__all__ = ["Anchor", "Estimate", "RateBand", "RateCard", "estimate"]
