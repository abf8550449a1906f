"""Insights: multi-status of campaigns, bins that add up to reach, savings of frequency caps."""

import gzip
import json
from typing import Any

import httpx
import pytest
from infra.amazon_client import Amazon, report_body

Headers = dict[str, str]
Entity = dict[str, Any]
TRAITS = "/na/dsp/v1/campaign/insights"
TRAITS_MEDIA = "application/vnd.dspDspCampaignInsights.v1+json"
DISTRIBUTION = "/na/dsp/v1/frequencyDistributionInsights/list"
DISTRIBUTION_MEDIA = "application/vnd.dspFrequencyDistributionInsight.v1+json"
SAVINGS = "/na/dsp/v1/frequencySavingsInsights/list"
SAVINGS_MEDIA = "application/vnd.dspFrequencySavingsInsight.v1+json"
KIND = "PERFORMANCE_PLUS_SHOPPER_TRAIT"


@pytest.fixture
def mine(headers: Headers, advertiser: Entity) -> Headers:
    return headers | {
        "Amazon-Advertising-API-Scope": advertiser["profile_id"],
        "Amazon-Advertising-AccountId": advertiser["advertiser_id"],
    }


def _running(advertiser: Entity, programme: str) -> Entity:
    return next(
        item
        for item in advertiser["orders"]
        if programme in item["name"] and item["start_date"] < "2026-10-02" <= item["end_date"]
    )


async def _ask(
    amazon: Amazon, path: str, headers: Headers, media: str, body: object
) -> httpx.Response:
    sent = headers | {"Content-Type": media}
    return await amazon.http.post(path, headers=sent, content=json.dumps(body))


async def test_every_entry_gets_its_own_success_or_error(
    amazon: Amazon, mine: Headers, advertiser: Entity
) -> None:
    order = _running(advertiser, "Retargeting")
    line = order["line_items"][0]["line_item_id"]
    body = {
        "requests": [
            {"campaignId": "1", "insightType": KIND},
            {"campaignId": order["order_id"], "insightType": KIND},
            {"campaignId": order["order_id"], "adGroupId": line, "insightType": KIND},
            {"campaignId": order["order_id"], "adGroupId": "1", "insightType": KIND},
        ]
    }
    answer = await _ask(amazon, TRAITS, mine, TRAITS_MEDIA, body)
    assert (answer.status_code, answer.headers["content-type"]) == (207, TRAITS_MEDIA)
    shown = answer.json()
    assert [entry["index"] for entry in shown["success"]] == [1, 2]
    assert [(e["index"], e["errorCode"]) for e in shown["error"]] == [(0, 404), (3, 404)]
    assert shown["success"][0]["insightDate"] == "2026-11-15"
    entries = shown["success"][0]["campaignInsights"]
    assert "adGroupId" not in entries[0]
    tactics = [
        e["insights"]["performancePlusShopperTraitInsight"]["performancePlusTargetingTactic"]
        for e in entries
    ]
    assert tactics[0] == "All"
    assert set(tactics[1:]) == {"Remarketing"}
    alone = shown["success"][1]["campaignInsights"]
    assert [entry["adGroupId"] for entry in alone] == [line]


async def test_traits_are_the_segments_of_the_audience_report(
    amazon: Amazon, mine: Headers, headers: Headers, advertiser: Entity
) -> None:
    line = _running(advertiser, "Prospecting")
    group = line["line_items"][0]["line_item_id"]
    body = {"requests": [{"campaignId": line["order_id"], "adGroupId": group, "insightType": KIND}]}
    shown = (await _ask(amazon, TRAITS, mine, TRAITS_MEDIA, body)).json()["success"][0]
    insight = shown["campaignInsights"][0]["insights"]["performancePlusShopperTraitInsight"]
    found = {
        t["shopperTraitName"]: t["impressions"] for t in insight["performancePlusShopperTraits"]
    }
    report = report_body(
        advertiser["advertiser_id"], reportTypeId="dspAudience", timeUnit="SUMMARY",
        groupBy=["lineItem"], columns=["lineItemId", "segmentName", "impressions"],
    ) | {"startDate": "2026-10-19", "endDate": "2026-11-15"}  # fmt: skip
    account = headers | {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}
    made = await amazon.finished(account, report)
    rows = json.loads(gzip.decompress((await amazon.http.get(made["url"])).content))
    assert found == {
        row["segmentName"]: row["impressions"] for row in rows if row["lineItemId"] == group
    }
    shares = [bucket["conversionShare"] for bucket in insight["timeToConvertBuckets"]]
    assert sum(shares) == pytest.approx(1)  # pyright: ignore[reportUnknownMemberType]
    assert 0 < insight["medianTimeToConvertInHours"] < 336


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400), ({"requests": []}, 400), ([], 400), ({"requests": [1]}, 400),
        ({"requests": [{"campaignId": "1", "insightType": KIND}] * 26}, 400),
        ({"requests": [{"campaignId": 1, "insightType": KIND}]}, 400),
        ({"requests": [{"campaignId": "1", "insightType": "OTHER"}]}, 400),
        ({"requests": [{"campaignId": "1", "insightType": KIND}] * 25}, 207),
    ],
)  # fmt: skip
async def test_campaign_insights_take_one_to_twenty_five_requests(
    amazon: Amazon, mine: Headers, body: object, status: int
) -> None:
    answer = await _ask(amazon, TRAITS, mine, TRAITS_MEDIA, body)
    assert answer.status_code == status
    if status == 400:
        assert answer.headers["content-type"] == "application/json"
        assert set(answer.json()["errors"][0]) == {"errorType", "fieldName", "message"}


