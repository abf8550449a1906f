"""SQL of backfills."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.db import Tx

from .backfills import Backfill


async def insert(tx: Tx, backfill: Backfill) -> bool:
    """False when the advertiser has one under way."""
    missing = {name: [day.isoformat() for day in days] for name, days in backfill.missing.items()}
    tag = await tx.execute(
        """
        insert into backfill (
            backfill_id, organization_id, advertiser_id, from_date, to_date, missing, state,
            created_at)
        values ($1, $2, $3, $4, $5, $6, 'running', $7)
        on conflict (advertiser_id) where state in ('running', 'paused') do nothing
        """,
        backfill.backfill_id,
        backfill.organization_id,
        backfill.advertiser_id,
        backfill.from_date,
        backfill.to_date,
        json.dumps(missing),
        backfill.created_at,
    )
    return tag == "INSERT 0 1"


async def find_open(tx: Tx, organization_id: UUID, advertiser_id: UUID) -> Backfill | None:
    row = await tx.fetchrow(
        """
        select * from backfill
        where organization_id = $1 and advertiser_id = $2 and state in ('running', 'paused')
        """,
        organization_id,
        advertiser_id,
    )
    return None if row is None else _backfill(row)


async def list_newest(
    tx: Tx,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    backfill_id: UUID | None = None,
    limit: int = 100,
) -> list[tuple[Backfill, Any]]:
    """Backfills with their advertiser (name, timezone), the newest first."""
    rows = await tx.fetch(
        """
        select b.*, a.name as advertiser_name, a.timezone, a.brand_id
        from backfill b join advertiser a using (advertiser_id)
        where b.organization_id = $1 and ($2::uuid[] is null or a.brand_id = any ($2))
          and ($3::uuid is null or b.backfill_id = $3)
        order by b.created_at desc, b.backfill_id limit $4
        """,
        organization_id,
        brand_ids,
        backfill_id,
        limit,
    )
    return [(_backfill(row), row) for row in rows]


async def set_state(
    tx: Tx, organization_id: UUID, backfill_id: UUID, state: str, now: datetime
) -> bool:
    """Pauses, resumes or ends an open one; False when it had ended."""
    tag = await tx.execute(
        """
        update backfill set state = $3,
            finished_at = case when $3 in ('completed', 'cancelled') then $4::timestamptz end
        where organization_id = $1 and backfill_id = $2 and state in ('running', 'paused')
        """,
        organization_id,
        backfill_id,
        state,
        now,
    )
    return tag == "UPDATE 1"


def _backfill(row: Any) -> Backfill:
    missing = {
        name: tuple(date.fromisoformat(day) for day in days)
        for name, days in json.loads(row["missing"]).items()
    }
    same = ("backfill_id", "organization_id", "advertiser_id", "from_date", "to_date")
    rest = ("state", "created_at", "finished_at")
    return Backfill(missing=missing, **{name: row[name] for name in (*same, *rest)})
