"""Carries a lease through: call Amazon with no transaction open, apply where the lease still holds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from shared.clock import Clock, utc_now
from shared.db import SYSTEM, Db, Scope, Tx
from shared.events import (
    CredentialReauthRequired,
    CredentialRecovered,
    CredentialRefreshed,
    CredentialRefreshFailed,
)
from shared.keyring import KeyRing, KeyRingError
from shared.logs import get_logger
from shared.metrics import counter

from shared import outbox

from . import breaker_queries, continuity, queries
from .breaker import Passage
from .clients import LoginWithAmazon
from .domain import (
    Credential,
    Grant,
    Lease,
    RefreshFailed,
    next_attempt_at,
    next_refresh_at,
)
from .gates import Gates

_log = get_logger(__name__)
FAILURES = counter("credential_refresh_failures_total", "Failed refreshes by state", ["state"])

RECHECK_SECONDS = 1.0
TICK_SECONDS = 10.0
HOLD = 500


class Refresher:
    """A resource. `batch` refreshes at once; stopping it lets those under way end."""

    def __init__(
        self,
        db: Db,
        keys: KeyRing,
        amazon: LoginWithAmazon,
        *,
        batch: int,
        lease: timedelta,
        clock: Clock = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db = db
        self._keys = keys
        self._amazon = amazon
        self._batch = batch
        self._clock = clock
        self._sleep = sleep
        self._gates = Gates(db, lease=lease, clock=clock)
        self.changed: Callable[[UUID], None] = _nobody_listens
        """Told after a commit that changed what a connection's callers get."""
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        await self._gates.start()

    async def stop(self) -> None:
        """What Amazon minted is not thrown away."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def tick(self) -> bool:
        """Refreshes what is due; a slow answer holds one place, not the others. True: more is due."""
        time = asyncio.get_running_loop().time
        until = time() + TICK_SECONDS
        more = True
        while more and time() < until:
            free = self._batch - len(self._running)
            leases = await self._claim(free)
            full = len(leases) >= free
            more = full or any(lease.probes for lease in leases)
            self._running |= {asyncio.create_task(self.refresh(lease)) for lease in leases}
            await self._wait_below(self._batch * 3 // 4 if full else 0)
        await self._wait_below(0)
        return more

    async def _wait_below(self, count: int) -> None:
        while len(self._running) > count:
            done, self._running = await asyncio.wait(
                self._running, return_when=asyncio.FIRST_COMPLETED
            )
            for failure in (task.exception() for task in done if not task.cancelled()):
                if failure is not None:
                    _log.error("refresh_not_applied", error=repr(failure))

    async def _claim(self, free: int) -> list[Lease]:
        async with self._db.tx(SYSTEM) as tx:
            leases, held = await self._gates.claim_due(tx, free)
            for way in held:
                await self._hold(tx, way)
        return leases

    async def _hold(self, tx: Tx, way: Passage) -> None:
        """What falls due behind an open breaker says so once; our own client is told of once in all."""
        if way.held is None:
            return
        now = self._clock()
        for credential in await breaker_queries.hold_due(tx, way.region, way.held, now, HOLD):
            if way.held.state == "retrying":
                failure = RefreshFailed(way.held.state, way.held.code)
                await _announce_failure(tx, credential, failure, 0, way.held.until)

    async def claim(self, credential: Credential) -> Lease | None:
        """The right to refresh this version now, or None when somebody else has it.

        Raises CallsHeld while a breaker is open.
        """
        async with self._db.tx(Scope.organization(credential.organization_id)) as tx:
            return await self._gates.claim_one(tx, credential)

    async def refresh(self, lease: Lease) -> None:
        """Ends with a token or a failure on the row; a lost lease ends in nothing at all."""
        asked_at = self._clock()
        try:
            grant = await self._ask(lease)
        except RefreshFailed as failure:
            known = await self._gates.note(lease, failure)
            applied = await self._apply_failure(lease, failure, asked_at, known=known)
        else:
            await self._gates.note(lease, None)
            applied = grant is not None and await self._apply_grant(lease, grant, asked_at)
        self.changed(lease.credential.connection_id)
        if not applied:
            continuity.REFRESHES.labels("fenced").inc()

    async def _ask(self, lease: Lease) -> Grant | None:
        """Asks once; a refused grant is looked up again and asked once more before it counts."""
        try:
            return await self._ask_once(lease.credential)
        except RefreshFailed as failure:
            if failure.state != "reauth_required":
                raise
        await self._sleep(RECHECK_SECONDS)
        async with self._db.tx(_scope(lease)) as tx:
            current = await queries.get_held(tx, lease)
        return None if current is None else await self._ask_once(current)

    async def _ask_once(self, credential: Credential) -> Grant:
        try:
            refresh_token = self._keys.decrypt(credential.refresh)
        except KeyRingError as error:
            _log.error("credential_cannot_be_opened", error=str(error))
            raise RefreshFailed("suspended", "encryption_key_missing") from None
        return await self._amazon.refresh(credential.region, refresh_token)

    async def _apply_grant(self, lease: Lease, grant: Grant, asked_at: datetime) -> bool:
        expires_at = asked_at + timedelta(seconds=grant.expires_in)
        next_at = next_refresh_at(asked_at, expires_at, _chance())
        async with self._db.tx(_scope(lease)) as tx:
            before = await queries.get_held(tx, lease)
            if before is None:
                return False
            tally = continuity.outcome(before, asked_at, None)
            await queries.apply_grant(
                tx,
                lease,
                self._keys.encrypt(grant.refresh_token),
                self._keys.encrypt(grant.access_token),
                expires_at=expires_at,
                refreshed_at=asked_at,
                next_refresh_at=next_at,
            )
            await announce_token(
                tx, before, expires_at=expires_at, refreshed_at=asked_at, next_refresh_at=next_at
            )
            await continuity.add(tx, before, tally)
        continuity.observe(before, tally, self._clock())
        return True

    async def _apply_failure(
        self, lease: Lease, failure: RefreshFailed, asked_at: datetime, *, known: bool
    ) -> bool:
        """`known`: a breaker tells of it for all credentials."""
        async with self._db.tx(_scope(lease)) as tx:
            before = await queries.get_held(tx, lease)
            if before is None:
                return False
            tally = continuity.outcome(before, asked_at, failure)
            attempts = before.attempts + 1
            next_at = next_attempt_at(
                self._clock(), failure.state, attempts, failure.retry_after, _chance()
            )
            await queries.apply_failure(
                tx,
                lease,
                state=failure.state,
                code=failure.code,
                attempts=attempts,
                next_attempt_at=next_at,
                due_counted=tally.due > 0,
            )
            await continuity.add(tx, before, tally)
            if before.state != failure.state and not (known and failure.state != "retrying"):
                await _announce_failure(tx, before, failure, attempts, next_at)
        continuity.observe(before, tally, asked_at)
        FAILURES.labels(failure.state).inc()
        log = _log.debug if known else _log.warning
        log(
            "credential_refresh_failed",
            connection_id=before.connection_id,
            org=before.organization_id,
            state=failure.state,
            error_code=failure.code,
            attempts=attempts,
        )
        return True


async def announce_token(
    tx: Tx,
    before: Credential,
    *,
    expires_at: datetime,
    refreshed_at: datetime,
    next_refresh_at: datetime,
) -> None:
    """credential.refreshed, and credential.recovered first when it was not healthy before."""
    if before.state != "healthy":
        recovered = CredentialRecovered(connection_id=before.connection_id, expires_at=expires_at)
        await outbox.add(tx, recovered, organization_id=before.organization_id)
    refreshed = CredentialRefreshed(
        connection_id=before.connection_id,
        expires_at=expires_at,
        refreshed_at=refreshed_at,
        next_refresh_at=next_refresh_at,
    )
    await outbox.add(tx, refreshed, organization_id=before.organization_id)


async def _announce_failure(
    tx: Tx, before: Credential, failure: RefreshFailed, attempts: int, next_at: datetime
) -> None:
    if failure.state == "reauth_required":
        event = CredentialReauthRequired(
            connection_id=before.connection_id, error_code=failure.code
        )
    else:
        event = CredentialRefreshFailed(
            connection_id=before.connection_id,
            state=failure.state,
            error_code=failure.code,
            attempts=attempts,
            expires_at=before.expires_at,
            next_attempt_at=next_at,
        )
    await outbox.add(tx, event, organization_id=before.organization_id)


def _nobody_listens(_: UUID) -> None:
    pass


def _scope(lease: Lease) -> Scope:
    return Scope.organization(lease.credential.organization_id)


def _chance() -> float:
    return random.random()  # noqa: S311 - spreads load, guards nothing
