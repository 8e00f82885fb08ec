"""Identifiers. Every primary key is a UUIDv7 made here, so that ids sort by time and exist before the row does."""

from uuid import UUID

from uuid_utils.compat import uuid7

__all__ = ["ASSISTANT_ID", "UUID", "new_id"]

# The assistant is a member of rooms like anyone else; its account is created by a migration under this id.
ASSISTANT_ID = UUID("00000000-0000-7000-8000-00000000a551")


def new_id() -> UUID:
    """A new UUIDv7."""
    return uuid7()
