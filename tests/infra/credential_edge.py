"""The token-refresher's app, called as services and users call it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from shared.db import Db
from shared.internal_tokens import Actor, TokenSigner, generate_keypair
from shared.logs import setup_logs
from token_refresher.main import create_app
from token_refresher.settings import Settings

from infra.credentials import KEYS, World

CALLERS = ("gateway", "auth", "dsp-ingest", "amc-runner", "reporting")
PAIRS = {name: generate_keypair() for name in CALLERS}
GRANT: dict[str, Any] = {
    "region": "NA",
    "refresh_token": "Atzr|first",
    "access_token": "Atza|first",
    "expires_in": 3600,
}


@dataclass
class Edge:
    """The running app, called as services and users call it."""

    http: httpx.AsyncClient
    world: World
    db: Db

    async def call(self, method: str, path: str, *, by: Actor, json: Any = None) -> httpx.Response:
        signer = by.subject if by.kind == "service" else "gateway"
        token = TokenSigner(signer, PAIRS[signer][0]).sign(by, "token-refresher")
        headers = {"Authorization": f"Bearer {token}"}
        return await self.http.request(method, path, json=json, headers=headers)

    async def put(
        self, connection_id: UUID, organization_id: UUID, **changes: Any
    ) -> httpx.Response:
        by = Actor.service("auth", organization_id)
        path = f"/internal/credentials/{connection_id}"
        return await self.call("PUT", path, by=by, json={**GRANT, **changes})

    async def take(
        self, connection_id: UUID, organization_id: UUID, *, by: str = "dsp-ingest"
    ) -> httpx.Response:
        path = f"/internal/credentials/{connection_id}/access-token"
        return await self.call("POST", path, by=Actor.service(by, organization_id), json={})

    async def listed(self, organization_id: UUID) -> list[dict[str, Any]]:
        user = Actor("user", "u", organization_id, frozenset({"connection:read"}))
        answer = await self.call("GET", "/v1/credentials", by=user)
        assert answer.status_code == 200
        return answer.json()["items"]


@contextlib.asynccontextmanager
async def serve(world: World, log: io.StringIO) -> AsyncGenerator[Edge]:
    """One replica of the service; its log goes to `log`."""
    settings = Settings(
        database_url=world.url,  # type: ignore[arg-type]
        kafka_bootstrap_servers="127.0.0.1:1",
        redis_url="redis://127.0.0.1:1/0",  # type: ignore[arg-type]
        object_store_url="file:///nowhere",
        service_port=8742,
        public_url="http://127.0.0.1:8400",
        internal_signing_key=generate_keypair()[0],  # type: ignore[arg-type]
        internal_public_keys={name: pair[1] for name, pair in PAIRS.items()},
        token_encryption_keys=KEYS,  # type: ignore[arg-type]
        lwa_client_id="client",
        lwa_client_secret="secret",  # type: ignore[arg-type]
        amazon_base_url="http://amazon",
        log_level="debug",
        refresh_tick_seconds=60,
    )
    amazon = httpx.MockTransport(world.amazon.answer)
    app = create_app(settings, clock=world.clock, transport=amazon)
    setup_logs("token-refresher", level="debug", stream=log)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://tr"
        ) as http,
    ):
        yield Edge(http, world, app.state.deps.db)
