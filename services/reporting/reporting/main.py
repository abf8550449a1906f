"""Reporting's wiring."""

import asyncio
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI
from shared.app import create_service_app
from shared.bus import Bus
from shared.clock import utc_now
from shared.db import Db
from shared.loops import Loops
from shared.objects import ObjectStore

from .consumers import HANDLERS
from .deps import Deps
from .erasures.jobs import Eraser
from .exports.domain import LinkKey
from .exports.jobs import Runner, schedule_exports
from .exports.routes import router as exports_router
from .exports.routes import streams as streams_router
from .loads.jobs import schedule_loads
from .loads.routes import router as loads_router
from .loads.service import Loader
from .metrics.routes import router as metrics_router
from .settings import Settings

SERVICE = "reporting"
MIGRATIONS = Path(__file__).parent / "migrations"


def create_app(settings: Settings) -> FastAPI:
    """The whole service; nothing connects before the lifespan starts."""
    db = Db(
        settings.database_url.get_secret_value(),
        schema=SERVICE,
        pool_size=settings.database_pool_size,
        migrations=MIGRATIONS,
        pooler=settings.database_pooler,
    )
    bus = Bus(settings, db, service=SERVICE, handlers=HANDLERS)
    loops = Loops()
    schedule_loads(
        loops,
        _loader(settings, db),
        poll_seconds=settings.load_poll_seconds,
        workers=settings.load_workers,
    )
    loops.every(10, Eraser(db, utc_now).tick, "erase")
    objects = ObjectStore.from_url(settings.object_store_url)
    schedule_exports(
        loops,
        _exporter(settings, db, objects),
        poll_seconds=settings.export_poll_seconds,
        workers=settings.export_workers,
    )
    deps = Deps(
        db=db,
        bus=bus,
        clock=utc_now,
        export_slots=asyncio.Semaphore(settings.export_concurrency),
        objects=objects,
        link_key=LinkKey(settings.internal_signing_key.get_secret_value()),
    )
    return create_service_app(
        settings,
        deps,
        service=SERVICE,
        routers=[loads_router, metrics_router, streams_router, exports_router],
        resources=[db, bus, loops],
    )


def _exporter(settings: Settings, db: Db, objects: ObjectStore) -> Runner:
    return Runner(
        db=db,
        objects=objects,
        clock=utc_now,
        lease=timedelta(seconds=settings.export_lease_seconds),
        max_attempts=settings.export_max_attempts,
        keep=timedelta(hours=settings.export_keep_hours),
        temp_folder=settings.load_temp_folder,
    )


def _loader(settings: Settings, db: Db) -> Loader:
    return Loader(
        db=db,
        objects=ObjectStore.from_url(settings.object_store_url),
        clock=utc_now,
        lease=timedelta(seconds=settings.load_lease_seconds),
        max_attempts=settings.load_max_attempts,
        temp_folder=settings.load_temp_folder,
    )
