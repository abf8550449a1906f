"""What refreshes ended in, written in batches: whoever comes while one is written joins the next."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
from shared.clock import Clock
from shared.db import CONNECTION_ERRORS, SYSTEM, Db, Scope, Tx
from shared.keyring import KeyRing
from shared.logs import get_logger
from shared.metrics import counter

from . import announcing, apply_queries, continuity
from .apply_queries import NewTokens, Setback
from .continuity import Tally
from .domain import (
    Answer,
    Credential,
    Lease,
    RefreshFailed,
    next_attempt_at,
    next_refresh_at,
)

_log = get_logger(__name__)
FAILURES = counter("credential_refresh_failures_total", "Failed refreshes by state", ["state"])
LARGEST = 500


@dataclass(slots=True, eq=False)
class Outcome:
    """How one refresh ended: `answer`, or `failure`, which a breaker may tell of for all (`known`)."""

    lease: Lease
    asked_at: datetime
    answer: Answer | None = None
    failure: RefreshFailed | None = None
    known: bool = False
    before: Credential | None = None
    """The row as it was when this was written; None when the lease was lost."""
    tally: Tally = field(default_factory=Tally)
    written: bool = False
    error: Exception | None = None


class Applier:
    """Writes outcomes where their leases still hold, as many at once as have come."""

    def __init__(self, db: Db, keys: KeyRing, clock: Clock) -> None:
        self._db = db
        self._keys = keys
        self._clock = clock
        self._queue: list[Outcome] = []
        self._lock = asyncio.Lock()

    async def apply(self, outcome: Outcome) -> bool:
        """True when it is on the row, committed; False when the lease was lost, and nothing is."""
        self._queue.append(outcome)
        async with self._lock:
            if not outcome.written and outcome.error is None:
                await self._write_with_the_others(outcome)
        if outcome.error is not None:
            raise outcome.error
        return outcome.before is not None

    async def _write_with_the_others(self, own: Outcome) -> None:
        """One bad row costs nobody else his write; a database that is away fails all alike."""
        batch, self._queue = self._queue[:LARGEST], self._queue[LARGEST:]
        if own not in batch:
            self._queue.remove(own)
            batch.append(own)
        try:
            await self._write(batch)
        except CONNECTION_ERRORS as error:
            for outcome in batch:
                outcome.error = error
        except (asyncpg.PostgresError, ValueError, OverflowError):
            if len(batch) == 1:
                raise
            self._queue[:0] = [outcome for outcome in batch if outcome is not own]
            await self._write([own])

    async def _write(self, batch: Sequence[Outcome]) -> None:
        async with self._db.tx(_scope(batch)) as tx:
            held = await apply_queries.lock_held(tx, [outcome.lease for outcome in batch])
            for outcome in batch:
                outcome.before = held.get(outcome.lease.credential.connection_id)
                if outcome.before is not None:
                    due = outcome.before, outcome.asked_at, outcome.failure
                    outcome.tally = continuity.outcome(*due)
            there = [(o, o.before) for o in batch if o.before is not None]
            await self._apply_tokens(tx, there)
            await self._apply_setbacks(tx, there)
            await continuity.add(tx, [(before, o.tally) for o, before in there])
        for outcome in batch:
            outcome.written = True
        for outcome, before in there:
            self._tell(outcome, before)

    async def _apply_tokens(self, tx: Tx, there: Iterable[tuple[Outcome, Credential]]) -> None:
        changes = [
            (before, self._new_tokens(o, o.answer)) for o, before in there if o.answer is not None
        ]
        await apply_queries.apply_tokens(tx, [change for _, change in changes])
        for before, change in changes:
            await announcing.announce_token(
                tx,
                before,
                expires_at=change.expires_at,
                refreshed_at=change.refreshed_at,
                next_refresh_at=change.next_refresh_at,
            )

    def _new_tokens(self, outcome: Outcome, answer: Answer) -> NewTokens:
        """The token that brought a new one is kept beside it until that one has brought one too."""
        grant, asked_at = answer.grant, outcome.asked_at
        expires_at = asked_at + timedelta(seconds=grant.expires_in)
        return NewTokens(
            outcome.lease,
            self._keys.encrypt(grant.refresh_token),
            self._keys.encrypt(grant.access_token),
            self._keys.encrypt(answer.used) if answer.rotated else None,
            expires_at,
            asked_at,
            next_refresh_at(asked_at, expires_at, _chance()),
        )

    async def _apply_setbacks(self, tx: Tx, there: Iterable[tuple[Outcome, Credential]]) -> None:
        changes = [
            (o, before, o.failure, self._setback(o, before, o.failure))
            for o, before in there
            if o.failure is not None
        ]
        await apply_queries.apply_setbacks(tx, [change for *_, change in changes])
        for outcome, before, failure, change in changes:
            told = outcome.known and failure.state != "retrying"
            if before.state != failure.state and not told:
                await announcing.announce_failure(
                    tx, before, failure, change.attempts, change.next_attempt_at
                )

    def _setback(self, outcome: Outcome, before: Credential, failure: RefreshFailed) -> Setback:
        attempts = before.attempts + 1
        now, after = self._clock(), failure.retry_after
        in_a_row = 1 if outcome.known else attempts  # an open breaker sets the pace for all
        next_at = next_attempt_at(now, failure.state, in_a_row, after, _chance())
        counted = outcome.tally.due > 0
        return Setback(outcome.lease, failure.state, failure.code, attempts, next_at, counted)

    def _tell(self, outcome: Outcome, before: Credential) -> None:
        """Metrics and log, after the commit."""
        failure = outcome.failure
        if failure is None:
            continuity.observe(before, outcome.tally, self._clock())
            return
        continuity.observe(before, outcome.tally, outcome.asked_at)
        FAILURES.labels(failure.state).inc()
        log = _log.debug if outcome.known else _log.warning
        log(
            "credential_refresh_failed",
            connection_id=before.connection_id,
            org=before.organization_id,
            state=failure.state,
            error_code=failure.code,
            attempts=before.attempts + 1,
        )


def _scope(batch: Sequence[Outcome]) -> Scope:
    """One organization's where they all are its, so that the second wall stands for hand-outs too."""
    organizations = {outcome.lease.credential.organization_id for outcome in batch}
    return Scope.organization(organizations.pop()) if len(organizations) == 1 else SYSTEM


def _chance() -> float:
    return random.random()  # noqa: S311 - spreads load, guards nothing
