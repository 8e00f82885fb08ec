"""A line between a browser and the product that can be cut, or go dead without a word, as lines of laptops do."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit


class Line:
    """Passes bytes on to the product. Cookies know no ports, so a session of the product is one here too."""

    def __init__(self, url: str) -> None:
        self._port = urlsplit(url).port
        self._server: asyncio.Server | None = None
        self._pairs: dict[asyncio.StreamWriter, asyncio.StreamWriter] = {}
        self._silent: set[asyncio.StreamWriter] = set()
        self._refusing = False
        self.url = ""

    async def __aenter__(self) -> "Line":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        assert self._server is not None
        self._server.close()

    def cut(self) -> None:
        """Everything that is connected is torn off, and nothing new comes through until `mend`."""
        self._refusing = True
        for near, far in list(self._pairs.items()):
            near.transport.abort()
            far.transport.abort()

    def mend(self) -> None:
        self._refusing = False

    def go_dead(self) -> None:
        """What is connected carries nothing any more, and nobody is told; new connections work."""
        self._silent.update(self._pairs)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._pairs[writer] = far_writer
        try:
            await asyncio.gather(
                self._pass_on(writer, reader, far_writer), self._pass_on(writer, far_reader, writer)
            )
        finally:
            self._pairs.pop(writer, None)

    async def _pass_on(
        self, pair: asyncio.StreamWriter, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if pair not in self._silent:
                    writer.write(data)
                    await writer.drain()
        if pair not in self._silent:
            writer.close()
