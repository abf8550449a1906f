"""POST /auth/o2/token, bodies and headers as reported from the live service."""

import base64
import hmac
from typing import Any
from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.deps import Deps, SandboxDeps

from .grants import InvalidGrantError, Refusal
from .tokens import ACCESS_SECONDS, Grant

router = APIRouter()

_UNSUPPORTED = "The authorization grant type is not supported by the authorization server"
_GRANT_TEXTS = {
    "refresh_token": (
        "The request has an invalid grant parameter : refresh_token. "
        "User may have revoked or didn't grant the permission."
    ),
}
NO_CACHE = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache"}
JSON_MEDIA = "application/json;charset=UTF-8"
_TYPES = {
    "invalid_grant": "OA2InvalidGrantException",
    "invalid_request": "OA2InvalidRequestException",
    "invalid_client": "OA2InvalidClientException",
    "unauthorized_client": "OA2UnauthorizedClientException",
    "unsupported_grant_type": "OA2UnsupportedGrantTypeException",
}

_REFUSALS: dict[Refusal, tuple[int, str, str]] = {
    "invalid_client": (401, "invalid_client", "Client authentication failed"),
    "unauthorized_client": (
        400, "unauthorized_client", "Not authorized for requested operation",
    ),
}  # fmt: skip


class TokenError(Exception):
    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.description = description


@router.post("/auth/o2/token")
async def exchange_token(request: Request, deps: Deps) -> Response:
    try:
        fields = _fields(request, await request.body())
        grant, refresh_token = _granted(fields, deps)
    except InvalidGrantError as error:
        default = f"The request has an invalid grant parameter : {error.parameter}"
        text = _GRANT_TEXTS.get(error.parameter, default)
        return _failure(TokenError(400, "invalid_grant", text))
    except TokenError as error:
        return _failure(error)
    body = {
        "access_token": deps.grants.mint.access_token(grant, deps.clock.now()),
        "refresh_token": refresh_token,
        "token_type": "bearer",
        "expires_in": ACCESS_SECONDS,
    }
    return Response(orjson.dumps(body), media_type=JSON_MEDIA, headers=NO_CACHE)


def _granted(fields: dict[str, str], deps: SandboxDeps) -> tuple[Grant, str]:
    kind = fields.get("grant_type", "")
    if kind not in {"authorization_code", "refresh_token"}:
        raise TokenError(400, "unsupported_grant_type", _UNSUPPORTED)
    client_id = _required(fields, "client_id")
    secret = deps.settings.lwa_client_secret.get_secret_value()
    given = _required(fields, "client_secret")
    known = hmac.compare_digest(client_id.encode(), deps.settings.lwa_client_id.encode())
    if not (hmac.compare_digest(given.encode(), secret.encode()) and known):
        raise TokenError(401, "invalid_client", "Client authentication failed")
    if refusal := deps.grants.habits.refusal:
        raise TokenError(*_REFUSALS[refusal])
    if kind == "refresh_token":
        token = _required(fields, "refresh_token")
        grant = deps.grants.refresh(token, client_id)
        return grant, deps.grants.mint.refresh_token(grant)
    grant = deps.grants.redeem(
        _required(fields, "code"), client_id, _required(fields, "redirect_uri"),
        fields.get("code_verifier"),
    )  # fmt: skip
    return grant, deps.grants.mint.refresh_token(grant)


def _required(fields: dict[str, str], name: str) -> str:
    value = fields.get(name)
    if not value:
        text = f"The request is missing a required parameter : {name}"
        raise TokenError(400, "invalid_request", text)
    return value


def _fields(request: Request, body: bytes) -> dict[str, str]:
    """Form or JSON by content type; HTTP Basic may carry the client's credentials."""
    if request.headers.get("content-type", "").startswith("application/json"):
        fields = _json_fields(body)
    else:
        fields = dict(parse_qsl(body.decode("utf-8", "replace")))
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        fields |= _basic(encoded)
    return fields


def _json_fields(body: bytes) -> dict[str, str]:
    try:
        parsed: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    items: list[tuple[Any, Any]] = list(parsed.items()) if isinstance(parsed, dict) else []
    return {str(name): value for name, value in items if isinstance(value, str)}


def _basic(encoded: str) -> dict[str, str]:
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError as error:
        raise TokenError(401, "invalid_client", "Client authentication failed") from error
    return {"client_id": client_id, "client_secret": secret}


def _failure(error: TokenError) -> Response:
    body = orjson.dumps({"error_description": error.description, "error": error.error})
    headers = NO_CACHE | {"X-Amzn-ErrorType": f"{_TYPES[error.error]}:sandbox"}
    return Response(body, error.status, media_type=JSON_MEDIA, headers=headers)
