"""Every SQL statement of loads, tenant-filtered, one function each."""

# ruff: noqa: S608 - pyright proves every fragment a literal (LiteralString)

import json
from collections.abc import AsyncIterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record
from shared.db import Tx

from reporting.measures import MEASURES

from .domain import DayVersion, Load, SliceRejected
from .parquet import KEY, PlacementKey

_MEASURE_LIST = ", ".join(MEASURES)
_MEASURE_TYPES = ", ".join([m + " bigint not null" for m in MEASURES])
_MEASURE_SUMS = ", ".join(["sum(" + m + ")::bigint as " + m for m in MEASURES])
_ASSIGN = ", ".join([m + " = excluded." + m for m in (*MEASURES, "currency")])
_OLD = ", ".join(["f." + m for m in (*MEASURES, "currency")])
_STAGED_VALUES = ", ".join(["s." + m for m in (*MEASURES, "currency")])

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

_KNOWN_DAYS = """
select date, as_of, report_id from advertiser_day
where organization_id = $1 and advertiser_id = $2 and date between $3 and $4
"""

_STUB = """
insert into advertiser (organization_id, advertiser_id, brand_id, amazon_advertiser_id, name,
    currency, country, timezone, event_at)
values ($1, $2, null, '', '', $3, '', 'UTC', '-infinity') on conflict do nothing
"""

_BRAND = "select brand_id from advertiser where organization_id = $1 and advertiser_id = $2"

_ADD_PLACEMENTS = """
insert into placement
    (organization_id, advertiser_id, order_id, line_item_id, creative_id, creative_ad_id)
select $1, $2, p.order_id, p.line_item_id, p.creative_id, p.creative_ad_id
from unnest($3::text[], $4::text[], $5::text[], $6::text[])
    as p(order_id, line_item_id, creative_id, creative_ad_id)
where not exists (
    select from placement k
    where k.organization_id = $1 and k.advertiser_id = $2 and k.order_id = p.order_id
      and k.line_item_id = p.line_item_id and k.creative_id = p.creative_id
)
on conflict (organization_id, advertiser_id, order_id, line_item_id, creative_id) do nothing
"""

_PLACEMENTS = """
select k.placement_id, k.order_id, k.line_item_id, k.creative_id
from unnest($3::text[], $4::text[], $5::text[]) as p(order_id, line_item_id, creative_id)
join placement k on k.organization_id = $1 and k.advertiser_id = $2 and k.order_id = p.order_id
    and k.line_item_id = p.line_item_id and k.creative_id = p.creative_id
"""

_NAME_ORDERS = """
insert into ad_order as e (organization_id, advertiser_id, order_id, name, name_as_of)
select $1, $2, n.id, max(n.name), $5 from unnest($3::text[], $4::text[]) as n(id, name) group by n.id
on conflict (organization_id, order_id, advertiser_id) do update
set name = excluded.name, name_as_of = excluded.name_as_of
where (excluded.name_as_of, excluded.name) > (e.name_as_of, e.name)
"""

_NAME_LINE_ITEMS = """
insert into line_item as e (organization_id, advertiser_id, line_item_id, name, name_as_of)
select $1, $2, n.id, max(n.name), $5 from unnest($3::text[], $4::text[]) as n(id, name) group by n.id
on conflict (organization_id, line_item_id, advertiser_id) do update
set name = excluded.name, name_as_of = excluded.name_as_of
where (excluded.name_as_of, excluded.name) > (e.name_as_of, e.name)
"""

_NAME_CREATIVES = """
insert into creative as e (organization_id, advertiser_id, creative_id, name, name_as_of)
select $1, $2, n.id, max(n.name), $5 from unnest($3::text[], $4::text[]) as n(id, name) group by n.id
on conflict (organization_id, creative_id, advertiser_id) do update
set name = excluded.name, name_as_of = excluded.name_as_of
where (excluded.name_as_of, excluded.name) > (e.name_as_of, e.name)
"""

_STAGE = (
    "create temp table staged_campaign_daily (placement_id bigint not null, "
    + _MEASURE_TYPES
    + ", date date not null, currency text not null) on commit drop"
)

_STAGED = "select count(*) as rows, " + _MEASURE_SUMS + " from staged_campaign_daily"

_DOUBLED = """
select true from staged_campaign_daily group by date, placement_id having count(*) > 1 limit 1
"""

_MIXED = """
select true from staged_campaign_daily group by date, placement_id
having min(currency) <> max(currency) limit 1
"""

_ROWS = (
    "select placement_id, "
    + _MEASURE_LIST
    + ", date, currency from staged_campaign_daily where date = any ($3::date[])"
)

_DOUBLED_ROWS = (
    "select placement_id, "
    + _MEASURE_SUMS
    + ", date, min(currency) as currency from staged_campaign_daily"
    + " where date = any ($3::date[]) group by date, placement_id"
)

_INTO_FACTS = (
    "insert into fact_campaign_daily as f (organization_id, advertiser_id, placement_id, "
    + _MEASURE_LIST
    + ", date, currency) select $1::uuid, $2::uuid, s.* from ("
)

_CHANGED_ONLY = (
    " left join fact_campaign_daily f on f.organization_id = $1 and f.advertiser_id = $2"
    " and f.date = any ($3::date[]) and f.date = s.date and f.placement_id = s.placement_id"
    " where f.placement_id is null or ("
    + _OLD
    + ") is distinct from ("
    + _STAGED_VALUES
    + ") on conflict (organization_id, advertiser_id, date, placement_id) do update set "
    + _ASSIGN
)

