"""SQL of succession: candidates, choices, standings and what AMC instances a connection reaches."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Tx

from .domain import Candidate, Choice, Serving, Standing


async def candidates(
    tx: Tx, organization_id: UUID, advertiser_ids: Sequence[UUID]
) -> dict[UUID, list[Candidate]]:
    """The linked connections of each advertiser; those of advertisers nobody sees are absent."""
    rows = await tx.fetch(
        """
        select l.advertiser_id, c.id as connection_id, c.status = 'active' as active,
               c.credential_state, s.failing_since, s.recovered_at,
               coalesce(s.falls, 0) as falls, coalesce(s.level, 'good') as level,
               l.access, l.linked_at
        from advertiser_connection l
        join connection c on c.organization_id = l.organization_id and c.id = l.connection_id
        left join grant_standing s
          on s.organization_id = c.organization_id and s.connection_id = c.id
        where l.organization_id = $1 and l.advertiser_id = any ($2::uuid[])
        """,
        organization_id,
        advertiser_ids,
    )
    found: dict[UUID, list[Candidate]] = {}
    for row in rows:
        found.setdefault(row["advertiser_id"], []).append(_candidate(row))
    return found


def _candidate(row: Record) -> Candidate:
    return Candidate(
        connection_id=row["connection_id"],
        active=row["active"],
        credential_state=row["credential_state"],
        failing_since=row["failing_since"],
        recovered_at=row["recovered_at"],
        probation=Standing(falls=row["falls"]).probation,
        level=row["level"],
        access=row["access"],
        linked_at=row["linked_at"],
    )


async def lock_serving(
    tx: Tx, organization_id: UUID, advertiser_ids: Sequence[UUID]
) -> dict[UUID, Serving]:
    """The choices as they stand, held until the transaction ends."""
    rows = await tx.fetch(
        """
        select advertiser_id, connection_id, served, since, pinned_connection_id, pinned_at
        from advertiser_serving
        where organization_id = $1 and advertiser_id = any ($2::uuid[])
        order by advertiser_id for no key update
        """,
        organization_id,
        advertiser_ids,
    )
    return {row["advertiser_id"]: _serving(row) for row in rows}


def _serving(row: Record) -> Serving:
    return Serving(
        row["connection_id"],
        row["served"],
        row["since"],
        row["pinned_connection_id"],
        row["pinned_at"],
    )


async def save_choices(
    tx: Tx, organization_id: UUID, choices: Mapping[UUID, Choice], now: datetime
) -> None:
    await tx.executemany(
        """
        insert into advertiser_serving
            (advertiser_id, organization_id, connection_id, served, cause, since)
        values ($2, $1, $3, $4, $5, $6)
        on conflict (advertiser_id) do update
        set connection_id = excluded.connection_id, served = excluded.served,
            cause = excluded.cause, since = excluded.since,
            previous_connection_id = case
                when advertiser_serving.connection_id is distinct from excluded.connection_id
                then advertiser_serving.connection_id
                else advertiser_serving.previous_connection_id end
        where advertiser_serving.organization_id = excluded.organization_id
        """,
        [
            (organization_id, advertiser_id, c.connection_id, c.served, c.cause, now)
            for advertiser_id, c in sorted(choices.items())
        ],
    )


async def reached_by(tx: Tx, organization_id: UUID, connection_ids: Sequence[UUID]) -> list[UUID]:
    """Advertisers that any of the connections is linked to, serves, or is pinned to."""
    rows = await tx.fetch(
        """
        select advertiser_id from advertiser_connection
        where organization_id = $1 and connection_id = any ($2::uuid[])
        union
        select advertiser_id from advertiser_serving
        where organization_id = $1
          and (connection_id = any ($2::uuid[]) or pinned_connection_id = any ($2::uuid[]))
        order by advertiser_id
        """,
        organization_id,
        connection_ids,
    )
    return [row["advertiser_id"] for row in rows]


async def every_advertiser(tx: Tx, organization_id: UUID) -> list[UUID]:
    """Those that have or had a connection."""
    rows = await tx.fetch(
        """
        select advertiser_id from advertiser_serving where organization_id = $1
        union
        select advertiser_id from advertiser_connection where organization_id = $1
        order by advertiser_id
        """,
        organization_id,
    )
    return [row["advertiser_id"] for row in rows]


async def set_pin(
    tx: Tx,
    organization_id: UUID,
    advertiser_id: UUID,
    connection_id: UUID | None,
    pinned_by: str,
    now: datetime,
) -> bool:
    """False where it was so already."""
    tag = await tx.execute(
        """
        update advertiser_serving
        set pinned_connection_id = $3, pinned_by = $4, pinned_at = $5
        where organization_id = $1 and advertiser_id = $2
          and pinned_connection_id is distinct from $3
        """,
        organization_id,
        advertiser_id,
        connection_id,
        pinned_by,
        None if connection_id is None else now,
    )
    return tag == "UPDATE 1"


async def explain(tx: Tx, organization_id: UUID, advertiser_id: UUID) -> Record | None:
    return await tx.fetchrow(
        """
        select connection_id, served, cause, previous_connection_id, since,
               pinned_connection_id, pinned_at
        from advertiser_serving where organization_id = $1 and advertiser_id = $2
        """,
        organization_id,
        advertiser_id,
    )


async def lock_standing(tx: Tx, organization_id: UUID, connection_id: UUID) -> Record | None:
    """The credential's state as the connection has it, beside the standing kept so far."""
    return await tx.fetchrow(
        """
        select c.credential_state as told, s.credential_state, s.failing_since,
               coalesce(s.falls, 0) as falls, s.fallen_at, s.recovered_at
        from connection c
        left join grant_standing s
          on s.organization_id = c.organization_id and s.connection_id = c.id
        where c.organization_id = $1 and c.id = $2
        for no key update of c
        """,
        organization_id,
        connection_id,
    )


