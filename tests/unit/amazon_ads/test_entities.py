"""Entities: what is asked in each family, and odd answers."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from amazon_ads import errors
from amazon_ads.entities import Budget, FrequencyCap, classic, dsp_v1, unified
from infra.amazon_answers import Server

CAMPAIGN = {
    "campaignId": 594837261504938271, "adProduct": "AMAZON_DSP", "name": "Spring", "state": "ENABLED",
    "status": {"deliveryStatus": "LIMITED", "deliveryReasons": ["OTHER", "BRAND_NEW_REASON"]},
    "startDateTime": "2026-05-01T07:00:00Z", "somethingNew": {"a": [1]},
    "flights": [{"flightId": "7", "name": "May", "startDateTime": "2026-05-01T07:00:00Z",
                 "endDateTime": None, "budget": {"budgetValue": {"monetaryBudgetValue": {
                     "monetaryBudget": {"currencyCode": "USD", "value": 0.1}}}}}],
    "budgets": [{"recurrenceTimePeriod": "LIFETIME", "budgetValue": {"monetaryBudgetValue": {
        "monetaryBudget": {"currencyCode": "USD", "value": "5000.10"}}}}],
    "frequencies": [{"eventMaxCount": 3, "timeCount": 1, "timeUnit": "DAYS",
                     "frequencyTargetingSetting": "HOUSEHOLD"}],
    "fees": [{"feeType": "OTHER", "feeValue": 1}, {"feeType": "AGENCY", "feeValue": 5.5}],
    "optimizations": {"bidSettings": {"bidStrategy": "SPEND_BUDGET_IN_FULL"},
                      "goalSettings": {"goal": "CONVERSIONS", "kpi": "ROAS", "kpiValue": 4.25}},
}  # fmt: skip


async def test_a_unified_campaign_keeps_digits_and_unknown_fields() -> None:
    server = Server({"campaigns": [CAMPAIGN]})
    [found] = [item async for item in unified.iterate_campaigns(server.client, "9")]
    assert found.campaign_id == "594837261504938271"
    assert found.budgets == (Budget("LIFETIME", Decimal("5000.10")),)
    assert (found.flights[0].budget, found.flights[0].ends_at) == (Decimal("0.1"), None)
    assert found.frequency_caps == (FrequencyCap(3, 1, "DAYS", "HOUSEHOLD"),)
    assert (found.agency_fee_percent, found.kpi_target) == (Decimal("5.5"), Decimal("4.25"))
    assert found.delivery_reasons == ("OTHER", "BRAND_NEW_REASON")
    assert (found.currency, found.goal) == ("USD", "CONVERSIONS")
    assert found.starts_at == datetime(2026, 5, 1, 7, tzinfo=UTC)
    assert found.raw["somethingNew"] == {"a": [1]}


async def test_unified_carries_the_advertiser_and_both_names_of_the_client_but_no_scope() -> None:
    server = Server({"campaigns": [], "nextToken": "t"}, {"campaigns": [CAMPAIGN]})
    walk = unified.iterate_campaigns(server.client, "9", states=("ENABLED",), page_size=7)
    assert [item.name async for item in walk] == ["Spring"]
    first, second = server.requests
    assert first.headers["Amazon-Ads-AccountId"] == "9"
    assert first.headers["Amazon-Ads-ClientId"] == "c"
    assert first.headers["Content-Type"] == "application/json"
    assert "Amazon-Advertising-API-Scope" not in first.headers
    body = {
        "adProductFilter": {"include": ["AMAZON_DSP"]},
        "stateFilter": {"include": ["ENABLED"]},
        "maxResults": 7,
    }
    assert json.loads(first.content) == body
    assert json.loads(second.content) == body | {"nextToken": "t"}


async def test_a_page_is_asked_by_its_token_and_names_the_next() -> None:
    server = Server({"campaigns": [CAMPAIGN], "nextToken": "t"}, {"adAssociations": []})
    page = await unified.get_page(server.client, "9", "campaigns", page_size=7)
    assert ([getattr(row, "name", None) for row in page.rows], page.next_token) == (["Spring"], "t")
    last = await unified.get_page(server.client, "9", "adAssociations", "u")
    assert (last.rows, last.next_token) == ((), None)
    first, second = (json.loads(request.content) for request in server.requests)
    assert first == {"adProductFilter": {"include": ["AMAZON_DSP"]}, "maxResults": 7}
    assert second == {"maxResults": 100, "nextToken": "u"}


async def test_filters_are_asked_in_runs_that_amazon_takes() -> None:
    server = Server(*({"adGroups": []} for _ in range(3)))
    ids = [str(number) for number in range(201)]
    walk = unified.iterate_ad_groups(server.client, "9", campaign_ids=ids)
    assert [item async for item in walk] == []
    asked = [json.loads(r.content)["campaignIdFilter"]["include"] for r in server.requests]
    assert [len(some) for some in asked] == [100, 100, 1]
    assert [one for some in asked for one in some] == ids


async def test_no_ids_ask_nothing() -> None:
    server = Server()
    walk = unified.iterate_ad_associations(server.client, "9", ad_group_ids=[])
    assert [item async for item in walk] == []
    assert server.requests == []


async def test_associations_are_asked_without_a_product() -> None:
    server = Server({"adAssociations": []})
    _ = [item async for item in unified.iterate_ad_associations(server.client, "9")]
    assert json.loads(server.requests[0].content) == {"maxResults": 100}


async def test_a_row_repeated_by_the_next_page_comes_once() -> None:
    row = {"adId": "1", "adType": "VIDEO"}
    server = Server({"ads": [row], "nextToken": "t"}, {"ads": [row, {"adId": 2}]})
    found = [item.ad_id async for item in unified.iterate_ads(server.client, "9")]
    assert found == ["1", "2"]


async def test_a_display_ad_tells_its_size_whatever_its_settings_are_called() -> None:
    creative = {
        "displayCreative": {
            "newKind": {"creativeSizes": [{"width": 300, "height": 250}]},
            "flag": 1,
        }
    }
    server = Server({"ads": [{"adId": "1", "creative": creative}]})
    [found] = [item async for item in unified.iterate_ads(server.client, "9")]
    assert found.size == "300x250"


@pytest.mark.parametrize(
    "page",
    [
        {"campaigns": {}}, {"campaigns": [1]}, {"campaigns": [{"name": "x"}]},
        {"campaigns": [CAMPAIGN | {"startDateTime": "soon"}]}, {"campaigns": [CAMPAIGN | {"flights": 1}]},
        {"campaigns": [CAMPAIGN | {"fees": [{"feeType": "AGENCY", "feeValue": "many"}]}]}, b"<html>",
    ],
)  # fmt: skip
async def test_entities_of_another_shape_are_malformed(page: Any) -> None:
    with pytest.raises(errors.MalformedResponse):
        _ = [item async for item in unified.iterate_campaigns(Server(page).client, "9")]


async def test_a_query_is_repeated_after_a_lost_answer_for_it_only_reads() -> None:
    server = Server()

    async def sleep(_: float) -> None:
        server.bodies.append({"campaigns": [CAMPAIGN]})

    walk = unified.iterate_campaigns(server.retrying(sleep), "9")
    assert [item.name async for item in walk] == ["Spring"]
    assert len(server.requests) == 2


async def test_dsp_v1_reads_flights_in_both_shapes_and_campaigns_without_a_state() -> None:
    flight = {"flightId": 1, "budgetAmount": 12}
    rows = [
        {"campaignId": "1", "flights": {"flights": [flight]}, "state": "ACTIVE"},
        {"campaignId": "2", "flights": [flight], "frequencies": [{"frequencyType": "UNCAPPED"}]},
    ]
    server = Server({"requestId": "r", "campaigns": rows})
    old = [item async for item in dsp_v1.iterate_campaigns(server.client, "77", "9")]
    assert [(item.state, item.flights[0].budget) for item in old] == [
        ("ENABLED", Decimal(12)),
        ("", Decimal(12)),
    ]
    sent = server.requests[0]
    assert sent.headers["Amazon-Advertising-API-Scope"] == "77"
    assert sent.headers["Amazon-Ads-AccountId"] == "9"


async def test_dsp_v1_finds_the_kind_of_a_target_in_its_details() -> None:
    details = {"audienceTarget": {"audienceId": "a", "targetType": "AUDIENCE"}}
    row = {"targetId": "1", "adGroupId": "2", "negative": True, "targetDetails": details}
    server = Server({"targets": [row]})
    [found] = [item async for item in dsp_v1.iterate_targets(server.client, "77", "9")]
    assert (found.kind, found.negative, found.details) == ("AUDIENCE", True, details)


async def test_a_classic_order_in_full_tells_what_its_flights_spent() -> None:
    row = {
        "orderId": 594837261504938271, "advertiserId": "9", "name": "O", "currencyCode": "EUR",
        "deliveryActivationStatus": "INACTIVE", "deliveryStatus": "ENDED",
        "startDateTime": "2026-05-01 00:00:00 UTC", "lastUpdateDate": "2026-05-02T00:00:00Z",
        "budget": {"totalBudgetAmount": 100.5, "budgetCaps": [
            {"recurrenceTimePeriod": "UNCAPPED"}, {"recurrenceTimePeriod": "DAILY", "amount": 9}],
            "flights": [{"flightId": "1", "amount": 100.5, "spentAmount": 20.25}]},
        "frequencyCap": {"type": "CUSTOM", "maxImpressions": 3, "timeUnitCount": 2, "timeUnit": "HOURS"},
        "optimization": {"goal": "CONVERSIONS", "goalKpi": "ROAS"}, "externalId": None,
    }  # fmt: skip
    server = Server(row)
    found = await classic.get_order(server.client, "77", "a/b")
    assert server.requests[0].url.raw_path == b"/dsp/orders/a%2Fb"
    assert server.requests[0].headers["Accept"] == "application/vnd.dsporders.v2.6+json"
    assert (found.campaign_id, found.state) == ("594837261504938271", "PAUSED")
    assert found.budgets == (Budget("LIFETIME", Decimal("100.5")), Budget("DAILY", Decimal(9)))
    assert found.flights[0].spent == Decimal("20.25")
    assert found.frequency_caps == (FrequencyCap(3, 2, "HOURS"),)
    assert found.starts_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 5, 2, tzinfo=UTC)


async def test_classic_lists_walk_by_offset_and_must_not_stop_short() -> None:
    rows = [{"lineItemId": str(n), "orderId": "1"} for n in range(3)]
    whole = Server(
        {"totalResults": 3, "response": rows[:2]}, {"totalResults": 3, "response": rows[2:]}
    )
    walk = classic.iterate_line_items(whole.client, "77", ["1"], page_size=2)
    assert [item.ad_group_id async for item in walk] == ["0", "1", "2"]
    assert dict(whole.requests[1].url.params) == {
        "orderIdFilter": "1",
        "count": "2",
        "startIndex": "2",
    }
    short = Server({"totalResults": 3, "response": rows[:2]}, {"totalResults": 3, "response": []})
    with pytest.raises(errors.MalformedResponse, match="2 of 3"):
        _ = [item async for item in classic.iterate_line_items(short.client, "77", ["1"])]
