"""People leave: what hangs on them is told beforehand, passes on or dies as chosen, and is on record.

The tests of this module run in order: Dana leaves with an heir, then Ines, who inherited, without one.
"""

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from embedded.unprivileged import scratch_folder
from infra.agency import Agency, wait_for
from infra.browser import Watched, open_browser, signed_in, violations
from infra.installation import Installation
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.e2e
PATIENT = 60_000
PASSWORD = "a quiet harbour lantern"
DANA, INES = ("Dana Whitfield", "dana@example.org"), ("Ines Marchetti", "ines@example.org")
KEY_REQUEST = {"name": "Nightly export", "permissions": ["connection:read"]}


@dataclass(frozen=True)
class Story:
    """The owner at their desk, both colleagues at theirs, and a program with Dana's key."""

    owner: Watched
    dana: Watched
    ines: Watched
    key: str


@pytest.fixture(scope="module")
def installation() -> Generator[Installation]:
    settings = {"SANDBOX_BRANDS": "4"}
    with scratch_folder() as folder, Installation(folder / "leadline", **settings) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def story(browser: Browser, installation: Installation, agency: Agency) -> Story:
    dana, ines = (join(browser, agency, *person) for person in (DANA, INES))
    agency.wait_discovered(agency.connect(user="morgan"))
    with Agency(installation) as hers:
        hers.sign_in(DANA[1], PASSWORD)
        agency.wait_discovered(hers.connect(user="robin"))
        key = hers.api("POST", "/v1/api-keys", json=KEY_REQUEST)["secret"]
        hers.api("DELETE", "/v1/session")  # leaves the one of her browser
    for colleague in (dana, ines):
        colleague.page.goto("/connections/")
        expect(colleague.page.get_by_test_id("connection-card")).to_have_count(2, timeout=PATIENT)
    return Story(signed_in(browser, agency), dana, ines, key)


def tab(browser: Browser, agency: Agency) -> Watched:
    context = browser.new_context(base_url=agency.installation.url, locale="en-US")
    context.set_default_timeout(PATIENT)
    return Watched(context)


def join(browser: Browser, agency: Agency, name: str, email: str) -> Watched:
    """Invited as admin; opens the letter's link, chooses a password, and is in."""
    invitation = {"email": email, "grants": [{"role": "admin"}]}
    agency.api("POST", "/v1/invitations", json=invitation)
    opened = tab(browser, agency)
    opened.page.goto(letter_link(agency.installation, email))
    form = opened.page.get_by_test_id("accept-form")
    form.get_by_label("Your name").fill(name)
    form.locator("input[type=password]").fill(PASSWORD)
    form.get_by_role("button", name=re.compile("Join")).click()
    expect(opened.page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENT)
    expect(opened.page).not_to_have_url(re.compile("/invitation/"), timeout=PATIENT)
    return opened


def letter_link(installation: Installation, email: str) -> str:
    """The link of the letter; the one an inviter copies does not prove whose address it is."""

    def found() -> re.Match[str] | None:
        letters = installation.sandbox("GET", "/mail", params={"to": email})["items"]
        return re.search(r"https?://\S+/invitation/\S+", letters[0]["text"]) if letters else None

    wait_for(lambda: found() is not None, f"letter to {email}", 60)
    letter = found()
    assert letter is not None
    return letter[0]


def removal_of(page: Page, name: str) -> Locator:
    """The dialog in which an owner removes a member."""
    page.goto("/settings/members/")
    page.get_by_role("button", name=f"Actions for {name}").click()
    page.get_by_role("menuitem", name="Remove").click()
    expect(page.get_by_test_id("removal")).to_be_visible(timeout=PATIENT)
    return page.get_by_role("dialog")


def outcomes(dialog: Locator) -> dict[str, str]:
    """What becomes of each kind of thing, as the dialog says it now."""
    rows = dialog.get_by_test_id("dependent").all()
    return {str(r.get_attribute("data-kind")): str(r.get_attribute("data-outcome")) for r in rows}


