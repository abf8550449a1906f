"""The Frontend API under /clerk: keys, script, sign-in page, and what the script calls."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Cookie, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sandbox.deps import Deps, SandboxDeps
from sandbox.envelopes import json_response
from sandbox.settings import LOOPBACK_HOSTS, Settings

from .directory import Json, Unknown
from .keys import session_claims
from .pages import sign_in_page

PREFIX = "/clerk"
COOKIE = "__client"
_SCRIPT = Path(__file__).with_name("clerk.browser.js")
router = APIRouter(prefix=PREFIX)
Client = Annotated[str, Cookie(alias=COOKIE)]
ReturnUrl = Annotated[str, Query(max_length=2048)]


def issuer_of(request: Request) -> str:
    """The Frontend API URL of the instance, as the caller reached it."""
    return f"{str(request.base_url).rstrip('/')}{PREFIX}"


@router.get("/.well-known/jwks.json")
async def jwks(deps: Deps) -> Response:
    return json_response(deps.clerk.keys.jwks())


@router.get("/npm/@clerk/clerk-js@{version}/dist/clerk.browser.js")
async def script() -> Response:
    """Any version is this one."""
    headers = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
    return Response(_SCRIPT.read_bytes(), media_type="text/javascript", headers=headers)


@router.get("/sign-in")
async def show_sign_in(deps: Deps, redirect_url: ReturnUrl) -> Response:
    _check_return(redirect_url, deps.settings)
    return HTMLResponse(sign_in_page(deps.clerk.directory.all("users")))


@router.post("/sign-in")
async def sign_in(request: Request, deps: Deps, redirect_url: ReturnUrl) -> Response:
    """The browser leaves with Clerk's cookie, to where it came from."""
    _check_return(redirect_url, deps.settings)
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    try:
        session = deps.clerk.directory.start_session("".join(form.get("user", ())))
    except Unknown as error:
        raise HTTPException(404, "No such user") from error
    answer = RedirectResponse(redirect_url, 303)
    answer.set_cookie(COOKIE, session["client_id"], httponly=True, samesite="lax", path=PREFIX)
    return answer


@router.get("/v1/client")
async def client(request: Request, deps: Deps, client: Client = "") -> Response:
    found = [_with_user(deps, session) for session in _sessions(deps, client)]
    last = found[0]["id"] if found else None
    body = {"response": {"object": "client", "sessions": found, "last_active_session_id": last}}
    return _answer(request, deps, body)


@router.post("/v1/client/sessions/{session_id}/tokens")
async def token(session_id: str, request: Request, deps: Deps, client: Client = "") -> Response:
    """A session token for the page at `Origin`, valid for a minute."""
    session = _own(deps, client, session_id)
    jwt = session_token(deps, session, issuer_of(request), request.headers.get("origin", ""))
    return _answer(request, deps, {"object": "token", "jwt": jwt})


@router.post("/v1/client/sessions/{session_id}/remove")
async def remove(session_id: str, request: Request, deps: Deps, client: Client = "") -> Response:
    session = _own(deps, client, session_id)
    deps.clerk.directory.end_session(session["id"], "removed")
    return _answer(request, deps, {"response": session})


def session_token(deps: SandboxDeps, session: Json, issuer: str, azp: str, **changes: Any) -> str:
    """Signed with today's key; `changes` are claims to set, None to leave one out."""
    active = session["last_active_organization_id"]
    membership = deps.clerk.directory.membership_of(session["user_id"], active)
    claims = session_claims(session, membership, deps.clock.now(), issuer, azp) | changes
    return deps.clerk.keys.sign(
        {name: value for name, value in claims.items() if value is not None}
    )


def _sessions(deps: SandboxDeps, client: str) -> list[Json]:
    return [s for s in deps.clerk.directory.all("sessions") if s["client_id"] == client]


def _own(deps: SandboxDeps, client: str, session_id: str) -> Json:
    found = next((s for s in _sessions(deps, client) if s["id"] == session_id), None)
    if found is None:
        raise HTTPException(401, "No such session of this client")
    return found


def _with_user(deps: SandboxDeps, session: Json) -> Json:
    return session | {"user": deps.clerk.directory.find("users", session["user_id"])}


def _check_return(url: str, settings: Settings) -> None:
    if not _allowed(url, settings):
        raise HTTPException(400, "redirect_url is not one of the allowed origins")


def _allowed(url: str, settings: Settings) -> bool:
    parts = urlsplit(url)
    origins = {urlsplit(one)[:2] for one in settings.return_urls}
    here = parts.scheme in {"http", "https"} and parts.hostname in LOOPBACK_HOSTS
    return here or parts[:2] in origins


def _answer(request: Request, deps: SandboxDeps, body: Json) -> Response:
    """JSON that pages of allowed origins may read, with cookies."""
    answer = json_response(body)
    origin = request.headers.get("origin", "")
    if origin and _allowed(origin, deps.settings):
        answer.headers["access-control-allow-origin"] = origin
        answer.headers["access-control-allow-credentials"] = "true"
        answer.headers["vary"] = "origin"
    return answer
