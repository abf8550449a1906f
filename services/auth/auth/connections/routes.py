"""`/v1/connections`."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header
from fastapi.responses import RedirectResponse
from shared.deps import ActorTx, CurrentActor

from auth.deps import (
    ConnectionManager,
    ConnectionOpener,
    ConnectionReader,
    Deps,
    DepsOf,
    SignedInUser,
)
from auth.discoveries.service import request_discovery
from auth.scopes import organization_of
from shared import audit

from . import queries
from .consent import Opener
from .disconnection import disconnect, plan_disconnection
from .domain import Answer, Visitor
from .queries import Connection
from .schemas import (
    ConnectionList,
    ConnectionView,
    ConnectRequest,
    DisconnectionView,
    OpenedConsentView,
    RenameRequest,
    ReplacementDecision,
)
from .service import open_connection, rename, show_connection

router = APIRouter(prefix="/v1/connections", tags=["connections"])
ConsentBrowser = Annotated[str, Header(max_length=128)]
"""What the gateway passes on of a magic link's cookie."""
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@router.get("")
async def list_connections(reader: ConnectionReader, tx: ActorTx, deps: DepsOf) -> ConnectionList:
    """The connections the caller may see, oldest first."""
    found = await queries.list_visible(tx, reader.scope)
    return ConnectionList(items=[_view(connection, deps) for connection in found])


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
    audit.note(tx, target=("connection", opened.connection_id), region=body.region)
    return OpenedConsentView.model_validate(asdict(opened))


@router.get("/callback", status_code=303, response_class=RedirectResponse)
async def receive_consent(
    actor: CurrentActor,
    deps: DepsOf,
    x_consent_browser: ConsentBrowser = "",
    state: str = "",
    code: str = "",
    error: str = "",
) -> RedirectResponse:
    """Where Amazon sends the browser back; always on to a page of ours that tells the outcome."""
    scope = (actor.organization_id, actor.session_id, actor.permissions)
    visitor = Visitor(*scope, browser=x_consent_browser)
    landing = await deps.consents.receive(Answer(state, code, error), visitor, deps.clock())
    where = landing.location(deps.settings.web_root)
    return RedirectResponse(where, status_code=303, headers=_PRIVATE)


@router.get("/{connection_id}")
async def get_connection(
    connection_id: UUID, reader: ConnectionReader, tx: ActorTx, deps: DepsOf
) -> ConnectionView:
    """One connection."""
    return _view(await show_connection(tx, reader.scope, connection_id), deps)


@router.patch("/{connection_id}")
async def rename_connection(
    connection_id: UUID, body: RenameRequest, manager: ConnectionOpener, tx: ActorTx, deps: DepsOf
) -> ConnectionView:
    """Another label."""
    return _view(await rename(tx, manager.scope, connection_id, body.label), deps)


@router.delete("/{connection_id}", status_code=202)
async def end_connection(
    connection_id: UUID,
    keep_history: bool,
    manager: ConnectionOpener,
    user: SignedInUser,
    tx: ActorTx,
    deps: DepsOf,
) -> DisconnectionView:
    """Disconnect: ends the connection at once and has its secrets deleted."""
    where, now = (user.id, connection_id), deps.clock()
    plan = await disconnect(tx, manager.scope, *where, now, keep_history=keep_history)
    return DisconnectionView.of(plan)


@router.get("/{connection_id}/disconnection")
async def preview_disconnection(
    connection_id: UUID, manager: ConnectionOpener, tx: ActorTx, deps: DepsOf
) -> DisconnectionView:
    """What disconnecting would stop, or how far it has got."""
    plan = await plan_disconnection(tx, manager.scope, connection_id, deps.clock())
    return DisconnectionView.of(plan)


@router.post("/{connection_id}/reauthorizations", status_code=201)
async def reauthorize(
    connection_id: UUID, manager: ConnectionOpener, user: SignedInUser, tx: ActorTx, deps: DepsOf
) -> OpenedConsentView:
    """Begin another consent to the same connection; until it arrives, the present one goes on."""
    connection = await open_connection(tx, manager.scope, connection_id)
    opener = Opener(user.id, user.organization_id, user.session_id)
    opened = await deps.consents.start_again(tx, opener, connection, deps.clock())
    return OpenedConsentView.model_validate(asdict(opened))


@router.put("/{connection_id}/replacement")
async def decide_replacement(
    connection_id: UUID,
    body: ReplacementDecision,
    manager: ConnectionOpener,
    tx: ActorTx,
    deps: DepsOf,
) -> ConnectionView:
    """Whether a consent by another Amazon user than before takes the connection over."""
    connection = await show_connection(tx, manager.scope, connection_id)
    where = (organization_of(manager.scope), connection.id)
    await deps.consents.decide(tx, where, accept=body.accept, now=deps.clock())
    return _view(await show_connection(tx, manager.scope, connection_id), deps)


@router.post("/{connection_id}/discoveries", status_code=202)
async def discover(
    connection_id: UUID, manager: ConnectionManager, tx: ActorTx, deps: DepsOf
) -> ConnectionView:
    """Look again at what the connection can see; joins a look that is under way."""
    connection = await show_connection(tx, manager.scope, connection_id)
    await request_discovery(tx, manager.scope, connection, deps.clock())
    return _view(await show_connection(tx, manager.scope, connection_id), deps)


def _view(connection: Connection, deps: Deps) -> ConnectionView:
    return ConnectionView.of(connection, deps.consent_rule, deps.clock())
