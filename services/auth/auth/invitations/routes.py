"""`/v1/invitations`: for those who invite, and for those who were."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from shared.deps import ActorTx, CurrentActor
from shared.errors import Forbidden
from shared.internal_tokens import Actor

from auth.clerk.routes import clerk_in_use
from auth.deps import DepsOf, MemberManager, MemberReader
from auth.scopes import organization_of

from . import queries
from .acceptance import Taker
from .schemas import (
    AcceptanceRequest,
    AcceptanceView,
    InvitationList,
    InvitationRequest,
    InvitationView,
    OfferView,
    SentInvitation,
)
from .service import invite, send_again, visible_open, withdraw

router = APIRouter(prefix="/v1/invitations", tags=["invitations"])


@router.get("")
async def list_invitations(reader: MemberReader, tx: ActorTx, deps: DepsOf) -> InvitationList:
    """Those that are open, newest first; expired ones can be sent again."""
    found = await queries.list_open(tx, organization_of(reader.scope))
    shown = visible_open(found, reader.brand_ids)
    return InvitationList(items=[InvitationView.of(each, deps.clock()) for each in shown])


@router.post("", status_code=201)
async def add_invitation(
    body: InvitationRequest, inviter: MemberManager, tx: ActorTx, deps: DepsOf
) -> SentInvitation:
    """Invite an address. The link is in this answer only: no `Idempotency-Key` here, for that would
    keep it; a second call finds the address invited."""
    now = deps.clock()
    sent = await invite(tx, deps.invitations, inviter, body.email, body.assignments, now)
    return SentInvitation.of(sent, now, letter_sent=deps.invitations.by_letter)


@router.post("/{invitation_id}/letters", status_code=201)
async def resend_invitation(
    invitation_id: UUID, inviter: MemberManager, tx: ActorTx, deps: DepsOf
) -> SentInvitation:
    """Send it again under new links; the old ones are worth nothing from here on."""
    now = deps.clock()
    sent = await send_again(tx, deps.invitations, inviter, invitation_id, now)
    return SentInvitation.of(sent, now, letter_sent=deps.invitations.by_letter)


@router.delete("/{invitation_id}", status_code=204)
async def revoke_invitation(
    invitation_id: UUID, manager: MemberManager, tx: ActorTx, deps: DepsOf
) -> None:
    """Withdraw it."""
    await withdraw(tx, manager, invitation_id, deps.clock())


@router.get("/offer")
async def show_invitation(
    token: Annotated[str, Query(min_length=1, max_length=2048)], deps: DepsOf, _actor: CurrentActor
) -> OfferView:
    """Who invites whom into what. For whoever holds the token."""
    offer, way = await deps.reception.offer(token, deps.clock())
    return OfferView.of(offer, way)


@router.post("/acceptances", status_code=201)
async def accept_invitation(
    body: AcceptanceRequest, actor: CurrentActor, deps: DepsOf
) -> AcceptanceView:
    """Take an invitation up: signed in under its address, here or at Clerk, or new with a name and a
    password."""
    user_id = _signed_in(actor)
    if body.clerk_token is not None:
        clerk = await clerk_in_use(deps)
        user_id = await clerk.prove(body.clerk_token, deps.clock())
    taker = Taker(body.token, user_id, body.name, body.password)
    return AcceptanceView.of(await deps.reception.accept(taker, deps.clock()))


def _signed_in(actor: Actor) -> UUID | None:
    """The user of a browser session; nobody for anonymous callers."""
    if actor.impersonator or actor.kind == "key":
        raise Forbidden("Accept as yourself.", code="viewing_as")
    return UUID(actor.subject) if actor.kind == "user" else None
