"""A small world, so that each scenario pulls everything anew in seconds."""

import os
from collections.abc import Generator

import pytest
from embedded.unprivileged import scratch_folder
from infra.agency import Agency
from infra.installation import Installation


@pytest.fixture(scope="module")
def installation() -> Generator[Installation]:
    settings = {"OVERRIDE__SANDBOX__SANDBOX_BRANDS": os.environ.get("CHAOS_BRANDS", "3")}
    with scratch_folder() as folder, Installation(folder / "leadline", **settings) as running:
        yield running


@pytest.fixture(scope="module")
def agency(installation: Installation) -> Generator[Agency]:
    """Signed in, connected, with a first complete sync."""
    with Agency(installation) as person:
        person.sign_in()
        person.wait_discovered(person.connect())
        person.map_every_advertiser()
        person.wait_synced()
        yield person