@pytest.mark.parametrize("path", [TRAITS, DISTRIBUTION, SAVINGS])
async def test_insights_need_their_headers(amazon: Amazon, mine: Headers, path: str) -> None:
    body = {"filters": {}, "requests": []}
    plain = "application/json"
    for name, status in (
        ("Authorization", 401), ("Amazon-Advertising-API-ClientId", 401),
        ("Amazon-Advertising-API-Scope", 401), ("Amazon-Advertising-AccountId", 400),
    ):  # fmt: skip
        sent = {key: value for key, value in mine.items() if key != name}
        assert (await _ask(amazon, path, sent, plain, body)).status_code == status
    foreign = mine | {"Amazon-Advertising-AccountId": "1"}
    assert (await _ask(amazon, path, foreign, plain, body)).status_code == 403
    assert (await _ask(amazon, path, mine, "text/plain", body)).status_code == 415


async def _reach(amazon: Amazon, headers: Headers, advertiser: Entity, **days: str) -> Entity:
    account = headers | {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}
    body = report_body(
        advertiser["advertiser_id"], groupBy=["campaign"], timeUnit="SUMMARY",
        columns=["orderId", "reach", "householdReach", "impressions"],
    ) | days  # fmt: skip
    made = await amazon.finished(account, body)
    rows = json.loads(gzip.decompress((await amazon.http.get(made["url"])).content))
    return {row["orderId"]: row for row in rows}


async def test_the_bins_add_up_to_the_reach_of_the_report(
    amazon: Amazon, mine: Headers, headers: Headers, advertiser: Entity
) -> None:
    filters = {
        "timeGrainFilter": "MONTHLY", "startDateFilter": "2026-10-01",
        "endDateFilter": "2026-10-31", "metricsFilter": ["REACH", "HOUSEHOLD_REACH"],
    }  # fmt: skip
    answer = await _ask(amazon, DISTRIBUTION, mine, DISTRIBUTION_MEDIA, {"filters": filters})
    assert (answer.status_code, answer.headers["content-type"]) == (200, DISTRIBUTION_MEDIA)
    sums: dict[str, dict[str, int]] = {}
    for row in answer.json()["frequencyDistributionInsights"]:
        kept = sums.setdefault(row["campaignId"], {"REACH": 0, "HOUSEHOLD_REACH": 0})
        for metric in row["metrics"]:
            kept[metric["metricName"]] += metric["metricValue"]
    reach = await _reach(amazon, headers, advertiser, startDate="2026-10-01", endDate="2026-10-31")
    assert sums == {
        order: {"REACH": row["reach"], "HOUSEHOLD_REACH": row["householdReach"]}
        for order, row in reach.items()
    }
    assert all(row["reach"] <= row["impressions"] for row in reach.values())


async def test_pages_of_a_distribution_walk_the_same_rows(amazon: Amazon, mine: Headers) -> None:
    filters = {"timeGrainFilter": "WEEKLY", "levelFilter": "AD_GROUP", "metricsFilter": ["CTR"]}
    body: Entity = {"filters": filters}
    whole = (await _ask(amazon, DISTRIBUTION, mine, DISTRIBUTION_MEDIA, body)).json()
    rows = whole["frequencyDistributionInsights"]
    assert "nextToken" not in whole
    found: list[Entity] = []
    page: Entity = {"nextToken": None}
    while "nextToken" in page:
        asked = body | {"maxResults": 37} | ({"nextToken": page["nextToken"]} if found else {})
        page = (await _ask(amazon, DISTRIBUTION, mine, DISTRIBUTION_MEDIA, asked)).json()
        found += page["frequencyDistributionInsights"]
    assert found == rows
    assert {row["level"] for row in rows} == {"AD_GROUP"}
    assert all("adGroupId" in row for row in rows)


