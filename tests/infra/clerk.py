"""The auth service with Clerk as its identity provider, and the sandbox's Clerk on the other side."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from shared.db import Db
from shared.internal_tokens import Actor, TokenSigner

from .auth_world import AMAZON, KEYS, PUBLIC_URL, AuthWorld, Browser, build_world, settings_for

WEBHOOK_SECRET = f"whsec_{base64.b64encode(b'a signing secret of 32 bytes ...').decode()}"
WEBHOOKS_PATH = "/v1/clerk/webhooks"
FRONTEND_API = f"{AMAZON}/clerk"
CLERK_SETTINGS = {
    "identity_provider": "clerk",
    "clerk_frontend_api_url": FRONTEND_API,
    "clerk_publishable_key": "pk_test_c2FuZGJveA",
    "clerk_webhook_secret": WEBHOOK_SECRET,
}


class Gateway(httpx.AsyncBaseTransport):
    """Webhooks pass the edge as anybody's call; `app` is known once the service is built. While `down`
    is set nothing arrives."""

    app: Any = None
    down = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("the gateway is away")
        signer = TokenSigner("gateway", KEYS["gateway"][0])
        bearer = signer.sign(Actor("anonymous", "anonymous", ip="198.51.100.9"), "auth")
        request.headers["authorization"] = f"Bearer {bearer}"
        return await httpx.ASGITransport(self.app).handle_async_request(request)


@dataclass
class ClerkWorld:
    """One test's installation under Clerk."""

    auth: AuthWorld
    gateway: Gateway

    async def control(self, method: str, path: str, **body: Any) -> Any:
        """The sandbox's control of Clerk."""
        transport = httpx.ASGITransport(self.auth.sandbox)
        async with httpx.AsyncClient(transport=transport, base_url=AMAZON) as client:
            json = body or None
            answer = await client.request(method, f"/_sandbox/clerk{path}", json=json)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def hold(self) -> None:
        """Clerk knows the endpoint; what it tells waits for `deliver`."""
        await self.control(
            "PUT", "/webhooks", url=f"http://auth{WEBHOOKS_PATH}", secret=WEBHOOK_SECRET, hold=True
        )

    async def deliver(self, order: str = "sent", copies: int = 1, seed: str = "") -> list[int]:
        """The statuses of all that waited."""
        sent = await self.control(
            "POST", "/webhooks/deliveries", order=order, copies=copies, seed=seed
        )
        return [one["status"] for one in sent["deliveries"]]

    async def person(
        self, email: str, *places: tuple[str, str], first: str = "Pat", verified: bool = True
    ) -> str:
        """A user at Clerk with a role in each of these Clerk organizations; the user's id."""
        user = await self.control(
            "POST", "/users", email=email, first_name=first, last_name="Person", verified=verified
        )
        for organization, role in places:
            await self.join(user["id"], organization, role)
        return user["id"]

    async def join(self, user: str, organization: str, role: str = "org:member") -> str:
        body = {"user_id": user, "organization_id": organization, "role": role}
        return (await self.control("POST", "/memberships", **body))["id"]

    async def place(self, name: str, created_by: str | None = None) -> str:
        """A Clerk organization; its id."""
        return (await self.control("POST", "/organizations", name=name, created_by=created_by))[
            "id"
        ]

    async def session(self, user: str) -> str:
        return (await self.control("POST", "/sessions", user_id=user))["id"]

    async def token(self, session: str, azp: str = PUBLIC_URL, **claims: Any) -> str:
        body = {"azp": azp, "claims": claims}
        return (await self.control("POST", f"/sessions/{session}/tokens", **body))["jwt"]

    async def exchange(self, browser: Browser, token: str) -> httpx.Response:
        response = await browser.call("POST", "/v1/session/clerk", json={"token": token})
        if response.status_code == 200:
            browser.token = response.cookies["leadline_session"]
        return response

    async def sign_in(self, user: str) -> Browser:
        browser = Browser(self.auth)
        response = await self.exchange(browser, await self.token(await self.session(user)))
        assert response.status_code == 200, response.text
        return browser

    async def members(self) -> dict[str, dict[str, str]]:
        """Organization name → e-mail address → roles."""
        rows = await self.auth.rows(
            """
            select o.name as place, u.email, coalesce(string_agg(g.role, '+' order by g.role), '') r
            from organization o
            left join membership m on m.organization_id = o.id
            left join app_user u on u.id = m.user_id
            left join role_grant g on g.organization_id = o.id and g.user_id = m.user_id
            group by o.name, u.email order by o.name, u.email
            """
        )
        found: dict[str, dict[str, str]] = {}
        for row in rows:
            place = found.setdefault(row["place"], {})
            if row["email"] is not None:
                place[row["email"]] = row["r"]
        return found

    async def live_sessions(self) -> Sequence[UUID]:
        rows = await self.auth.rows("select id from session where revoked_at is null order by id")
        return [row["id"] for row in rows]


def build_clerk_world(database_url: str, redis_url: str, db: Db, **extra: Any) -> ClerkWorld:
    """As `build_world`, under Clerk."""
    settings = settings_for(
        database_url, redis_url, secrets.token_hex(32), **(CLERK_SETTINGS | extra)
    )
    gateway = Gateway()
    world = build_world(settings, db, gateway)
    gateway.app = world.app
    return ClerkWorld(world, gateway)
