"""Importing this module knows all rooms: their jobs, hooks and kinds of proposals are registered."""

from services.accounts import service as accounts
from services.billing import service as billing
from services.bookings import service as bookings
from services.conversations import merging, turns
from services.experts import jobs as experts
from services.matching import jobs as matching
from services.notifications import service as notifications

__all__ = ["accounts", "billing", "bookings", "experts", "matching", "merging", "notifications", "turns"]
