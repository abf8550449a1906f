"""HTTP: what is wanted of an advertiser, and backfills."""

from uuid import UUID

from fastapi import APIRouter
from shared.deps import ActorTx

from dsp_ingest.deps import Manager, Reader, ServiceDeps, brands_of, organization_of

from . import backfill_service, service
from .schemas import (
    BackfillChange,
    BackfillList,
    BackfillRequest,
    BackfillView,
    SyncPlan,
)

router = APIRouter(prefix="/v1/syncs", tags=["syncs"])


@router.get("/plan")
async def read_plan(advertiser_id: UUID, actor: Reader, tx: ActorTx, deps: ServiceDeps) -> SyncPlan:
    """What is wanted of an advertiser per report type: days, why, from when on, and what is there."""
    whose = (organization_of(actor), brands_of(actor), advertiser_id)
    return SyncPlan.of(await service.plan_of(tx, *whose, deps.planner, deps.clock()))


@router.get("/backfills")
async def list_backfills(actor: Reader, tx: ActorTx, deps: ServiceDeps) -> BackfillList:
    """The newest first."""
    whose = (organization_of(actor), brands_of(actor))
    seen = await backfill_service.views(tx, *whose, deps.planner, deps.clock())
    return BackfillList(items=[BackfillView.of(one) for one in seen])


@router.post("/backfills", status_code=202)
async def start_backfill(
    body: BackfillRequest, actor: Manager, tx: ActorTx, deps: ServiceDeps
) -> BackfillView:
    """Pull history: every missing day since `from_date`, as far as Amazon gives it."""
    whose, now = (organization_of(actor), brands_of(actor)), deps.clock()
    target = (*whose, body.advertiser_id)
    backfill_id = await backfill_service.order(
        tx, target, body.report_types, body.from_date, deps.planner, now
    )
    return BackfillView.of(await backfill_service.view(tx, *whose, deps.planner, now, backfill_id))


@router.patch("/backfills/{backfill_id}")
async def change_backfill(
    backfill_id: UUID, body: BackfillChange, actor: Manager, tx: ActorTx, deps: ServiceDeps
) -> BackfillView:
    """Pause it, or resume it."""
    whose, now = (organization_of(actor), brands_of(actor)), deps.clock()
    await backfill_service.change(tx, *whose, backfill_id, body.state, now)
    return BackfillView.of(await backfill_service.view(tx, *whose, deps.planner, now, backfill_id))


@router.delete("/backfills/{backfill_id}", status_code=204)
async def cancel_backfill(
    backfill_id: UUID, actor: Manager, tx: ActorTx, deps: ServiceDeps
) -> None:
    """End it. What landed stays."""
    whose = (organization_of(actor), brands_of(actor))
    await backfill_service.change(tx, *whose, backfill_id, "cancelled", deps.clock())
