"""A person leaves: what another Amazon user also sees goes on, in the middle of a pull, and stays true."""

from collections.abc import Generator
from typing import Any

import pytest
from embedded.unprivileged import scratch_folder
from infra.agency import Agency, differences, now, wait_for
from infra.installation import Installation

pytestmark = pytest.mark.e2e
SLOW, USUAL = {"pending_seconds": 3}, {"pending_seconds": 0.5}


@pytest.fixture(scope="module")
def installation() -> Generator[Installation]:
    settings = {"SANDBOX_BRANDS": "4"}
    with scratch_folder() as folder, Installation(folder / "leadline", **settings) as running:
        yield running


def test_pulls_go_on_through_the_other_user_without_a_gap(
    installation: Installation, agency: Agency
) -> None:
    morgan, robin = (agency.connect(user=user) for user in ("morgan", "robin"))
    agency.wait_discovered(morgan)
    agency.wait_discovered(robin)
    agency.map_every_advertiser()
    agency.wait_synced()
    both = {a["id"] for a in agency.advertisers() if len(a["connection_ids"]) == 2}
    assert both
    leaving = agency.api("GET", f"/v1/connections/departures?amazon_user_of={morgan}")
    foreseen = {a["advertiser_id"]: a["successor"] for a in leaving["advertisers"]}

    installation.sandbox("PUT", "/reports", json=SLOW)
    since = now()
    agency.sync_all()
    wait_for(lambda: _running(agency, both), "pulls under way", 30)
    installation.sandbox("POST", "/users/morgan/revoke", json={"access_tokens": True})
    wait_for(lambda: _serving(agency, both) == {(robin, True)}, "failover", 30)
    installation.sandbox("PUT", "/reports", json=USUAL)
    wait_for(lambda: _pulled(agency, both, since), "pulls through the other user", 60)

    mine = [s for s in agency.api("GET", "/v1/syncs")["items"] if s["advertiser_id"] in both]
    agency_wide = {a["id"]: a for a in agency.advertisers()}
    assert differences(agency, mine) == []
    served = {i: a["serving_connection_id"] for i, a in agency_wide.items() if a["served"]}
    assert served == {i: s for i, s in foreseen.items() if s is not None}
    why = agency.api("GET", f"/v1/advertisers/{min(both)}/serving")
    assert (why["cause"], why["previous_connection_id"]) == ("credential_failed", morgan)


def _syncs(agency: Agency, ids: set[str]) -> list[dict[str, Any]]:
    found = [s for s in agency.try_items("/v1/syncs") if s["advertiser_id"] in ids]
    assert not any(s["state"] == "failed" for s in found), "a pull was given up"
    return found


def _running(agency: Agency, ids: set[str]) -> bool:
    return any(s["state"] == "running" for s in _syncs(agency, ids))


def _serving(agency: Agency, ids: set[str]) -> set[tuple[str, bool]]:
    found = [a for a in agency.try_items("/v1/advertisers") if a["id"] in ids]
    return {(a["serving_connection_id"], a["served"]) for a in found}


def _pulled(agency: Agency, ids: set[str], since: str) -> bool:
    found = _syncs(agency, ids)
    done = [s for s in found if s["state"] == "completed" and s["as_of"] >= since]
    return {s["advertiser_id"] for s in done} == ids and all(
        agency._loaded(s)  # pyright: ignore[reportPrivateUsage]
        for s in done
    )
