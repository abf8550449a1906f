"""A slice that was read becomes facts, in one transaction: stage → diff → history → current → roll-ups →
versions and freshness → event. Nothing is written when any step refuses."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.db import Tx
from shared.events import MetricsRestated, MetricsUpdated

from reporting.maturity.domain import AMAZON_WINDOWS, maturities
from shared import outbox

from . import facts_queries as facts
from . import queries
from .changes import Baseline, change_between
from .domain import Days, DayVersion, Load, place_days
from .facts_queries import DayRow
from .keys_queries import ensure_advertiser, name_entities, number_keys
from .parquet import Key, Slice, keys_of, names_of, on_days, records_of


async def apply(
    tx: Tx, load: Load, content: Slice, known_from: Baseline | None, now: datetime
) -> None:
    """Make the facts of the slice's days equal to the file where no newer report has been, and what was
    known before, or since, equal to what each report said.

    Raises SliceRejected; nothing is written then. A lost lease means another worker has the load.
    """
    await queries.lock_advertiser(tx, load)
    if not await queries.hold(tx, load):
        return
    known = await queries.known_versions(tx, load)
    settled = await queries.settled_days(tx, load)
    days = place_days(load, known)
    brand_id, zone = await ensure_advertiser(tx, load)
    told = day_rows(load, content, zone)
    await facts.write_versions(tx, load, told, now)
    await facts.open_stage(tx, load.kind)
    changed = await _write(tx, load, content, days, known, known_from)
    restated = await facts.moved(tx, load.kind, settled) if changed and settled else {}
    await facts.write_days(tx, load, days.newest, told)
    await queries.finish(tx, load, "loaded" if days.newest else "superseded", changed, now)
    await _announce(tx, load, changed, brand_id)
    if restated:
        await _announce_restated(tx, load, settled, restated, brand_id)


def day_rows(load: Load, content: Slice, zone: str) -> list[DayRow]:
    """What the slice says of each of its days, also those without a row."""
    sums = content.day_totals(load.days)
    totals: dict[date, dict[str, dict[str, int]]] = {day: {} for day in load.days}
    rows = dict.fromkeys(load.days, 0)
    for n, (day, currency) in enumerate(zip(sums["date"], sums["currency"], strict=True)):
        totals[day][currency] = {measure: sums[measure][n] for measure in load.kind.measures}
        rows[day] += sums["rows"][n]
    ripeness = maturities(load.days, load.as_of, zone, AMAZON_WINDOWS)
    return [
        DayRow(day, rows[day], *ripe, totals[day])
        for day, ripe in zip(load.days, ripeness, strict=True)
    ]


async def _write(
    tx: Tx,
    load: Load,
    content: Slice,
    days: Days,
    known: Sequence[DayVersion],
    known_from: Baseline | None,
) -> int:
    """Days with newer reports first, as they need `changed` for themselves; returns the current rows that
    changed, and leaves those of `days.ahead` in `changed`."""
    changed = 0
    if days.behind:
        await _stage_whole(tx, load, on_days(content.table, days.behind))
        changed = await facts.rewrite_past(tx, load, days.behind)
    if days.behind and days.ahead:
        await facts.clear_stage(tx)
    if days.ahead:
        changed += await _write_ahead(tx, load, content, days, known, known_from)
    return changed


async def _write_ahead(
    tx: Tx,
    load: Load,
    content: Slice,
    days: Days,
    known: Sequence[DayVersion],
    known_from: Baseline | None,
) -> int:
    """Only what differs where the files tell, else the whole slice."""
    after = on_days(content.table, days.ahead)
    if not days.known:
        await _stage_whole(tx, load, after)
        return await facts.write_first(tx, load, days.ahead)
    if known_from is not None and _owners(known, days.known).items() <= known_from.reports.items():
        before = on_days(known_from.table, days.known)
        change = await asyncio.to_thread(change_between, load.kind, before, after)
        await _stage_whole(tx, load, change.written)
        if change.removed.num_rows:
            await facts.stage_gone(tx, load.kind, await _records(tx, load, change.removed))
        return await facts.write_changed(tx, load, days.ahead, whole=False)
    await _stage_whole(tx, load, after)
    return await facts.write_changed(tx, load, days.ahead, whole=True)


def _owners(known: Sequence[DayVersion], days: Sequence[date]) -> dict[date, UUID]:
    """The newest report of each day."""
    wanted = set(days)
    ordered = sorted(known, key=lambda version: (version.as_of, version.report_id))
    return {version.date: version.report_id for version in ordered if version.date in wanted}


async def _stage_whole(tx: Tx, load: Load, table: Any) -> None:
    """Raises ValueError when the database took another number of rows than were sent."""
    if not table.num_rows:
        return
    await name_entities(tx, load, names_of(load.kind, table))
    if await facts.stage(tx, load.kind, await _records(tx, load, table)) != table.num_rows:
        raise ValueError("not every row of the slice was staged")


async def _records(tx: Tx, load: Load, table: Any) -> AsyncIterator[list[tuple[Any, ...]]]:
    keys = await asyncio.to_thread(keys_of, load.kind, table)
    key_ids: dict[Key, int] = await number_keys(tx, load, keys)
    return _in_thread(records_of(load.kind, table, key_ids))


async def _in_thread(
    batches: Iterator[list[tuple[Any, ...]]],
) -> AsyncIterator[list[tuple[Any, ...]]]:
    """The batches, each made in a thread: sorting and decoding must not hold up requests."""
    while (batch := await asyncio.to_thread(next, batches, None)) is not None:
        yield batch


async def _announce(tx: Tx, load: Load, changed: int, brand_id: UUID | None) -> None:
    updated = MetricsUpdated(
        advertiser_id=load.advertiser_id,
        report_id=load.report_id,
        report_type=load.kind.report_type,
        start_date=load.days[0],
        end_date=load.days[-1],
        rows_changed=changed,
        as_of=load.as_of,
    )
    await outbox.add(tx, updated, organization_id=load.organization_id, brand_id=brand_id)


async def _announce_restated(
    tx: Tx, load: Load, days: Sequence[date], moved: dict[str, int], brand_id: UUID | None
) -> None:
    restated = MetricsRestated(
        advertiser_id=load.advertiser_id,
        report_id=load.report_id,
        report_type=load.kind.report_type,
        start_date=min(days),
        end_date=max(days),
        moved=moved,
        as_of=load.as_of,
    )
    await outbox.add(tx, restated, organization_id=load.organization_id, brand_id=brand_id)
