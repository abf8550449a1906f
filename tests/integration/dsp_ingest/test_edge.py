"""The service through its HTTP edge, wired by create_app: who sees what, who may start what."""

from typing import Any
from uuid import UUID

import pytest
from infra.ingest_edge import MANAGE, READ, Edge
from shared.ids import new_id


async def test_a_finished_sync_is_listed_with_all_it_is(edge: Edge, organization_id: UUID) -> None:
    advertiser = await edge.rig.advertiser(organization_id, brand_id=new_id())
    await edge.rig.link(advertiser)
    await edge.rig.settle(edge.rig.deps())
    [sync] = await edge.listed(organization_id)
    assert sync["advertiser_id"] == str(advertiser.advertiser_id)
    assert sync["advertiser_name"] == advertiser.raw["name"]
    assert sync["brand_id"] == str(advertiser.brand_id)
    assert sync["report_type"] == "dspCampaign"
    assert (sync["state"], sync["stage"], sync["fraction"]) == ("completed", "landed", 1.0)
    assert (sync["slices_total"], sync["slices_done"]) == (2, 2)
    assert sync["rows"] > 100
    assert sync["as_of"] is not None
    assert sync["error_code"] is None
    assert sync["completed_at"] >= sync["started_at"]


async def test_starting_twice_starts_once(edge: Edge, organization_id: UUID) -> None:
    advertiser = await edge.rig.advertiser(organization_id)
    await edge.rig.link(advertiser)
    first, second = await edge.start(advertiser), await edge.start(advertiser)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert (first.json()["state"], first.json()["stage"]) == ("waiting", "waiting")
    assert len(await edge.rig.syncs()) == 1


async def test_asking_again_hurries_a_sync_that_waits(edge: Edge, organization_id: UUID) -> None:
    advertiser = await edge.rig.advertiser(organization_id)
    deps = edge.rig.deps(paused_retry_seconds=100_000)
    edge.rig.desk.problems[str(advertiser.connection_id)] = (409, "reauth_required")
    await edge.rig.link(advertiser)
    await edge.rig.settle(deps, hours=1)
    [failed] = await edge.listed(organization_id)
    assert (failed["state"], failed["error_code"]) == ("failed", "reauth_required")
    assert failed["next_attempt_at"] is not None
    edge.rig.desk.problems.clear()
    assert (await edge.start(advertiser)).status_code == 202
    await edge.rig.settle(deps)
    [done] = await edge.listed(organization_id)
    assert (done["id"], done["state"], done["error_code"]) == (failed["id"], "completed", None)


async def test_another_organization_sees_and_starts_nothing(
    edge: Edge, organization_id: UUID, other_organization_id: UUID
) -> None:
    advertiser = await edge.rig.advertiser(organization_id)
    await edge.rig.link(advertiser)
    await edge.rig.settle(edge.rig.deps())
    other = other_organization_id
    assert await edge.listed(other) == []
    for state in ("landed", "rejected", "failed"):
        assert await edge.listed(other, path=f"/v1/syncs/reports?state={state}") == []
    answer = await edge.start(advertiser, organization_id=other)
    assert (answer.status_code, answer.json()["code"]) == (404, "advertiser_not_found")
    assert len(await edge.rig.syncs()) == 1


async def test_a_caller_of_some_brands_sees_and_starts_only_theirs(
    edge: Edge, organization_id: UUID
) -> None:
    mine, theirs = new_id(), new_id()
    advertisers = [
        await edge.rig.advertiser(organization_id, number=number, brand_id=brand)
        for number, brand in ((0, mine), (1, theirs), (2, None))
    ]
    for advertiser in advertisers:
        await edge.rig.link(advertiser)
    await edge.rig.settle(edge.rig.deps())
    brands = frozenset({mine})
    assert len(await edge.listed(organization_id)) == 3
    assert [s["brand_id"] for s in await edge.listed(organization_id, brands=brands)] == [str(mine)]
    path = "/v1/syncs/reports?state=landed"
    reports = await edge.listed(organization_id, path=path, brands=brands)
    assert {report["advertiser_id"] for report in reports} == {str(advertisers[0].advertiser_id)}
    statuses = [(await edge.start(item, brands=brands)).status_code for item in advertisers]
    assert statuses == [202, 404, 404]
    assert await edge.listed(organization_id, brands=frozenset()) == []


async def test_a_remapped_advertiser_takes_its_syncs_along(
    edge: Edge, organization_id: UUID
) -> None:
    before, after = new_id(), new_id()
    advertiser = await edge.rig.advertiser(organization_id, brand_id=before)
    await edge.rig.link(advertiser)
    await edge.rig.settle(edge.rig.deps())
    edge.rig.clock.forward(seconds=1)
    await edge.rig.link(advertiser, brand_id=after)
    assert await edge.listed(organization_id, brands=frozenset({before})) == []
    assert len(await edge.listed(organization_id, brands=frozenset({after}))) == 1


async def test_rejected_files_are_shown(edge: Edge, organization_id: UUID) -> None:
    advertiser = await edge.rig.advertiser(organization_id)
    await edge.rig.faults({"match": "GET /_download", "kind": "malformed"})
    await edge.rig.link(advertiser)
    await edge.rig.settle(edge.rig.deps(), hours=0.9)
    reports = await edge.listed(organization_id, path="/v1/syncs/reports?state=rejected")
    assert len(reports) == 2
    for report in reports:
        assert report["state"] == "rejected"
        assert report["error_code"].startswith("file_")
        assert report["detail"]
        assert report["amazon_report_id"]
        assert report["raw_uri"].endswith(".json.gz")
        assert report["attempts"] == 3
    [sync] = await edge.listed(organization_id)
    assert (sync["state"], sync["slices_done"]) == ("failed", 2)


@pytest.mark.parametrize(
    ("method", "path", "permissions"),
    [
        ("GET", "/v1/syncs", (MANAGE,)),
        ("GET", "/v1/syncs/reports", (MANAGE,)),
        ("POST", "/v1/syncs", (READ,)),
    ],
)
async def test_each_route_asks_for_its_permission(
    edge: Edge, organization_id: UUID, method: str, path: str, permissions: tuple[str, ...]
) -> None:
    body = {"advertiser_id": str(new_id())}
    answer = await edge.call(method, organization_id, path=path, json=body, permissions=permissions)
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
    unsigned = await edge.http.request(method, path, json=body)
    assert (unsigned.status_code, unsigned.json()["code"]) == (401, "internal_token_invalid")


@pytest.mark.parametrize(
    "body",
    [None, {}, {"advertiser_id": "x"}, {"advertiser_id": str(new_id()), "more": 1}, []],
)
async def test_malformed_requests_are_told_so(edge: Edge, organization_id: UUID, body: Any) -> None:
    answer = await edge.call("POST", organization_id, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("query", ["state=lost", "limit=0", "limit=100000", "limit=x"])
async def test_malformed_queries_are_told_so(edge: Edge, organization_id: UUID, query: str) -> None:
    answer = await edge.call("GET", organization_id, path=f"/v1/syncs/reports?{query}")
    assert answer.status_code == 422
