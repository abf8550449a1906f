"""SQL of the plan: what is known, what was spent, whose turn it is."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.db import Tx


async def cover_days(
    tx: Tx,
    organization_id: UUID,
    advertiser_id: UUID,
    report_type: str,
    days: tuple[date, date],
    as_of: datetime,
    report_id: UUID,
) -> None:
    """The days landed; numbers made earlier than those known change nothing. Gaps they fill are gone."""
    await tx.execute(
        """
        insert into coverage as c (
            advertiser_id, organization_id, report_type, day, as_of, report_id)
        select $2, $1, $3, d.day::date, $6, $7
        from generate_series($4::date, $5::date, interval '1 day') as d (day)
        where exists (select from advertiser where advertiser_id = $2 and organization_id = $1)
        on conflict (advertiser_id, report_type, day) do update
            set as_of = excluded.as_of, report_id = excluded.report_id
        where c.as_of < excluded.as_of
        """,
        organization_id,
        advertiser_id,
        report_type,
        *days,
        as_of,
        report_id,
    )
    await tx.execute(
        """
        delete from gap
        where organization_id = $1 and advertiser_id = $2 and report_type = $3
          and day between $4 and $5 and asked_at <= $6
        """,
        organization_id,
        advertiser_id,
        report_type,
        *days,
        as_of,
    )


async def ask_days(
    tx: Tx,
    organization_id: UUID,
    advertiser_id: UUID,
    report_type: str,
    days: Sequence[date],
    now: datetime,
) -> None:
    """These days are missing or wrong where they are read: they are wanted anew."""
    await tx.execute(
        """
        insert into gap (advertiser_id, organization_id, report_type, day, asked_at)
        select $2, $1, $3, day, $5 from (select distinct unnest($4::date[]) as day) as asked
        where exists (select from advertiser where advertiser_id = $2 and organization_id = $1)
        on conflict (advertiser_id, report_type, day) do update
            set asked_at = greatest(gap.asked_at, excluded.asked_at)
        """,
        organization_id,
        advertiser_id,
        report_type,
        list(days),
        now,
    )


async def list_coverage(tx: Tx, organization_id: UUID, advertiser_id: UUID) -> list[Any]:
    return await tx.fetch(
        """
        select report_type, day, as_of from coverage
        where organization_id = $1 and advertiser_id = $2
        """,
        organization_id,
        advertiser_id,
    )


async def list_gaps(tx: Tx, organization_id: UUID, advertiser_id: UUID) -> list[Any]:
    return await tx.fetch(
        "select report_type, day, asked_at from gap where organization_id = $1 and advertiser_id = $2",
        organization_id,
        advertiser_id,
    )


async def spent(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, since: datetime
) -> dict[tuple[str, str], int]:
    """(report type, budget: `planned`, `intraday` or `interactive`) → reports requested since then,
    repeated ones counted again."""
    rows = await tx.fetch(
        """
        select report_type,
               case when reason in ('intraday', 'interactive') then reason else 'planned' end as budget,
               sum(1 + recreations)::integer as requests
        from report
        where organization_id = $1 and advertiser_id = $2 and created_at >= $3
        group by 1, 2
        """,
        organization_id,
        advertiser_id,
        since,
    )
    return {(row["report_type"], row["budget"]): row["requests"] for row in rows}


async def turnaround_seconds(tx: Tx, organization_id: UUID, advertiser_id: UUID) -> float | None:
    """Median of the last 20 reports of the advertiser, from planned to landed."""
    return await tx.fetchval(
        """
        select percentile_cont(0.5) within group (
            order by extract(epoch from landed_at - created_at))::double precision
        from (
            select landed_at, created_at from report
            where organization_id = $1 and advertiser_id = $2 and state = 'landed'
            order by landed_at desc limit 20) r
        """,
        organization_id,
        advertiser_id,
    )


async def waiting_lanes(tx: Tx, lanes: Sequence[str], now: datetime) -> list[str]:
    """The lanes in which a report is due and free."""
    rows = await tx.fetch(
        """
        select lane from unnest($1::text[]) as lane
        where exists (
            select from report r
            where r.lane = lane and r.state not in ('landed', 'rejected', 'failed')
              and r.next_attempt_at <= $2 and (r.lease_until is null or r.lease_until <= $2))
        """,
        list(lanes),
        now,
    )
    return [row["lane"] for row in rows]


async def next_turn(tx: Tx) -> int:
    return await tx.fetchval("select nextval('claim_turn')")


async def take_turn(tx: Tx, organization_id: UUID, brand_key: UUID, lane: str, turn: int) -> None:
    """The brand was served in this lane."""
    await tx.execute(
        """
        insert into brand_turn (organization_id, brand_key, lane, turn) values ($1, $2, $3, $4)
        on conflict (organization_id, brand_key, lane) do update set turn = excluded.turn
        """,
        organization_id,
        brand_key,
        lane,
        turn,
    )
