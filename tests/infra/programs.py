"""A program behind the gateway: it holds an API key, the gateway turns it into an actor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from shared.internal_tokens import Actor, TokenSigner

from infra.auth_world import KEYS, AuthWorld, Browser


@dataclass
class Program:
    """Calls auth with one key."""

    world: AuthWorld
    secret: str
    ip: str = "198.51.100.20"
    signer: TokenSigner = field(default_factory=lambda: TokenSigner("gateway", KEYS["gateway"][0]))

    async def resolve(self) -> httpx.Response:
        bearer = self.signer.sign(Actor.service("gateway"), "auth")
        async with self.world.client() as client:
            return await client.post(
                "/internal/api-keys/resolve",
                json={"secret": self.secret, "ip": self.ip},
                headers={"Authorization": f"Bearer {bearer}"},
            )

    async def works(self) -> bool:
        """Whether auth knows the key; a refusal has one code whatever its reason."""
        answer = await self.resolve()
        assert answer.status_code in {200, 401}, answer.text
        assert answer.status_code == 200 or answer.json()["code"] == "api_key_invalid"
        return answer.status_code == 200 and "ended" not in answer.json()

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        bearer = self.signer.sign(await self.actor(), "auth")
        async with self.world.client() as client:
            headers = {"Authorization": f"Bearer {bearer}"}
            return await client.request(method, path, headers=headers, **options)

    async def actor(self) -> Actor:
        found = (await self.resolve()).json()
        brands = found["brand_ids"]
        return Actor(
            kind="key",
            subject=found["subject"],
            organization_id=UUID(found["organization_id"]),
            permissions=frozenset(found["permissions"]),
            brand_ids=None if brands is None else frozenset(map(UUID, brands)),
            ip=self.ip,
            narrower={p: frozenset(map(UUID, b)) for p, b in found["narrower"].items()},
        )


async def issue(browser: Browser, *permissions: str, **wish: Any) -> dict[str, Any]:
    """A new key, as its creator sees it this once."""
    body = {"name": "A program", "permissions": permissions or ("report:read",), **wish}
    answer = await browser.call("POST", "/v1/api-keys", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def add_brand(browser: Browser, name: str) -> str:
    answer = await browser.call("POST", "/v1/brands", json={"name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]
