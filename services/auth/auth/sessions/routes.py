"""`/v1/session` for the browser, `/internal/sessions/resolve` for the gateway."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response
from shared.deps import ActorTx, CurrentActor, service_only
from shared.internal_tokens import Actor

from auth.deps import DepsOf, SignedInUser, SystemTx

from .schemas import LoginRequest, ResolvedSession, ResolveRequest, SessionView
from .service import Attempt, current_session, end_session

router = APIRouter(tags=["session"])


@router.post("/v1/session")
async def sign_in(
    body: LoginRequest,
    actor: CurrentActor,
    deps: DepsOf,
    response: Response,
    user_agent: Annotated[str, Header(max_length=2048)] = "",
) -> SessionView:
    """Sign in; the session's token travels only in the HttpOnly cookie."""
    attempt = Attempt(body.email, body.password, actor.ip, user_agent, _previous(actor))
    signed_in = await deps.sessions.sign_in(attempt, deps.clock())
    set_cookie(response, deps, signed_in.token)
    return SessionView.of(signed_in.session, deps.pepper.csrf_token(signed_in.session.id))


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


def _previous(actor: Actor) -> tuple[UUID, UUID] | None:
    if actor.kind != "user" or actor.organization_id is None or actor.session_id is None:
        return None
    return actor.organization_id, actor.session_id
