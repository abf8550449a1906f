"""Syncs: started by the plan, by a person, moved by their reports."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.db import Tx
from shared.errors import NotFound
from shared.events import EventData, SyncCompleted, SyncFailed, SyncProgressed, SyncStarted
from shared.ids import new_id

from dsp_ingest.reports import queries as reports
from shared import outbox

from . import queries
from .domain import (
    REPORT_TYPE,
    Advertiser,
    Plan,
    Progress,
    Slice,
    Window,
    local_today,
    plan_full,
    plan_next,
    progress_of,
)


async def plan_one(
    tx: Tx, now: datetime, window: Window, interval_seconds: float, draw: float
) -> UUID | None:
    """Starts the sync of one advertiser that is due; None when none is."""
    advertiser = await queries.claim_due(tx, now)
    if advertiser is None:
        return None
    await _schedule(tx, advertiser, now, interval_seconds, draw)
    full = await queries.full_synced_date(tx, advertiser.advertiser_id, window.history_days)
    plan = plan_next(local_today(advertiser.timezone, now), full, window)
    return await start(tx, advertiser, plan, now)


async def request(
    tx: Tx,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    advertiser_id: UUID,
    now: datetime,
    window: Window,
) -> None:
    """A person wants the whole window now. An open sync is hurried instead of doubled."""
    advertiser = await queries.lock_advertiser(tx, advertiser_id, organization_id, brand_ids)
    if advertiser is None:
        raise NotFound("There is no such advertiser.", code="advertiser_not_found")
    open_sync = await queries.find_open(tx, organization_id, advertiser_id)
    if open_sync is not None:
        await reports.wake_sync(tx, open_sync, now)
        return
    today = local_today(advertiser.timezone, now)
    await start(tx, advertiser, plan_full(today, window), now)


async def start(tx: Tx, advertiser: Advertiser, plan: Plan, now: datetime) -> UUID:
    """A sync and one planned report per slice."""
    sync_id = new_id()
    await queries.insert(tx, sync_id, advertiser, Slice(plan.start, plan.end), now)
    for days in plan.slices:
        await queries.insert_report(tx, new_id(), sync_id, advertiser, days, now)
    started = SyncStarted(
        sync_id=sync_id,
        advertiser_id=advertiser.advertiser_id,
        report_type=REPORT_TYPE,
        start_date=plan.start,
        end_date=plan.end,
        slices_total=len(plan.slices),
    )
    await outbox.add(
        tx, started, organization_id=advertiser.organization_id, brand_id=advertiser.brand_id
    )
    return sync_id


async def _schedule(
    tx: Tx, advertiser: Advertiser, now: datetime, interval_seconds: float, draw: float
) -> None:
    """The next one an interval later, ±10 %, so that an agency's advertisers spread out."""
    pause = timedelta(seconds=interval_seconds * (0.9 + 0.2 * draw))
    await queries.set_next_sync(tx, advertiser.advertiser_id, now + pause)


async def record_move(tx: Tx, sync_id: UUID, now: datetime) -> None:
    """One of its reports went on: tell the progress, or the end."""
    sync = await queries.lock(tx, sync_id)
    if sync["closed_at"] is not None:
        return
    states = await queries.list_report_states(tx, sync_id)
    progress = progress_of([row["state"] for row in states])
    if not progress.finished:
        await queries.set_running(tx, sync_id, now)
        await _emit(tx, sync, _progressed(sync, progress))
    elif all(row["state"] == "landed" for row in states):
        await _complete(tx, sync, states, now)
    else:
        await _fail(tx, sync, states, now)


async def record_well(tx: Tx, sync_id: UUID, now: datetime) -> None:
    """A look without news: what held the sync up is over."""
    sync = await queries.lock(tx, sync_id)
    if sync["closed_at"] is None and (sync["error_code"] or sync["state"] != "running"):
        await record_move(tx, sync_id, now)


async def record_problem(
    tx: Tx, sync_id: UUID, code: str, detail: str, retry_at: datetime, *, paused: bool
) -> None:
    """What holds the sync up. A paused one counts as failed until somebody helps; said once."""
    sync = await queries.lock(tx, sync_id)
    if sync["closed_at"] is not None:
        return
    known = sync["state"] == "failed" and sync["error_code"] == code
    state = "failed" if paused else "running"
    await queries.set_problem(tx, sync_id, state, code, detail, retry_at)
    if paused and not known:
        await _emit(tx, sync, _failed(sync, code, detail, retry_at))


async def abandon(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, code: str, detail: str, now: datetime
) -> None:
    """Ends the open sync of an advertiser nobody reaches any more."""
    sync_id = await queries.find_open(tx, organization_id, advertiser_id)
    if sync_id is None:
        return
    await reports.fail_open(tx, sync_id, code, detail, now)
    sync = await queries.lock(tx, sync_id)
    await queries.close_failed(tx, sync_id, code, detail, None, now)
    await _emit(tx, sync, _failed(sync, code, detail, None))


async def _complete(tx: Tx, sync: Any, states: Sequence[Mapping[str, Any]], now: datetime) -> None:
    rows = sum(row["row_count"] for row in states)
    as_of = min(row["as_of"] for row in states)
    await queries.complete(tx, sync["sync_id"], rows, as_of, now)
    completed = SyncCompleted(
        sync_id=sync["sync_id"], advertiser_id=sync["advertiser_id"], rows=rows, as_of=as_of
    )
    await _emit(tx, sync, completed)


async def _fail(tx: Tx, sync: Any, states: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Ended without every slice; the next planned sync tries again."""
    worst = next(row for row in states if row["state"] != "landed")
    code, detail, retry_at = worst["error_code"], worst["detail"], sync["next_sync_at"]
    await queries.close_failed(tx, sync["sync_id"], code, detail, retry_at, now)
    await _emit(tx, sync, _failed(sync, code, detail, retry_at))


def _progressed(sync: Any, progress: Progress) -> SyncProgressed:
    return SyncProgressed(
        sync_id=sync["sync_id"],
        advertiser_id=sync["advertiser_id"],
        slices_total=progress.slices_total,
        slices_done=progress.slices_done,
        fraction=progress.fraction,
        stage=progress.stage,
    )


def _failed(sync: Any, code: str, detail: str, retry_at: datetime | None) -> SyncFailed:
    return SyncFailed(
        sync_id=sync["sync_id"],
        advertiser_id=sync["advertiser_id"],
        error_code=code,
        detail=detail,
        retry_at=retry_at,
    )


async def _emit(tx: Tx, sync: Any, data: EventData) -> None:
    await outbox.add(tx, data, organization_id=sync["organization_id"], brand_id=sync["brand_id"])
