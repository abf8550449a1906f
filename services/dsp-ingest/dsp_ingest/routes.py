"""HTTP: how the syncs stand, start one, which files were rejected."""

from typing import Annotated

from fastapi import APIRouter, Query
from shared.deps import ActorTx

from .deps import Manager, Reader, ServiceDeps, brands_of, organization_of
from .planning import service as planning
from .reports import queries as reports
from .schemas import Report, ReportList, ReportState, Sync, SyncList, SyncRequest
from .syncs import queries as syncs

router = APIRouter(prefix="/v1/syncs", tags=["syncs"])


@router.get("")
async def list_syncs(actor: Reader, tx: ActorTx) -> SyncList:
    """How each advertiser stands, over all of its report types."""
    whose = (organization_of(actor), brands_of(actor))
    rows = await syncs.list_latest(tx, *whose)
    return SyncList.of(rows, await syncs.list_latest_types(tx, *whose))


@router.post("", status_code=202)
async def start_sync(body: SyncRequest, actor: Manager, tx: ActorTx, deps: ServiceDeps) -> Sync:
    """Start one, or hurry the one under way: asking twice starts nothing twice."""
    whose = (organization_of(actor), brands_of(actor), body.advertiser_id)
    advertiser = await planning.find_advertiser(tx, *whose)
    await planning.request(tx, advertiser, body.report_type, deps.planner, deps.clock())
    [row] = await syncs.list_latest(tx, *whose)
    return Sync.of(row, await syncs.list_latest_types(tx, *whose))


@router.get("/reports")
async def list_reports(
    actor: Reader,
    tx: ActorTx,
    state: ReportState = "rejected",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> ReportList:
    """Report files in a state: rejected ones are broken and were not loaded."""
    rows = await reports.list_in_state(tx, organization_of(actor), brands_of(actor), state, limit)
    return ReportList(items=[Report.of(row) for row in rows])
