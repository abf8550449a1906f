"""`/v1/connections`."""

from dataclasses import asdict
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from shared.deps import ActorTx, CurrentActor

from auth.deps import ConnectionManager, ConnectionOpener, ConnectionReader, DepsOf, SignedInUser
from auth.discoveries.service import request_discovery

from . import queries
from .consent import Opener
from .domain import Answer, Visitor
from .schemas import ConnectionList, ConnectionView, ConnectRequest, OpenedConsentView
from .service import show_connection

router = APIRouter(prefix="/v1/connections", tags=["connections"])
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@router.get("")
async def list_connections(reader: ConnectionReader, tx: ActorTx) -> ConnectionList:
    """The connections the caller may see, oldest first."""
    found = await queries.list_visible(tx, reader.scope)
    return ConnectionList(items=[ConnectionView.of(connection) for connection in found])


@router.post("", status_code=201)
async def connect(
    body: ConnectRequest,
    _opener: ConnectionOpener,
    user: SignedInUser,
    tx: ActorTx,
    deps: DepsOf,
) -> OpenedConsentView:
    """Begin a consent at Amazon."""
    opener = Opener(user.id, user.organization_id, user.session_id)
    opened = await deps.consents.start(tx, opener, body.region, body.label, deps.clock())
    return OpenedConsentView.model_validate(asdict(opened))


@router.get("/callback", status_code=303, response_class=RedirectResponse)
async def receive_consent(
    actor: CurrentActor, deps: DepsOf, state: str = "", code: str = "", error: str = ""
) -> RedirectResponse:
    """Where Amazon sends the browser back; always on to the dashboard, with the outcome."""
    visitor = Visitor(actor.organization_id, actor.session_id, actor.permissions)
    landing = await deps.consents.receive(Answer(state, code, error), visitor, deps.clock())
    where = landing.location(deps.settings.web_root)
    return RedirectResponse(where, status_code=303, headers=_PRIVATE)


@router.get("/{connection_id}")
async def get_connection(
    connection_id: UUID, reader: ConnectionReader, tx: ActorTx
) -> ConnectionView:
    """One connection."""
    return ConnectionView.of(await show_connection(tx, reader.scope, connection_id))


@router.post("/{connection_id}/discoveries", status_code=202)
async def discover(
    connection_id: UUID, manager: ConnectionManager, tx: ActorTx, deps: DepsOf
) -> ConnectionView:
    """Look again at what the connection can see; joins a look that is under way."""
    connection = await show_connection(tx, manager.scope, connection_id)
    await request_discovery(tx, manager.scope, connection, deps.clock())
    return ConnectionView.of(await show_connection(tx, manager.scope, connection_id))
