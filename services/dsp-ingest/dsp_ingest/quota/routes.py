"""HTTP: what was asked of Amazon, and what may still be asked."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from shared.deps import ActorTx

from dsp_ingest.deps import Reader, ServiceDeps, brands_of, organization_of
from dsp_ingest.planning.domain import FIRST_TYPE, local
from dsp_ingest.planning.slices import whole_window
from dsp_ingest.report_types import report_type

from . import service
from .schemas import QuotaList

router = APIRouter(prefix="/v1/syncs", tags=["syncs"])
WindowHours = Annotated[int, Query(ge=1, le=90 * 24)]


@router.get("/quota")
async def read_quota(
    actor: Reader, tx: ActorTx, deps: ServiceDeps, window_hours: WindowHours = 24
) -> QuotaList:
    """Requests spent, left and throttled per region, and what a refresh of an advertiser costs."""
    now = deps.clock()
    hour = now.replace(minute=0, second=0, microsecond=0)
    since = hour - timedelta(hours=window_hours - 1)
    slices = len(whole_window(report_type(FIRST_TYPE), local("UTC", now), deps.planner.policy))
    organization_id, brands = organization_of(actor), brands_of(actor)
    told = await service.summary(tx, deps.allowance, organization_id, brands, since, slices)
    return QuotaList.of(since, *told)
