"""The auth service in process, the sandbox behind it, a token-refresher on a string, and browsers."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
from argon2 import PasswordHasher
from auth.deps import Deps
from auth.main import Outside, create_app
from auth.organizations.service import NewMember, add_member, create_organization
from auth.sessions.passwords import Passwords
from auth.settings import Settings
from fastapi import FastAPI
from pydantic import SecretStr
from sandbox.main import create_app as create_sandbox
from sandbox.settings import Settings as SandboxSettings
from shared.clock import utc_now
from shared.db import SYSTEM, Db, Scope, Tx
from shared.internal_tokens import Actor, TokenSigner, TokenVerifier, generate_keypair
from shared.service_client import ServiceClient
from token_refresher.schemas import AccessTokenAsk, GrantBody

PUBLIC_URL = "http://127.0.0.1:8750"
AMAZON = "http://127.0.0.1:8756"
CLIENT_ID, CLIENT_SECRET = "amzn1.application-oa2-client.tests", "lwa-test-secret"
PASSWORD = "correct horse battery"
KEYS = {name: generate_keypair() for name in ("gateway", "auth")}
PUBLIC_KEYS = {name: public for name, (_, public) in KEYS.items()}
Gate = Callable[[httpx.Request], Awaitable[None]]


def quick_passwords() -> Passwords:
    """Argon2id at its smallest, for tests that are not about its cost."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class MovingClock:
    now: datetime = field(default_factory=utc_now)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


async def _open_gate(_request: httpx.Request) -> None:
    """Lets a call through."""


@dataclass
class Gated(httpx.AsyncBaseTransport):
    """A wire that can be held: `before` and `after` run around each call and may wait for ever."""

    inner: httpx.AsyncBaseTransport
    before: Gate = _open_gate
    after: Gate = _open_gate
    calls: list[str] = field(default_factory=list[str])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(f"{request.method} {request.url.path}")
        await self.before(request)
        response = await self.inner.handle_async_request(request)
        await self.after(request)
        return response

    def open(self) -> None:
        self.before = self.after = _open_gate


@dataclass
class AwayDb:
    """Postgres, which is away for the next `times` transactions."""

    db: Db
    times: int

    @contextlib.asynccontextmanager
    async def tx(self, scope: Scope) -> AsyncGenerator[Tx]:
        if self.times:
            self.times -= 1
            raise ConnectionResetError
        async with self.db.tx(scope) as tx:
            yield tx

    def read(self, scope: Scope) -> contextlib.AbstractAsyncContextManager[Tx]:
        return self.db.read(scope)


@dataclass
class FakeTokenRefresher:
    """Keeps grants and hands out their access tokens; `down` answers 503, `reauth` 409. Accepts only
    the bodies that the real one accepts."""

    grants: dict[UUID, dict[str, Any]] = field(default_factory=dict[UUID, dict[str, Any]])
    puts: int = 0
    deletes: int = 0
    down: int = 0
    reauth: bool = False

    async def handle(self, request: httpx.Request) -> httpx.Response:
        bearer = request.headers["authorization"].removeprefix("Bearer ")
        actor = TokenVerifier("token-refresher", PUBLIC_KEYS).verify(bearer)
        assert actor.subject == "auth"
        if self.down:
            self.down -= 1
            return _problem(503, "database_unavailable")
        connection_id = UUID(request.url.path.split("/")[3])
        if request.method == "DELETE":
            self.deletes += 1
            self.grants.pop(connection_id, None)
            return httpx.Response(204)
        if request.method == "PUT":
            GrantBody.model_validate_json(request.content)
            self.puts += 1
            self.grants[connection_id] = json.loads(request.content)
            return httpx.Response(204)
        AccessTokenAsk.model_validate_json(request.content)
        if self.reauth:
            return _problem(409, "reauth_required")
        grant = self.grants[connection_id]
        assert str(actor.organization_id) == grant["organization_id"]
        return httpx.Response(200, json={"access_token": grant["access_token"]})


def _problem(status: int, code: str) -> httpx.Response:
    body = {"status": status, "code": code, "detail": code, "retryable": status == 503}
    return httpx.Response(status, json=body)


