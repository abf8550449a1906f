"""Time is an argument: domain code takes a `Clock` and tests pass a fixed one."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The current instant, always with its zone."""
    return datetime.now(UTC)
