"""Unified and classic reports through the client, from request to rows; all three families agree."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from amazon_ads import classic_reports, download, errors, read_rows, reporting, unified_reports
from infra.sandbox_user import SandboxUser

DAYS = (date(2026, 3, 1), date(2026, 3, 7))
FIELDS = ("date.value", "campaign.id", "metric.clicks", "metric.totalCost")


class UnifiedRow(
    msgspec.Struct,
    rename={"day": "date.value", "order_id": "campaign.id", "clicks": "metric.clicks", "cost": "metric.totalCost"},
):  # fmt: skip
    """The fields these tests ask for."""

    day: date
    order_id: str
    clicks: int
    cost: Decimal


class Row(msgspec.Struct, rename={"order_id": "orderId", "cost": "totalCost", "day": "date"}):
    """The same of reporting v3."""

    day: date
    order_id: str
    clicks: int
    cost: Decimal


Sums = dict[tuple[str, str], tuple[int, Decimal]]


def _sum(rows: Any) -> Sums:
    sums: Sums = {}
    for row in rows:
        key = (row.day.isoformat(), row.order_id)
        clicks, cost = sums.get(key, (0, Decimal()))
        sums[key] = (clicks + row.clicks, cost + row.cost)
    return {key: value for key, value in sums.items() if any(value)}


@pytest.fixture
def advertiser(amazon: SandboxUser) -> Any:
    return amazon.advertisers[0]


async def _v3(amazon: SandboxUser, advertiser: Any, folder: Path) -> Sums:
    client, id_ = amazon.of(advertiser), advertiser.advertiser_id
    account = reporting.Account.advertiser(id_)
    columns = ("date", "orderId", "clicks", "totalCost")
    configuration = reporting.Configuration(
        "dspCampaign", ("campaign",), columns, {"advertiserId": (id_,)}
    )
    asked = reporting.ReportRequest("t", *DAYS, configuration)
    made = await reporting.create_report(client, account, asked)
    amazon.app.state.deps.clock.advance(60)
    done = await reporting.get_report(client, account, made.report_id)
    await download(amazon.http, client.endpoints, done.url, folder / "v3")
    return _sum(row for rows in read_rows(folder / "v3", Row) for row in rows)


async def _unified(amazon: SandboxUser, advertiser: Any, folder: Path, format_: str) -> Sums:
    client = amazon.of(advertiser)
    asked = unified_reports.ReportRequest(
        (advertiser.advertiser_id,), FIELDS, *DAYS, (unified_reports.DSP_ONLY,), format_
    )
    made = await unified_reports.create_report(client, asked)
    assert made.status == "PENDING"
    amazon.app.state.deps.clock.advance(61)
    done = await unified_reports.retrieve_report(client, made.report_id)
    assert done.status == "COMPLETED"
    found: list[UnifiedRow] = []
    for number, part in enumerate(done.parts):
        path = folder / f"{format_}-{number}"
        got = await download(amazon.http, client.endpoints, part.url, path)
        assert got.file_bytes == part.file_bytes
        found += [row for rows in read_rows(path, UnifiedRow) for row in rows]
    return _sum(found)


async def test_every_family_of_reports_has_the_same_numbers(
    amazon: SandboxUser, advertiser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.unified.files.PART_ROWS", 5)
    held = await _v3(amazon, advertiser, tmp_path)
    assert len(held) > 5
    assert await _unified(amazon, advertiser, tmp_path, "GZIP_JSON") == held
    assert await _unified(amazon, advertiser, tmp_path, "PARTITIONED_GZIP_JSON") == held
    client, account = amazon.of(advertiser), advertiser.advertiser_id
    asked = classic_reports.ReportRequest(
        *DAYS, metrics=("clickThroughs", "totalCost"), time_unit="DAILY"
    )
    made = await classic_reports.create_report(client, account, asked)
    amazon.app.state.deps.clock.advance(60)
    done = await classic_reports.get_report(client, account, made.report_id)
    await download(amazon.http, client.endpoints, done.location, tmp_path / "classic")
    sums: Sums = {}
    for row in classic_reports.read_classic_rows(tmp_path / "classic"):
        day = classic_reports.moment_of(row["date"]).date().isoformat()
        sums[day, str(row["orderId"])] = (row["clickThroughs"], Decimal(row["totalCost"]))
    assert {key: value for key, value in sums.items() if any(value)} == held


async def test_a_deleted_unified_report_is_gone(amazon: SandboxUser, advertiser: Any) -> None:
    client = amazon.of(advertiser)
    asked = unified_reports.ReportRequest((advertiser.advertiser_id,), FIELDS, *DAYS)
    made = await unified_reports.create_report(client, asked)
    await unified_reports.delete_report(client, made.report_id)
    with pytest.raises(errors.NotFound):
        await unified_reports.retrieve_report(client, made.report_id)


async def test_looking_too_often_is_rate_limited(amazon: SandboxUser, advertiser: Any) -> None:
    client = amazon.of(advertiser)
    asked = unified_reports.ReportRequest((advertiser.advertiser_id,), FIELDS, *DAYS)
    made = await unified_reports.create_report(client, asked)
    await unified_reports.retrieve_report(client, made.report_id)
    with pytest.raises(errors.RateLimited) as caught:
        await unified_reports.retrieve_report(client, made.report_id)
    assert caught.value.retry_after == unified_reports.SECONDS_BETWEEN_LOOKS


async def test_a_field_that_does_not_exist_is_a_bad_request(
    amazon: SandboxUser, advertiser: Any
) -> None:
    asked = unified_reports.ReportRequest((advertiser.advertiser_id,), ("metric.nonsense",), *DAYS)
    with pytest.raises(errors.BadRequest, match="nonsense"):
        await unified_reports.create_report(amazon.of(advertiser), asked)


async def test_classic_refuses_a_default_column_among_the_metrics(
    amazon: SandboxUser, advertiser: Any
) -> None:
    asked = classic_reports.ReportRequest(*DAYS, metrics=("orderId",))
    with pytest.raises(errors.BadRequest, match="orderId"):
        await classic_reports.create_report(amazon.of(advertiser), advertiser.advertiser_id, asked)
