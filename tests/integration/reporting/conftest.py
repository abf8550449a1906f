"""A reporting database, an object store and the service's HTTP edge, in process."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from infra.databases import MakeDb
from infra.reporting_slices import ReportingWorld
from reporting.deps import Deps
from reporting.exports.domain import LinkKey
from reporting.exports.routes import router as exports_router
from reporting.exports.routes import streams as streams_router
from reporting.loads.routes import router as loads_router
from reporting.main import MIGRATIONS
from reporting.metrics.routes import router as metrics_router
from reporting.settings import Settings
from shared.app import create_service_app
from shared.bus import Bus
from shared.ids import new_id
from shared.internal_tokens import Actor, TokenSigner, generate_keypair

KEYS = generate_keypair()
PERMISSIONS = frozenset({"report:read", "report:export", "sync:manage"})
Headers = dict[str, str]
SignIn = Callable[..., Headers]


@pytest.fixture
async def world(make_db: MakeDb, tmp_path: Path, organization_id: UUID) -> ReportingWorld:
    db = await make_db("reporting", MIGRATIONS)
    return ReportingWorld(db, tmp_path, organization_id)


@pytest.fixture
def app(world: ReportingWorld, tmp_path: Path) -> FastAPI:
    settings = Settings.model_validate(
        {
            "service_port": 8760,
            "database_url": "postgresql://unused",
            "kafka_bootstrap_servers": "127.0.0.1:1",
            "redis_url": "redis://unused",
            "object_store_url": f"file://{tmp_path}/objects",
            "internal_signing_key": KEYS[0],
            "internal_public_keys": {"gateway": KEYS[1]},
            "public_url": "http://127.0.0.1:8400",
        }
    )
    deps = Deps(
        db=world.db,
        bus=Bus(settings, world.db, service="reporting"),
        clock=lambda: world.now,
        export_slots=asyncio.Semaphore(2),
        objects=world.loader.objects,
        link_key=LinkKey(KEYS[0]),
    )
    return create_service_app(
        settings,
        deps,
        service="reporting",
        routers=[loads_router, metrics_router, streams_router, exports_router],
        resources=[],
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://reporting") as opened:
        yield opened


@pytest.fixture
def sign_in(organization_id: UUID) -> SignIn:
    """`sign_in()`: headers of a user of the organization; brands and permissions can be narrowed."""
    signer = TokenSigner("gateway", KEYS[0])

    def headers(
        *,
        organization: UUID | None = None,
        brand_ids: frozenset[UUID] | None = None,
        permissions: frozenset[str] = PERMISSIONS,
        subject: UUID | None = None,
    ) -> Headers:
        actor = Actor(
            "user",
            str(subject or new_id()),
            organization or organization_id,
            permissions,
            brand_ids,
        )
        return {"Authorization": f"Bearer {signer.sign(actor, 'reporting')}"}

    return headers


@pytest.fixture
def visitor() -> Headers:
    """Headers of somebody who is not signed in, as the gateway sends them on."""
    signed = TokenSigner("gateway", KEYS[0]).sign(Actor("anonymous", "anonymous"), "reporting")
    return {"Authorization": f"Bearer {signed}"}
