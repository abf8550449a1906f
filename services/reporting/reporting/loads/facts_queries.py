"""SQL of what a load writes: placements and their names, facts, days."""

# ruff: noqa: S608 - pyright proves every fragment a literal (LiteralString)

from collections.abc import AsyncIterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.db import Tx

from reporting.measures import MEASURES

from .domain import Load, SliceRejected
from .parquet import KEY, PlacementKey

_MEASURE_LIST = ", ".join(MEASURES)
_MEASURE_TYPES = ", ".join([m + " bigint not null" for m in MEASURES])
_MEASURE_SUMS = ", ".join(["sum(" + m + ")::bigint as " + m for m in MEASURES])
_ASSIGN = ", ".join([m + " = excluded." + m for m in (*MEASURES, "currency")])
_OLD = ", ".join(["f." + m for m in (*MEASURES, "currency")])
_EXCLUDED = ", ".join(["excluded." + m for m in (*MEASURES, "currency")])
_STAGED_VALUES = ", ".join(["s." + m for m in (*MEASURES, "currency")])
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

_UPSERT = (
    " on conflict (organization_id, advertiser_id, date, placement_id) do update set "
    + _ASSIGN
    + " where ("
    + _OLD
    + ") is distinct from ("
    + _EXCLUDED
    + ")"
)

_REMOVE_GONE = """
delete from fact_campaign_daily f
where f.organization_id = $1 and f.advertiser_id = $2 and f.date = any ($3::date[])
  and not exists (
    select from staged_campaign_daily s where s.date = f.date and s.placement_id = f.placement_id
  )
"""

_REMOVE_ROWS = """
delete from fact_campaign_daily f
using unnest($3::date[], $4::bigint[]) as gone(date, placement_id)
where f.organization_id = $1 and f.advertiser_id = $2
  and f.date = gone.date and f.placement_id = gone.placement_id
"""

_CLEAR_TOTALS = """
delete from advertiser_day_total
where organization_id = $1 and advertiser_id = $2 and date = any ($3::date[])
"""

_ADD_TOTAL = (
    "insert into advertiser_day_total (organization_id, advertiser_id, date, currency, "
    + _MEASURE_LIST
    + ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
)

_WRITE_DAYS = """
insert into advertiser_day (organization_id, advertiser_id, date, report_id, as_of, loaded_at, row_count)
select $1, $2, d.date, $4, $5, $6, coalesce(s.rows, 0)
from unnest($3::date[]) as d(date)
left join (
    select date, sum(rows)::bigint as rows from unnest($7::date[], $8::bigint[]) as r(date, rows)
    group by date
) s on s.date = d.date
on conflict (organization_id, advertiser_id, date) do update
set report_id = excluded.report_id, as_of = excluded.as_of, loaded_at = excluded.loaded_at,
    row_count = excluded.row_count
"""


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


async def write_changed(tx: Tx, load: Load, days: Sequence[date]) -> int:
    """Bring the staged rows, all of them known to differ, into the facts; returns how many changed
    there (rows that differ only in a name change none)."""
    owner = (load.organization_id, load.advertiser_id, list(days))
    statement = _INTO_FACTS + _ROWS + ") s" + _UPSERT
    return _affected(await tx.execute(statement, *owner))


async def remove_rows(
    tx: Tx, load: Load, days: Sequence[date], placement_ids: Sequence[int]
) -> int:
    """Delete facts by (day, placement), given as parallel lists; returns how many there were."""
    owner = (load.organization_id, load.advertiser_id)
    return _affected(await tx.execute(_REMOVE_ROWS, *owner, list(days), list(placement_ids)))


async def write_days(
    tx: Tx, load: Load, days: Sequence[date], totals: Mapping[str, Sequence[Any]], now: datetime
) -> None:
    """Write the days' sums and which report they come from, also for days without a row. `totals`:
    columns as of `Slice.day_totals`."""
    owner = (load.organization_id, load.advertiser_id)
    await tx.execute(_CLEAR_TOTALS, *owner, list(days))
    columns = [totals[name] for name in ("date", "currency", *MEASURES)]
    await tx.executemany(_ADD_TOTAL, [(*owner, *row) for row in zip(*columns, strict=True)])
    read = (list(days), load.report_id, load.as_of, now)
    await tx.execute(_WRITE_DAYS, *owner, *read, totals["date"], totals["rows"])


def _affected(tag: str) -> int:
    return int(tag.rsplit(" ", 1)[1])
