"""SQL of the stream. What arrives is counted and what it changes is marked in one transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.db import Tx

from .domain import DATASETS, REPORT_TYPE, Delta, Queue


async def find_advertisers(tx: Tx, amazon_ids: Sequence[str]) -> list[Any]:
    """Who follows these advertisers of Amazon's: each organization for itself. They stay until the
    transaction ends."""
    return await tx.fetch(
        """
        select advertiser_id, organization_id, amazon_advertiser_id from advertiser
        where amazon_advertiser_id = any ($1::text[]) order by advertiser_id for key share
        """,
        list(amazon_ids),
    )


async def add_records(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, keys: Sequence[UUID], now: datetime
) -> set[UUID]:
    """Remembers records; those which had not been counted before."""
    rows = await tx.fetch(
        """
        insert into stream_record (advertiser_id, record_key, organization_id, received_at)
        select $1, key, $2, $4 from unnest($3::uuid[]) key order by key
        on conflict do nothing returning record_key
        """,
        advertiser_id,
        organization_id,
        sorted(keys),
        now,
    )
    return {row["record_key"] for row in rows}


async def add_deltas(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, deltas: Sequence[Delta]
) -> None:
    """Adds differences to their hours. In one order, so that two receivers never wait in a circle."""
    ordered = sorted(deltas, key=_place)
    rows = [
        (
            advertiser_id,
            organization_id,
            *_place(delta),
            delta.day,
            delta.creative_name,
            *delta.values,
        )
        for delta in ordered
    ]
    await tx.executemany(
        """
        insert into stream_hour as h (
            advertiser_id, organization_id, hour, order_id, line_item_id, creative_id, date,
            creative_name, impressions, clicks, total_cost_micros, detail_page_views, add_to_cart,
            purchases, units_sold, new_to_brand_purchases, sales_micros, new_to_brand_sales_micros)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        on conflict (advertiser_id, hour, order_id, line_item_id, creative_id) do update set
            creative_name = coalesce(nullif(excluded.creative_name, ''), h.creative_name),
            impressions = h.impressions + excluded.impressions,
            clicks = h.clicks + excluded.clicks,
            total_cost_micros = h.total_cost_micros + excluded.total_cost_micros,
            detail_page_views = h.detail_page_views + excluded.detail_page_views,
            add_to_cart = h.add_to_cart + excluded.add_to_cart,
            purchases = h.purchases + excluded.purchases,
            units_sold = h.units_sold + excluded.units_sold,
            new_to_brand_purchases = h.new_to_brand_purchases + excluded.new_to_brand_purchases,
            sales_micros = h.sales_micros + excluded.sales_micros,
            new_to_brand_sales_micros =
                h.new_to_brand_sales_micros + excluded.new_to_brand_sales_micros
        """,
        rows,
    )


def _place(delta: Delta) -> tuple[datetime, str, str, str]:
    return (delta.hour, delta.order_id, delta.line_item_id, delta.creative_id)


async def touch_day(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, day: date, sent_at: datetime, now: datetime
) -> None:
    """The day has changed. Its row is what landing locks."""
    await tx.execute(
        """
        insert into stream_day as d (
            advertiser_id, date, organization_id, sent_at, changed_at, pending_since)
        values ($1, $2, $3, $4, $5, $5)
        on conflict (advertiser_id, date) do update set
            version = d.version + 1, sent_at = greatest(d.sent_at, excluded.sent_at),
            changed_at = excluded.changed_at,
            pending_since = coalesce(d.pending_since, excluded.pending_since)
        """,
        advertiser_id,
        day,
        organization_id,
        sent_at,
        now,
    )


async def park(tx: Tx, queue: Queue, message_id: str, body: str, error: str, now: datetime) -> None:
    """Keeps a message that nobody can read."""
    await tx.execute(
        """
        insert into stream_parked (queue_url, message_id, body, error, received_at)
        values ($1, $2, $3, $4, $5)
        """,
        queue.url,
        message_id,
        body.replace("\0", ""),
        error,
        now,
    )


async def claim_day(
    tx: Tx,
    now: datetime,
    quiet_before: datetime,
    pending_before: datetime,
    lease_token: UUID,
    lease_until: datetime,
) -> Any | None:
    """Leases the changed day that has waited longest: quiet by now, or waiting for too long."""
    return await tx.fetchrow(
        """
        with due as (
            select advertiser_id, date from stream_day
            where pending_since is not null and (lease_until is null or lease_until <= $1)
              and (changed_at <= $2 or pending_since <= $3)
            order by pending_since limit 1 for no key update skip locked)
        update stream_day d set lease_token = $4, lease_until = $5
        from due, advertiser a
        where d.advertiser_id = due.advertiser_id and d.date = due.date
          and a.advertiser_id = d.advertiser_id
        returning d.advertiser_id, d.organization_id, d.date, d.version, d.sent_at, a.currency,
            a.timezone, a.brand_id
        """,
        now,
        quiet_before,
        pending_before,
        lease_token,
        lease_until,
    )


async def list_active_since(tx: Tx, advertiser_id: UUID) -> list[datetime | None]:
    """Since when each subscription has been active without a break."""
    rows = await tx.fetch(
        """
        select active_since from stream_subscription
        where advertiser_id = $1 and dataset_id = any ($2::text[])
        """,
        advertiser_id,
        list(DATASETS),
    )
    return [row["active_since"] for row in rows]


async def newest_report(tx: Tx, advertiser_id: UUID, day: date) -> datetime | None:
    """When the newest landed report with this day was generated."""
    return await tx.fetchval(
        """
        select max(as_of) from report
        where advertiser_id = $1 and state = 'landed' and report_type = $3
          and start_date <= $2 and end_date >= $2
        """,
        advertiser_id,
        day,
        REPORT_TYPE,
    )


async def sum_day(tx: Tx, advertiser_id: UUID, day: date) -> list[Any]:
    """The day by creative of a line item, as the report has it; what adds up to nothing left out."""
    return await tx.fetch(
        """
        select order_id, line_item_id, creative_id, max(creative_name) as creative_name,
            sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks,
            sum(detail_page_views)::bigint as detail_page_views,
            sum(purchases)::bigint as purchases, sum(units_sold)::bigint as units_sold,
            sum(new_to_brand_purchases)::bigint as new_to_brand_purchases,
            sum(add_to_cart)::bigint as add_to_cart,
            sum(total_cost_micros)::bigint as total_cost_micros,
            sum(sales_micros)::bigint as sales_micros,
            sum(new_to_brand_sales_micros)::bigint as new_to_brand_sales_micros
        from stream_hour where advertiser_id = $1 and date = $2
        group by order_id, line_item_id, creative_id
        having sum(impressions) <> 0 or sum(clicks) <> 0 or sum(detail_page_views) <> 0
            or sum(purchases) <> 0 or sum(units_sold) <> 0 or sum(new_to_brand_purchases) <> 0
            or sum(add_to_cart) <> 0 or sum(total_cost_micros) <> 0 or sum(sales_micros) <> 0
            or sum(new_to_brand_sales_micros) <> 0
        order by order_id, line_item_id, creative_id
        """,
        advertiser_id,
        day,
    )


async def settle_day(
    tx: Tx, advertiser_id: UUID, day: date, lease_token: UUID, version: int
) -> bool:
    """This version is dealt with; what came meanwhile stays pending. False: the lease was lost."""
    tag = await tx.execute(
        """
        update stream_day set landed_version = $4, lease_token = null, lease_until = null,
            pending_since = case when version > $4 then changed_at end
        where advertiser_id = $1 and date = $2 and lease_token = $3
        """,
        advertiser_id,
        day,
        lease_token,
        version,
    )
    return tag == "UPDATE 1"


async def want_subscriptions(tx: Tx, regions: Sequence[str], now: datetime) -> None:
    """Every advertiser that can be reached in these regions is to have its subscriptions."""
    await tx.execute(
        """
        insert into stream_subscription (advertiser_id, dataset_id, organization_id, next_check_at)
        select distinct a.advertiser_id, d.dataset_id, a.organization_id, $3::timestamptz
        from advertiser a join advertiser_source o using (advertiser_id),
            unnest($2::text[]) as d(dataset_id)
        where o.region = any ($1::text[]) and not a.lost
        on conflict do nothing
        """,
        list(regions),
        list(DATASETS),
        now,
    )


async def claim_subscription(tx: Tx, now: datetime, again_at: datetime) -> Any | None:
    """The subscription due longest; who dies with it leaves it due again at `again_at`."""
    return await tx.fetchrow(
        """
        with due as (
            select advertiser_id, dataset_id from stream_subscription
            where next_check_at <= $1 order by next_check_at limit 1
            for no key update skip locked)
        update stream_subscription s set next_check_at = $2
        from due, advertiser a
        where s.advertiser_id = due.advertiser_id and s.dataset_id = due.dataset_id
          and a.advertiser_id = s.advertiser_id
        returning s.advertiser_id, s.dataset_id, s.organization_id, s.subscription_id, s.generation,
            a.amazon_advertiser_id, a.currency, a.brand_id
        """,
        now,
        again_at,
    )


async def save_subscription(
    tx: Tx,
    advertiser_id: UUID,
    dataset_id: str,
    *,
    subscription_id: str | None,
    status: str,
    generation: int,
    now: datetime,
    next_check_at: datetime,
) -> None:
    """What Amazon says of it. Active anew counts from now: later than it was, never earlier."""
    await tx.execute(
        """
        update stream_subscription set subscription_id = $3, status = $4, generation = $5,
            active_since = case when $4 = 'ACTIVE' then coalesce(active_since, $6) end,
            next_check_at = $7, error_code = null, error_detail = null
        where advertiser_id = $1 and dataset_id = $2
        """,
        advertiser_id,
        dataset_id,
        subscription_id,
        status,
        generation,
        now,
        next_check_at,
    )


async def postpone_subscription(
    tx: Tx, advertiser_id: UUID, dataset_id: str, code: str, detail: str, until: datetime
) -> None:
    """It could not be looked at; what was known of it stays."""
    await tx.execute(
        """
        update stream_subscription set next_check_at = $5, error_code = $3, error_detail = $4
        where advertiser_id = $1 and dataset_id = $2
        """,
        advertiser_id,
        dataset_id,
        code,
        detail,
        until,
    )


async def delete_advertiser(tx: Tx, organization_id: UUID, advertiser_id: UUID) -> None:
    """Everything the stream has told of an advertiser."""
    where = (organization_id, advertiser_id)
    await tx.execute(
        "delete from stream_record where organization_id = $1 and advertiser_id = $2", *where
    )
    await tx.execute(
        "delete from stream_hour where organization_id = $1 and advertiser_id = $2", *where
    )
    await tx.execute(
        "delete from stream_day where organization_id = $1 and advertiser_id = $2", *where
    )
    await tx.execute(
        "delete from stream_subscription where organization_id = $1 and advertiser_id = $2", *where
    )


async def delete_old(tx: Tx, days_before: date, records_before: datetime, most: int) -> int:
    """Forgets days that are no longer shown, then up to `most` records no queue can bring again."""
    await tx.execute("delete from stream_hour where date < $1", days_before)
    await tx.execute("delete from stream_day where date < $1", days_before)
    await tx.execute("delete from stream_parked where received_at < $1", records_before)
    tag = await tx.execute(
        """
        delete from stream_record where (advertiser_id, record_key) in (
            select advertiser_id, record_key from stream_record
            where received_at < $1 order by received_at limit $2)
        """,
        records_before,
        most,
    )
    return int(tag.rsplit(" ", 1)[1])
