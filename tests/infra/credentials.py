"""Amazon on a string, replicas on one database, and a clock that stands still."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import httpx
from amazon_ads.endpoints import Endpoints
from amazon_ads.lwa import ClientCredentials
from cryptography.fernet import Fernet
from shared.db import SYSTEM, Db, Scope
from shared.ids import new_id
from shared.keyring import KeyRing
from token_refresher import queries, service
from token_refresher.clients import LoginWithAmazon
from token_refresher.domain import Credential, Grant, Lease
from token_refresher.handout import Ask, HandOut
from token_refresher.main import MIGRATIONS, SCHEMA
from token_refresher.refresher import Refresher

from infra.databases import MakeDb

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = f"k1:{Fernet.generate_key().decode()}"
LEASE = timedelta(seconds=45)


@dataclass
class StillClock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def minted(number: int, refresh_token: str = "", expires_in: int = 3600) -> httpx.Response:
    body: dict[str, Any] = {"access_token": f"Atza|minted-{number}", "expires_in": expires_in}
    if refresh_token:
        body["refresh_token"] = refresh_token
    return httpx.Response(200, json={**body, "token_type": "bearer"})


def refused(error: str, status: int = 400, **headers: str) -> httpx.Response:
    body = {"error_description": "The request has an invalid grant parameter", "error": error}
    return httpx.Response(status, json=body, headers=headers)


@dataclass
class Amazon:
    """The token endpoint: answers with what `script` holds, then with fresh tokens."""

    script: list[httpx.Response | Exception] = field(default_factory=list[Any])
    asked: list[str] = field(default_factory=list[str])
    before_answer: Callable[[], Awaitable[None]] | None = None

    async def answer(self, request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode())
        self.asked.append(form["refresh_token"][0])
        number = len(self.asked)
        if self.before_answer is not None:
            await self.before_answer()
        planned = self.script.pop(0) if self.script else minted(number)
        if isinstance(planned, Exception):
            raise planned
        return planned

    def client(self) -> LoginWithAmazon:
        return LoginWithAmazon(
            Endpoints.at("http://amazon"),
            ClientCredentials("client", "secret"),
            timeout_seconds=10,
            connections=10,
            transport=httpx.MockTransport(self.answer),
        )


@dataclass
class Replica:
    """One process: its own pool, client and flights."""

    db: Db
    refresher: Refresher
    handout: HandOut


@dataclass
class World:
    """A database with as many replicas as asked for."""

    make_db: MakeDb
    url: str
    organization_id: UUID
    clock: StillClock = field(default_factory=StillClock)
    amazon: Amazon = field(default_factory=Amazon)
    keys: KeyRing = field(default_factory=lambda: KeyRing.parse(KEYS))
    slept: list[float] = field(default_factory=list[float])

    async def replica(
        self,
        *,
        keys: KeyRing | None = None,
        batch: int = 50,
        believe: timedelta = timedelta(0),
    ) -> Replica:
        db = await self.make_db(SCHEMA, MIGRATIONS, url=self.url)
        ring = keys or self.keys
        refresher = Refresher(
            db,
            ring,
            self.amazon.client(),
            batch=batch,
            lease=LEASE,
            clock=self.clock,
            sleep=self.sleep,
        )
        wait = timedelta(seconds=5)
        handout = HandOut(db, ring, refresher, wait=wait, believe=believe, clock=self.clock)
        refresher.changed = handout.forget
        return Replica(db, refresher, handout)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def grant(
        self, db: Db, *, organization_id: UUID | None = None, number: int = 0, life: int = 3600
    ) -> UUID:
        """A stored grant of a new connection; its refresh token is `Atzr|grant-<number>`."""
        connection_id, organization = new_id(), organization_id or self.organization_id
        grant = Grant(f"Atzr|grant-{number}", f"Atza|first-{number}", life)
        async with db.tx(Scope.organization(organization)) as tx:
            await service.store_grant(
                tx, self.keys, connection_id, organization, "NA", grant, self.clock()
            )
        return connection_id

    def ask(self, connection_id: UUID, **changes: Any) -> Ask:
        return Ask(connection_id, changes.pop("organization_id", self.organization_id), **changes)

    async def row(self, db: Db, connection_id: UUID) -> Credential:
        async with db.read(Scope.organization(self.organization_id)) as tx:
            found = await queries.get(tx, connection_id, self.organization_id)
        assert found
        return found

    async def claim(self, replica: Replica, connection_id: UUID) -> Lease:
        lease = await replica.refresher.claim(await self.row(replica.db, connection_id))
        assert lease
        return lease


async def facts(db: Db) -> list[str]:
    """Types of the events in the outbox, oldest first."""
    return [event["type"] for event in await payloads(db)]


async def payloads(db: Db) -> list[dict[str, Any]]:
    async with db.read(SYSTEM) as tx:
        rows = await tx.fetch("select payload from outbox order by id")
    return [json.loads(row["payload"]) for row in rows]
