"""Traces go to a local OTLP sink: whole, without secrets and personal data; logs are without them, too."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from core.log import _Json, redact
from tests.assistant.conftest import StartChat
from tests.assistant.openai_server import Call, OpenAIServer, Reply

MINE = "My mail is ada.lovelace@mail.example, phone +49 151 2345 6789, card 4242 4242 4242 4242, IBAN DE89 3704 0044 0532 0130 00."
PERSONAL = ("ada.lovelace", "2345", "4242 4242", "3704")


@dataclass
class Sink:
    """What arrived."""

    url: str = ""
    headers: list[str] = field(default_factory=list)
    spans: list[dict[str, object]] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.headers.append(head)
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        body = await reader.readexactly(length)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    attributes = {a.key: a.value.string_value or a.value.int_value for a in span.attributes}
                    self.spans.append(
                        {"name": span.name, "id": span.span_id, "parent": span.parent_span_id, **attributes}
                    )
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def sinking() -> AsyncIterator[Sink]:
    sink = Sink()
    server = await asyncio.start_server(sink.handle, "127.0.0.1", 0)
    sink.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield sink
    finally:
        server.close()


@pytest.mark.parametrize("content", [False, True])
async def test_a_turn_is_traced_without_personal_data(
    start_chat: StartChat, openai: OpenAIServer, *, content: bool
) -> None:
    async with sinking() as sink:
        chat = await start_chat(otlp_endpoint=sink.url, otlp_headers="x-team=blue", trace_content=content)
        openai.script(Reply(calls=[Call("analyse_project", {})]), Reply("Noted. " + MINE))
        await chat.say("I want to build a telehealth app, $80k. " + MINE)
        await asyncio.to_thread(chat.agent.tracing.close)
    by_name = {str(span["name"]): span for span in sink.spans}
    assert set(by_name) == {"turn", "chat scripted", "execute_tool analyse_project"}
    turn = by_name["turn"]
    assert turn["parent"] == b""
    assert {span["parent"] for name, span in by_name.items() if name != "turn"} == {turn["id"]}
    assert by_name["chat scripted"]["gen_ai.usage.input_tokens"] == 11
    assert by_name["execute_tool analyse_project"]["sextant.tool.ok"] == "true"
    assert str(turn["sextant.prompt_version"]).startswith("system@")
    assert "x-team: blue" in sink.headers[0]
    everything = str(sink.spans)
    assert not any(piece in everything for piece in PERSONAL)
    assert ("telehealth" in everything) is content


async def test_nothing_is_sent_when_nothing_is_configured(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    chat = await start_chat()
    openai.script(Reply("Hello."))
    await chat.say("Hi")
    assert chat.agent.tracing._provider is None


async def test_langsmith_is_reached_over_otlp_with_its_key(
    start_chat: StartChat, openai: OpenAIServer
) -> None:
    async with sinking() as sink:
        chat = await start_chat(
            langsmith_api_key="ls-key", langsmith_endpoint=sink.url, langsmith_project="demo"
        )
        openai.script(Reply("Hello."))
        await chat.say("Hi")
        await asyncio.to_thread(chat.agent.tracing.close)
    assert "POST /otel/v1/traces" in sink.headers[0]
    assert "x-api-key: ls-key" in sink.headers[0]
    assert "langsmith-project: demo" in sink.headers[0]


async def test_a_dead_sink_does_not_disturb_a_turn(start_chat: StartChat, openai: OpenAIServer) -> None:
    chat = await start_chat(otlp_endpoint="http://127.0.0.1:9")
    openai.script(Reply("Hello."))
    answer = await chat.say("Hi")
    assert answer.finished.text == "Hello."


def test_logs_are_without_personal_data() -> None:
    record = logging.makeLogRecord(
        {"name": "x", "levelname": "INFO", "msg": "said: %s", "args": (MINE,), "said": {"text": MINE}}
    )
    line = _Json().format(record)
    assert not any(piece in line for piece in PERSONAL)
    assert json.loads(line)["message"].startswith("said: My mail is [personal]")
    harmless = "turn 01a214f5-68dc-70f9-8a3f-ca81f8033719 at 2026-11-25 23:48:38, 1764113318123 ns, 127.0.0.1:8000, +12"
    assert redact(harmless) == harmless
