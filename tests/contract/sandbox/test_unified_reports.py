"""Unified reporting: multi-status, parts, polling at most once a minute, and the numbers of reporting v3."""

import csv
import gzip
import io
import json
from typing import Any

import httpx
import pytest
from infra.amazon_client import Amazon, report_body
from infra.amazon_openapi import assert_answer, assert_request
from sandbox.unified.files import PART_ROWS

Headers = dict[str, str]
Entity = dict[str, Any]
CREATE, RETRIEVE, DELETE = (
    f"/adsApi/v1/{verb}/reports" for verb in ("create", "retrieve", "delete")
)
ON = {"field": "campaign.id", "comparisonOperator": "EQUALS", "not": False, "values": ["1"]}
FIELDS = {
    "date.value": "date", "campaign.id": "orderId", "adGroup.id": "lineItemId",
    "ad.id": "creativeAdId", "metric.impressions": "impressions", "metric.clicks": "clicks",
    "metric.totalCost": "totalCost", "metric.sales": "totalSales",
    "metric.salesPromoted": "sales", "metric.purchases": "totalPurchases",
    "metric.purchasesPromoted": "purchases", "metric.supplyCost": "supplyCost",
    "metric.viewableImpressions": "viewableImpressions",
    "metric.completeViewsVideoAd": "videoAdComplete",
}  # fmt: skip


def _body(advertiser: Entity, **changes: object) -> Entity:
    report: Entity = {
        "format": "GZIP_JSON",
        "periods": [{"datePeriod": {"startDate": "2026-11-01", "endDate": "2026-11-20"}}],
        "query": {"fields": list(FIELDS)},
    }
    accounts = [{"advertiserAccountId": advertiser["advertiser_id"]}]
    return {"accessRequestedAccounts": accounts, "reports": [report | changes]}


async def _call(amazon: Amazon, path: str, headers: Headers, body: object) -> httpx.Response:
    return await amazon.http.post(f"/na{path}", headers=headers, json=body)


async def _finished(amazon: Amazon, headers: Headers, body: Entity) -> Entity:
    made = await _call(amazon, CREATE, headers, body)
    assert made.status_code == 207, made.text
    report_id = made.json()["success"][0]["report"]["reportId"]
    await amazon.advance(60)
    answer = await _call(amazon, RETRIEVE, headers, {"reportIds": [report_id]})
    return answer.json()["success"][0]["report"]


async def _rows(amazon: Amazon, report: Entity) -> list[Entity]:
    found: list[Entity] = []
    for part in report["completedReportParts"]:
        file = await amazon.http.get(part["url"])
        assert (file.status_code, len(file.content)) == (200, part["sizeInBytes"])
        found += json.loads(gzip.decompress(file.content))
    return found


