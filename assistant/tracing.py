"""Traces of turns by OpenTelemetry: off unless an OTLP endpoint (or LangSmith, which takes OTLP) is configured.

A turn is a span with one child per model call and per tool call, named by the conventions for generative AI. What
people and models said is left out, unless `trace_content` asks for it; then personal data is taken out of it first.
LangChain's own tracer, which would send everything as it is, is kept off.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, StatusCode, Tracer

from core.log import redact
from core.settings import Settings

LONGEST = 2_000


class Tracing:
    """The tracer of one process."""

    def __init__(self, tracer: Tracer, provider: TracerProvider | None, *, content: bool) -> None:
        self._tracer = tracer
        self._provider = provider
        self._content = content

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Sends to what is configured, else to nowhere."""
        for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
            os.environ[name] = "false"
        endpoint, headers = _target(settings)
        if endpoint is None:
            return cls(trace.NoOpTracer(), None, content=False)
        resource = Resource.create(
            {"service.name": "sextant", "deployment.environment": settings.environment}
        )
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, headers=headers)))
        return cls(provider.get_tracer("sextant.assistant"), provider, content=settings.trace_content)

    @contextmanager
    def span(self, name: str, **attributes: Any) -> Iterator[Span]:
        """A span around what is done inside; an exception marks it as failed, by its type alone."""
        with self._tracer.start_as_current_span(
            name, attributes=redact(attributes), record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_status(StatusCode.ERROR, type(error).__name__)
                raise

    def said(self, span: Span, key: str, text: str) -> None:
        """What was said, where that is asked for, without personal data."""
        if self._content and span.is_recording():
            span.set_attribute(key, str(redact(text))[:LONGEST])

    def close(self) -> None:
        """Send what waits. Takes as long as the endpoint does: call it in a thread."""
        if self._provider is not None:
            self._provider.shutdown()


def _target(settings: Settings) -> tuple[str | None, dict[str, str]]:
    if settings.langsmith_api_key is not None:
        headers = {
            "x-api-key": settings.langsmith_api_key.get_secret_value(),
            "Langsmith-Project": settings.langsmith_project,
        }
        return f"{settings.langsmith_endpoint.rstrip('/')}/otel/v1/traces", headers
    if settings.otlp_endpoint is None:
        return None, {}
    given = settings.otlp_headers.get_secret_value() if settings.otlp_headers else ""
    pairs = (pair.partition("=") for pair in given.split(",") if "=" in pair)
    return f"{settings.otlp_endpoint.rstrip('/')}/v1/traces", {
        key.strip(): value.strip() for key, _, value in pairs
    }
