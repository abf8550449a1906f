"""Telemetry of a service in one call; the parts live in logs, tracing, metrics and redaction."""

from __future__ import annotations

import asyncio
from typing import Literal, Protocol

from opentelemetry.sdk.trace import TracerProvider

from .logs import bound, get_logger, setup_logs
from .redaction import redact, redact_field, redact_value
from .tracing import (
    current_traceparent,
    extract,
    from_traceparent,
    inject,
    span,
    start_tracing,
    stop_tracing,
    tracer,
)


class TelemetrySettings(Protocol):
    @property
    def log_level(self) -> str: ...
    @property
    def log_format(self) -> Literal["json", "console"]: ...
    @property
    def otel_exporter_otlp_endpoint(self) -> str | None: ...


class Telemetry:
    """A resource: stopped last, so that the spans of the shutdown are sent as well."""

    def __init__(self, provider: TracerProvider) -> None:
        self.provider = provider

    async def start(self) -> None:
        """Nothing to wait for: an absent collector never delays a service."""

    async def stop(self) -> None:
        await asyncio.to_thread(stop_tracing)


def setup_telemetry(service: str, settings: TelemetrySettings) -> Telemetry:
    """Logs and traces of this process from `LOG_LEVEL`, `LOG_FORMAT`, `OTEL_EXPORTER_OTLP_ENDPOINT`."""
    setup_logs(service, level=settings.log_level, form=settings.log_format)
    return Telemetry(start_tracing(service, settings.otel_exporter_otlp_endpoint))


__all__ = [
    "Telemetry",
    "bound",
    "current_traceparent",
    "extract",
    "from_traceparent",
    "get_logger",
    "inject",
    "redact",
    "redact_field",
    "redact_value",
    "setup_telemetry",
    "span",
    "start_tracing",
    "stop_tracing",
    "tracer",
]
