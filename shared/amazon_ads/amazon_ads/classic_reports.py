"""Classic DSP reports (`/accounts/{accountId}/dsp/reports`): plain JSON or CSV, no Scope header.

Announced to end on 30 Sep 2025, seen answering since. In JSON ids are numbers and dates are epoch
milliseconds; `read_rows` wants gzip, so read these with `read_classic_rows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from .client import AmazonAdsClient
from .errors import FileInvalid, MalformedResponse
from .fields import identifier, optional_moment, text
from .responses import Json, decode_json, decode_object, objects

_CREATE = "application/vnd.dspcreatereports.v3+json"
_GET = "application/vnd.dspgetreports.v3+json"


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """At most 31 days within the last 90. `metrics` beyond the columns which come unasked: naming one
    of those is refused. `advertiser_ids` and `order_ids` narrow a whole seat's report."""

    start_date: date
    end_date: date
    type: str = "CAMPAIGN"
    dimensions: Sequence[str] = ("ORDER",)
    metrics: Sequence[str] = ()
    time_unit: str = "SUMMARY"
    format: str = "JSON"
    advertiser_ids: Sequence[str] = ()
    order_ids: Sequence[str] = ()

    def payload(self) -> dict[str, Any]:
        """The body; what is empty is left out."""
        lists = {
            "dimensions": self.dimensions,
            "metrics": self.metrics,
            "advertiserIds": self.advertiser_ids,
            "orderIds": self.order_ids,
        }
        return {
            "startDate": self.start_date.isoformat(),
            "endDate": self.end_date.isoformat(),
            "type": self.type,
            "timeUnit": self.time_unit,
            "format": self.format,
            **{name: list(values) for name, values in lists.items() if values},
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A report at Amazon. `status`: IN_PROGRESS, SUCCESS or FAILURE; `location` is a secret for as
    long as it works, and empty before."""

    report_id: str
    status: str
    status_details: str
    format: str
    location: str = field(repr=False)
    expires_at: datetime | None
    raw: Json = field(repr=False, compare=False)


async def create_report(client: AmazonAdsClient, account_id: str, request: ReportRequest) -> Report:
    """Asks for a report of a whole seat (`account_id` its ENTITY id) or of one advertiser. Asked
    again while the first is unfinished, Amazon answers with the first."""
    headers = {"Accept": _CREATE, "Content-Type": _CREATE}
    return _read(await client.post(_path(account_id), request.payload(), headers=headers))


async def get_report(client: AmazonAdsClient, account_id: str, report_id: str) -> Report:
    """The report as it stands. There is no call that cancels one."""
    path = f"{_path(account_id)}/{quote(report_id, safe='')}"
    return _read(await client.get(path, headers={"Accept": _GET}))


def _path(account_id: str) -> str:
    """ENTITY ids only work in capitals."""
    upper = account_id.upper()
    known = upper if upper.startswith("ENTITY") else account_id
    return f"/accounts/{quote(known, safe='')}/dsp/reports"


def _read(response: httpx.Response) -> Report:
    raw = decode_object(response)
    return Report(
        report_id=identifier(raw, "reportId"),
        status=text(raw, "status"),
        status_details=text(raw, "statusDetails"),
        format=text(raw, "format"),
        location=text(raw, "location"),
        expires_at=optional_moment(raw, "expiration"),
        raw=raw,
    )


def read_classic_rows(path: Path) -> list[Json]:
    """The rows of a downloaded JSON file, numbers exact. At most 250 000 rows: they fit in memory."""
    try:
        return objects(decode_json(path.read_bytes()))
    except MalformedResponse as error:
        raise FileInvalid(error.detail, code="file_not_json") from None


def moment_of(milliseconds: int | Decimal) -> datetime:
    """The UTC time that a date of a JSON row stands for."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(milliseconds))
