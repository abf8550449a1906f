"""SQL of loads and their states, and of what is known of the days they hold."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record
from shared.db import Tx

from reporting.fact_types import fact_type

from .domain import DayVersion, Load, Source

_RECORD = """
insert into load (report_id, organization_id, advertiser_id, sync_id, amazon_report_id, report_type,
    start_date, end_date, uri, sha256, byte_count, row_count, totals, currency, as_of, landed_at,
    next_attempt_at, updated_at)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, $14, $15, $16, $17, $17
where not exists (select from erased_advertiser where organization_id = $2 and advertiser_id = $3)
on conflict (report_id) do nothing
"""

_CLAIM = """
update load set lease_token = $1, leased_until = $2, attempts = attempts + 1, updated_at = $3
where report_id = (
    select report_id from load
    where state = 'pending' and next_attempt_at <= $3 and attempts < $4
      and (leased_until is null or leased_until <= $3)
    order by next_attempt_at, landed_at limit 1 for update skip locked
)
returning *
"""

_PARK_EXHAUSTED = """
update load set state = 'parked', lease_token = null, leased_until = null, updated_at = $1,
    error_code = coalesce(error_code, 'load_interrupted'),
    error_detail = coalesce(error_detail, 'the process ended in the middle of every attempt')
where state = 'pending' and attempts >= $2 and (leased_until is null or leased_until <= $1)
returning report_id
"""

_HOLD = """
select true from load
where organization_id = $1 and report_id = $2 and lease_token = $3 and state = 'pending'
  and not exists (
    select from erased_advertiser e
    where e.organization_id = $1 and e.advertiser_id = load.advertiser_id
  )
for update
"""

_FINISH = """
update load set state = $4, rows_changed = $5, loaded_at = $6, updated_at = $6,
    error_code = null, error_detail = null, lease_token = null, leased_until = null
where organization_id = $1 and report_id = $2 and lease_token = $3
"""

_REJECT = """
update load set state = 'rejected', error_code = $4, error_detail = $5, updated_at = $6,
    lease_token = null, leased_until = null
where organization_id = $1 and report_id = $2 and lease_token = $3
"""

_POSTPONE = """
update load set next_attempt_at = $6, error_code = $4, error_detail = $5, updated_at = $7,
    lease_token = null, leased_until = null
where organization_id = $1 and report_id = $2 and lease_token = $3
"""

_RETRY = """
update load set state = 'pending', attempts = 0, next_attempt_at = $3, updated_at = $3
where organization_id = $1 and report_id = $2 and state in ('rejected', 'parked')
  and advertiser_id in (
    select advertiser_id from advertiser
    where organization_id = $1 and ($4::uuid[] is null or brand_id = any ($4))
  )
returning report_id
"""

_LIST = """
select l.report_id as id, l.advertiser_id, a.name as advertiser_name, l.amazon_report_id,
    l.report_type, l.start_date, l.end_date, l.state, l.error_code, l.error_detail as detail,
    l.attempts, l.row_count as rows, l.as_of, l.next_attempt_at, l.updated_at
from load l
left join advertiser a on a.organization_id = l.organization_id and a.advertiser_id = l.advertiser_id
where l.organization_id = $1 and l.state = any ($2)
  and ($3::uuid[] is null or a.brand_id = any ($3))
order by l.updated_at desc, l.report_id limit $4
"""

_LOCK = "select pg_advisory_xact_lock(hashtextextended('load:' || $1::text || $2::text, 0))"

_KNOWN_VERSIONS = """
select date, as_of, report_id from day_version
where organization_id = $1 and advertiser_id = $2 and report_type = $3 and date = any ($4::date[])
"""

_SETTLED_DAYS = """
select date from advertiser_day
where organization_id = $1 and advertiser_id = $2 and report_type = $3 and date = any ($4::date[])
  and traffic_maturity = 0 and conversion_maturity = 0
"""

_SOURCES = """
select d.date, l.report_id, l.uri, l.sha256, l.currency
from advertiser_day d join load l on l.organization_id = d.organization_id and l.report_id = d.report_id
where d.organization_id = $1 and d.advertiser_id = $2 and d.report_type = $3
  and d.date = any ($4::date[])
