"""Every route: who may call it, whose numbers it shows, and what it says to malformed calls."""

import io
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from infra.export_files import read_xlsx
from infra.reporting_slices import Landed, ReportingWorld, make_row
from reporting.exports.routes import streams as streams_router
from reporting.loads.routes import router as loads_router
from reporting.main import create_app
from reporting.metrics.routes import router as metrics_router
from reporting.settings import Settings
from shared.ids import new_id

DAY = date(2025, 3, 17)
CANARY = "Canary brand"
QUERY: dict[str, Any] = {
    "start_date": str(DAY),
    "end_date": str(DAY),
    "dimensions": ["brand", "advertiser", "order"],
    "metrics": ["impressions", "total_cost"],
}


class Canary:
    """An organization with one brand, its numbers and a broken load."""

    def __init__(self, world: ReportingWorld) -> None:
        self.world = world
        self.brand_id: UUID = new_id()
        self.advertiser_id: UUID = new_id()
        self.broken: UUID = new_id()

    async def fill(self) -> None:
        self.brand_id = await self.world.brand(CANARY)
        self.advertiser_id = await self.world.advertiser(
            "Canary advertiser", brand_id=self.brand_id
        )
        row = make_row(DAY, order_name="Canary order", impressions=777, total_cost_micros=777)
        broken = Landed(self.advertiser_id, DAY, DAY, [row], announce={"rows": 9})
        await self.world.load(Landed(self.advertiser_id, DAY, DAY, [row]), broken)
        self.broken = broken.report_id

    def calls(self) -> dict[str, tuple[str, str, Any]]:
        """Every route of the service with arguments that name the canary."""
        naming = {**QUERY, "filters": {"brand_ids": [str(self.brand_id)]}}
        by_advertiser = {**QUERY, "filters": {"advertiser_ids": [str(self.advertiser_id)]}}
        return {
            "query": ("POST", "/v1/metrics/query", QUERY),
            "query naming the brand": ("POST", "/v1/metrics/query", naming),
            "query naming the advertiser": ("POST", "/v1/metrics/query", by_advertiser),
            "csv": ("POST", "/v1/metrics/query.csv", QUERY),
            "csv naming the brand": ("POST", "/v1/metrics/query.csv", naming),
            "xlsx": ("POST", "/v1/metrics/query.xlsx", QUERY),
            "parquet": ("POST", "/v1/metrics/query.parquet", QUERY),
            "catalogue": ("GET", "/v1/metrics/catalogue", None),
            "freshness": ("GET", "/v1/metrics/freshness", None),
            "loads": ("GET", "/v1/metrics/loads?state=rejected", None),
            "retry": ("POST", f"/v1/metrics/loads/{self.broken}/retries", None),
        }


@pytest.fixture
async def canary(world: ReportingWorld) -> Canary:
    filled = Canary(world)
    await filled.fill()
    return filled


async def call(
    client: httpx.AsyncClient, what: tuple[str, str, Any], headers: Any
) -> httpx.Response:
    method, path, body = what
    return await client.request(method, path, json=body, headers=headers)


def leaks(canary: Canary, response: httpx.Response) -> list[str]:
    secrets = ("Canary", "777", str(canary.brand_id), str(canary.advertiser_id))
    text = shown(response)
    return [secret for secret in secrets if secret in text]


def shown(response: httpx.Response) -> str:
    """What a reader of the answer sees, compressed or not."""
    kind = response.headers.get("content-type", "")
    if "sheet" in kind:
        return str(read_xlsx(response.content))
    if "parquet" in kind:
        return str(pq.ParquetFile(io.BytesIO(response.content)).read().to_pylist())
    return response.text


async def test_its_own_people_see_the_canary(
    canary: Canary, client: httpx.AsyncClient, sign_in: Any
) -> None:
    blind = {"catalogue", "retry"}
    for name, what in canary.calls().items():
        response = await call(client, what, sign_in(brand_ids=frozenset({canary.brand_id})))
        assert response.status_code in (200, 202), name
        assert bool(leaks(canary, response)) == (name not in blind), name


