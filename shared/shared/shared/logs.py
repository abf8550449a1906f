"""Structured logs: structlog and the standard library through one redacting formatter."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from .redaction import redact_field
from .tracing import current_ids

_CHATTY = ("aiokafka", "faststream")
_QUIET = ("httpx", "httpcore")  # a line per call says nothing that metrics and traces do not
_OWN_HANDLERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "faststream", "aiokafka")


class RateLimit(logging.Filter):
    """Lets `burst` records per logger and window through; says how many it held back.

    aiokafka logs hundreds of lines a second while its broker is away.
    """

    def __init__(
        self,
        prefixes: tuple[str, ...] = _CHATTY,
        *,
        burst: int = 5,
        window_seconds: float = 10.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._prefixes = prefixes
        self._burst = burst
        self._window = window_seconds
        self._now = now
        self._seen: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in self._prefixes:
            return True
        started, count = self._seen.get(record.name, (self._now(), 0))
        if self._now() - started >= self._window:
            if count > self._burst:
                record.suppressed = count - self._burst
            started, count = self._now(), 0
        self._seen[record.name] = (started, count + 1)
        return count < self._burst


def setup_logs(
    service: str,
    *,
    level: str = "info",
    form: Literal["json", "console"] = "json",
    stream: TextIO | None = None,
) -> None:
    """Routes everything to one stream. `level` as in logging, lower case; safe to call twice."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(_formatter(service, form))
    handler.addFilter(RateLimit())
    root = logging.getLogger()
    root.handlers[:] = [h for h in root.handlers if not _is_ours(h)] + [handler]
    root.setLevel(level.upper())
    for name in _OWN_HANDLERS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _log_uncaught


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    return structlog.stdlib.get_logger(name)


def bound(**fields: object) -> Any:
    """Context manager: these fields are on every log line of the block (`org`, `event_id`)."""
    return structlog.contextvars.bound_contextvars(**fields)


def redact_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The last processor before rendering: nothing passes it unclean."""
    return {key: redact_field(key, value) for key, value in event.items()}


def add_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if ids := current_ids():
        event["trace_id"], event["span_id"] = ids
    return event


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        *_common(),
    ]


def _common() -> list[Processor]:
    return [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        add_trace,
    ]


def _formatter(service: str, form: str) -> logging.Formatter:
    def add_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=False)
        if form == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ExtraAdder(),
            *_common(),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            add_service,
            structlog.processors.format_exc_info,
            redact_event,
            renderer,
        ],
    )
    formatter.leadline = True  # type: ignore[attr-defined]
    return formatter


def _is_ours(handler: logging.Handler) -> bool:
    return getattr(handler.formatter, "leadline", False)


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    get_logger("leadline").critical("process_died", exc_info=(kind, error, trace))
