"""From consent to a true number on screen, in a real browser, on real processes.

The tests of this module run in order: each goes on where the one before it left the installation.
"""

import csv
import io
import re
from collections.abc import Generator
from decimal import Decimal
from typing import Any

import pytest
from infra.agency import MONEY, Agency, differences
from infra.browser import Watched, open_browser, violations
from infra.installation import Installation
from infra.leftovers import leaked_secrets
from infra.sql import run_sql
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.e2e
PATIENT = 60_000
expect.set_options(timeout=20_000)
SETTINGS = [
    "profile",
    "security",
    "sessions",
    "organization",
    "members",
    "roles",
    "api-keys",
    "audit",
]
MAIN = [
    "/",
    "/campaigns/",
    "/connections/",
    "/advertisers/",
    "/coverage/",
    "/amc/",
    "/sync/",
    "/exports/",
]
PAGES = [*MAIN, *(f"/settings/{page}/" for page in SETTINGS)]
STRANGER = ("stranger@example.org", "a quite different passphrase")


@pytest.fixture(scope="module")
def context(installation: Installation) -> Generator[BrowserContext]:
    with open_browser() as browser:
        opened = browser.new_context(
            base_url=installation.url, viewport={"width": 1440, "height": 1000}, locale="en-US"
        )
        opened.set_default_timeout(PATIENT)
        yield opened
        opened.close()


@pytest.fixture
def watched(context: BrowserContext) -> Generator[Watched]:
    tab = Watched(context)
    yield tab
    tab.page.close()
    assert tab.problems == []


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


def test_a_person_signs_in(page: Page, installation: Installation) -> None:
    login = installation.status()["login"]
    page.goto("/")
    expect(page).to_have_url(re.compile("/login/"))
    form = page.get_by_test_id("login-form")
    form.get_by_label("E-mail").fill(login["email"])
    form.locator("input[type=password]").fill(login["password"])
    form.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).click()
    expect(page).not_to_have_url(re.compile("/login/"))


def test_connecting_amazon_shows_advertisers_and_a_countdown(page: Page) -> None:
    page.goto("/connections/")
    page.get_by_test_id("connect-amazon").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("continue|connect", re.IGNORECASE)).click()
    expect(page.get_by_role("heading", name=re.compile("wants to use"))).to_be_visible()
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_url(re.compile(r"/connections/\?connected="))
    card = page.get_by_test_id("connection-card").first
    countdown = card.get_by_test_id("token-countdown")
    expect(countdown).to_have_text(re.compile(r"\d+:\d\d|\d+ ?m"))
    before = countdown.inner_text()
    expect(countdown).not_to_have_text(before)


def test_every_advertiser_lands_and_progress_reaches_the_end(page: Page, agency: Agency) -> None:
    connection = agency.api("GET", "/v1/connections")["items"][0]
    found = agency.wait_discovered(connection["id"])
    assert len(found) > 10
    page.goto("/connections/")
    expect(page.get_by_test_id("sync-progress").first).to_be_visible()
    agency.map_every_advertiser()
    agency.wait_synced()
    progress = page.get_by_test_id("sync-progress").first
    expect(progress).to_have_attribute("data-fraction", "1", timeout=PATIENT)


def test_totals_equal_the_truth_to_the_cent_per_brand_and_day(agency: Agency) -> None:
    syncs = agency.api("GET", "/v1/syncs")["items"]
    assert differences(agency, syncs) == []


def test_the_dashboard_shows_the_api_numbers_with_their_age(page: Page, agency: Agency) -> None:
    page.goto("/")
    tiles = ("total_cost", "impressions", "clicks", "click_through_rate", "detail_page_views")
    tiles += ("purchases", "sales", "roas", "new_to_brand_share")
    spend = page.get_by_test_id("kpi-total_cost")
    expect(spend).to_have_attribute("data-value", re.compile(r"\d"))
    currency = spend.get_attribute("data-currency")
    start, end = dashboard_range(page)
    body = {"start_date": start, "end_date": end, "dimensions": [], "metrics": list(tiles)}
    answer = agency.api("POST", "/v1/metrics/query", json=body)
    total = next(t for t in answer["totals"] if t["currency"] == currency)
    for name in tiles:
        tile = page.get_by_test_id(f"kpi-{name}")
        expect(tile).to_have_attribute("data-value", re.compile(r"\d"))  # the page was reloaded
        assert Decimal(str(tile.get_attribute("data-value"))) == Decimal(str(total[name])), name
        expect(page.get_by_test_id(f"kpi-{name}-as-of")).to_contain_text(re.compile(r"\d"))
    expect(page.get_by_test_id("daily-chart")).to_be_visible()
    expect(page.get_by_test_id("campaign-table").get_by_role("row")).not_to_have_count(0)


