"""A generated agency: brands x days x creatives as Parquet, and the same rows in a throw-away Postgres.

Values come from hashes of (seed, row), so that the same parameters give the same rows. The rows go into the
current facts by COPY and the roll-ups are summed from them by SQL: what is tried is how they are read. How they
are loaded is tried by load_report.py.
"""

# ruff: noqa: S608 - every value in the SQL is a number or a path of our own

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
from reporting.measures import MEASURES
from reporting_data import Bench

duckdb: Any = import_module("duckdb")  # for these benchmarks alone, not in the lock
FIRST_DAY = date(2024, 12, 1)
ORDERS, LINE_ITEMS = 5, 50
"""Orders and line items of a brand; a creative runs in one line item, and every fifth shares its id."""


@dataclass(frozen=True)
class Size:
    """How large: `rows` is brands x days x creatives."""

    brands: int = 200
    days: int = 395
    creatives: int = 254
    seed: int = 7

    @property
    def rows(self) -> int:
        return self.brands * self.days * self.creatives

    @property
    def last_day(self) -> date:
        return FIRST_DAY + timedelta(days=self.days - 1)


def write_files(size: Size, folder: Path) -> None:
    """`facts/<month>.parquet`, the same as CSV, and `keys.parquet` (key → brand, order, line item, creative)."""
    (folder / "facts").mkdir()
    lake = duckdb.connect()
    lake.execute("set threads = 2; set memory_limit = '2GB'")
    lake.execute(
        f"create table keys as select b * {size.creatives} + c + 1 as key_id, b as brand,"
        f" 'o' || b || '-' || c % {ORDERS} as order_id, 'l' || b || '-' || c % {LINE_ITEMS} as line_item_id,"
        f" 'c' || b || '-' || c // 5 as creative_id, c from range({size.brands}) t(b), range({size.creatives}) u(c)"
    )
    lake.execute(f"copy keys to '{folder}/keys.parquet' (format parquet)")
    values = ", ".join(
        f"(hash(key_id, d, {n + size.seed}) % {1000 if n < 7 else 5_000_000})::bigint as {name}"
        for n, name in enumerate(MEASURES)
    )
    for month in months(size):
        rows = (
            f"select brand, key_id, {values}, day from keys, (select d, date '{FIRST_DAY}' + d::int as day"
            f" from range({size.days}) t(d)) where date_trunc('month', day) = date '{month}'"
            " order by brand, day, key_id"
        )
        lake.execute(f"create or replace table month as {rows}")
        name = f"{month:%Y%m}"
        lake.execute(
            f"copy month to '{folder}/facts/{name}.parquet' (format parquet, compression zstd)"
        )
        owner = "lpad((brand + 1)::varchar, 12, '0')"
        ids = f"'00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-' || {owner}"
        lake.execute(
            f"copy (select {ids}, key_id, {', '.join(MEASURES)}, '2026-02-01T00:00:00Z', day, 'USD' from month)"
            f" to '{folder}/facts/{name}.csv' (header false)"
        )
    lake.close()


def months(size: Size) -> list[date]:
    days = [FIRST_DAY + timedelta(days=n) for n in range(size.days)]
    return sorted({day.replace(day=1) for day in days})


async def fill(bench: Bench, size: Size) -> None:
    """Keys, facts, roll-ups and days into reporting's tables, as superuser."""
    conn: Any = await asyncpg.connect(bench.admin_url)
    await conn.execute("set search_path = reporting")
    await conn.execute(
        "select set_config('app.organization_id', '*', false), set_config('app.brand_ids', '*', false)"
    )
    await conn.execute("set maintenance_work_mem = '512MB'")
    await conn.execute(_OWNERS.format(brands=size.brands - 1))
    await conn.execute(_KEYS.format(brands=size.brands, creatives=size.creatives))
    await conn.execute(_GROUP_KEYS)
    for month in months(size):
        for table in ("campaign_fact", "order_day", "line_item_day", "creative_day"):
            await conn.execute("select add_month($1, $2)", table, month)
        await _copy(
            conn, f"campaign_fact_{month:%Y%m}", bench.folder / "facts" / f"{month:%Y%m}.csv"
        )
    await conn.execute(_DAYS)
    for level in ("order", "line_item", "creative"):
        sums = ", ".join(f"sum(f.{m})" for m in MEASURES)
        await conn.execute(
            f"insert into {level}_day select f.organization_id, f.advertiser_id, k.{level}_key, {sums}, count(*),"
            f" f.date, f.currency from campaign_fact f join campaign_key k using (key_id)"
            f" group by f.organization_id, f.advertiser_id, k.{level}_key, f.date, f.currency",
            timeout=1800,
        )
    await _totals(conn)
    await conn.execute("vacuum analyze", timeout=1800)
    await conn.close()


async def _copy(conn: Any, table: str, path: Path) -> None:
    await conn.copy_to_table(table, source=path, format="csv", timeout=1800)
    await asyncio.to_thread(path.unlink)


async def _totals(conn: Any) -> None:
    sums = ", ".join(f"sum({m})" for m in MEASURES)
    await conn.execute(
        "insert into advertiser_day_total (organization_id, advertiser_id, date, currency, "
        + ", ".join(MEASURES)
        + f") select organization_id, advertiser_id, date, currency, {sums} from order_day"
        " group by organization_id, advertiser_id, date, currency",
        timeout=1800,
    )


_ORGANIZATION = "'00000000-0000-0000-0000-000000000001'::uuid"
_ADVERTISER = "('00000000-0000-0000-0000-' || lpad((b + 1)::text, 12, '0'))::uuid"
_OWNERS = f"""
insert into brand select {_ORGANIZATION}, {_ADVERTISER}, 'Brand ' || b, false, now()
from generate_series(0, {{brands}}) b;
insert into advertiser select {_ORGANIZATION}, {_ADVERTISER}, {_ADVERTISER}, b::text, 'Brand ' || b, 'USD', 'US',
    'UTC', null, now() from generate_series(0, {{brands}}) b
"""
_KEYS = f"""
insert into campaign_key (key_id, organization_id, advertiser_id, order_id, line_item_id, creative_id)
overriding system value
select b * {{creatives}} + c + 1, {_ORGANIZATION}, {_ADVERTISER}, 'o' || b || '-' || c % {ORDERS},
    'l' || b || '-' || c % {LINE_ITEMS}, 'c' || b || '-' || c / 5
from generate_series(0, {{brands}} - 1) b, generate_series(0, {{creatives}} - 1) c
"""
_GROUP_KEYS = """
update campaign_key k set order_key = g.o, line_item_key = g.l, creative_key = g.c
from (select key_id, min(key_id) over (partition by order_id) as o, min(key_id) over (partition by line_item_id) as l,
    min(key_id) over (partition by creative_id) as c from campaign_key) g where k.key_id = g.key_id;
insert into entity_name select distinct organization_id, 'order', order_id, advertiser_id, 'Order ' || order_id, now()
from campaign_key;
insert into entity_name select distinct organization_id, 'line_item', line_item_id, advertiser_id,
    'Line item ' || line_item_id, now() from campaign_key;
insert into entity_name select distinct organization_id, 'creative', creative_id, advertiser_id,
    'Creative ' || creative_id, now() from campaign_key
"""
_DAYS = """
insert into advertiser_day (organization_id, advertiser_id, date, report_id, as_of, loaded_at, row_count, report_type,
    traffic_maturity, conversion_maturity)
select organization_id, advertiser_id, date, gen_random_uuid(), '2026-02-01', now(), count(*), 'dspCampaign', 0, 0
from campaign_fact group by organization_id, advertiser_id, date
"""
