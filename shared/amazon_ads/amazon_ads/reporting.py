"""Reporting v3: create, look at, delete an asynchronous report (Amazon Ads API, "Get started")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import httpx

from .client import AmazonAdsClient
from .fields import (
    identifier,
    mapping,
    optional_date,
    optional_identifier,
    optional_integer,
    optional_moment,
    text,
    texts,
)
from .headers import ACCOUNT, SCOPE
from .responses import Json, decode_object, objects

DSP = "DEMAND_SIDE_PLATFORM"
_MEDIA = "application/vnd.{}asyncreport{}.v3+json"
_PATH = "/reporting/reports"


@dataclass(frozen=True, slots=True)
class Account:
    """Who a report call is for: an advertiser id, or a seat's profile id. Never both."""

    header: str
    value: str

    @classmethod
    def advertiser(cls, advertiser_id: str) -> Account:
        """Advertiser mode: the same id must be in the request's filters."""
        return cls(ACCOUNT, advertiser_id)

    @classmethod
    def profile(cls, profile_id: str) -> Account:
        """Seat mode: up to 100 advertiser ids in the filters."""
        return cls(SCOPE, profile_id)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a report holds. `filters`: field → values. The file has exactly `columns`."""

    report_type_id: str
    group_by: tuple[str, ...]
    columns: tuple[str, ...]
    filters: Mapping[str, tuple[str, ...]]
    time_unit: str = "DAILY"
    ad_product: str = DSP
    format: str = "GZIP_JSON"

    def payload(self) -> dict[str, Any]:
        """The `configuration` object of a request."""
        return {
            "adProduct": self.ad_product,
            "reportTypeId": self.report_type_id,
            "groupBy": list(self.group_by),
            "columns": list(self.columns),
            "filters": [
                {"field": name, "values": list(values)} for name, values in self.filters.items()
            ],
            "timeUnit": self.time_unit,
            "format": self.format,
        }


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Both dates are inclusive, in the advertiser's time zone."""

    name: str
    start_date: date
    end_date: date
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class Report:
    """A report at Amazon. `status`: PENDING, PROCESSING, COMPLETED or FAILED; `url` is a secret
    for as long as it works, hence never in a repr."""

    report_id: str
    status: str
    start_date: date | None
    end_date: date | None
    configuration: Json = field(repr=False)
    created_at: datetime | None
    generated_at: datetime | None
    url: str = field(repr=False)
    url_expires_at: datetime | None
    file_bytes: int | None
    failure_reason: str
    raw: Json = field(repr=False, compare=False)

    def matches(self, request: ReportRequest) -> bool:
        """Whether this report answers `request`: Amazon has been seen to call reports of another
        time unit duplicates, so an adopted one is checked field by field."""
        return (self.start_date, self.end_date) == (
            request.start_date,
            request.end_date,
        ) and _comparable(self.configuration) == _comparable(request.configuration.payload())


def _comparable(configuration: Json) -> tuple[Any, ...]:
    filters = {
        text(item, "field"): frozenset(texts(item, "values"))
        for item in objects(configuration.get("filters"))
    }
    return (
        text(configuration, "adProduct"),
        text(configuration, "reportTypeId"),
        frozenset(texts(configuration, "groupBy")),
        frozenset(texts(configuration, "columns")),
        filters,
        text(configuration, "timeUnit"),
        text(configuration, "format"),
    )


async def create_report(
    client: AmazonAdsClient, account: Account, request: ReportRequest
) -> Report:
    """Asks for a report. DuplicateReport carries the id of an equal one; after ConnectionLost ask
    again: Amazon then answers either with a new report or with DuplicateReport."""
    body = {
        "name": request.name,
        "startDate": request.start_date.isoformat(),
        "endDate": request.end_date.isoformat(),
        "configuration": request.configuration.payload(),
    }
    headers = {"Content-Type": _MEDIA.format("create", "request")}
    return _read(await client.post(_PATH, body, headers=headers | _headers(account, "create")))


async def get_report(client: AmazonAdsClient, account: Account, report_id: str) -> Report:
    """The report as it stands; each look at a finished one gives a fresh download address."""
    path = f"{_PATH}/{quote(report_id, safe='')}"
    return _read(await client.get(path, headers=_headers(account, "get")))


async def delete_report(client: AmazonAdsClient, account: Account, report_id: str) -> None:
    """Cancels a report which is still PENDING. Forbidden or BadRequest otherwise."""
    path = f"{_PATH}/{quote(report_id, safe='')}"
    await client.delete(path, headers=_headers(account, "delete"))


def _headers(account: Account, verb: str) -> dict[str, str]:
    return {account.header: account.value, "Accept": _MEDIA.format(verb, "response")}


def _read(response: httpx.Response) -> Report:
    raw = decode_object(response)
    return Report(
        report_id=identifier(raw, "reportId"),
        status=text(raw, "status"),
        start_date=optional_date(raw, "startDate"),
        end_date=optional_date(raw, "endDate"),
        configuration=mapping(raw, "configuration"),
        created_at=optional_moment(raw, "createdAt"),
        generated_at=optional_moment(raw, "generatedAt"),
        url=optional_identifier(raw, "url") or "",
        url_expires_at=optional_moment(raw, "urlExpiresAt"),
        file_bytes=optional_integer(raw, "fileSize"),
        failure_reason=text(raw, "failureReason"),
        raw=raw,
    )
