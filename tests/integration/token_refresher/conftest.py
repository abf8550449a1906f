from __future__ import annotations

import io
import logging
from collections.abc import AsyncGenerator, Iterator
from uuid import UUID

import pytest
from infra.connected import Connected, connect
from infra.credential_edge import Edge, serve
from infra.credentials import World
from infra.databases import Databases, MakeDb
from token_refresher.main import MIGRATIONS, SCHEMA


@pytest.fixture
async def world(databases: Databases, make_db: MakeDb, organization_id: UUID) -> World:
    url = await databases.create(SCHEMA, MIGRATIONS)
    return World(make_db, url, organization_id)


@pytest.fixture
async def connected(world: World) -> AsyncGenerator[Connected]:
    async with connect(world) as opened:
        yield opened


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
async def edge(world: World, log: io.StringIO) -> AsyncGenerator[Edge]:
    async with serve(world, log) as served:
        yield served
