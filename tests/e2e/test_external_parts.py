"""Leadline on somebody else's servers: a pooled Postgres, a guarded Kafka, Valkey, and S3.

The tests of this module run in order: each goes on where the one before it left the installation.
"""

from collections.abc import Callable, Generator

import pytest
from embedded.settings import SERVICES
from embedded.unprivileged import scratch_folder
from infra.agency import Agency, assert_true, differences, now, wait_for
from infra.external_parts import ExternalParts
from infra.external_s3 import PREFIX
from infra.installation import Installation

pytestmark = pytest.mark.e2e

DISRUPTIONS: dict[str, Callable[[ExternalParts], object]] = {
    "Postgres ends the pooler's connections": ExternalParts.cut_server_connections,
    "the pooler is killed and comes back": ExternalParts.crash_pooler,
}


@pytest.fixture(scope="module")
def parts() -> Generator[ExternalParts]:
    with scratch_folder() as folder, ExternalParts(folder) as running:
        yield running


@pytest.fixture(scope="module")
def installation(parts: ExternalParts) -> Generator[Installation]:
    settings = {**parts.settings, "OVERRIDE__SANDBOX__SANDBOX_BRANDS": "3"}
    with scratch_folder() as folder, Installation(folder / "leadline", **settings) as running:
        yield running


def test_no_external_part_runs_as_a_process_of_its_own(installation: Installation) -> None:
    names = {process["name"] for process in installation.status()["processes"]}
    assert names == {"provision", "sandbox", *SERVICES}


def test_from_consent_to_true_numbers(agency: Agency) -> None:
    agency.wait_discovered(agency.connect())
    agency.map_every_advertiser()
    agency.wait_synced()
    assert differences(agency, agency.api("GET", "/v1/syncs")["items"]) == []


def test_objects_lie_in_the_bucket_and_nowhere_else(agency: Agency, parts: ExternalParts) -> None:
    keys = parts.s3.keys()
    assert keys
    assert all(key.startswith(f"{PREFIX}/") for key in keys)
    left = {path.name for path in agency.installation.home.iterdir()}
    assert not left & {"objects", "postgres", "valkey", "kafka"}


@pytest.mark.parametrize("name", DISRUPTIONS)
def test_numbers_stay_true_in_a_sync_in_which(
    agency: Agency, parts: ExternalParts, name: str
) -> None:
    since = now()
    agency.sync_all()

    def begun() -> bool:
        syncs = agency.try_items("/v1/syncs")
        return any(s["state"] == "running" and s["slices_done"] for s in syncs)

    wait_for(begun, "a sync that is half-way", 60)
    assert DISRUPTIONS[name](parts) != 0
    assert_true(agency, since)


def test_it_starts_again_on_the_same_servers_and_data(
    installation: Installation, agency: Agency
) -> None:
    installation.down()
    installation.up()
    agency.sign_in()
    assert differences(agency, agency.api("GET", "/v1/syncs")["items"]) == []
    since = now()
    agency.sync_all()
    assert_true(agency, since)


def test_no_statement_was_prepared_for_longer_than_its_transaction(
    installation: Installation, parts: ExternalParts
) -> None:
    """A name lives on one server connection; the pooler hands the next transaction another one."""
    installation.add_organization("Strangers", "stranger@example.org", "a different passphrase")
    statements = parts.statements()
    roles = {line.partition(":")[0] for line in statements}
    assert roles >= {f"leadline {name.replace('-', '_')}" for name in SERVICES}
    assert [line for line in statements if "execute <unnamed>" not in line] == []
