"""The analysis of a project from its brief and estimate. Pure: no database, no network, no clock."""

from services.projects.analysis.analysing import analyse
from services.projects.analysis.comparing import compare

__all__ = ["analyse", "compare"]
