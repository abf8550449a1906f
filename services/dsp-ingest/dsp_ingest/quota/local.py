"""The buckets of one process: what holds while Valkey is away, and what tests share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shared.clock import Clock

from . import domain
from .domain import (
    WINDOW,
    Breaker,
    Bucket,
    Budget,
    Budgets,
    Call,
    Decision,
    Family,
    Outcome,
    Standing,
    Terms,
)


def alone(budgets: Mapping[Family, Budget], part: float) -> Budgets:
    """The part of each budget that a process may spend which cannot ask the others."""
    return {
        family: Budget(budget.region.share(part), budget.account.share(part))
        for family, budget in budgets.items()
    }


@dataclass(slots=True)
class _Accounts:
    """Who asked, and who was throttled, when last."""

    active: dict[str, float] = field(default_factory=dict[str, float])
    throttled: dict[str, float] = field(default_factory=dict[str, float])

    def forget(self, now: float) -> None:
        for seen in (self.active, self.throttled):
            for account in [name for name, at in seen.items() if at <= now - WINDOW]:
                del seen[account]


class LocalQuota:
    """The same decisions as bucket.lua, for callers of this process. Grows with the accounts it has
    seen: some hundred bytes each."""

    def __init__(self, budgets: Budgets, clock: Clock, *, begins_empty: bool = False) -> None:
        self._begins_empty = begins_empty
        self._budgets = budgets
        self._clock = clock
        self._buckets: dict[tuple[str, ...], Bucket] = {}
        self._breakers: dict[tuple[str, str], Breaker] = {}
        self._accounts: dict[tuple[str, ...], _Accounts] = {}

    async def take(self, call: Call) -> Decision:
        """Admits a request, or says when to ask again."""
        now = self._now()
        breaker = self._breakers.get(_host(call), Breaker())
        region, account = self._bucket(call, "", now), self._bucket(call, call.account, now)
        for decision in (
            domain.host_held(breaker, now),
            domain.held(region, now),
            domain.held(account, now),
        ):
            if not decision.admitted:
                return decision
        self._breakers[_host(call)] = domain.probing(breaker, now)
        self._put(call, "", domain.taken(region))
        self._put(call, call.account, domain.taken(account))
        self._seen(call, now).active[call.account] = now
        return Decision()

    async def settle(
        self, call: Call, outcome: Outcome, retry_after: float | None = None
    ) -> Standing:
        """Learns from an admitted request; how its region stands then."""
        now = self._now()
        breaker = self._breakers.get(_host(call), Breaker())
        failed = outcome == "failed"
        self._breakers[_host(call)] = domain.failed(breaker, now) if failed else Breaker()
        if outcome == "throttled":
            self._slow(call, now, domain.UNNAMED_WAIT if retry_after is None else retry_after)
        elif outcome == "served":
            for account in ("", call.account):
                bucket = self._bucket(call, account, now)
                self._put(call, account, domain.grown(bucket, self._terms(call, account), now))
        return await self.standing(call.client, call.region, call.family)

    async def standing(self, client: str, region: str, family: Family) -> Standing:
        """How a region stands for everybody."""
        call = Call(client, region, family, "")
        now = self._now()
        return domain.standing_of(self._bucket(call, "", now), self._terms(call, ""), now)

    def _slow(self, call: Call, now: float, wait: float) -> None:
        seen = self._seen(call, now)
        seen.throttled[call.account] = now
        pattern = domain.is_pattern(len(seen.throttled), len(seen.active))
        for account in ("", call.account) if pattern else (call.account,):
            terms = self._terms(call, account)
            bucket = self._bucket(call, account, now)
            self._put(call, account, domain.slowed(bucket, terms, now, wait))

    def _seen(self, call: Call, now: float) -> _Accounts:
        accounts = self._accounts.setdefault((*_host(call), call.family), _Accounts())
        accounts.forget(now)
        return accounts

    def _terms(self, call: Call, account: str) -> Terms:
        budget = self._budgets[call.family]
        return budget.account if account else budget.region

    def _bucket(self, call: Call, account: str, now: float) -> Bucket:
        terms = self._terms(call, account)
        known = self._buckets.get((*_host(call), call.family, account))
        if known is not None:
            return domain.refilled(known, terms, now)
        bucket = domain.full(terms, now)
        if self._begins_empty:
            bucket = replace(bucket, tokens=0.0)
            self._put(call, account, bucket)
        return bucket

    def _put(self, call: Call, account: str, bucket: Bucket) -> None:
        self._buckets[(*_host(call), call.family, account)] = bucket

    def _now(self) -> float:
        return self._clock().timestamp()


def _host(call: Call) -> tuple[str, str]:
    return call.client, call.region
