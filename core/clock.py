"""The one place that asks what time it is. All times are timezone-aware UTC."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)
