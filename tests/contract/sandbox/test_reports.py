"""Reporting v3: the whole life of a report, every refusal, and equality with the truth."""

import asyncio
import gzip
import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from infra.amazon_client import COLUMNS, Amazon, report_body

MEASURES = {
    "impressions": "impressions", "clicks": "clicks", "detailPageViews": "detail_page_views",
    "addToCart": "add_to_cart", "purchases": "purchases", "unitsSold": "units_sold",
    "newToBrandPurchases": "new_to_brand_purchases", "totalCost": "total_cost_micros",
    "sales": "sales_micros", "newToBrandProductSales": "new_to_brand_sales_micros",
}  # fmt: skip
MONEY = {"totalCost", "sales", "newToBrandProductSales"}
Headers = dict[str, str]
Entity = dict[str, Any]


def _account(headers: Headers, advertiser: Entity) -> Headers:
    return headers | {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}


async def _rows(amazon: Amazon, report: Entity) -> list[dict[str, Any]]:
    file = await amazon.http.get(report["url"])
    assert file.status_code == 200
    assert len(file.content) == report["fileSize"]
    return json.loads(gzip.decompress(file.content), parse_float=Decimal)


def _exact(row: dict[str, Any], column: str) -> int:
    return int(Decimal(row[column]) * (1_000_000 if column in MONEY else 1))


async def _truth(amazon: Amazon, advertiser: Entity, report: Entity, level: str) -> Entity:
    query = {
        "advertiser_id": advertiser["advertiser_id"], "start_date": report["startDate"],
        "end_date": report["endDate"], "level": level, "as_of": report["generatedAt"],
    }  # fmt: skip
    return (await amazon.http.get("/_sandbox/truth", params=query)).json()


