"""SQL of growing the chains and of what retention removes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.db import Tx

from .domain import Chain, Entry, Point
from .queries import chain_of, entry_of


async def keep_arrival(tx: Tx, organization_id: UUID, event_id: UUID, event: str) -> None:
    await tx.execute(
        """
        insert into audit_arrival (organization_id, event_id, event) values ($1, $2, $3)
        on conflict (event_id) do nothing
        """,
        organization_id,
        event_id,
        event,
    )


async def open_chains(tx: Tx) -> None:
    """A head for each organization whose first entries arrived."""
    await tx.execute(
        """
        insert into audit_chain (organization_id)
        select distinct a.organization_id from audit_arrival a
        where not exists (select 1 from audit_chain c where c.organization_id = a.organization_id)
        order by 1
        on conflict do nothing
        """
    )


async def claim_chain(tx: Tx) -> Chain | None:
    """The head of a chain with arrivals, locked; None when there is none that nobody else holds."""
    row = await tx.fetchrow(
        """
        select c.* from audit_chain c
        where exists (select 1 from audit_arrival a where a.organization_id = c.organization_id)
        limit 1 for update skip locked
        """
    )
    return None if row is None else chain_of(row)


async def take_arrivals(tx: Tx, organization_id: UUID, limit: int) -> list[str]:
    """The oldest arrivals that are not in the chain yet, taken out of the queue; in order."""
    rows = await tx.fetch(
        """
        with taken as (
            delete from audit_arrival where id in (
                select id from audit_arrival where organization_id = $1 order by id limit $2)
            returning id, event_id, event
        )
        select t.event from taken t
        where not exists (select 1 from audit_entry e
                          where e.organization_id = $1 and e.event_id = t.event_id)
        order by t.id
        """,
        organization_id,
        limit,
    )
    return [row["event"] for row in rows]


async def append(tx: Tx, entries: Sequence[Entry]) -> None:
    """The new links, and the chain's head on the last of them."""
    await tx.executemany(
        """
        insert into audit_entry (
            organization_id, sequence, event_id, occurred_at, recorded_at, service, action,
            operation, actor_kind, actor_id, impersonator, brand_ids, every_brand, target_type,
            target_id, outcome, code, count, ip, user_agent, request_id, details, previous_hash, hash
        ) values (
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
            $20, $21, $22, $23, $24
        )
        """,
        [_values(entry) for entry in entries],
    )
    last = entries[-1]
    await tx.execute(
        "update audit_chain set sequence = $2, hash = $3 where organization_id = $1",
        last.organization_id,
        last.sequence,
        last.hash,
    )


async def claim_overdue(tx: Tx, now: datetime) -> Chain | None:
    """The head of a chain that holds entries older than its organization keeps, locked."""
    row = await tx.fetchrow(
        """
        select c.* from audit_chain c
        where exists (
            select 1 from audit_entry e where e.organization_id = c.organization_id
              and e.recorded_at < $1::timestamptz - make_interval(days => c.retention_days))
        limit 1 for update skip locked
        """,
        now,
    )
    return None if row is None else chain_of(row)


async def last_before(tx: Tx, organization_id: UUID, cutoff: datetime, limit: int) -> Entry | None:
    """The last of the oldest `limit` entries before the first one that is not older than `cutoff`."""
    row = await tx.fetchrow(
        """
        with kept as (
            select min(sequence) as sequence from audit_entry
            where organization_id = $1 and recorded_at >= $2
        ), oldest as (
            select * from audit_entry where organization_id = $1 order by sequence limit $3
        )
        select o.* from oldest o, kept
        where o.sequence < coalesce(kept.sequence, o.sequence + 1)
        order by o.sequence desc limit 1
        """,
        organization_id,
        cutoff,
        limit,
    )
    return None if row is None else entry_of(row)


async def purge_through(tx: Tx, organization_id: UUID, anchor: Point, now: datetime) -> None:
    """Moves the anchor, then removes what lies before it: the trigger lets go of nothing else."""
    await tx.execute(
        """
        update audit_chain set anchor_sequence = $2, anchor_hash = $3, purged_at = $4
        where organization_id = $1
        """,
        organization_id,
        anchor.sequence,
        anchor.hash,
        now,
    )
    await tx.execute(
        "delete from audit_entry where organization_id = $1 and sequence <= $2",
        organization_id,
        anchor.sequence,
    )


def _values(entry: Entry) -> tuple[object, ...]:
    return (
        entry.organization_id,
        entry.sequence,
        entry.event_id,
        entry.occurred_at,
        entry.recorded_at,
        entry.service,
        entry.action,
        entry.operation,
        entry.actor_kind,
        entry.actor_id,
        entry.impersonator,
        list(entry.brand_ids),
        entry.every_brand,
        entry.target_type,
        entry.target_id,
        entry.outcome,
        entry.code,
        entry.count,
        entry.ip,
        entry.user_agent,
        entry.request_id,
        json.dumps(entry.details),
        entry.previous_hash,
        entry.hash,
    )
