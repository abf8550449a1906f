"""HTTP edge of loads: which slices could not be loaded, and trying again."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from shared.deps import ActorTx
from shared.errors import Forbidden

from reporting.deps import AppDeps, LoadManager, Reader, Snapshot

from . import service
from .schemas import LoadsOut, LoadState

router = APIRouter(prefix="/v1/metrics/loads", tags=["metrics"])


@router.get("", response_model=LoadsOut)
async def list_loads(
    actor: Reader, tx: Snapshot, state: Annotated[list[LoadState] | None, Query()] = None
) -> dict[str, Any]:
    """The newest 200 loads in the given states; without any: the rejected and parked ones."""
    states = state or ["rejected", "parked"]
    organization_id = _organization(actor.organization_id)
    return {"items": await service.list_loads(tx, organization_id, states, actor.brand_ids)}


@router.post("/{report_id}/retries", status_code=202)
async def retry_load(actor: LoadManager, report_id: UUID, deps: AppDeps, tx: ActorTx) -> None:
    """Have a rejected or parked slice loaded again."""
    organization_id = _organization(actor.organization_id)
    await service.retry_load(tx, organization_id, report_id, actor.brand_ids, deps.clock())


def _organization(organization_id: UUID | None) -> UUID:
    if organization_id is None:
        raise Forbidden("This caller belongs to no organization.", code="no_organization")
    return organization_id
