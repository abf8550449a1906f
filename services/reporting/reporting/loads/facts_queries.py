"""Bringing a slice into the facts: stage → diff → history → current → roll-ups, and the days' versions."""

import json
from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from shared.db import Tx

from reporting.fact_types import CAMPAIGN, FactType
from reporting.measures import MEASURES

from .domain import Load
from .facts_sql import fact_sql

_CLEAR_TOTALS: Final = """
delete from advertiser_day_total
where organization_id = $1 and advertiser_id = $2 and date = any ($3::date[])
"""
_ADD_TOTAL: Final = (
    "insert into advertiser_day_total (organization_id, advertiser_id, date, currency, "  # noqa: S608
    + ", ".join(MEASURES)
    + ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
)
_ADD_VERSIONS: Final = """
insert into day_version (organization_id, advertiser_id, report_type, as_of, report_id, loaded_at,
    date, row_count, traffic_maturity, conversion_maturity, totals)
select $1, $2, $3, $4, $5, $6, d.*
from unnest($7::date[], $8::bigint[], $9::smallint[], $10::smallint[], $11::jsonb[]) as d
on conflict do nothing
"""
_WRITE_DAYS: Final = """
insert into advertiser_day (organization_id, advertiser_id, report_type, date, report_id, as_of,
    loaded_at, row_count, traffic_maturity, conversion_maturity)
select organization_id, advertiser_id, report_type, date, report_id, as_of, loaded_at, row_count,
    traffic_maturity, conversion_maturity
from day_version
where organization_id = $1 and advertiser_id = $2 and report_type = $3 and report_id = $4
  and date = any ($5::date[])
on conflict (organization_id, advertiser_id, report_type, date) do update
set report_id = excluded.report_id, as_of = excluded.as_of, loaded_at = excluded.loaded_at,
    row_count = excluded.row_count, traffic_maturity = excluded.traffic_maturity,
    conversion_maturity = excluded.conversion_maturity
"""
_ADD_MONTHS: Final = """
select add_month(t, m::date) from unnest($1::text[]) as t,
    generate_series(date_trunc('month', $2::date::timestamp), $3::date::timestamp, '1 month') as m
"""


@dataclass(frozen=True)
class DayRow:
    """What a report says of a day: how many rows, how ripe, and its sums {currency: {measure: sum}}."""

    date: date
    rows: int
    traffic_maturity: int
    conversion_maturity: int
    totals: Mapping[str, Mapping[str, int]]


async def add_months(tx: Tx, load: Load) -> None:
    """Partitions for the slice's days; a transaction of its own, as it waits for nobody's load."""
    kind = load.kind
    tables = [kind.fact, kind.history, *(f"{level}_day" for level in kind.rollups)]
    await tx.execute(_ADD_MONTHS, tables, load.days[0], load.days[-1])


async def open_stage(tx: Tx, kind: FactType) -> None:
    """The temporary tables of this transaction."""
    sql = fact_sql(kind)
    await tx.execute(sql.create_stage)
    await tx.execute(sql.create_changed)


async def clear_stage(tx: Tx) -> None:
    await tx.execute("truncate staged, changed")


async def stage(tx: Tx, kind: FactType, batches: AsyncIterable[list[tuple[Any, ...]]]) -> int:
    """Copy rows (key_id, *measures, date, currency) into `staged`; returns how many."""
    columns = ("key_id", *kind.measures, "date", "currency")
    rows = 0
    async for batch in batches:
        await tx.copy_records_to_table("staged", records=batch, columns=columns)
        rows += len(batch)
    return rows


async def stage_gone(tx: Tx, kind: FactType, batches: AsyncIterable[list[tuple[Any, ...]]]) -> None:
    """Copy rows that the slice has no more, flagged as such."""
    columns = ("key_id", *kind.measures, "date", "currency", "gone")
    async for batch in batches:
        flagged = [(*row, True) for row in batch]
        await tx.copy_records_to_table("staged", records=flagged, columns=columns)


