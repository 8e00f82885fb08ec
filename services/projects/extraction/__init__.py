"""Reads facts about a project out of what a founder writes. Pure: no database, no network, no clock of its own.

`read` gives the patch of the brief that a message makes, `when` the points in time it names.
"""

from services.projects.extraction.moments import Grain, MomentMention, when
from services.projects.extraction.reader import read

__all__ = ["Grain", "MomentMention", "read", "when"]
