"""An account manager at work over the public API: signs in, connects Amazon, reads numbers.

Ends with the question every test here asks: is what Leadline shows what Amazon's side knows?
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any, Self

import httpx

from infra.installation import Installation

COUNTS = (
    "impressions",
    "clicks",
    "detail_page_views",
    "add_to_cart",
    "purchases",
    "units_sold",
    "new_to_brand_purchases",
)
MONEY = {
    "total_cost": "total_cost_micros",
    "sales": "sales_micros",
    "new_to_brand_sales": "new_to_brand_sales_micros",
}


class Agency:
    """One signed-in person. `api` raises on an error status."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.http = httpx.Client(
            base_url=installation.url,
            timeout=60,
            headers={"Origin": installation.url},
            follow_redirects=False,
        )
        self.session: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def sign_in(self, email: str | None = None, password: str | None = None) -> Self:
        login = self.installation.status()["login"] if email is None else {}
        body = {"email": email or login["email"], "password": password or login["password"]}
        self.session = self.api("POST", "/v1/session", json=body)
        return self

    def api(self, method: str, path: str, **options: Any) -> Any:
        answer = self.call(method, path, **options)
        if answer.is_error:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"X-CSRF-Token": self.session.get("csrf_token", "")}
        return self.http.request(method, path, headers=headers, **options)

    def connect(self, region: str = "NA", user: str | None = None) -> str:
        """Consent on the sandbox's page as `user` (the first offered by default)."""
        started = self.api("POST", "/v1/connections", json={"region": region})
        callback = consent(started["authorize_url"], user)
        answer = self.http.get(callback)
        assert answer.status_code == 303, answer.text
        assert "connected=" in answer.headers["location"], answer.headers["location"]
        return str(started["connection_id"])

    def advertisers(self) -> list[dict[str, Any]]:
        return self.api("GET", "/v1/advertisers")["items"]

    def map_every_advertiser(self) -> None:
        """A brand of its own name for each advertiser."""
        mappings = [
            {"advertiser_id": a["id"], "new_brand_name": a["name"]} for a in self.advertisers()
        ]
        self.api("PUT", "/v1/advertisers/brands", json={"mappings": mappings})

    def sync_all(self) -> None:
        """Ask for every advertiser's reports now."""
        for advertiser in self.advertisers():
            self.api("POST", "/v1/syncs", json={"advertiser_id": advertiser["id"]})

    def wait_discovered(self, connection_id: str) -> list[dict[str, Any]]:
        def done() -> bool:
            connection = self.api("GET", f"/v1/connections/{connection_id}")
            return connection["discovery"]["state"] == "done"

        wait_for(done, "discovery", 90)
        return self.advertisers()

    def wait_synced(self, *, after: str = "", seconds: float = 180) -> None:
        """Every advertiser completed a sync and its numbers are as fresh as that sync."""

        def done() -> bool:
            syncs = self.try_items("/v1/syncs")
            known = {s["advertiser_id"] for s in syncs}
            complete = all(
                s["state"] == "completed" and s["as_of"] >= after and self._loaded(s) for s in syncs
            )
            return bool(syncs) and complete and known >= {a["id"] for a in self.advertisers()}

        wait_for(done, f"syncs: {self.installation.url}", seconds)

    def _loaded(self, sync: dict[str, Any]) -> bool:
        fresh = self.try_items("/v1/metrics/freshness", **days(sync))
        mine = [f for f in fresh if f["advertiser_id"] == sync["advertiser_id"]]
        return bool(mine) and mine[0]["as_of"] is not None and mine[0]["as_of"] >= sync["as_of"]

    def try_items(self, path: str, **params: str) -> list[dict[str, Any]]:
        """The items, or none while something is down."""
        try:
            answer = self.call("GET", path, params=params)
        except httpx.HTTPError:
            return []
        return answer.json()["items"] if answer.is_success else []

    def audit_pages(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        """Every page of the audit log, newest first."""
        before: dict[str, int] = {}
        while True:
            page = self.api("GET", "/v1/audit", params={"limit": 200, **wanted, **before})
            yield page
            if page["before"] is None:
                return
            before = {"before": page["before"]}

    def rows(self, start: str, end: str) -> list[dict[str, Any]]:
        """Every metric per advertiser and day."""
        body = {
            "start_date": start,
            "end_date": end,
            "dimensions": ["date", "advertiser"],
            "granularity": "day",
            "metrics": [*COUNTS, *MONEY],
            "limit": 10_000,
        }
        return self.api("POST", "/v1/metrics/query", json=body)["rows"]


def days(sync: dict[str, Any]) -> dict[str, str]:
    return {"start_date": sync["start_date"], "end_date": sync["end_date"]}


def consent(authorize_url: str, user: str | None = None, *, decision: str = "allow") -> str:
    """Fill in Amazon's page; the URL it sends the browser back to."""
    with httpx.Client(timeout=30, follow_redirects=False) as browser:
        page = browser.get(authorize_url)
        assert page.status_code == 200, page.text
        form = {
            name: unescape(value)
            for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
        }
        users = re.findall(r'name="user" value="([^"]*)"', page.text)
        form |= {"user": user or unescape(users[0]), "decision": decision}
        answer = browser.post(str(page.url).split("?", 1)[0], data=form)
        assert answer.is_redirect, answer.text
        return answer.headers["location"]


def differences(agency: Agency, syncs: Iterable[dict[str, Any]]) -> list[str]:
    """Where Leadline and the sandbox's truth part, per advertiser, day and metric; empty when nowhere.

    The truth is asked as known at each row's own as-of time: Amazon's numbers move by themselves.
    """
    advertisers = {a["id"]: a for a in agency.advertisers()}
    found: list[str] = []
    compared = 0
    for sync in syncs:
        amazon_id = advertisers[sync["advertiser_id"]]["amazon_advertiser_id"]
        shown = [
            r
            for r in agency.rows(sync["start_date"], sync["end_date"])
            if r["advertiser_id"] == sync["advertiser_id"]
        ]
        for as_of in sorted({row["as_of"] for row in shown}):
            truth = truth_by_day(agency.installation, amazon_id, sync, as_of)
            mine = {row["date"]: row for row in shown if row["as_of"] == as_of}
            compared += len(mine)
            found += compare(amazon_id, mine, truth)
    assert compared, "nothing was compared"
    return found


def truth_by_day(
    installation: Installation, amazon_id: str, sync: dict[str, Any], as_of: str
) -> dict[str, dict[str, Any]]:
    params = {"advertiser_id": amazon_id, "as_of": as_of, **days(sync)}
    answer = installation.sandbox("GET", "/truth", params=params)
    return {row["date"]: row for row in answer["rows"]}


def compare(
    amazon_id: str, shown: dict[str, dict[str, Any]], truth: dict[str, dict[str, Any]]
) -> list[str]:
    found: list[str] = []
    for day, row in shown.items():
        known = truth.get(day)
        if known is None:
            found.append(f"{amazon_id} {day}: shown but not true")
            continue
        pairs = [(name, row[name], known[name]) for name in COUNTS]
        pairs += [(name, round(row[name] * 1_000_000), known[to]) for name, to in MONEY.items()]
        found += [f"{amazon_id} {day} {n}: {a} != {b}" for n, a, b in pairs if a != b]
    return found


def now() -> str:
    """This moment as the API writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def assert_true(agency: Agency, since: str) -> None:
    """Everything was pulled anew after `since`, and all of it is true."""
    agency.wait_synced(after=since, seconds=300)
    assert differences(agency, agency.api("GET", "/v1/syncs")["items"]) == []


def wait_for(check: Callable[[], bool], what: str, seconds: float) -> None:
    """Poll until true; fails naming what did not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return
        time.sleep(0.25)
    raise AssertionError(f"{what}: not within {seconds:.0f} s")
