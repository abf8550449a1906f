"""Token continuity as a person sees it: counts, suspension, and a countdown that no clock can fool."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta

import pytest
from infra.agency import Agency
from infra.browser import open_browser, signed_in, violations
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.e2e
PATIENT = 60_000
NEAR_SECONDS = 5
REASON = "The client asked us to stop until Monday"


@pytest.fixture(scope="module")
def connection_id(agency: Agency) -> str:
    made = agency.connect()
    agency.wait_discovered(made)
    return made


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, agency: Agency, connection_id: str) -> Generator[Page]:
    """A tab of its own, signed in with the agency's session."""
    tab = signed_in(browser, agency)
    yield tab.page
    tab.page.context.close()
    assert tab.problems == []


def countdown(page: Page) -> Locator:
    return page.get_by_test_id("token-countdown").first


def seconds_off(page: Page) -> float:
    """How far what is shown is from the token's true life."""
    shown = countdown(page)
    expires = datetime.fromisoformat(shown.get_attribute("data-expires-at") or "")
    left = (expires - datetime.now(UTC)).total_seconds()
    return abs(float(shown.get_attribute("data-seconds") or "nan") - left)


def expect_true(page: Page) -> None:
    """Within a few seconds of asking anew."""
    until = time.monotonic() + 15
    while not seconds_off(page) < NEAR_SECONDS and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert seconds_off(page) < NEAR_SECONDS


@pytest.mark.parametrize("skew_minutes", [-1440, 20], ids=["a day behind", "20 minutes ahead"])
def test_a_skewed_clock_does_not_skew_the_countdown(page: Page, skew_minutes: int) -> None:
    page.clock.install(time=datetime.now(UTC) + timedelta(minutes=skew_minutes))
    page.goto("/connections/")
    expect(countdown(page)).to_have_attribute("data-seconds", re.compile(r"\d+"))
    expect_true(page)


def test_a_clock_set_while_the_page_is_open_is_noticed(page: Page) -> None:
    page.clock.install(time=datetime.now(UTC))
    page.goto("/connections/")
    expect(countdown(page)).to_have_attribute("data-seconds", re.compile(r"\d+"))
    page.clock.fast_forward("30:00")
    expect_true(page)


def test_a_page_that_was_frozen_shows_the_true_life_when_it_goes_on(page: Page) -> None:
    page.goto("/connections/")
    expect(countdown(page)).to_have_attribute("data-seconds", re.compile(r"\d+"))
    chromium = page.context.new_cdp_session(page)
    chromium.send("Page.setWebLifecycleState", {"state": "frozen"})
    time.sleep(8)
    chromium.send("Page.setWebLifecycleState", {"state": "active"})
    page.wait_for_timeout(1_200)
    assert seconds_off(page) < 3


def test_a_person_suspends_and_resumes_a_connection(page: Page, agency: Agency) -> None:
    page.goto("/connections/")
    page.get_by_test_id("suspend-credential").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("Reason")).fill(REASON)
    assert violations(page) == []
    dialog.get_by_role("button", name="Suspend", exact=True).click()
    expect(page.get_by_test_id("suspension-reason")).to_contain_text(REASON)
    expect(page.get_by_test_id("credential-owner")).to_be_visible()
    assert agency.api("GET", "/v1/credentials")["items"][0]["state"] == "suspended"
    page.get_by_test_id("resume-credential").click()
    expect(page.get_by_test_id("suspend-credential")).to_be_visible()
    expect(page.get_by_text("Healthy", exact=True)).to_be_visible()


def test_the_measured_continuity_is_on_the_page(page: Page, agency: Agency) -> None:
    told = agency.api("GET", "/v1/credentials/continuity?window_hours=168")
    assert (told["due"], told["done"], told["failed"]) == (1, 1, 0)  # the resumption above
    page.goto("/connections/")
    page.get_by_role("radio", name="7 days").click()
    expect(page.get_by_test_id("continuity")).to_have_attribute("data-window-hours", "168")
    expect(page.get_by_test_id("continuity-due")).to_have_text("1")
    expect(page.get_by_test_id("continuity-share")).to_have_text("100 %")
    assert violations(page) == []
