"""`/v1/session` for the browser, `/internal/sessions/resolve` for the gateway."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from shared.deps import ActorTx, service_only
from shared.internal_tokens import Actor

from auth.deps import DepsOf, SignedInUser, SystemTx

from .schemas import ResolvedSession, ResolveRequest, SessionView
from .service import Origin, current_session, end_session

router = APIRouter(tags=["session"])


@router.get("/v1/session")
async def show_session(user: SignedInUser, tx: SystemTx, deps: DepsOf) -> SessionView:
    """Who is signed in, and where else they belong."""
    session = await current_session(tx, user.organization_id, user.session_id, deps.clock())
    return SessionView.of(session, deps.pepper.csrf_token(session.id))


@router.delete("/v1/session", status_code=204)
async def sign_out(user: SignedInUser, tx: ActorTx, deps: DepsOf, response: Response) -> None:
    """Sign out; the token is worthless from here on."""
    await end_session(tx, user.organization_id, user.session_id, deps.clock())
    response.delete_cookie(
        deps.settings.session_cookie_name, secure=deps.settings.cookie_secure, httponly=True
    )


@router.post("/internal/sessions/resolve", include_in_schema=False)
async def resolve_session(
    body: ResolveRequest,
    _gateway: Annotated[Actor, Depends(service_only("gateway"))],
    tx: SystemTx,
    deps: DepsOf,
) -> ResolvedSession:
    """The actor behind a session token, for the gateway alone."""
    session = await deps.sessions.resolve(tx, body.session_token, deps.clock())
    return ResolvedSession.of(session, deps.pepper.csrf_token(session.id))


def set_cookie(response: Response, deps: DepsOf, token: str) -> None:
    """HttpOnly, SameSite=Lax, Secure behind HTTPS; the server decides about idle time."""
    response.set_cookie(
        deps.settings.session_cookie_name,
        token,
        max_age=int(deps.settings.session_max.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=deps.settings.cookie_secure,
    )


async def start_session(
    response: Response, deps: DepsOf, user_id: UUID, origin: Origin
) -> SessionView:
    """How every provider's sign-in ends: a new session, its token in the cookie alone."""
    signed_in = await deps.sessions.open(user_id, origin, deps.clock())
    set_cookie(response, deps, signed_in.token)
    return SessionView.of(signed_in.session, deps.pepper.csrf_token(signed_in.session.id))


def origin_of(actor: Actor, user_agent: str) -> Origin:
    """The browser of a caller, and the session it holds already."""
    if actor.kind != "user" or actor.organization_id is None or actor.session_id is None:
        return Origin(actor.ip, user_agent)
    return Origin(actor.ip, user_agent, (actor.organization_id, actor.session_id))
