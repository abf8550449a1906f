"""Traces: one W3C context through HTTP, outbox rows and Kafka headers.

Spans are exported (OTLP over HTTP) only when an endpoint is set. Without one nothing is recorded,
but trace ids still exist, so the logs of one action can be found together.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased
from opentelemetry.trace import SpanKind, Status
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

from .redaction import HIDDEN, is_secret_name, redact

_PROPAGATOR = TraceContextTextMapPropagator()
_QUIET = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)


class _Active:
    """The process's tracer provider; replaced once by `start_tracing`."""

    provider: TracerProvider = _QUIET


class RedactingExporter(SpanExporter):
    """Hands spans on with names, attributes, events and status texts cleaned of secrets."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._inner.export([_clean_span(span) for span in spans])

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def start_tracing(service: str, endpoint: str | None) -> TracerProvider:
    """Makes the provider of this process; `endpoint` is the OTLP/HTTP root (`http://host:4318`)."""
    if not endpoint:
        return _Active.provider
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    return use_exporter(service, RedactingExporter(exporter))


def use_exporter(service: str, exporter: SpanExporter) -> TracerProvider:
    """Records every span and sends it to `exporter` in batches."""
    provider = TracerProvider(
        sampler=ParentBased(ALWAYS_ON),
        resource=Resource.create({"service.name": service, "service.namespace": "leadline"}),
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _Active.provider = provider
    return provider


def stop_tracing() -> None:
    """Flushes and closes the exporter (blocking, a few seconds at most)."""
    provider, _Active.provider = _Active.provider, _QUIET
    if provider is not _QUIET:
        provider.shutdown()


def flush() -> None:
    """Sends what is recorded so far (blocking)."""
    _Active.provider.force_flush()


def tracer() -> trace.Tracer:
    return _Active.provider.get_tracer("leadline")


@contextmanager
def span(
    name: str,
    *,
    parent: Context | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, str | int | float | bool] | None = None,
) -> Generator[trace.Span]:
    """A span around a block; an exception is recorded (cleaned at export) and raised on."""
    started = tracer().start_as_current_span(
        name, context=parent, kind=kind, attributes=dict(attributes or {})
    )
    with started as current:
        yield current


def inject() -> dict[str, str]:
    """Headers that carry the current trace: `{"traceparent": …}`, empty outside of a span."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier


def extract(headers: Mapping[str, str]) -> Context:
    """The trace context of HTTP headers; an empty context when there is none or it is broken."""
    return _PROPAGATOR.extract({key.lower(): value for key, value in headers.items()})


def current_traceparent() -> str | None:
    """What an outbox row or an event's envelope stores."""
    return inject().get("traceparent")


def from_traceparent(traceparent: str | None) -> Context:
    return extract({"traceparent": traceparent} if traceparent else {})


def current_ids() -> tuple[str, str] | None:
    """(trace id, span id) as lower-case hex, or None outside of a span."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return trace.format_trace_id(context.trace_id), trace.format_span_id(context.span_id)


def _clean_span(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=redact(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_clean_attributes(span.attributes),
        events=[
            Event(redact(event.name), _clean_attributes(event.attributes), event.timestamp)
            for event in span.events
        ],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code, _clean_text(span.status.description)),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _clean_attributes(attributes: Attributes) -> Attributes:
    return {key: _clean_attribute(key, value) for key, value in (attributes or {}).items()}


def _clean_attribute(key: str, value: object) -> str | bool | int | float | list[str]:
    if isinstance(value, bool):
        return value
    if is_secret_name(key):
        return HIDDEN
    if isinstance(value, int | float):
        return value
    if isinstance(value, list | tuple):
        return [redact(str(item)) for item in value]
    return redact(str(value))


def _clean_text(text: str | None) -> str | None:
    return None if text is None else redact(text)
