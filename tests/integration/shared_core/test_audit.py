"""Requests tell the audit log of themselves: with their effect, before their answer, and never twice."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from infra.databases import MakeDb
from infra.events import EFFECTS, service_settings
from pydantic import BaseModel
from shared.app import create_service_app
from shared.audit.refusals import Refusals
from shared.audit.requests import record_read
from shared.db import SYSTEM, Db, Tx
from shared.deps import ActorTx, AdmittedActor, CurrentActor, admit, get_deps, require
from shared.errors import Conflict, NotFound
from shared.events import BrandUpdated
from shared.ids import new_id
from shared.internal_tokens import Actor, TokenSigner, generate_keypair
from starlette.requests import Request

from shared import audit, outbox

PRIVATE, PUBLIC = generate_keypair()
SECRET = "Atzr|IwEBIExampleRefreshToken"
MINE = new_id()
A_BRAND = f"/v1/brands/{UUID(int=7)}"
router = APIRouter()

Manager = Annotated[Actor, Depends(require("brand:manage"))]
Reader = Annotated[Actor, Depends(require("report:read"))]
Insider = Annotated[Actor, Depends(require("connection:read"))]


class Name(BaseModel):
    name: str


@router.patch("/v1/brands/{brand_id}")
async def change_brand(brand_id: UUID, body: Name, manager: Manager, tx: ActorTx) -> None:
    await tx.execute("insert into effects values ($1, $2)", new_id(), body.name)
    if body.name == "taken":
        raise Conflict("taken", code="brand_name_taken")
    if body.name == "broken":
        raise RuntimeError(SECRET)
    assert manager.organization_id is not None
    data = BrandUpdated(brand_id=brand_id, name=body.name)
    await outbox.add(tx, data, organization_id=manager.organization_id, brand_id=brand_id)
    audit.note(tx, before="old", refresh_token=SECRET)


@router.get("/v1/syncs/{sync_id}")
async def list_syncs(sync_id: UUID, reader: Reader, tx: ActorTx) -> None:
    if sync_id.int == 0:
        raise NotFound("none", code="sync_not_found")


@router.get("/v1/connections")
async def list_connections(reader: Insider, tx: ActorTx) -> None:
    """No brand's data."""


async def open_snapshot(request: Request, actor: AdmittedActor) -> AsyncGenerator[Tx]:
    db: Db = get_deps(request).db
    async with db.read(actor.scope) as tx:
        yield tx
    await record_read(db, request, actor, tx.notes)


Snapshot = Annotated[Tx, Depends(open_snapshot, scope="function")]


@router.get("/v1/metrics")
async def query_metrics(reader: Reader, tx: Snapshot) -> None:
    audit.note(tx, brand_ids=[MINE], every_brand=False, rows=3)


@router.put("/v1/user/password")
async def change_password(request: Request, actor: CurrentActor) -> None:
    """Opens no transaction of the caller's."""
    admit(request, actor)


@router.delete("/v1/user/second-factor")
async def remove_second_factor(request: Request, actor: CurrentActor) -> None:
    """Opens its own, and tells in it."""
    async with get_deps(request).db.tx(SYSTEM) as tx:
        await audit.tell(tx)


@dataclass
class Deps:
    db: Db
    bus: Any = None


@dataclass
class World:
    app: FastAPI
    http: httpx.AsyncClient
    db: Db

    @property
    def refusals(self) -> Refusals:
        return self.app.state.refusals

    async def call(self, who: Actor, method: str, path: str, body: Any = None) -> httpx.Response:
        token = TokenSigner("gateway", PRIVATE).sign(who, "auth")
        headers = {"Authorization": f"Bearer {token}", "User-Agent": f"agent Bearer {SECRET}"}
        return await self.http.request(method, path, json=body, headers=headers)

    async def told(self) -> list[dict[str, Any]]:
        async with self.db.read(SYSTEM) as tx:
            rows = await tx.fetch(
                "select payload from outbox where topic like '%.audit.v1' order by id"
            )
        return [json.loads(row["payload"]) for row in rows]

    async def effects(self) -> int:
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
        yield World(app, http, db)


ALL = frozenset({"brand:manage", "report:read", "connection:read"})


@pytest.fixture
def ana(organization_id: UUID) -> Actor:
    return Actor("user", str(new_id()), organization_id, ALL, ip="203.0.113.7")


async def test_a_change_is_told_with_its_effect(world: World, ana: Actor) -> None:
    brand = new_id()
    assert (await world.call(ana, "PATCH", f"/v1/brands/{brand}", {"name": "x"})).status_code == 200
    [event] = await world.told()
    told = event["data"]
    assert (event["type"], event["subject"]) == ("action.recorded", ana.subject)
    assert event["tenantid"] == str(ana.organization_id)
    assert (told["action"], told["operation"]) == ("brand.changed", "changeBrand")
    assert (told["actor_kind"], told["actor_id"]) == ("user", ana.subject)
    assert told["target"] == {"type": "brand", "id": str(brand)}
    assert told["brand_ids"] == [str(brand)]
    assert (told["outcome"], told["count"], told["ip"]) == ("allowed", 1, "203.0.113.7")
    assert told["request_id"]
    assert told["details"]["before"] == "old"


async def test_no_secret_is_told(world: World, ana: Actor) -> None:
    await world.call(ana, "PATCH", f"/v1/brands/{new_id()}", {"name": SECRET})
    await world.call(ana, "PATCH", f"/v1/brands/{SECRET}", {"name": SECRET})
    await world.call(ana, "PATCH", f"/v1/brands/{new_id()}", {"name": "broken"})
    assert len(await world.told()) == 3
    assert "IwEBI" not in json.dumps(await world.told())


