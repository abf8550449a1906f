"""Every type of DSP report tells the same story: the same campaign, looked at from another side."""

import csv
import gzip
import io
import re
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from sandbox.envelopes import AdsError
from sandbox.reports.request import ReportRequest, parse_request
from sandbox.reports.rows import report_file, report_rows
from sandbox.reports.types import TYPES, ReportType
from sandbox.world.facts import World

WORLD = World("leadline", 3)
START, END = date(2026, 11, 1), date(2026, 11, 5)
AT = datetime(2026, 11, 20, tzinfo=UTC)
ADVERTISER = next(iter(WORLD.tree.advertisers))
LEVELS = {
    "dspInventory": ["supplySource", "campaign"],
    "dspProduct": ["order"],
    "dspGeo": ["order", "country", "region", "city", "postalCode"],
    "dspTech": ["lineItem", "deviceType", "browserType"],
    "dspReachFrequency": ["advertiser", "frequencyGroup"],
}
KINDS = pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES.keys())


def asked(kind: str, groups: list[str], columns: list[str], **changes: Any) -> ReportRequest:
    configuration = {
        "adProduct": "DEMAND_SIDE_PLATFORM",
        "reportTypeId": kind,
        "groupBy": groups,
        "columns": columns,
        "filters": [{"field": "advertiserId", "values": [ADVERTISER]}],
        "timeUnit": TYPES[kind].time_units[0],
        "format": "GZIP_JSON",
    }
    body = {
        "startDate": START.isoformat(),
        "endDate": END.isoformat(),
        "configuration": {**configuration, **changes},
    }
    return parse_request(body, date(2026, 11, 20))


def sums(request: ReportRequest, columns: list[str]) -> dict[str, float]:
    rows = report_rows(WORLD, request, AT)
    assert rows
    return {name: round(sum(float(row[name]) for row in rows), 4) for name in columns}


def first_group(kind: ReportType) -> list[str]:
    return [kind.one_of[0] if kind.one_of else kind.groups[0]]


@pytest.mark.parametrize("kind", LEVELS)
def test_the_sum_over_any_look_is_the_campaigns_total(kind: str) -> None:
    shared = [
        name
        for name in ("impressions", "clicks", "totalCost", "purchases", "sales", "totalSales")
        if name in TYPES[kind].columns
    ]
    campaign = sums(asked("dspCampaign", ["campaign", "ad", "creative"], shared), shared)
    assert sums(asked(kind, LEVELS[kind], shared), shared) == campaign


def test_a_coarser_group_is_the_sum_of_the_finer_one() -> None:
    fine = report_rows(
        WORLD, asked("dspGeo", ["country", "region", "city"], ["date", "region", "clicks"]), AT
    )
    coarse = report_rows(WORLD, asked("dspGeo", ["region"], ["date", "region", "clicks"]), AT)
    for row in coarse:
        parts = [
            f["clicks"] for f in fine if (f["date"], f["region"]) == (row["date"], row["region"])
        ]
        assert sum(map(int, parts)) == row["clicks"]


@KINDS
def test_every_allowed_column_can_be_asked_for_and_is_there(kind: ReportType) -> None:
    for time_unit in kind.time_units:
        columns = kind.allowed(kind.groups, time_unit)
        request = asked(kind.report_type_id, list(kind.groups), columns, timeUnit=time_unit)
        rows = report_rows(WORLD, request, AT)
        assert rows
        assert all(list(row) == columns for row in rows)


@KINDS
def test_every_format_holds_the_same_rows(kind: ReportType) -> None:
    columns = kind.allowed(tuple(first_group(kind)), kind.time_units[0])[:6]
    files = {
        name: report_file(
            WORLD, asked(kind.report_type_id, first_group(kind), columns, format=name), AT
        )
        for name in kind.formats
    }
    rows = orjson.loads(gzip.decompress(files["GZIP_JSON"]))
    read = list(csv.DictReader(io.StringIO(files["CSV"].decode(), newline="")))
    assert read == [{name: str(value) for name, value in row.items()} for row in rows]
    assert files.get("XLSX", b"PK").startswith(b"PK")


@KINDS
def test_reach_is_never_more_than_impressions(kind: ReportType) -> None:
    if "reach" not in kind.columns:
        return
    for row in report_rows(
        WORLD, asked(kind.report_type_id, first_group(kind), ["reach", "impressions"]), AT
    ):
        assert int(row["reach"]) <= int(row["impressions"])


@pytest.mark.parametrize(
    ("kind", "groups", "columns", "told"),
    [
        ("dspGeo", ["campaign"], ["impressions"], "configuration groupBy includes invalid values"),
        ("dspGeo", ["order"], ["country"], "configuration columns includes invalid values"),
        ("dspGeo", ["order"], ["supplyCost"], "configuration columns includes invalid values"),
        ("dspInventory", ["deal"], ["impressions"], "groupBy must include one of: (supplySource, site)"),
        ("dspProduct", ["order"], ["totalCost"], "configuration columns includes invalid values"),
        ("dspAudience", ["order"], ["ROAS"], "configuration columns includes invalid values"),
    ],
)  # fmt: skip
def test_what_a_type_does_not_have_is_refused(
    kind: str, groups: list[str], columns: list[str], told: str
) -> None:
    with pytest.raises(AdsError, match=re.escape(told)):
        asked(kind, groups, columns)


def test_a_long_span_is_for_types_that_keep_it() -> None:
    def spanning(kind: str, groups: list[str]) -> dict[str, Any]:
        request = asked(kind, groups, ["impressions"])
        return {
            "startDate": "2026-01-01",
            "endDate": "2026-11-05",
            "configuration": request.configuration,
        }

    today = date(2026, 11, 20)
    found = parse_request(spanning("dspAudioAndVideo", ["content"]), today)
    assert found.start_date == date(2026, 1, 1)
    with pytest.raises(AdsError):
        parse_request(spanning("dspCampaign", ["campaign"]), today)


def test_bid_adjustments_name_rules_and_leave_out_what_is_hardly_bid_on() -> None:
    columns = ["date", "lineItemId", "bidAdjustmentRuleId", "bids", "winRate"]
    terms = ["bidAdjustmentMatchedTermIds", "bidAdjustment", "matchRate"]
    fine = asked("dspBidAdjustment", ["bidAdjustmentMatchedTerms"], [*columns, *terms])
    coarse = asked("dspBidAdjustment", ["bidAdjustmentRule"], columns)
    whole: dict[tuple[object, ...], int] = {}
    for row in report_rows(WORLD, fine, AT):
        assert int(row["bids"]) >= 48
        assert 0 < float(row["winRate"]) < 1
        key = (row["date"], row["lineItemId"], row["bidAdjustmentRuleId"])
        whole[key] = whole.get(key, 0) + int(row["bids"])
    rows = report_rows(WORLD, coarse, AT)
    assert rows
    for row in rows:
        key = (row["date"], row["lineItemId"], row["bidAdjustmentRuleId"])
        assert whole.get(key, 0) <= int(row["bids"])
    line_items = report_rows(WORLD, asked("dspCampaign", ["ad"], ["lineItemId", "clicks"]), AT)
    assert {r["lineItemId"] for r in rows} < {r["lineItemId"] for r in line_items}
    sample = asked(
        "dspBidAdjustment", ["bidAdjustmentRule"], columns, reportTypeId="dspBidAdjustments"
    )
    assert sample.kind is coarse.kind
