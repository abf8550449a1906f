"""A POST with an Idempotency-Key: sent twice, done once, answered the same."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Depends
from infra.databases import MakeDb
from infra.events import EFFECTS, service_settings
from pydantic import BaseModel
from shared.app import create_service_app
from shared.db import SYSTEM, Db
from shared.deps import ActorTx, require
from shared.errors import Conflict
from shared.idempotency import IdempotentRoute, Once
from shared.ids import new_id
from shared.internal_tokens import Actor, TokenSigner, generate_keypair

from shared import idempotency

PRIVATE, PUBLIC = generate_keypair()
router = APIRouter(route_class=IdempotentRoute)


class Thing(BaseModel):
    name: str


class Made(BaseModel):
    id: UUID


MAKER = frozenset({"brand:manage"})
Maker = Annotated[Actor, Depends(require("brand:manage"))]


@router.post("/v1/things", status_code=201)
async def make_thing(body: Thing, _maker: Maker, tx: ActorTx, _once: Once) -> Made:
    made = new_id()
    await tx.execute("insert into effects values ($1, $2)", made, body.name)
    if body.name == "refused":
        raise Conflict("no")
    return Made(id=made)


@dataclass
class Deps:
    db: Db
    bus: Any = None


@dataclass
class World:
    http: httpx.AsyncClient
    db: Db

    async def post(self, name: str, key: str, user: Actor) -> httpx.Response:
        token = TokenSigner("gateway", PRIVATE).sign(user, "auth")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        return await self.http.post("/v1/things", json={"name": name}, headers=headers)

    async def count(self) -> int:
        async with self.db.read(SYSTEM) as tx:
            return await tx.fetchval("select count(*) from effects")


@pytest.fixture
async def world(make_db: MakeDb, tmp_path: Path) -> AsyncGenerator[World]:
    (tmp_path / "0001_effects.sql").write_text(EFFECTS)
    db = await make_db("effects", tmp_path)
    settings = service_settings(db.url, internal_public_keys={"gateway": PUBLIC})
    app = create_service_app(settings, Deps(db), service="auth", routers=[router], resources=[])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://auth") as http:
        yield World(http, db)


@pytest.fixture
def user(organization_id: UUID) -> Actor:
    return Actor("user", str(new_id()), organization_id, MAKER)


async def test_sent_twice_it_is_done_once_and_answered_the_same(world: World, user: Actor) -> None:
    first, second = [await world.post("a", "k", user) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert await world.count() == 1


async def test_keys_of_other_people_and_organizations_are_other_keys(
    world: World, user: Actor, organization_id: UUID, other_organization_id: UUID
) -> None:
    colleague = Actor("user", str(new_id()), organization_id, MAKER)
    elsewhere = Actor("user", user.subject, other_organization_id, MAKER)
    answers = [await world.post("a", "k", who) for who in (user, colleague, elsewhere)]
    assert len({answer.text for answer in answers}) == 3
    assert await world.count() == 3


async def test_a_key_used_for_another_request_is_refused(world: World, user: Actor) -> None:
    await world.post("a", "k", user)
    answer = await world.post("b", "k", user)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_request_that_failed_may_be_sent_again(world: World, user: Actor) -> None:
    assert (await world.post("refused", "k", user)).status_code == 409
    assert await world.count() == 0
    assert (await world.post("refused", "k", user)).json()["code"] == "conflict"


async def test_two_at_once_are_done_once(world: World, user: Actor) -> None:
    answers = await asyncio.gather(*(world.post("a", "k", user) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert await world.count() == 1


async def test_keys_are_forgotten_after_a_day(world: World, user: Actor) -> None:
    await world.post("a", "k", user)
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute("update idempotency_key set created_at = now() - interval '25 hours'")
    await idempotency.purge(world.db)
    assert (await world.post("a", "k", user)).headers.get("idempotency-replayed") is None
