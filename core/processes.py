"""Child processes that do not outlive this one."""

import ctypes
import signal
import sys
from collections.abc import Callable


def _die_with_parent() -> None:
    # A server that is killed must not leave its children behind (prctl PR_SET_PDEATHSIG).
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


# For `preexec_fn`; only Linux knows it.
die_with_parent: Callable[[], None] | None = _die_with_parent if sys.platform == "linux" else None
