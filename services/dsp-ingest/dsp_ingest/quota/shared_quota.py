"""The buckets every replica shares, in Valkey: one Lua step per question."""

from pathlib import Path
from typing import Any, Final, Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError
from shared.clock import Clock, utc_now
from shared.logs import get_logger
from shared.metrics import counter

from . import domain
from .domain import Budgets, Call, Decision, Family, Outcome, Standing
from .local import LocalQuota, alone

ALONE: Final = 0.1
"""Of the budget, for a process that cannot ask the others: ten of them stay within it."""

_SCRIPT = Path(__file__).with_name("bucket.lua").read_text(encoding="utf-8")
_CONSTANTS = (
    domain.WINDOW,
    domain.CUT,
    domain.STEP,
    domain.TRIPS_AFTER,
    domain.FIRST_PAUSE,
    domain.LONGEST_PAUSE,
    domain.PROBE_SECONDS,
    domain.BESIDE_PROBE,
    domain.PATTERN_ACCOUNTS,
    domain.PATTERN_SHARE,
)
_log = get_logger(__name__)
_ALONE = counter("dsp_quota_alone_total", "Decisions about quota taken without Valkey")


class Quota(Protocol):
    """Who decides which request goes."""

    async def take(self, call: Call) -> Decision: ...

    async def settle(
        self, call: Call, outcome: Outcome, retry_after: float | None = None
    ) -> Standing: ...

    async def standing(self, client: str, region: str, family: Family) -> Standing: ...


class SharedQuota:
    """Valkey's clock counts, so that skewed replicas agree; `clock` replaces it in tests.

    Without Valkey each process goes on alone, with a tenth of everything and an empty bucket.
    """

    def __init__(
        self, redis: Redis, prefix: str, budgets: Budgets, *, clock: Clock | None = None
    ) -> None:
        self._script = redis.register_script(_SCRIPT)
        self._prefix = prefix
        self._budgets = budgets
        self._clock = clock
        self._local = LocalQuota(alone(budgets, ALONE), clock or utc_now, begins_empty=True)

    async def take(self, call: Call) -> Decision:
        """Admits a request, or says when to ask again."""
        answer = await self._ask("take", call)
        if answer is None:
            return await self._local.take(call)
        return Decision(float(answer[0]), answer[1].decode())  # pyright: ignore[reportArgumentType]

    async def settle(
        self, call: Call, outcome: Outcome, retry_after: float | None = None
    ) -> Standing:
        """Learns from an admitted request; how its region stands then."""
        wait = domain.UNNAMED_WAIT if retry_after is None else retry_after
        answer = await self._ask("settle", call, outcome, wait)
        if answer is None:
            return await self._local.settle(call, outcome, retry_after)
        return self._standing(call.family, answer)

    async def standing(self, client: str, region: str, family: Family) -> Standing:
        """How a region stands for everybody."""
        answer = await self._ask("look", Call(client, region, family, "-"))
        if answer is None:
            return await self._local.standing(client, region, family)
        return self._standing(family, answer)

    def _standing(self, family: Family, answer: list[bytes]) -> Standing:
        tokens, rate, blocked = (float(value) for value in answer)
        left = 0 if blocked else max(0, int(tokens + 1e-6))
        return Standing(left, rate, self._budgets[family].region.budget, blocked)

    async def _ask(
        self, verb: str, call: Call, outcome: str = "", wait: float = 0.0
    ) -> list[bytes] | None:
        budget = self._budgets[call.family]
        terms = (
            value
            for each in (budget.region, budget.account)
            for value in (each.budget, each.floor, each.burst)
        )
        now = "" if self._clock is None else f"{self._clock().timestamp():.6f}"
        args: list[Any] = [verb, now, call.account, *terms, outcome, wait, *_CONSTANTS]
        try:
            return await self._script(keys=self._keys(call), args=args)
        except (RedisError, OSError) as error:
            _ALONE.inc()
            _log.warning("quota_counted_alone", error=repr(error))
            return None

    def _keys(self, call: Call) -> list[str]:
        """All in one slot of a cluster, as a script must have them."""
        host = f"{self._prefix}:{{{call.client}:{call.region}}}"
        family = f"{host}:{call.family}"
        return [
            f"{host}:host",
            family,
            f"{family}:account:{call.account}",
            f"{family}:active",
            f"{family}:throttled",
        ]