async def test_a_report_goes_from_pending_to_completed(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    mine = _account(headers, advertiser)
    body = report_body(advertiser["advertiser_id"])
    created = await amazon.create(mine, body)
    media = "application/vnd.createasyncreportresponse.v3+json"
    assert (created.status_code, created.headers["content-type"]) == (200, media)
    report = created.json()
    path = f"/na/reporting/reports/{report['reportId']}"
    seen = [report["status"]]
    for _ in range(3):
        answer = await amazon.http.get(path, headers=mine)
        assert answer.headers["content-type"] == ("application/vnd.getasyncreportresponse.v3+json")
        seen.append(answer.json()["status"])
        if answer.json()["status"] != "COMPLETED":
            assert answer.json()["url"] is answer.json()["generatedAt"] is None
        await amazon.advance(1.5)
    assert seen == ["PENDING", "PENDING", "PROCESSING", "COMPLETED"]
    done = (await amazon.http.get(path, headers=mine)).json()
    assert done["configuration"] == body["configuration"]
    assert done["failureReason"] is None
    assert set(done) == {
        "reportId", "name", "status", "startDate", "endDate", "configuration", "createdAt",
        "updatedAt", "generatedAt", "url", "urlExpiresAt", "fileSize", "failureReason",
    }  # fmt: skip


@pytest.mark.parametrize("level", ["advertiser", "order", "line_item", "creative"])
async def test_a_file_equals_the_truth_of_its_moment_to_the_micro(
    amazon: Amazon, headers: Headers, advertiser: Entity, level: str
) -> None:
    report = await amazon.finished(
        _account(headers, advertiser), report_body(advertiser["advertiser_id"])
    )
    sums: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    keys = {"advertiser": 0, "order": 1, "line_item": 2, "creative": 3}[level]
    rows = await _rows(amazon, report)
    await amazon.advance(7 * 86_400)
    for row in rows:
        assert list(row) == COLUMNS
        entity = (row["orderId"], row["lineItemId"], row["creativeAdId"])[:keys]
        for column, name in MEASURES.items():
            sums[row["date"], *entity][name] += _exact(row, column)
    truth = await _truth(amazon, advertiser, report, level)
    fields = ("date", "order_id", "line_item_id", "creative_ad_id")[: keys + 1]
    expected = {
        tuple(row[field] for field in fields): {name: row[name] for name in MEASURES.values()}
        for row in truth["rows"]
    }
    assert {key: dict(value) for key, value in sums.items()} == expected
    assert len(rows) > 300
    assert all(truth["totals"].values())


async def test_the_file_is_frozen_while_the_world_restates(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    mine = _account(headers, advertiser)
    report = await amazon.finished(mine, report_body(advertiser["advertiser_id"]))
    before = await _rows(amazon, report)
    await amazon.advance(5 * 86_400)
    headers = _account(await amazon.headers(), advertiser)
    path = f"/na/reporting/reports/{report['reportId']}"
    again = (await amazon.http.get(path, headers=headers)).json()
    assert again["generatedAt"] == report["generatedAt"]
    assert await _rows(amazon, again) == before
    newer = await amazon.finished(headers, report_body(advertiser["advertiser_id"]))
    after = await _rows(amazon, newer)
    assert sum(row["purchases"] for row in after) > sum(row["purchases"] for row in before)


async def test_held_data_stays_while_the_clock_runs(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    held = {"data_held_at": "2026-11-18T06:00:00Z"}
    await amazon.http.put("/_sandbox/clock", json=held)
    mine = _account(headers, advertiser)
    body = report_body(advertiser["advertiser_id"])
    first = await _rows(amazon, await amazon.finished(mine, body))
    await amazon.advance(1800)
    second_report = await amazon.finished(mine, body)
    assert await _rows(amazon, second_report) == first
    assert max(row["date"] for row in first) <= "2026-11-18"
    truth = await _truth(amazon, advertiser, second_report, "advertiser")
    assert truth["totals"]["purchases"] == sum(row["purchases"] for row in first)


async def test_summary_sums_what_daily_lists(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    mine = _account(headers, advertiser)
    changes = {
        "timeUnit": "SUMMARY", "groupBy": ["campaign"],
        "columns": ["intervalStart", "intervalEnd", "orderId", "impressions", "totalCost", "ROAS"],
    }  # fmt: skip
    summary = await amazon.create(mine, report_body(advertiser["advertiser_id"], **changes))
    daily = await amazon.finished(mine, report_body(advertiser["advertiser_id"]))
    path = f"/na/reporting/reports/{summary.json()['reportId']}"
    rows = await _rows(amazon, (await amazon.http.get(path, headers=mine)).json())
    per_order: dict[str, int] = defaultdict(int)
    for row in await _rows(amazon, daily):
        per_order[row["orderId"]] += row["impressions"]
    assert {row["orderId"]: row["impressions"] for row in rows} == per_order
    assert {row["intervalStart"] for row in rows} == {"2026-11-01"}
    assert {row["intervalEnd"] for row in rows} == {"2026-11-20"}


async def test_seat_mode_covers_several_advertisers(amazon: Amazon, headers: Headers) -> None:
    found = [a for a in (await amazon.world())["advertisers"] if a["country"] == "US"][:2]
    ids = [item["advertiser_id"] for item in found]
    scoped = headers | {"Amazon-Advertising-API-Scope": found[0]["profile_id"]}
    body = report_body(
        ids[0], groupBy=["campaign"], columns=["date", "advertiserId", "clicks"],
        filters=[{"field": "advertiserId", "values": ids}],
    )  # fmt: skip
    rows = await _rows(amazon, await amazon.finished(scoped, body))
    assert {row["advertiserId"] for row in rows} == set(ids)


async def test_an_unfinished_duplicate_is_a_425_naming_the_first(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    mine = _account(headers, advertiser)
    body = report_body(advertiser["advertiser_id"])
    first = (await amazon.create(mine, body)).json()["reportId"]
    again = await amazon.create(mine, body | {"name": "other name"})
    assert again.status_code == 425
    expected = f'{{"code":"425","detail":"The Request is a duplicate of : {first}"}}'
    assert again.text == expected
    other = await amazon.create(mine, body | {"endDate": "2026-11-19"})
    assert other.status_code == 200
    await amazon.advance(60)
    later = await amazon.create(mine, body)
    assert later.status_code == 200
    assert later.json()["reportId"] != first


async def test_equal_requests_at_once_make_one_report(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    mine = _account(headers, advertiser)
    body = report_body(advertiser["advertiser_id"])
    answers = await asyncio.gather(*(amazon.create(mine, body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [425] * 7


async def test_only_pending_reports_can_be_cancelled(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    mine = _account(headers, advertiser)
    body = report_body(advertiser["advertiser_id"])
    report_id = (await amazon.create(mine, body)).json()["reportId"]
    path = f"/na/reporting/reports/{report_id}"
    deleted = await amazon.http.delete(path, headers=mine)
    assert deleted.status_code == 200
    assert set(deleted.json()) == {"code", "detail", "reportId"}
    gone = await amazon.http.get(path, headers=mine)
    assert (gone.status_code, gone.json()["code"]) == (404, "404")
    done = await amazon.finished(mine, body)
    refused = await amazon.http.delete(f"/na/reporting/reports/{done['reportId']}", headers=mine)
    assert (refused.status_code, set(refused.json())) == (400, {"code", "detail"})


async def test_a_report_fails_on_command(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    await amazon.http.put("/_sandbox/reports", json={"fail_next": 1})
    mine = _account(headers, advertiser)
    failed = await amazon.finished(mine, report_body(advertiser["advertiser_id"]))
    assert (failed["status"], failed["url"]) == ("FAILED", None)
    assert failed["failureReason"]
    good = await amazon.finished(mine, report_body(advertiser["advertiser_id"]))
    assert good["status"] == "COMPLETED"


async def test_the_pace_of_reports_can_be_set(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    instantly = {"pending_seconds": 0, "processing_seconds": 0}
    await amazon.http.put("/_sandbox/reports", json=instantly)
    mine = _account(headers, advertiser)
    created = await amazon.create(mine, report_body(advertiser["advertiser_id"]))
    path = f"/na/reporting/reports/{created.json()['reportId']}"
    assert (await amazon.http.get(path, headers=mine)).json()["status"] == "COMPLETED"


async def test_download_urls_expire_and_a_poll_makes_a_fresh_one(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    mine = _account(headers, advertiser)
    report = await amazon.finished(mine, report_body(advertiser["advertiser_id"]))
    await amazon.advance(3599)
    assert (await amazon.http.get(report["url"])).status_code == 200
    await amazon.advance(2)
    expired = await amazon.http.get(report["url"])
    assert (expired.status_code, expired.headers["content-type"]) == (403, "application/xml")
    assert "<Code>AccessDenied</Code><Message>Request has expired</Message>" in expired.text
    path = f"/na/reporting/reports/{report['reportId']}"
    fresh = (await amazon.http.get(path, headers=await amazon.headers())).json()
    assert (await amazon.http.get(fresh["url"])).status_code == 200


async def test_downloads_refuse_an_authorization_header_and_forged_urls(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    mine = _account(headers, advertiser)
    report = await amazon.finished(mine, report_body(advertiser["advertiser_id"]))
    url = report["url"]
    carried = await amazon.http.get(url, headers=headers)
    assert carried.status_code == 400
    assert "<Code>InvalidArgument</Code>" in carried.text
    for forged in (
        url.replace("sig=", "sig=0"),
        url.replace("expires=1", "expires=2"),
        url.replace(report["reportId"], "other"),
        url.split("?")[0],
    ):
        assert (await amazon.http.get(forged)).status_code == 403
    assert "content-encoding" not in (await amazon.http.get(url)).headers
    assert urlsplit(url).netloc == "127.0.0.1:8406"


def _set(**fields: object) -> Callable[[Entity], Entity]:
    return lambda body: body | fields


def _configure(**fields: object) -> Callable[[Entity], Entity]:
    return lambda body: body | {"configuration": body["configuration"] | fields}


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        (_set(startDate="2026-10-20"),
         "startDate to endDate range (32 days) must not exceed maximum range (31 days)"),
        (_set(startDate="2026-11-20", endDate="2026-11-01"), "endDate must not be before"),
        (_set(startDate="2026-08-01", endDate="2026-08-02"), "retention limit"),
        (_set(endDate="2026-11-22"), "endDate (2026-11-22) must not be in the future"),
        (_set(startDate="20261101"), "startDate must be a date"),
        (_set(endDate="2026-W47-5"), "endDate must be a date"),
        (_set(startDate=None), "startDate must be a date"),
        (_set(name=7), "name must be a string"),
        (_set(configuration=[]), "configuration must be an object"),
        (_configure(adProduct="SPONSORED_PRODUCTS"), "adProduct includes invalid values"),
        (_configure(reportTypeId="dspNope"), "reportTypeId includes invalid values"),
        (_configure(format="XLSX"), "format includes invalid values"),
        (_configure(timeUnit="HOURLY"), "timeUnit includes invalid values"),
        (_configure(groupBy=[]), "groupBy must have at least one value"),
        (_configure(groupBy=["order"]), "groupBy includes invalid values: (order)"),
        (_configure(columns=[]), "columns must have at least one value"),
        (_configure(columns=["clicks", "made.up"]), "columns includes invalid values: (made.up)"),
        (_configure(columns=["clicks", "clicks"]), "columns includes duplicate values"),
        (_configure(columns=[["clicks"]]), "columns includes invalid values"),
        (_configure(groupBy=["campaign"]), "columns includes invalid values: (lineItemId"),
        (_configure(groupBy=["campaign", "ad"]), "columns includes invalid values: (creativeId"),
        (_configure(groupBy=["ad"], columns=["reach"]), "columns includes invalid values: (reach)"),
        (_configure(columns=["intervalStart"]), "columns includes invalid values"),
        (_configure(timeUnit="SUMMARY"), "columns includes invalid values: (date)"),
        (_configure(filters=[]), "filters must include advertiserId"),
        (_configure(filters=[{"field": "x", "values": ["1"]}]), "filters includes invalid values"),
        (_configure(filters=[{"field": "advertiserId", "values": [1]}]), "list of strings"),
        (_configure(filters=[{"field": "advertiserId", "values": [str(n) for n in range(101)]}]),
         "must not exceed 100 values"),
        (_configure(filters=[{"field": "advertiserId", "values": ["1"]}]), "must equal"),
    ],
)  # fmt: skip
async def test_wrong_requests_are_a_400_with_a_reason(
    amazon: Amazon,
    headers: Headers,
    advertiser: Entity,
    change: Callable[[Entity], Entity],
    detail: str,
) -> None:
    body = change(report_body(advertiser["advertiser_id"]))
    answer = await amazon.create(_account(headers, advertiser), body)
    assert answer.status_code == 400
    assert list(answer.json()) == ["code", "detail"]
    assert answer.json()["code"] == "400"
    assert detail in answer.json()["detail"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"null", b"[]", b'"x"'])
async def test_unreadable_bodies_are_a_400(
    amazon: Amazon, headers: Headers, advertiser: Entity, content: bytes
) -> None:
    answer = await amazon.http.post(
        "/na/reporting/reports",
        content=content,
        headers=_account(headers, advertiser) | {"Content-Type": "application/json"},
    )
    assert (answer.status_code, set(answer.json())) == (400, {"code", "detail"})


async def test_header_faults_are_refused(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    body = report_body(advertiser["advertiser_id"])
    scope = {"Amazon-Advertising-API-Scope": advertiser["profile_id"]}
    account = _account(headers, advertiser)
    assert (await amazon.create(account | scope, body)).status_code == 400
    missing = await amazon.create(headers, body)
    assert missing.json() == {"code": "401", "detail": "Scope header is missing"}
    plain = account | {"Content-Type": "text/plain"}
    media = await amazon.http.post("/na/reporting/reports", headers=plain, json=body)
    assert (media.status_code, media.json()["code"]) == (415, "415")
    region = await amazon.create(account, body, region="eu")
    assert (region.status_code, region.json()["code"]) == (401, "401")


async def test_reports_of_invisible_advertisers_do_not_exist(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    body = report_body(advertiser["advertiser_id"])
    report = await amazon.finished(_account(headers, advertiser), body)
    stranger = _account(await amazon.headers("sam"), advertiser)
    assert (await amazon.create(stranger, body)).status_code == 401
    for method in ("GET", "DELETE"):
        path = f"/na/reporting/reports/{report['reportId']}"
        answer = await amazon.http.request(method, path, headers=stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "404")
    wrong_host = f"/eu/reporting/reports/{report['reportId']}"
    assert (await amazon.http.get(wrong_host, headers=headers)).status_code == 404


async def test_a_foreign_advertiser_in_a_seats_filter_is_refused(
    amazon: Amazon, headers: Headers
) -> None:
    found = (await amazon.world())["advertisers"]
    us = next(item for item in found if item["country"] == "US")
    uk = next(item for item in found if item["country"] == "UK")
    scoped = headers | {"Amazon-Advertising-API-Scope": us["profile_id"]}
    answer = await amazon.create(scoped, report_body(uk["advertiser_id"]))
    assert (answer.status_code, answer.json()["code"]) == (401, "401")
    assert uk["advertiser_id"] in answer.json()["detail"]


async def test_a_day_before_any_flight_makes_a_gzip_of_an_empty_list(
    amazon: Amazon, headers: Headers, advertiser: Entity
) -> None:
    held = {"data_held_at": "2026-10-31T00:00:00Z"}
    await amazon.http.put("/_sandbox/clock", json=held)
    report = await amazon.finished(
        _account(headers, advertiser), report_body(advertiser["advertiser_id"])
    )
    assert await _rows(amazon, report) == []
