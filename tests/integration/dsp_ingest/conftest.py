"""A rig per test: Postgres, the sandbox by ASGI, one clock."""

import logging
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import httpx
import pytest
from dsp_ingest.main import MIGRATIONS, SCHEMA, create_app
from infra.databases import Databases, MakeDb
from infra.ingest import Rig, make_sandbox
from infra.ingest_edge import PUBLIC, Edge


@pytest.fixture
async def rig(databases: Databases, make_db: MakeDb, tmp_path: Path) -> AsyncGenerator[Rig]:
    url = await databases.create(SCHEMA, MIGRATIONS)
    db = await make_db(SCHEMA, MIGRATIONS, url=url)
    made = Rig(make_sandbox(), db, url, tmp_path)
    yield made
    await made.control.aclose()


@pytest.fixture
def quiet() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
async def edge(rig: Rig, quiet: None) -> AsyncGenerator[Edge]:
    settings = rig.settings(
        internal_public_keys={"gateway": PUBLIC}, plan_tick_seconds=3600, work_tick_seconds=3600
    )
    app = create_app(settings, clock=rig.clock, amazon_transport=rig.wire)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://dsp-ingest") as http,
    ):
        yield Edge(http, rig)
