"""IDENTITY_PROVIDER=clerk and nothing else: people come from Clerk, and go with it. In a real browser."""

import re
from collections.abc import Generator

import pytest
from embedded.unprivileged import scratch_folder
from infra.browser import Watched, open_browser, violations
from infra.installation import Installation
from playwright.sync_api import Page, expect

WAIT_MS = 30_000


@pytest.fixture(scope="module")
def clerk_installation() -> Generator[Installation]:
    with (
        scratch_folder() as folder,
        Installation(folder / "leadline", IDENTITY_PROVIDER="clerk") as running,
    ):
        yield running


@pytest.fixture
def watched(clerk_installation: Installation) -> Generator[Watched]:
    with open_browser() as browser:
        context = browser.new_context(base_url=clerk_installation.url)
        yield Watched(context)
        context.close()


def sign_in(page: Page, name: str) -> None:
    """From the login page to Clerk's, pick a person, and back."""
    page.get_by_role("button", name="Continue to sign in").click()
    page.get_by_role("button", name=name).click()


def test_a_person_of_clerk_signs_in_and_leaves_with_clerks_session(
    clerk_installation: Installation, watched: Watched
) -> None:
    page = watched.page
    page.goto("/connections/")
    expect(page).to_have_url(re.compile("/login/"))
    expect(page.get_by_test_id("clerk-sign-in")).to_be_visible(timeout=WAIT_MS)
    assert violations(page) == []
    sign_in(page, "Olivia Owens")
    expect(page).to_have_url(re.compile("/connections/"), timeout=WAIT_MS)
    _leaves_with_both_sessions(page)
    sign_in(page, "Olivia Owens")
    expect(page).to_have_url(re.compile(f"{clerk_installation.url}/$"), timeout=WAIT_MS)
    _ends_when_clerk_ends_it(clerk_installation, page)
    answers = "the server responded with a status of"
    assert [problem for problem in watched.problems if answers not in problem] == []


def _leaves_with_both_sessions(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Olivia Owens")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page).to_have_url(re.compile("/login/"), timeout=WAIT_MS)
    expect(page.get_by_test_id("clerk-sign-in")).to_be_visible(timeout=WAIT_MS)


def _ends_when_clerk_ends_it(installation: Installation, page: Page) -> None:
    """An operator deletes the user at Clerk; the webhook ends what is open here."""
    users = installation.sandbox("GET", "/clerk")["users"]
    olivia = next(u["id"] for u in users if u["first_name"] == "Olivia")
    installation.sandbox("DELETE", f"/clerk/users/{olivia}")
    expect(page).to_have_url(re.compile("/login/"), timeout=WAIT_MS)
    expect(page.get_by_test_id("clerk-sign-in")).to_be_visible(timeout=WAIT_MS)


def test_a_person_without_an_organization_is_told_what_to_do(watched: Watched) -> None:
    page = watched.page
    page.goto("/login/")
    sign_in(page, "Nora Nomad")
    expect(page.get_by_text("belongs to no organization")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="Use another account").click()
    expect(page.get_by_test_id("clerk-sign-in")).to_be_visible(timeout=WAIT_MS)


def test_pages_for_passwords_say_that_clerk_has_them(watched: Watched) -> None:
    for path in ("/sign-up/", "/forgot-password/", "/reset-password/"):
        watched.page.goto(path)
        expect(watched.page.get_by_text("Accounts are kept at Clerk")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "lets_in"), [("/login/", True), ("/invitation/", True), ("/sign-up/", False)]
)
def test_only_pages_that_need_clerk_let_its_origin_in(
    clerk_installation: Installation, watched: Watched, path: str, *, lets_in: bool
) -> None:
    page = watched.page.goto(path)
    assert page is not None
    policy = page.headers["content-security-policy"]
    assert (clerk_installation.sandbox_url in policy) is lets_in
