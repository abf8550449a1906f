"""The discovery job: claim with a lease → ask Amazon → apply where the lease still holds."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

import httpx
import structlog
from amazon_ads import AmazonAdsClient, Endpoints, RetryPolicy
from amazon_ads.errors import AmazonError
from shared.clock import Clock
from shared.db import SYSTEM, Db
from shared.errors import AppError
from shared.ids import new_id
from shared.internal_tokens import Actor
from shared.metrics import counter
from shared.service_client import ServiceClient

from auth.workers import Workers

from . import queries
from .domain import LEASE, REGIONS, Claim, retry_at
from .looking import look_at
from .sightings import apply_look

DISCOVERIES = counter("discoveries_total", "Looks at what a connection sees", ["outcome"])
_log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Another worker took the discovery over; what this one found is dropped."""


@dataclass(frozen=True, slots=True)
class AmazonAccess:
    """How discoveries reach Amazon, with access tokens from token-refresher."""

    http: httpx.AsyncClient
    endpoints: Endpoints
    client_id: str
    token_refresher: ServiceClient
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def client(self, claim: Claim, region: str) -> AmazonAdsClient:
        """A conversation as the connection's Amazon user on one region's host."""
        path = f"/internal/credentials/{claim.connection_id}/access-token"
        actor = Actor.service("auth", claim.organization_id)
        held: list[str] = []

        async def token(refused: str | None) -> str:
            if not held or refused is not None:
                answer = await self.token_refresher.post(path, json=_ask(refused), actor=actor)
                held[:] = [answer["access_token"]]
            return held[0]

        return AmazonAdsClient(
            self.http,
            self.endpoints.region(region),
            client_id=self.client_id,
            tokens=token,
            retry=self.retry,
        )


@dataclass(frozen=True, slots=True)
class Discoverer:
    """Runs discoveries; each region is applied on its own, so a crash repeats one region at most."""

    db: Db
    amazon: AmazonAccess
    workers: Workers
    clock: Clock
    interval: timedelta

    async def tick(self) -> bool:
        """Begins one due discovery; True when there was one."""
        if self.workers.full:
            return False
        now = self.clock()
        async with self.db.tx(SYSTEM) as tx:
            claim = await queries.claim_due(tx, new_id(), now, now + LEASE)
        if claim is None:
            return False
        self.workers.spawn(claim.lease_token, self.run(claim))
        return True

    async def renew(self) -> None:
        """Keeps the leases of what this process works on."""
        async with self.db.tx(SYSTEM) as tx:
            await queries.renew(tx, self.workers.lease_tokens, self.clock() + LEASE)

    async def schedule(self) -> bool:
        """Queues the daily look at connections that were last seen an interval ago."""
        now = self.clock()
        async with self.db.tx(SYSTEM) as tx:
            return await queries.enqueue_stale(tx, now - self.interval, now) > 0

    async def run(self, claim: Claim) -> None:
        """All regions that are left; failures are noted and tried again later."""
        try:
            for region in REGIONS:
                if region not in claim.regions_done:
                    await self._look(claim, region)
            await self._finish(claim, "done", None)
        except LeaseLost:
            _log.warning("discovery_lease_lost", connection_id=str(claim.connection_id))
        except AmazonError as error:
            final = not error.retryable
            await self._fail(claim, f"amazon_{error.code}", error.retry_after, final=final)
        except AppError as error:
            final = not error.retryable
            await self._fail(claim, error.code, error.retry_after_seconds, final=final)

    async def _look(self, claim: Claim, region: str) -> None:
        look = await look_at(self.amazon.client(claim, region), region)
        async with self.db.tx(SYSTEM) as tx:
            if not await queries.hold(tx, claim):
                raise LeaseLost
            await apply_look(tx, claim, look, self.clock())
            await queries.note_region(tx, claim, look)

    async def _finish(self, claim: Claim, state: str, error_code: str | None) -> None:
        DISCOVERIES.labels(outcome=state).inc()
        async with self.db.tx(SYSTEM) as tx:
            await queries.finish(tx, claim, state, error_code, self.clock())

    async def _fail(
        self, claim: Claim, code: str, wait_seconds: float | None, *, final: bool
    ) -> None:
        now = self.clock()
        later = None if final else retry_at(claim.attempts, now, wait_seconds)
        _log.warning(
            "discovery_failed",
            connection_id=str(claim.connection_id),
            code=code,
            attempts=claim.attempts,
            retry_at=_text(later),
        )
        if later is None:
            await self._finish(claim, "failed", code)
            return
        DISCOVERIES.labels(outcome="put_off").inc()
        async with self.db.tx(SYSTEM) as tx:
            await queries.put_off(tx, claim, code, later)


def _ask(refused: str | None) -> dict[str, str]:
    """Names a token that Amazon refused, so that token-refresher does not hand it out again."""
    return {} if refused is None else {"refused_token_sha256": sha256(refused.encode()).hexdigest()}


def _text(moment: datetime | None) -> str | None:
    return moment and moment.isoformat()
