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
from shared.clock import Clock
from shared.db import SYSTEM, Db, Scope, Tx
from shared.errors import AppError, NotFound
from shared.events import MetricsUpdated
from shared.ids import new_id
from shared.objects import ObjectStore

from shared import outbox

from . import queries
from .domain import (
    Load,
    SliceRejected,
    check_days,
    check_range,
    days_to_write,
    next_attempt_at,
    reconcile,
)
from .parquet import Slice, read_slice

log = logging.getLogger(__name__)

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
        async with loader.db.tx(Scope.organization(load.organization_id)) as tx:
            await apply(tx, load, content, loader.clock())
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


async def apply(tx: Tx, load: Load, content: Slice, now: datetime) -> None:
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
    brand_id = await queries.ensure_advertiser(tx, load)
    first = not {day.date for day in known} & set(days)
    changed = await _write(tx, load, content, days, first=first, now=now)
    await queries.finish(tx, load, "loaded", changed, now)
    await _announce(tx, load, days, changed, brand_id)


async def _write(
    tx: Tx, load: Load, content: Slice, days: Sequence[date], *, first: bool, now: datetime
) -> int:
    placements = await asyncio.to_thread(content.placements)
    placement_ids = await queries.number_placements(tx, load, placements)
    rows, sums = await queries.stage(tx, _in_thread(content.records(placement_ids)))
    reconcile(load, rows, sums)
    changed = await queries.write_facts(tx, load, days, first=first)
    await queries.write_days(tx, load, days, now)
    return changed


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
