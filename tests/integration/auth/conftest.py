"""An auth service of the test's own."""

import secrets
from collections.abc import AsyncGenerator

import pytest
from auth.main import MIGRATIONS
from infra.auth_world import AuthWorld, build_world, settings_for
from infra.databases import Databases, MakeDb


@pytest.fixture
async def world(make_db: MakeDb, databases: Databases, redis_url: str) -> AsyncGenerator[AuthWorld]:
    url = await databases.create("auth", MIGRATIONS)
    db = await make_db("auth", MIGRATIONS, url=url)
    built = build_world(settings_for(url, redis_url, secrets.token_hex(32)), db)
    yield built
    await built.close()


@pytest.fixture
def impatient(world: AuthWorld) -> list[float]:
    """Retries inside a callback do not wait; returns the pauses they asked for."""
    asked: list[float] = []

    async def note(seconds: float) -> None:
        asked.append(seconds)

    object.__setattr__(world.deps.consents.handovers, "sleep", note)
    return asked
