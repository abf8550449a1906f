"""Insights: what is asked, and what an answer must hold."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from amazon_ads import errors
from amazon_ads.insights import InsightRequest, campaign, frequency
from infra.amazon_answers import Server

TRAIT = {
    "shopperTraitName": "Trail runners", "shopperTraitDescription": "d", "shopperTraitIndex": 184,
    "impressionShare": 0.12, "impressions": 48211, "cost": 355.2,
}  # fmt: skip
INSIGHT = {
    "performancePlusTargetingTactic": "Customer Acquisition", "medianTimeToConvertInHours": 31.5,
    "timeToConvertBuckets": [{"range": "0-24", "conversionShare": 0.44}],
    "performancePlusShopperTraits": [TRAIT],
}  # fmt: skip
GROUPS = [
    {"adGroupId": "7", "insights": {"performancePlusShopperTraitInsight": INSIGHT}},
    {"insights": {"somethingNewer": {}}},
]
ASKED = [InsightRequest("1", "7"), InsightRequest("2")]
SUCCESS: dict[str, Any] = {
    "index": 0,
    "campaignId": "1",
    "insightDate": "2026-05-11",
    "campaignInsights": GROUPS,
}
ERROR: dict[str, Any] = {"index": 1, "campaignId": "2", "errorCode": 404, "errorMessage": "none"}


async def test_each_request_has_its_own_outcome() -> None:
    server = Server({"success": [SUCCESS], "error": [ERROR]})
    answer = await campaign.get_campaign_insights(server.client, "77", "9", ASKED)
    [found], [failed] = answer.success, answer.error
    assert (found.request, found.insight_date) == (ASKED[0], date(2026, 5, 11))
    [insight] = found.insights
    assert (insight.ad_group_id, insight.median_hours_to_convert) == ("7", Decimal("31.5"))
    assert insight.time_to_convert[0].conversion_share == Decimal("0.44")
    assert (insight.traits[0].index, insight.traits[0].total_purchases) == (184, None)
    assert (failed.request, failed.code, failed.message) == (ASKED[1], "404", "none")
    sent = server.requests[0]
    assert sent.headers["Amazon-Advertising-AccountId"] == "9"
    assert sent.headers["Amazon-Advertising-API-Scope"] == "77"
    assert sent.headers["Content-Type"] == "application/vnd.dspDspCampaignInsights.v1+json"
    assert json.loads(sent.content)["requests"] == [
        {"campaignId": "1", "adGroupId": "7", "insightType": "PERFORMANCE_PLUS_SHOPPER_TRAIT"},
        {"campaignId": "2", "insightType": "PERFORMANCE_PLUS_SHOPPER_TRAIT"},
    ]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"success": [SUCCESS]}, {"success": [SUCCESS], "error": [ERROR | {"index": 0}]},
        {"success": [SUCCESS], "error": [ERROR | {"index": 2}]},
        {"success": [SUCCESS], "error": [ERROR, ERROR]},
        {"success": [SUCCESS | {"campaignId": "3"}], "error": [ERROR]},
    ],
)  # fmt: skip
async def test_an_answer_must_have_every_request_once(body: Any) -> None:
    with pytest.raises(errors.MalformedResponse):
        await campaign.get_campaign_insights(Server(body).client, "77", "9", ASKED)


@pytest.mark.parametrize("count", [0, 26])
async def test_a_call_takes_from_1_to_25_requests(count: int) -> None:
    server = Server()
    with pytest.raises(ValueError, match="25"):
        await campaign.get_campaign_insights(server.client, "7", "9", ASKED[:1] * count)
    assert server.requests == []


async def test_more_than_25_requests_are_several_calls() -> None:
    asked = [InsightRequest(str(number)) for number in range(30)]
    pages = [[{"index": i, "errorCode": 404} for i in range(count)] for count in (25, 5)]
    server = Server(*({"error": page} for page in pages))
    walk = campaign.iterate_campaign_insights(server.client, "77", "9", asked)
    assert [item.request async for item in walk] == asked


async def test_bins_have_values_or_the_reason_for_none() -> None:
    metrics = [
        {"metricName": "REACH", "metricValue": 12},
        {"metricName": "CPD", "noDataReasonCode": "METRIC_NOT_APPLICABLE"},
    ]
    row = {"campaignId": "1", "date": "2026-05-11", "frequency": "10+", "metrics": metrics}
    page = {"frequencyDistributionInsights": [row]}
    server = Server(page | {"nextToken": "t"}, page)
    days = frequency.Days(date(2026, 5, 1), date(2026, 5, 11))
    walk = frequency.iterate_distribution(server.client, "77", "9", days=days, metrics=["REACH"])
    bins = [item async for item in walk]
    assert len(bins) == 2
    assert bins[0].metrics[0].value == 12
    assert (bins[0].metrics[1].value, bins[0].metrics[1].no_data_reason) == (
        None,
        "METRIC_NOT_APPLICABLE",
    )
    assert json.loads(server.requests[0].content)["filters"] == {
        "advertiserIdFilter": ["9"], "levelFilter": "CAMPAIGN", "timeGrainFilter": "DAILY",
        "metricsFilter": ["REACH"], "startDateFilter": "2026-05-01", "endDateFilter": "2026-05-11",
    }  # fmt: skip


async def test_savings_name_their_campaigns() -> None:
    metric = {"metricName": "SAVINGS_REINVESTED_AMOUNT", "metricValue": 1.5, "currencyCode": "EUR"}
    row = {"date": "2026-05-11", "campaignId": "1", "metrics": metric}
    server = Server({"frequencySavingsInsights": [row]})
    walk = frequency.iterate_savings(server.client, "77", "9", campaign_ids=["1"])
    [found] = [item async for item in walk]
    assert (found.metric.value, found.metric.currency) == (Decimal("1.5"), "EUR")
    caps = json.loads(server.requests[0].content)["filters"]["frequencyCapTypeFilter"]
    assert caps["campaignFrequencyCapFilter"]["campaignIds"] == ["1"]
