"""The service app: who may call, how errors look, what health says."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from infra.databases import MakeDb
from infra.events import service_settings
from pydantic import BaseModel
from shared.app import create_service_app
from shared.db import Db
from shared.deps import ActorTx, CurrentActor, require, service_only
from shared.errors import TooManyRequests
from shared.ids import new_id
from shared.internal_tokens import Actor, TokenSigner, generate_keypair

router = APIRouter()


class Body(BaseModel):
    count: int


class Answer(BaseModel):
    organization: str


@router.get("/v1/whoami")
async def whoami(actor: Annotated[Actor, Depends(require("report:read"))], tx: ActorTx) -> Answer:
    bound = await tx.fetchval("select current_setting('app.organization_id')")
    assert bound == str(actor.organization_id)
    return Answer(organization=bound)


@router.get("/v1/all-brands", dependencies=[Depends(require("report:read", every_brand=True))])
async def all_brands() -> Answer:
    return Answer(organization="")


@router.post("/v1/bodies")
async def take_body(_actor: CurrentActor, body: Body) -> Answer:
    return Answer(organization=str(body.count))


@router.get("/internal/only", dependencies=[Depends(service_only("reporting"))])
async def only() -> Answer:
    return Answer(organization="")


@router.get("/v1/limited")
async def limited() -> Answer:
    raise TooManyRequests("slow down", hint="wait", retry_after_seconds=1.2)


@router.get("/v1/broken")
async def broken() -> Answer:
    raise RuntimeError("Atza|secret-token-value")


@dataclass
class Deps:
    db: Db
    bus: Any = None


PRIVATE, PUBLIC = generate_keypair()
REPORTING_PRIVATE, REPORTING_PUBLIC = generate_keypair()


@pytest.fixture
async def app(make_db: MakeDb, tmp_path: Path) -> FastAPI:
    db = await make_db("bare", tmp_path)
    settings = service_settings(
        db.url,
        internal_public_keys={"gateway": PUBLIC, "reporting": REPORTING_PUBLIC},
        max_body_bytes=2048,
    )
    return create_service_app(settings, Deps(db), service="auth", routers=[router], resources=[db])


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://auth") as opened:
        yield opened


def user(organization_id: UUID, *permissions: str, audience: str = "auth") -> dict[str, str]:
    actor = Actor("user", str(new_id()), organization_id, frozenset(permissions))
    return {"Authorization": f"Bearer {TokenSigner('gateway', PRIVATE).sign(actor, audience)}"}


def limited_user(organization_id: UUID, permission: str) -> dict[str, str]:
    """Holds the permission for one brand only."""
    brands = frozenset({new_id()})
    actor = Actor("user", str(new_id()), organization_id, frozenset({permission}), brands)
    return {"Authorization": f"Bearer {TokenSigner('gateway', PRIVATE).sign(actor, 'auth')}"}


def service(name: str, key: str) -> dict[str, str]:
    token = TokenSigner(name, key).sign(Actor.service(name), "auth")
    return {"Authorization": f"Bearer {token}"}


async def test_an_unsigned_call_is_refused_as_a_problem(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/whoami")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "internal_token_invalid"
    assert {"type", "title", "status", "detail", "hint", "retryable"} <= problem.keys()
    assert problem["request_id"] == answer.headers["x-request-id"]


async def test_a_token_for_another_service_is_refused(
    client: httpx.AsyncClient, organization_id: UUID
) -> None:
    headers = user(organization_id, "report:read", audience="reporting")
    assert (await client.get("/v1/whoami", headers=headers)).status_code == 401


async def test_the_transaction_is_bound_to_the_callers_organization(
    client: httpx.AsyncClient, organization_id: UUID
) -> None:
    answer = await client.get("/v1/whoami", headers=user(organization_id, "report:read"))
    assert answer.json() == {"organization": str(organization_id)}


async def test_a_missing_permission_is_named(
    client: httpx.AsyncClient, organization_id: UUID
) -> None:
    answer = await client.get("/v1/whoami", headers=user(organization_id, "sync:read"))
    assert answer.status_code == 403
    assert answer.json()["permission"] == "report:read"


async def test_what_concerns_every_brand_is_refused_to_people_of_some(
    client: httpx.AsyncClient, organization_id: UUID
) -> None:
    allowed = user(organization_id, "report:read")
    assert (await client.get("/v1/all-brands", headers=allowed)).status_code == 200
    answer = await client.get(
        "/v1/all-brands", headers=limited_user(organization_id, "report:read")
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "every_brand_required")


async def test_internal_routes_take_only_the_named_services(
    client: httpx.AsyncClient, organization_id: UUID
) -> None:
    allowed = service("reporting", REPORTING_PRIVATE)
    assert (await client.get("/internal/only", headers=allowed)).status_code == 200
    for refused in (service("gateway", PRIVATE), user(organization_id, "report:read")):
        assert (await client.get("/internal/only", headers=refused)).status_code == 403


async def test_invalid_bodies_name_the_field(
    client: httpx.AsyncClient, organization_id: UUID
) -> None:
    headers = user(organization_id)
    answer = await client.post("/v1/bodies", json={"count": "many"}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "count"
    typed = {**headers, "content-type": "application/json"}
    for content in (b"\xff\xfe{", b"{", b""):
        answer = await client.post("/v1/bodies", content=content, headers=typed)
        assert answer.status_code in (400, 422), content
        assert answer.json()["code"] in ("unreadable_body", "validation_failed")
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_huge_body_is_refused_whether_declared_or_streamed(
    client: httpx.AsyncClient, organization_id: UUID
) -> None:
    async def chunks() -> AsyncGenerator[bytes]:
        for _ in range(8):
            yield b" " * 512

    headers = {**user(organization_id), "content-type": "application/json"}
    for content in (b" " * 4096, chunks()):
        answer = await client.post("/v1/bodies", content=content, headers=headers)
        assert answer.status_code == 413
        assert answer.json()["code"] == "payload_too_large"


async def test_retryable_errors_say_when(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/limited")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.json()["retryable"] is True


async def test_an_unexpected_error_tells_nothing_of_the_inside(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/broken")
    assert answer.status_code == 500
    assert "Atza" not in answer.text
    assert answer.json()["code"] == "internal_error"


async def test_unknown_paths_and_methods_are_problems(client: httpx.AsyncClient) -> None:
    assert (await client.get("/nowhere")).json()["code"] == "not_found"
    assert (await client.delete("/v1/whoami")).json()["code"] == "method_not_allowed"


class Away:
    """A resource that says so."""

    def __init__(self, *, required: bool) -> None:
        self.required = required

    async def ready(self) -> str:
        return "somewhere: away"


@pytest.mark.parametrize(
    ("required", "status", "word"), [(True, 503, "unavailable"), (False, 200, "degraded")]
)
async def test_what_requests_can_do_without_is_listed_and_not_required(
    client: httpx.AsyncClient, app: FastAPI, required: bool, status: int, word: str
) -> None:
    app.state.resources.append(Away(required=required))
    answer = await client.get("/readyz")
    assert answer.status_code == status
    assert answer.json() == {"status": word, "reasons": ["somewhere: away"]}


async def test_health_names_what_is_missing(client: httpx.AsyncClient) -> None:
    assert (await client.get("/readyz")).json() == {"status": "ok", "reasons": []}
    assert (await client.get("/livez")).status_code == 200
    assert b"leadline_http_request_duration_seconds" in (await client.get("/metrics")).content
