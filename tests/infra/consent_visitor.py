"""A client's Amazon admin who opens a magic link, and the agency's side of it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from shared.internal_tokens import Actor

from infra.auth_world import PUBLIC_URL, AuthWorld, Browser

NAMES = {"region": "EU", "label": "Northwind seat", "note": "For the Q4 report"}


class Visitor(Browser):
    """Somebody without an account; holds the cookie that opening the link gave."""

    cookie: str = ""

    async def actor(self) -> Actor:
        return Actor("anonymous", "anonymous", ip=self.ip)

    async def open(self, token: str) -> httpx.Response:
        path = "/v1/consent-requests/openings"
        response = await self.call("POST", path, json={"token": token})
        if response.status_code == 201:
            self.cookie = response.cookies["leadline_consent"]
        return response

    async def offer(self, token: str) -> httpx.Response:
        return await self.call("GET", "/v1/consent-requests/offer", params={"token": token})

    async def return_with(self, query: dict[str, str]) -> str:
        """The callback as the gateway passes it on, with the cookie this browser has."""
        bearer = self.signer.sign(await self.actor(), "auth")
        headers = {"Authorization": f"Bearer {bearer}"}
        if self.cookie:
            headers["X-Consent-Browser"] = self.cookie
        async with self.world.client() as client:
            path = "/v1/connections/callback"
            response = await client.get(path, params=query, headers=headers)
        assert response.status_code == 303, response.text
        assert response.headers["referrer-policy"] == "no-referrer"
        where = response.headers["location"]
        assert where.startswith(f"{PUBLIC_URL}/")
        return where.removeprefix(PUBLIC_URL)

    async def consent(self, token: str, user: str = "morgan", decision: str = "allow") -> str:
        opened = await self.open(token)
        assert opened.status_code == 201, opened.text
        url = opened.json()["authorize_url"]
        return await self.return_with(await self.decide(url, user=user, decision=decision))


DONE = "/amazon-consent/?done=1"


async def ask(browser: Browser, **changes: Any) -> dict[str, Any]:
    body = {**NAMES, **changes}
    response = await browser.call("POST", "/v1/consent-requests", json=body)
    assert response.status_code == 201, response.text
    return response.json()


def token_of(request: dict[str, Any]) -> str:
    return parse_qs(urlsplit(request["link"]).query)["token"][0]


async def listed(browser: Browser) -> list[dict[str, Any]]:
    return (await browser.get("/v1/consent-requests"))["items"]


async def changes(world: AuthWorld) -> list[str]:
    return [e["data"]["change"] for e in await world.events("consent_request.updated")]