async def test_another_organization_sees_nothing_of_it_anywhere(
    canary: Canary, client: httpx.AsyncClient, sign_in: Any, other_organization_id: UUID
) -> None:
    for name, what in canary.calls().items():
        response = await call(client, what, sign_in(organization=other_organization_id))
        assert response.status_code == (404 if name == "retry" else 200), name
        assert leaks(canary, response) == [], name


@pytest.mark.parametrize("brands", [frozenset[UUID](), frozenset({new_id()})])
async def test_a_caller_of_other_brands_sees_nothing_of_it_anywhere(
    canary: Canary, client: httpx.AsyncClient, sign_in: Any, brands: frozenset[UUID]
) -> None:
    for name, what in canary.calls().items():
        response = await call(client, what, sign_in(brand_ids=brands))
        assert response.status_code == (404 if name == "retry" else 200), name
        assert leaks(canary, response) == [], name


async def test_a_foreign_brand_answers_exactly_as_one_that_does_not_exist(
    canary: Canary, client: httpx.AsyncClient, sign_in: Any
) -> None:
    headers = sign_in(brand_ids=frozenset({new_id()}))
    answers: list[Any] = []
    for brand_id in (canary.brand_id, new_id()):
        body = {**QUERY, "filters": {"brand_ids": [str(brand_id)]}}
        response = await client.post("/v1/metrics/query", json=body, headers=headers)
        answers.append({**response.json(), "generated_at": None})
    assert answers[0] == answers[1]


async def test_every_route_wants_a_signed_caller_with_the_permission(
    canary: Canary, client: httpx.AsyncClient, sign_in: Any
) -> None:
    for name, what in canary.calls().items():
        assert (await call(client, what, {})).status_code == 401, name
        forged = {"Authorization": "Bearer e30.e30.e30"}
        assert (await call(client, what, forged)).status_code == 401, name
        lacking = sign_in(permissions=frozenset({"amc:read"}))
        assert (await call(client, what, lacking)).status_code == 403, name


def test_every_route_of_the_service_is_tried_above() -> None:
    routes = [route for r in (loads_router, metrics_router, streams_router) for route in r.routes]
    paths = {route.path for route in routes if isinstance(route, APIRoute)}
    tried = {path.split("?")[0] for _, path, _ in Canary.__new__(_Blank).calls().values()}
    assert {p.replace("{report_id}", str(_Blank.broken)) for p in paths} == tried


class _Blank(Canary):
    brand_id = advertiser_id = broken = UUID(int=0)


MALFORMED: dict[str, tuple[Any, int, str]] = {
    "unknown metric": ({"metrics": ["impresions"]}, 422, "unknown_metric"),
    "unknown dimension": ({"dimensions": ["campain"]}, 422, "unknown_dimension"),
    "unknown sort": ({"sort": {"field": "clicks"}}, 422, "unknown_sort"),
    "days reversed": ({"end_date": "2025-03-01"}, 422, "date_range_invalid"),
    "range too long": ({"start_date": "2020-01-01"}, 422, "date_range_too_long"),
    "no metrics": ({"metrics": []}, 422, "validation_failed"),
    "no such day": ({"end_date": "2025-02-30"}, 422, "validation_failed"),
    "limit of zero": ({"limit": 0}, 422, "validation_failed"),
    "limit too high": ({"limit": 10_001}, 422, "validation_failed"),
    "unknown field": ({"dimension": ["date"]}, 422, "validation_failed"),
    "unknown granularity": ({"granularity": "hour"}, 422, "validation_failed"),
    "brand is no uuid": ({"filters": {"brand_ids": ["1"]}}, 422, "validation_failed"),
    "id with a quote": ({"filters": {"order_ids": ["'; drop"]}}, 422, "validation_failed"),
    "id with a NUL": ({"filters": {"order_ids": ["1\x00"]}}, 422, "validation_failed"),
    "id as a number": ({"filters": {"order_ids": [1]}}, 422, "validation_failed"),
    "id with a line break": ({"filters": {"order_ids": ["1\n"]}}, 422, "validation_failed"),
    "currency in words": ({"filters": {"currency": "dollar"}}, 422, "validation_failed"),
}


