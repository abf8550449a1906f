"""Syncs: started by the plan or a person, moved by their reports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Tx
from shared.events import EventData, SyncCompleted, SyncFailed, SyncProgressed, SyncStarted
from shared.ids import new_id

from dsp_ingest.planning.slices import Piece
from dsp_ingest.reports import queries as reports
from shared import outbox

from . import queries
from .domain import Advertiser, Progress, progress_of


async def start(
    tx: Tx, advertiser: Advertiser, name: str, pieces: Sequence[Piece], now: datetime
) -> UUID:
    """A sync of a report type and one planned report per piece; all of them urgent, or none."""
    sync_id = new_id()
    await queries.insert(tx, sync_id, advertiser, name, pieces, now)
    for piece in pieces:
        await queries.insert_report(tx, new_id(), sync_id, advertiser, name, piece, now)
    started = SyncStarted(
        sync_id=sync_id,
        advertiser_id=advertiser.advertiser_id,
        report_type=name,
        start_date=min(piece.start for piece in pieces),
        end_date=max(piece.end for piece in pieces),
        slices_total=len(pieces),
    )
    await outbox.add(
        tx, started, organization_id=advertiser.organization_id, brand_id=advertiser.brand_id
    )
    return sync_id


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
    """Ends the open syncs of an advertiser nobody reaches any more."""
    for sync_id in (await queries.list_open(tx, organization_id, advertiser_id)).values():
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
