"""Rate limits shared by every replica: atomic Lua on Valkey (or Redis)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from .errors import Unavailable
from .logs import get_logger
from .metrics import counter

_log = get_logger(__name__)
_UNREACHABLE = counter(
    "rate_limiter_unreachable_total", "Decisions taken without Valkey", ["prefix"]
)

# GCRA: one number per key, the time at which the bucket would be empty again, in microseconds of
# the server's clock, so that replicas with skewed clocks agree.
_TAKE = """
local at = redis.call('TIME')
local now = at[1] * 1000000 + at[2]
local window = tonumber(ARGV[1])
local each = window / tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local after = full + each * tonumber(ARGV[3])
if after - window > now then
  return {0, math.floor((now + window - full) / each + 0.000001), math.ceil(after - window - now)}
end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000) + 1)
return {1, math.floor((now + window - after) / each + 0.000001), math.ceil(after - now)}
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """`reset_seconds`: refused → until the same call can pass; allowed → until all is free again."""

    allowed: bool
    remaining: int
    reset_seconds: float


def connect(url: str) -> Redis:
    """A client that gives up after a second rather than hold a request."""
    return Redis.from_url(
        url,
        socket_timeout=1.0,
        socket_connect_timeout=1.0,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=30,
    )


class RateLimiter:
    """`limit` per `window_seconds` and key, spread evenly (GCRA), bursts up to `limit`.

    Valkey gone: `fail_open` lets everything pass (and counts it), else raises Unavailable.
    """

    def __init__(self, redis: Redis, prefix: str, *, fail_open: bool = True) -> None:
        self._redis = redis
        self._script = redis.register_script(_TAKE)
        self._prefix = prefix
        self._fail_open = fail_open

    async def take(self, key: str, *, limit: int, window_seconds: float, cost: int = 1) -> Decision:
        if limit < 1 or window_seconds <= 0 or cost < 0:
            raise ValueError("limit and window are positive, cost is not negative")
        window = round(window_seconds * 1_000_000)
        try:
            answer = await self._run(key, [window, limit, cost])
        except (RedisError, OSError) as error:
            _unreachable(self._prefix, error, fail_open=self._fail_open)
            return Decision(allowed=True, remaining=limit, reset_seconds=0.0)
        allowed, remaining, reset = answer
        return Decision(bool(allowed), max(0, remaining), reset / 1_000_000)

    async def forget(self, key: str) -> None:
        """Gives a key its whole budget back; with Valkey gone there is nothing to give back."""
        try:
            await self._redis.delete(f"{self._prefix}:{key}")
        except (RedisError, OSError) as error:
            _unreachable(self._prefix, error, fail_open=True)

    async def _run(self, key: str, args: list[int]) -> tuple[int, int, int]:
        result: Any = await self._script(keys=[f"{self._prefix}:{key}"], args=args)
        return cast("tuple[int, int, int]", tuple(result))


def _unreachable(prefix: str, error: Exception, *, fail_open: bool) -> None:
    _UNREACHABLE.labels(prefix).inc()
    _log.warning("rate_limiter_unreachable", prefix=prefix, fail_open=fail_open, error=repr(error))
    if not fail_open:
        raise Unavailable(
            "Requests cannot be counted at the moment.", code="rate_limiter_unavailable"
        ) from error
