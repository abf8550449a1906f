"""Wiring: the only module that builds pools, clients, the bus and loops."""

import random
import shutil
from functools import partial
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
from shared.objects import ObjectStore
from shared.ratelimit import connect
from shared.service_client import ServiceClient

from . import jobs
from .consumers import HANDLERS
from .deps import Deps, budgets_of, planner_of, tools_of
from .entities.routes import router as entity_router
from .erasures.jobs import Eraser
from .listings import jobs as listings
from .listings.routes import router as listing_router
from .listings.service import Work as ListingWork
from .planning.routes import router as planning_router
from .quota.routes import router as quota_router
from .quota.service import Allowance, Sweeper
from .quota.shared_quota import Quota, SharedQuota
from .quota.turnstile import Turnstile
from .reports.clients import Amazon, Warehouse
from .reports.service import Work as ReportWork
from .routes import router
from .settings import Settings
from .streams.wiring import Parts, schedule_streams
from .workers import Trade, Workers

SERVICE = "dsp-ingest"
SCHEMA = "dsp_ingest"
MIGRATIONS = Path(__file__).parent / "migrations"


def create_app(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    amazon_transport: httpx.AsyncBaseTransport | None = None,
    token_transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """The service; the transports replace Amazon and token-refresher in tests."""
    db = _database(settings)
    bus = Bus(settings, db, service=SERVICE, handlers=HANDLERS)
    signer = TokenSigner(SERVICE, settings.internal_signing_key.get_secret_value())
    tokens = ServiceClient(
        settings.token_refresher_url, "token-refresher", signer, SERVICE, transport=token_transport
    )
    valkey = Valkey(settings.redis_url.get_secret_value())
    quota = SharedQuota(valkey.redis, "amazon-quota", budgets_of(settings))
    amazon = _amazon(settings, tokens, quota, amazon_transport)
    objects = ObjectStore.from_url(settings.object_store_url)
    warehouse = Warehouse(objects)
    scratch = Scratch(settings)
    tools = tools_of(settings, amazon, warehouse, scratch.path, clock)
    allowance = Allowance(quota, settings.lwa_client_id)
    deps = Deps(settings, db, bus, clock, random.random, planner_of(settings), tools, allowance)
    loops = Loops()
    workers = Workers(deps, loops, _reports(settings))
    listers = Workers(deps, loops, _listings(settings))
    loops.every(settings.plan_tick_seconds, partial(jobs.plan, deps), "plan")
    loops.every(settings.work_tick_seconds, workers.tick, "work")
    loops.every(settings.work_tick_seconds, listers.tick, "list")
    loops.every(3600, Sweeper(db, clock).tick, "quota-ledger")
    loops.every(10, Eraser(db, objects, clock).tick, "erase")
    parts = Parts(db, amazon, objects, clock)
    queues = schedule_streams(settings, loops, parts, amazon_transport)
    return create_service_app(
        settings,
        deps,
        service=SERVICE,
        routers=[router, planning_router, quota_router, listing_router, entity_router],
        resources=[db, bus, scratch, valkey, tokens, amazon, *queues, workers, listers, loops],
    )


def _reports(settings: Settings) -> Trade[ReportWork]:
    return Trade("work", settings.work_concurrency, jobs.claim, jobs.carry_out, jobs.release)


def _listings(settings: Settings) -> Trade[ListingWork]:
    return Trade(
        "list", settings.list_concurrency, listings.claim, listings.carry_out, listings.release
    )


def _database(settings: Settings) -> Db:
    return Db(
        settings.database_url.get_secret_value(),
        schema=SCHEMA,
        pool_size=settings.database_pool_size,
        migrations=MIGRATIONS,
        pooler=settings.database_pooler,
    )


def _amazon(
    settings: Settings,
    tokens: ServiceClient,
    quota: Quota,
    transport: httpx.AsyncBaseTransport | None,
) -> Amazon:
    http = httpx.AsyncClient(transport=transport, trust_env=not settings.amazon_base_url)
    endpoints = Endpoints.configured(settings.amazon_base_url)
    return Amazon(
        httpx.AsyncClient(transport=Turnstile(http, quota, endpoints)),
        endpoints,
        client_id=settings.lwa_client_id,
        tokens=tokens,
        max_file_bytes=settings.max_file_bytes,
    )


class Valkey:
    """The connection to Valkey; without it every replica waits for itself."""

    def __init__(self, url: str) -> None:
        self.redis = connect(url)

    async def start(self) -> None:
        """Connections open with the first command."""

    async def stop(self) -> None:
        await self.redis.aclose()


class Scratch:
    """A folder of this replica's own for files under work; what a killed process left is removed."""

    def __init__(self, settings: Settings) -> None:
        name = f"leadline-dsp-ingest-{settings.service_port}-{settings.replica_id}"
        self.path = settings.scratch_dir / name

    async def start(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)

    async def stop(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
