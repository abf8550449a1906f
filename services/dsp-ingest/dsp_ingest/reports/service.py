"""A report's work: claim it, do the one thing its state asks for, record what came of it."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from amazon_ads import errors, reporting
from shared.db import Tx
from shared.errors import AppError
from shared.events import ReportLanded, ReportRejected
from shared.ids import new_id

from dsp_ingest.advertisers import queries as advertisers
from dsp_ingest.planning import queries as planning
from dsp_ingest.planning.lanes import LANES, order_of
from dsp_ingest.quota.spending import Cause
from dsp_ingest.syncs import service as syncs
from shared import outbox

from . import problems, queries
from .clients import Amazon, Target, Warehouse, normalise_file, request_of
from .domain import (
    File,
    Kind,
    Limits,
    Observed,
    Problem,
    Report,
    Requested,
    Result,
    advance,
    is_stuck,
    rejects,
)
from .drift import tell

_STATUSES = ("PENDING", "PROCESSING", "COMPLETED")


@dataclass(frozen=True, slots=True)
class Work:
    """A leased report. Without a `target` nobody can reach its advertiser: `hindrance` says why."""

    report: Report
    lease_token: UUID
    brand_id: UUID | None
    target: Target | None
    hindrance: Problem | None

    @property
    def cause(self) -> Cause | None:
        """What its requests are for; None where none can be made."""
        if self.target is None:
            return None
        report, region = self.report, self.target.region
        return Cause(report.organization_id, self.brand_id, region, report.report_type, "sync")


@dataclass(frozen=True, slots=True)
class Tools:
    """What work needs of the outside."""

    amazon: Amazon
    warehouse: Warehouse
    limits: Limits
    scratch: Path
    clock: Callable[[], datetime]


async def claim(tx: Tx, now: datetime, lease_seconds: float) -> Work | None:
    """Leases the next due report; None when nothing is due."""
    lease_token, until = new_id(), now + timedelta(seconds=lease_seconds)
    row = await _claim_row(tx, now, lease_token, until)
    if row is None:
        return None
    report = _report(row)
    sources = await queries.list_sources(tx, report.advertiser_id, report.connection_id)
    usable = next((s for s in sources if is_usable(s)), None)
    target = None if usable is None else _target(report, row, usable)
    hindrance = None if target else hindrance_of(sources)
    return Work(report, lease_token, row["brand_id"], target, hindrance)


async def _claim_row(tx: Tx, now: datetime, lease_token: UUID, until: datetime) -> Any | None:
    """Of the lane whose turn it is, of the brand whose turn was longest ago."""
    waiting = await planning.waiting_lanes(tx, LANES, now)
    if not waiting:
        return None
    turn = await planning.next_turn(tx)
    for lane in order_of(turn, waiting):
        row = await queries.claim_due(tx, lane, now, lease_token, until)
        if row is not None:
            brand = row["brand_id"] or row["advertiser_id"]
            await planning.take_turn(tx, row["organization_id"], brand, lane, turn)
            return row
    return None


def _target(report: Report, row: Any, source: Any) -> Target:
    return Target(
        report.organization_id,
        row["amazon_advertiser_id"],
        row["currency"],
        source["connection_id"],
        source["region"],
    )


def is_usable(source: Any) -> bool:
    """Whether calls can go through this connection, as far as is known."""
    return source["consent"] == "active" and source["credential"] == "healthy"


def hindrance_of(sources: list[Any]) -> Problem:
    """Why none of the connections that reach an advertiser is usable."""
    if any(source["consent"] == "active" for source in sources):
        detail = "The connection's consent must be given again at Amazon, or it is suspended here."
        return Problem("paused", "reauth_required", detail)
    return Problem("paused", "no_connection", "No connection reaches this advertiser.")


def _report(row: Any) -> Report:
    values: dict[str, Any] = {field.name: row[field.name] for field in fields(Report)}
    values["abandoned_report_ids"] = tuple(row["abandoned_report_ids"])
    return Report(**values)


async def perform(work: Work, tools: Tools) -> Result:
    """One step outside any transaction; every failure comes back as a Problem."""
    if work.target is None:
        return work.hindrance or hindrance_of([])
    try:
        return await _step(work.report, work.target, tools)
    except errors.AmazonError as error:
        return problems.of_amazon(error)
    except AppError as error:
        return problems.of_service(error)


async def _step(report: Report, target: Target, tools: Tools) -> Result:
    if report.amazon_report_id is None:
        return await _create(report, target, tools)
    if report.state == "downloading":
        return await _fetch(report, target, report.amazon_report_id, tools)
    return await _poll(report, target, report.amazon_report_id, tools)


async def _create(report: Report, target: Target, tools: Tools) -> Result:
    try:
        return Requested(await tools.amazon.create(target, report), adopted=False)
    except errors.DuplicateReport as duplicate:
        return await _adopt(report, target, duplicate.report_id, tools)


async def _adopt(report: Report, target: Target, amazon_report_id: str, tools: Tools) -> Result:
    """Takes over an equal report, whoever asked for it, if it really is equal."""
    found = await tools.amazon.look(target, amazon_report_id)
    if not found.matches(request_of(report, target)):
        detail = f"Amazon calls report {amazon_report_id} equal, but it holds something else."
        return Problem("mismatch", "duplicate_mismatch", detail)
    if amazon_report_id in report.abandoned_report_ids and found.status != "COMPLETED":
        detail = f"Amazon insists on report {amazon_report_id}, which was given up before."
        return Problem("mismatch", "duplicate_abandoned", detail)
    return Requested(amazon_report_id, adopted=True)


async def _poll(report: Report, target: Target, amazon_report_id: str, tools: Tools) -> Result:
    found = await _look(target, amazon_report_id, tools)
    if isinstance(found, Problem):
        return found
    if is_stuck(report, found.status, tools.clock(), tools.limits):
        await tools.amazon.delete(target, amazon_report_id)
        detail = f"Amazon has not generated report {amazon_report_id} in time."
        return Problem("stuck", "report_stuck", detail)
    return _observed(found)


async def _look(target: Target, amazon_report_id: str, tools: Tools) -> reporting.Report | Problem:
    try:
        found = await tools.amazon.look(target, amazon_report_id)
    except errors.NotFound as error:
        return Problem("gone", "report_gone", error.detail)
    if found.report_id != amazon_report_id:
        raise errors.MalformedResponse("Amazon answered about another report")
    if found.status == "FAILED":
        return Problem("failed", "report_failed", found.failure_reason or "Amazon gave no reason.")
    return found


def _observed(found: reporting.Report) -> Observed:
    if found.status not in _STATUSES:
        raise errors.MalformedResponse(f"unknown report status {found.status[:40]!r}")
    return Observed(found.status)  # pyright: ignore[reportArgumentType]


async def _fetch(report: Report, target: Target, amazon_report_id: str, tools: Tools) -> Result:
    """Download, normalise, land. A fresh look gives a fresh address each time."""
    found = await _look(target, amazon_report_id, tools)
    if isinstance(found, Problem):
        return found
    if found.status != "COMPLETED":
        return _observed(found)
    as_of = found.generated_at or found.created_at or report.requested_at
    with tempfile.TemporaryDirectory(dir=tools.scratch) as folder:
        path = Path(folder) / "report.gz"
        await tools.amazon.download(target, found, path)
        try:
            normalised = await normalise_file(path, report, target)
        except errors.FileError as error:
            return await _broken(report, error, path, tools)
        now = tools.clock()
        return await tools.warehouse.land(report, normalised, path, as_of or now, now)


async def _broken(report: Report, error: errors.FileError, path: Path, tools: Tools) -> Problem:
    """A file that cannot be used; the last try's is kept."""
    kind: Kind = "truncated" if isinstance(error, errors.FileTruncated) else "broken"
    uri = None
    if rejects(report, kind, tools.limits):
        uri = await tools.warehouse.keep_raw(report, path)
    return Problem(kind, error.code, error.detail, raw_uri=uri)


