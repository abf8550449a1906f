"""How often one may call: per session or API key where there is one, per address where there is not.

The counters live in Valkey, so all replicas share them; without Valkey calls pass (the edge must not
depend on it), and each service still guards what is dear to it (auth its passwords).
"""

from dataclasses import dataclass
from math import ceil

from shared.errors import TooManyRequests
from shared.ratelimit import Decision

from .allowances import WINDOW_SECONDS, Allowances
from .requests import Headers

_REFUSALS = "key-refusals"


class OverLimit(TooManyRequests):
    """Tells how much of which limit is left, as every answer does."""

    def __init__(self, told: Headers, seconds: float) -> None:
        super().__init__(
            "Too many requests.",
            retry_after_seconds=seconds,
            hint="Wait for the seconds in Retry-After.",
        )
        self._told = {name.decode(): value.decode() for name, value in told}

    def headers(self) -> dict[str, str]:
        return {**super().headers(), **self._told}


@dataclass(frozen=True)
class Limits:
    """Calls per minute by kind of caller."""

    allowances: Allowances
    ip_per_minute: int
    session_per_minute: int
    login_per_minute: int
    key_per_minute: int
    key_refusals_per_minute: int

    async def take_ip(self, ip: str) -> Headers:
        """Count a call without a known session or key; raises OverLimit."""
        return await self._take("ip", ip, self.ip_per_minute)

    async def take_login(self, ip: str) -> Headers:
        """Count an attempt to sign in; raises OverLimit."""
        return await self._take("login", ip, self.login_per_minute)

    async def take_session(self, session_id: str) -> Headers:
        """Count a call of a session; raises OverLimit."""
        return await self._take("session", session_id, self.session_per_minute)

    async def take_key(self, key_id: str, per_minute: int | None) -> Headers:
        """Count a call with an API key, which may have a lower limit of its own; raises OverLimit."""
        own = self.key_per_minute if per_minute is None else per_minute
        return await self._take("key", key_id, min(own, self.key_per_minute))

    async def take_key_refusal(self, ip: str) -> Headers:
        """Count a wrong key; raises OverLimit."""
        return await self._take(_REFUSALS, ip, self.key_refusals_per_minute)

    def over_key_refusals(self, seconds: float) -> OverLimit:
        """For an address that is known to be over, without counting on."""
        nothing = Decision(allowed=False, remaining=0, reset_seconds=seconds)
        return OverLimit(_told(_REFUSALS, self.key_refusals_per_minute, nothing), seconds)

    async def _take(self, policy: str, who: str, limit: int) -> Headers:
        taken = await self.allowances.take(f"{policy}:{who}", limit)
        told = _told(policy, limit, taken)
        if not taken.allowed:
            raise OverLimit(told, taken.reset_seconds)
        return told


def _told(policy: str, limit: int, taken: Decision) -> Headers:
    """RateLimit and RateLimit-Policy as draft-ietf-httpapi-ratelimit-headers has them."""
    left = f'"{policy}";r={taken.remaining};t={ceil(taken.reset_seconds)}'
    return [
        (b"ratelimit-policy", f'"{policy}";q={limit};w={WINDOW_SECONDS}'.encode()),
        (b"ratelimit", left.encode()),
    ]
