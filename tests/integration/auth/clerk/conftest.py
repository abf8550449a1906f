"""An installation under Clerk, of the test's own."""

from collections.abc import AsyncGenerator

import pytest
from auth.main import MIGRATIONS
from infra.clerk import ClerkWorld, build_clerk_world
from infra.databases import Databases, MakeDb


@pytest.fixture
async def clerk(
    make_db: MakeDb, databases: Databases, redis_url: str
) -> AsyncGenerator[ClerkWorld]:
    url = await databases.create("auth", MIGRATIONS)
    db = await make_db("auth", MIGRATIONS, url=url)
    built = build_clerk_world(url, redis_url, db)
    await built.hold()
    yield built
    await built.auth.close()