async def test_metrics_without_data_say_why(amazon: Amazon, mine: Headers) -> None:
    body = {"filters": {"timeGrainFilter": "MONTHLY"}}
    answer = await _ask(amazon, DISTRIBUTION, mine, DISTRIBUTION_MEDIA, body)
    rows = answer.json()["frequencyDistributionInsights"]
    assert len(rows[0]["metrics"]) == 26
    metrics = [metric for row in rows for metric in row["metrics"]]
    assert all(("metricValue" in m) != ("noDataReasonCode" in m) for m in metrics)
    downloads = {m["noDataReasonCode"] for m in metrics if m["metricName"] == "CPD"}
    assert downloads == {"METRIC_NOT_APPLICABLE"}


@pytest.mark.parametrize(
    "filters",
    [
        {"campaignIdFilter": [str(n) for n in range(11)]}, {"levelFilter": "ORDER"},
        {"timeGrainFilter": "HOURLY"}, {"metricsFilter": ["NONSENSE"]},
        {"startDateFilter": "2026-08-01"}, {"endDateFilter": "2026-11-22"},
        {"startDateFilter": "soon"}, {"advertiserIdFilter": ["1", "2"]},
        {"startDateFilter": "2026-11-10", "endDateFilter": "2026-11-09"},
    ],
)  # fmt: skip
async def test_a_distribution_checks_its_filters(
    amazon: Amazon, mine: Headers, filters: Entity
) -> None:
    answer = await _ask(amazon, DISTRIBUTION, mine, DISTRIBUTION_MEDIA, {"filters": filters})
    assert answer.status_code == 400
    assert set(answer.json()) == {"requestId", "errors"}
    assert set(answer.json()["errors"][0]) == {"errorCode", "errorId", "errorMessage"}


async def test_savings_tell_where_no_cap_is_set(amazon: Amazon, mine: Headers) -> None:
    body = {"filters": {"metricsFilter": ["SAVED_IMPRESSIONS_COUNT", "SAVINGS_REINVESTED_AMOUNT"]}}
    answer = await _ask(amazon, SAVINGS, mine, SAVINGS_MEDIA, body)
    assert (answer.status_code, answer.headers["content-type"]) == (200, SAVINGS_MEDIA)
    shown = answer.json()
    assert shown["frequencyCapType"] == "CAMPAIGN_FREQUENCY_CAP"
    reasons = {row["metrics"].get("noDataReasonCode") for row in shown["frequencySavingsInsights"]}
    assert {None, "FREQUENCY_CAP_NOT_SET"} <= reasons
    amounts = [
        row["metrics"]
        for row in shown["frequencySavingsInsights"]
        if row["metrics"]["metricName"].endswith("AMOUNT") and "metricValue" in row["metrics"]
    ]
    assert amounts
    assert all(metric["currencyCode"] == "USD" for metric in amounts)


async def test_savings_by_ad_group_and_group(
    amazon: Amazon, mine: Headers, advertiser: Entity
) -> None:
    order = _running(advertiser, "Prospecting")
    line = order["line_items"][0]["line_item_id"]
    union = {"adGroupFrequencyCapFilter": {"adGroupIds": [line]}}
    body = {"filters": {"frequencyCapTypeFilter": union, "metricsFilter": ["UNIQUE_USERS_COUNT"]}}
    shown = (await _ask(amazon, SAVINGS, mine, SAVINGS_MEDIA, body)).json()
    assert {row["adGroupId"] for row in shown["frequencySavingsInsights"]} == {line}
    union = {"frequencyGroupFrequencyCapFilter": {"frequencyGroupIds": ["1"]}}
    body = {"filters": {"frequencyCapTypeFilter": union}}
    shown = (await _ask(amazon, SAVINGS, mine, SAVINGS_MEDIA, body)).json()
    assert shown == {
        "frequencyCapType": "FREQUENCY_GROUP_FREQUENCY_CAP", "frequencySavingsInsights": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        {}, {"filters": {"frequencyCapTypeFilter": {}}}, {"filters": {}, "maxResults": 0},
        {"filters": {"metricsFilter": []}}, {"filters": {}, "maxResults": 10_001},
        {"filters": {"frequencyCapTypeFilter": {"campaignFrequencyCapFilter": {"campaignIds": []}}}},
    ],
)  # fmt: skip
async def test_savings_check_their_filters(amazon: Amazon, mine: Headers, body: Entity) -> None:
    answer = await _ask(amazon, SAVINGS, mine, SAVINGS_MEDIA, body)
    assert answer.status_code == 400
