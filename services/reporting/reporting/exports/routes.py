"""HTTP edge of exports: direct streams, jobs, files and links."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from shared.db import Scope
from shared.deps import ActorTx, CurrentActor
from shared.idempotency import IdempotentRoute, Once

from reporting.deps import AppDeps, Exporter, Snapshot
from reporting.metrics.domain import plan
from reporting.metrics.schemas import QueryIn

from . import service
from .downloads import served
from .schemas import ExportDetailOut, ExportIn, ExportsOut, LinkIn, NewLinkOut
from .streams import streamed

streams = APIRouter(prefix="/v1/metrics", tags=["exports"])
router = APIRouter(prefix="/v1/exports", tags=["exports"], route_class=IdempotentRoute)
Limit = Annotated[int, Query(ge=1, le=200)]
Token = Annotated[str, Query(min_length=1, max_length=300)]


@streams.post("/query.csv", response_class=StreamingResponse)
async def export_metrics(
    actor: Exporter, body: QueryIn, deps: AppDeps, request: Request, *, bom: bool = False
) -> StreamingResponse:
    """The same rows in the same order as CSV, all of them (the limit does not apply)."""
    return await streamed(deps, actor, plan(body.question()), request, "csv", bom=bom)


@streams.post("/query.xlsx", response_class=StreamingResponse)
async def export_metrics_xlsx(
    actor: Exporter, body: QueryIn, deps: AppDeps, request: Request
) -> StreamingResponse:
    """The same as a workbook: typed cells, and a sheet that tells age, gaps and sums."""
    return await streamed(deps, actor, plan(body.question()), request, "xlsx")


@streams.post("/query.parquet", response_class=StreamingResponse)
async def export_metrics_parquet(
    actor: Exporter, body: QueryIn, deps: AppDeps, request: Request
) -> StreamingResponse:
    """The same as Parquet: exact decimals, and the manifest in the footer."""
    return await streamed(deps, actor, plan(body.question()), request, "parquet")


@router.post("", response_model=ExportDetailOut, status_code=202)
async def request_export(
    actor: Exporter, body: ExportIn, tx: ActorTx, deps: AppDeps, _once: Once
) -> dict[str, Any]:
    """Have a file written in the background; `export.ready` tells when it can be had."""
    plan(body.query.question())
    question = body.query.model_dump(mode="json")
    asker = service.Asker.of(actor)
    return await service.request(tx, asker, body.format, question, bom=body.bom, now=deps.clock())


@router.get("", response_model=ExportsOut)
async def list_exports(
    actor: Exporter, tx: Snapshot, deps: AppDeps, cursor: UUID | None = None, limit: Limit = 50
) -> dict[str, Any]:
    """The newest first: one's own; everybody's for who sees every brand."""
    return await service.listed(tx, service.Asker.of(actor), deps.clock(), cursor, limit)


@router.get("/download", response_class=StreamingResponse)
async def download_by_link(
    token: Token, deps: AppDeps, request: Request, _actor: CurrentActor
) -> Response:
    """The file behind a link. Needs no session; ranges are honoured."""
    now = deps.clock()
    organization_id, link_id = deps.link_key.read(token, now)
    async with deps.db.tx(Scope.organization(organization_id)) as tx:
        stored = await service.follow(tx, organization_id, link_id, now)
    return await served(deps.objects, request, stored)


@router.get("/{export_id}", response_model=ExportDetailOut)
async def read_export(
    actor: Exporter, export_id: UUID, tx: Snapshot, deps: AppDeps
) -> dict[str, Any]:
    """Progress, manifest and links of one."""
    return await service.read(tx, service.Asker.of(actor), export_id, deps.clock())


@router.get("/{export_id}/file", response_class=StreamingResponse)
async def download_export(
    actor: Exporter, export_id: UUID, tx: Snapshot, deps: AppDeps, request: Request
) -> Response:
    """The file; a broken download goes on with `Range`, and `If-Range` with the ETag."""
    stored = await service.file(tx, service.Asker.of(actor), export_id)
    return await served(deps.objects, request, stored)


@router.post("/{export_id}/cancellation", status_code=204)
async def cancel_export(actor: Exporter, export_id: UUID, tx: ActorTx, deps: AppDeps) -> None:
    """Stop writing it."""
    await service.cancel(tx, service.Asker.of(actor), export_id, deps.clock())


@router.delete("/{export_id}", status_code=204)
async def revoke_export(actor: Exporter, export_id: UUID, tx: ActorTx, deps: AppDeps) -> None:
    """Take the file and its links away for good."""
    await service.revoke(tx, service.Asker.of(actor), export_id, deps.clock())


@router.post("/{export_id}/links", response_model=NewLinkOut, status_code=201)
async def add_export_link(
    actor: Exporter, export_id: UUID, body: LinkIn, tx: ActorTx, deps: AppDeps
) -> dict[str, Any]:
    """A link to the file for who has no account; it ends by itself and can be revoked."""
    asker = service.Asker.of(actor)
    return await service.add_link(tx, asker, export_id, body.hours, deps.link_key, deps.clock())


@router.delete("/{export_id}/links/{link_id}", status_code=204)
async def revoke_export_link(
    actor: Exporter, export_id: UUID, link_id: UUID, tx: ActorTx, deps: AppDeps
) -> None:
    """From here on the link leads nowhere."""
    await service.end_link(tx, service.Asker.of(actor), export_id, link_id, deps.clock())