"""


async def record(tx: Tx, row: Mapping[str, Any], now: datetime) -> None:
    """Remember a landed slice once; it is due at once. None of an erased advertiser."""
    values = [*row.values()]
    await tx.execute(_RECORD, *values, now)


async def claim(
    tx: Tx, *, token: UUID, now: datetime, lease: timedelta, max_attempts: int
) -> Load | None:
    """Take the next due load for `lease`; None when nothing is due. Counts the attempt."""
    row = await tx.fetchrow(_CLAIM, token, now + lease, now, max_attempts)
    return None if row is None else _load(row)


async def park_exhausted(tx: Tx, *, now: datetime, max_attempts: int) -> list[UUID]:
    """Stop trying loads that failed `max_attempts` times; returns them."""
    return [row["report_id"] for row in await tx.fetch(_PARK_EXHAUSTED, now, max_attempts)]


async def hold(tx: Tx, load: Load) -> bool:
    """Lock the load's row; False when the lease was lost to another worker, or nothing of the
    advertiser is to be kept any more."""
    held = await tx.fetchval(_HOLD, load.organization_id, load.report_id, load.lease_token)
    return held is True


async def finish(tx: Tx, load: Load, state: str, rows_changed: int, now: datetime) -> None:
    """`state`: loaded, or superseded when every day had newer numbers."""
    await tx.execute(_FINISH, *_leased(load), state, rows_changed, now)


async def reject(tx: Tx, load: Load, code: str, detail: str, now: datetime) -> None:
    await tx.execute(_REJECT, *_leased(load), code, detail, now)


async def postpone(
    tx: Tx, load: Load, code: str, detail: str, *, until: datetime, now: datetime
) -> None:
    await tx.execute(_POSTPONE, *_leased(load), code, detail, until, now)


async def retry(
    tx: Tx, organization_id: UUID, report_id: UUID, brand_ids: Sequence[UUID] | None, now: datetime
) -> bool:
    """Make a rejected or parked load due again; False when the caller sees no such load."""
    return await tx.fetchval(_RETRY, organization_id, report_id, now, brand_ids) is not None


async def list_in_states(
    tx: Tx,
    organization_id: UUID,
    states: Sequence[str],
    brand_ids: Sequence[UUID] | None,
    limit: int,
) -> list[Record]:
    """The newest `limit` loads in `states` of the brands (None: all)."""
    return await tx.fetch(_LIST, organization_id, list(states), brand_ids, limit)


async def lock_advertiser(tx: Tx, load: Load) -> None:
    """One load per advertiser at a time, until the transaction ends. Its statements are planned for this
    slice's size: a generic plan does not know whether it holds ten rows or a million."""
    await tx.execute("set local plan_cache_mode = force_custom_plan")
    await tx.execute("set local work_mem = '64MB'")  # for the roll-ups of a large slice
    await tx.execute(_LOCK, str(load.organization_id), str(load.advertiser_id))


async def known_versions(tx: Tx, load: Load) -> list[DayVersion]:
    """Every report that told a day of the slice."""
    rows = await tx.fetch(_KNOWN_VERSIONS, *_owned_days(load))
    return [DayVersion(row["date"], row["as_of"], row["report_id"]) for row in rows]


async def settled_days(tx: Tx, load: Load) -> list[date]:
    """Days of the slice whose numbers were thought to rest."""
    return [row["date"] for row in await tx.fetch(_SETTLED_DAYS, *_owned_days(load))]


async def sources(tx: Tx, load: Load) -> list[Source]:
    """The files that the facts of the slice's days come from, each with those days."""
    rows = await tx.fetch(_SOURCES, *_owned_days(load))
    days: dict[UUID, list[Record]] = {}
    for row in rows:
        days.setdefault(row["report_id"], []).append(row)
    return [
        Source(
            report_id, same[0]["uri"], same[0]["sha256"], same[0]["currency"],
            tuple(row["date"] for row in same),
        )
        for report_id, same in days.items()
    ]  # fmt: skip


def _owned_days(load: Load) -> tuple[UUID, UUID, str, list[date]]:
    return load.organization_id, load.advertiser_id, load.kind.report_type, load.days


def _leased(load: Load) -> tuple[UUID, UUID, UUID]:
    return load.organization_id, load.report_id, load.lease_token


def _load(row: Record) -> Load:
    return Load(
        report_id=row["report_id"],
        organization_id=row["organization_id"],
        advertiser_id=row["advertiser_id"],
        kind=fact_type(row["report_type"]),
        start_date=row["start_date"],
        end_date=row["end_date"],
        uri=row["uri"],
        sha256=row["sha256"],
        row_count=row["row_count"],
        totals=json.loads(row["totals"]),
        currency=row["currency"],
        as_of=row["as_of"],
        attempts=row["attempts"],
        lease_token=row["lease_token"],
    )
