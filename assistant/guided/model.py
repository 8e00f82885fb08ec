"""`GuidedChatModel`: a LangChain chat model without a network. Reads the conversation, decides, calls tools, words."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from langchain.messages import AIMessage, AIMessageChunk
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import TypeAdapter

from assistant.guided import rooms
from assistant.guided.meaning import Meanings
from assistant.guided.policy import decide
from assistant.guided.state import CALL_PREFIX, read
from assistant.guided.tasks import Call
from assistant.guided.understanding import readable, understand
from assistant.guided.wording import say

_TOKEN = re.compile(r"\s*\S+\s*?(?=\s|$)|\s+")
_json = TypeAdapter(dict[str, Any])
MOST_CALLS = 6


class GuidedChatModel(BaseChatModel):
    """Understands founders by parsers, a taxonomy, patterns and, where those know nothing, by small local embeddings
    (`meanings`), and answers from templates.

    It behaves as any chat model does: bound tools are called one at a time by `tool_calls`, text streams in small
    chunks. Without the tools it needs it says what it cannot do.
    """

    meanings: Meanings | None = None

    @property
    def _llm_type(self) -> str:
        return "guided"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer these tools. A task whose tool is not offered says so."""
        names = frozenset(tool.name for tool in tools if isinstance(tool, BaseTool))
        return self.bind(tools=names, **kwargs)

    def answer(self, messages: Sequence[BaseMessage], tools: frozenset[str]) -> Call | str:
        """The next tool call, or the reply. A pure function of the conversation."""
        if rooms.is_shared(messages):
            return rooms.answer(messages, tools)
        before, state = read(messages)
        if self.meanings is not None:
            self.meanings.prepare(readable(before))
            got = understand(before, self.meanings.intent)
        else:
            got = understand(before)
        tasks = decide(before, got)
        if len(state.results) < MOST_CALLS:
            for task in tasks:
                call = task.next(state, got)
                if call is not None and call.name in tools:
                    return call
        texts = [task.reply(state, got) for task in tasks]
        reply = "\n\n".join(text for text in texts if text)
        return reply or say("talk.unclear", state.seed, next=say("talk.next-describe", state.seed))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = _chunks(self.answer(messages, kwargs.get("tools") or frozenset()), len(messages))
        whole = None
        for chunk in message:
            whole = chunk.message if whole is None else whole + chunk.message
        assert isinstance(whole, AIMessageChunk)
        return ChatResult(
            generations=[ChatGeneration(message=AIMessage(whole.content, tool_calls=whole.tool_calls))]
        )

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from _chunks(self.answer(messages, kwargs.get("tools") or frozenset()), len(messages))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        if (
            self.meanings is not None
            and not rooms.is_shared(messages)
            and (sentences := readable(read(messages)[0]))
        ):
            # Read beside the loop: `answer` then only looks it up.
            await asyncio.to_thread(self.meanings.prepare, sentences)
        for chunk in _chunks(self.answer(messages, kwargs.get("tools") or frozenset()), len(messages)):
            yield chunk


def _chunks(answer: Call | str, position: int) -> Iterator[ChatGenerationChunk]:
    if isinstance(answer, Call):
        arguments = _json.dump_json(answer.arguments).decode()
        call = tool_call_chunk(name=answer.name, args=arguments, id=f"{CALL_PREFIX}{position}", index=0)
        yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[call]))
        return
    for token in _TOKEN.findall(answer):
        yield ChatGenerationChunk(message=AIMessageChunk(content=token))
