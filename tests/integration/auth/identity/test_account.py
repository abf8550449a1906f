"""One's own name, what the sign-in page is told, and routes that are not there under Clerk."""

from dataclasses import replace

import pytest
from auth.identity.domain import Offer
from auth.settings import Settings
from infra.auth_world import PASSWORD, AuthWorld, Browser, build_world, settings_for
from infra.postbox import MAIL_FROM, SMTP_URL
from pydantic import ValidationError

EMAIL = "owner@contoso.example"
BUILTIN_ONLY = [
    ("POST", "/v1/session", {"email": EMAIL, "password": PASSWORD}),
    ("POST", "/v1/session/second-factor", {"challenge": "x", "code": "1"}),
    ("POST", "/v1/users", {"email": "a@b.co", "password": "x", "name": "A", "organization_name": "B"}),
    ("POST", "/v1/users/verification", {"token": "x", "password": "x"}),
    ("POST", "/v1/users/verification/letters", {"email": EMAIL}),
    ("POST", "/v1/password-resets", {"email": EMAIL}),
    ("PUT", "/v1/password-resets", {"token": "x", "password": "x"}),
    ("PUT", "/v1/user/password", {"current": "x", "new": "y"}),
    ("PATCH", "/v1/user", {"name": "Ana"}),
    ("POST", "/v1/user/email", {"email": "a@b.co", "password": "x"}),
    ("PUT", "/v1/user/email", {"token": "x"}),
    ("GET", "/v1/user/second-factor", None),
]  # fmt: skip


async def test_a_name_is_changed_and_told(world: AuthWorld) -> None:
    browser = await world.owner()
    changed = await browser.call("PATCH", "/v1/user", json={"name": "  Ana   Łukasz "})
    assert changed.status_code == 200
    assert (await browser.get("/v1/user"))["name"] == "Ana Łukasz"
    assert (await browser.get("/v1/session"))["user"]["name"] == "Ana Łukasz"
    assert len(await world.events("member.updated")) == 2
    refused = await browser.call("PATCH", "/v1/user", json={"name": "\n"})
    assert (refused.status_code, refused.json()["code"]) == (422, "name_invalid")


@pytest.mark.parametrize("path", ["/v1/user", "/v1/user/second-factor"])
async def test_an_account_is_for_who_is_signed_in(world: AuthWorld, path: str) -> None:
    answer = await Browser(world).call("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_required")


async def test_everybody_is_told_how_people_sign_in(world: AuthWorld) -> None:
    assert await Browser(world).get("/v1/identity") == {
        "provider": "builtin",
        "sign_up": "open",
        "mail": True,
        "clerk": None,
    }


async def test_without_mail_nothing_that_needs_a_letter_begins(world: AuthWorld) -> None:
    quiet = {"smtp_url": "", "sign_up": "invitation"}
    values = world.deps.settings.model_dump() | quiet
    built = build_world(Settings.model_validate(values), world.db)
    browser = Browser(built)
    assert (await browser.get("/v1/identity"))["mail"] is False
    reset = await browser.call("POST", "/v1/password-resets", json={"email": EMAIL})
    assert (reset.status_code, reset.json()["code"]) == (409, "mail_disabled")
    body = {"email": EMAIL, "password": PASSWORD, "name": "A", "organization_name": "B"}
    sign_up = await browser.call("POST", "/v1/users", json=body)
    assert (sign_up.status_code, sign_up.json()["code"]) == (403, "sign_up_closed")
    await built.close()


@pytest.mark.parametrize(("method", "path", "body"), BUILTIN_ONLY)
async def test_under_another_provider_these_routes_are_not_there(
    world: AuthWorld, method: str, path: str, body: dict[str, str] | None
) -> None:
    browser = await world.owner()
    elsewhere = Offer("clerk", "invitation", mail=True)
    world.app.state.deps = replace(world.deps, offer=elsewhere)
    answer = await browser.call(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "identity_provider_disabled")
    assert (await browser.call("GET", "/v1/user")).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {"sign_up": "open"},
        {"smtp_url": SMTP_URL},
        {"smtp_url": "mail.example", "mail_from": MAIL_FROM},
    ],
)
def test_settings_that_could_not_reach_people_are_refused_at_start(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings_for("postgresql://x", "redis://x", "p" * 32, **given)
