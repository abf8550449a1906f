"""An audit log of the test's own."""

import pytest
from infra.audit_log import MIGRATIONS, Log
from infra.databases import Databases, MakeDb


@pytest.fixture
async def log(make_db: MakeDb, databases: Databases) -> Log:
    url = await databases.create("auth", MIGRATIONS)
    db = await make_db("auth", MIGRATIONS, url=url)
    return Log(db, databases.admin_url(url))
