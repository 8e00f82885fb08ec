"""Which model answers, by settings: `StreamedChatOpenAI` for OpenAI and everything that speaks its protocol, or `guided`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from langchain_core.language_models import BaseChatModel

from assistant.guided.meaning import Meanings
from assistant.guided.model import GuidedChatModel
from core.gateways import gateways
from core.gateways.embeddings import LocalEmbeddings
from core.settings import Settings

# Published list prices in micro-dollars per token (input, output), by the longest prefix of the model's name.
_PRICES = {
    "gpt-4.1": (2.0, 8.0),
    "gpt-4.1-mini": (0.4, 1.6),
    "gpt-4.1-nano": (0.1, 0.4),
    "gpt-4o": (2.5, 10.0),
    "gpt-4o-mini": (0.15, 0.6),
    "gpt-5": (1.25, 10.0),
    "gpt-5-mini": (0.25, 2.0),
    "gpt-5-nano": (0.05, 0.4),
}


async def _nothing() -> None:
    return


def _never(error: BaseException, attempt: int) -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class Choice:
    """A model to answer with, under the name that is stored with the turn. `retry_after`: seconds to wait after an
    error (of the attempt counted from 0) before another try with it, or None where that cannot help. `close` ends its
    connections."""

    name: str
    model: BaseChatModel
    guided: bool
    retry_after: Callable[[BaseException, int], float | None] = _never
    close: Callable[[], Awaitable[None]] = _nothing


def guided() -> Choice:
    """The embedded model. Needs no key and no network."""
    return Choice("guided", GuidedChatModel(meanings=Meanings(_embed)), guided=True)


def _embed(texts: list[str]) -> list[list[float]]:
    """By the local model: the one that profiles are embedded with where it is in use, else one of our own."""
    in_use = vars(gateways()).get("embeddings")
    return (in_use if isinstance(in_use, LocalEmbeddings) else _local()).embed_now(texts)


@lru_cache
def _local() -> LocalEmbeddings:
    return LocalEmbeddings()


def choose(settings: Settings) -> Choice:
    """The model that `settings` ask for."""
    if not settings.uses_openai:
        return guided()
    # The SDK takes a second to load: where it is not used, the service starts without it.
    from openai import DefaultAioHttpClient

    from assistant.openai_model import StreamedChatOpenAI, retry_after

    options: dict[str, Any] = {}
    if settings.openai_base_url:
        options["base_url"] = settings.openai_base_url
    model = StreamedChatOpenAI(
        model=settings.openai_model,
        # Compatible servers often want no key, but the SDK insists on one.
        api_key=settings.openai_api_key or "none",
        timeout=settings.openai_timeout_seconds,
        max_retries=0,  # retried by ModelCalls, which can tell the founder's page that the text starts over
        streaming=True,
        stream_usage=True,
        http_async_client=DefaultAioHttpClient(),  # a quarter less time in the process for each call
        **options,
    )
    return Choice(settings.openai_model, model, guided=False, retry_after=retry_after, close=model.aclose)


def cost_microusd(model: str, input_tokens: int, output_tokens: int) -> float:
    """Micro-dollars for a call; 0 where the price is not known."""
    prefix = max((name for name in _PRICES if model.startswith(name)), key=len, default=None)
    if prefix is None:
        return 0.0
    price_in, price_out = _PRICES[prefix]
    return input_tokens * price_in + output_tokens * price_out
