"""A virus scanner that speaks clamd's protocol over TCP: VERSION, PING and INSTREAM, with StreamMaxLength.

It knows one virus, the EICAR test file, which every scanner knows and which does nothing.

    async with Clamd(max_bytes=25_000_000) as clamd: …  # clamd.url
"""

import asyncio
import struct
from contextlib import suppress

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
VERSION = "ClamAV 1.4.3/27800/Wed Nov 25 09:30:00 2026"


class Clamd:
    """One scanner on a free port. `scans` counts the streams it has answered."""

    def __init__(self, *, max_bytes: int = 100 * 1024 * 1024) -> None:
        self._max_bytes = max_bytes
        self._server: asyncio.Server | None = None
        self.scans = 0
        self.url = ""

    async def __aenter__(self) -> "Clamd":
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"tcp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            command = (await reader.readuntil(b"\0"))[:-1].decode(errors="replace")
            writer.write((await self._do(command, reader)).encode() + b"\0")
            await writer.drain()
            writer.write_eof()
            while await reader.read(65_536):  # what was under way when a limit was passed
                pass
        except (asyncio.IncompleteReadError, OSError):
            return
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _do(self, command: str, reader: asyncio.StreamReader) -> str:
        match command:
            case "zPING":
                return "PONG"
            case "zVERSION":
                return VERSION
            case "zINSTREAM":
                return await self._scan(reader)
        return "UNKNOWN COMMAND"

    async def _scan(self, reader: asyncio.StreamReader) -> str:
        seen, total, found = b"", 0, False
        while size := struct.unpack(">I", await reader.readexactly(4))[0]:
            chunk = await reader.readexactly(size)
            total += size
            if total > self._max_bytes:
                return "INSTREAM size limit exceeded. ERROR"
            found = found or EICAR in seen + chunk
            seen = chunk[-len(EICAR) :]
        self.scans += 1
        return "stream: Eicar-Signature FOUND" if found else "stream: OK"
