"""The refresher against the sandbox's Amazon: consent, refresh, faults, revocation, consent again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from amazon_ads.endpoints import Endpoints
from amazon_ads.lwa import ClientCredentials
from infra.amazon_client import CLIENT_ID, SECRET, Amazon
from infra.credentials import World, facts
from pydantic import SecretStr
from sandbox.main import create_app
from sandbox.settings import Settings
from shared.db import SYSTEM, Db
from shared.ids import new_id
from token_refresher import service
from token_refresher.clients import LoginWithAmazon
from token_refresher.domain import Grant
from token_refresher.refresher import Refresher

ROOT = "http://127.0.0.1:8406"


@dataclass
class Connected:
    """A connection of the sandbox's user morgan, whose refresh is due."""

    world: World
    amazon: Amazon
    db: Db
    refresher: Refresher
    connection_id: UUID

    async def consent(self) -> None:
        given: dict[str, Any] = await self.amazon.grant()
        grant = Grant(given["refresh_token"], given["access_token"], given["expires_in"])
        async with self.db.tx(SYSTEM) as tx:
            await service.store_grant(
                tx,
                self.world.keys,
                self.connection_id,
                self.world.organization_id,
                "NA",
                grant,
                self.world.clock(),
            )

    async def tick(self) -> str:
        """Refreshes what is due an hour later; the state it ends in."""
        self.world.clock.forward(minutes=61)
        await self.amazon.advance(61 * 60)
        await self.refresher.tick()
        return (await self.world.row(self.db, self.connection_id)).state

    async def profiles(self) -> int:
        """Amazon's status for a call with the stored token."""
        row = await self.world.row(self.db, self.connection_id)
        headers = {
            "Authorization": f"Bearer {self.world.keys.decrypt(row.access)}",
            "Amazon-Advertising-API-ClientId": CLIENT_ID,
        }
        return (await self.amazon.http.get("/na/v2/profiles", headers=headers)).status_code

    async def fail(self, kind: str) -> None:
        rules = [{"match": "POST /auth/o2/token", "kind": kind}] if kind else []
        await self.amazon.http.put("/_sandbox/faults", json={"rules": rules})


@pytest.fixture
async def connected(world: World) -> AsyncGenerator[Connected]:
    settings = Settings(lwa_client_id=CLIENT_ID, lwa_client_secret=SecretStr(SECRET))
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app)
    login = LoginWithAmazon(
        Endpoints.at(ROOT),
        ClientCredentials(CLIENT_ID, SECRET),
        timeout_seconds=10,
        connections=2,
        transport=transport,
    )
    replica = await world.replica()
    lease = timedelta(seconds=45)
    refresher = Refresher(
        replica.db, world.keys, login, batch=5, lease=lease, clock=world.clock, sleep=world.sleep
    )
    async with httpx.AsyncClient(transport=transport, base_url=ROOT) as http:
        start = world.clock().isoformat()
        await http.put("/_sandbox/clock", json={"now": start, "frozen": True})
        opened = Connected(world, Amazon(http), replica.db, refresher, new_id())
        await opened.consent()
        yield opened
    app.state.deps.state.close()


async def test_a_token_from_the_loop_opens_amazon_long_after_the_first_one_died(
    connected: Connected,
) -> None:
    for _ in range(3):
        assert await connected.tick() == "healthy"
        assert await connected.profiles() == 200


@pytest.mark.parametrize("kind", ["429", "429_no_retry_after", "500", "503", "malformed"])
async def test_a_faulty_amazon_is_waited_out(connected: Connected, kind: str) -> None:
    await connected.fail(kind)
    assert await connected.tick() == "retrying"
    await connected.fail("")
    assert await connected.tick() == "healthy"
    assert await connected.profiles() == 200


async def test_a_revoked_user_must_consent_again_and_then_all_is_well(
    connected: Connected,
) -> None:
    await connected.amazon.http.post("/_sandbox/users/morgan/revoke")
    assert await connected.tick() == "reauth_required"
    await connected.consent()
    assert await connected.tick() == "healthy"
    assert await connected.profiles() == 200
    assert await facts(connected.db) == [
        "credential.refreshed",
        "credential.reauth_required",
        "credential.recovered",
        "credential.refreshed",
        "credential.refreshed",
    ]
