"""SQL of the ledger of requests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Tx

from .spending import Cause, Spent


async def add(tx: Tx, cause: Cause, family: str, spent: Spent, at: datetime) -> None:
    """Adds to the hour of `at`."""
    await tx.execute(
        """
        insert into quota_use as q (
            organization_id, brand_id, region, family, report_type, reason, hour, requests,
            throttled, bytes)
        values ($1, $2, $3, $4, $5, $6, date_trunc('hour', $7::timestamptz, 'UTC'), $8, $9, $10)
        on conflict (organization_id, brand_id, region, family, report_type, reason, hour)
        do update set requests = q.requests + excluded.requests,
            throttled = q.throttled + excluded.throttled, bytes = q.bytes + excluded.bytes
        """,
        cause.organization_id,
        cause.brand_id,
        cause.region,
        family,
        cause.report_type,
        cause.reason,
        at,
        spent.requests,
        spent.throttled,
        spent.byte_count,
    )


async def list_spent(
    tx: Tx, organization_id: UUID, brand_ids: Sequence[UUID] | None, since: datetime
) -> list[Any]:
    """Sums by region, family, report type and reason of the hours from `since`'s on."""
    return await tx.fetch(
        """
        select region, family, report_type, reason, sum(requests)::bigint as requests,
            sum(throttled)::bigint as throttled, sum(bytes)::bigint as bytes
        from quota_use
        where organization_id = $1 and ($2::uuid[] is null or brand_id = any ($2))
          and hour >= date_trunc('hour', $3::timestamptz, 'UTC')
        group by region, family, report_type, reason
        order by region, requests desc, family, report_type, reason
        """,
        organization_id,
        brand_ids,
        since,
    )


async def list_regions(
    tx: Tx, organization_id: UUID, brand_ids: Sequence[UUID] | None, since: datetime
) -> list[Any]:
    """Regions of the advertisers, and how much of a refresh landed there: reports, and the syncs they
    belong to."""
    return await tx.fetch(
        """
        select o.region, count(distinct a.advertiser_id) as advertisers,
            count(distinct r.report_id) as reports, count(distinct r.sync_id) as syncs
        from advertiser a
        join advertiser_source o using (advertiser_id)
        left join report r on r.organization_id = $1 and r.advertiser_id = a.advertiser_id
            and r.connection_id = o.connection_id and r.state = 'landed' and r.landed_at >= $3
        where a.organization_id = $1 and ($2::uuid[] is null or a.brand_id = any ($2))
        group by o.region
        order by o.region
        """,
        organization_id,
        brand_ids,
        since,
    )


async def delete_before(tx: Tx, before: datetime, limit: int) -> int:
    """Deletes some hours that are no longer kept; how many rows."""
    tag = await tx.execute(
        """
        delete from quota_use where ctid in (
            select ctid from quota_use where hour < $1 limit $2)
        """,
        before,
        limit,
    )
    return int(tag.rpartition(" ")[2])