async def apply(
    tx: Tx, work: Work, result: Result, now: datetime, draw: float, limits: Limits
) -> bool:
    """Records what came of the work, with its events; False when the lease was lost meanwhile."""
    before = work.report
    used = work.target.connection_id if work.target else None
    if isinstance(result, Problem) and result.kind in ("denied", "paused") and used:
        await advertisers.mark_refused(tx, before.advertiser_id, used, now)
        if result.kind == "paused":
            result = await _hand_over(tx, before, used, result)
    after = advance(before, result, now, draw, limits)
    if not await queries.save(tx, after, work.lease_token, used, now):
        return False
    if isinstance(result, File):
        await queries.save_file(tx, after.report_id, result, now)
        await _cover(tx, after, result)
        tell(after, result.drift)
        await _emit(tx, work, _landed(after, result, now))
    if after.state == "rejected":
        await _emit(tx, work, _rejected(after))
    await _tell_sync(tx, before, after, result, now)
    return True


async def _cover(tx: Tx, report: Report, file: File) -> None:
    """From this transaction on the plan counts with the landed days."""
    await planning.cover_days(
        tx,
        report.organization_id,
        report.advertiser_id,
        report.report_type,
        (report.start_date, report.end_date),
        file.as_of,
        report.report_id,
    )


async def _hand_over(tx: Tx, report: Report, used: UUID, problem: Problem) -> Problem:
    """A consent that ended stops nothing while another connection has not been refused: it is known
    here, by the answer of token-refresher, before any event tells."""
    for source in await queries.list_sources(tx, report.advertiser_id, None):
        if source["connection_id"] != used and is_usable(source) and source["refused_at"] is None:
            detail = "The connection's consent ended; another connection goes on."
            return Problem("waiting", "handed_over", detail, 0.1)
    return problem


async def _tell_sync(tx: Tx, before: Report, after: Report, result: Result, now: datetime) -> None:
    if isinstance(result, Problem) and after.state not in ("rejected", "failed"):
        paused = result.kind == "paused"
        await syncs.record_problem(
            tx, after.sync_id, result.code, result.detail, after.next_attempt_at, paused=paused
        )
    elif before.state != after.state:
        await syncs.record_move(tx, after.sync_id, now)
    else:
        await syncs.record_well(tx, after.sync_id, now)


async def _emit(tx: Tx, work: Work, data: ReportLanded | ReportRejected) -> None:
    organization_id = work.report.organization_id
    await outbox.add(tx, data, organization_id=organization_id, brand_id=work.brand_id)


def _landed(report: Report, file: File, now: datetime) -> ReportLanded:
    return ReportLanded(
        report_id=report.report_id,
        sync_id=report.sync_id,
        advertiser_id=report.advertiser_id,
        amazon_report_id=report.amazon_report_id or "",
        report_type=report.report_type,
        start_date=report.start_date,
        end_date=report.end_date,
        uri=file.uri,
        sha256=file.sha256,
        bytes=file.byte_count,
        rows=file.row_count,
        totals=file.totals,
        currency=file.currency,
        as_of=file.as_of,
        landed_at=now,
    )


def _rejected(report: Report) -> ReportRejected:
    return ReportRejected(
        report_id=report.report_id,
        advertiser_id=report.advertiser_id,
        amazon_report_id=report.amazon_report_id or "",
        report_type=report.report_type,
        start_date=report.start_date,
        end_date=report.end_date,
        error_code=report.error_code or "",
        detail=report.detail or "",
    )
