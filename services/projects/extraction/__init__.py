"""Reads facts about a project out of what a founder writes. Pure: no database, no network, no clock of its own.

`read` gives the patch of the brief that a message makes, `when` the points in time it names.
"""

from datetime import UTC, datetime

from services.projects.extraction.moments import Grain, MomentMention, when
from services.projects.extraction.reader import read

__all__ = ["Grain", "MomentMention", "prepare", "read", "when"]


def prepare() -> None:
    """Build the lists of words, in all languages, that the first reading would otherwise wait for. Takes a second."""
    read("an app", now=datetime(2026, 1, 1, tzinfo=UTC))
