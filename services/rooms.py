"""Importing this module knows all rooms: their jobs, hooks and kinds of proposals are registered."""

from services.accounts import service as accounts
from services.billing import proposals as payment_proposals
from services.billing import service as billing
from services.bookings import cancel_proposals
from services.bookings import service as bookings
from services.conversations import feedback, leaving, messaging, turns
from services.conversations import indexing as search_indexing
from services.experts import jobs as experts
from services.experts import service as profiles
from services.experts.reviews import jobs as reviews
from services.files import service as files
from services.matching import indexing
from services.matching import jobs as matching
from services.matching import notices as match_notices
from services.notifications import invitations
from services.notifications import service as notifications
from services.previews import service as previews

__all__ = [
    "accounts",
    "billing",
    "bookings",
    "cancel_proposals",
    "experts",
    "feedback",
    "files",
    "indexing",
    "invitations",
    "leaving",
    "match_notices",
    "matching",
    "messaging",
    "notifications",
    "payment_proposals",
    "previews",
    "profiles",
    "reviews",
    "search_indexing",
    "turns",
]
