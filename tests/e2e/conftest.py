"""One installation for the module: `make up` on free ports, in a scratch folder."""

from collections.abc import Generator

import pytest
from embedded.unprivileged import scratch_folder
from infra.agency import Agency
from infra.installation import Installation


@pytest.fixture(scope="module")
def installation() -> Generator[Installation]:
    with scratch_folder() as folder, Installation(folder / "leadline") as running:
        yield running


@pytest.fixture(scope="module")
def agency(installation: Installation) -> Generator[Agency]:
    with Agency(installation) as person:
        yield person.sign_in()
