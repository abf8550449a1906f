"""amc-runner's discovery on a real database, against the sandbox and a stand-in for token-refresher."""

from datetime import timedelta

import pytest
from amc_runner.main import MIGRATIONS
from infra.amc import Runner, Stage
from infra.databases import MakeDb
from shared.clock import utc_now


@pytest.fixture
def stage() -> Stage:
    """Amazon (the sandbox), token-refresher and a clock, all steerable."""
    # handlers read the real clock, the loop reads this one: a little ahead, so that "now" is due
    return Stage(now=utc_now() + timedelta(hours=1))


@pytest.fixture
async def runner(make_db: MakeDb, stage: Stage) -> Runner:
    db = await make_db("amc_runner", MIGRATIONS)
    return Runner(db, stage, lease=timedelta(seconds=120))
