"""A rig per test: Postgres, the sandbox by ASGI, one clock."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from dsp_ingest.main import MIGRATIONS, SCHEMA
from infra.databases import Databases, MakeDb
from infra.ingest import Rig, make_sandbox


@pytest.fixture
async def rig(databases: Databases, make_db: MakeDb, tmp_path: Path) -> AsyncGenerator[Rig]:
    url = await databases.create(SCHEMA, MIGRATIONS)
    db = await make_db(SCHEMA, MIGRATIONS, url=url)
    made = Rig(make_sandbox(), db, url, tmp_path)
    yield made
    await made.control.aclose()
