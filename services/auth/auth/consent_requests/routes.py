"""`/v1/consent-requests`: magic links, for those who make them and for those who follow them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from shared.deps import ActorTx, CurrentActor

from auth.connections.domain import STATE_LIFE
from auth.deps import ConnectionOpener, Deps, DepsOf, SignedInUser, SystemTx
from auth.text import Token

from . import queries
from .domain import ConsentRequest
from .schemas import (
    ConsentRequestBody,
    ConsentRequestList,
    ConsentRequestView,
    LinkToken,
    OfferView,
    OpeningView,
)

router = APIRouter(prefix="/v1/consent-requests", tags=["consent requests"])
BROWSER_COOKIE = "leadline_consent"
CALLBACK_PATH = "/v1/connections/callback"


@router.get("")
async def list_consent_requests(
    manager: ConnectionOpener, tx: ActorTx, deps: DepsOf
) -> ConsentRequestList:
    """The organization's magic links, newest first."""
    found = await queries.list_all(tx, manager.scope)
    return ConsentRequestList(items=[_view(request, deps) for request in found])


@router.post("", status_code=201)
async def create_consent_request(
    body: ConsentRequestBody,
    manager: ConnectionOpener,
    user: SignedInUser,
    tx: ActorTx,
    deps: DepsOf,
) -> ConsentRequestView:
    """A link by which somebody without an account here consents at Amazon."""
    requests, now = deps.consent_requests, deps.clock()
    return _view(await requests.create(tx, manager.scope, user.id, body.wish(), now), deps)


@router.post("/{consent_request_id}/letters", status_code=202)
async def send_consent_request(
    consent_request_id: UUID, manager: ConnectionOpener, tx: ActorTx, deps: DepsOf
) -> ConsentRequestView:
    """The same link to the same recipient once more."""
    now = deps.clock()
    sent = await deps.consent_requests.send_again(tx, manager.scope, consent_request_id, now)
    return _view(sent, deps)


@router.delete("/{consent_request_id}", status_code=204)
async def revoke_consent_request(
    consent_request_id: UUID, manager: ConnectionOpener, tx: ActorTx, deps: DepsOf
) -> None:
    """The link stops working."""
    await deps.consent_requests.revoke(tx, manager.scope, consent_request_id, deps.clock())


@router.get("/offer")
async def show_offer(
    token: Annotated[Token, Query()], actor: CurrentActor, tx: SystemTx, deps: DepsOf
) -> OfferView:
    """What the holder of a link is asked for."""
    await deps.consent_requests.admit(actor.ip)
    return OfferView.of(await deps.consent_requests.find(tx, token), deps.clock())


@router.post("/openings", status_code=201)
async def open_consent_request(
    body: LinkToken, actor: CurrentActor, tx: SystemTx, deps: DepsOf, response: Response
) -> OpeningView:
    """The holder of a link goes on to Amazon, with a cookie that the way back is bound to."""
    await deps.consent_requests.admit(actor.ip)
    opening = await deps.consent_requests.open(tx, body.token, deps.clock())
    response.set_cookie(
        BROWSER_COOKIE,
        opening.browser,
        max_age=int(STATE_LIFE.total_seconds()),
        path=CALLBACK_PATH,
        httponly=True,
        samesite="lax",
        secure=deps.settings.cookie_secure,
    )
    return OpeningView(authorize_url=opening.authorize_url, expires_at=opening.expires_at)


def _view(request: ConsentRequest, deps: Deps) -> ConsentRequestView:
    link = deps.consent_requests.link(request.id)
    return ConsentRequestView.of(request, link, deps.clock())
