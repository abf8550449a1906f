"""How the log grows and shrinks: events arrive, are chained one organization at a time, and expire.

Receiving only queues (any replica, any order); chaining holds the lock on one chain's head for one short
transaction. So two replicas never wait for each other in a circle, and a batch costs one lock.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.db import SYSTEM, Db, Tx
from shared.events import ActionRecorded, Event
from shared.internal_tokens import Actor
from shared.metrics import counter

from shared import audit

from . import chain_queries as queries
from .domain import Chain, Entry, Point

CHAINED = counter("audit_entries_total", "Entries appended to the audit log", ["service"])
BATCH = 500
PURGE_BATCH = 5_000


async def receive(tx: Tx, event: Event[ActionRecorded]) -> None:
    """Keep what a service recorded until its chain takes it up."""
    await queries.keep_arrival(tx, event.tenantid, event.id, event.model_dump_json())


@dataclass(frozen=True, slots=True)
class Chainer:
    """Appends what arrived to the chains."""

    db: Db
    clock: Clock

    async def tick(self) -> bool:
        """One batch of one organization; True while there may be more."""
        async with self.db.tx(SYSTEM) as tx:
            await queries.open_chains(tx)
        async with self.db.tx(SYSTEM) as tx:
            chain = await queries.claim_chain(tx)
            if chain is None:
                return False
            arrived = await queries.take_arrivals(tx, chain.organization_id, BATCH)
            entries = link(chain, arrived, self.clock())
            if entries:
                await queries.append(tx, entries)
        for entry in entries:
            CHAINED.labels(service=entry.service).inc()
        return True


def link(chain: Chain, arrived: list[str], now: datetime) -> list[Entry]:
    """The events as the next entries of the chain, in the order of their arrival."""
    entries: list[Entry] = []
    sequence, previous = chain.head.sequence, chain.head.hash
    for raw in arrived:
        event = Event[ActionRecorded].model_validate(json.loads(raw))
        sequence += 1
        entry = _entry(event, now).chained(sequence, previous)
        previous = entry.hash
        entries.append(entry)
    return entries


def _entry(event: Event[ActionRecorded], now: datetime) -> Entry:
    data = event.data
    return Entry(
        organization_id=event.tenantid,
        sequence=0,
        event_id=event.id,
        occurred_at=event.time,
        recorded_at=now,
        service=data.service,
        action=data.action,
        operation=data.operation,
        actor_kind=data.actor_kind,
        actor_id=data.actor_id,
        impersonator=data.impersonator,
        brand_ids=tuple(sorted(set(data.brand_ids))),
        every_brand=data.every_brand,
        target_type=data.target.type,
        target_id=data.target.id,
        outcome=data.outcome,
        code=data.code,
        count=data.count,
        ip=data.ip,
        user_agent=data.user_agent,
        request_id=data.request_id,
        details=data.details,
    )


@dataclass(frozen=True, slots=True)
class Retention:
    """Removes entries older than their organization keeps, leaving an anchor to verify from."""

    db: Db
    clock: Clock

    async def tick(self) -> bool:
        """One batch of one organization, told to the log itself; True while there may be more."""
        now = self.clock()
        async with self.db.tx(SYSTEM) as tx:
            chain = await queries.claim_overdue(tx, now)
            if chain is None:
                return False
            cutoff = now - timedelta(days=chain.retention_days)
            last = await queries.last_before(tx, chain.organization_id, cutoff, PURGE_BATCH)
            if last is None:
                return False
            anchor = Point(last.sequence, last.hash)
            await queries.purge_through(tx, chain.organization_id, anchor, now)
            await audit.record(
                tx,
                "audit.purged",
                Actor.service("auth", chain.organization_id),
                entries=anchor.sequence - chain.anchor.sequence,
                anchor=str(anchor),
                retention_days=chain.retention_days,
            )
        return True
