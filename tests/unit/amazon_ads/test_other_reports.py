"""Unified and classic reports: what is asked, and what each entry of an answer says."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from amazon_ads import classic_reports, errors, unified_reports
from infra.amazon_answers import Server

DAYS = (date(2026, 5, 1), date(2026, 5, 7))
ASKED = unified_reports.ReportRequest(("9",), ("date.value", "metric.clicks"), *DAYS)
CLASSIC = classic_reports.ReportRequest(*DAYS)
REPORT: dict[str, Any] = {"reportId": "r-1", "status": "PENDING"}


def ok(**changes: Any) -> dict[str, Any]:
    return {"success": [{"index": 0, "report": REPORT | changes}]}


def refused(code: str) -> dict[str, Any]:
    error = {"code": code, "message": "no", "fieldLocation": "reports[0].query"}
    return {"error": [{"index": 0, "errors": [error]}]}


async def test_a_unified_report_is_asked_with_its_accounts_in_the_body() -> None:
    server = Server(ok())
    filters = (
        unified_reports.DSP_ONLY,
        unified_reports.Filter("campaign.id", ("1", "2"), negated=True),
    )
    asked = unified_reports.ReportRequest(
        ("9",), ("metric.clicks",), *DAYS, filters, currency_of_view="EUR"
    )
    made = await unified_reports.create_report(server.client, asked)
    assert (made.report_id, made.status, made.parts) == ("r-1", "PENDING", ())
    sent = server.requests[0]
    assert sent.headers["Amazon-Ads-ClientId"] == "c"
    assert not {"Amazon-Ads-AccountId", "Amazon-Advertising-API-Scope"} & set(sent.headers)
    body = json.loads(sent.content)
    assert body["accessRequestedAccounts"] == [{"advertiserAccountId": "9"}]
    [report] = body["reports"]
    period = {"startDate": "2026-05-01", "endDate": "2026-05-07"}
    assert report["periods"] == [{"datePeriod": period}]
    assert [f["on"]["comparisonOperator"] for f in report["query"]["filter"]["and"]["filters"]] == [
        "EQUALS",
        "IN",
    ]


async def test_a_finished_unified_report_has_parts_with_secret_addresses() -> None:
    part = {
        "url": "https://s3/x?sig=1",
        "sizeInBytes": 12,
        "urlExpirationDateTime": "2026-05-08T01:00:00Z",
    }
    server = Server(ok(status="COMPLETED", completedReportParts=[part, part]))
    found = await unified_reports.retrieve_report(server.client, "r-1")
    assert [(item.url, item.file_bytes) for item in found.parts] == [("https://s3/x?sig=1", 12)] * 2
    assert "s3" not in repr(found)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("RESOURCE_ID_NOT_FOUND", errors.NotFound), ("FORBIDDEN", errors.Forbidden),
        ("TOO_MANY_REQUESTS", errors.RateLimited), ("INTERNAL_ERROR", errors.Unavailable),
        ("FIELD_VALUE_IS_INVALID", errors.BadRequest), ("A_NEW_CODE", errors.BadRequest),
    ],
)  # fmt: skip
async def test_an_entrys_error_is_raised_as_what_it_is(
    code: str, kind: type[errors.AmazonError]
) -> None:
    with pytest.raises(kind, match="no") as caught:
        await unified_reports.retrieve_report(Server(refused(code)).client, "r-1")
    assert caught.value.code == code


@pytest.mark.parametrize("body", [{}, {"success": []}, {"success": [{"index": 1, "report": {}}]}])
async def test_an_answer_without_a_report_is_malformed(body: Any) -> None:
    with pytest.raises(errors.MalformedResponse):
        await unified_reports.create_report(Server(body).client, ASKED)


async def test_a_unified_report_without_an_account_is_not_even_asked() -> None:
    server = Server()
    with pytest.raises(ValueError, match="account"):
        await unified_reports.create_report(
            server.client, unified_reports.ReportRequest((), ("metric.clicks",), *DAYS)
        )
    assert server.requests == []


async def test_creating_a_unified_report_is_never_repeated() -> None:
    async def sleep(_: float) -> None:
        raise AssertionError

    server = Server()
    with pytest.raises(errors.ConnectionLost):
        await unified_reports.create_report(server.retrying(sleep), ASKED)
    assert len(server.requests) == 1


async def test_deleting_an_unknown_unified_report_is_not_found() -> None:
    with pytest.raises(errors.NotFound):
        await unified_reports.delete_report(Server(refused("RESOURCE_ID_NOT_FOUND")).client, "r-1")
    await unified_reports.delete_report(Server(ok()).client, "r-1")


async def test_a_classic_report_is_asked_of_the_entity_in_capitals() -> None:
    answer = {
        "reportId": "r-1",
        "status": "IN_PROGRESS",
        "location": "",
        "expiration": "2026-05-08T01:00:00Z",
    }
    server = Server(answer, answer | {"status": "SUCCESS", "location": "https://s3/y"})
    made = await classic_reports.create_report(server.client, "entity1abc", CLASSIC)
    done = await classic_reports.get_report(server.client, "583920174651029384", made.report_id)
    assert (made.location, done.status, done.location) == ("", "SUCCESS", "https://s3/y")
    first, second = server.requests
    assert first.url.path == "/accounts/ENTITY1ABC/dsp/reports"
    assert second.url.path == "/accounts/583920174651029384/dsp/reports/r-1"
    assert json.loads(first.content) == {
        "startDate": "2026-05-01", "endDate": "2026-05-07", "type": "CAMPAIGN", "timeUnit": "SUMMARY",
        "format": "JSON", "dimensions": ["ORDER"],
    }  # fmt: skip


def test_classic_rows_keep_every_digit(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(
        '[{"orderId":594837261504938271,"totalCost":0.1,"orderStartDate":1777593600000}]'
    )
    [row] = classic_reports.read_classic_rows(path)
    assert (row["orderId"], row["totalCost"]) == (594837261504938271, Decimal("0.1"))
    assert classic_reports.moment_of(row["orderStartDate"]) == datetime(2026, 5, 1, tzinfo=UTC)
    path.write_text("<html>")
    with pytest.raises(errors.FileInvalid):
        classic_reports.read_classic_rows(path)
