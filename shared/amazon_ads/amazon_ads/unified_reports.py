"""Unified reporting (`/adsApi/v1/create|retrieve|delete/reports`): dotted fields, files in parts.

Beware of shifted meanings: `metric.sales` is what reporting v3 calls `totalSales`; v3's `sales` is
`metric.salesPromoted`. No Scope and no account header: the accounts stand in the body.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from .client import AmazonAdsClient
from .errors import MalformedResponse
from .fields import identifier, optional_integer, optional_moment, text
from .multi_status import entry_of
from .responses import Json, decode_object, objects

SECONDS_BETWEEN_LOOKS = 60
"""Amazon answers 429 to more frequent looks at one report."""
_PATH = "/adsApi/v1/{}/reports"


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that must (or, `negated`, must not) have one of some values."""

    field: str
    values: tuple[str, ...]
    negated: bool = False

    def payload(self) -> dict[str, Any]:
        """As an entry of a query's filter."""
        operator = "EQUALS" if len(self.values) == 1 else "IN"
        comparison = {"field": self.field, "comparisonOperator": operator, "not": self.negated}
        return {"on": {**comparison, "values": list(self.values)}}


DSP_ONLY = Filter("adProduct.value", ("AMAZON_DSP",))


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """`fields` like `date.value`, `campaign.id`, `metric.impressions`; both dates inclusive. `format`
    CSV, GZIP_JSON, PARTITIONED_CSV or PARTITIONED_GZIP_JSON (several parts)."""

    advertiser_ids: Sequence[str]
    fields: Sequence[str]
    start_date: date
    end_date: date
    filters: Sequence[Filter] = ()
    format: str = "GZIP_JSON"
    manager_account_ids: Sequence[str] = ()
    currency_of_view: str = ""

    def payload(self) -> dict[str, Any]:
        """The whole body: exactly one report a call."""
        accounts = [{"advertiserAccountId": each} for each in self.advertiser_ids]
        accounts += [{"managerAccountId": each} for each in self.manager_account_ids]
        days = {"startDate": self.start_date.isoformat(), "endDate": self.end_date.isoformat()}
        currency = {"currencyOfView": self.currency_of_view} if self.currency_of_view else {}
        report = {
            "format": self.format,
            "periods": [{"datePeriod": days}],
            "query": {"fields": list(self.fields), **_filter(self.filters)},
            **currency,
        }
        return {"accessRequestedAccounts": accounts, "reports": [report]}


def _filter(filters: Sequence[Filter]) -> Mapping[str, Any]:
    if not filters:
        return {}
    if len(filters) == 1:
        return {"filter": filters[0].payload()}
    return {"filter": {"and": {"filters": [each.payload() for each in filters]}}}


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a finished report; `url` is a secret for as long as it works."""

    url: str = field(repr=False)
    file_bytes: int | None
    url_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """A report at Amazon. `status`: PENDING, PROCESSING, COMPLETED or FAILED."""

    report_id: str
    status: str
    parts: tuple[Part, ...]
    created_at: datetime | None
    completed_at: datetime | None
    failure_code: str
    failure_reason: str
    raw: Json = field(repr=False, compare=False)


async def create_report(client: AmazonAdsClient, request: ReportRequest) -> Report:
    """Asks for a report. Not idempotent: after ConnectionLost, a second call makes a second report.
    ValueError without an account, for which Amazon answers 500."""
    if not request.advertiser_ids and not request.manager_account_ids:
        raise ValueError("a report needs at least one account")
    answer = decode_object(await client.post(_PATH.format("create"), request.payload()))
    return _read(answer)


async def retrieve_report(client: AmazonAdsClient, report_id: str) -> Report:
    """The report as it stands, with fresh addresses when finished; once in `SECONDS_BETWEEN_LOOKS`.
    NotFound for an unknown or deleted one."""
    path = _PATH.format("retrieve")
    return _read(decode_object(await client.query(path, {"reportIds": [report_id]})))


async def delete_report(client: AmazonAdsClient, report_id: str) -> None:
    """Deletes a report, in whatever state it is. NotFound where it is gone."""
    path = _PATH.format("delete")
    entry_of(decode_object(await client.post(path, {"reportIds": [report_id]})), 0, "report")


def _read(answer: Json) -> Report:
    raw = entry_of(answer, 0, "report")
    if raw is None:
        raise MalformedResponse("the answer has no report", status=207)
    return Report(
        report_id=identifier(raw, "reportId"),
        status=text(raw, "status"),
        parts=tuple(_part(item) for item in objects(raw.get("completedReportParts"))),
        created_at=optional_moment(raw, "creationDateTime"),
        completed_at=optional_moment(raw, "completedDateTime"),
        failure_code=text(raw, "failureCode"),
        failure_reason=text(raw, "failureReason"),
        raw=raw,
    )


def _part(raw: Json) -> Part:
    return Part(
        identifier(raw, "url"),
        optional_integer(raw, "sizeInBytes"),
        optional_moment(raw, "urlExpirationDateTime"),
    )
