"""SQL about syncs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Tx

from dsp_ingest.planning.lanes import URGENT
from dsp_ingest.planning.slices import Piece

from .domain import Advertiser


async def claim_due(tx: Tx, now: datetime) -> Advertiser | None:
    """Locks one advertiser whose look is due and that a connection reaches."""
    row = await tx.fetchrow(
        """
        select a.advertiser_id, a.organization_id, a.brand_id, a.amazon_advertiser_id, a.name,
               a.currency, a.timezone, a.next_sync_at
        from advertiser a
        where a.next_sync_at <= $1 and not a.lost
          and exists (
              select from advertiser_source o left join connection c using (connection_id)
              where o.advertiser_id = a.advertiser_id
                and coalesce(c.consent, 'active') = 'active'
                and coalesce(c.credential, 'healthy') = 'healthy')
        order by a.next_sync_at
        limit 1
        for no key update of a skip locked
        """,
        now,
    )
    return None if row is None else Advertiser(**row)


async def find_advertiser(
    tx: Tx, advertiser_id: UUID, organization_id: UUID, brand_ids: Sequence[UUID] | None
) -> Advertiser | None:
    """One advertiser of the organization, if it is of one of `brand_ids` (None: any)."""
    row = await tx.fetchrow(
        """
        select advertiser_id, organization_id, brand_id, amazon_advertiser_id, name, currency,
               timezone, next_sync_at
        from advertiser
        where advertiser_id = $1 and organization_id = $2
          and ($3::uuid[] is null or brand_id = any ($3))
        """,
        advertiser_id,
        organization_id,
        brand_ids,
    )
    return None if row is None else Advertiser(**row)


async def lock_advertiser(
    tx: Tx, advertiser_id: UUID, organization_id: UUID, brand_ids: Sequence[UUID] | None
) -> Advertiser | None:
    """Locks one advertiser of the organization, if it is of one of `brand_ids` (None: any)."""
    row = await tx.fetchrow(
        """
        select advertiser_id, organization_id, brand_id, amazon_advertiser_id, name, currency,
               timezone, next_sync_at
        from advertiser
        where advertiser_id = $1 and organization_id = $2
          and ($3::uuid[] is null or brand_id = any ($3))
        for no key update
        """,
        advertiser_id,
        organization_id,
        brand_ids,
    )
    return None if row is None else Advertiser(**row)


async def list_open(
    tx: Tx, organization_id: UUID, advertiser_id: UUID
) -> dict[tuple[str, bool], UUID]:
    """(Report type, urgent) → the sync of it that is under way."""
    rows = await tx.fetch(
        """
        select report_type, urgent, sync_id from sync
        where organization_id = $1 and advertiser_id = $2 and closed_at is null
        """,
        organization_id,
        advertiser_id,
    )
    return {(row["report_type"], row["urgent"]): row["sync_id"] for row in rows}


async def set_next_sync(tx: Tx, advertiser_id: UUID, at: datetime) -> None:
    await tx.execute(
        "update advertiser set next_sync_at = $2 where advertiser_id = $1", advertiser_id, at
    )


async def hasten(tx: Tx, organization_id: UUID, advertiser_id: UUID, now: datetime) -> None:
    """The next look is due now."""
    await tx.execute(
        """
        update advertiser set next_sync_at = least(next_sync_at, $3)
        where advertiser_id = $2 and organization_id = $1
        """,
        organization_id,
        advertiser_id,
        now,
    )


async def insert(
    tx: Tx, sync_id: UUID, advertiser: Advertiser, name: str, pieces: Sequence[Piece], now: datetime
) -> None:
    await tx.execute(
        """
        insert into sync (
            sync_id, organization_id, advertiser_id, report_type, start_date, end_date, urgent, state,
            created_at)
        values ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8)
        """,
        sync_id,
        advertiser.organization_id,
        advertiser.advertiser_id,
        name,
        min(piece.start for piece in pieces),
        max(piece.end for piece in pieces),
        pieces[0].lane in URGENT,
        now,
    )


async def insert_report(
    tx: Tx,
    report_id: UUID,
    sync_id: UUID,
    advertiser: Advertiser,
    name: str,
    piece: Piece,
    now: datetime,
) -> None:
    await tx.execute(
        """
        insert into report (
            report_id, organization_id, advertiser_id, sync_id, report_type, start_date, end_date,
            state, lane, reason, due_at, next_attempt_at, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, 'planned', $8, $9, $10, $11, $11, $11)
        """,
        report_id,
        advertiser.organization_id,
        advertiser.advertiser_id,
        sync_id,
        name,
        piece.start,
        piece.end,
        piece.lane,
        piece.reason,
        piece.due_at,
        now,
    )


async def lock(tx: Tx, sync_id: UUID) -> Any:
    """The sync with its advertiser's brand and next sync, locked until the commit."""
    return await tx.fetchrow(
        """
        select s.sync_id, s.organization_id, s.advertiser_id, s.report_type, s.start_date,
               s.end_date, s.state, s.error_code, s.closed_at, a.brand_id, a.next_sync_at
        from sync s join advertiser a using (advertiser_id)
        where s.sync_id = $1
        for no key update of s
        """,
        sync_id,
    )