@dataclass
class AuthWorld:
    """One test's installation. `crash()` is what kill -9 is to the service's running work."""

    app: FastAPI
    deps: Deps
    db: Db
    clock: MovingClock
    sandbox: FastAPI
    amazon: Gated
    refresher_wire: Gated
    refresher: FakeTokenRefresher

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://auth")

    async def organization(self, email: str, name: str = "Contoso Agency") -> UUID:
        hashed = await self.deps.builtin.passwords.hash(PASSWORD)
        async with self.db.tx(SYSTEM) as tx:
            return await create_organization(tx, name, email, hashed, self.clock())

    async def member(
        self, organization_id: UUID, email: str, role: str, brand_ids: list[UUID] | None = None
    ) -> UUID:
        hashed = await self.deps.builtin.passwords.hash(PASSWORD)
        member = NewMember(email, hashed, role, brand_ids=brand_ids)
        async with self.db.tx(SYSTEM) as tx:
            return await add_member(tx, organization_id, member, self.clock())

    async def sign_in(self, email: str, password: str = PASSWORD) -> Browser:
        browser = Browser(self)
        response = await browser.sign_in(email, password)
        assert response.status_code == 200, response.text
        return browser

    async def owner(self, email: str = "owner@contoso.example") -> Browser:
        await self.organization(email)
        return await self.sign_in(email)

    async def events(self, *types: str) -> list[dict[str, Any]]:
        """What is in the outbox, oldest first: of these types, or all but what is for the audit log."""
        async with self.db.read(SYSTEM) as tx:
            rows = await tx.fetch("select payload from outbox order by id")
        events = [json.loads(row["payload"]) for row in rows]
        wanted = types or {event["type"] for event in events} - {"action.recorded"}
        return [event for event in events if event["type"] in wanted]

    async def rows(self, query: Any, *args: object) -> list[dict[str, Any]]:
        async with self.db.read(SYSTEM) as tx:
            return [dict(row) for row in await tx.fetch(query, *args)]

    async def crash(self) -> None:
        """Everything in flight dies; the wires work again, leases stay as they are."""
        await self.deps.consents.handovers.workers.cut()
        await self.deps.discoverer.workers.cut()
        self.amazon.open()
        self.refresher_wire.open()

    async def hand_over(self) -> None:
        """What the hand-over loop does until nothing is due."""
        while await self.deps.consents.handovers.tick():
            await self.deps.consents.handovers.workers.idle()

    async def discover(self) -> None:
        """What the discovery loop does until nothing is due."""
        while await self.deps.discoverer.tick():
            await self.deps.discoverer.workers.idle()

    async def fault(self, *rules: dict[str, Any]) -> None:
        transport = httpx.ASGITransport(self.sandbox)
        async with httpx.AsyncClient(transport=transport, base_url=AMAZON) as control:
            (await control.put("/_sandbox/faults", json={"rules": rules})).raise_for_status()

    async def close(self) -> None:
        await self.crash()
        for resource in reversed(self.app.state.resources):
            if resource is not self.db and resource is not self.deps.bus:
                await resource.stop()
        self.sandbox.state.deps.state.close()


