"""DSP entities: three families over the same ids, their pages, their refusals, their history."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from infra.amazon_client import NOON, Amazon
from infra.amazon_openapi import assert_answer

Headers = dict[str, str]
Entity = dict[str, Any]
PRODUCT = {"adProductFilter": {"include": ["AMAZON_DSP"]}}
QUERIES = {
    "campaigns": "campaignId", "adGroups": "adGroupId", "ads": "adId",
    "adAssociations": "adAssociationId", "targets": "targetId",
}  # fmt: skip
LISTS = {
    "campaigns": ("/dsp/v1/campaigns/list", "campaigns", "campaignId"),
    "adGroups": ("/dsp/v1/adGroups/list", "adGroups", "adGroupId"),
    "ads": ("/dsp/v1/adCreatives/list", "adCreatives", "adCreativeId"),
    "targets": ("/dsp/v1/targets/list", "targets", "targetId"),
}
CLASSIC = {
    "campaigns": ("/dsp/orders", "advertiserIdFilter", "orderId"),
    "ads": ("/dsp/creatives/", "advertiserIdFilter", "creativeId"),
}


@pytest.fixture
def unified(headers: Headers, advertiser: Entity) -> Headers:
    return headers | {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}


@pytest.fixture
def scoped(unified: Headers, advertiser: Entity) -> Headers:
    return unified | {"Amazon-Advertising-API-Scope": advertiser["profile_id"]}


@pytest.fixture
def classic(headers: Headers, advertiser: Entity) -> Headers:
    return headers | {"Amazon-Advertising-API-Scope": advertiser["profile_id"]}


async def _post(amazon: Amazon, path: str, headers: Headers, body: object) -> httpx.Response:
    return await amazon.http.post(f"/na{path}", headers=headers, json=body)


async def _pages(
    amazon: Amazon, path: str, headers: Headers, body: Entity, name: str
) -> AsyncIterator[Entity]:
    token: str | None = None
    while True:
        answer = await _post(amazon, path, headers, body | ({"nextToken": token} if token else {}))
        assert answer.status_code == 200, answer.text
        for row in answer.json()[name]:
            yield row
        token = answer.json().get("nextToken")
        if token is None:
            return


async def _all(
    amazon: Amazon, path: str, headers: Headers, body: Entity, name: str
) -> list[Entity]:
    return [row async for row in _pages(amazon, path, headers, body, name)]


async def _query(amazon: Amazon, headers: Headers, noun: str, **body: object) -> list[Entity]:
    return await _all(amazon, f"/adsApi/v1/query/{noun}", headers, PRODUCT | body, noun)


async def _offsets(amazon: Amazon, path: str, headers: Headers, query: Entity) -> list[Entity]:
    found: list[Entity] = []
    while True:
        answer = await amazon.http.get(
            f"/na{path}", headers=headers, params=query | {"startIndex": len(found), "count": 7}
        )
        assert answer.status_code == 200, answer.text
        found += answer.json()["response"]
        if len(found) == answer.json()["totalResults"]:
            return found


@pytest.mark.parametrize("noun", sorted(QUERIES))
async def test_small_pages_walk_the_same_set_as_large_ones(
    amazon: Amazon, unified: Headers, noun: str
) -> None:
    large = await _query(amazon, unified, noun)
    small = await _query(amazon, unified, noun, maxResults=9)
    ids = [row[QUERIES[noun]] for row in large]
    assert [row[QUERIES[noun]] for row in small] == ids
    assert len(set(ids)) == len(ids) > 9


@pytest.mark.parametrize("noun", sorted(QUERIES))
async def test_a_query_answers_what_amazon_s_schema_says(
    amazon: Amazon, unified: Headers, noun: str
) -> None:
    path = f"/adsApi/v1/query/{noun}"
    answer = await _post(amazon, path, unified, PRODUCT)
    assert_answer("AdsAPIv1DSP", "post", path, 200, answer.json())
    wrong = await _post(amazon, path, unified, PRODUCT | {"maxResults": 0})
    assert wrong.status_code == 400
    assert_answer("AdsAPIv1DSP", "post", path, 400, wrong.json())


@pytest.mark.parametrize("noun", sorted(LISTS))
async def test_dsp_v1_lists_the_same_ids(
    amazon: Amazon, unified: Headers, scoped: Headers, noun: str
) -> None:
    path, name, key = LISTS[noun]
    mine = {row[key] for row in await _all(amazon, path, scoped, {"maxResults": 10}, name)}
    assert mine == {row[QUERIES[noun]] for row in await _query(amazon, unified, noun)}


@pytest.mark.parametrize("noun", sorted(CLASSIC))
async def test_the_classic_family_lists_the_same_ids(
    amazon: Amazon, unified: Headers, classic: Headers, advertiser: Entity, noun: str
) -> None:
    path, filtering, key = CLASSIC[noun]
    found = await _offsets(amazon, path, classic, {filtering: advertiser["advertiser_id"]})
    assert {row[key] for row in found} == {
        row[QUERIES[noun]] for row in await _query(amazon, unified, noun)
    }


async def test_line_items_and_their_associations_agree_over_the_families(
    amazon: Amazon, unified: Headers, classic: Headers, scoped: Headers
) -> None:
    order = (await _query(amazon, unified, "campaigns"))[0]["campaignId"]
    chosen = {"campaignIdFilter": {"include": [order]}}
    groups = {row["adGroupId"] for row in await _query(amazon, unified, "adGroups", **chosen)}
    lines = await _offsets(amazon, "/dsp/lineItems", classic, {"orderIdFilter": order})
    assert {row["lineItemId"] for row in lines} == groups
    body = {"adGroupIdFilter": {"include": sorted(groups)}}
    ads = {row["adId"] for row in await _query(amazon, unified, "adAssociations", **body)}
    query = {"lineItemIdFilter": ",".join(sorted(groups))}
    old = await _offsets(amazon, "/dsp/lineItemCreativeAssociations", classic, query)
    assert {row["creativeId"] for row in old} == ads
    path = "/dsp/v1/adCreatives/associations/adGroups/list"
    new = await _all(amazon, path, scoped, {"adGroupIdFilter": sorted(groups)}, "associations")
    assert {row["adCreativeId"] for row in new} == ads


async def test_an_order_tells_what_its_flights_spent(
    amazon: Amazon, classic: Headers, advertiser: Entity
) -> None:
    order = next(
        item for item in advertiser["orders"]
        if item["start_date"] < "2026-11-01" and item["end_date"] > "2026-11-20"
    )  # fmt: skip
    shown = await amazon.http.get(f"/na/dsp/orders/{order['order_id']}", headers=classic)
    assert shown.headers["content-type"] == "application/vnd.dsporders.v2.6+json"
    query = {
        "advertiser_id": advertiser["advertiser_id"], "start_date": order["start_date"],
        "end_date": order["end_date"], "level": "order",
    }  # fmt: skip
    truth = (await amazon.http.get("/_sandbox/truth", params=query)).json()["rows"]
    mine = [row for row in truth if row["order_id"] == order["order_id"]]
    spent = sum(flight["spentAmount"] for flight in shown.json()["budget"]["flights"])
    assert round(spent * 1_000_000) == sum(row["total_cost_micros"] for row in mine) > 0
    budget = shown.json()["budget"]
    assert sum(f["amount"] for f in budget["flights"]) == pytest.approx(budget["totalBudgetAmount"])  # pyright: ignore[reportUnknownMemberType]


async def test_the_families_agree_about_a_campaign(
    amazon: Amazon, unified: Headers, scoped: Headers, classic: Headers, advertiser: Entity
) -> None:
    new = {row["campaignId"]: row for row in await _query(amazon, unified, "campaigns")}
    body = {"campaignIdFilter": sorted(new)}
    middle = await _all(amazon, "/dsp/v1/campaigns/list", scoped, body, "campaigns")
    query = {"advertiserIdFilter": advertiser["advertiser_id"]}
    old = {row["orderId"]: row for row in await _offsets(amazon, "/dsp/orders", classic, query)}
    words = {"ENABLED": "ACTIVE", "PAUSED": "INACTIVE", "ARCHIVED": "INACTIVE"}
    for row in middle:
        other, oldest = new[row["campaignId"]], old[row["campaignId"]]
        assert row["name"] == other["name"] == oldest["name"]
        assert (
            row["lastUpdatedDateTime"] == other["lastUpdatedDateTime"] == oldest["lastUpdatedDate"]
        )
        assert row.get("state", words[other["state"]]) == words[other["state"]]
        assert oldest["deliveryActivationStatus"] == words[other["state"]]
    assert any("state" not in row for row in middle)
    assert {row["deliveryStatus"] for row in old.values()} >= {"DELIVERING", "ENDED"}


async def test_flights_are_those_of_the_campaign(
    amazon: Amazon, unified: Headers, scoped: Headers
) -> None:
    campaign = (await _query(amazon, unified, "campaigns"))[0]
    path = f"/dsp/v1/campaigns/{campaign['campaignId']}/flights/list"
    found = await _all(amazon, path, scoped, {}, "flights")
    assert [f["flightId"] for f in found] == [f["flightId"] for f in campaign["flights"]]
    assert (await _post(amazon, "/dsp/v1/campaigns/1/flights/list", scoped, {})).status_code == 404


# --- history ------------------------------------------------------------------


async def _one(amazon: Amazon, unified: Headers, noun: str, entity_id: str) -> Entity | None:
    name = QUERIES[noun]
    body = {f"{name}Filter": {"include": [entity_id]}}
    return next(iter(await _query(amazon, unified, noun, **body)), None)


async def test_a_commanded_change_is_listed_within_twenty_seconds(
    amazon: Amazon, unified: Headers
) -> None:
    before = (await _query(amazon, unified, "campaigns"))[0]
    path = f"/_sandbox/entities/{before['campaignId']}"
    changed = await amazon.http.put(path, json={"name": "New", "budget": 1234.5, "state": "PAUSED"})
    assert changed.json()["truth"]["name"] == "New"
    assert changed.json()["truth"]["budget_micros"] == 1_234_500_000
    await amazon.advance(20)
    after = await _one(amazon, unified, "campaigns", before["campaignId"])
    assert after
    assert (after["name"], after["state"]) == ("New", "PAUSED")
    budget = after["budgets"][0]["budgetValue"]["monetaryBudgetValue"]["monetaryBudget"]
    assert budget["value"] == 1234.5
    assert after["lastUpdatedDateTime"] == NOON.replace("Z", ".000Z")


async def test_lists_lag_behind_the_truth(amazon: Amazon, unified: Headers) -> None:
    """Some of many changes are not seen in the second they were made."""
    stale = 0
    for row in (await _query(amazon, unified, "campaigns"))[:8]:
        shown = await amazon.http.put(
            f"/_sandbox/entities/{row['campaignId']}", json={"name": "Late"}
        )
        stale += shown.json()["listed"]["name"] != "Late"
    assert stale > 0


async def test_a_deleted_ad_group_vanishes_from_lists_and_stays_in_reports(
    amazon: Amazon, unified: Headers
) -> None:
    groups = await _query(amazon, unified, "adGroups")
    victim = groups[0]["adGroupId"]
    await amazon.http.put(f"/_sandbox/entities/{victim}", json={"deleted": True})
    await amazon.advance(20)
    assert await _one(amazon, unified, "adGroups", victim) is None
    body = {"adGroupIdFilter": {"include": [victim]}}
    assert await _query(amazon, unified, "adAssociations", **body) == []
    assert await _query(amazon, unified, "targets", **body) == []
    truth = (await amazon.http.get(f"/_sandbox/entities/{victim}")).json()
    assert truth["truth"]["deleted"] is True
    world = next(
        a for a in (await amazon.world())["advertisers"]
        if a["advertiser_id"] == unified["Amazon-Ads-AccountId"]
    )  # fmt: skip
    lines = {line["line_item_id"] for order in world["orders"] for line in order["line_items"]}
    assert victim in lines


async def test_entities_change_by_themselves_and_the_past_stays_askable(
    amazon: Amazon, unified: Headers
) -> None:
    fields: set[str] = set()
    for row in await _query(amazon, unified, "campaigns"):
        path = f"/_sandbox/entities/{row['campaignId']}"
        shown = (await amazon.http.get(path)).json()
        fields |= {change["field"] for change in shown["changes"]}
        first = (await amazon.http.get(path, params={"at": row["creationDateTime"]})).json()
        assert first["truth"]["state"] == "PAUSED"
        earlier = await amazon.http.get(path, params={"at": "2024-01-01T00:00:00Z"})
        assert earlier.json()["truth"] is None
        assert shown["listed"]["updated_at"] == row["lastUpdatedDateTime"]
    assert fields == {"name", "state", "budget", "ended"}


async def test_commands_are_checked(amazon: Amazon, unified: Headers) -> None:
    ad = (await _query(amazon, unified, "ads"))[0]["adId"]
    for path, body, status in (
        ("1", {"name": "x"}, 404), (ad, {"budget": 5}, 422), (ad, {"state": "GONE"}, 422),
        (ad, {"nonsense": 1}, 422), (ad, {"name": ""}, 422),
    ):  # fmt: skip
        answer = await amazon.http.put(f"/_sandbox/entities/{path}", json=body)
        assert answer.status_code == status


# --- refusals -----------------------------------------------------------------

Change = Callable[[Headers], Headers]


def _without(name: str) -> Change:
    return lambda headers: {k: v for k, v in headers.items() if k != name}


def _with(name: str, value: str) -> Change:
    return lambda headers: headers | {name: value}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (_without("Authorization"), 401), (_without("Amazon-Advertising-API-ClientId"), 401),
        (_without("Amazon-Ads-AccountId"), 400), (_with("Amazon-Ads-AccountId", "1"), 403),
        (_with("Amazon-Advertising-API-Scope", "1"), 400),
    ],
)  # fmt: skip
async def test_unified_queries_refuse_with_code_and_message(
    amazon: Amazon, unified: Headers, change: Change, status: int
) -> None:
    answer = await _post(amazon, "/adsApi/v1/query/campaigns", change(unified), PRODUCT)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message"}


@pytest.mark.parametrize(
    "body",
    [
        {}, {"adProductFilter": {}}, {"adProductFilter": {"include": ["SPONSORED_PRODUCTS"]}},
        {"adProductFilter": {"include": []}}, PRODUCT | {"maxResults": 101},
        PRODUCT | {"maxResults": "5"}, PRODUCT | {"stateFilter": {"include": ["ACTIVE"]}},
        PRODUCT | {"campaignIdFilter": {"include": [1]}}, PRODUCT | {"campaignIdFilter": ["1"]},
        PRODUCT | {"nextToken": "nonsense"}, PRODUCT | {"nextToken": 1}, [],
        PRODUCT | {"campaignIdFilter": {"include": [str(n) for n in range(1001)]}},
    ],
)  # fmt: skip
async def test_bad_queries_are_400(amazon: Amazon, unified: Headers, body: object) -> None:
    answer = await _post(amazon, "/adsApi/v1/query/campaigns", unified, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")


async def test_a_token_is_good_for_its_own_question_only(amazon: Amazon, unified: Headers) -> None:
    path = "/adsApi/v1/query/campaigns"
    first = await _post(amazon, path, unified, PRODUCT | {"maxResults": 2})
    other = {"nextToken": first.json()["nextToken"], "stateFilter": {"include": ["ENABLED"]}}
    assert (await _post(amazon, path, unified, PRODUCT | other)).status_code == 400


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (_without("Amazon-Advertising-API-Scope"), 401), (_without("Amazon-Ads-AccountId"), 400),
        (_with("Amazon-Ads-AccountId", "1"), 403), (_without("Authorization"), 401),
    ],
)  # fmt: skip
async def test_dsp_v1_refuses_in_the_dsp_envelope(
    amazon: Amazon, scoped: Headers, change: Change, status: int
) -> None:
    answer = await _post(amazon, "/dsp/v1/campaigns/list", change(scoped), {})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"message", "requestId", "errors"}


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        ({}, "*/*", 400), ({"orderIdFilter": "1", "count": 101}, "*/*", 400),
        ({"orderIdFilter": "1", "startIndex": "x"}, "*/*", 400),
        ({"orderIdFilter": "1", "statusFilter": "GONE"}, "*/*", 400),
        ({"orderIdFilter": "1"}, "application/vnd.dsporders.v9+json", 406),
        ({"orderIdFilter": "1"}, "application/vnd.dsporders.v2.3+json", 200),
    ],
)  # fmt: skip
async def test_classic_lists_check_filters_and_versions(
    amazon: Amazon, classic: Headers, query: Entity, accept: str, status: int
) -> None:
    answer = await amazon.http.get(
        "/na/dsp/orders/", headers=classic | {"Accept": accept}, params=query
    )
    assert answer.status_code == status
    media = "application/vnd.dsperrors.v1+json" if status != 200 else accept
    assert answer.headers["content-type"] == media


@pytest.mark.parametrize(
    ("method", "path", "keys"),
    [
        ("POST", "/dsp/orders", {"message", "requestId", "errors"}),
        ("PUT", "/dsp/lineItems/", {"message", "requestId", "errors"}),
        ("PATCH", "/dsp/v1/campaigns", {"message", "requestId", "errors"}),
        ("POST", "/dsp/v1/targets/delete", {"message", "requestId", "errors"}),
        ("POST", "/adsApi/v1/update/campaigns", {"code", "message"}),
        ("POST", "/adsApi/v1/delete/targets", {"code", "message"}),
    ],
)  # fmt: skip
async def test_writes_are_refused_in_their_family_s_words(
    amazon: Amazon, scoped: Headers, method: str, path: str, keys: set[str]
) -> None:
    answer = await amazon.http.request(method, f"/na{path}", headers=scoped, json=[])
    assert (answer.status_code, set(answer.json())) == (403, keys)
    managed = await amazon.headers("alex")
    answer = await amazon.http.request(method, f"/na{path}", headers=managed, json=[])
    assert answer.status_code == 401
