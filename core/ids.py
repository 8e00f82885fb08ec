"""Identifiers. Every primary key is a UUIDv7 made here, so that ids sort by time and exist before the row does."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as DriverUUID
from uuid_utils import uuid7 as quick_uuid7
from uuid_utils.compat import uuid7

__all__ = ["ASSISTANT_ID", "STORED_WITHIN", "UUID", "first_id_at", "made_at", "new_driver_id", "new_id"]

# The assistant is a member of rooms like anyone else; its account is created by a migration under this id.
ASSISTANT_ID = UUID("00000000-0000-7000-8000-00000000a551")

# A message gets its id when it is handed in, and is stored within the time that sending is tried again for.
STORED_WITHIN = timedelta(seconds=30)


def new_id() -> UUID:
    """A new UUIDv7."""
    return uuid7()


def new_driver_id() -> UUID:
    """Like `new_id`, as the kind of UUID that the database driver gives: made, sent and written as text in a third of the
    time. orjson does not know it."""
    made: UUID = DriverUUID(quick_uuid7().bytes)
    return made


def first_id_at(moment: datetime) -> UUID:
    """The least id of a time: ids from it on were made then or later."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (0x7 << 76) | (0b10 << 62))


def made_at(id_: UUID) -> datetime:
    """When an id was made, to the millisecond."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC)
