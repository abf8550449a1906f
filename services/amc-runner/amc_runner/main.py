"""Wiring: the only module that builds pools, clients, the bus and loops."""

from datetime import timedelta
from pathlib import Path

import httpx
from amazon_ads import Endpoints
from fastapi import FastAPI
from shared.app import create_service_app
from shared.bus import Bus
from shared.clock import Clock, utc_now
from shared.db import Db
from shared.internal_tokens import TokenSigner
from shared.loops import Loops
from shared.service_client import ServiceClient

from .clients import SERVICE, Amazon
from .consumers import HANDLERS
from .deps import Deps
from .jobs import Discoverer
from .routes import router
from .settings import Settings

SCHEMA = "amc_runner"
MIGRATIONS = Path(__file__).parent / "migrations"


def create_app(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """The service; `transport` replaces Amazon in tests."""
    db = Db(
        settings.database_url.get_secret_value(),
        schema=SCHEMA,
        pool_size=settings.database_pool_size,
        migrations=MIGRATIONS,
        pooler=settings.database_pooler,
    )
    bus = Bus(settings, db, service=SERVICE, handlers=HANDLERS)
    signer = TokenSigner(SERVICE, settings.internal_signing_key.get_secret_value())
    refresher = ServiceClient(settings.token_refresher_url, "token-refresher", signer, SERVICE)
    endpoints = Endpoints.configured(settings.amazon_base_url)
    amazon = Amazon(endpoints, settings.lwa_client_id, refresher, transport=transport)
    discoverer = Discoverer(
        db=db,
        amazon=amazon,
        clock=clock,
        batch=settings.discovery_batch,
        lease=timedelta(seconds=settings.discovery_lease_seconds),
        every=timedelta(seconds=settings.rediscovery_seconds),
    )
    loops = Loops()
    loops.every(settings.discovery_poll_seconds, discoverer.tick, "discover_amc")
    return create_service_app(
        settings,
        Deps(db=db, bus=bus),
        service=SERVICE,
        routers=[router],
        resources=[db, bus, refresher, amazon, loops],
    )
