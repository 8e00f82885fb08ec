"""Calls of the model: streamed, retried, and handed to the guided model when nothing else helps."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from langchain.messages import AIMessage, AIMessageChunk, SystemMessage, ToolCall
from langchain_core.messages import BaseMessage
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from assistant.model_failures import CutStream, EmptyReply
from assistant.models import Choice, cost_microusd
from assistant.output_guard import Guard, PromptLeak
from assistant.prompts import load
from assistant.schemas import Notice
from assistant.turn import Turn
from assistant.written_calls import Gate

log = logging.getLogger(__name__)

ATTEMPTS = 3
LONGEST_WAIT = 10.0
UNREADABLE = "_unreadable"


class ModelCalls:
    """Streams each call of the model to the turn.

    A call that fails in a way that may pass is made again after a wait, with the text taken back. One that fails for
    good, and a turn in which the model twice called tools with invalid arguments, goes on with `guided`.
    """

    def __init__(self, choice: Choice, fallback: Choice, tools: Sequence[BaseTool]) -> None:
        self._choice = choice
        self._fallback = fallback
        self._tools = tools
        self._names = tuple(tool.name for tool in tools)
        self._bound: dict[tuple[str, bool], Runnable[Any, AIMessage]] = {}

    async def answer(self, messages: list[BaseMessage], turn: Turn) -> AIMessage:
        """The next message, streamed to `turn` as it comes; without calls once the turn has made as many as it may."""
        if not turn.guided and not self._choice.guided:
            if turn.handed_over is None:
                message = await self._persist(messages, turn)
                if message is not None:
                    return message
            turn.guided = True
            turn.emit(Notice(turn.handed_over or "The built-in guide answers this message."))
        return await self._call(self._fallback, messages, turn)

    async def _persist(self, messages: list[BaseMessage], turn: Turn) -> AIMessage | None:
        """The chosen model's answer; None, with the reason in `turn.handed_over`, when it cannot give one."""
        for attempt in range(ATTEMPTS):
            try:
                return await self._call(self._choice, messages, turn)
            except PromptLeak:
                turn.take_back("The reply was withheld.")
                log.warning(
                    "a reply that repeats the prompt was withheld", extra={"turn_id": str(turn.turn_id)}
                )
                turn.handed_over = "The model's reply was withheld, so the built-in guide answered."
                return None
            except Exception as error:
                turn.take_back("The model's answer broke off.")
                wait = self._choice.retry_after(error, attempt)
                log.warning(
                    "model call failed",
                    extra={"turn_id": str(turn.turn_id), "attempt": attempt, "error": type(error).__name__},
                    exc_info=wait is None,
                )
                last = attempt + 1 == ATTEMPTS
                if wait is None or last or wait > min(LONGEST_WAIT, turn.remaining - 1):
                    break
                await asyncio.sleep(wait)
        turn.handed_over = f"{self._choice.name} could not answer just now, so the built-in guide took over."
        return None

    async def _call(self, choice: Choice, messages: list[BaseMessage], turn: Turn) -> AIMessage:
        attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": choice.name}
        before = (turn.input_tokens, turn.output_tokens)
        with turn.tracing.span(f"chat {choice.name}", **attributes) as span:
            message = await self._stream(choice, messages, turn)
            span.set_attribute("gen_ai.usage.input_tokens", turn.input_tokens - before[0])
            span.set_attribute("gen_ai.usage.output_tokens", turn.output_tokens - before[1])
            return message

    async def _stream(self, choice: Choice, messages: list[BaseMessage], turn: Turn) -> AIMessage:
        turn.invalid_in_call = False
        closed = turn.tool_calls >= turn.tool_limit
        if closed and not choice.guided:
            # In the first message, as some chat templates allow no later system message.
            messages = [SystemMessage(f"{messages[0].text}\n\n{load('limit').body}"), *messages[1:]]
        gate, guard = Gate(() if closed else self._names), Guard()
        chunks: list[AIMessageChunk] = []
        said: list[str] = []
        async with asyncio.timeout(turn.allowance):
            async for chunk in self._model(choice, closed=closed).astream(messages):
                assert isinstance(chunk, AIMessageChunk)
                chunks.append(chunk)
                content = chunk.content
                if content and (text := gate.feed(content if isinstance(content, str) else str(chunk.text))):
                    shown = text if choice.guided else guard.feed(text)
                    said.append(shown)
                    turn.say(shown)
        rest = gate.finish()
        if not choice.guided:
            rest = guard.feed(rest) + guard.finish()
        said.append(rest)
        turn.say(rest)
        if not chunks:
            raise CutStream
        whole = add_ai_message_chunks(chunks[0], *chunks[1:])
        if not choice.guided and "finish_reason" not in whole.response_metadata:
            raise CutStream
        self._count(choice, whole, turn)
        text = "".join(said).strip()
        calls = (
            [] if closed else _calls(whole, gate)
        )  # some servers bring calls of tools that were not offered
        if not text and not calls:
            raise EmptyReply
        turn.model = choice.name
        turn.keep(text)
        return AIMessage(content=text, tool_calls=calls, id=whole.id)

    def _model(self, choice: Choice, *, closed: bool) -> Runnable[Any, AIMessage]:
        key = (choice.name, closed)
        if key not in self._bound:
            self._bound[key] = (
                choice.model.bind() if closed or not self._tools else choice.model.bind_tools(self._tools)
            )
        return self._bound[key]

    @staticmethod
    def _count(choice: Choice, message: AIMessageChunk, turn: Turn) -> None:
        usage = message.usage_metadata
        if usage is None:
            return
        turn.input_tokens += usage["input_tokens"]
        turn.output_tokens += usage["output_tokens"]
        turn.cost_microusd += cost_microusd(choice.name, usage["input_tokens"], usage["output_tokens"])


def _calls(message: AIMessageChunk, gate: Gate) -> list[ToolCall]:
    """All calls of the message: made, made with unreadable arguments, or written as text."""
    calls: list[ToolCall] = [
        ToolCall(name=call["name"], args=call["args"], id=call["id"] or f"call_{uuid4().hex}")
        for call in message.tool_calls
    ]
    for broken in message.invalid_tool_calls:
        arguments = {UNREADABLE: (broken["args"] or "")[:500]}
        calls.append(
            ToolCall(name=broken["name"] or "", args=arguments, id=broken["id"] or f"call_{uuid4().hex}")
        )
    if not calls:
        calls = [ToolCall(name=c.name, args=c.arguments, id=f"call_{uuid4().hex}") for c in gate.calls]
    return calls
