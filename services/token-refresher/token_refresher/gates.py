"""The breakers in force: who may call Amazon now, and what each call's outcome changes for all."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from shared.clock import Clock, utc_now
from shared.db import SYSTEM, Db, Tx
from shared.logs import get_logger

from . import breaker_queries, queries
from .breaker import (
    CLIENT,
    REGIONS,
    Passage,
    Streaks,
    Verdict,
    judge,
    next_probe_at,
    passage,
)
from .domain import ADVICE, Credential, Lease, RefreshFailed

_log = get_logger(__name__)


class Gates:
    """A resource. Failures are counted per process; an open breaker binds all of them."""

    def __init__(self, db: Db, *, lease: timedelta, clock: Clock = utc_now) -> None:
        self._db = db
        self._lease = lease
        self._clock = clock
        self._streaks = Streaks()

    async def start(self) -> None:
        """A restart may bring a corrected client: it is tried at once."""
        async with self._db.tx(SYSTEM) as tx:
            await breaker_queries.set_probe(tx, CLIENT, self._clock())

    async def stop(self) -> None:
        """Nothing to close."""

    async def claim_due(self, tx: Tx, limit: int) -> tuple[list[Lease], list[Passage]]:
        """Leases on what is due and may be called for, and the regions that are held up."""
        now = self._clock()
        breakers = await breaker_queries.list_all(tx)
        ways = [passage(breakers, region, now) for region in REGIONS]
        free = [way.region for way in ways if way.free]
        leases = await queries.claim_due(tx, now, now + self._lease, limit, free) if free else []
        for way in (way for way in ways if way.probes):
            leases += await self._claim_probe(tx, way, now)
        return leases, [way for way in ways if not way.free]

    async def _claim_probe(self, tx: Tx, way: Passage, now: datetime) -> list[Lease]:
        until = now + self._lease
        try:
            async with tx.savepoint():
                if not await breaker_queries.take_probes(tx, way, now, until):
                    raise _NoProbe
                leases = await queries.claim_due(tx, now, until, 1, [way.region])
                if not leases:
                    raise _NoProbe
        except _NoProbe:
            return []
        return [replace(lease, probes=way.probes) for lease in leases]

    async def claim_one(self, tx: Tx, credential: Credential) -> Lease | None:
        """As queries.claim_one; raises CallsHeld when no call may go out for its region."""
        now = self._clock()
        until = now + self._lease
        way = passage(await breaker_queries.list_all(tx), credential.region, now)
        if way.held is not None and not (
            way.probes and await breaker_queries.take_probes(tx, way, now, until)
        ):
            raise way.held
        lease = await queries.claim_one(tx, credential, now, until)
        if lease is None:
            for name in way.probes:
                await breaker_queries.set_probe(tx, name, now)
            return None
        return replace(lease, probes=way.probes)

    async def note(self, lease: Lease, failure: RefreshFailed | None) -> bool:
        """What a call tells about host and client; True when a failure is known to all already."""
        verdict = judge(lease.credential.region, failure)
        opens = self._streaks.opens(verdict)
        if not (opens or lease.probes or verdict.suspect == CLIENT):
            return False
        async with self._db.tx(SYSTEM) as tx:
            await self._settle_probes(tx, lease, verdict)
            return await self._suspect(tx, verdict, opens=opens)

    async def _settle_probes(self, tx: Tx, lease: Lease, verdict: Verdict) -> None:
        now = self._clock()
        await self._close(tx, [name for name in lease.probes if name in verdict.fine], now)
        open_now = {b.name: b for b in await breaker_queries.list_all(tx) if b.open}
        for name in (name for name in lease.probes if name in open_now):
            probe_at = now
            if name == verdict.suspect:
                probes = open_now[name].probes
                probe_at = next_probe_at(name, now, probes, verdict.retry_after, _chance())
            await breaker_queries.set_probe(tx, name, probe_at)

    async def _close(self, tx: Tx, names: list[str], now: datetime) -> None:
        if not names:
            return
        for name, opened_at in (await breaker_queries.close(tx, names, now)).items():
            down = round((now - opened_at).total_seconds())
            _log.warning("token_refreshes_resumed", gate=name, seconds=down)

    async def _suspect(self, tx: Tx, verdict: Verdict, *, opens: bool) -> bool:
        """Opens the suspect's breaker where it is time; True when it was open before."""
        name = verdict.suspect
        if name is None:
            return False
        if not opens:
            return any(b.open for b in await breaker_queries.list_all(tx) if b.name == name)
        now = self._clock()
        probe_at = next_probe_at(name, now, 0, verdict.retry_after, _chance())
        opened = await breaker_queries.open_breaker(tx, name, now, probe_at, verdict.code)
        if opened:
            state = "client_misconfigured" if name == CLIENT else "retrying"
            _log.error(
                "token_refreshes_held",
                gate=name,
                cause=verdict.code,
                hint=ADVICE[state].next_action,
            )
        return not opened


class _NoProbe(Exception):
    """Rolls a probe back that somebody else has, or that no credential can make."""


def _chance() -> float:
    return random.random()  # noqa: S311 - spreads load, guards nothing
