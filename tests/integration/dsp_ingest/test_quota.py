"""Quota end to end: against a sandbox that limits, in the ledger, and through the HTTP edge."""

import logging
from collections.abc import AsyncGenerator, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from dsp_ingest.deps import budgets_of
from dsp_ingest.main import create_app
from dsp_ingest.quota import service
from dsp_ingest.quota.domain import Family, Terms
from dsp_ingest.quota.shared_quota import SharedQuota
from dsp_ingest.quota.spending import Cause, Spending
from infra.ingest import Advertiser, Rig, assert_truth
from redis.asyncio import Redis
from shared.db import SYSTEM
from shared.ids import new_id
from shared.internal_tokens import Actor, TokenSigner, generate_keypair
from shared.ratelimit import connect

PRIVATE, PUBLIC = generate_keypair()
DECLARED: dict[str, Any] = {"quota_create_per_minute": 60, "quota_read_per_minute": 120}


@pytest.fixture
async def valkey(redis_url: str) -> AsyncGenerator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


async def _limit(rig: Rig, **values: Any) -> None:
    assert (await rig.control.put("/_sandbox/quota", json=values)).status_code == 200


async def _linked(rig: Rig, organization_id: UUID, count: int) -> list[Advertiser]:
    made = [await rig.advertiser(organization_id, number=number) for number in range(count)]
    for advertiser in made:
        await rig.link(advertiser)
    return made


def _within(times: list[datetime], terms: Terms) -> None:
    for first, start in enumerate(times):
        for count, end in enumerate(times[first:], start=1):
            seconds = (end - start).total_seconds()
            assert count <= terms.burst + terms.budget / 60 * seconds + 0.1


async def _assert_within_budget(rig: Rig, family: Family, verb: str) -> None:
    """No request beyond what is declared, whether Amazon took it or not."""
    terms = budgets_of(rig.settings(**DECLARED))[family].region
    found = await rig.requests(f"{verb} /")
    for region in ("na", "eu", "fe"):
        path = f"/{region}/reporting/reports"
        times = [datetime.fromisoformat(i["at"]) for i in found if i["path"].startswith(path)]
        _within(sorted(times), terms)


@pytest.mark.parametrize("named", [True, False], ids=["Retry-After", "none"])
async def test_a_cut_of_nine_tenths_starves_nobody_and_passes(
    rig: Rig, organization_id: UUID, valkey: Redis, named: bool
) -> None:
    await rig.hold_data()
    budgets = budgets_of(rig.settings(**DECLARED))
    rig.quota = SharedQuota(valkey, f"test:{uuid4()}", budgets, clock=rig.clock)
    await _limit(
        rig,
        rules=[{"per_minute": 60, "burst": 4}],
        cuts=[{"after_seconds": 5, "for_seconds": 900, "factor": 0.1}],
        with_retry_after=named,
        retry_after_form="date",
    )
    advertisers = await _linked(rig, organization_id, 6)
    deps = rig.deps(**DECLARED)
    await rig.settle(deps, hours=3, steps=5000)
    assert {sync["state"] for sync in await rig.syncs()} == {"completed"}
    assert {sync["advertiser_id"] for sync in await rig.syncs()} == {
        advertiser.advertiser_id for advertiser in advertisers
    }
    await _assert_within_budget(rig, "report_create", "POST")
    await _assert_within_budget(rig, "report_read", "GET")
    state = (await rig.control.get("/_sandbox/quota")).json()
    assert 0 < state["refused"] < state["admitted"]


async def test_numbers_are_the_same_under_a_hard_limit_per_account(
    rig: Rig, organization_id: UUID
) -> None:
    await rig.hold_data()
    await _limit(rig, rules=[{"per_minute": 4, "burst": 1, "per": "profile"}])
    [advertiser] = await _linked(rig, organization_id, 1)
    await rig.settle(rig.deps(), steps=3000)
    await assert_truth(rig, advertiser)