class Browser:
    """A person's browser behind the gateway: holds the cookie, the gateway turns it into an actor."""

    def __init__(self, world: AuthWorld, ip: str = "203.0.113.7") -> None:
        self.world = world
        self.token: str | None = None
        self.ip = ip
        self.signer = TokenSigner("gateway", KEYS["gateway"][0])

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        body = {"email": email, "password": password}
        response = await self.call("POST", "/v1/session", json=body)
        if response.status_code == 200:
            self.token = response.cookies["leadline_session"]
        return response

    async def call(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        bearer = self.signer.sign(await self.actor(), "auth")
        async with self.world.client() as client:
            headers = {"Authorization": f"Bearer {bearer}", "User-Agent": "test"}
            return await client.request(method, path, headers=headers, **kwargs)

    async def call_raw(
        self, method: str, path: str, content: bytes, headers: dict[str, str]
    ) -> httpx.Response:
        bearer = self.signer.sign(await self.actor(), "auth")
        headers = {**headers, "Authorization": f"Bearer {bearer}"}
        async with self.world.client() as client:
            return await client.request(method, path, content=content, headers=headers)

    async def get(self, path: str) -> Any:
        response = await self.call("GET", path)
        assert response.status_code == 200, response.text
        return response.json()

    async def actor(self) -> Actor:
        """As the gateway does: the resolved session, or nobody."""
        if self.token is None:
            return Actor("anonymous", "anonymous", ip=self.ip)
        response = await self.resolve()
        if response.status_code != 200:
            return Actor("anonymous", "anonymous", ip=self.ip)
        found = response.json()
        brands = found["brand_ids"]
        return Actor(
            kind="user",
            subject=found["subject"],
            organization_id=UUID(found["organization_id"]),
            permissions=frozenset(found["permissions"]),
            brand_ids=None if brands is None else frozenset(map(UUID, brands)),
            session_id=UUID(found["session_id"]),
            ip=self.ip,
            narrower={p: frozenset(map(UUID, b)) for p, b in found["narrower"].items()},
            impersonator=found["impersonator"],
        )

    async def resolve(self) -> httpx.Response:
        bearer = self.signer.sign(Actor.service("gateway"), "auth")
        async with self.world.client() as client:
            return await client.post(
                "/internal/sessions/resolve",
                json={"session_token": self.token},
                headers={"Authorization": f"Bearer {bearer}"},
            )

    async def open_consent(self, region: str = "NA") -> dict[str, Any]:
        response = await self.call("POST", "/v1/connections", json={"region": region})
        assert response.status_code == 201, response.text
        return response.json()

    async def decide(
        self, authorize_url: str, *, user: str = "morgan", decision: str = "allow"
    ) -> dict[str, str]:
        """On Amazon's page; returns the query of the redirect back."""
        parts = urlsplit(authorize_url)
        form = {**dict(parse_qsl(parts.query)), "user": user, "decision": decision}
        transport = httpx.ASGITransport(self.world.sandbox)
        async with httpx.AsyncClient(transport=transport, base_url=AMAZON) as amazon:
            answer = await amazon.post(parts.path, data=form)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    async def come_back(self, query: dict[str, str]) -> str:
        """The callback; returns the query of the page it leads to."""
        response = await self.call("GET", "/v1/connections/callback", params=query)
        assert response.status_code == 303, response.text
        where = urlsplit(response.headers["location"])
        assert response.headers["location"].startswith(f"{PUBLIC_URL}/connections/?")
        return where.query.partition("&connection=")[0]

    async def connect(self, region: str = "NA", *, user: str = "morgan") -> UUID:
        """The whole consent; returns the active connection."""
        opened = await self.open_consent(region)
        landed = await self.come_back(await self.decide(opened["authorize_url"], user=user))
        assert landed == f"connected={opened['connection_id']}"
        return UUID(opened["connection_id"])


def settings_for(database_url: str, redis_url: str, pepper: str, **extra: Any) -> Settings:
    """Settings of a test's auth service."""
    values: dict[str, Any] = {
        "database_url": database_url,
        "kafka_bootstrap_servers": "127.0.0.1:1",
        "redis_url": redis_url,
        "object_store_url": "memory:///",
        "service_port": 8751,
        "internal_signing_key": KEYS["auth"][0],
        "internal_public_keys": PUBLIC_KEYS,
        "public_url": PUBLIC_URL,
        "session_pepper": pepper,
        "token_refresher_url": "http://token-refresher",
        "lwa_client_id": CLIENT_ID,
        "lwa_client_secret": CLIENT_SECRET,
        "amazon_base_url": AMAZON,
        **extra,
    }
    return Settings(**values)


def build_world(
    settings: Settings, db: Db, webhooks: httpx.AsyncBaseTransport | None = None
) -> AuthWorld:
    """The app over a started Db; its lifespan does not run, tests tick the loops themselves.

    `webhooks`: the network between the sandbox's Clerk and this installation.
    """
    sandbox = create_sandbox(
        SandboxSettings(
            lwa_client_id=CLIENT_ID, lwa_client_secret=SecretStr(CLIENT_SECRET), sandbox_brands=3
        ),
        webhooks,
    )
    refresher = FakeTokenRefresher()
    wire = Gated(httpx.MockTransport(refresher.handle))
    amazon = Gated(httpx.ASGITransport(sandbox, raise_app_exceptions=False))
    signer = TokenSigner("auth", KEYS["auth"][0])
    clock = MovingClock()
    outside = Outside(
        db=db,
        amazon=httpx.AsyncClient(transport=amazon),
        clerk=httpx.AsyncClient(transport=amazon),
        token_refresher=ServiceClient(
            settings.token_refresher_url, "token-refresher", signer, "auth", transport=wire
        ),
        passwords=quick_passwords(),
        clock=clock,
    )
    app = create_app(settings, outside)
    return AuthWorld(app, app.state.deps, db, clock, sandbox, amazon, wire, refresher)


async def never(_request: httpx.Request) -> None:
    """A call that hangs until its process dies."""
    await asyncio.Event().wait()
