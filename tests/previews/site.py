"""A web server for tests, with the pages that people link to and the ones that attackers do."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

Handler = Callable[[str, dict[str, str], asyncio.StreamWriter], Awaitable[None]]


def page(head: str, body: str = "") -> bytes:
    return answer(
        "text/html; charset=utf-8", f"<!doctype html><html><head>{head}</head><body>{body}</body>".encode()
    )


def answer(kind: str, body: bytes, *, status: str = "200 OK", **headers: str) -> bytes:
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode()
        + body
    )


def moved(to: str, *, status: str = "302 Found") -> bytes:
    return answer("text/plain", b"", status=status, Location=to)


class Site:
    """`pages` maps a path to the whole answer, or to a handler. `asked` holds what was asked for, with headers."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.pages: dict[str, bytes | Handler] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._host = host
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"{self._host}:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.address}{path}"

    async def __aenter__(self) -> "Site":
        self._server = await asyncio.start_server(self._serve, self._host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines[1:] if line)
            }
            self.asked.append((path, headers))
            found = self.pages.get(path, answer("text/plain", b"nothing", status="404 Not Found"))
            if isinstance(found, bytes):
                writer.write(found)
                await writer.drain()
            else:
                await found(path, headers, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
