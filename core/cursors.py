"""Cursors of lists that are ordered by time: the moment and the id of the last item that was shown."""

from datetime import UTC, datetime
from uuid import UUID

from core.errors import InvalidInput


def written(at: datetime, item_id: UUID) -> str:
    """The cursor after this item. To the microsecond, so that none is shown twice or left out."""
    return f"{at.isoformat()}~{item_id}"


def read(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The moment and the id in a cursor; None for the first page. Raises InvalidInput (bad_cursor)."""
    if cursor is None:
        return None
    at, _, item_id = cursor.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("without a zone")
        # At the ends of the calendar a zone leads out of it, which no database reads.
        return moment.astimezone(UTC), UUID(item_id)
    except (ValueError, OverflowError):
        raise InvalidInput("This page does not exist; start from the first.", code="bad_cursor") from None
