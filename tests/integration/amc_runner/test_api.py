"""`/v1/amc` through the whole app: permissions, brands, other organizations."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import httpx
import pytest
from amc_runner.main import MIGRATIONS, create_app
from amc_runner.settings import Settings
from infra.amc import CLIENT_ID, PRIVATE_KEY, PUBLIC_KEY, Runner
from infra.databases import Databases
from shared.ids import new_id
from shared.internal_tokens import Actor, TokenSigner, generate_keypair
from shared.permissions import ROLES

GATEWAY_KEY, GATEWAY_PUBLIC = generate_keypair()
PATHS = ("/v1/amc/accounts", "/v1/amc/instances", "/v1/amc/discoveries")


@pytest.fixture
async def client(databases: Databases) -> AsyncGenerator[tuple[httpx.AsyncClient, Any]]:
    values: dict[str, Any] = {
        "database_url": await databases.create("amc_runner", MIGRATIONS),
        "kafka_bootstrap_servers": "127.0.0.1:1",
        "redis_url": "redis://127.0.0.1:1/0",
        "object_store_url": "memory:///",
        "service_port": 1,
        "internal_signing_key": PRIVATE_KEY,
        "internal_public_keys": {"gateway": GATEWAY_PUBLIC, "amc-runner": PUBLIC_KEY},
        "public_url": "http://127.0.0.1:1",
        "token_refresher_url": "http://127.0.0.1:1",
        "lwa_client_id": CLIENT_ID,
        "amazon_base_url": "http://127.0.0.1:1",
    }
    app = create_app(Settings(**values))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://amc-runner") as http,
    ):
        yield http, app
    await databases.drop_all()


def signed(organization_id: UUID, **more: Any) -> dict[str, str]:
    values: dict[str, Any] = {"permissions": ROLES["viewer"], "session_id": new_id(), **more}
    actor = Actor(kind="user", subject=str(new_id()), organization_id=organization_id, **values)
    token = TokenSigner("gateway", GATEWAY_KEY).sign(actor, "amc-runner")
    return {"authorization": f"Bearer {token}"}


async def test_answers_are_bound_to_permission_organization_and_brands(
    client: tuple[httpx.AsyncClient, Any], runner: Runner, organization_id: UUID
) -> None:
    http, app = client
    runner.db = app.state.deps.db
    await runner.authorize(new_id(), organization_id)
    object.__setattr__(runner.discoverer, "db", app.state.deps.db)
    await runner.discoverer.tick()
    expected = runner.stage.expected_instances()
    sizes = [3, len(expected), 1]
    for path, size in zip(PATHS, sizes, strict=True):
        answer = await http.get(path, headers=signed(organization_id))
        assert answer.status_code == 200
        assert answer.json()["next_cursor"] is None
        assert len(answer.json()["items"]) == size
        foreign = await http.get(path, headers=signed(new_id()))
        assert foreign.json()["items"] == []
        guest = await http.get(
            path, headers=signed(organization_id, brand_ids=frozenset({new_id()}))
        )
        assert guest.json()["items"] == []
        refused = await http.get(path, headers=signed(organization_id, permissions=ROLES["client"]))
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_missing")
        assert (await http.get(path)).status_code == 401


async def test_an_instance_has_the_agreed_fields(
    client: tuple[httpx.AsyncClient, Any], runner: Runner, organization_id: UUID
) -> None:
    http, app = client
    runner.db = app.state.deps.db
    connection_id = new_id()
    await runner.authorize(connection_id, organization_id)
    object.__setattr__(runner.discoverer, "db", app.state.deps.db)
    await runner.discoverer.tick()
    answer = await http.get("/v1/amc/instances", headers=signed(organization_id))
    first = answer.json()["items"][0]
    assert set(first) >= {
        "id", "amazon_instance_id", "name", "account_id", "account_name",
        "marketplace_id", "connection_id", "status", "discovered_at",
    }  # fmt: skip
    assert first["connection_id"] == str(connection_id)
