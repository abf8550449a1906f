"""SQL about reports: claimed with a lease token, saved only while it still holds."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Tx

from .domain import File, Report


async def claim_due(
    tx: Tx, lane: str, now: datetime, lease_token: UUID, lease_until: datetime
) -> Any | None:
    """Leases a due report of the lane: of the brand whose turn was longest ago, the one that has waited
    longest; the newest days first among equals."""
    return await tx.fetchrow(
        """
        with due as (
            select r.report_id
            from report r join advertiser a using (advertiser_id)
            left join brand_turn t on t.organization_id = r.organization_id
                and t.brand_key = coalesce(a.brand_id, a.advertiser_id) and t.lane = r.lane
            where r.lane = $4 and r.state not in ('landed', 'rejected', 'failed')
              and r.next_attempt_at <= $1 and (r.lease_until is null or r.lease_until <= $1)
            order by t.turn nulls first, r.next_attempt_at, r.end_date desc
            limit 1
            for no key update of r skip locked)
        update report r set lease_token = $2, lease_until = $3, updated_at = $1,
            state = case when r.state = 'planned' then 'requesting' else r.state end
        from due, advertiser a
        where r.report_id = due.report_id and a.advertiser_id = r.advertiser_id
        returning r.report_id, r.organization_id, r.advertiser_id, r.sync_id, r.report_type,
            r.start_date, r.end_date, r.state, r.next_attempt_at, r.connection_id,
            r.amazon_report_id, r.abandoned_report_ids, r.requested_at, r.attempts,
            r.broken_files, r.recreations, r.error_code, r.detail, r.raw_uri,
            a.amazon_advertiser_id, a.currency, a.brand_id
        """,
        now,
        lease_token,
        lease_until,
        lane,
    )


async def list_sources(tx: Tx, advertiser_id: UUID, preferred: UUID | None) -> list[Any]:
    """The connections that reach an advertiser: usable ones first, then those Amazon has not
    refused, then the one auth chose, then the one already in use."""
    return await tx.fetch(
        """
        select o.connection_id, o.region, o.refused_at,
            coalesce(c.consent, 'active') as consent,
            coalesce(c.credential, 'healthy') as credential
        from advertiser_source o
        join advertiser a using (advertiser_id)
        left join connection c using (connection_id)
        where o.advertiser_id = $1
        order by coalesce(c.consent, 'active') = 'active' desc,
            coalesce(c.credential, 'healthy') = 'healthy' desc,
            o.refused_at nulls first,
            coalesce(o.connection_id = a.serving_connection_id, false) desc,
            o.connection_id = $2 desc, o.connection_id
        """,
        advertiser_id,
        preferred,
    )


async def renew(tx: Tx, report_id: UUID, lease_token: UUID, until: datetime) -> bool:
    """Extends a lease; False when it is no longer ours."""
    tag = await tx.execute(
        "update report set lease_until = $3 where report_id = $1 and lease_token = $2",
        report_id,
        lease_token,
        until,
    )
    return tag == "UPDATE 1"


async def release(tx: Tx, lease_tokens: Sequence[UUID]) -> None:
    """Gives leases back untouched: the process is going down."""
    await tx.execute(
        """
        update report set lease_token = null, lease_until = null
        where lease_token = any ($1::uuid[])
        """,
        lease_tokens,
    )


async def save(
    tx: Tx, report: Report, lease_token: UUID, connection_id: UUID | None, now: datetime
) -> bool:
    """Stores a report's new state and ends the lease; False (and no change) when it was lost."""
    tag = await tx.execute(
        """
        update report set lease_token = null, lease_until = null, updated_at = $3, state = $4,
            next_attempt_at = $5, connection_id = coalesce($6, connection_id),
            amazon_report_id = $7, abandoned_report_ids = $8, requested_at = $9, attempts = $10,
            broken_files = $11, recreations = $12, error_code = $13, detail = $14, raw_uri = $15
        where report_id = $1 and lease_token = $2
        """,
        report.report_id,
        lease_token,
        now,
        report.state,
        report.next_attempt_at,
        connection_id,
        report.amazon_report_id,
        list(report.abandoned_report_ids),
        report.requested_at,
        report.attempts,
        report.broken_files,
        report.recreations,
        report.error_code,
        report.detail,
        report.raw_uri,
    )
    return tag == "UPDATE 1"


