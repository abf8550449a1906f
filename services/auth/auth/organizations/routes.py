"""`/v1/organization`: the one that the caller is signed in to."""

from fastapi import APIRouter, Response
from shared.deps import ActorTx

from auth.deps import DepsOf, OrganizationManager, SignedInSelf, SignedInUser, SystemTx
from auth.scopes import organization_of
from auth.sessions.routes import set_cookie
from auth.sessions.schemas import SessionView, SwitchRequest
from auth.sessions.service import current_session
from auth.sessions.switching import switch_organization

from .schemas import OrganizationDetails, OrganizationRequest
from .service import rename_organization, show_organization

router = APIRouter(tags=["organization"])


@router.get("/v1/organization")
async def get_organization(user: SignedInUser, tx: ActorTx) -> OrganizationDetails:
    """Its name, and since when it is here."""
    return OrganizationDetails.of(await show_organization(tx, user.organization_id))


@router.patch("/v1/organization")
async def change_organization(
    body: OrganizationRequest, manager: OrganizationManager, tx: ActorTx
) -> OrganizationDetails:
    """Rename it."""
    organization_id = organization_of(manager.scope)
    return OrganizationDetails.of(await rename_organization(tx, organization_id, body.name))


@router.put("/v1/session/organization")
async def switch(
    body: SwitchRequest, user: SignedInSelf, tx: SystemTx, deps: DepsOf, response: Response
) -> SessionView:
    """Go on in another organization of one's own, under a new session; the old one ends."""
    now = deps.clock()
    current = await current_session(tx, user.organization_id, user.session_id, now)
    signed_in = await switch_organization(deps.sessions, tx, current, body.organization_id, now)
    set_cookie(response, deps, signed_in.token)
    return SessionView.of(signed_in.session, deps.pepper.csrf_token(signed_in.session.id))
