"""No grant is lost, none is there twice and no lease stays when a process dies in a consent or a refresh.

Amazon is silent at the step that is meant, the victim gets kill -9 there, then Amazon answers again. What must
be true in the end is read from the tables. Kills between the single writes of a refresh:
tests/integration/token_refresher/test_processes.py.
"""

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest
from embedded.unprivileged import scratch_folder
from infra.agency import Agency, consent, wait_for
from infra.installation import Installation
from infra.sql import run_sql

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(420)]
VICTIMS = ("auth", "token-refresher", "valkey", "postgres")
REDEEMED, NAMED = "POST /auth/o2/token", "GET /user/profile"
SILENCE_SECONDS, PATIENT = 4, 200
USERS = ("morgan", "robin", "alex")


@pytest.fixture(scope="module")
def installation() -> Generator[Installation]:
    settings = {"SANDBOX_BRANDS": "3"}
    with scratch_folder() as folder, Installation(folder / "leadline", **settings) as running:
        yield running


@pytest.fixture(scope="module")
def agency(installation: Installation) -> Generator[Agency]:
    with Agency(installation) as person:
        yield person.sign_in()


@contextmanager
def killed_at(installation: Installation, step: str, victim: str) -> Generator[None]:
    """What the block begins reaches the step, where Amazon is silent; the victim dies and comes back."""
    rule = {"match": step, "kind": "timeout", "seconds": SILENCE_SECONDS}
    installation.sandbox("PUT", "/faults", json={"rules": [rule]})
    yield

    def reached() -> bool:
        return installation.sandbox("GET", "/faults")["rules"][0]["fired"] > 0

    wait_for(reached, step, 60)
    pid = installation.kill(victim)
    installation.sandbox("PUT", "/faults", json={"rules": []})

    def back() -> bool:
        process = installation.process(victim)
        return process["state"] == "ready" and process["pid"] != pid

    wait_for(back, f"{victim} started again", 120)


def try_sql(installation: Installation, query: str) -> list[Any]:
    """The rows, or none while Postgres is away."""
    try:
        return run_sql(installation, query)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return []


def come_back(agency: Agency, authorize_url: str, user: str) -> tuple[int, str]:
    """Status and Location of Amazon's answer."""
    answer = agency.http.get(consent(authorize_url, user))
    return answer.status_code, answer.headers.get("location", "")


@pytest.mark.parametrize("step", [REDEEMED, NAMED], ids=["code", "grant"])
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_consent_arrives_once(
    agency: Agency, installation: Installation, victim: str, step: str
) -> None:
    opened = agency.api("POST", "/v1/connections", json={"region": "NA"})
    connection_id, user = opened["connection_id"], USERS[0]
    with ThreadPoolExecutor(1) as pool:
        with killed_at(installation, step, victim):
            landed: Future[tuple[int, str]] = pool.submit(
                come_back, agency, opened["authorize_url"], user
            )
        status, location = landed.result()
    assert status == 303, location
    assert "/connections/?" in location

    def active() -> bool:
        found = [c for c in agency.try_items("/v1/connections") if c["id"] == connection_id]
        return bool(found) and found[0]["status"] == "active" and not found[0]["handing_over"]

    wait_for(active, f"active connection; the browser landed at {location}", PATIENT)
    agency.wait_discovered(connection_id)
    assert at_rest(installation, connection_id) == ("healthy", True)
    told = f"""select count(*) from auth.outbox
        where payload like '%connection.authorized%' and payload like '%{connection_id}%'
        and topic like 'auth.connection%'"""  # noqa: S608
    assert run_sql(installation, told)[0][0] == 1
    assert run_sql(installation, "select count(*) from auth.handover")[0][0] == 0


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_refresh_is_made(agency: Agency, installation: Installation, victim: str) -> None:
    connection_id = agency.connect(user=USERS[0])
    version = (
        f"select version from token_refresher.credential where connection_id = '{connection_id}'"  # noqa: S608
    )
    before = run_sql(installation, version)[0][0]
    with killed_at(installation, REDEEMED, victim):
        due = f"""update token_refresher.credential set next_refresh_at = now(), due_at = now()
            where connection_id = '{connection_id}'"""  # noqa: S608
        run_sql(installation, due)

    def refreshed() -> bool:
        rows = try_sql(installation, version)
        return bool(rows) and rows[0][0] > before

    wait_for(refreshed, "another token", PATIENT)
    assert at_rest(installation, connection_id) == ("healthy", True)


def at_rest(installation: Installation, connection_id: str) -> tuple[str, bool]:
    """The one credential's state, and whether nobody has a lease on it."""
    query = f"""select state, lease_token is null from token_refresher.credential
        where connection_id = '{connection_id}'"""  # noqa: S608
    ((state, free),) = run_sql(installation, query)
    return str(state), bool(free)
