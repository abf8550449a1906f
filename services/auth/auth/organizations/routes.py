"""`/v1/organization`: the one that the caller is signed in to."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from shared.deps import ActorTx

from auth.deps import (
    DepsOf,
    OrganizationManager,
    OrganizationOwner,
    SignedInSelf,
    SignedInUser,
    SystemTx,
)
from auth.scopes import organization_of
from auth.second_factors.service import Owner
from auth.sessions.routes import set_cookie
from auth.sessions.schemas import SessionView, SwitchRequest
from auth.sessions.service import current_session
from auth.sessions.switching import switch_organization

from .ownership import check_fresh, transfer_ownership
from .schemas import OrganizationDetails, OrganizationRequest, OwnerRequest
from .service import rename_organization, show_organization


async def confirmed_request(
    body: OwnerRequest, user: SignedInSelf, _owner: OrganizationOwner, deps: DepsOf
) -> OwnerRequest:
    """Whoever sits there is the owner and not somebody at their desk: they know the password, or, where
    passwords are kept elsewhere, have just signed in. Before any transaction of the route opens."""
    now = deps.clock()
    if deps.offer.provider == "builtin":
        caller = Owner(user.id, user.session_id, user.ip)
        await deps.builtin.second_factors.reauthenticate(caller, body.password, now)
        return body
    async with deps.db.read(user.scope) as tx:
        check_fresh(await current_session(tx, user.organization_id, user.session_id, now), now)
    return body


Confirmed = Annotated[OwnerRequest, Depends(confirmed_request)]
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


@router.put("/v1/organization/owner", status_code=204)
async def hand_over(body: Confirmed, owner: OrganizationOwner, tx: ActorTx, deps: DepsOf) -> None:
    """Make another member the owner; the caller becomes an admin. Needs the caller's password."""
    await transfer_ownership(tx, owner, body.user_id, deps.clock())


@router.put("/v1/session/organization")
async def choose_organization(
    body: SwitchRequest, user: SignedInSelf, tx: SystemTx, deps: DepsOf, response: Response
) -> SessionView:
    """Go on in another organization of one's own, under a new session; the old one ends."""
    now = deps.clock()
    current = await current_session(tx, user.organization_id, user.session_id, now)
    signed_in = await switch_organization(deps.sessions, tx, current, body.organization_id, now)
    set_cookie(response, deps, signed_in.token)
    return SessionView.of(signed_in.session, deps.pepper.csrf_token(signed_in.session.id))
