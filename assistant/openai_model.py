"""`ChatOpenAI` with its streams read as plain JSON.

The SDK builds a Pydantic object of every chunk, and LangChain takes it apart into the dictionary that it was: two thirds
of what a streamed answer costs. Here the SDK sends the request and reads the events (its way for requests that it has
no types for: authentication, errors and time limits are its own), and each chunk goes to LangChain as it came.
"""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import openai
import orjson
from langchain.messages import AIMessageChunk
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import BaseMessage, BaseMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables import RunnableConfig
from langchain_openai import ChatOpenAI
from openai import AsyncStream

from assistant.model_failures import CutStream, EmptyReply


class StreamedChatOpenAI(ChatOpenAI):
    """For streams of chat completions; everything else is `ChatOpenAI`'s."""

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        """Chunks as they come. Raises the SDK's errors."""
        asked = {"stream": True, "stream_options": {"include_usage": True}, **kwargs}
        payload = self._get_request_payload(messages, stop=stop, **asked)
        if "response_format" in payload or self._use_responses_api(payload):
            async for chunk in super()._astream(messages, stop, run_manager, **kwargs):
                yield chunk
            return
        kind: type[BaseMessageChunk] = AIMessageChunk
        stream: AsyncStream[object] = await self.root_async_client.post(
            "/chat/completions",
            cast_to=object,
            content=orjson.dumps(
                payload
            ),  # the tools alone are 20 kB, ten times slower in the SDK's own hands
            stream=True,
            stream_cls=AsyncStream[object],
        )
        async with stream:
            async for read in stream:
                if not isinstance(read, dict):
                    raise ValueError("a chunk of the stream is no object")
                made = self._convert_chunk_to_generation_chunk(read, kind, None)
                if made is None:
                    continue
                kind = type(made.message)
                yield made

    async def astream(
        self,
        input: LanguageModelInput,  # noqa: A002 (its name in LangChain)
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[AIMessageChunk]:
        """Messages as they come. LangChain's callbacks are not told: its tracer is kept off (`assistant.tracing`)."""
        async for made in self._astream(self._convert_input(input).to_messages(), stop, **kwargs):
            message = made.message
            assert isinstance(message, AIMessageChunk)
            message.response_metadata = {**(made.generation_info or {}), **message.response_metadata}
            yield message
        yield AIMessageChunk(
            content="", chunk_position="last"
        )  # so that arguments that broke off count as broken

    async def aclose(self) -> None:
        """End the connections that are kept for the next request."""
        await self.root_async_client.close()


def retry_after(error: BaseException, attempt: int) -> float | None:
    """Seconds to wait before another try with the same model, or None where trying again cannot help.

    A server's `Retry-After` is honoured.
    """
    if isinstance(error, openai.RateLimitError) and error.code == "insufficient_quota":
        return None
    if isinstance(error, openai.APIStatusError):
        if error.status_code not in (408, 409, 425, 429) and error.status_code < 500:
            return None
        try:
            return max(0.0, float(error.response.headers["retry-after"]))
        except (KeyError, ValueError):
            return _backoff(attempt)
    if isinstance(
        error, openai.APIError | httpx.TransportError | CutStream | EmptyReply | TimeoutError | ValueError
    ):
        # ValueError: a chunk that is no JSON, which is how a cut inside a line shows.
        return _backoff(attempt)
    return None


def _backoff(attempt: int) -> float:
    return float(min(4.0, 0.25 * 2**attempt))
