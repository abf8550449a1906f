"""Amazon throttles, fails, lies and hangs up: the numbers come out the same, or it is said clearly."""

import gzip
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from dsp_ingest import jobs
from dsp_ingest.planning.domain import local
from infra.ingest import Advertiser, Rig, assert_truth

DOWNLOAD = "GET /_download"
CREATE = "POST /reporting/reports"
LOOK = "GET /reporting/reports"


@pytest.mark.parametrize(
    "kind",
    ["401", "429", "429_no_retry_after", "500", "503", "drop", "truncate", "malformed"],
)
@pytest.mark.parametrize("match", [CREATE, LOOK, DOWNLOAD])
async def test_two_faults_in_a_row_anywhere_change_no_number(
    rig: Rig, organization_id: UUID, match: str, kind: str
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    await rig.faults({"match": match, "kind": kind, "count": 2})
    await rig.link(advertiser)
    await rig.settle(rig.deps())
    await assert_truth(rig, advertiser)


async def test_every_fault_at_once_at_random_changes_no_number(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    kinds = ("401", "429", "429_no_retry_after", "500", "503", "drop", "truncate", "malformed")
    await rig.faults(*({"match": "*", "kind": kind, "rate": 0.06} for kind in kinds))
    deps = rig.limited(rig.deps(), max_broken_files=50, max_denials=50)
    await rig.link(advertiser)
    await rig.settle(deps)
    await assert_truth(rig, advertiser)


async def test_a_lost_answer_is_found_again_as_the_duplicate_it_became(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    await rig.pace(pending_seconds=60, processing_seconds=60)
    await rig.faults({"match": CREATE, "kind": "truncate", "count": 2})
    await rig.link(advertiser)
    await rig.settle(rig.deps())
    await assert_truth(rig, advertiser)
    statuses = [item["status"] for item in await rig.requests(CREATE.replace("POST ", "POST /na"))]
    assert sorted(statuses) == [200, 200, 425, 425]


async def test_a_duplicate_that_holds_something_else_is_not_adopted(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    other = await _create_other_report(rig, advertiser)
    answers = iter([_duplicate_of(other)] * 3)

    def intercept(request: httpx.Request) -> httpx.Response | None:
        return next(answers, None) if request.method == "POST" else None

    rig.wire.intercept = intercept
    await rig.link(advertiser)
    await rig.settle(rig.deps())
    await assert_truth(rig, advertiser)
    assert other not in {report["amazon_report_id"] for report in await rig.reports()}


def _duplicate_of(report_id: str) -> httpx.Response:
    detail = f"The Request is a duplicate of : {report_id}"
    return httpx.Response(425, json={"code": "425", "detail": detail})


async def _create_other_report(rig: Rig, advertiser: Advertiser) -> str:
    """The same days as a SUMMARY report: what Amazon has been seen to confuse."""
    body = {
        "name": "other",
        "startDate": "2026-03-13",
        "endDate": "2026-03-16",
        "configuration": {
            "adProduct": "DEMAND_SIDE_PLATFORM",
            "reportTypeId": "dspCampaign",
            "groupBy": ["campaign"],
            "columns": ["clicks"],
            "filters": [{"field": "advertiserId", "values": [advertiser.amazon_id]}],
            "timeUnit": "SUMMARY",
            "format": "GZIP_JSON",
        },
    }
    region = advertiser.raw["region"].lower()
    answer = await rig.control.post(
        f"/{region}/reporting/reports",
        json=body,
        headers={
            "Authorization": f"Bearer {rig.desk.tokens[str(advertiser.connection_id)]}",
            "Amazon-Advertising-API-ClientId": "amzn1.application-oa2-client.test",
            "Amazon-Ads-AccountId": advertiser.amazon_id,
        },
    )
    return answer.json()["reportId"]


async def test_reports_that_amazon_fails_to_generate_are_asked_for_again(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    await rig.pace(fail_next=3)
    await rig.link(advertiser)
    await rig.settle(rig.deps())
    await assert_truth(rig, advertiser)


async def test_a_report_amazon_always_fails_ends_with_its_reason(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.pace(fail_next=1000)
    await rig.link(advertiser)
    await rig.settle(rig.deps(), hours=0.9)
    [sync] = await rig.syncs()
    assert (sync["state"], sync["error_code"]) == ("failed", "report_failed")
    [failed] = await rig.events("sync.failed")
    assert failed["data"]["retry_at"] is not None
    assert {report["recreations"] for report in await rig.reports()} == {3}


async def test_a_report_stuck_in_the_queue_is_cancelled_and_asked_for_again(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    await rig.pace(pending_seconds=1_000_000)
    deps = rig.deps(sync_interval_seconds=1_000_000, stuck_report_seconds=1200)
    await rig.link(advertiser)
    await rig.settle(deps, hours=0.3)
    await rig.pace(pending_seconds=1)
    await rig.settle(deps)
    await assert_truth(rig, advertiser)
    assert {report["recreations"] for report in await rig.reports()} == {1}


async def test_a_report_that_is_slow_but_under_way_is_waited_for(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    await rig.pace(pending_seconds=1, processing_seconds=1260)
    deps = rig.deps(sync_interval_seconds=1_000_000, stuck_report_seconds=1200)
    await rig.link(advertiser)
    await rig.settle(deps)
    await assert_truth(rig, advertiser)
    assert {report["recreations"] for report in await rig.reports()} == {0}


async def test_a_report_given_up_is_adopted_again_only_once_it_is_done(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    await rig.pace(pending_seconds=1260)
    limits: dict[str, Any] = {"sync_interval_seconds": 1_000_000, "stuck_report_seconds": 1200}
    deps = rig.deps(sync_history_days=3, **limits)

    seen: list[str] = []

    def intercept(request: httpx.Request) -> httpx.Response | None:
        if request.method == "DELETE":
            return httpx.Response(403, json={"code": "403", "detail": "no"})
        if request.method == "POST" and seen:
            return _duplicate_of(seen[0])
        if "/reporting/reports/" in request.url.path:
            seen.append(request.url.path.rpartition("/")[2])
        return None

    rig.wire.intercept = intercept
    await rig.link(advertiser)
    await rig.settle(deps)
    [report] = await rig.reports()
    assert (report["state"], report["recreations"]) == ("landed", 1)
    assert list(report["abandoned_report_ids"]) == [report["amazon_report_id"]]


async def test_a_report_amazon_forgot_is_asked_for_again(rig: Rig, organization_id: UUID) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    deps = rig.deps()
    await rig.link(advertiser)
    for _ in range(4):
        await jobs.plan(deps)
        await jobs.work_one(deps)
    for report in await rig.reports():
        if report["amazon_report_id"]:
            rig.sandbox.state.deps.reports.cancel(report["amazon_report_id"])
    await rig.settle(deps)
    await assert_truth(rig, advertiser)
    assert {report["recreations"] for report in await rig.reports()} == {1}


async def test_an_expired_address_is_replaced_by_a_fresh_one(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    expired = iter(range(2))

    def intercept(request: httpx.Request) -> httpx.Response | None:
        if "/_download/" in request.url.path and next(expired, None) is not None:
            return httpx.Response(403, text="<Error><Message>Request has expired</Message></Error>")
        return None

    rig.wire.intercept = intercept
    await rig.link(advertiser)
    await rig.settle(rig.deps())
    await assert_truth(rig, advertiser)


def _file(rows: str) -> bytes:
    return gzip.compress(rows.encode())


ROW = (
    '{{"date":"{date}","advertiserId":"{id}","orderId":"1","orderName":"o","orderCurrency":"USD",'
    '"lineItemId":"2","lineItemName":"l","creativeId":"3","creativeAdId":"4","creativeName":"c",'
    '"impressions":{impressions},"clicks":1,"totalCost":1.5,"detailPageViews":1,"addToCart":1,'
    '"purchases":1,"unitsSold":1,"sales":2.25,"newToBrandPurchases":1{rest}}}'
)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rest": ""}, "file_wrong_shape"),
        ({"impressions": '"many"'}, "file_wrong_shape"),
        ({"id": "999999999999999999"}, "file_other_advertiser"),
        ({"date": "2020-01-01"}, "file_day_outside"),
        ({"date": "2026-02-30"}, "file_wrong_shape"),
    ],
)
async def test_a_file_that_is_not_what_was_asked_for_is_rejected_kept_and_shown(
    rig: Rig, organization_id: UUID, changes: dict[str, Any], code: str
) -> None:
    advertiser = await rig.advertiser(organization_id)
    values = {"date": "2026-03-16", "id": advertiser.amazon_id, "impressions": "9"}
    values |= {"rest": ',"newToBrandProductSales":1'} | changes
    content = _file(f"[{ROW.format(**values)}]")

    def intercept(request: httpx.Request) -> httpx.Response | None:
        if "/_download/" not in request.url.path:
            return None
        return httpx.Response(200, stream=httpx.ByteStream(content))

    rig.wire.intercept = intercept
    await rig.link(advertiser)
    await rig.settle(rig.deps(), hours=0.9)
    assert await rig.events("report.landed") == []
    reports = await rig.reports()
    assert {(r["state"], r["error_code"], r["broken_files"]) for r in reports} == {
        ("rejected", code, 3)
    }
    assert {r["uri"] for r in reports} == {None}
    for report in reports:
        assert await rig.store.get(report["raw_uri"]) == content
    rejected = await rig.events("report.rejected")
    assert {event["data"]["error_code"] for event in rejected} == {code}
    [sync] = await rig.syncs()
    assert (sync["state"], sync["error_code"]) == ("failed", code)


async def test_broken_downloads_are_rejected_and_the_next_sync_lands_the_truth(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    deps = rig.deps(sync_requests_per_day=4)
    await rig.faults({"match": DOWNLOAD, "kind": "malformed"})
    await rig.link(advertiser)
    await rig.settle(deps, hours=0.9)
    assert {report["state"] for report in await rig.reports()} == {"rejected"}
    assert await rig.events("report.landed") == []
    await rig.faults()
    rig.clock.forward(hours=1.2)
    await rig.settle(deps)
    assert len(await rig.syncs()) == 2
    today = local(advertiser.raw["timezone"], rig.clock()).today
    truth = await rig.truth(advertiser, today - timedelta(days=30), today)
    assert await rig.landed(advertiser) == truth


async def test_a_throttled_creation_keeps_everybody_from_creating_until_it_may(
    rig: Rig, organization_id: UUID
) -> None:
    first = await rig.advertiser(organization_id)
    second = await rig.advertiser(organization_id, number=0)
    region = first.raw["region"].lower()
    await rig.faults({"match": CREATE, "kind": "429", "count": 1, "retry_after": 120})
    one, other = rig.deps(), rig.deps()
    await rig.link(first)
    await rig.link(second)
    for deps in (one, other, one, other, one, other):
        await jobs.plan(deps)
        await jobs.work_one(deps)
    assert len(await rig.requests(f"POST /{region}/reporting")) == 1
    assert {r["error_code"] for r in await rig.reports()} <= {"rate_limited", "cooling_down"}
    rig.clock.forward(seconds=125)
    await jobs.work_one(other)
    assert len(await rig.requests(f"POST /{region}/reporting")) == 2


async def test_without_retry_after_the_waits_grow(rig: Rig, organization_id: UUID) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps(sync_history_days=1, sync_fresh_days=1)
    await rig.faults({"match": CREATE, "kind": "429_no_retry_after"})
    await rig.link(advertiser)
    await rig.settle(deps, hours=0.2)
    region = advertiser.raw["region"].lower()
    tries = len(await rig.requests(f"POST /{region}/reporting"))
    assert 5 <= tries <= 15
    [sync] = await rig.syncs()
    assert (sync["state"], sync["error_code"]) == ("running", "rate_limited")
    assert sync["retry_at"] > rig.clock()
