"""Numbers stay true to the cent when processes die and events double.

Every scenario asks for all reports again, does its damage while they are on their way, waits until the
installation says that it is done, and compares each advertiser and day with the sandbox's truth.
"""

import random
import time

import pytest
from infra.agency import Agency, assert_true, now, wait_for
from infra.installation import Installation
from infra.sql import run_sql

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(420)]
SEED = 20261124
VICTIMS = (
    "auth",
    "token-refresher",
    "dsp-ingest",
    "amc-runner",
    "reporting",
    "gateway",
    "kafka",
    "postgres",
    "valkey",
)
SERVICE_SCHEMAS = ("auth", "token_refresher", "dsp_ingest", "amc_runner", "reporting")


@pytest.mark.parametrize("victim", VICTIMS)
def test_after_kill_9_at_a_random_moment_of_ingestion(
    agency: Agency, installation: Installation, victim: str
) -> None:
    since = now()
    agency.sync_all()
    time.sleep(random.Random(f"{SEED}{victim}").uniform(0, 4))  # noqa: S311
    killed = installation.kill(victim)

    def back() -> bool:
        process = installation.process(victim)
        return process["state"] == "ready" and process["pid"] != killed

    wait_for(back, f"{victim} started again", 90)
    assert_true(agency, since)


def test_after_every_event_was_delivered_twice(agency: Agency, installation: Installation) -> None:
    before = run_sql(installation, "select count(*) from reporting.load")
    for schema in SERVICE_SCHEMAS:
        run_sql(installation, f"update {schema}.outbox set published_at = null")  # noqa: S608

    def relayed() -> bool:
        waiting = " union all ".join(
            f"select count(*) from {schema}.outbox where published_at is null"  # noqa: S608
            for schema in SERVICE_SCHEMAS
        )
        return not any(row[0] for row in run_sql(installation, waiting))

    wait_for(relayed, "every event sent again", 60)
    since = now()
    agency.sync_all()
    assert_true(agency, since)
    after = run_sql(installation, "select count(*) from reporting.load")
    syncs = agency.api("GET", "/v1/syncs")["items"]
    assert after[0][0] - before[0][0] == sum(s["slices_total"] for s in syncs)
    assert run_sql(installation, "select count(*) from reporting.parked_message")[0][0] == 0
