"""Numbers stay true to the cent while Amazon throttles, fails, hangs up and truncates."""

import time
from typing import Any

import pytest
from infra.agency import Agency, assert_true, now, wait_for
from infra.installation import Installation

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(420)]


FAULTS: dict[str, list[dict[str, Any]]] = {
    "429 with Retry-After": [{"kind": "429", "rate": 0.4, "retry_after": 1}],
    "429 without Retry-After": [{"kind": "429_no_retry_after", "rate": 0.3}],
    "500": [{"kind": "500", "rate": 0.3}],
    "dropped connections": [{"kind": "drop", "rate": 0.3}],
    "truncated downloads": [{"match": "GET /na/_download", "kind": "truncate", "rate": 0.5}],
    "all at once": [
        {"kind": "429", "rate": 0.1, "retry_after": 1},
        {"kind": "500", "rate": 0.1},
        {"kind": "drop", "rate": 0.1},
        {"match": "GET /na/_download", "kind": "truncate", "rate": 0.3},
    ],
}


@pytest.mark.parametrize("name", FAULTS)
def test_while_amazon_answers_with(agency: Agency, installation: Installation, name: str) -> None:
    rules = [{"match": "*", "count": None, **rule} for rule in FAULTS[name]]
    installation.sandbox("PUT", "/faults", json={"rules": rules})
    since = now()
    try:
        agency.sync_all()
        wait_for(lambda: fired(installation) > 0, "a fault", 60)
        time.sleep(5)  # long enough for several more of them
    finally:
        counts = fired(installation)
        installation.sandbox("PUT", "/faults", json={"rules": []})
    assert counts > 0
    assert_true(agency, since)


def fired(installation: Installation) -> int:
    return sum(rule["fired"] for rule in installation.sandbox("GET", "/faults")["rules"])
