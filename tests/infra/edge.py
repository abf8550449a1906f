"""A small server that plays all services behind the gateway, and a client of the gateway."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
from aiohttp import web
from gateway.edge import Edge
from gateway.settings import Settings
from shared.api_keys import new_key
from shared.ids import new_id
from shared.internal_tokens import Actor, TokenVerifier, generate_keypair
from shared.permissions import PERMISSIONS
from yarl import URL

PRIVATE_KEY, PUBLIC_KEY = generate_keypair()
CSRF = "csrf-of-the-session"
COOKIE = "leadline_session"
SERVICES = ("auth", "token-refresher", "dsp-ingest", "amc-runner", "reporting")

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Behind:
    """Plays every service; the first path segment says which one was called."""

    sessions: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    keys: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    asked_of_keys: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    requests: list[web.Request] = field(default_factory=list[web.Request])
    bodies: list[bytes] = field(default_factory=list[bytes])
    resolved: int = 0
    behaviour: Behaviour | None = None
    resolve_with: Behaviour | None = None
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/auth/internal/sessions/resolve":
            return await (self.resolve_with or self._resolve)(request)
        if request.path == "/auth/internal/api-keys/resolve":
            return await (self.resolve_with or self._resolve_key)(request)
        self.requests.append(request)
        if self.behaviour is not None:
            return await self.behaviour(request)
        self.bodies.append(await request.read())
        return web.json_response({"path": request.path_qs})

    async def _resolve(self, request: web.Request) -> web.StreamResponse:
        self.resolved += 1
        actor = TokenVerifier("auth", {"gateway": PUBLIC_KEY}).verify(bearer(request))
        assert (actor.kind, actor.subject) == ("service", "gateway")
        found = self.sessions.get((await request.json())["session_token"])
        if found is None:
            problem = {"code": "session_unknown", "detail": "No such session."}
            return web.json_response(problem, status=401)
        return web.json_response(found)

    async def _resolve_key(self, request: web.Request) -> web.StreamResponse:
        actor = TokenVerifier("auth", {"gateway": PUBLIC_KEY}).verify(bearer(request))
        assert (actor.kind, actor.subject) == ("service", "gateway")
        self.asked_of_keys.append(await request.json())
        found = self.keys.get(self.asked_of_keys[-1]["secret"])
        if found is None:
            problem = {"code": "api_key_invalid", "detail": "The key is unknown."}
            return web.json_response(problem, status=401)
        return web.json_response(found)

    def actor_of_last_call(self) -> Actor:
        """Who the edge says is calling, checked as the called service would."""
        request = self.requests[-1]
        service = request.path.split("/")[1]
        return TokenVerifier(service, {"gateway": PUBLIC_KEY}).verify(bearer(request))

    def sign_in(
        self, token: str, organization_id: UUID, *, brands: list[UUID] | None = None, **more: Any
    ) -> dict[str, Any]:
        """Let auth know a session."""
        answer: dict[str, Any] = {
            "kind": "user",
            "subject": str(new_id()),
            "organization_id": str(organization_id),
            "permissions": sorted(PERMISSIONS),
            "brand_ids": None if brands is None else [str(brand) for brand in brands],
            "session_id": str(new_id()),
            "csrf_token": CSRF,
            "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        }
        self.sessions[token] = {**answer, **more}
        return self.sessions[token]

    def issue_key(self, organization_id: UUID, **more: Any) -> str:
        """Let auth know an API key; returns its secret."""
        key_id = new_id()
        secret = new_key(key_id)
        self.keys[secret] = {
            "kind": "key",
            "subject": str(key_id),
            "organization_id": str(organization_id),
            "permissions": ["report:read"],
            "brand_ids": None,
            "narrower": {},
            "allowed_networks": [],
            "rate_limit_per_minute": None,
            "expires_at": None,
            **more,
        }
        return secret


def bearer(request: web.Request) -> str:
    scheme, _, token = request.headers["authorization"].partition(" ")
    assert scheme == "Bearer"
    return token


@dataclass
class Browser:
    """A client of the edge that sends paths exactly as they are given."""

    http: aiohttp.ClientSession
    root: str

    def call(self, method: str, path: str, **options: Any) -> Any:
        url = URL(self.root + path, encoded=True)
        return self.http.request(method, url, allow_redirects=False, **options)

    async def status(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Status and parsed JSON (None where there is none)."""
        async with self.call(method, path, **options) as answer:
            is_json = "json" in answer.headers.get("content-type", "")
            return answer.status, await answer.json(content_type=None) if is_json else None


def as_user(token: str, **more: str) -> dict[str, str]:
    """Headers of a browser with a session that means what it sends."""
    return {"cookie": f"{COOKIE}={token}", "x-csrf-token": CSRF, **more}


def as_program(secret: str, **more: str) -> dict[str, str]:
    """Headers of a program with an API key."""
    return {"authorization": f"Bearer {secret}", **more}


@dataclass
class Running:
    """A served edge."""

    edge: Edge
    root: str


Serve = Callable[[Settings], Awaitable[Running]]
