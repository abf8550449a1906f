"""Access tokens for other services: from the row while it is good, else one refresh for all callers."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from shared.clock import Clock, utc_now
from shared.db import Db, Scope
from shared.errors import AppError, Conflict, NotFound, Unavailable
from shared.keyring import KeyRing, KeyRingError

from . import queries
from .breaker import CallsHeld
from .domain import (
    ADVICE,
    KEY_MISSING,
    RESTORE_KEY,
    USABLE,
    Credential,
    Decision,
    State,
    advise,
    decide_hand_out,
    is_usable,
)
from .refresher import Refresher
from .token_cache import Kept, TokenCache

POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Ask:
    """`refused_sha256`: hex digest of a token that Amazon answered 401 to."""

    connection_id: UUID
    organization_id: UUID
    min_remaining: timedelta = timedelta(minutes=5)
    refused_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token in clear, on its way to the caller and nowhere else."""

    token: str = field(repr=False)
    expires_at: datetime
    remaining_seconds: int


class HandOut:
    """A resource. Callers of one process share one flight; processes share the row's lease."""

    def __init__(
        self,
        db: Db,
        keys: KeyRing,
        refresher: Refresher,
        *,
        wait: timedelta,
        believe: timedelta = timedelta(0),
        clock: Clock = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db = db
        self._keys = keys
        self._refresher = refresher
        self._polls = max(1, round(wait.total_seconds() / POLL_SECONDS))
        self._clock = clock
        self._sleep = sleep
        self._cache = TokenCache(believe)
        self._flights: dict[tuple[UUID, int], asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Refreshes under way are finished: what Amazon minted is not thrown away."""
        await asyncio.gather(*self._flights.values(), return_exceptions=True)

    async def get(self, ask: Ask) -> AccessToken:
        """A token that lives `min_remaining` if that can be had, else the one that still works.

        Raises NotFound, Conflict (`reauth_required`, `credential_suspended`: a person must act) or Unavailable (try later).
        """
        return self._remembered(ask) or await self._from_row(ask)

    def forget(self, connection_id: UUID) -> None:
        """After a revocation, a new grant or a refresh: the next caller reads the row."""
        self._cache.forget(connection_id)

    def _remembered(self, ask: Ask) -> AccessToken | None:
        now = self._clock()
        needed = max(ask.min_remaining, USABLE)
        kept = self._cache.get(ask.connection_id, ask.organization_id, now, needed)
        if kept is None:
            return None
        if ask.refused_sha256 and hmac.compare_digest(kept.digest, ask.refused_sha256):
            self.forget(ask.connection_id)
            return None
        return AccessToken(kept.token, kept.expires_at, _whole_seconds(kept.expires_at - now))

    async def _from_row(self, ask: Ask) -> AccessToken:
        credential, decision = await self._look(ask)
        if decision.action in ("refresh", "wait"):
            self.forget(ask.connection_id)
            try:
                await self._join_flight(credential)
            except CallsHeld as held:
                return self._make_do(ask, credential, held)
            credential, decision = await self._look(ask)
        if decision.action == "give":
            return self._open(credential)
        if decision.action in ("refresh", "wait") and self._is_usable(ask, credential):
            return self._open(credential)
        raise self._refusal(credential, decision)

    def _make_do(self, ask: Ask, credential: Credential, held: CallsHeld) -> AccessToken:
        """No call may go out: the token there is, as long as it works."""
        if self._is_usable(ask, credential):
            return self._open(credential)
        raise self._unavailable(held.state, held.until, ADVICE[held.state].next_action)

    async def _look(self, ask: Ask) -> tuple[Credential, Decision]:
        credential = await self._read(ask.connection_id, ask.organization_id)
        decision = decide_hand_out(
            credential,
            self._clock(),
            min_remaining=ask.min_remaining,
            refused=self._refused(ask, credential),
        )
        return credential, decision

    async def _read(self, connection_id: UUID, organization_id: UUID) -> Credential:
        async with self._db.read(Scope.organization(organization_id)) as tx:
            credential = await queries.get(tx, connection_id, organization_id)
        if credential is None:
            raise NotFound("There is no credential of this connection.", code="credential_unknown")
        return credential

    async def _join_flight(self, credential: Credential) -> None:
        """A caller that goes away does not cancel the refresh that others wait for."""
        key = (credential.connection_id, credential.version)
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._fly(credential))
            self._flights[key] = flight
            flight.add_done_callback(lambda ended: self._land(key, ended))
        await asyncio.shield(flight)

    def _land(self, key: tuple[UUID, int], flight: asyncio.Task[None]) -> None:
        self._flights.pop(key, None)
        if not flight.cancelled():
            flight.exception()  # seen, also when every caller has gone

    async def _fly(self, credential: Credential) -> None:
        """Refreshes, or waits while another process does."""
        lease = await self._refresher.claim(credential)
        if lease is not None:
            await self._refresher.refresh(lease)
            return
        for _ in range(self._polls):
            current = await self._read(credential.connection_id, credential.organization_id)
            if current.version != credential.version or not current.leased(self._clock()):
                return
            await self._sleep(POLL_SECONDS)

    def _refused(self, ask: Ask, credential: Credential) -> bool:
        if ask.refused_sha256 is None:
            return False
        return hmac.compare_digest(_digest(self._decrypt(credential)), ask.refused_sha256)

    def _is_usable(self, ask: Ask, credential: Credential) -> bool:
        refused = self._refused(ask, credential)
        return is_usable(credential, self._clock(), refused=refused)

    def _open(self, credential: Credential) -> AccessToken:
        now, token = self._clock(), self._decrypt(credential)
        kept = Kept(credential.organization_id, token, _digest(token), credential.expires_at, now)
        self._cache.keep(credential.connection_id, kept)
        return AccessToken(token, kept.expires_at, _whole_seconds(kept.expires_at - now))

    def _decrypt(self, credential: Credential) -> str:
        try:
            return self._keys.decrypt(credential.access)
        except KeyRingError:
            raise Unavailable(
                "The stored token cannot be opened.",
                code=KEY_MISSING,
                hint=RESTORE_KEY.next_action,
                retryable=False,
            ) from None

    def _refusal(self, credential: Credential, decision: Decision) -> AppError:
        if decision.action == "reconnect":
            return Conflict(
                "Amazon no longer honours this consent.",
                code="reauth_required",
                hint=ADVICE[credential.state].next_action,
            )
        if decision.action == "suspended":
            return Conflict(
                "Somebody suspended this connection.",
                code="credential_suspended",
                hint=ADVICE[credential.state].next_action,
            )
        hint = advise(credential.state, credential.last_error_code).next_action
        return self._unavailable(credential.state, decision.retry_at or self._clock(), hint)

    def _unavailable(self, state: State, retry_at: datetime, hint: str) -> Unavailable:
        return Unavailable(
            "There is no valid access token at the moment.",
            code="credential_" + ("refreshing" if state == "healthy" else state),
            hint=hint,
            retry_after_seconds=max(1.0, (retry_at - self._clock()).total_seconds()),
        )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _whole_seconds(life: timedelta) -> int:
    return int(life.total_seconds())
