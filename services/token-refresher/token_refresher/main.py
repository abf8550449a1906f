"""Wiring: the only module that builds pools, clients, the bus and loops."""

from datetime import timedelta
from pathlib import Path

import httpx
from amazon_ads.endpoints import Endpoints
from amazon_ads.lwa import ClientCredentials
from fastapi import FastAPI
from shared.app import create_service_app
from shared.bus import Bus
from shared.clock import Clock, utc_now
from shared.db import Db
from shared.loops import Loops

from .clients import LoginWithAmazon
from .consumers import handlers
from .deps import Deps
from .handout import HandOut
from .jobs import count_by_organization, count_states, forget_old_hours
from .refresher import Refresher
from .routes import internal, public
from .settings import Settings

SERVICE = "token-refresher"
SCHEMA = "token_refresher"
MIGRATIONS = Path(__file__).parent / "migrations"


def create_app(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """The service; `transport` replaces Amazon in tests."""
    db = _db(settings)
    keys = settings.ring()
    amazon = _amazon(settings, transport)
    lease = timedelta(seconds=settings.refresh_lease_seconds)
    refresher = Refresher(db, keys, amazon, batch=settings.refresh_batch, lease=lease, clock=clock)
    wait = timedelta(seconds=settings.handout_wait_seconds)
    believe = timedelta(seconds=settings.handout_cache_seconds)
    handout = HandOut(db, keys, refresher, wait=wait, believe=believe, clock=clock)
    refresher.changed = handout.forget
    bus = Bus(settings, db, service=SERVICE, handlers=handlers(handout.forget))
    loops = _loops(settings, db, refresher, clock)
    return create_service_app(
        settings,
        Deps(db, bus, keys, handout, clock, lambda: loops.wake("refresh")),
        service=SERVICE,
        routers=[public, internal],
        resources=[db, bus, amazon, refresher, handout, loops],
    )


def _db(settings: Settings) -> Db:
    return Db(
        settings.database_url.get_secret_value(),
        schema=SCHEMA,
        pool_size=settings.database_pool_size,
        migrations=MIGRATIONS,
        pooler=settings.database_pooler,
    )


def _loops(settings: Settings, db: Db, refresher: Refresher, clock: Clock) -> Loops:
    loops = Loops()
    loops.every(settings.refresh_tick_seconds, refresher.tick, "refresh")
    loops.every(30, count_states(db, clock), "count_states")
    loops.every(60, count_by_organization(db, clock), "count_by_organization")
    loops.every(3600, forget_old_hours(db, clock), "forget_old_hours")
    return loops


def _amazon(settings: Settings, transport: httpx.AsyncBaseTransport | None) -> LoginWithAmazon:
    return LoginWithAmazon(
        Endpoints.configured(settings.amazon_base_url),
        ClientCredentials(settings.lwa_client_id, settings.lwa_client_secret.get_secret_value()),
        timeout_seconds=settings.refresh_timeout_seconds,
        connections=settings.refresh_batch,
        transport=transport,
    )
