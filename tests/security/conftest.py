"""One installation for the folder: two organizations in a small world, connected and synced."""

from collections.abc import Generator

import httpx
import pytest
from embedded.unprivileged import scratch_folder
from infra.agency import Agency
from infra.installation import Installation
from infra.problems import Problems
from infra.tenants import Tenants, open_tenants

LOGIN_WINDOW_SECONDS = 20
SETTINGS = {
    "OVERRIDE__SANDBOX__SANDBOX_BRANDS": "3",
    "OVERRIDE__AUTH__LOGIN_WINDOW_SECONDS": str(LOGIN_WINDOW_SECONDS),
    "OVERRIDE__AUTH__LOGIN_ATTEMPTS_PER_EMAIL": "4",
    "OVERRIDE__GATEWAY__RATE_LIMIT_LOGIN_PER_MINUTE": "6000",
}


@pytest.fixture(scope="package")
def tenants() -> Generator[Tenants]:
    with scratch_folder() as folder, Installation(folder / "leadline", **SETTINGS) as running:
        opened = open_tenants(running)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def installation(tenants: Tenants) -> Installation:
    return tenants.installation


@pytest.fixture(scope="package")
def a(tenants: Tenants) -> Agency:
    """The owner of the first organization."""
    return tenants.a


@pytest.fixture(scope="package")
def b(tenants: Tenants) -> Agency:
    """The owner of the second one."""
    return tenants.b


@pytest.fixture(scope="package")
def problems(installation: Installation) -> Problems:
    return Problems.of(installation)


@pytest.fixture(scope="package")
def http(installation: Installation) -> Generator[httpx.Client]:
    """A connection that everybody shares; it has the Origin of our own pages."""
    url = installation.url
    with httpx.Client(base_url=url, timeout=30, headers={"Origin": url}) as client:
        yield client
