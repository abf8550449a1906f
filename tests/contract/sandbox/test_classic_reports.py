"""Classic DSP reports: 202, polling, default columns, number ids, and the numbers of reporting v3."""

import csv
import gzip
import io
import json
from typing import Any

import httpx
import pytest
from infra.amazon_client import Amazon, report_body

Headers = dict[str, str]
Entity = dict[str, Any]
CREATE_MEDIA = "application/vnd.dspcreatereports.v3+json"
GET_MEDIA = "application/vnd.dspgetreports.v3+json"
DAY = {"startDate": "2026-11-01", "endDate": "2026-11-14"}
MIDNIGHT = 1_793_491_200_000
DIMENSIONS = {
    "CAMPAIGN": ["ORDER", "LINE_ITEM", "CREATIVE"], "INVENTORY": ["ORDER", "SITE", "SUPPLY", "DEAL"],
    "AUDIENCE": ["ORDER", "LINE_ITEM"], "PRODUCTS": ["ORDER"],
    "TECHNOLOGY": ["ORDER", "OPERATING_SYSTEM", "BROWSER_TYPE", "DEVICE_TYPE"],
    "GEOGRAPHY": ["ORDER", "COUNTRY", "CITY", "DMA"], "CONVERSION_SOURCE": ["ORDER", "CREATIVE"],
}  # fmt: skip


async def _create(amazon: Amazon, account: str, headers: Headers, body: object) -> httpx.Response:
    media = {"Content-Type": CREATE_MEDIA}
    path = f"/na/accounts/{account}/dsp/reports"
    return await amazon.http.post(path, headers=headers | media, content=json.dumps(body))


async def _finished(amazon: Amazon, account: str, headers: Headers, body: Entity) -> bytes:
    made = await _create(amazon, account, headers, body)
    assert made.status_code == 202, made.text
    await amazon.advance(60)
    path = f"/na/accounts/{account}/dsp/reports/{made.json()['reportId']}"
    report = (await amazon.http.get(path, headers=headers)).json()
    assert report["status"] == "SUCCESS"
    return (await amazon.http.get(report["location"])).content


