"""How often one may call: per session where there is one, per address where there is not.

The counters live in Valkey, so all replicas share them; without Valkey calls pass (the edge must not
depend on it), and each service still guards what is dear to it (auth its passwords).
"""

from dataclasses import dataclass
from math import ceil

from shared.errors import TooManyRequests

from .allowances import WINDOW_SECONDS, Allowances
from .requests import Headers


@dataclass(frozen=True)
class Limits:
    """Calls per minute by kind of caller."""

    allowances: Allowances
    ip_per_minute: int
    session_per_minute: int
    login_per_minute: int

    async def take_ip(self, ip: str) -> Headers:
        """Count a call without a known session; raises TooManyRequests."""
        return await self._take("ip", ip, self.ip_per_minute)

    async def take_login(self, ip: str) -> Headers:
        """Count an attempt to sign in; raises TooManyRequests."""
        return await self._take("login", ip, self.login_per_minute)

    async def take_session(self, session_id: str) -> Headers:
        """Count a call of a session; raises TooManyRequests."""
        return await self._take("session", session_id, self.session_per_minute)

    async def _take(self, policy: str, who: str, limit: int) -> Headers:
        taken = await self.allowances.take(f"{policy}:{who}", limit)
        if not taken.allowed:
            raise TooManyRequests(
                "Too many requests.",
                retry_after_seconds=taken.reset_seconds,
                hint="Wait for the seconds in Retry-After.",
            )
        return [
            (b"ratelimit-policy", f'"{policy}";q={limit};w={WINDOW_SECONDS}'.encode()),
            (
                b"ratelimit",
                f'"{policy}";r={taken.remaining};t={ceil(taken.reset_seconds)}'.encode(),
            ),
        ]
