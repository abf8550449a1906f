"""Rate limits at the pace of the edge: calls are taken from Valkey some at a time and spent here.

A round trip to Valkey costs about as much as the whole forwarding. What is taken at once is small (what
the limit allows in half a second) and good for one second, so a caller within the limit is never refused
for it, and one above it is let through at most that much more per replica. Small limits are exact.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from shared.ratelimit import Decision

WINDOW_SECONDS = 60
GOOD_FOR_SECONDS = 1.0
TAKEN_AT_ONCE = 120
MAX_HELD = 10_000


class Limiter(Protocol):
    """What is needed of `shared.ratelimit.RateLimiter`."""

    async def take(
        self, key: str, *, limit: int, window_seconds: float, cost: int = 1
    ) -> Decision: ...


@dataclass
class _Held:
    left: int = 0
    until: float = 0.0
    remaining: int = 0
    reset_seconds: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Allowances:
    """Calls per minute and key, shared by all replicas within what each may hold."""

    def __init__(self, limiter: Limiter, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limiter = limiter
        self._monotonic = monotonic
        self._held: OrderedDict[str, _Held] = OrderedDict()

    async def take(self, key: str, limit: int) -> Decision:
        """Count one call against `limit` per minute."""
        batch = limit // TAKEN_AT_ONCE
        if batch <= 1:
            return await self._limiter.take(key, limit=limit, window_seconds=WINDOW_SECONDS)
        held = self._of(key)
        spent = self._spend(held)
        if spent is not None:
            return spent
        async with held.lock:
            return self._spend(held) or await self._refill(held, key, limit, batch)

    def _of(self, key: str) -> _Held:
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = _Held()
            if len(self._held) > MAX_HELD:
                self._held.popitem(last=False)
        return held

    def _spend(self, held: _Held) -> Decision | None:
        if held.left <= 0 or self._monotonic() >= held.until:
            return None
        held.left -= 1
        return Decision(
            allowed=True,
            remaining=held.remaining + held.left,
            reset_seconds=held.reset_seconds,
        )

    async def _refill(self, held: _Held, key: str, limit: int, batch: int) -> Decision:
        taken = await self._limiter.take(
            key, limit=limit, window_seconds=WINDOW_SECONDS, cost=batch
        )
        if not taken.allowed:
            return await self._limiter.take(key, limit=limit, window_seconds=WINDOW_SECONDS)
        held.left = batch - 1
        held.until = self._monotonic() + GOOD_FOR_SECONDS
        held.remaining, held.reset_seconds = taken.remaining, taken.reset_seconds
        return Decision(
            allowed=True, remaining=taken.remaining + held.left, reset_seconds=taken.reset_seconds
        )
