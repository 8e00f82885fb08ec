"""Processes that benchmarks measure: kept on a core, watched, and ended with the benchmark."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "bench" / ".build"
NATIVE = ROOT / "bench" / "native"
START_SECONDS = 180
TICK = os.sysconf("SC_CLK_TCK")
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024

CORES = sorted(os.sched_getaffinity(0))


class Unavailable(Exception):
    """A contender or a tool is not on this machine; the text says what is missing and how to get it."""


def compiled(name: str) -> Path:
    """A program from `bench/native`, compiled when it is new. Raises Unavailable without a C compiler."""
    source, target = NATIVE / f"{name}.c", BUILD / name
    if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
        return target
    compiler = os.environ.get("CC") or shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise Unavailable("This benchmark needs a C compiler: install gcc, or point CC to one.")
    BUILD.mkdir(exist_ok=True)
    subprocess.run([compiler, "-O2", "-Wall", "-o", str(target), str(source)], check=True)
    return target


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Watched:
    """A running process: CPU seconds and memory it has used."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    @property
    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    @property
    def memory_kb(self) -> int:
        """Resident memory without pages shared with other processes' files."""
        fields = Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return (int(fields[1]) - int(fields[2])) * PAGE_KB


@contextmanager
def running(
    command: Sequence[str | Path],
    port: int,
    *,
    cores: Sequence[int] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
) -> Iterator[Watched]:
    """Run a server until the block ends; yields when it listens. `cores`: where it may run (default: the server's
    core, so that contenders are compared core for core)."""
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        preexec_fn=lambda: prepare_child(CORES),
        start_new_session=True,
    )
    try:
        _wait_until_it_listens(process, port)
        for thread in Path(f"/proc/{process.pid}/task").iterdir():  # starting may use the whole machine
            os.sched_setaffinity(int(thread.name), cores or server_cores())
        yield Watched(process, port)
    finally:
        _end(process)


@contextmanager
def beside(command: Sequence[str], *, environment: Mapping[str, str]) -> Iterator[None]:
    """Run a process that nobody connects to, off the server's core, until the block ends."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        preexec_fn=lambda: prepare_child(other_cores()),
        start_new_session=True,
    )
    try:
        yield
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def prepare_child(cores: Sequence[int]) -> None:
    """In a new process: keep to these cores, and end with the benchmark however that ends."""
    os.sched_setaffinity(0, cores)
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def server_cores() -> list[int]:
    """The core of whatever is measured."""
    return CORES[:1]


def other_cores() -> list[int]:
    """The cores of load clients."""
    return CORES[1:] or CORES


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None:
                raise Unavailable(f"{process.args!r} ended with {process.returncode}") from None
            if time.monotonic() > deadline:
                raise Unavailable(f"{process.args!r} did not listen in time") from None
            time.sleep(0.05)


def machine() -> str:
    """What the figures were measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "unknown processor",
    )
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores of {model}, Linux {os.uname().release}, load average {load:.1f} at the start"
    )
