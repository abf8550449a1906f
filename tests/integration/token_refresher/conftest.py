from __future__ import annotations

from collections.abc import AsyncGenerator
from uuid import UUID

import pytest
from infra.connected import Connected, connect
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
