"""A report file that cannot be read: rejected, shown with its cause, nothing of it among the numbers."""

from typing import Any

import pytest
from infra.agency import Agency, differences, wait_for
from infra.installation import Installation
from infra.sql import run_sql
from infra.tenants import Tenants

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("security")]
REGIONS = {"NA": "na", "EU": "eu", "FE": "fe"}
REPORTING = ("campaign_fact", "advertiser_day", "advertiser_day_total", "load", "campaign_key")


def rejected(agency: Agency) -> list[dict[str, Any]]:
    return agency.api("GET", "/v1/syncs/reports?state=rejected")["items"]


def numbers(agency: Agency, syncs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    start = min(s["start_date"] for s in syncs)
    end = max(s["end_date"] for s in syncs)
    return sorted(agency.rows(start, end), key=lambda r: (r["date"], r["advertiser_id"]))


def stored(installation: Installation) -> list[Any]:
    """A fingerprint of each of reporting's tables."""
    return [
        run_sql(
            installation,
            f"select count(*), sum(hashtextextended(t::text, 0)::numeric) from reporting.{table} t",  # noqa: S608
        )
        for table in REPORTING
    ]


def test_a_broken_file_is_rejected_and_shown_and_the_numbers_stay(tenants: Tenants) -> None:
    agency, installation = tenants.a, tenants.installation
    victim = agency.advertisers()[-1]
    syncs = agency.api("GET", "/v1/syncs")["items"]
    before, rows, files = stored(installation), numbers(agency, syncs), len(rejected(agency))
    assert rows
    match = f"GET /{REGIONS[victim['region']]}/_download"
    rule = {"match": match, "kind": "malformed", "rate": 1, "count": None}
    installation.sandbox("PUT", "/faults", json={"rules": [rule]})
    try:
        asked = agency.api("POST", "/v1/syncs", json={"advertiser_id": victim["id"]})
        wait_for(lambda: sync_of(agency, victim)["state"] == "failed", "the rejection", 60)
    finally:
        installation.sandbox("PUT", "/faults", json={"rules": []})
    shown = [r for r in rejected(agency) if r["advertiser_id"] == victim["id"]]
    assert len(shown) == asked["slices_total"]
    assert len(rejected(agency)) == files + len(shown)
    for report in shown:
        assert report["error_code"]
        assert report["detail"]
        assert report["advertiser_name"] == victim["name"]
        assert report["raw_uri"]
        assert (installation.home / "objects" / report["raw_uri"]).is_file()
    failed = sync_of(agency, victim)
    assert failed["error_code"]
    assert failed["error_detail"]
    assert stored(installation) == before
    assert numbers(agency, syncs) == rows


def test_the_next_sync_heals_it(tenants: Tenants) -> None:
    agency = tenants.a
    victim = agency.advertisers()[-1]
    old = sync_of(agency, victim)
    agency.api("POST", "/v1/syncs", json={"advertiser_id": victim["id"]})

    def healed() -> bool:
        sync = sync_of(agency, victim)
        return sync["id"] != old["id"] and sync["state"] == "completed"

    wait_for(healed, "the next sync", 60)
    agency.wait_synced()
    assert sync_of(agency, victim)["error_code"] is None
    assert differences(agency, agency.api("GET", "/v1/syncs")["items"]) == []


def sync_of(agency: Agency, advertiser: dict[str, Any]) -> dict[str, Any]:
    syncs = agency.api("GET", "/v1/syncs")["items"]
    return next(s for s in syncs if s["advertiser_id"] == advertiser["id"])
