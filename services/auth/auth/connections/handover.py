"""Carrying a consent from Amazon's code to token-refresher's vault, over any crash in between.

code (sealed) → redeemed at Amazon → grant (sealed) → PUT to token-refresher → active, secret deleted.
Each arrow is an outside call between two short transactions; a row's lease token says who may move it.
A grant that would replace another Amazon user's is held before the PUT, until a person decides.
Locks are taken in one order everywhere: magic link, connection, hand-over, discovery, organization.
A database that is away, and a process told to end, wait for the grant to be written down. Lost only if the
process is killed after Amazon redeemed the code and before that: then the code is refused on the second
try and the person is asked to consent again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import structlog
from amazon_ads import lwa
from amazon_ads.errors import AmazonError, AuthError
from asyncpg import Record
from shared.clock import Clock
from shared.db import CONNECTION_ERRORS, SYSTEM, Db, Tx
from shared.errors import AppError
from shared.events import ConnectionAuthorized, ConnectionReauthorized, ConnectionUpdated
from shared.ids import new_id
from shared.internal_tokens import Actor
from shared.service_client import ServiceClient

from auth.consent_requests import announce as links
from auth.consent_requests import queries as link_rows
from auth.discoveries import queries as discoveries
from auth.pepper import Pepper, SealBroken
from auth.workers import Workers
from shared import audit, outbox

from . import handover_queries as rows
from . import queries
from .domain import (
    CODE_LIFE,
    GRANT_LIFE,
    HELD_LIFE,
    LEASE,
    RETRY_AFTER,
    AmazonUser,
    ConsentError,
    Handover,
    HeldReason,
    held_reason,
)
from .recognition import LoginWithAmazon, seats_of, user_of
from .service import note_failure

R = TypeVar("R")
Sleep = Callable[[float], Awaitable[object]]
PAUSES_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0)
KEEP_TRIES, KEEP_PAUSE_SECONDS = 120, 0.5
_log = structlog.get_logger(__name__)


class Stuck(Exception):
    """A step failed. `final`: trying again cannot help, the person must consent again."""

    def __init__(self, code: ConsentError, *, final: bool, reason: str) -> None:
        super().__init__(reason)
        self.code: ConsentError = code
        self.final = final


class Held(Exception):
    """Somebody else than before consented: a person has to decide first."""


class Superseded(Exception):
    """Another holder has the hand-over: this one was too slow, or a newer consent replaced it."""


def _nothing() -> None:
    """Default of `on_active`."""


@dataclass(frozen=True, slots=True)
class Handovers:
    """Moves hand-overs along; `on_active` is called after a connection became active."""

    db: Db
    pepper: Pepper
    amazon: LoginWithAmazon
    token_refresher: ServiceClient
    workers: Workers
    clock: Clock
    sleep: Sleep = asyncio.sleep
    on_active: Callable[[], None] = field(default=_nothing)

    async def open(
        self,
        tx: Tx,
        where: tuple[UUID, UUID],
        secret: dict[str, Any],
        consent_request_id: UUID | None,
    ) -> Handover | None:
        """Writes down the code (sealed) and leases its hand-over to the caller; None when the
        connection (`where`: organization and connection) has ended."""
        (organization_id, connection_id), now, lease_token = where, self.clock(), new_id()
        connection = await queries.lock(tx, organization_id, connection_id)
        if connection is None or connection["status"] == "revoked":
            return None
        await rows.open_with_code(
            tx,
            organization_id,
            connection_id,
            self.pepper.seal(secret),
            lease_token,
            (now, now + LEASE, now + CODE_LIFE),
            consent_request_id,
        )
        await queries.note_error(tx, organization_id, connection_id, None)
        row = (connection_id, organization_id, connection["region"], "code", secret, lease_token)
        return Handover(*row, consent_id=lease_token, consent_request_id=consent_request_id)

    async def carry(
        self, claim: Handover, *, pauses: tuple[float, ...] = PAUSES_SECONDS
    ) -> ConsentError | None:
        """All steps that are left; None when the connection is active, else what to tell."""
        try:
            if claim.stage == "code":
                claim = await self._redeem(claim, pauses)
            if not claim.approved:
                claim = await self._recognise(claim, pauses[:2])
            await self._deliver(claim, pauses)
            await self._activate(claim)
        except Stuck as stuck:
            await self._put_off(claim, stuck)
            return stuck.code
        except Held:
            return "replacement_held"
        except Superseded:
            async with self.db.tx(SYSTEM) as tx:
                active = await queries.is_active(tx, claim.organization_id, claim.connection_id)
            return None if active else "state_invalid"
        self.on_active()
        return None

    async def decide(
        self, tx: Tx, where: tuple[UUID, UUID], *, accept: bool, now: datetime
    ) -> bool:
        """A held grant goes on, or is deleted; False when none is held."""
        await queries.lock(tx, *where)
        if accept:
            approved = await rows.approve(tx, *where, now, now + GRANT_LIFE)
            if approved:
                await queries.note_error(tx, *where, None)
            return approved
        if not await rows.decline(tx, *where):
            return False
        await queries.note_error(tx, *where, None)
        data = ConnectionUpdated(connection_id=where[1], change="consent_declined")
        await outbox.add(tx, data, organization_id=where[0])
        return True

    async def tick(self) -> bool:
        """Takes up one hand-over whose holder died or was put off; True when there was one."""
        now = self.clock()
        await self._forget_expired(now)
        if self.workers.full:
            return False
        async with self.db.tx(SYSTEM) as tx:
            row = await rows.claim_due(tx, new_id(), now, now + LEASE)
        if row is None:
            return False
        self.workers.spawn(row["lease_token"], self._resume(row))
        return True

    async def _forget_expired(self, now: datetime) -> None:
        """Their secrets go, and whoever looks at the connection is told that nothing came of it."""
        async with self.db.read(SYSTEM) as tx:
            over = await rows.expired(tx, now)
        for claim in over:
            code: ConsentError = (
                "replacement_declined" if claim.stage == "held" else "code_rejected"
            )
            async with self.db.tx(SYSTEM) as tx:
                connection = await self._lock(tx, claim)
                if await rows.close(tx, claim) and connection is not None:
                    held = claim.stage == "held"
                    told = code if held else connection["error_code"] or code
                    await self._tell_failure(tx, claim, told)

    async def _resume(self, row: Any) -> None:
        try:
            claim = rows.handover(row, self.pepper.unseal(row["sealed"]))
        except SealBroken as error:
            claim = rows.handover(row, {})
            await self._put_off(claim, Stuck("code_rejected", final=True, reason=str(error)))
            return
        await self.carry(claim, pauses=())

    async def _redeem(self, claim: Handover, pauses: tuple[float, ...]) -> Handover:
        grant = await self._patiently(claim, pauses, lambda: self._exchange(claim))
        secret = {
            "refresh_token": grant.refresh_token,
            "access_token": grant.access_token,
            "expires_at": self.clock().timestamp() + grant.expires_in,
        }
        await self._keep(claim, self.pepper.seal(secret))
        return replace(claim, stage="grant", secret=secret)

    async def _keep(self, claim: Handover, sealed: bytes) -> None:
        """The grant is on disk before anything else can go wrong, lease or no lease. It is the only
        one that its code will ever bring, so a database that is away is waited for."""
        for left in reversed(range(KEEP_TRIES)):
            try:
                async with self.db.tx(SYSTEM) as tx:
                    now = self.clock()
                    kept = await rows.keep_grant(tx, claim, sealed, now + LEASE, now + GRANT_LIFE)
            except CONNECTION_ERRORS as error:
                _log.error("grant_not_yet_written", error=type(error).__name__)
                if not left:
                    raise
                await self.sleep(KEEP_PAUSE_SECONDS)
            else:
                if not kept:
                    raise Superseded
                return

    async def _exchange(self, claim: Handover) -> lwa.TokenGrant:
        amazon = self.amazon
        try:
            return await lwa.exchange_code(
                amazon.http,
                amazon.endpoints.region(claim.region),
                amazon.client,
                code=claim.secret["code"],
                redirect_uri=amazon.redirect_uri,
                code_verifier=claim.secret["code_verifier"],
            )
        except AuthError as error:
            raise Stuck("code_rejected", final=True, reason=f"{error.code}: {error}") from error
        except AmazonError as error:
            code: ConsentError = "amazon_unavailable" if error.retryable else "code_rejected"
            raise Stuck(code, final=not error.retryable, reason=str(error)) from error

    async def _recognise(self, claim: Handover, pauses: tuple[float, ...]) -> Handover:
        """Who consented, as far as Amazon tells. Raises Held when that is somebody else than before."""
        where = (claim.organization_id, claim.connection_id)
        user = await self._user_of(claim, pauses)
        async with self.db.read(SYSTEM) as tx:
            before = await queries.before(tx, *where)
        seats = None
        if before.asks_for_seats(user):
            seats = await seats_of(self.amazon, claim.secret["access_token"], before.regions)
        reason = held_reason(before, user, seats)
        if reason is not None:
            await self._hold(claim, reason, user)
            raise Held
        return replace(claim, user=user)

    async def _user_of(self, claim: Handover, pauses: tuple[float, ...]) -> AmazonUser:
        """Empty when Login with Amazon does not say: a grant is not lost for want of a name."""

        async def ask() -> AmazonUser:
            try:
                return await user_of(self.amazon, claim.region, claim.secret["access_token"])
            except AmazonError as error:
                final, reason = not error.retryable, f"{error.code}: {error}"
                raise Stuck("amazon_unavailable", final=final, reason=reason) from error

        try:
            return await self._patiently(claim, pauses, ask)
        except Stuck as stuck:
            _log.warning(
                "amazon_user_unknown", connection_id=str(claim.connection_id), reason=str(stuck)
            )
            return AmazonUser()

    async def _hold(self, claim: Handover, reason: HeldReason, user: AmazonUser) -> None:
        where = (claim.organization_id, claim.connection_id)
        async with self.db.tx(SYSTEM) as tx:
            await self._lock(tx, claim)
            if not await rows.hold(tx, claim, reason, user, self.clock() + HELD_LIFE):
                raise Superseded
            await queries.note_error(tx, *where, "replacement_held")
            data = ConnectionUpdated(
                connection_id=claim.connection_id,
                change="consent_held",
                error_code="replacement_held",
            )
            await outbox.add(tx, data, organization_id=claim.organization_id)
            if claim.link is not None:
                await links.failed(tx, claim.link, "replacement_held")

    async def _deliver(self, claim: Handover, pauses: tuple[float, ...]) -> None:
        async def put() -> None:
            await self._put(claim, self.clock())

        await self._patiently(claim, pauses, put)

    async def _put(self, claim: Handover, now: datetime) -> None:
        body = {
            "organization_id": str(claim.organization_id),
            "region": claim.region,
            "refresh_token": claim.secret["refresh_token"],
            "access_token": claim.secret["access_token"],
            "expires_in": max(1, int(claim.secret["expires_at"] - now.timestamp())),
        }
        path = f"/internal/credentials/{claim.connection_id}"
        actor = Actor.service("auth", claim.organization_id)
        try:
            await self.token_refresher.put(path, json=body, actor=actor)
        except AppError as error:
            reason = f"{error.code}: {error.detail}"
            raise Stuck("token_service_unavailable", final=False, reason=reason) from error

    async def _activate(self, claim: Handover) -> None:
        now = self.clock()
        where = (claim.organization_id, claim.connection_id)
        async with self.db.tx(SYSTEM) as tx:
            connection = await self._lock(tx, claim)
            if not await rows.close(tx, claim) or connection is None:
                raise Superseded
            if claim.link is not None:
                await links.completed(tx, claim.link, claim.connection_id, now)
            await queries.activate(tx, *where, claim.user, now)
            kind = ConnectionReauthorized if connection["consented_at"] else ConnectionAuthorized
            data = kind(
                connection_id=claim.connection_id,
                region=claim.region,  # pyright: ignore[reportArgumentType] - checked by the table
                amazon_user_name=claim.user.name,
                consented_at=now,
                scopes=self.amazon.scopes,
            )
            await outbox.add(tx, data, organization_id=claim.organization_id)
            await audit.record(
                tx,
                data.TYPE,
                Actor.service("auth", claim.organization_id),
                target=("connection", claim.connection_id),
            )
            await discoveries.enqueue(tx, *where, now)

    async def _patiently(
        self, claim: Handover, pauses: tuple[float, ...], call: Callable[[], Awaitable[R]]
    ) -> R:
        """The call, again after each pause while it is worth it; the lease is renewed before each."""
        for pause in (*pauses, None):
            async with self.db.tx(SYSTEM) as tx:
                if not await rows.renew(tx, claim, self.clock() + LEASE):
                    raise Superseded
            try:
                return await call()
            except Stuck as stuck:
                if stuck.final or pause is None:
                    raise
                await self.sleep(pause)
        raise AssertionError("unreachable")

    async def _put_off(self, claim: Handover, stuck: Stuck) -> None:
        _log.warning(
            "consent_stuck",
            connection_id=str(claim.connection_id),
            code=stuck.code,
            final=stuck.final,
            reason=str(stuck),
        )
        async with self.db.tx(SYSTEM) as tx:
            await self._lock(tx, claim)
            if stuck.final:
                ours = await rows.close(tx, claim)
            else:
                ours = await rows.renew(tx, claim, self.clock() + RETRY_AFTER)
            if ours:
                await self._tell_failure(tx, claim, stuck.code)

    async def _lock(self, tx: Tx, claim: Handover) -> Record | None:
        """The magic link, then the connection: in the order that all keep to."""
        if claim.link is not None:
            await link_rows.lock(tx, *claim.link)
        return await queries.lock(tx, claim.organization_id, claim.connection_id)

    async def _tell_failure(self, tx: Tx, claim: Handover, code: str) -> None:
        await note_failure(tx, claim.organization_id, claim.connection_id, code)
        if claim.link is not None:
            await links.failed(tx, claim.link, code)
