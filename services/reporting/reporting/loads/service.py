"""Use cases of loads: claim → download and read (no transaction open) → apply whole, or not at all."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import asyncpg
import pyarrow as pa
from shared.clock import Clock
from shared.db import SYSTEM, Db, Scope, Tx
from shared.errors import AppError, NotFound
from shared.events import MetricsUpdated
from shared.ids import new_id
from shared.objects import ObjectStore

from shared import outbox

from . import facts_queries as facts
from . import queries
from .changes import Baseline, Change, change_between
from .domain import (
    DayVersion,
    Load,
    SliceRejected,
    Source,
    check_days,
    check_range,
    days_to_write,
    next_attempt_at,
    reconcile,
)
from .parquet import KEY, PlacementKey, Slice, on_days, placements_of, read_slice, records_of

log = logging.getLogger(__name__)

MAX_BASELINE_FILES = 8
TRANSIENT = (AppError, OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True)
class Loader:
    """What a load needs. `lease` must outlast download and reading (while it is applied, the load's row
    is locked); attempts are counted when claimed, so that one which kills the process counts too."""

    db: Db
    objects: ObjectStore
    clock: Clock
    lease: timedelta
    max_attempts: int
    temp_folder: Path


async def load_next(loader: Loader) -> bool:
    """Load one due slice; False when none is due. A slice that cannot be loaded is postponed, rejected
    or (after `max_attempts`) parked, with its error."""
    now = loader.clock()
    async with loader.db.tx(SYSTEM) as tx:
        for report_id in await queries.park_exhausted(
            tx, now=now, max_attempts=loader.max_attempts
        ):
            log.error("load of report %s is parked", report_id)
        load = await queries.claim(
            tx, token=new_id(), now=now, lease=loader.lease, max_attempts=loader.max_attempts
        )
    if load is None:
        return False
    await _attempt(loader, load)
    return True


async def _attempt(loader: Loader, load: Load) -> None:
    try:
        content = await fetch(loader, load)
        known = await baseline(loader, load)
        async with loader.db.tx(Scope.organization(load.organization_id)) as tx:
            await apply(tx, load, content, known, loader.clock())
    except SliceRejected as error:
        log.error("load of report %s rejected: %s", load.report_id, error.code)
        async with loader.db.tx(Scope.organization(load.organization_id)) as tx:
            await queries.reject(tx, load, error.code, _line(error.detail), loader.clock())
    except TRANSIENT as error:
        await _postpone(loader, load, error)


async def fetch(loader: Loader, load: Load) -> Slice:
    """Download what the claim check names, verify it and read it, in a folder that vanishes."""
    check_range(load)
    with TemporaryDirectory(prefix="leadline-load-", dir=loader.temp_folder) as folder:
        path = Path(folder) / "slice.parquet"
        await loader.objects.download(load.uri, path, sha256=load.sha256)
        content = await asyncio.to_thread(read_slice, path, currency=load.currency)
    check_days(load, content.days)
    reconcile(load, content.rows, content.sums)
    return content


async def baseline(loader: Loader, load: Load) -> Baseline | None:
    """What the facts of the slice's days come from; None when that is nothing, too many files, or a
    file that is no longer to be had: the slice is then carried to Postgres whole."""
    async with loader.db.read(Scope.organization(load.organization_id)) as tx:
        sources = await queries.sources(tx, load)
    if not 0 < len(sources) <= MAX_BASELINE_FILES:
        return None
    try:
        tables = [await _rows_of(loader, source) for source in sources]
    except (SliceRejected, *TRANSIENT) as error:
        log.info("load of report %s goes without a baseline: %s", load.report_id, error)
        return None
    reports = {day: source.report_id for source in sources for day in source.days}
    return Baseline(reports, pa.concat_tables(tables).combine_chunks())


async def _rows_of(loader: Loader, source: Source) -> Any:
    with TemporaryDirectory(prefix="leadline-base-", dir=loader.temp_folder) as folder:
        path = Path(folder) / "slice.parquet"
        await loader.objects.download(source.uri, path, sha256=source.sha256)
        before = await asyncio.to_thread(read_slice, path, currency=source.currency)
    return on_days(before.table, source.days)


async def apply(
    tx: Tx, load: Load, content: Slice, known_from: Baseline | None, now: datetime
) -> None:
    """Make the facts of the slice's days equal to the file, where no newer report has been.

    Raises SliceRejected; nothing is written then. A lost lease means another worker has the load.
    """
    await queries.lock_advertiser(tx, load)
    if not await queries.hold(tx, load):
        return
    known = await queries.known_days(tx, load)
    days = days_to_write(load, known)
    if not days:
        await queries.finish(tx, load, "superseded", 0, now)
        return
    brand_id = await facts.ensure_advertiser(tx, load)
    changed = await _write(tx, load, content, days, known, known_from)
    await facts.write_days(tx, load, days, content.day_totals(days), now)
    await queries.finish(tx, load, "loaded", changed, now)
    await _announce(tx, load, days, changed, brand_id)


async def _write(
    tx: Tx,
    load: Load,
    content: Slice,
    days: Sequence[date],
    known: Sequence[DayVersion],
    known_from: Baseline | None,
) -> int:
    """Only what differs where the files tell, else the whole slice; returns the rows that changed."""
    loaded = {day.date: day.report_id for day in known if day.date in set(days)}
    if known_from is not None and all(known_from.reports.get(d) == r for d, r in loaded.items()):
        before = on_days(known_from.table, list(loaded))
        after = on_days(content.table, days)
        change = await asyncio.to_thread(change_between, before, after)
        if change is not None:
            return await _write_change(tx, load, change, days)
    return await _write_whole(tx, load, content, days, first=not loaded)


async def _write_whole(
    tx: Tx, load: Load, content: Slice, days: Sequence[date], *, first: bool
) -> int:
    placement_ids = await _numbered(tx, load, content.table)
    rows, sums = await facts.stage(tx, _in_thread(records_of(content.table, placement_ids)))
    reconcile(load, rows, sums)
    return await facts.write_facts(tx, load, days, first=first)


async def _write_change(tx: Tx, load: Load, change: Change, days: Sequence[date]) -> int:
    """The difference of two files. That it finds the facts as the old file says is checked by count."""
    changed = 0
    if change.written.num_rows:
        placement_ids = await _numbered(tx, load, change.written)
        await facts.stage(tx, _in_thread(records_of(change.written, placement_ids)))
        changed = await facts.write_changed(tx, load, days)
    if change.removed.num_rows:
        placement_ids = await _numbered(tx, load, change.removed)
        gone = zip(*(change.removed[name].to_pylist() for name in KEY), strict=True)
        numbers = [placement_ids[key] for key in gone]
        dates = change.removed["date"].to_pylist()
        if await facts.remove_rows(tx, load, dates, numbers) != len(dates):
            raise ValueError("the facts are not what their file says")
        changed += len(dates)
    return changed


async def _numbered(tx: Tx, load: Load, table: Any) -> dict[PlacementKey, int]:
    placements = await asyncio.to_thread(placements_of, table)
    return await facts.number_placements(tx, load, placements)


async def _in_thread(
    batches: Iterator[list[tuple[Any, ...]]],
) -> AsyncIterator[list[tuple[Any, ...]]]:
    """The batches, each made in a thread: sorting and decoding must not hold up requests."""
    while (batch := await asyncio.to_thread(next, batches, None)) is not None:
        yield batch


async def _announce(
    tx: Tx, load: Load, days: Sequence[date], changed: int, brand_id: UUID | None
) -> None:
    updated = MetricsUpdated(
        advertiser_id=load.advertiser_id,
        report_id=load.report_id,
        start_date=days[0],
        end_date=days[-1],
        rows_changed=changed,
        as_of=load.as_of,
    )
    await outbox.add(tx, updated, organization_id=load.organization_id, brand_id=brand_id)


async def _postpone(loader: Loader, load: Load, error: Exception) -> None:
    code = error.code if isinstance(error, AppError) else type(error).__name__
    detail = error.detail if isinstance(error, AppError) else str(error)
    now = loader.clock()
    until = next_attempt_at(now, load.attempts)
    log.warning("load of report %s failed (%s), again at %s", load.report_id, code, until)
    async with loader.db.tx(Scope.organization(load.organization_id)) as tx:
        await queries.postpone(tx, load, code, _line(detail), until=until, now=now)


async def list_loads(
    tx: Tx, organization_id: UUID, states: Sequence[str], brand_ids: frozenset[UUID] | None
) -> list[dict[str, Any]]:
    """The newest loads in `states`, at most 200."""
    brands = None if brand_ids is None else list(brand_ids)
    rows = await queries.list_in_states(tx, organization_id, states, brands, 200)
    return [dict(row) for row in rows]


async def retry_load(
    tx: Tx, organization_id: UUID, report_id: UUID, brand_ids: frozenset[UUID] | None, now: datetime
) -> None:
    """Have a rejected or parked load tried again; raises NotFound."""
    brands = None if brand_ids is None else list(brand_ids)
    if not await queries.retry(tx, organization_id, report_id, brands, now):
        raise NotFound("There is no rejected or parked load of this report.", code="load_not_found")


def _line(detail: str) -> str:
    """One storable line: no NUL, at most 500 characters."""
    return " ".join(detail.replace("\x00", "").split())[:500]