def confirm(page: Page, dialog: Locator, name: str) -> None:
    dialog.get_by_role("button", name="Remove member").click()
    expect(dialog).to_have_count(0, timeout=PATIENT)
    expect(page.get_by_test_id("member-row").filter(has_text=name)).to_have_count(0)


def answer_to(installation: Installation, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{installation.url}/v1/connections", headers=headers, timeout=30).status_code


def test_what_goes_dark_with_a_person_is_told_while_they_are_here(story: Story) -> None:
    page = story.owner.page
    page.goto("/coverage/")
    page.get_by_label("Who leaves").select_option(label=DANA[0])
    told = page.get_by_test_id("departure")
    expect(told.get_by_text("No advertiser goes dark")).to_be_visible(timeout=PATIENT)
    assert violations(page) == []


def test_the_preview_tells_what_hangs_on_a_person_and_what_an_heir_changes(
    story: Story, installation: Installation
) -> None:
    assert answer_to(installation, story.key) == 200
    page = story.owner.page
    dialog = removal_of(page, DANA[0])
    session, connection = {"session": "ends"}, {"connection": "passes_to_remover"}
    assert outcomes(dialog) == session | connection | {"api_key": "ends"}
    expect(dialog).to_contain_text(KEY_REQUEST["name"])
    dialog.get_by_label("Who takes over?").select_option(label=INES[0])
    passed = {"connection": "passes_on", "api_key": "passes_on"}
    assert outcomes(dialog) == session | passed
    assert violations(page) == []
    confirm(page, dialog, DANA[0])


def test_the_open_page_of_who_left_is_signed_out(story: Story) -> None:
    expect(story.dana.page).to_have_url(re.compile("/login/"), timeout=PATIENT)
    assert story.dana.page.request.get("/v1/connections").status == 401


def test_what_passed_to_the_heir_goes_on(
    story: Story, installation: Installation, agency: Agency
) -> None:
    assert answer_to(installation, story.key) == 200
    page = story.ines.page
    expect(page.get_by_test_id("connection-card")).to_have_count(2)
    page.goto("/settings/api-keys/")
    expect(page.get_by_test_id("api-key-row")).to_contain_text(f"Owned by {INES[0]}")
    connections = agency.api("GET", "/v1/connections")["items"]
    assert {one["status"] for one in connections} == {"active"}


def test_without_an_heir_keys_die_and_connections_stay_with_who_removes(
    story: Story, installation: Installation, agency: Agency
) -> None:
    page = story.owner.page
    dialog = removal_of(page, INES[0])
    assert outcomes(dialog) == {
        "api_key": "ends",
        "connection": "passes_to_remover",
        "session": "ends",
    }
    confirm(page, dialog, INES[0])
    expect(story.ines.page).to_have_url(re.compile("/login/"), timeout=PATIENT)
    wait_for(lambda: answer_to(installation, story.key) == 401, "the key's end", 60)
    page.goto("/connections/")
    expect(page.locator("[data-testid=connection-card][data-status=active]")).to_have_count(2)
    assert agency.api("GET", "/v1/api-keys")["items"] == []


def test_the_audit_log_has_it_and_is_whole(story: Story) -> None:
    page = story.owner.page
    page.goto("/settings/audit/?action=member.removed")
    removed = page.get_by_test_id("audit-entry")
    expect(removed).to_have_count(2, timeout=PATIENT)
    removed.last.get_by_role("button").click()
    expect(page.get_by_test_id("audit-detail")).to_contain_text("member")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.get_by_test_id("audit-verdict")).to_have_attribute(
        "data-state", "intact", timeout=PATIENT
    )
    assert violations(page) == []


def test_no_page_of_the_owner_broke(story: Story) -> None:
    assert story.owner.problems == []


def test_who_left_cannot_come_back_with_their_password(
    story: Story, installation: Installation
) -> None:
    with Agency(installation) as gone:
        body: dict[str, Any] = {"email": DANA[1], "password": PASSWORD}
        assert gone.call("POST", "/v1/session", json=body).status_code in {401, 403}
