"""Carries a lease through: call Amazon with no transaction open, apply where the lease still holds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from shared.clock import Clock, utc_now
from shared.db import CONNECTION_ERRORS, SYSTEM, Db, Scope, Tx
from shared.keyring import KeyRing, KeyRingError, Sealed
from shared.logs import get_logger

from . import announcing, breaker_queries, continuity, queries
from .applying import Applier, Outcome
from .breaker import Passage
from .clients import LoginWithAmazon
from .domain import KEY_MISSING, Answer, Credential, Lease, RefreshFailed
from .gates import Gates

_log = get_logger(__name__)

RECHECK_SECONDS = 1.0
TICK_SECONDS = 10.0
HOLD = 500
WRITE_AHEAD_TRIES = 60


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
        self._applier = Applier(db, keys, clock)
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
                await announcing.announce_failure(tx, credential, failure, 0, way.held.until)

    async def claim(self, credential: Credential) -> Lease | None:
        """The right to refresh this version now, or None when somebody else has it.

        Raises CallsHeld while a breaker is open.
        """
        async with self._db.tx(Scope.organization(credential.organization_id)) as tx:
            return await self._gates.claim_one(tx, credential)

    async def refresh(self, lease: Lease) -> None:
        """Ends with a token or a failure on the row; a lost lease ends in nothing at all."""
        outcome = Outcome(lease, self._clock())
        try:
            outcome.answer = await self._ask(lease)
        except RefreshFailed as failure:
            outcome.failure = failure
            outcome.known = await self._gates.note(lease, failure)
        else:
            await self._gates.note(lease, None)
        ended = outcome.answer is not None or outcome.failure is not None
        applied = ended and await self._applier.apply(outcome)
        self.changed(lease.credential.connection_id)
        if not applied:
            continuity.REFRESHES.labels("fenced").inc()

    async def _ask(self, lease: Lease) -> Answer | None:
        """Asks once; a refused grant is looked up again and asked once more before it counts.

        Where there is a second token of a pair, that one is asked with too. None: the lease is lost.
        """
        try:
            return await self._ask_with(lease.credential, lease.credential.refresh)
        except RefreshFailed as failure:
            _unless_refused(failure)
        await self._sleep(RECHECK_SECONDS)
        async with self._db.tx(_scope(lease)) as tx:
            current = await queries.get_held(tx, lease)
        if current is None:
            return None
        try:
            return await self._ask_with(current, current.refresh)
        except RefreshFailed as failure:
            _unless_refused(failure)
            if current.spare is None:
                raise
        return await self._ask_with(current, current.spare)

    async def _ask_with(self, credential: Credential, sealed: Sealed) -> Answer:
        try:
            refresh_token = self._keys.decrypt(sealed)
        except KeyRingError as error:
            _log.error("credential_cannot_be_opened", error=str(error))
            raise RefreshFailed("client_misconfigured", KEY_MISSING) from None
        grant = await self._amazon.refresh(credential.region, refresh_token)
        answer = Answer(grant, refresh_token)
        if answer.rotated:
            await self._write_ahead(credential, grant.refresh_token)
        return answer

    async def _write_ahead(self, held: Credential, refresh_token: str) -> None:
        """A new refresh token is on disk before anything else can go wrong, lease or no lease.

        It may be the only one that Amazon still takes, so a database that is away is waited for.
        """
        sealed = self._keys.encrypt(refresh_token)
        for left in reversed(range(WRITE_AHEAD_TRIES)):
            try:
                async with self._db.tx(Scope.organization(held.organization_id)) as tx:
                    await queries.write_ahead(tx, held, sealed)
            except CONNECTION_ERRORS as error:
                _log.error("rotated_token_not_yet_written", error=type(error).__name__)
                if not left:
                    raise
                await self._sleep(RECHECK_SECONDS)
            else:
                return


def _unless_refused(failure: RefreshFailed) -> None:
    if failure.state != "reauth_required":
        raise failure


def _nobody_listens(_: UUID) -> None:
    pass


def _scope(lease: Lease) -> Scope:
    return Scope.organization(lease.credential.organization_id)
