"""A connection of the sandbox's user morgan: consents, refreshes and calls against Amazon's stand-in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from amazon_ads.endpoints import Endpoints
from amazon_ads.lwa import ClientCredentials
from pydantic import SecretStr
from sandbox.main import create_app
from sandbox.settings import Settings
from shared.db import SYSTEM, Db
from shared.ids import new_id
from token_refresher import service
from token_refresher.clients import LoginWithAmazon
from token_refresher.domain import Grant
from token_refresher.handout import Ask, HandOut
from token_refresher.refresher import Refresher

from infra.amazon_client import CLIENT_ID, SECRET, Amazon
from infra.crashes import CrashPlan, Wire
from infra.credentials import LEASE, World

ROOT = "http://127.0.0.1:8406"


@dataclass
class Connected:
    """A connection of the sandbox's user morgan, whose refresh is due."""

    world: World
    amazon: Amazon
    db: Db
    refresher: Refresher
    handout: HandOut
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

    async def forward(self, seconds: float) -> None:
        """Time passes on both sides."""
        self.world.clock.forward(seconds=seconds)
        await self.amazon.advance(seconds)

    async def tick(self, *, after: float = 61 * 60) -> str:
        """Refreshes what is due so many seconds later; the state it ends in."""
        await self.forward(after)
        await self.refresher.tick()
        return (await self.world.row(self.db, self.connection_id)).state

    async def take(self) -> str:
        """A token for a caller."""
        ask = Ask(self.connection_id, self.world.organization_id)
        return (await self.handout.get(ask)).token

    async def profiles(self, token: str = "") -> int:
        """Amazon's status for a call with this token, or with the stored one."""
        row = await self.world.row(self.db, self.connection_id)
        headers = {
            "Authorization": f"Bearer {token or self.world.keys.decrypt(row.access)}",
            "Amazon-Advertising-API-ClientId": CLIENT_ID,
        }
        return (await self.amazon.http.get("/na/v2/profiles", headers=headers)).status_code

    async def behave(self, **habits: str) -> None:
        """See /_sandbox/lwa."""
        (await self.amazon.http.put("/_sandbox/lwa", json=habits)).raise_for_status()

    async def refreshes(self) -> list[int]:
        """Amazon's status for each token call so far, from its journal."""
        found = await self.amazon.http.get("/_sandbox/journal", params={"contains": "/o2/token"})
        return [entry["status"] for entry in found.json()["items"]][1:]

    async def fail(self, kind: str) -> None:
        rules = [{"match": "POST /auth/o2/token", "kind": kind}] if kind else []
        await self.amazon.http.put("/_sandbox/faults", json={"rules": rules})


@contextlib.asynccontextmanager
async def connect(world: World) -> AsyncGenerator[Connected]:
    """A sandbox of its own, whose clock stands where the world's does."""
    settings = Settings(lwa_client_id=CLIENT_ID, lwa_client_secret=SecretStr(SECRET))
    app = create_app(settings)
    transport = Wire(app, CrashPlan())
    login = LoginWithAmazon(
        Endpoints.at(ROOT),
        ClientCredentials(CLIENT_ID, SECRET),
        timeout_seconds=10,
        connections=2,
        transport=transport,
    )
    replica = await world.replica()
    refresher = Refresher(
        replica.db, world.keys, login, batch=5, lease=LEASE, clock=world.clock, sleep=world.sleep
    )
    wait = timedelta(seconds=5)
    handout = HandOut(
        replica.db, world.keys, refresher, wait=wait, clock=world.clock, sleep=world.sleep
    )
    refresher.changed = handout.forget
    async with httpx.AsyncClient(transport=transport, base_url=ROOT) as http:
        start = world.clock().isoformat()
        await http.put("/_sandbox/clock", json={"now": start, "frozen": True})
        opened = Connected(world, Amazon(http), replica.db, refresher, handout, new_id())
        await opened.consent()
        yield opened
    app.state.deps.state.close()
