"""SQL of the breakers, and of the credentials that an open one holds up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from asyncpg import Record
from shared.db import Tx

from .breaker import Breaker, CallsHeld, Passage
from .domain import Credential
from .queries import read_credential

_LIST = "select * from token_gate"
_OPEN = """
update token_gate set opened_at = $2, probe_at = $3, probes = 0, cause = $4
where name = $1 and opened_at is null
returning name
"""
_CLOSE = """
with before as (select name, opened_at from token_gate where name = any($1) for update),
closed as (
    update token_gate g set opened_at = null, probe_at = null, probes = 0, cause = null
    from before b where b.name = g.name and b.opened_at is not null
    returning g.name)
select b.name, b.opened_at from before b join closed using (name)
"""
# The row is looked at again after waiting for its lock: of many replicas one gets the probe.
_TAKE_PROBES = """
update token_gate set probe_at = $3, probes = probes + 1
where name = any($1) and opened_at is not null and probe_at <= $2
returning name
"""
_SET_PROBE = """
update token_gate set probe_at = $2 where name = $1 and opened_at is not null
"""
_HOLD_DUE = """
with due as (
    select connection_id from credential
    where next_refresh_at <= $1 and region = $2 and state = 'healthy'
      and (lease_until is null or lease_until <= $1)
    order by next_refresh_at limit $5 for update skip locked)
update credential c set state = $3, last_error_code = $4
from due where c.connection_id = due.connection_id
returning c.*
"""
# What failed shortly before need not sit out its pause once calls go through again. Rows that another
# batch holds are being written right now: waiting for them in another order could end in a deadlock.
_RELEASE = """
with waiting as (
    select connection_id from credential
    where next_refresh_at > $1 and ((state = 'retrying' and region = any($2))
        or (state = 'client_misconfigured' and 'client' = any($2)))
    for update skip locked)
update credential c set next_refresh_at = $1
from waiting where c.connection_id = waiting.connection_id
"""


async def list_all(tx: Tx) -> list[Breaker]:
    return [_breaker(row) for row in await tx.fetch(_LIST)]


async def open_breaker(tx: Tx, name: str, now: datetime, probe_at: datetime, cause: str) -> bool:
    """False when it is open already."""
    return await tx.fetchval(_OPEN, name, now, probe_at, cause) is not None


async def close(tx: Tx, names: Collection[str], now: datetime) -> dict[str, datetime]:
    """When each of those that were open had opened; the credentials they held up are due now."""
    closed = {r["name"]: r["opened_at"] for r in await tx.fetch(_CLOSE, sorted(names))}
    if closed:
        await tx.execute(_RELEASE, now, sorted(closed))
    return closed


async def take_probes(tx: Tx, way: Passage, now: datetime, until: datetime) -> bool:
    """True when all probes the passage names are the caller's until then; roll back on False."""
    taken = await tx.fetch(_TAKE_PROBES, list(way.probes), now, until)
    return {row["name"] for row in taken} == set(way.probes)


async def set_probe(tx: Tx, name: str, probe_at: datetime) -> None:
    await tx.execute(_SET_PROBE, name, probe_at)


async def hold_due(
    tx: Tx, region: str, held: CallsHeld, now: datetime, limit: int
) -> list[Credential]:
    """Healthy credentials whose time has come and that must wait; they stay due."""
    rows = await tx.fetch(_HOLD_DUE, now, region, held.state, held.code, limit)
    return [read_credential(row) for row in rows]


def _breaker(row: Record) -> Breaker:
    return Breaker(row["name"], row["opened_at"], row["probe_at"], row["probes"], row["cause"])