_REMOVE_GONE = """
delete from fact_campaign_daily f
where f.organization_id = $1 and f.advertiser_id = $2 and f.date = any ($3::date[])
  and not exists (
    select from staged_campaign_daily s where s.date = f.date and s.placement_id = f.placement_id
  )
"""

_CLEAR_TOTALS = """
delete from advertiser_day_total
where organization_id = $1 and advertiser_id = $2 and date = any ($3::date[])
"""

_WRITE_TOTALS = (
    "insert into advertiser_day_total (organization_id, advertiser_id, date, currency, "
    + _MEASURE_LIST
    + ") select $1::uuid, $2::uuid, date, currency, "
    + _MEASURE_SUMS
    + " from staged_campaign_daily where date = any ($3::date[]) group by date, currency"
)

_WRITE_DAYS = """
insert into advertiser_day (organization_id, advertiser_id, date, report_id, as_of, loaded_at, row_count)
select $1, $2, d.date, $4, $5, $6, coalesce(s.rows, 0)
from unnest($3::date[]) as d(date)
left join (
    select date, count(*) as rows from staged_campaign_daily group by date
) s on s.date = d.date
on conflict (organization_id, advertiser_id, date) do update
set report_id = excluded.report_id, as_of = excluded.as_of, loaded_at = excluded.loaded_at,
    row_count = excluded.row_count
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
    await tx.execute(_LOCK, str(load.organization_id), str(load.advertiser_id))


async def known_days(tx: Tx, load: Load) -> list[DayVersion]:
    rows = await tx.fetch(
        _KNOWN_DAYS, load.organization_id, load.advertiser_id, load.start_date, load.end_date
    )
    return [DayVersion(row["date"], row["as_of"], row["report_id"]) for row in rows]


async def ensure_advertiser(tx: Tx, load: Load) -> UUID | None:
    """The advertiser's brand. One not heard of yet gets a nameless row without a brand: its numbers
    are kept, and no brand-restricted caller sees them before auth says whose they are."""
    await tx.execute(_STUB, load.organization_id, load.advertiser_id, load.currency)
    return await tx.fetchval(_BRAND, load.organization_id, load.advertiser_id)


async def number_placements(
    tx: Tx, load: Load, placements: Mapping[str, list[str]]
) -> dict[PlacementKey, int]:
    """The number of each placement, new ones added; and the newest names of what they are made of."""
    owner = (load.organization_id, load.advertiser_id)
    keys = [placements[name] for name in KEY]
    await tx.execute(_ADD_PLACEMENTS, *owner, *keys, placements["creative_ad_id"])
    as_of = load.as_of
    await tx.execute(_NAME_ORDERS, *owner, keys[0], placements["order_name"], as_of)
    await tx.execute(_NAME_LINE_ITEMS, *owner, keys[1], placements["line_item_name"], as_of)
    await tx.execute(_NAME_CREATIVES, *owner, keys[2], placements["creative_name"], as_of)
    rows = await tx.fetch(_PLACEMENTS, *owner, *keys)
    return {(r["order_id"], r["line_item_id"], r["creative_id"]): r["placement_id"] for r in rows}


async def stage(
    tx: Tx, batches: AsyncIterable[list[tuple[Any, ...]]]
) -> tuple[int, dict[str, int]]:
    """Copy the rows into a temporary table of this transaction; returns their count and sums."""
    await tx.execute(_STAGE)
    columns = ("placement_id", *MEASURES, "date", "currency")
    async for batch in batches:
        await tx.copy_records_to_table("staged_campaign_daily", records=batch, columns=columns)
    await tx.execute("analyze staged_campaign_daily")
    staged = await tx.fetchrow(_STAGED)
    assert staged is not None  # noqa: S101 - an aggregate has one row
    return staged["rows"], {measure: staged[measure] or 0 for measure in MEASURES}


async def write_facts(tx: Tx, load: Load, days: Sequence[date], *, first: bool) -> int:
    """Make the facts of `days` equal to the staged rows; returns how many rows that changed.

    `first`: none of the days was loaded before, so nothing can be in the way. Rows that repeat a day
    and placement (an ad listed twice) are added up; two currencies in one of them are refused.
    """
    source = _ROWS
    if await tx.fetchval(_DOUBLED):
        if await tx.fetchval(_MIXED):
            raise SliceRejected("mixed_currency", "one day of one placement in two currencies")
        source = _DOUBLED_ROWS
    statement = _INTO_FACTS + source + ") s" + ("" if first else _CHANGED_ONLY)
    owner = (load.organization_id, load.advertiser_id, list(days))
    written = _affected(await tx.execute(statement, *owner))
    return written if first else written + _affected(await tx.execute(_REMOVE_GONE, *owner))


async def write_days(tx: Tx, load: Load, days: Sequence[date], now: datetime) -> None:
    """Write the days' sums and which report they come from, also for days without a row."""
    owner = (load.organization_id, load.advertiser_id, list(days))
    await tx.execute(_CLEAR_TOTALS, *owner)
    await tx.execute(_WRITE_TOTALS, *owner)
    await tx.execute(_WRITE_DAYS, *owner, load.report_id, load.as_of, now)


def _leased(load: Load) -> tuple[UUID, UUID, UUID]:
    return load.organization_id, load.report_id, load.lease_token


def _affected(tag: str) -> int:
    return int(tag.rsplit(" ", 1)[1])


def _load(row: Record) -> Load:
    return Load(
        report_id=row["report_id"],
        organization_id=row["organization_id"],
        advertiser_id=row["advertiser_id"],
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
