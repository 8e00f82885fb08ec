"""The C load client, driven from Python."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from bench.processes import compiled, other_cores, prepare_child

Dialect = Literal["sextant", "socketio", "plain"]


@dataclass
class Load:
    """A load client whose sender and receivers are connected. See `bench/native/load.c` for what it checks."""

    process: subprocess.Popen[str]

    def run(self, *, window: int, seconds: float, warm: float = 0.3, rate: float = 0) -> dict[str, float]:
        """Send for a while; figures of the measured part."""
        self._order(f"run {window} {seconds} {warm} {rate}")
        return self._answer()

    def close_codes(self, stalled: int) -> list[int]:
        """With which code each stalled receiver was closed; 0: it was not."""
        self._order("wake")
        return [self._answer()["close_code"] for _ in range(stalled)]

    def _order(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the load client ended with {self.process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def load(
    port: int,
    dialect: Dialect,
    members: int,
    *,
    body: int = 128,
    stalled: int = 0,
    room: str | None = None,
    tokens: Sequence[str] = (),
    cores: Sequence[int] | None = None,
) -> Iterator[Load]:
    """Connect a sender and `members` receivers. `room` and `tokens` (the sender's first) for the Sextant protocol.
    `cores`: where it may run (default: off the server's core)."""
    process = subprocess.Popen(
        [str(compiled("load")), str(port), dialect, str(members), str(body), str(stalled)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: prepare_child(cores or other_cores()),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if room is not None:
            process.stdin.write("\n".join((room, *tokens)) + "\n")
            process.stdin.flush()
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(f"the load client could not connect; it ended with {process.wait()}")
        yield Load(process)
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()