async def write_first(tx: Tx, load: Load, days: Sequence[date]) -> int:
    """The staged rows into the facts, where nothing can be in the way; returns how many."""
    sql = fact_sql(load.kind)
    await tx.execute("analyze staged")
    owner = (load.organization_id, load.advertiser_id, list(days))
    written = _affected(await tx.execute(sql.insert_first, *owner, load.as_of))
    for statement in sql.rollups_first:
        await tx.execute(statement, *owner)
    return written


async def write_changed(tx: Tx, load: Load, days: Sequence[date], *, whole: bool) -> int:
    """Make the facts of `days` equal to the staged rows (`whole`), or bring in those staged (not whole:
    all that may differ); returns how many rows that changed. The old ones go to the history."""
    sql = fact_sql(load.kind)
    await tx.execute("analyze staged")
    owner = (load.organization_id, load.advertiser_id)
    find = sql.find_all if whole else sql.find_some
    changed = _affected(await tx.execute(find, *owner, list(days), load.as_of))
    if changed:
        await tx.execute(sql.keep_history, *owner)
        await _write_current(tx, load)
    return changed


async def rewrite_past(tx: Tx, load: Load, days: Sequence[date]) -> int:
    """The staged rows of days that have newer or equally old reports, into their place in the history;
    returns how many current rows that changed (only where an equally old report gave way)."""
    tables, spans, rebuild, forget, remember, changes = _rebuild_steps(load.kind)
    owner = (load.organization_id, load.advertiser_id)
    for statement in tables:
        await tx.execute(statement)
    await tx.execute(spans, *owner, list(days), load.as_of)
    report_type = load.kind.report_type
    await tx.execute(rebuild, *owner, list(days), load.as_of, report_type)
    await tx.execute(forget, *owner)
    await tx.execute(remember, *owner)
    changed = _affected(await tx.execute(changes, *owner))
    if changed:
        await _write_current(tx, load)
    return changed


async def write_versions(tx: Tx, load: Load, days: Sequence[DayRow], now: datetime) -> None:
    """What the report said of each of its days, whether or not it is the newest."""
    columns = (
        [day.date for day in days],
        [day.rows for day in days],
        [day.traffic_maturity for day in days],
        [day.conversion_maturity for day in days],
        [json.dumps(day.totals) for day in days],
    )
    owner = (load.organization_id, load.advertiser_id, load.kind.report_type)
    await tx.execute(_ADD_VERSIONS, *owner, load.as_of, load.report_id, now, *columns)


async def write_days(tx: Tx, load: Load, days: Sequence[date], versions: Sequence[DayRow]) -> None:
    """Which report `days` come from now, and their sums."""
    owner = (load.organization_id, load.advertiser_id)
    await tx.execute(_WRITE_DAYS, *owner, load.kind.report_type, load.report_id, list(days))
    if load.kind is CAMPAIGN:
        wanted = set(days)
        await tx.execute(_CLEAR_TOTALS, *owner, list(days))
        rows = [
            (*owner, day.date, currency, *(sums[m] for m in MEASURES))
            for day in versions
            if day.date in wanted
            for currency, sums in day.totals.items()
        ]
        await tx.executemany(_ADD_TOTAL, rows)


async def moved(tx: Tx, kind: FactType, days: Sequence[date]) -> dict[str, int]:
    """By how much `changed` moved the sums of `days`: measure → difference, where there is one."""
    row = await tx.fetchrow(fact_sql(kind).moved, list(days))
    assert row is not None  # noqa: S101 - an aggregate has one row
    return {measure: row[measure] for measure in kind.measures if row[measure]}


async def _write_current(tx: Tx, load: Load) -> None:
    sql = fact_sql(load.kind)
    owner = (load.organization_id, load.advertiser_id)
    await tx.execute(sql.delete_gone, *owner)
    await tx.execute(sql.write_current, *owner)
    for statement in sql.rollups:
        await tx.execute(statement, *owner)


def _rebuild_steps(kind: FactType) -> Any:
    tables, rest = fact_sql(kind).rebuild[:2], fact_sql(kind).rebuild[2:]
    return tables, *rest


def _affected(tag: str) -> int:
    return int(tag.rsplit(" ", 1)[1])
