"""Virus scanning by ClamAV's daemon over TCP (INSTREAM), where CLAMD_URL names one.

Errors: `VendorUnavailable` when clamd does not answer or cannot scan right now, `TooLargeToScan` when its
StreamMaxLength is below the file's size.
"""

import asyncio
import struct
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from core.errors import Conflict, VendorUnavailable
from core.settings import Settings

_CHUNK = 128 * 1024
_CONNECT_SECONDS = 5.0
_SCAN_SECONDS = 120.0


class TooLargeToScan(Conflict):
    """The scanner does not take files of this size."""

    default_code = "too_large_to_scan"


class Scanner(Protocol):
    """Looks for malware."""

    async def scan(self, path: Path) -> str | None:
        """The name of what was found in the file, None when it is clean."""

    async def close(self) -> None: ...


class ClamdScanner:
    """One clamd. Each scan is one connection, as its protocol wants it."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    async def close(self) -> None:
        return

    async def version(self) -> str:
        """What is running there, with the date of its signatures."""
        return await self._ask(b"zVERSION\0", None)

    async def scan(self, path: Path) -> str | None:
        answer = await self._ask(b"zINSTREAM\0", path)
        # It says what it found after the name of the stream, or which of its limits the file passes.
        if answer.endswith(" OK"):
            return None
        if answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        if "size limit" in answer:
            raise TooLargeToScan("This file is larger than the virus scanner takes.")
        raise VendorUnavailable("The virus scanner could not read the file.", vendor="clamd", answer=answer)

    async def _ask(self, command: bytes, path: Path | None) -> str:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(self._host, self._port)
            # Listened for from the start: clamd answers and hangs up as soon as a limit is passed, and what is written
            # after that would fail and take the answer with it.
            answer = asyncio.create_task(reader.readuntil(b"\0"))
            try:
                async with asyncio.timeout(_SCAN_SECONDS):
                    writer.write(command)
                    if path is not None:
                        await _stream(writer, path, answer)
                    return (await answer)[:-1].decode(errors="replace").strip()
            finally:
                answer.cancel()
                await asyncio.gather(answer, return_exceptions=True)
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise VendorUnavailable("The virus scanner does not answer.", vendor="clamd") from error


async def _stream(writer: asyncio.StreamWriter, path: Path, answer: asyncio.Task[bytes]) -> None:
    with path.open("rb") as file, suppress(ConnectionResetError, BrokenPipeError):
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            if answer.done():
                return
            writer.write(struct.pack(">I", len(chunk)) + chunk)
            await writer.drain()
        writer.write(struct.pack(">I", 0))
        await writer.drain()


def from_settings(settings: Settings) -> ClamdScanner | None:
    """The scanner at CLAMD_URL (tcp://host:port), None when there is none."""
    if settings.clamd_url is None:
        return None
    parts = urlsplit(settings.clamd_url)
    return ClamdScanner(parts.hostname or "127.0.0.1", parts.port or 3310)
