"""/_sandbox/clerk/*: change what the instance holds, turn its keys, and send its webhooks."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from pydantic import Field

from sandbox.control.routes import from_this_machine
from sandbox.control.schemas import Strict
from sandbox.deps import Deps
from sandbox.envelopes import json_response

from .directory import Json, Unknown
from .routes import issuer_of, session_token
from .webhooks import Order

router = APIRouter(prefix="/_sandbox/clerk", dependencies=[Depends(from_this_machine)])
Copies = Annotated[int, Field(ge=1, le=10)]


class UserBody(Strict):
    first_name: str = "Sam"
    last_name: str = "Sample"
    email: str
    verified: bool = True


class UserChanges(Strict):
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    verified: bool | None = None


class OrganizationBody(Strict):
    name: str
    created_by: str | None = None


class NameBody(Strict):
    name: str


class MembershipBody(Strict):
    organization_id: str
    user_id: str
    role: str = "org:member"


class RoleBody(Strict):
    role: str


class SessionBody(Strict):
    user_id: str


class TokenBody(Strict):
    """`claims` are set over the usual ones; null leaves one out."""

    azp: str
    claims: dict[str, Any] = Field(default_factory=dict[str, Any])


class EndpointBody(Strict):
    url: str
    secret: str
    hold: bool = False


class DeliveryBody(Strict):
    order: Order = "sent"
    copies: Copies = 1
    seed: str = ""


@router.get("")
async def show(deps: Deps) -> Response:
    """Everything the instance holds."""
    nouns = ("users", "organizations", "memberships", "sessions")
    return json_response({noun: deps.clerk.directory.all(noun) for noun in nouns})


@router.post("/users")
async def add_user(body: UserBody, deps: Deps) -> Response:
    user = deps.clerk.directory.add_user(
        body.first_name, body.last_name, body.email, verified=body.verified
    )
    return json_response(user)


@router.patch("/users/{user_id}")
async def change_user(user_id: str, body: UserChanges, deps: Deps) -> Response:
    changes = body.model_dump(exclude_none=True)
    return json_response(_known(lambda: deps.clerk.directory.change_user(user_id, **changes)))


@router.delete("/users/{user_id}")
async def delete_user(user_id: str, deps: Deps) -> Response:
    return json_response(_known(lambda: deps.clerk.directory.delete_user(user_id)))


@router.post("/organizations")
async def add_organization(body: OrganizationBody, deps: Deps) -> Response:
    return json_response(
        _known(lambda: deps.clerk.directory.add_organization(body.name, body.created_by))
    )


@router.patch("/organizations/{organization_id}")
async def change_organization(organization_id: str, body: NameBody, deps: Deps) -> Response:
    directory = deps.clerk.directory
    return json_response(_known(lambda: directory.change_organization(organization_id, body.name)))


@router.delete("/organizations/{organization_id}")
async def delete_organization(organization_id: str, deps: Deps) -> Response:
    return json_response(_known(lambda: deps.clerk.directory.delete_organization(organization_id)))


@router.post("/memberships")
async def add_membership(body: MembershipBody, deps: Deps) -> Response:
    directory = deps.clerk.directory
    return json_response(
        _known(lambda: directory.add_membership(body.organization_id, body.user_id, body.role))
    )


@router.patch("/memberships/{membership_id}")
async def change_membership(membership_id: str, body: RoleBody, deps: Deps) -> Response:
    directory = deps.clerk.directory
    return json_response(_known(lambda: directory.change_membership(membership_id, body.role)))


@router.delete("/memberships/{membership_id}")
async def delete_membership(membership_id: str, deps: Deps) -> Response:
    return json_response(_known(lambda: deps.clerk.directory.delete_membership(membership_id)))


@router.post("/sessions")
async def start_session(body: SessionBody, deps: Deps) -> Response:
    return json_response(_known(lambda: deps.clerk.directory.start_session(body.user_id)))


@router.post("/sessions/{session_id}/tokens")
async def mint(session_id: str, body: TokenBody, request: Request, deps: Deps) -> Response:
    """A session token as any page would get it."""
    session = _known(lambda: deps.clerk.directory.find("sessions", session_id))
    issuer = issuer_of(request)
    return json_response({"jwt": session_token(deps, session, issuer, body.azp, **body.claims)})


@router.delete("/sessions/{session_id}")
async def revoke_session(session_id: str, deps: Deps) -> Response:
    """As an operator revokes it in Clerk's dashboard."""
    return json_response(_known(lambda: deps.clerk.directory.end_session(session_id, "revoked")))


@router.post("/keys/rotate")
async def rotate(deps: Deps, *, keep_old: bool = True) -> Response:
    return json_response({"kid": deps.clerk.keys.rotate(keep_old=keep_old)})


@router.get("/webhooks")
async def show_endpoint(deps: Deps) -> Response:
    return json_response(deps.clerk.endpoint.public())


@router.put("/webhooks")
async def put_endpoint(body: EndpointBody, deps: Deps) -> Response:
    deps.clerk.endpoint.configure(url=body.url, secret=body.secret, hold=body.hold)
    return json_response(deps.clerk.endpoint.public())


@router.post("/webhooks/deliveries")
async def deliver(body: DeliveryBody, deps: Deps) -> Response:
    """Sends what waits now, in this order and so often; says what was answered."""
    sent = await deps.clerk.endpoint.deliver(body.order, body.copies, body.seed)
    return json_response({"deliveries": sent})


@router.post("/webhooks/replay")
async def replay(deps: Deps) -> Response:
    """Tells of everything there is, as Clerk does when missing messages are replayed."""
    deps.clerk.directory.tell_all()
    return json_response(deps.clerk.endpoint.public())


def _known(act: Any) -> Json:
    try:
        return act() or {}
    except Unknown as error:
        raise HTTPException(404, f"Nothing has the id {error}") from error
