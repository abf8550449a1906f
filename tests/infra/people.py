"""People of an organization, made by the calls that the dashboard makes."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx

from infra.auth_world import PASSWORD, AuthWorld, Browser

Grants = list[dict[str, Any]]
VIEWER: Grants = [{"role": "viewer"}]
ADMIN: Grants = [{"role": "admin"}]
OWNER: Grants = [{"role": "owner"}]


def token_of(link: str) -> str:
    """The token of a link to the invitation page."""
    (token,) = parse_qs(urlsplit(link).query)["token"]
    return token


async def invite(browser: Browser, email: str, grants: Grants = VIEWER) -> httpx.Response:
    body = {"email": email, "grants": grants}
    return await browser.call("POST", "/v1/invitations", json=body)


async def invited(browser: Browser, email: str, grants: Grants = VIEWER) -> dict[str, Any]:
    """The invitation, with its link."""
    response = await invite(browser, email, grants)
    assert response.status_code == 201, response.text
    return response.json()


async def accept(
    browser: Browser, link: str, *, name: str = "Ana Lima", password: str = PASSWORD
) -> httpx.Response:
    body = {"token": token_of(link), "name": name, "password": password}
    return await browser.call("POST", "/v1/invitations/acceptances", json=body)


async def joined(world: AuthWorld, owner: Browser, email: str, grants: Grants = VIEWER) -> Browser:
    """A new person, signed in."""
    link = (await invited(owner, email, grants))["link"]
    response = await accept(Browser(world), link, name=email.split("@", maxsplit=1)[0])
    assert response.status_code == 201, response.text
    return await world.sign_in(email)


async def add_brand(owner: Browser, name: str) -> str:
    response = await owner.call("POST", "/v1/brands", json={"name": name})
    assert response.status_code == 201, response.text
    return response.json()["id"]


async def add_role(owner: Browser, name: str, *permissions: str) -> str:
    body = {"name": name, "permissions": list(permissions)}
    response = await owner.call("POST", "/v1/roles", json=body)
    assert response.status_code == 201, response.text
    return response.json()["id"]


async def user_id_of(browser: Browser) -> str:
    return (await browser.get("/v1/session"))["user"]["id"]


async def regrant(browser: Browser, user_id: str | UUID, grants: Grants) -> httpx.Response:
    return await browser.call("PATCH", f"/v1/members/{user_id}", json={"grants": grants})


def code_of(response: httpx.Response) -> tuple[int, str]:
    """What a refusal is known by."""
    return response.status_code, response.json()["code"]
