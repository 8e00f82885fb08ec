"""The sandbox's own time: real time plus an offset that `POST /sandbox/clock` moves forward.

Expiries (checkout sessions, subscription periods) follow this clock. Webhook signatures carry real time, because
receivers compare it with theirs.
"""

import time


class Clock:
    """Seconds since the epoch, moved forward by `offset`."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset

    def now(self) -> int:
        """Now, in whole seconds, on the sandbox's clock."""
        return int(time.time()) + self.offset
