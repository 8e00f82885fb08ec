"""Importing this module knows all rooms: their jobs, hooks and kinds of proposals are registered."""

from services.accounts import service as accounts
from services.conversations import merging, turns

__all__ = ["accounts", "merging", "turns"]