def dashboard_range(page: Page) -> tuple[str, str]:
    """The dates the dashboard asked for, from its last query."""
    with page.expect_request("**/v1/metrics/query") as asked:
        page.reload()
    body: Any = asked.value.post_data_json
    return body["start_date"], body["end_date"]


def test_the_csv_is_what_is_on_screen(page: Page) -> None:
    with page.expect_response("**/v1/metrics/query") as answered:
        page.goto("/")
    expect(page.get_by_test_id("campaign-table")).to_be_visible()
    assert answered.value.ok
    button = page.get_by_test_id("download-csv")
    with page.expect_request("**/v1/metrics/query.csv") as asked, page.expect_download() as saved:
        button.click()
    with open(saved.value.path(), encoding="utf-8-sig", newline="") as file:  # noqa: PTH123
        rows = list(csv.DictReader(io.StringIO(file.read())))
    body: Any = asked.value.post_data_json
    shown = page.evaluate(
        """async ([body, token]) => (await fetch('/v1/metrics/query', {method: 'POST',
        headers: {'content-type': 'application/json', 'x-csrf-token': token},
        body: JSON.stringify(body)})).json()""",
        [body, asked.value.headers["x-csrf-token"]],
    )["rows"]
    assert len(rows) == len(shown) > 0
    first = shown[0]
    money = next(name for name in MONEY if name in first)
    column = next(name for name in rows[0] if money in name.lower().replace(" ", "_"))
    assert Decimal(rows[0][column]) == Decimal(str(first[money]))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(page: Page, path: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-loading=true]")).to_have_count(0)
    assert violations(page) == []


def test_a_narrow_screen_does_not_scroll_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in PAGES:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("[data-loading=true]")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_amc_instances_of_the_connection_are_shown(agency: Agency) -> None:
    instances = agency.api("GET", "/v1/amc/instances")["items"]
    accounts = agency.api("GET", "/v1/amc/accounts")["items"]
    assert instances
    assert {i["account_id"] for i in instances} <= {a["account_id"] for a in accounts}


def test_a_second_organization_sees_nothing_of_the_first(
    installation: Installation, agency: Agency
) -> None:
    installation.add_organization("Strangers", *STRANGER)
    with Agency(installation) as stranger:
        stranger.sign_in(*STRANGER)
        assert_sees_nothing_of(agency, stranger)


def assert_sees_nothing_of(agency: Agency, stranger: Agency) -> None:
    connection = agency.api("GET", "/v1/connections")["items"][0]
    for path in ("/v1/brands", "/v1/connections", "/v1/advertisers", "/v1/credentials"):
        assert stranger.api("GET", path)["items"] == [], path
    for path in ("/v1/syncs", "/v1/syncs/reports", "/v1/amc/accounts", "/v1/amc/instances"):
        assert stranger.api("GET", path)["items"] == [], path
    assert stranger.call("GET", f"/v1/connections/{connection['id']}").status_code == 404
    sync = agency.api("GET", "/v1/syncs")["items"][0]
    assert stranger.rows(sync["start_date"], sync["end_date"]) == []
    foreign = {"advertiser_id": sync["advertiser_id"]}
    assert stranger.call("POST", "/v1/syncs", json=foreign).status_code == 404


def test_an_operator_sees_and_replays_a_parked_message(installation: Installation) -> None:
    run_sql(
        installation,
        """insert into reporting.parked_message
               (id, topic, partition, kafka_offset, value, error)
           select event_id, topic, 0, 999999, convert_to(payload, 'UTF8'), 'RuntimeError: tried'
           from auth.outbox where topic = 'auth.advertiser.v1' limit 1""",
    )
    operate = ["exec", "gateway", "-m", "gateway.operate", "parked"]
    line = installation.command(*operate, "list", "reporting").strip()
    assert line.endswith("RuntimeError: tried")
    replayed = installation.command(*operate, "replay", "reporting", line.split()[0])
    assert replayed.strip().endswith(": duplicate")
    assert installation.command(*operate, "list", "reporting").strip() == "nothing is parked"


def test_nothing_left_behind_holds_a_secret(installation: Installation) -> None:
    """Logs, Kafka's files, the object store, a dump of the database: after all of the above."""
    assert leaked_secrets(installation) == []
