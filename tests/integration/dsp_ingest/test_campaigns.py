"""Campaigns, ad groups and ads through the HTTP edge: now, on a day, and what changed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from infra.ingest_edge import READ, Edge
from infra.listing import change, current, entity, list_again, list_all
from shared.ids import new_id

SEE = ("report:read",)
PATHS = (
    "/v1/campaigns",
    "/v1/ad-groups",
    "/v1/ads",
    "/v1/campaigns/changes",
    "/v1/campaigns/listings",
)


async def ask(edge: Edge, organization_id: UUID, path: str, **options: Any) -> dict[str, Any]:
    answer = await edge.call("GET", organization_id, path=path, permissions=SEE, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def test_the_tree_is_shown_with_all_it_is(edge: Edge, organization_id: UUID) -> None:
    advertiser = await edge.rig.advertiser(organization_id, brand_id=new_id())
    await edge.rig.link(advertiser)
    await list_all(edge.rig, edge.rig.deps())
    campaigns = (await ask(edge, organization_id, "/v1/campaigns"))["items"]
    assert campaigns == sorted(campaigns, key=lambda item: item["name"])
    first = campaigns[0]
    assert first["currency"] == advertiser.raw["currency"]
    assert (first["advertiser_name"], first["brand_id"]) == (
        advertiser.raw["name"],
        str(advertiser.brand_id),
    )
    assert sum(f["budget_micros"] for f in first["flights"]) == first["budget_micros"]
    assert first["certainty"] == "seen"
    groups = await ask(edge, organization_id, f"/v1/ad-groups?campaign_id={first['id']}")
    assert len(groups["items"]) == first["ad_group_count"] > 0
    group = groups["items"][0]["id"]
    ads = (await ask(edge, organization_id, f"/v1/ads?ad_group_id={group}"))["items"]
    assert ads
    assert all(group in [g["ad_group_id"] for g in ad["ad_groups"]] for ad in ads)
    [listing] = (await ask(edge, organization_id, "/v1/campaigns/listings"))["items"]
    assert listing["listed_at"] is not None
    assert listing["error_code"] is None


async def test_pages_give_everything_once(edge: Edge, organization_id: UUID) -> None:
    await edge.rig.link(await edge.rig.advertiser(organization_id))
    await list_all(edge.rig, edge.rig.deps())
    whole = [i["id"] for i in (await ask(edge, organization_id, "/v1/ads?limit=1000"))["items"]]
    paged: list[str] = []
    cursor = ""
    while True:
        page = await ask(edge, organization_id, f"/v1/ads?limit=70{cursor}")
        paged += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert paged == whole
    assert len(set(whole)) == len(whole)


async def test_filters_narrow(edge: Edge, organization_id: UUID) -> None:
    one, two = [
        await edge.rig.advertiser(organization_id, number=n, brand_id=new_id()) for n in (0, 1)
    ]
    for advertiser in (one, two):
        await edge.rig.link(advertiser)
    await list_all(edge.rig, edge.rig.deps())
    everything = (await ask(edge, organization_id, "/v1/campaigns"))["items"]
    mine = (await ask(edge, organization_id, f"/v1/campaigns?brand_id={one.brand_id}"))["items"]
    assert {c["advertiser_id"] for c in mine} == {str(one.advertiser_id)}
    assert 0 < len(mine) < len(everything)
    found = (await ask(edge, organization_id, f"/v1/campaigns?q={mine[0]['id']}"))["items"]
    assert [c["id"] for c in found] == [mine[0]["id"]]
    word = mine[0]["name"].split()[0].upper()
    found = (await ask(edge, organization_id, f"/v1/campaigns?q={word}"))["items"]
    assert mine[0]["id"] in [c["id"] for c in found]
    paused = (await ask(edge, organization_id, "/v1/campaigns?state=PAUSED"))["items"]
    assert {c["state"] for c in paused} <= {"PAUSED"}


async def test_what_the_budget_was_on_that_day(edge: Edge, organization_id: UUID) -> None:
    rig = edge.rig
    advertiser = await rig.advertiser(organization_id)
    await rig.link(advertiser)
    await list_all(rig, rig.deps())
    [campaign, *_] = await current(rig, advertiser, "campaign")
    before = rig.clock()
    await list_again(rig, rig.deps(), hours=48)
    await change(rig, campaign, budget=4321)
    await list_again(rig, rig.deps())
    path = f"/v1/campaigns?campaign_id={campaign}"
    [now] = (await ask(edge, organization_id, path))["items"]
    [then] = (await ask(edge, organization_id, f"{path}&at={moment(before)}"))["items"]
    assert now["budget_micros"] == 4_321_000_000
    truth = (await entity(rig, campaign, at=before.isoformat()))["truth"]
    assert then["budget_micros"] == truth["budget_micros"] != now["budget_micros"]
    assert then["certainty"] == "seen"
    updated = datetime.fromisoformat(then["amazon_updated_at"])
    earlier = f"{path}&at={moment(updated + timedelta(seconds=1))}"
    [told] = (await ask(edge, organization_id, earlier))["items"]
    assert (told["certainty"], told["budget_micros"]) == ("told", then["budget_micros"])
    assert told["delivery_status"] is None
    created = datetime.fromisoformat(then["amazon_created_at"])
    if created < updated:
        at = moment(updated - timedelta(seconds=1))
        [unknown] = (await ask(edge, organization_id, f"{path}&at={at}"))["items"]
        assert (unknown["certainty"], unknown["budget_micros"]) == ("unknown", None)
        assert (unknown["state"], unknown["flights"]) == (None, [])
    at = moment(created - timedelta(seconds=1))
    assert (await ask(edge, organization_id, f"{path}&at={at}"))["items"] == []


async def test_the_feed_tells_each_change_once_and_goes_on_where_it_stood(
    edge: Edge, organization_id: UUID
) -> None:
    rig, path = edge.rig, "/v1/campaigns/changes"
    advertiser = await rig.advertiser(organization_id)
    await rig.link(advertiser)
    await list_all(rig, rig.deps())
    empty = await ask(edge, organization_id, path)
    assert (empty["items"], empty["has_more"]) == ([], False)
    [campaign, other, *_] = await current(rig, advertiser, "campaign")
    since = rig.clock()
    await change(rig, campaign, budget=100)
    await change(rig, other, name="Another name")
    await list_again(rig, rig.deps())
    first = await ask(edge, organization_id, f"{path}?limit=1&field=budget_micros")
    [told] = first["items"]
    assert (told["entity_id"], told["kind"], told["change"]) == (campaign, "campaign", "changed")
    [budget] = [c for c in told["changes"] if c["field"] == "budget_micros"]
    assert budget["after"] == 100_000_000
    named = (await ask(edge, organization_id, f"{path}?field=name&since={moment(since)}"))["items"]
    assert (other, "Another name") in [(c["entity_id"], c["name"]) for c in named]
    rest = await ask(
        edge, organization_id, f"{path}?cursor={first['next_cursor']}&field=budget_micros"
    )
    assert campaign not in [c["entity_id"] for c in rest["items"]]
    assert rest["next_cursor"] is not None
    newest = (await ask(edge, organization_id, f"{path}?order=newest"))["items"]
    oldest = (await ask(edge, organization_id, path))["items"]
    assert newest == oldest[::-1]
    assert (await ask(edge, organization_id, f"{path}?until={moment(since)}"))["items"] == []
    history = f"/v1/campaigns/versions?kind=campaign&entity_id={campaign}"
    versions = (await ask(edge, organization_id, history))["items"]
    assert [v["change"] for v in versions][-1] == "found"
    assert versions[0]["fields"]["budget_micros"] == 100_000_000
    assert versions[0]["valid_to"] is None


async def test_others_see_nothing_of_it(
    edge: Edge, organization_id: UUID, other_organization_id: UUID
) -> None:
    rig = edge.rig
    mine, theirs = new_id(), new_id()
    made = [
        await rig.advertiser(organization_id, number=n, brand_id=b)
        for n, b in ((0, mine), (1, theirs))
    ]
    for advertiser in made:
        await rig.link(advertiser)
    await list_all(rig, rig.deps())
    hidden = [*await current(rig, made[1], "campaign")]
    shown = [*await current(rig, made[0], "campaign")]
    for entity_id in (hidden[0], shown[0]):
        await change(rig, entity_id, budget=50)
    await list_again(rig, rig.deps())
    for path in (f"{path}?limit=1000" for path in PATHS):
        assert (await ask(edge, other_organization_id, path))["items"] == []
        own = (await ask(edge, organization_id, path, brands=frozenset({mine})))["items"]
        assert {item["advertiser_id"] for item in own} == {str(made[0].advertiser_id)}
        assert len((await ask(edge, organization_id, path))["items"]) > len(own)
        assert (await ask(edge, organization_id, path, brands=frozenset()))["items"] == []
    history = f"/v1/campaigns/versions?kind=campaign&entity_id={hidden[0]}"
    assert (await ask(edge, organization_id, history))["items"]
    assert (await ask(edge, organization_id, history, brands=frozenset({mine})))["items"] == []
    assert (await ask(edge, other_organization_id, history))["items"] == []


@pytest.mark.parametrize("path", [*PATHS, "/v1/campaigns/versions?kind=ad&entity_id=1"])
async def test_each_route_asks_for_its_permission(
    edge: Edge, organization_id: UUID, path: str
) -> None:
    answer = await edge.call("GET", organization_id, path=path, permissions=(READ,))
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")


@pytest.mark.parametrize(
    "query",
    [
        "campaigns?at=2026-01-01",
        "campaigns?at=0001-01-01T00:00:00%2B14:00",
        "campaigns?q=%00",
        "campaigns?q=",
        "campaigns?state=ON",
        "campaigns?cursor=eA==",
        "campaigns?cursor=WzEsMiwzXQ==",
        "campaigns?cursor=WyIAIiwieCIsInkiXQ==",
        "campaigns?cursor=%E2%82%AC",
        "campaigns?nonsense=1",
        "campaigns?limit=0",
        "ads?ad_group_id=%27",
        "campaigns/changes?cursor=-1",
        "campaigns/changes?cursor=9999999999999999999",
        "campaigns/changes?kind=order",
        "campaigns/changes?order=up",
        "campaigns/versions?kind=ad",
    ],
)
async def test_malformed_questions_are_told_so(
    edge: Edge, organization_id: UUID, query: str
) -> None:
    answer = await edge.call("GET", organization_id, path=f"/v1/{query}", permissions=SEE)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