async def test_a_report_is_in_progress_until_it_succeeds(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    account = advertiser["entity_id"]
    made = await _create(amazon, account, headers, DAY)
    assert (made.status_code, made.headers["content-type"]) == (202, CREATE_MEDIA)
    assert set(made.json()) == {
        "reportId", "type", "format", "status", "statusDetails", "location", "expiration",
    }  # fmt: skip
    assert (made.json()["status"], made.json()["location"]) == ("IN_PROGRESS", "")
    again = await _create(amazon, account, headers, DAY)
    assert again.json()["reportId"] == made.json()["reportId"]
    await amazon.advance(60)
    path = f"/na/accounts/{account}/dsp/reports/{made.json()['reportId']}"
    done = await amazon.http.get(path, headers=headers)
    assert (done.json()["status"], done.headers["content-type"]) == ("SUCCESS", GET_MEDIA)
    file = await amazon.http.get(done.json()["location"])
    assert isinstance(json.loads(file.content), list)
    with_bearer = await amazon.http.get(done.json()["location"], headers=headers)
    assert with_bearer.status_code == 400


async def test_ids_are_numbers_and_days_are_milliseconds(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    body = DAY | {
        "timeUnit": "DAILY",
        "dimensions": ["ORDER", "LINE_ITEM"],
        "metrics": ["sales14d"],
    }
    rows = json.loads(await _finished(amazon, advertiser["advertiser_id"], headers, body))
    assert list(rows[0]) == [
        "date", "entityId", "advertiserName", "advertiserId", "orderName", "orderId",
        "orderStartDate", "orderEndDate", "orderBudget", "orderExternalId", "orderCurrency",
        "lineItemName", "lineItemId", "lineItemStartDate", "lineItemEndDate", "lineItemBudget",
        "lineItemExternalId", "sales14d",
    ]  # fmt: skip
    assert rows[0]["advertiserId"] == int(advertiser["advertiser_id"])
    assert {row["date"] for row in rows} == {MIDNIGHT + n * 86_400_000 for n in range(14)}
    assert rows[0]["lineItemExternalId"] is None
    line = {**body, "dimensions": ["LINE_ITEM"], "format": "CSV"}
    file = await _finished(amazon, advertiser["advertiser_id"], headers, line)
    shown = list(csv.DictReader(io.StringIO(file.decode())))
    assert shown[0]["date"].startswith("2026-11-")
    assert shown[0]["date"].endswith(" 00:00:00 UTC")
    assert "orderName" not in shown[0]


async def test_its_numbers_are_those_of_reporting_v3(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    body = DAY | {
        "timeUnit": "DAILY", "dimensions": ["ORDER", "LINE_ITEM", "CREATIVE"],
        "metrics": ["impressions", "clickThroughs", "totalCost", "dpv14d", "sales14d", "totalSales14d"],
    }  # fmt: skip
    rows = json.loads(await _finished(amazon, advertiser["advertiser_id"], headers, body))
    columns = ["creativeAdId", "impressions", "clicks", "totalCost", "detailPageViews", "sales"]
    account = headers | {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}
    request = report_body(advertiser["advertiser_id"], columns=[*columns, "totalSales"]) | DAY
    v3 = await amazon.finished(account, request)
    old = json.loads(gzip.decompress((await amazon.http.get(v3["url"])).content))
    names = ["impressions", "clickThroughs", "totalCost", "dpv14d", "sales14d", "totalSales14d"]
    assert [[str(row["creativeAdId"]), *(row[name] for name in names)] for row in rows] == [
        list(row.values()) for row in old
    ]
    assert len(rows) > 100


@pytest.mark.parametrize("kind", sorted(DIMENSIONS))
async def test_every_type_has_rows_and_its_own_columns(
    amazon: Amazon, headers: Headers, advertiser: Entity, kind: str
) -> None:
    body = DAY | {"type": kind, "dimensions": DIMENSIONS[kind], "metrics": ["purchases14d"]}
    rows = json.loads(await _finished(amazon, advertiser["advertiser_id"], headers, body))
    assert rows
    own = {
        "CAMPAIGN": "creativeID", "INVENTORY": "dealID", "AUDIENCE": "segment",
        "PRODUCTS": "amazonStandardId", "TECHNOLOGY": "browser",
        "GEOGRAPHY": "designatedMarketAreaCode", "CONVERSION_SOURCE": "conversionSourceName",
    }  # fmt: skip
    assert own[kind] in rows[0]
    assert {"intervalStart", "intervalEnd"} < set(rows[0])
    assert all(row["intervalStart"] >= MIDNIGHT for row in rows)


async def test_a_seat_s_report_is_narrowed_by_advertisers_and_orders(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    seat, mine = advertiser["entity_id"], advertiser["advertiser_id"]
    whole = json.loads(await _finished(amazon, seat, headers, DAY))
    assert len({row["advertiserId"] for row in whole}) > 1
    few = json.loads(await _finished(amazon, seat, headers, DAY | {"advertiserIds": [mine]}))
    assert {row["advertiserId"] for row in few} == {int(mine)}
    order = str(few[0]["orderId"])
    body = DAY | {"orderIds": [order], "type": "INVENTORY", "dimensions": ["SITE"]}
    chosen = json.loads(await _finished(amazon, seat, headers, body | {"metrics": ["impressions"]}))
    sites = [row["siteName"] for row in chosen]
    assert len(sites) == len(set(sites)) > 1


async def test_accounts_that_are_none_answer_401(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    for account in (advertiser["profile_id"], advertiser["entity_id"].lower(), "1"):
        assert (await _create(amazon, account, headers, DAY)).status_code == 401
    other = await amazon.headers("sam")
    assert (await _create(amazon, advertiser["entity_id"], other, DAY)).status_code == 401


@pytest.mark.parametrize(
    ("changes", "error_type"),
    [
        ({"metrics": ["orderName"]}, "REQUEST_BODY_FIELD_INVALID_METRICS"),
        ({"metrics": ["nonsense"]}, "REQUEST_BODY_FIELD_INVALID_METRICS"),
        ({"nonsense": 1}, "REQUEST_BODY_UNKNOWN_PROPERTY"),
        ({"type": "NONSENSE"}, "REQUEST_BODY_FIELD_INVALID_TYPE"),
        ({"type": "INVENTORY"}, "REQUEST_BODY_FIELD_INVALID_DIMENSIONS"),
        ({"dimensions": ["SITE"]}, "REQUEST_BODY_FIELD_INVALID_DIMENSIONS"),
        ({"type": "AUDIENCE", "timeUnit": "DAILY"}, "REQUEST_BODY_FIELD_INVALID_TIMEUNIT"),
        ({"format": "XLSX"}, "REQUEST_BODY_FIELD_INVALID_FORMAT"),
        ({"startDate": "2026-08-01"}, "REQUEST_BODY_FIELD_INVALID_DATE_RANGE"),
        ({"startDate": "2026-10-01"}, "REQUEST_BODY_FIELD_INVALID_DATE_RANGE"),
        ({"startDate": "soon"}, "REQUEST_BODY_FIELD_INVALID_DATE"),
        ({"dimensions": "ORDER"}, "REQUEST_BODY_FIELD_INVALID"),
        ({"orderIds": [str(n) for n in range(101)]}, "REQUEST_BODY_FIELD_INVALID"),
        ({"advertiserIds": ["1"]}, "REQUEST_BODY_FIELD_INVALID_ADVERTISER_IDS"),
    ],
)  # fmt: skip
async def test_bad_requests_count_their_validation_errors(
    amazon: Amazon, headers: Headers, advertiser: Entity, changes: Entity, error_type: str
) -> None:
    answer = await _create(amazon, advertiser["advertiser_id"], headers, DAY | changes)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/vnd.dsperror.v1+json"
    assert answer.json()["errors"][0]["errorType"] == error_type
    assert answer.json()["message"].startswith(f"'{len(answer.json()['errors'])}' validation")


async def test_a_report_too_large_fails(
    amazon: Amazon, headers: Headers, advertiser: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.classic.files.MOST_ROWS", 1)
    account = advertiser["advertiser_id"]
    made = await _create(amazon, account, headers, DAY)
    await amazon.advance(60)
    path = f"/na/accounts/{account}/dsp/reports/{made.json()['reportId']}"
    report = (await amazon.http.get(path, headers=headers)).json()
    assert (report["status"], report["statusDetails"]) == ("FAILURE", "Report size too large")
    assert (await amazon.http.get(path[:-1] + "x", headers=headers)).status_code == 404
