"""Fixtures for every test: real servers on demand, a database per test, a tenant, signed actors."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from infra import Infra, open_infra
from infra.databases import Databases, MakeDb
from shared.db import Db
from shared.ids import new_id
from xdist.scheduler import LoadFileScheduling

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


class ByInstallation(LoadFileScheduling):
    """Workers take whole files; the folder whose files share one installation stays together."""

    def _split_scope(self, nodeid: str) -> str:
        folder = "tests/security/"
        return folder if nodeid.startswith(folder) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByInstallation:
    return ByInstallation(config, log)


@pytest.fixture(scope="session")
def infra() -> Generator[Infra]:
    """Postgres, Valkey and Kafka of this session; each starts when it is first asked for."""
    opened = open_infra()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def databases(infra: Infra) -> Databases:
    return Databases(infra.postgres_url())


@pytest.fixture
async def make_db(databases: Databases) -> AsyncGenerator[MakeDb]:
    """`await make_db("reporting", MIGRATIONS)`: a started Db on a database of this test's own.

    `url=` gives a second, independent pool on an existing database (another replica).
    """
    opened: list[Db] = []

    async def make(schema: str, migrations: Path | None = None, *, url: str | None = None) -> Db:
        where = url or await databases.create(schema, migrations)
        db = Db(where, schema=schema, migrations=migrations)
        await db.start()
        opened.append(db)
        return db

    yield make
    for db in opened:
        await db.stop()
    await databases.drop_all()


@pytest.fixture
def organization_id() -> UUID:
    return new_id()


@pytest.fixture
def other_organization_id() -> UUID:
    return new_id()


@pytest.fixture(scope="session")
def redis_url(infra: Infra) -> str:
    return infra.redis_url()


@pytest.fixture(scope="session")
def kafka_bootstrap(infra: Infra) -> str:
    return infra.kafka_bootstrap()
