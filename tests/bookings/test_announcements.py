"""How times are put to people."""

from datetime import UTC, datetime

import pytest

from services.bookings.announcements import local_time


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-11-24T14:00", "Europe/Berlin", "Tuesday, 24 November 2026, 15:00 (Europe/Berlin)"),
        ("2026-11-24T03:30", "Asia/Kolkata", "Tuesday, 24 November 2026, 09:00 (Asia/Kolkata)"),
        ("2026-11-24T20:00", "Asia/Kathmandu", "Wednesday, 25 November 2026, 01:45 (Asia/Kathmandu)"),
        # New York has 01:30 twice on November 1st, Berlin 02:30 on October 25th.
        ("2026-11-01T05:30", "America/New_York", "Sunday, 1 November 2026, 01:30 EDT (America/New_York)"),
        ("2026-11-01T06:30", "America/New_York", "Sunday, 1 November 2026, 01:30 EST (America/New_York)"),
        ("2026-11-01T07:30", "America/New_York", "Sunday, 1 November 2026, 02:30 (America/New_York)"),
        ("2026-10-25T00:30", "Europe/Berlin", "Sunday, 25 October 2026, 02:30 CEST (Europe/Berlin)"),
        ("2026-10-25T01:30", "Europe/Berlin", "Sunday, 25 October 2026, 02:30 CET (Europe/Berlin)"),
        # The first instant after a gap.
        ("2026-03-08T07:00", "America/New_York", "Sunday, 8 March 2026, 03:00 (America/New_York)"),
        ("2026-03-29T01:00", "Europe/Berlin", "Sunday, 29 March 2026, 03:00 (Europe/Berlin)"),
    ],
)
def test_times_are_told_in_the_readers_zone(at: str, zone: str, expected: str) -> None:
    assert local_time(datetime.fromisoformat(at).replace(tzinfo=UTC), zone) == expected
