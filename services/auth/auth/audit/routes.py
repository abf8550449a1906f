"""`/v1/audit`: read, verify and export the audit log, and how long it is kept."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from shared.deps import ActorTx, require
from shared.internal_tokens import Actor

from auth.deps import DepsOf, OrganizationManager
from auth.scopes import organization_of

from . import queries, streams
from .schemas import (
    AuditVerification,
    EntryFilter,
    EntryList,
    EntryPage,
    Facets,
    RetentionRequest,
    RetentionView,
)
from .service import Viewer, change_retention, names_of_actors, read_page
from .streams import CsvResponse, NdjsonResponse

router = APIRouter(prefix="/v1/audit", tags=["audit"])

Reader = Annotated[Actor, Depends(require("audit:read"))]
WholeReader = Annotated[Actor, Depends(require("audit:read", every_brand=True))]
Wanted = Annotated[EntryFilter, Query()]
Known = Annotated[str | None, Query(pattern=r"^\d{1,18}:[0-9a-f]{64}$")]


@router.get("")
async def list_audit_entries(
    reader: Reader,
    wanted: Annotated[EntryPage, Query()],
    tx: ActorTx,
    deps: DepsOf,
) -> EntryList:
    """Who did or saw what, newest first; callers of some brands see what concerns these."""
    viewer = Viewer(reader.subject, reader.scope)
    page = await read_page(tx, deps.db, viewer, wanted.domain(), wanted.limit)
    return EntryList.of(page, limited=viewer.limited)


@router.get("/facets")
async def list_audit_facets(reader: Reader, tx: ActorTx, deps: DepsOf) -> Facets:
    """Whom and what the newest entries can be filtered by."""
    actors, actions = await queries.facets(tx, reader.scope)
    organization_id = organization_of(reader.scope)
    names = await names_of_actors(deps.db, organization_id, [actor_id for _, actor_id in actors])
    return Facets.of(actors, actions, names)


@router.get(
    "/verification", response_class=NdjsonResponse, responses={200: {"model": AuditVerification}}
)
async def verify_audit_log(
    reader: WholeReader, deps: DepsOf, request: Request, known: Known = None
) -> StreamingResponse:
    """Walks the whole chain: a JSON line each 5,000 entries, the last one with the verdict. `known` is
    a head noted earlier (`sequence:hash`), so that a chain rewritten as a whole is found out too."""
    return await streams.verification(deps.db, reader, known, request)


@router.get("/export.csv", response_class=CsvResponse)
async def export_audit_csv(
    reader: Reader, wanted: Wanted, deps: DepsOf, request: Request
) -> StreamingResponse:
    """The filtered entries as CSV, with what is needed to verify them offline."""
    return await streams.csv(deps.db, reader, wanted.domain(), request)


@router.get("/export.jsonl", response_class=NdjsonResponse)
async def export_audit_jsonl(
    reader: Reader, wanted: Wanted, deps: DepsOf, request: Request
) -> StreamingResponse:
    """The filtered entries as JSON lines, with what is needed to verify them offline."""
    return await streams.json_lines(deps.db, reader, wanted.domain(), request)


@router.get("/retention")
async def show_audit_retention(reader: WholeReader, tx: ActorTx) -> RetentionView:
    """How long entries are kept; `head` is what to note elsewhere."""
    return RetentionView.of(await queries.chain(tx, organization_of(reader.scope)))


@router.put("/retention")
async def change_audit_retention(
    body: RetentionRequest, manager: OrganizationManager, tx: ActorTx
) -> RetentionView:
    """Keep entries for so many days from now on; older ones go within the hour."""
    return RetentionView.of(await change_retention(tx, organization_of(manager.scope), body.days))