async def test_a_report_goes_from_pending_to_completed_in_amazon_s_shapes(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    body = _body(advertiser)
    assert_request("AdsAPIv1All", "post", CREATE, body)
    made = await _call(amazon, CREATE, headers, body)
    assert_answer("AdsAPIv1All", "post", CREATE, 207, made.json())
    report = made.json()["success"][0]["report"]
    assert report["status"] == "PENDING"
    asked = {"reportIds": [report["reportId"]]}
    await amazon.advance(1.5)
    running = await _call(amazon, RETRIEVE, headers, asked)
    assert running.json()["success"][0]["report"]["status"] == "PROCESSING"
    await amazon.advance(60)
    done = await _call(amazon, RETRIEVE, headers, asked)
    assert_answer("AdsAPIv1All", "post", RETRIEVE, 207, done.json())
    assert done.json()["success"][0]["report"]["status"] == "COMPLETED"


async def test_its_numbers_are_those_of_reporting_v3(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    """Both are made in the same step of knowledge; what v3 calls sales is salesPromoted here."""
    rows = await _rows(amazon, await _finished(amazon, headers, _body(advertiser)))
    account = headers | {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}
    body = report_body(advertiser["advertiser_id"], columns=list(FIELDS.values()))
    v3 = await amazon.finished(account, body)
    old = json.loads(gzip.decompress((await amazon.http.get(v3["url"])).content))
    assert len(rows) > 100
    assert [{FIELDS[name]: value for name, value in row.items()} for row in rows] == old
    assert any(row["metric.sales"] > row["metric.salesPromoted"] for row in rows)


async def test_a_partitioned_report_comes_in_parts_that_hold_the_whole(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    whole = await _rows(amazon, await _finished(amazon, headers, _body(advertiser)))
    body = _body(advertiser, format="PARTITIONED_GZIP_JSON")
    report = await _finished(amazon, headers, body)
    assert len(report["completedReportParts"]) == -(-len(whole) // PART_ROWS) > 0
    assert [row["ad.id"] for row in await _rows(amazon, report)] == [r["ad.id"] for r in whole]


async def test_parts_are_cut_at_their_size(
    amazon: Amazon, headers: Headers, advertiser: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.unified.files.PART_ROWS", 7)
    body = _body(advertiser, format="PARTITIONED_GZIP_JSON")
    body["reports"][0]["query"] = {"fields": ["date.value", "campaign.id", "metric.clicks"]}
    report = await _finished(amazon, headers, body)
    rows = await _rows(amazon, report)
    assert len(report["completedReportParts"]) == -(-len(rows) // 7) > 1
    beyond = report["completedReportParts"][0]["url"].replace(".0?", ".99?")
    assert (await amazon.http.get(beyond)).status_code == 403


async def test_filters_choose_and_negate(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    fields = ["dateRange.value", "campaign.id", "budgetCurrency.value", "metric.impressions"]
    rows = await _rows(
        amazon, await _finished(amazon, headers, _body(advertiser, query={"fields": fields}))
    )
    first = rows[0]["campaign.id"]
    on = {"field": "campaign.id", "comparisonOperator": "IN", "values": [first]}
    product = {
        "field": "adProduct.value", "comparisonOperator": "EQUALS", "not": False,
        "values": ["AMAZON_DSP"],
    }  # fmt: skip
    for negated in (False, True):
        both = {"and": {"filters": [{"on": product}, {"on": on | {"not": negated}}]}}
        body = _body(advertiser, query={"fields": fields, "filter": both})
        assert_request("AdsAPIv1All", "post", CREATE, body)
        found = await _rows(amazon, await _finished(amazon, headers, body))
        assert found == [row for row in rows if (row["campaign.id"] == first) != negated]
    assert rows[0]["budgetCurrency.value"] == "USD"
    assert rows[0]["dateRange.value"] == "2026-11-01/2026-11-20"


async def test_csv_has_the_dotted_names(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    report = await _finished(amazon, headers, _body(advertiser, format="CSV"))
    file = await amazon.http.get(report["completedReportParts"][0]["url"])
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert list(rows[0]) == list(FIELDS)


async def test_geography_adds_up_to_the_campaign(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    sums: list[dict[str, int]] = []
    for extra in ([], ["region.name", "city.name"]):
        fields = ["date.value", "campaign.id", "metric.impressions", *extra]
        found: dict[str, int] = {}
        report = await _finished(amazon, headers, _body(advertiser, query={"fields": fields}))
        for row in await _rows(amazon, report):
            key = f"{row['date.value']}/{row['campaign.id']}"
            if row["date.value"] < "2026-11-15":
                found[key] = found.get(key, 0) + row["metric.impressions"]
        sums.append(found)
    assert sums[0] == sums[1]


async def test_polling_more_than_once_a_minute_is_429(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    made = await _call(amazon, CREATE, headers, _body(advertiser))
    asked = {"reportIds": [made.json()["success"][0]["report"]["reportId"]]}
    assert (await _call(amazon, RETRIEVE, headers, asked)).status_code == 207
    await amazon.advance(20)
    early = await _call(amazon, RETRIEVE, headers, asked)
    assert (early.status_code, early.json()["code"]) == (429, "TOO_MANY_REQUESTS")
    assert early.headers["retry-after"] == "40"
    assert_answer("AdsAPIv1All", "post", RETRIEVE, 429, early.json())
    await amazon.advance(40)
    assert (await _call(amazon, RETRIEVE, headers, asked)).status_code == 207


async def test_a_deleted_report_is_gone(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    made = await _call(amazon, CREATE, headers, _body(advertiser))
    asked = {"reportIds": [made.json()["success"][0]["report"]["reportId"]]}
    gone = await _call(amazon, DELETE, headers, asked)
    assert_answer("AdsAPIv1All", "post", DELETE, 207, gone.json())
    for path in (RETRIEVE, DELETE):
        answer = await _call(amazon, path, headers, asked)
        assert answer.status_code == 207
        assert answer.json()["error"][0]["errors"][0]["code"] == "RESOURCE_ID_NOT_FOUND"


async def test_asking_twice_makes_two_reports(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    made = [(await _call(amazon, CREATE, headers, _body(advertiser))).json() for _ in range(2)]
    ids = {answer["success"][0]["report"]["reportId"] for answer in made}
    assert len(ids) == 2


async def test_reports_are_seen_by_who_may_see_their_advertisers(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    made = await _call(amazon, CREATE, headers, _body(advertiser))
    asked = {"reportIds": [made.json()["success"][0]["report"]["reportId"]]}
    other = await amazon.headers("sam")
    answer = await _call(amazon, RETRIEVE, other, asked)
    assert answer.json()["error"][0]["errors"][0]["code"] == "RESOURCE_ID_NOT_FOUND"
    assert (await _call(amazon, CREATE, other, _body(advertiser))).status_code == 403


async def test_no_accounts_break_the_server(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    answer = await _call(
        amazon, CREATE, headers, _body(advertiser) | {"accessRequestedAccounts": []}
    )
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert_answer("AdsAPIv1All", "post", CREATE, 500, answer.json())


@pytest.mark.parametrize(
    "changes",
    [
        {"query": {"fields": ["metric.nonsense"]}}, {"query": {"fields": ["metric.userReach"]}},
        {"query": {"fields": ["date.value", "dateRange.value", "metric.clicks"]}},
        {"query": {"fields": ["region.name", "deviceType.value", "metric.clicks"]}},
        {"query": {"fields": ["region.name", "metric.supplyCost"]}},
        {"periods": [{"datePeriod": {"startDate": "2026-11-02", "endDate": "2026-11-01"}}]},
        {"periods": [{"datePeriod": {"startDate": "2026-11-02", "endDate": "2026-12-01"}}]},
    ],
)  # fmt: skip
async def test_what_a_report_gets_wrong_is_an_entry_of_the_207(
    amazon: Amazon, headers: Headers, advertiser: Entity, changes: Entity
) -> None:
    answer = await _call(amazon, CREATE, headers, _body(advertiser, **changes))
    assert answer.status_code == 207
    assert_answer("AdsAPIv1All", "post", CREATE, 207, answer.json())
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(
    "changes",
    [
        {"query": None}, {"query": {"fields": []}}, {"format": "XLSX"}, {"periods": []},
        {"periods": [{"datePeriod": {"startDate": "x", "endDate": "2026-11-01"}}]},
        {"periods": [1]}, {"query": {"fields": ["metric.clicks"], "filter": {}}},
        {"query": {"fields": ["metric.clicks"], "filter": {"on": {"field": "campaign.id"}}}},
        {"query": {"fields": ["metric.clicks"], "filter": {"on": ON | {"comparisonOperator": []}}}},
        {"query": {"fields": ["metric.clicks"], "filter": {"on": ON | {"values": ["1", "2"]}}}},
    ],
)  # fmt: skip
async def test_what_is_no_report_at_all_is_400(
    amazon: Amazon, headers: Headers, advertiser: Entity, changes: Entity
) -> None:
    answer = await _call(amazon, CREATE, headers, _body(advertiser, **changes))
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")


async def test_exactly_one_report_and_one_id_a_call(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    body = _body(advertiser)
    for reports in ([], body["reports"] * 2, [1], None):
        answer = await _call(amazon, CREATE, headers, body | {"reports": reports})
        assert answer.status_code == 400
    for ids in ([], ["1", "2"], None, "1"):
        assert (await _call(amazon, RETRIEVE, headers, {"reportIds": ids})).status_code == 400
