"""Use cases of loads: claim → download and read (no transaction open) → apply whole, or not at all."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import asyncpg
import pyarrow as pa
from shared.clock import Clock
from shared.db import SYSTEM, Db, Scope, Tx
from shared.errors import AppError, NotFound
from shared.ids import new_id
from shared.objects import ObjectStore

from . import facts_queries as facts
from . import queries
from .applying import apply
from .changes import Baseline
from .domain import Load, SliceRejected, Source, check_days, check_range, next_attempt_at, reconcile
from .parquet import Slice, on_days, read_slice

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
            await facts.add_months(tx, load)
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
        content = await asyncio.to_thread(_read, path, load, load.currency)
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
        tables = [await _rows_of(loader, load, source) for source in sources]
    except (SliceRejected, *TRANSIENT) as error:
        log.info("load of report %s goes without a baseline: %s", load.report_id, error)
        return None
    reports = {day: source.report_id for source in sources for day in source.days}
    return Baseline(reports, pa.concat_tables(tables).combine_chunks())


async def _rows_of(loader: Loader, load: Load, source: Source) -> Any:
    with TemporaryDirectory(prefix="leadline-base-", dir=loader.temp_folder) as folder:
        path = Path(folder) / "slice.parquet"
        await loader.objects.download(source.uri, path, sha256=source.sha256)
        before = await asyncio.to_thread(_read, path, load, source.currency)
    return on_days(before.table, source.days)


def _read(path: Path, load: Load, currency: str) -> Slice:
    return read_slice(path, load.kind, currency=currency, last_day=load.end_date)


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
