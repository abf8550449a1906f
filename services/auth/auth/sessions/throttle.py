"""Throttling before sign-in: per address and per source, counted in Valkey, in Postgres while it is away.

Every attempt is counted before the password is looked at, so parallel guesses cannot slip through; a
right password clears its own address's count (not its source's). Letters asked for and codes of second
factors are counted the same way, apart from each other: `code` is each count's name and error.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.db import SYSTEM, Db
from shared.errors import TooManyRequests, Unavailable
from shared.metrics import counter
from shared.ratelimit import RateLimiter

from auth.pepper import Pepper

from . import queries

THROTTLED = counter("sign_ins_throttled_total", "Attempts to sign in that were not looked at")


@dataclass(frozen=True, slots=True)
class Limits:
    """Attempts per window."""

    per_email: int
    per_ip: int
    window_seconds: int


class LoginThrottle:
    """`limiter` must fail closed: its Unavailable is what sends the count to Postgres."""

    def __init__(
        self,
        limiter: RateLimiter,
        db: Db,
        pepper: Pepper,
        limits: Limits,
        code: str = "login_throttled",
    ) -> None:
        self._limiter = limiter
        self._db = db
        self._pepper = pepper
        self._limits = limits
        self._code = code

    async def admit(self, email: str, ip: str, now: datetime) -> None:
        """Counts an attempt; raises TooManyRequests with Retry-After. `email` may be any key."""
        await self._take(f"ip:{ip}", self._limits.per_ip, now)
        await self._take(f"email:{email}", self._limits.per_email, now)

    async def forgive(self, email: str) -> None:
        """Clears the address's count after a right password."""
        key = self._key(f"email:{email}")
        async with self._db.tx(SYSTEM) as tx:
            await queries.forget_attempts(tx, key)
        await self._limiter.forget(key.hex())

    def _key(self, name: str) -> bytes:
        return self._pepper.throttle_hash(f"{self._code}:{name}")

    async def _take(self, name: str, limit: int, now: datetime) -> None:
        key = self._key(name)
        window = self._limits.window_seconds
        try:
            decision = await self._limiter.take(key.hex(), limit=limit, window_seconds=window)
        except Unavailable:
            await self._take_in_postgres(key, limit, now)
            return
        if not decision.allowed:
            raise _throttled(self._code, decision.reset_seconds)

    async def _take_in_postgres(self, key: bytes, limit: int, now: datetime) -> None:
        seconds = self._limits.window_seconds
        start = int(now.timestamp()) // seconds * seconds
        async with self._db.tx(SYSTEM) as tx:
            attempts = await queries.count_attempt(tx, key, datetime.fromtimestamp(start, UTC))
        if attempts > limit:
            raise _throttled(self._code, start + seconds - now.timestamp())


def _throttled(code: str, seconds: float) -> TooManyRequests:
    THROTTLED.inc()
    return TooManyRequests(
        "Too many attempts.",
        code=code,
        hint="Wait, then try again.",
        retry_after_seconds=max(1.0, seconds),
    )