@pytest.mark.parametrize("path", ["/v1/metrics/query", "/v1/metrics/query.csv"])
@pytest.mark.parametrize("case", MALFORMED)
async def test_a_malformed_query_is_told_what_is_wrong(
    client: httpx.AsyncClient, sign_in: Any, path: str, case: str
) -> None:
    change, status, code = MALFORMED[case]
    response = await client.post(path, json={**QUERY, **change}, headers=sign_in())
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["request_id"]


async def test_the_hint_names_what_was_probably_meant(
    client: httpx.AsyncClient, sign_in: Any
) -> None:
    body = {**QUERY, "metrics": ["impresions"]}
    response = await client.post("/v1/metrics/query", json=body, headers=sign_in())
    assert "impressions" in response.json()["hint"]


@pytest.mark.parametrize(
    "raw",
    [b'{"metrics": ["\xff\xfe"]}', b"\x80", b"{", b"[]", b"", b'{"metrics":["\\ud800"]}'],
)
async def test_a_body_that_is_no_query_is_a_clear_4xx(
    client: httpx.AsyncClient, sign_in: Any, raw: bytes
) -> None:
    headers = {**sign_in(), "content-type": "application/json"}
    response = await client.post("/v1/metrics/query", content=raw, headers=headers)
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query", ["start_date=2025-03-02&end_date=2025-03-01", "start_date=tomorrow"]
)
async def test_freshness_refuses_days_that_are_none(
    client: httpx.AsyncClient, sign_in: Any, query: str
) -> None:
    response = await client.get(f"/v1/metrics/freshness?{query}", headers=sign_in())
    assert response.status_code == 422


async def test_a_rejected_load_is_listed_and_can_be_tried_again(
    canary: Canary, client: httpx.AsyncClient, sign_in: Any
) -> None:
    listed = (await client.get("/v1/metrics/loads", headers=sign_in())).json()["items"]
    assert [(i["id"], i["state"], i["error_code"]) for i in listed] == [
        (str(canary.broken), "rejected", "rows_mismatch")
    ]
    again = await client.post(f"/v1/metrics/loads/{canary.broken}/retries", headers=sign_in())
    assert again.status_code == 202
    assert (await canary.world.load_row(canary.broken))["state"] == "pending"
    await canary.world.drain()
    assert (await canary.world.load_row(canary.broken))["state"] == "rejected"


async def test_the_catalogue_lists_units_and_formulas(
    client: httpx.AsyncClient, sign_in: Any
) -> None:
    catalogue = (await client.get("/v1/metrics/catalogue", headers=sign_in())).json()
    metrics = {metric["name"]: metric for metric in catalogue["metrics"]}
    assert len(metrics) == 34
    assert "not summable" in metrics["reach"]["aggregability"]
    assert (metrics["sales"]["attribution_days"], metrics["clicks"]["attribution_days"]) == (
        14,
        None,
    )
    assert "dspGeo" in metrics["viewable_impressions"]["sources"]
    assert metrics["roas"]["unit"] == "multiple"
    assert metrics["click_through_rate"]["additive"] is False
    assert catalogue["dimensions"][0]["name"] == "date"


def test_the_wired_service_serves_the_same_routes(app: FastAPI, tmp_path: Any) -> None:
    settings = Settings.model_validate(
        {
            "service_port": 8760,
            "database_url": "postgresql://reporting@127.0.0.1:1/leadline",
            "kafka_bootstrap_servers": "127.0.0.1:1",
            "redis_url": "redis://127.0.0.1:1/0",
            "object_store_url": f"file://{tmp_path}/objects",
            "internal_signing_key": "x",
            "internal_public_keys": {},
            "public_url": "http://127.0.0.1:8400",
        }
    )
    assert create_app(settings).openapi()["paths"] == app.openapi()["paths"]
