"""Requests and responses about invitations."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from auth.clerk.schemas import ClerkJwt
from auth.roles.schemas import GrantsRequest, GrantView
from auth.text import Line, Token

from .domain import Invitation, Offer, State, Way
from .service import Sent


class InvitationRequest(GrantsRequest):
    """`POST /v1/invitations`."""

    email: Line


class InviterView(BaseModel):
    user_id: UUID
    name: str
    email: str


class InvitationView(BaseModel):
    """An open invitation; an expired one can be sent again."""

    id: UUID
    email: str
    grants: list[GrantView]
    invited_by: InviterView
    state: State
    created_at: datetime
    sent_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation, now: datetime) -> "InvitationView":
        return cls(
            id=invitation.id,
            email=invitation.email,
            grants=[GrantView.of(each) for each in invitation.assignments],
            invited_by=InviterView(
                user_id=invitation.invited_by,
                name=invitation.inviter_name,
                email=invitation.inviter_email,
            ),
            state=invitation.state(now),
            created_at=invitation.created_at,
            sent_at=invitation.sent_at,
            expires_at=invitation.expires_at,
        )


class InvitationList(BaseModel):
    items: list[InvitationView]
    next_cursor: str | None = None


class SentInvitation(BaseModel):
    """`link` is shown this once; `letter_sent`: the same offer went by mail, under a link of its own."""

    invitation: InvitationView
    link: str = Field(repr=False)
    letter_sent: bool

    @classmethod
    def of(cls, sent: Sent, now: datetime, *, letter_sent: bool) -> "SentInvitation":
        view = InvitationView.of(sent.invitation, now)
        return cls(invitation=view, link=sent.link, letter_sent=letter_sent)


class OfferView(BaseModel):
    """What accepting would bring, and the `way` to it for who is not signed in."""

    organization: str
    inviter_name: str
    inviter_email: str
    email: str
    roles: list[str]
    every_brand: bool
    way: Way
    expires_at: datetime

    @classmethod
    def of(cls, offer: Offer, way: Way) -> "OfferView":
        invitation = offer.invitation
        return cls(
            organization=offer.organization_name,
            inviter_name=invitation.inviter_name,
            inviter_email=invitation.inviter_email,
            email=invitation.email,
            roles=list(dict.fromkeys(each.name for each in invitation.assignments)),
            every_brand=any(each.brand_ids is None for each in invitation.assignments),
            way=way,
            expires_at=invitation.expires_at,
        )


class AcceptanceRequest(BaseModel):
    """`POST /v1/invitations/acceptances`; name and password of somebody new, or what Clerk's
    `session.getToken()` gives to somebody who is signed in there and belongs nowhere here yet."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token: Token = Field(min_length=1, repr=False)
    name: Line = ""
    password: Annotated[str, Field(max_length=1024, repr=False)] = ""
    clerk_token: ClerkJwt | None = Field(default=None, repr=False)


class AcceptanceView(BaseModel):
    """Where the accepting person belongs now; they sign in, or switch, to go there."""

    organization_id: UUID
    organization: str
    email: str

    @classmethod
    def of(cls, offer: Offer) -> "AcceptanceView":
        return cls(
            organization_id=offer.invitation.organization_id,
            organization=offer.organization_name,
            email=offer.invitation.email,
        )