async def test_one_account_that_amazon_throttles_holds_up_no_other(
    rig: Rig, organization_id: UUID
) -> None:
    await rig.hold_data()
    noisy, *others = [await rig.advertiser(organization_id, number=n) for n in range(4)]
    answer = httpx.Response(429, json={"code": "429"}, headers={"Retry-After": "900"})

    def intercept(request: httpx.Request) -> httpx.Response | None:
        mine = request.headers.get("amazon-ads-accountid") == noisy.amazon_id
        return answer if mine else None

    rig.wire.intercept = intercept
    for advertiser in (noisy, *others):
        await rig.link(advertiser)
    await rig.settle(rig.deps(), hours=0.2)
    states = {sync["advertiser_id"]: sync["state"] for sync in await rig.syncs()}
    assert {states[advertiser.advertiser_id] for advertiser in others} == {"completed"}
    assert states[noisy.advertiser_id] == "running"


async def test_a_host_that_fails_is_left_alone_and_probed(rig: Rig, organization_id: UUID) -> None:
    await rig.hold_data()
    await rig.faults({"match": "/reporting", "kind": "503", "count": 12})
    [advertiser] = await _linked(rig, organization_id, 1)
    await rig.settle(rig.deps())
    await assert_truth(rig, advertiser)
    failed = [i for i in await rig.requests("/reporting/reports") if i["status"] == 503]
    times = [datetime.fromisoformat(item["at"]) for item in failed]
    pauses = [(b - a).total_seconds() for a, b in pairwise(times[4:])]
    assert all(pause >= 15 for pause in pauses)


async def _ledger(rig: Rig) -> list[dict[str, Any]]:
    async with rig.db.read(SYSTEM) as tx:
        rows = await tx.fetch("select * from quota_use order by family")
    return [dict(row) for row in rows]


async def test_the_ledger_has_every_request_that_amazon_saw(
    rig: Rig, organization_id: UUID
) -> None:
    await rig.hold_data()
    await rig.faults({"match": "/reporting", "kind": "429", "count": 3})
    brand_id = new_id()
    advertiser = await rig.advertiser(organization_id, brand_id=brand_id)
    await rig.link(advertiser)
    await rig.settle(rig.deps())
    rows = await _ledger(rig)
    assert {(row["organization_id"], row["brand_id"], row["report_type"]) for row in rows} == {
        (organization_id, brand_id, "dspCampaign")
    }
    asked = {
        "report_create": "POST /na/reporting",
        "report_read": "GET /na/reporting",
        "download": "/_download",
    }
    for family, contains in asked.items():
        seen = await rig.requests(contains)
        own = [row for row in rows if row["family"] == family]
        assert sum(row["requests"] for row in own) == len(seen) > 0
        refused = sum(item["status"] == 429 for item in seen)
        assert sum(row["throttled"] for row in own) == refused
    assert sum(row["throttled"] for row in rows) == 3
    assert {row["region"] for row in rows} == {advertiser.raw["region"]}


async def test_the_ledger_adds_up_by_hour_and_forgets_after_ninety_days(
    rig: Rig, organization_id: UUID
) -> None:
    cause = Cause(organization_id, None, "NA", "dspCampaign", "sync")
    noted = Spending()
    noted.of("report_create").requests = 2
    noted.of("report_read").requests = 0
    for _ in range(2):
        async with rig.db.tx(SYSTEM) as tx:
            await service.record(tx, cause, noted, rig.clock())
    [row] = await _ledger(rig)
    assert (row["family"], row["requests"]) == ("report_create", 4)
    assert row["hour"] == rig.clock().replace(minute=0, second=0, microsecond=0)
    sweeper = service.Sweeper(rig.db, rig.clock)
    rig.clock.forward(days=89)
    assert await sweeper.tick() is False
    assert len(await _ledger(rig)) == 1
    rig.clock.forward(days=2)
    await sweeper.tick()
    assert await _ledger(rig) == []


@pytest.fixture
def quiet() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
async def http(rig: Rig, quiet: None, redis_url: str) -> AsyncGenerator[httpx.AsyncClient]:
    settings = rig.settings(
        internal_public_keys={"gateway": PUBLIC},
        redis_url=redis_url,
        lwa_client_id=f"client-{uuid4()}",
        plan_tick_seconds=3600,
        work_tick_seconds=3600,
    )
    app = create_app(settings, clock=rig.clock, amazon_transport=rig.wire)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://dsp-ingest") as client,
    ):
        yield client


