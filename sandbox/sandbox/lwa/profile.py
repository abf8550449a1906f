"""GET /user/profile: who an access token acts for, by the scopes it was granted."""

import base64
import hashlib
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.deps import Deps
from sandbox.world.tree import User

from .token_endpoint import JSON_MEDIA, NO_CACHE

router = APIRouter()

_INVALID = "The access token provided is expired, revoked, malformed, or invalid for other reasons."
_SCOPE = "The access token provided does not have access to the required scope."


@router.get("/user/profile")
def show_profile(request: Request, deps: Deps) -> Response:
    opened = deps.grants.mint.read_access(_token(request))
    if not opened:
        return _answer({"error_description": _INVALID, "error": "invalid_token"}, 400)
    grant, expires = opened
    user = deps.world.tree.users.get(grant.user)
    dead = expires <= deps.clock.now() or grant.generation < deps.grants.access_floor(grant.user)
    if dead or not user:
        return _answer({"error_description": _INVALID, "error": "invalid_token"}, 400)
    if not {"profile", "profile:user_id"} & set(grant.scopes):
        return _answer({"error_description": _SCOPE, "error": "insufficient_scope"}, 401)
    return _answer(_profile(user, grant.scopes, deps.settings.sandbox_seed), 200)


def _profile(user: User, scopes: tuple[str, ...], seed: str) -> dict[str, Any]:
    """`profile:user_id` alone gives nothing but the id."""
    digest = hashlib.sha256(f"{seed}\x1f{user.key}".encode()).digest()
    known: dict[str, Any] = {"user_id": "amzn1.account." + base64.b32encode(digest)[:28].decode()}
    if "profile" in scopes:
        known |= {"email": user.email, "name": user.name}
    return known


def _token(request: Request) -> str:
    """As a bearer, in x-amz-access-token, or in the query."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return bearer
    header = request.headers.get("x-amz-access-token")
    return header or request.query_params.get("access_token", "")


def _answer(body: dict[str, Any], status: int) -> Response:
    return Response(orjson.dumps(body), status, media_type=JSON_MEDIA, headers=NO_CACHE)