@pytest.mark.parametrize(
    ("path", "body", "outcome", "code"),
    [
        (A_BRAND, {"name": "taken"}, "refused", "brand_name_taken"),
        (A_BRAND, {"name": "broken"}, "failed", "internal_error"),
        (A_BRAND, {}, "refused", "validation_failed"),
        ("/v1/brands/nothing", {"name": "x"}, "refused", "validation_failed"),
    ],
)
async def test_a_change_that_was_refused_is_told_and_leaves_nothing_else(
    world: World, ana: Actor, path: str, body: Any, outcome: str, code: str
) -> None:
    await world.call(ana, "PATCH", path, body)
    [event] = await world.told()
    assert (event["data"]["outcome"], event["data"]["code"]) == (outcome, code)
    assert await world.effects() == 0


async def test_a_missing_permission_is_told_also_of_a_look(world: World, ana: Actor) -> None:
    nobody = Actor("user", ana.subject, ana.organization_id, frozenset({"sync:read"}))
    assert (await world.call(nobody, "GET", f"/v1/syncs/{new_id()}")).status_code == 403
    assert (await world.call(nobody, "GET", "/v1/connections")).status_code == 403
    [event] = await world.told()
    assert (event["data"]["action"], event["data"]["code"]) == ("sync.read", "permission_missing")


async def test_looks_at_a_brands_data_are_told_and_others_are_not(world: World, ana: Actor) -> None:
    await world.call(ana, "GET", f"/v1/syncs/{new_id()}")
    await world.call(ana, "GET", "/v1/metrics")
    await world.call(ana, "GET", "/v1/connections")
    every, mine = [event["data"] for event in await world.told()]
    assert (every["action"], every["every_brand"], every["brand_ids"]) == ("sync.read", True, [])
    assert (mine["action"], mine["every_brand"]) == ("metrics.read", False)
    assert (mine["brand_ids"], mine["details"]) == ([str(MINE)], {"rows": 3})


async def test_a_look_by_somebody_limited_concerns_their_brands(world: World, ana: Actor) -> None:
    brand = new_id()
    limited = Actor("key", str(new_id()), ana.organization_id, ALL, frozenset({brand}))
    await world.call(limited, "GET", f"/v1/syncs/{new_id()}")
    [event] = await world.told()
    assert (event["data"]["actor_kind"], event["data"]["every_brand"]) == ("key", False)
    assert event["data"]["brand_ids"] == [str(brand)]


async def test_who_views_as_another_is_told(world: World, ana: Actor) -> None:
    boss = str(new_id())
    viewing = Actor("user", ana.subject, ana.organization_id, ALL, impersonator=boss)
    await world.call(viewing, "GET", "/v1/metrics")
    [event] = await world.told()
    assert (event["data"]["actor_id"], event["data"]["impersonator"]) == (ana.subject, boss)


async def test_changes_outside_of_the_callers_transaction_are_told_once(
    world: World, ana: Actor
) -> None:
    assert (await world.call(ana, "PUT", "/v1/user/password")).status_code == 200
    assert (await world.call(ana, "DELETE", "/v1/user/second-factor")).status_code == 200
    actions = [event["data"]["action"] for event in await world.told()]
    assert actions == ["password.changed", "second_factor.removed"]


async def test_an_answer_that_cannot_be_told_does_not_leave(
    world: World, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise asyncpg.CannotConnectNowError

    monkeypatch.setattr(world.db, "emit", away)
    assert (await world.call(ana, "GET", "/v1/metrics")).status_code == 503
    assert (await world.call(ana, "PUT", "/v1/user/password")).status_code == 503


async def test_a_flood_of_refusals_is_told_as_two(world: World, ana: Actor) -> None:
    for _ in range(40):
        await world.call(ana, "PATCH", f"/v1/brands/{new_id()}", {"name": "taken"})
    assert [event["data"]["count"] for event in await world.told()] == [1]
    await world.refusals.flush()
    first, rest = [event["data"] for event in await world.told()]
    assert (first["count"], rest["count"]) == (1, 39)
    assert rest["target"] == {"type": "brand", "id": ""}
    await world.refusals.flush()
    await world.call(ana, "PATCH", f"/v1/brands/{new_id()}", {"name": "taken"})
    assert [event["data"]["count"] for event in await world.told()] == [1, 39, 1]


async def test_refusals_are_kept_while_postgres_is_away(
    world: World, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    emit = world.db.emit

    async def away(*_: Any) -> None:
        raise asyncpg.CannotConnectNowError

    monkeypatch.setattr(world.db, "emit", away)
    answer = await world.call(ana, "PATCH", f"/v1/brands/{new_id()}", {"name": "taken"})
    assert answer.status_code == 409
    await world.refusals.flush()
    monkeypatch.setattr(world.db, "emit", emit)
    await world.refusals.flush()
    assert [event["data"]["count"] for event in await world.told()] == [1]


async def test_calls_of_our_own_services_and_of_nobody_tell_nothing(
    world: World, organization_id: UUID
) -> None:
    for who in (Actor.service("gateway", organization_id), Actor("anonymous", "anonymous")):
        await world.call(who, "PATCH", f"/v1/brands/{new_id()}", {"name": "x"})
    assert await world.told() == []