async def _read(
    http: httpx.AsyncClient,
    organization_id: UUID,
    *,
    brands: frozenset[UUID] | None = None,
    permissions: tuple[str, ...] = ("sync:read",),
    query: str = "",
) -> httpx.Response:
    actor = Actor("user", "u", organization_id, frozenset(permissions), brands)
    token = TokenSigner("gateway", PRIVATE).sign(actor, "dsp-ingest")
    headers = {"Authorization": f"Bearer {token}"}
    return await http.get(f"/v1/syncs/quota{query}", headers=headers)


async def test_people_see_what_was_spent_and_what_is_left(
    rig: Rig, http: httpx.AsyncClient, organization_id: UUID
) -> None:
    brand_id = new_id()
    advertiser = await rig.advertiser(organization_id, brand_id=brand_id)
    await rig.link(advertiser)
    [before] = (await _read(http, organization_id)).json()["items"]
    assert (before["requests"], before["refresh_measured"], before["refresh_requests"]) == (
        0,
        False,
        10,
    )
    await rig.settle(rig.deps())
    body = (await _read(http, organization_id)).json()
    [region] = body["items"]
    families = {each["family"]: each for each in region["families"]}
    assert list(families) == ["report_create", "report_read", "entities", "insights", "download"]
    create, download = families["report_create"], families["download"]
    assert (create["requests"], create["allowance_left"]) == (2, 75)
    assert (create["rate_per_minute"], create["budget_per_minute"]) == (300, 300)
    assert (download["requests"], download["allowance_left"]) == (2, None)
    assert download["bytes"] > 1000
    spent = create["requests"] + families["report_read"]["requests"]
    assert (region["refresh_requests"], region["refresh_measured"]) == (spent, True)
    assert (region["region"], region["advertisers"]) == (advertiser.raw["region"], 1)
    assert sum(line["requests"] for line in body["spent"]) == region["requests"]


async def test_other_brands_and_organizations_see_nothing_of_it(
    rig: Rig, http: httpx.AsyncClient, organization_id: UUID, other_organization_id: UUID
) -> None:
    brand_id = new_id()
    await rig.link(await rig.advertiser(organization_id, brand_id=brand_id))
    await rig.settle(rig.deps())

    async def requests(organization: UUID, brands: frozenset[UUID] | None) -> int:
        body = (await _read(http, organization, brands=brands)).json()
        return sum(region["requests"] for region in body["items"])

    assert await requests(organization_id, frozenset({brand_id})) > 0
    assert await requests(organization_id, frozenset({new_id()})) == 0
    assert await requests(other_organization_id, None) == 0


async def test_the_window_is_whole_hours_and_ends_now(
    rig: Rig, http: httpx.AsyncClient, organization_id: UUID
) -> None:
    await rig.link(await rig.advertiser(organization_id))
    await rig.settle(rig.deps())
    rig.clock.forward(hours=3)
    spent = [
        (await _read(http, organization_id, query=f"?window_hours={hours}")).json()["spent"]
        for hours in (1, 24)
    ]
    assert spent[0] == []
    assert spent[1] != []
    hour = rig.clock().replace(minute=0, second=0, microsecond=0)
    body = (await _read(http, organization_id)).json()
    assert datetime.fromisoformat(body["since"]) == hour - timedelta(hours=23)


@pytest.mark.parametrize("hours", ["0", "-1", "2161", "soon"])
async def test_a_window_that_is_not_kept_is_refused(
    http: httpx.AsyncClient, organization_id: UUID, hours: str
) -> None:
    answer = await _read(http, organization_id, query=f"?window_hours={hours}")
    assert answer.status_code == 422


async def test_without_the_permission_nothing_is_told(
    http: httpx.AsyncClient, organization_id: UUID
) -> None:
    answer = await _read(http, organization_id, permissions=("report:read",))
    assert answer.status_code == 403
