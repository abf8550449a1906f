"""The quota of the sandbox: buckets of their own, cuts on time, honest Retry-After."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sandbox.main import create_app
from sandbox.quota.model import Cut, Quota, Rule, family_of
from sandbox.settings import Settings

NOW = datetime(2026, 3, 16, 18, 30, tzinfo=UTC)


def quota(*rules: Rule, cuts: tuple[Cut, ...] = ()) -> Quota:
    made = Quota()
    made.replace(list(rules), list(cuts), NOW, named=True, form="seconds")
    return made


def admitted(model: Quota, seconds: float, account: str = "a", asks: int = 1000) -> int:
    at = NOW + timedelta(seconds=seconds)
    return sum(model.ask("na", "entities", account, at) == 0 for _ in range(asks))


def test_a_burst_passes_and_then_the_rate() -> None:
    model = quota(Rule(per_minute=60, burst=5))
    assert [admitted(model, at) for at in (0, 1, 3, 100)] == [5, 1, 2, 5]
    assert (model.admitted, model.refused) == (13, 3987)


def test_a_refusal_says_when_a_token_is_there() -> None:
    model = quota(Rule(per_minute=6, burst=1))
    assert model.ask("na", "entities", "a", NOW) == 0
    assert model.ask("na", "entities", "a", NOW) == pytest.approx(10)
    assert model.ask("na", "entities", "a", NOW + timedelta(seconds=10)) == 0


def test_regions_kinds_and_accounts_have_buckets_of_their_own() -> None:
    model = quota(Rule(per_minute=1, burst=1, per="profile"))
    assert admitted(model, 0, "a") == admitted(model, 0, "b") == 1
    assert model.ask("eu", "entities", "a", NOW) == 0
    assert model.ask("na", "insights", "a", NOW) == 0


def test_a_request_needs_a_token_of_every_rule_and_takes_none_when_refused() -> None:
    model = quota(Rule(per_minute=1, burst=10), Rule(per_minute=1, burst=1, per="profile"))
    assert admitted(model, 0, "a") == 1
    assert sum(admitted(model, 0, f"b{i}") for i in range(20)) == 9


def test_a_rule_for_another_region_or_kind_does_not_count() -> None:
    model = quota(Rule(1, 1, region="eu"), Rule(1, 1, family="insights"))
    assert admitted(model, 0, asks=50) == 50


def test_a_cut_holds_for_its_time_only() -> None:
    model = quota(Rule(per_minute=60, burst=10), cuts=(Cut(60, 600, 0.1),))
    assert [model.factor(NOW + timedelta(seconds=s)) for s in (59, 60, 659, 660)] == [
        1,
        0.1,
        0.1,
        1,
    ]
    assert [admitted(model, at) for at in (0, 61, 71, 659, 720)] == [10, 1, 1, 1, 10]


@pytest.mark.parametrize(
    ("method", "path", "family"),
    [
        ("POST", "/reporting/reports", "report_create"),
        ("GET", "/reporting/reports/1", "report_read"),
        ("DELETE", "/reporting/reports/1", "report_read"),
        ("POST", "/accounts/1/dsp/reports", "report_create"),
        ("POST", "/adsApi/v1/create/reports", "report_create"),
        ("POST", "/adsApi/v1/retrieve/reports", "report_read"),
        ("POST", "/adsApi/v1/query/campaigns", "entities"),
        ("GET", "/dsp/orders", "entities"),
        ("POST", "/dsp/v1/campaign/insights", "insights"),
        ("GET", "/_download/1", None),
        ("POST", "/auth/o2/token", None),
        ("GET", "/amc/instances", None),
    ],
)
def test_requests_fall_into_kinds(method: str, path: str, family: str | None) -> None:
    assert family_of(method, path) == family


@pytest.fixture
async def http() -> AsyncGenerator[httpx.AsyncClient]:
    values: dict[str, Any] = {"lwa_client_id": "c", "lwa_client_secret": "s", "sandbox_brands": 1}
    app: FastAPI = create_app(Settings(**values))
    app.state.deps.clock.set(NOW, frozen=True)
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        yield client


async def limit(http: httpx.AsyncClient, **values: Any) -> None:
    body = {"rules": [{"per_minute": 6, "burst": 1}], **values}
    assert (await http.put("/_sandbox/quota", json=body)).status_code == 200


async def test_the_gate_answers_in_the_words_of_the_family_and_the_journal_tells(
    http: httpx.AsyncClient,
) -> None:
    await limit(http)
    paths = ("/na/reporting/reports/1", "/na/dsp/orders")
    for path in paths:
        assert (await http.get(path)).status_code != 429
    bodies = [(await http.get(path)).json() for path in paths]
    assert bodies[0] == {"code": "429", "detail": "Too Many Requests"}
    assert bodies[1]["message"] == "Too Many Requests"
    found = (await http.get("/_sandbox/journal")).json()["items"]
    assert [item["status"] for item in found].count(429) == 2
    state = (await http.get("/_sandbox/quota")).json()
    assert (state["admitted"], state["refused"], state["factor"]) == (2, 2, 1)


async def test_retry_after_comes_in_seconds_as_a_date_or_not_at_all(
    http: httpx.AsyncClient,
) -> None:
    async def refused(**values: Any) -> httpx.Headers:
        await limit(http, **values)
        await http.get("/na/dsp/orders")
        answer = await http.get("/na/dsp/orders")
        assert answer.status_code == 429
        return answer.headers

    assert (await refused())["retry-after"] == "10"
    assert "retry-after" not in await refused(with_retry_after=False)
    headers = await refused(retry_after_form="date")
    assert parsedate_to_datetime(headers["retry-after"]) == NOW + timedelta(seconds=10)
    assert parsedate_to_datetime(headers["date"]) == NOW


async def test_a_reset_lifts_every_limit(http: httpx.AsyncClient) -> None:
    await limit(http)
    await http.post("/_sandbox/reset")
    statuses = {(await http.get("/na/dsp/orders")).status_code for _ in range(5)}
    assert 429 not in statuses


@pytest.mark.parametrize(
    "body",
    [
        {"rules": [{"per_minute": 0}]},
        {"rules": [{"per_minute": 1, "burst": 0}]},
        {"rules": [{"per_minute": 1, "per": "moon"}]},
        {"rules": [], "cuts": [{"after_seconds": 0, "for_seconds": 1, "factor": 0}]},
        {"surprise": 1},
    ],
)
async def test_a_quota_that_makes_no_sense_is_refused(
    http: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    assert (await http.put("/_sandbox/quota", json=body)).status_code == 422
