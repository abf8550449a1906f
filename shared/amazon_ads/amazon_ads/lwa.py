"""Login with Amazon: the consent address, the code exchange, the refresh.

Source: Login with Amazon "Authorization code grant" and Amazon Ads API "Authorization grants".
Refresh tokens do not rotate; access tokens live `expires_in` seconds (3600) and earlier ones stay
valid after a refresh. Nothing here retries: a code is single use, and a refresh has one owner.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from .endpoints import RegionEndpoints
from .errors import (
    AmazonError,
    AuthError,
    ConnectionLost,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    InvalidTokenRequest,
    MalformedResponse,
    RateLimited,
    UnauthorizedClient,
    Unavailable,
)
from .fields import optional_integer, text
from .responses import Json, decode_json, decode_object, request_id_of, retry_after_seconds

CAMPAIGN_MANAGEMENT = "advertising::campaign_management"
PROFILE = "profile"
MANAGE_ACCESS_URL = "https://www.amazon.com/ap/adam"
"""Where an Amazon user removes an application. Login with Amazon has no endpoint by which the
application itself could end a grant; it can only delete its tokens."""
TOKEN_TIMEOUT = httpx.Timeout(35.0, connect=10.0)
PROFILE_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_MAX_TOKEN_BYTES = 2048
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """Our security profile at Amazon. The secret never shows in a repr."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pkce:
    """PKCE pair (RFC 7636, S256): keep `verifier` secret until the exchange, send `challenge`."""

    verifier: str = field(repr=False)
    challenge: str

    @classmethod
    def new(cls) -> Pkce:
        """A fresh pair from 32 random bytes."""
        return cls.of(secrets.token_urlsafe(32))

    @classmethod
    def of(cls, verifier: str) -> Pkce:
        """The pair belonging to a stored verifier."""
        digest = hashlib.sha256(verifier.encode("ascii")).digest()
        return cls(verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"))


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """A successful token answer; `expires_in` in seconds. Tokens never show in a repr."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class UserProfile:
    """Who a token acts for. `user_id` is the same for every application of one developer account."""

    user_id: str
    name: str


def authorize_url(
    endpoints: RegionEndpoints,
    *,
    client_id: str,
    redirect_uri: str,
    state: str,
    code_challenge: str,
    scopes: Sequence[str] = (CAMPAIGN_MANAGEMENT,),
) -> str:
    """The address of Amazon's consent page. `redirect_uri` must be repeated in the exchange."""
    query = {
        "client_id": client_id,
        "scope": " ".join(scopes),
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": code_challenge,
        "code_challenge_method": "S256",
    }
    return f"{endpoints.authorize_url}?{urlencode(query)}"


async def exchange_code(
    http: httpx.AsyncClient,
    endpoints: RegionEndpoints,
    client: ClientCredentials,
    *,
    code: str,
    redirect_uri: str,
    code_verifier: str,
) -> TokenGrant:
    """Redeems a code (single use, 5 minutes). InvalidGrant when Amazon no longer accepts it."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": code_verifier,
    }
    grant = await _request_token(http, endpoints, client, form)
    if not grant.refresh_token:
        raise MalformedResponse("the token answer has no refresh_token", status=200)
    return grant


async def refresh(
    http: httpx.AsyncClient,
    endpoints: RegionEndpoints,
    client: ClientCredentials,
    *,
    refresh_token: str,
) -> TokenGrant:
    """Mints an access token. InvalidGrant when the consent was revoked or has expired."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    grant = await _request_token(http, endpoints, client, form)
    if grant.refresh_token:
        return grant
    return TokenGrant(grant.access_token, refresh_token, grant.expires_in)


async def user_profile(
    http: httpx.AsyncClient, endpoints: RegionEndpoints, access_token: str
) -> UserProfile:
    """`GET /user/profile`: the scope `profile` gives user_id, name and e-mail, of which the last is
    not kept. An AuthError when the grant lacks the scope or the token is refused."""
    try:
        response = await http.request(
            "GET",
            endpoints.profile_url,
            headers={"Accept": "application/json", "Authorization": f"Bearer {access_token}"},
            auth=None,
            follow_redirects=False,
            timeout=PROFILE_TIMEOUT,
        )
    except httpx.RequestError as error:
        raise ConnectionLost(f"no answer from the profile endpoint ({_name(error)})") from None
    if response.status_code != 200:
        raise classify_token_error(response)
    raw = decode_object(response)
    return UserProfile(text(raw, "user_id")[:_MAX_NAME], text(raw, "name")[:_MAX_NAME])


async def _request_token(
    http: httpx.AsyncClient,
    endpoints: RegionEndpoints,
    client: ClientCredentials,
    form: Mapping[str, str],
) -> TokenGrant:
    data = {**form, "client_id": client.client_id, "client_secret": client.client_secret}
    try:
        response = await http.request(
            "POST",
            endpoints.token_url,
            data=data,
            headers={"Accept": "application/json"},
            auth=None,
            follow_redirects=False,
            timeout=TOKEN_TIMEOUT,
        )
    except httpx.RequestError as error:
        raise ConnectionLost(f"no answer from the token endpoint ({_name(error)})") from None
    if response.status_code != 200:
        raise classify_token_error(response)
    return _read_grant(decode_object(response))


def _name(error: Exception) -> str:
    return type(error).__name__


def _read_grant(raw: Json) -> TokenGrant:
    access_token = text(raw, "access_token")
    expires_in = optional_integer(raw, "expires_in")
    if not access_token or expires_in is None or expires_in <= 0:
        raise MalformedResponse("the token answer lacks access_token or expires_in", status=200)
    refresh_token = text(raw, "refresh_token")
    if max(len(access_token), len(refresh_token)) > _MAX_TOKEN_BYTES:
        raise MalformedResponse("a token is longer than Amazon's 2048 bytes", status=200)
    return TokenGrant(access_token, refresh_token, expires_in)


def classify_token_error(response: httpx.Response) -> AmazonError:
    """The exception for a token answer that is not 200.

    Only a body naming the OAuth error decides about a grant: a proxy's HTML 400 must never look
    like a revoked consent.
    """
    status, request_id = response.status_code, request_id_of(response)
    wait = retry_after_seconds(response)
    if status == 429:
        return RateLimited("too many token requests", status=status, retry_after=wait)
    error, description = _read_oauth_error(response)
    if status >= 500 or error in ("server_error", "temporarily_unavailable"):
        detail = description or f"HTTP {status}"
        return Unavailable(detail, status=status, request_id=request_id, retry_after=wait)
    if not error:
        detail = f"HTTP {status} without an OAuth error"
        return MalformedResponse(detail, status=status, request_id=request_id)
    kind = _kind_of(error, description)
    return kind(description or error, status=status, code=error, request_id=request_id)


def _read_oauth_error(response: httpx.Response) -> tuple[str, str]:
    try:
        raw = decode_json(response.content)
    except MalformedResponse:
        return "", ""
    if not isinstance(raw, dict):
        return "", ""
    body: Json = raw
    try:
        return text(body, "error"), text(body, "error_description")
    except MalformedResponse:
        return "", ""


_BY_ERROR: dict[str, type[AuthError]] = {
    "invalid_grant": InvalidGrant,
    "invalid_client": InvalidClient,
    "unauthorized_client": UnauthorizedClient,
    "access_denied": UnauthorizedClient,
    "invalid_scope": InvalidScope,
    "invalid_request": InvalidTokenRequest,
    "unsupported_grant_type": InvalidTokenRequest,
}


def _kind_of(error: str, description: str) -> type[AuthError]:
    """The Ads guide gives `invalid_request ... invalid parameter : code` for an expired code."""
    if error == "invalid_request" and "invalid parameter : code" in description:
        return InvalidGrant
    return _BY_ERROR.get(error, InvalidTokenRequest)