async def list_report_states(tx: Tx, sync_id: UUID) -> list[Any]:
    return await tx.fetch(
        """
        select state, row_count, as_of, error_code, detail from report
        where sync_id = $1 order by end_date desc
        """,
        sync_id,
    )


async def set_running(tx: Tx, sync_id: UUID, now: datetime) -> None:
    await tx.execute(
        """
        update sync set state = 'running', started_at = coalesce(started_at, $2),
            error_code = null, error_detail = null, retry_at = null
        where sync_id = $1
        """,
        sync_id,
        now,
    )


async def set_problem(
    tx: Tx, sync_id: UUID, state: str, code: str, detail: str, retry_at: datetime | None
) -> None:
    """What holds the open sync up, and until when."""
    await tx.execute(
        """
        update sync set state = $2, error_code = $3, error_detail = $4, retry_at = $5
        where sync_id = $1
        """,
        sync_id,
        state,
        code,
        detail,
        retry_at,
    )


async def complete(tx: Tx, sync_id: UUID, rows: int, as_of: datetime, now: datetime) -> None:
    await tx.execute(
        """
        update sync set state = 'completed', row_count = $2, as_of = $3, closed_at = $4,
            started_at = coalesce(started_at, $4), error_code = null, error_detail = null,
            retry_at = null
        where sync_id = $1
        """,
        sync_id,
        rows,
        as_of,
        now,
    )


async def close_failed(
    tx: Tx, sync_id: UUID, code: str, detail: str, retry_at: datetime | None, now: datetime
) -> None:
    await tx.execute(
        """
        update sync set state = 'failed', error_code = $2, error_detail = $3, retry_at = $4,
            closed_at = $5
        where sync_id = $1
        """,
        sync_id,
        code,
        detail,
        retry_at,
        now,
    )


async def list_latest(
    tx: Tx,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    advertiser_id: UUID | None = None,
) -> list[Any]:
    """The newest sync of each advertiser with the states of its reports, by advertiser name: of the
    dashboard's report type, where there is one."""
    return await tx.fetch(
        """
        select a.advertiser_id, a.name as advertiser_name, a.brand_id, s.*, r.states, r.landed_rows
        from advertiser a
        cross join lateral (
            select s.sync_id, s.report_type, s.start_date, s.end_date, s.state, s.error_code,
                   s.error_detail, s.retry_at, s.as_of, s.started_at, s.closed_at
            from sync s where s.advertiser_id = a.advertiser_id
            order by s.report_type = 'dspCampaign' desc, s.urgent desc, s.created_at desc limit 1) s
        cross join lateral (
            select array_agg(r.state) as states, coalesce(sum(r.row_count), 0)::bigint as landed_rows
            from report r where r.sync_id = s.sync_id) r
        where a.organization_id = $1
          and ($2::uuid[] is null or a.brand_id = any ($2))
          and ($3::uuid is null or a.advertiser_id = $3)
        order by a.name, a.advertiser_id
        """,
        organization_id,
        brand_ids,
        advertiser_id,
    )


async def list_latest_types(
    tx: Tx,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    advertiser_id: UUID | None = None,
) -> list[Any]:
    """The newest sync of each report type of each advertiser with the states of its reports."""
    return await tx.fetch(
        """
        select distinct on (s.advertiser_id, s.report_type)
               s.advertiser_id, s.report_type, s.start_date, s.end_date, s.state, s.error_code,
               s.error_detail, s.retry_at, s.as_of, s.closed_at, r.states
        from sync s join advertiser a using (advertiser_id)
        cross join lateral (
            select array_agg(r.state) as states from report r where r.sync_id = s.sync_id) r
        where s.organization_id = $1
          and ($2::uuid[] is null or a.brand_id = any ($2))
          and ($3::uuid is null or s.advertiser_id = $3)
        order by s.advertiser_id, s.report_type, s.created_at desc
        """,
        organization_id,
        brand_ids,
        advertiser_id,
    )
