"""/readyz: the edge is ready when it runs; what stands behind it is listed, not required.

One service that is away must not take the whole dashboard off the load balancer.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from .forwarding import Forwarder

Probe = Callable[[], Awaitable[str | None]]

PROBE_SECONDS = 1.0
REMEMBERED_SECONDS = 1.0


@dataclass
class _Last:
    report: dict[str, object] = field(default_factory=dict[str, object])
    until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class Readiness:
    """Asks every upstream's /livez, and this process's own parts."""

    forwarder: Forwarder
    upstreams: dict[str, str]
    parts: dict[str, Probe]
    _last: _Last = field(default_factory=_Last)

    async def report(self) -> dict[str, object]:
        """`status` ok, and per upstream and part `ok` or the reason why not; asked once a second at most."""
        async with self._last.lock:
            if time.monotonic() >= self._last.until:
                self._last.report = await self._ask()
                self._last.until = time.monotonic() + REMEMBERED_SECONDS
            return self._last.report

    async def _ask(self) -> dict[str, object]:
        upstreams, parts = await asyncio.gather(
            self._all({name: self._upstream(url) for name, url in self.upstreams.items()}),
            self._all(self.parts),
        )
        return {"status": "ok", "reasons": [], "upstreams": upstreams, "parts": parts}

    async def _all(self, probes: dict[str, Probe]) -> dict[str, str]:
        answers = await asyncio.gather(*(probe() for probe in probes.values()))
        return {name: why or "ok" for name, why in zip(probes, answers, strict=True)}

    def _upstream(self, url: str) -> Probe:
        async def probe() -> str | None:
            return await self.forwarder.reach(f"{url}/livez", PROBE_SECONDS)

        return probe
