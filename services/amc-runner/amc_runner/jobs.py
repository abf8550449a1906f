"""The discovery loop: claim under a lease, look at Amazon outside any transaction, store in one."""

import asyncio
import random
from dataclasses import dataclass
from datetime import timedelta

from shared.clock import Clock
from shared.db import SYSTEM, Db, Scope
from shared.ids import new_id
from shared.metrics import counter
from shared.telemetry import bound, get_logger, span

from . import queries, service
from .clients import Amazon
from .domain import Claim, next_attempt

DISCOVERIES = counter("amc_discoveries_total", "Looks at Amazon by outcome", ["outcome"])
RENEW_AFTER = 4

_log = get_logger(__name__)


class LeaseLost(Exception):
    """Another process does this discovery now, or the connection ended."""


@dataclass(frozen=True)
class Discoverer:
    """What the loop works with. `lease` must outlast one call to Amazon."""

    db: Db
    amazon: Amazon
    clock: Clock
    batch: int
    lease: timedelta
    every: timedelta

    async def tick(self) -> bool:
        """Do the due discoveries, a few at once; true when there may be more."""
        now = self.clock()
        async with self.db.tx(SYSTEM) as tx:
            claims = await queries.claim_discoveries(
                tx, new_id(), now, now + self.lease, self.batch
            )
        results = await asyncio.gather(*map(self._discover, claims), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return len(claims) == self.batch

    async def _discover(self, claim: Claim) -> None:
        keeper = _LeaseKeeper(self, claim)
        with (
            bound(connection=str(claim.connection_id), org=str(claim.organization_id)),
            span("amc.discover"),
        ):
            try:
                found = await self.amazon.look(claim, keeper.keep)
            except LeaseLost:
                DISCOVERIES.labels(outcome="lease_lost").inc()
                return
            now = self.clock()
            due = next_attempt(
                found.failure, claim.attempts, now, every=self.every, draw=random.random()  # noqa: S311
            )  # fmt: skip
            async with self.db.tx(Scope.organization(claim.organization_id)) as tx:
                stored = await service.store(tx, claim, found, now=now, next_due_at=due)
            outcome = "lease_lost" if not stored else "failed" if found.failure else "done"
            DISCOVERIES.labels(outcome=outcome).inc()
            if found.failure is not None:
                _log.warning("amc_discovery_failed", code=found.failure.code, next_at=str(due))


class _LeaseKeeper:
    """Renews a lease when a quarter of it is used up."""

    def __init__(self, discoverer: Discoverer, claim: Claim) -> None:
        self._discoverer = discoverer
        self._claim = claim
        self._renew_at = discoverer.clock() + discoverer.lease / RENEW_AFTER

    async def keep(self) -> None:
        """Raises LeaseLost when the discovery is no longer ours."""
        now = self._discoverer.clock()
        if now < self._renew_at:
            return
        async with self._discoverer.db.tx(Scope.organization(self._claim.organization_id)) as tx:
            if not await queries.renew_lease(tx, self._claim, now + self._discoverer.lease):
                raise LeaseLost
        self._renew_at = now + self._discoverer.lease / RENEW_AFTER