async def save_standing(
    tx: Tx, organization_id: UUID, connection_id: UUID, standing: Standing
) -> None:
    await tx.execute(
        """
        insert into grant_standing
            (connection_id, organization_id, credential_state, failing_since, falls, fallen_at,
             recovered_at)
        values ($2, $1, $3, $4, $5, $6, $7)
        on conflict (connection_id) do update
        set credential_state = excluded.credential_state, failing_since = excluded.failing_since,
            falls = excluded.falls, fallen_at = excluded.fallen_at,
            recovered_at = excluded.recovered_at
        where grant_standing.organization_id = excluded.organization_id
        """,
        organization_id,
        connection_id,
        standing.credential_state,
        standing.failing_since,
        standing.falls,
        standing.fallen_at,
        standing.recovered_at,
    )


async def save_levels(tx: Tx, organization_id: UUID, levels: Mapping[UUID, str]) -> None:
    """Health levels of connections, as the latest review found them."""
    await tx.execute(
        """
        insert into grant_standing (connection_id, organization_id, credential_state, level)
        select c.id, c.organization_id, c.credential_state, m.level
        from unnest($2::uuid[], $3::text[]) as m (connection_id, level)
        join connection c on c.organization_id = $1 and c.id = m.connection_id
        on conflict (connection_id) do update set level = excluded.level
        where grant_standing.level <> excluded.level
        """,
        organization_id,
        list(levels),
        list(levels.values()),
    )


async def next_review(tx: Tx, now: datetime) -> UUID | None:
    """The organization whose review is longest due. Not locked: an organization's writers take its own
    lock first, then this row."""
    return await tx.fetchval(
        "select organization_id from serving_review where due_at <= $1 order by due_at limit 1", now
    )


async def plan_review(tx: Tx, organization_id: UUID, due_at: datetime) -> None:
    """Not later than already planned."""
    await tx.execute(
        """
        insert into serving_review (organization_id, due_at) values ($1, $2)
        on conflict (organization_id) do update
        set due_at = least(serving_review.due_at, excluded.due_at)
        """,
        organization_id,
        due_at,
    )


async def put_off_review(tx: Tx, organization_id: UUID, now: datetime, due_at: datetime) -> bool:
    """False where somebody else has done it meanwhile."""
    tag = await tx.execute(
        "update serving_review set due_at = $3 where organization_id = $1 and due_at <= $2",
        organization_id,
        now,
        due_at,
    )
    return tag == "UPDATE 1"


async def named(
    tx: Tx, organization_id: UUID, advertiser_ids: Sequence[UUID], brands: list[UUID] | None
) -> list[Record]:
    """The advertisers with their brands; of `brands` only where given."""
    return await tx.fetch(
        """
        select a.id as advertiser_id, a.name, a.brand_id, b.name as brand_name, a.region,
               s.connection_id as served_by, coalesce(s.served, false) as served
        from advertiser a
        left join brand b on b.organization_id = a.organization_id and b.id = a.brand_id
        left join advertiser_serving s
          on s.organization_id = a.organization_id and s.advertiser_id = a.id
        where a.organization_id = $1 and a.id = any ($2::uuid[])
          and ($3::uuid[] is null or a.brand_id = any ($3))
        order by lower(a.name), a.id
        """,
        organization_id,
        advertiser_ids,
        brands,
    )


async def opened_alike(
    tx: Tx, organization_id: UUID, user_id: UUID | None, amazon_user_of: UUID | None
) -> list[UUID]:
    """Connections that have not ended: opened by a member, or of the Amazon user of a connection (that
    connection alone while Amazon has not told who consented)."""
    rows = await tx.fetch(
        """
        select c.id from connection c
        left join connection o on o.organization_id = c.organization_id and o.id = $3
        where c.organization_id = $1 and c.status <> 'revoked'
          and (c.created_by = $2 or c.id = o.id
               or (o.amazon_user_id <> '' and c.amazon_user_id = o.amazon_user_id))
        order by c.created_at, c.id
        """,
        organization_id,
        user_id,
        amazon_user_of,
    )
    return [row["id"] for row in rows]
