"""A person leaves: what another Amazon user also sees goes on, in the middle of a pull, and stays true."""

from collections.abc import Generator
from typing import Any

import pytest
from embedded.unprivileged import scratch_folder
from infra.agency import Agency, differences, now, wait_for
from infra.browser import Watched, open_browser, signed_in, violations
from infra.installation import Installation
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e
PATIENT = 60_000
SLOW, USUAL = {"pending_seconds": 3}, {"pending_seconds": 0.5}


@pytest.fixture(scope="module")
def installation() -> Generator[Installation]:
    settings = {"SANDBOX_BRANDS": "4"}
    with scratch_folder() as folder, Installation(folder / "leadline", **settings) as running:
        yield running


@pytest.fixture
def watched(agency: Agency) -> Generator[Watched]:
    with open_browser() as browser:
        tab = signed_in(browser, agency)
        yield tab
        assert tab.problems == []


def test_pulls_go_on_through_the_other_user_without_a_gap(
    installation: Installation, agency: Agency, watched: Watched
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

    watched.page.goto("/coverage/")
    assert _shown_serving(watched, both) == {morgan}

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
    _page_shows_it(watched, agency_wide[min(both)]["name"], why["cause_text"])
    assert _shown_serving(watched, both) == {robin}
    _card_asks_for_a_consent(watched, morgan)


def _shown_serving(watched: Watched, ids: set[str]) -> set[str | None]:
    """The connections that the coverage page shows for these advertisers."""
    rows = watched.page.locator("tr[data-advertiser-id]")
    expect(rows.first).to_be_visible()
    return {
        row.get_by_test_id("serving").get_attribute("data-connection-id")
        for row in rows.all()
        if row.get_attribute("data-advertiser-id") in ids
    }


def _page_shows_it(watched: Watched, advertiser: str, cause: str) -> None:
    """The page that was open all the while says who serves now, and why."""
    page = watched.page
    page.get_by_label(f"Why {advertiser} is served by Robin Achterberg").click(timeout=PATIENT)
    reasons = page.get_by_role("dialog")
    expect(reasons).to_contain_text(cause)
    expect(reasons.locator("[data-usable=false]")).to_contain_text("Morgan Vale")
    assert violations(page) == []
    page.keyboard.press("Escape")


def _card_asks_for_a_consent(watched: Watched, connection_id: str) -> None:
    watched.page.goto("/connections/")
    card = watched.page.locator(f"[data-connection-id='{connection_id}']").first
    expect(card.get_by_text("Consent needed")).to_be_visible(timeout=PATIENT)
    expect(card.get_by_role("button", name="Reconnect")).to_be_visible()


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
