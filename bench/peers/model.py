"""An OpenAI-compatible model server that answers at once: PORT.

`calls=N` in the newest user message asks for N tool calls, one after the other; then, or without it, come 20 words.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import uvloop

WORDS = 20
TOOL = "list_bookings"
ARGUMENTS = ('{"when": "upcoming"}', '{"when": "past"}')


def _chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _line({"choices": [choice]})


def _line(content: dict[str, Any]) -> bytes:
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "instant", **content}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _answer(*chunks: bytes) -> bytes:
    usage = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
    body = b"".join(chunks) + _line({"choices": [], "usage": usage}) + b"data: [DONE]\n\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


TEXT = _answer(
    _chunk({"role": "assistant", "content": ""}),
    *(_chunk({"content": f"word{n} "}) for n in range(WORDS)),
    _chunk({}, "stop"),
)
CALLS = [
    _answer(
        _chunk(
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "index": 0,
                        "id": f"call_{n}",
                        "type": "function",
                        "function": {"name": TOOL, "arguments": ""},
                    }
                ],
            }
        ),
        _chunk({"tool_calls": [{"index": 0, "function": {"arguments": arguments}}]}),
        _chunk({}, "tool_calls"),
    )
    for n, arguments in enumerate(ARGUMENTS)
]


class Model(asyncio.Protocol):
    """HTTP/1.1 with kept-alive connections, as much of it as a client of this server needs."""

    def __init__(self) -> None:
        self._input = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._input += data
        while (end := self._input.find(b"\r\n\r\n")) >= 0:
            head = self._input[:end].lower()
            size = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            if len(self._input) < end + 4 + size:
                return
            body, self._input = self._input[end + 4 : end + 4 + size], self._input[end + 4 + size :]
            messages = json.loads(body)["messages"]
            asked = max(n for n, message in enumerate(messages) if message["role"] == "user")
            wanted = int(str(messages[asked]["content"]).rpartition("calls=")[2] or 0)
            made = sum(message["role"] == "tool" for message in messages[asked:])
            self._transport.write(CALLS[made] if made < wanted else TEXT)  # type: ignore[attr-defined]


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Model, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
