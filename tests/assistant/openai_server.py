"""A scripted server that speaks OpenAI's chat completions protocol over real HTTP.

A test queues `Reply`s; each request takes the next one (the last is repeated when `repeat_last`). Faults are what
servers do in the field: 429 with Retry-After, 500, a stream cut in the middle of a line, arguments that are no JSON,
a tool call as text. `requests` keeps what was asked.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of the model; `raw` replaces the JSON of the arguments."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the server. `cut_after` ends the connection after that many chunks, in the middle of a line."""

    text: str = ""
    calls: Sequence[Call] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    seconds_per_chunk: float = 0.0
    hang: bool = False
    without_finish: bool = False
    stream_error: bool = False
    chunk_size: int = 4


class OpenAIServer:
    """Serve with `async with serve() as server`; point a client at `server.url`."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.requests: list[dict[str, Any]] = []
        self.repeat_last = False
        self.port = 0
        self._served = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, *replies: Reply, repeat_last: bool = False) -> None:
        """Answer the next requests with these, in order."""
        self.replies = list(replies)
        self.requests.clear()
        self.repeat_last = repeat_last
        self._served = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, which may carry several requests."""
        try:
            while (request := await _read_request(reader)) is not None:
                if not await self._answer(request, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _next(self) -> Reply:
        index = self._served
        self._served += 1
        if index >= len(self.replies):
            return self.replies[-1] if self.repeat_last and self.replies else Reply("(the script has ended)")
        return self.replies[index]

    async def _answer(self, request: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        self.requests.append(request)
        reply = self._next()
        if reply.hang:
            await asyncio.sleep(3600)
        if reply.status != 200:
            body = json.dumps({"error": {"message": "scripted", "type": "scripted", "code": None}}).encode()
            head = f"HTTP/1.1 {reply.status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            extra = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
            writer.write((head + extra + "\r\n").encode() + body)
            await writer.drain()
            return True
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for position, event in enumerate(_events(reply)):
            if reply.cut_after is not None and position >= reply.cut_after:
                _write(writer, event[: len(event) // 2])
                await writer.drain()
                return False
            _write(writer, event)
            if reply.seconds_per_chunk:
                await writer.drain()
                await asyncio.sleep(reply.seconds_per_chunk)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


@asynccontextmanager
async def serve() -> AsyncIterator[OpenAIServer]:
    """A running server on a free port."""
    server = OpenAIServer()
    connections: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(server.handle(reader, writer))
        connections.add(task)
        task.add_done_callback(connections.discard)

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in tuple(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


async def _read_request(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    head = await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""
    if not head:
        return None
    length = 0
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    body: dict[str, Any] = json.loads(await reader.readexactly(length))
    return body


def _chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _line({"choices": [choice]})


def _line(body: dict[str, Any]) -> bytes:
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
    return b"data: " + json.dumps({**base, **body}).encode() + b"\n\n"


def _events(reply: Reply) -> list[bytes]:
    events = [_chunk({"role": "assistant", "content": ""})]
    size = reply.chunk_size
    events += [_chunk({"content": reply.text[at : at + size]}) for at in range(0, len(reply.text), size)]
    for index, call in enumerate(reply.calls):
        arguments = call.raw if call.raw is not None else json.dumps(call.arguments)
        opening = {"index": index, "id": f"call_{id(call)}_{index}", "type": "function"}
        events.append(_chunk({"tool_calls": [{**opening, "function": {"name": call.name, "arguments": ""}}]}))
        half = len(arguments) // 2
        for part in (arguments[:half], arguments[half:]):
            events.append(_chunk({"tool_calls": [{"index": index, "function": {"arguments": part}}]}))
    if reply.stream_error:
        events.append(
            b'data: {"error": {"message": "the server broke", "type": "server_error", "code": null}}\n\n'
        )
        return events
    if not reply.without_finish:
        events.append(_chunk({}, "tool_calls" if reply.calls else "stop"))
        usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        events.append(_line({"choices": [], "usage": usage}))
    events.append(b"data: [DONE]\n\n")
    return events
