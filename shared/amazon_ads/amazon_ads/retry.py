"""When and how long to wait before the same idempotent call is made again."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .errors import AmazonError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Full jitter over `base_seconds * 2^n`, capped; Retry-After wins, unless it is longer than
    `longest_wait_seconds`, when the error is raised at once. `attempts` counts the first call."""

    attempts: int = 3
    base_seconds: float = 2.0
    longest_wait_seconds: float = 30.0

    def delay(self, error: AmazonError, attempt: int, *, draw: float) -> float | None:
        """Seconds until attempt + 1, or None to give up. `draw` is uniform in 0..1."""
        if not error.retryable or attempt >= self.attempts:
            return None
        if error.retry_after is not None:
            fits = error.retry_after <= self.longest_wait_seconds
            return error.retry_after + draw * self.base_seconds if fits else None
        return draw * min(self.base_seconds * 2 ** (attempt - 1), self.longest_wait_seconds)


NO_RETRY = RetryPolicy(attempts=1)


def draw() -> float:
    """A uniform number for jitter; not for secrets."""
    return random.random()  # noqa: S311