async def save_file(tx: Tx, report_id: UUID, file: File, now: datetime) -> None:
    """Where the landed slice is and what it holds."""
    await tx.execute(
        """
        update report set uri = $2, sha256 = $3, byte_count = $4, row_count = $5, totals = $6,
            currency = $7, as_of = $8, landed_at = $9, raw_uri = $10, drift = $11
        where report_id = $1
        """,
        report_id,
        file.uri,
        file.sha256,
        file.byte_count,
        file.row_count,
        json.dumps(file.totals),
        file.currency,
        file.as_of,
        now,
        file.raw_uri,
        json.dumps(file.drift.told()),
    )


async def hurry_sync(tx: Tx, sync_id: UUID, now: datetime) -> None:
    """Somebody waits for it: every unfinished report of a sync is due now, before all others."""
    await tx.execute(
        """
        update report set next_attempt_at = least(next_attempt_at, $2), lane = 'interactive'
        where sync_id = $1 and state not in ('landed', 'rejected', 'failed')
        """,
        sync_id,
        now,
    )


async def wake_advertiser(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, now: datetime
) -> None:
    """Reports that waited for help on an advertiser are due now."""
    await tx.execute(
        """
        update report set next_attempt_at = $3
        where organization_id = $1 and advertiser_id = $2
          and state not in ('landed', 'rejected', 'failed')
          and next_attempt_at > $3
          and error_code in ('reauth_required', 'credential_suspended', 'no_connection')
        """,
        organization_id,
        advertiser_id,
        now,
    )


async def wake_handed_over(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, connection_id: UUID, now: datetime
) -> None:
    """Reports that wait after trouble under another connection are due now under this one; Amazon's
    throttling holds for all."""
    await tx.execute(
        """
        update report set next_attempt_at = $4
        where organization_id = $1 and advertiser_id = $2
          and state not in ('landed', 'rejected', 'failed')
          and next_attempt_at > $4 and error_code is not null
          and error_code not in ('rate_limited', 'cooling_down')
          and connection_id is distinct from $3
        """,
        organization_id,
        advertiser_id,
        connection_id,
        now,
    )


async def wake_connection(
    tx: Tx, organization_id: UUID, connection_id: UUID, now: datetime
) -> None:
    """Reports that waited for help on any advertiser this connection reaches are due now."""
    await tx.execute(
        """
        update report r set next_attempt_at = $3
        from advertiser_source o
        where o.connection_id = $2 and o.organization_id = $1
          and r.advertiser_id = o.advertiser_id
          and r.state not in ('landed', 'rejected', 'failed') and r.next_attempt_at > $3
          and r.error_code in ('reauth_required', 'credential_suspended', 'no_connection')
        """,
        organization_id,
        connection_id,
        now,
    )


async def fail_open(tx: Tx, sync_id: UUID, code: str, detail: str, now: datetime) -> None:
    """Ends a sync's unfinished reports, also those being worked on."""
    await tx.execute(
        """
        update report set state = 'failed', error_code = $2, detail = $3, updated_at = $4,
            lease_token = null, lease_until = null
        where sync_id = $1 and state not in ('landed', 'rejected', 'failed')
        """,
        sync_id,
        code,
        detail,
        now,
    )


async def list_in_state(
    tx: Tx, organization_id: UUID, brand_ids: Sequence[UUID] | None, state: str, limit: int
) -> list[Any]:
    """Reports in a state, the latest change first."""
    return await tx.fetch(
        """
        select r.report_id, r.advertiser_id, a.name as advertiser_name, r.amazon_report_id,
               r.report_type, r.start_date, r.end_date, r.state, r.error_code, r.detail,
               r.raw_uri, r.attempts, r.updated_at, r.drift
        from report r join advertiser a using (advertiser_id)
        where r.organization_id = $1 and ($2::uuid[] is null or a.brand_id = any ($2))
          and r.state = $3
        order by r.updated_at desc, r.report_id
        limit $4
        """,
        organization_id,
        brand_ids,
        state,
        limit,
    )
