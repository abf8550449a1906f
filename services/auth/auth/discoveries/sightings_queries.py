"""SQL that writes what a discovery saw. Whole lists at a time, ordered, under the organization's lock."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.ids import new_id

from .domain import Claim, Known, Seen, Source


async def lock_organization(tx: Tx, organization_id: UUID) -> None:
    """Discoveries of one organization write one after the other."""
    await tx.execute("select 1 from organization where id = $1 for no key update", organization_id)


async def known(tx: Tx, claim: Claim, region: str, amazon_ids: Sequence[str]) -> dict[str, Known]:
    """Those seen and those linked in the region, by Amazon id."""
    rows = await tx.fetch(
        """
        select a.id, a.amazon_advertiser_id, a.name, a.currency, a.country, a.timezone,
               coalesce(l.region, a.region) as region, a.entity_id, a.brand_id,
               a.lost_at is not null as lost, l.profile_id, coalesce(l.access, '') as access,
               coalesce(l.manager_account_id, '') as manager_account_id
        from advertiser a
        left join advertiser_connection l
          on l.organization_id = a.organization_id and l.advertiser_id = a.id
         and l.connection_id = $2
        where a.organization_id = $1
          and (a.amazon_advertiser_id = any ($4::text[]) or l.region = $3)
        """,
        claim.organization_id,
        claim.connection_id,
        region,
        amazon_ids,
    )
    return {row["amazon_advertiser_id"]: Known(**dict(row)) for row in rows}


async def insert(
    tx: Tx, organization_id: UUID, seen: Sequence[Seen], now: datetime
) -> dict[str, UUID]:
    """New advertisers; returns our ids by Amazon's."""
    ids = {s.amazon_advertiser_id: new_id() for s in seen}
    await tx.executemany(
        """
        insert into advertiser
            (organization_id, id, amazon_advertiser_id, name, currency, country, timezone, region,
             entity_id, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
        """,
        [(organization_id, ids[s.amazon_advertiser_id], *_fields(s), now) for s in seen],
    )
    return ids


async def update(
    tx: Tx, organization_id: UUID, pairs: Sequence[tuple[UUID, Seen]], now: datetime
) -> None:
    """What Amazon says now; an advertiser that was lost is back."""
    await tx.executemany(
        """
        update advertiser
        set name = $4, currency = $5, country = $6, timezone = $7, region = $8, entity_id = $9,
            updated_at = $10, lost_at = null
        where organization_id = $1 and id = $2 and amazon_advertiser_id = $3
        """,
        [(organization_id, advertiser_id, *_fields(s), now) for advertiser_id, s in pairs],
    )


async def link(tx: Tx, claim: Claim, pairs: Sequence[tuple[UUID, Seen]], now: datetime) -> None:
    await tx.executemany(
        """
        insert into advertiser_connection
            (organization_id, connection_id, advertiser_id, region, profile_id, entity_id, linked_at,
             access, manager_account_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (connection_id, advertiser_id) do update
        set region = excluded.region, profile_id = excluded.profile_id,
            entity_id = excluded.entity_id, access = excluded.access,
            manager_account_id = excluded.manager_account_id
        """,
        [
            (
                claim.organization_id,
                claim.connection_id,
                advertiser_id,
                s.region,
                s.profile_id,
                s.entity_id,
                now,
                s.access,
                s.manager_account_id,
            )
            for advertiser_id, s in pairs
        ],
    )


async def is_active(tx: Tx, source: Source) -> bool:
    """Whether the connection has not ended meanwhile; asked under the organization's lock."""
    status = await tx.fetchval(
        "select status from connection where organization_id = $1 and id = $2",
        source.organization_id,
        source.connection_id,
    )
    return status == "active"


async def unlink(tx: Tx, claim: Source, advertiser_ids: Sequence[UUID]) -> None:
    await tx.execute(
        """
        delete from advertiser_connection
        where organization_id = $1 and connection_id = $2 and advertiser_id = any ($3::uuid[])
        """,
        claim.organization_id,
        claim.connection_id,
        advertiser_ids,
    )


async def mark_lost(
    tx: Tx, organization_id: UUID, advertiser_ids: Sequence[UUID], now: datetime
) -> None:
    await tx.execute(
        """
        update advertiser set lost_at = $3, updated_at = $3
        where organization_id = $1 and id = any ($2::uuid[]) and lost_at is null
        """,
        organization_id,
        advertiser_ids,
        now,
    )


def _fields(seen: Seen) -> tuple[str, ...]:
    return (
        seen.amazon_advertiser_id,
        seen.name,
        seen.currency,
        seen.country,
        seen.timezone,
        seen.region,
        seen.entity_id,
    )
