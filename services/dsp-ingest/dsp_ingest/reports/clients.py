"""The outside of a report: tokens, Amazon, the report file, object storage."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx
from amazon_ads import NO_RETRY, AmazonAdsClient, Endpoints, RegionEndpoints, download, reporting
from amazon_ads.errors import AmazonError, MalformedResponse
from shared.objects import ObjectStore
from shared.service_client import ServiceClient

from dsp_ingest.report_types import report_type

from .domain import File, Report
from .manifest import manifest
from .normalise import Expected, Normalised, normalise


@dataclass(frozen=True, slots=True)
class Target:
    """Whose report, and through which connection."""

    organization_id: UUID
    amazon_advertiser_id: str
    currency: str
    connection_id: UUID
    region: str


class Amazon:
    """Report calls through a connection. `http` goes through the turnstile of the quota, so each call
    raises Held where it is not our turn (see quota/turnstile.py)."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        endpoints: Endpoints,
        *,
        client_id: str,
        tokens: ServiceClient,
        max_file_bytes: int,
    ) -> None:
        self._http = http
        self._endpoints = endpoints
        self._client_id = client_id
        self._tokens = tokens
        self._max_file_bytes = max_file_bytes

    async def start(self) -> None:
        """Connections open with the first call."""

    async def stop(self) -> None:
        await self._http.aclose()

    async def create(self, target: Target, report: Report) -> str:
        """Asks for the report; its id. Raises AmazonError, and AppError for want of a token."""
        request = request_of(report, target)
        created = await reporting.create_report(self.client(target), _account(target), request)
        return created.report_id

    async def look(self, target: Target, amazon_report_id: str) -> reporting.Report:
        """The report as it stands at Amazon."""
        return await reporting.get_report(self.client(target), _account(target), amazon_report_id)

    async def delete(self, target: Target, amazon_report_id: str) -> None:
        """Cancels a pending report, as far as Amazon lets it be cancelled."""
        try:
            await reporting.delete_report(self.client(target), _account(target), amazon_report_id)
        except AmazonError:
            return

    async def download(self, target: Target, found: reporting.Report, to: Path) -> None:
        """The file of a finished report."""
        if not found.url:
            raise MalformedResponse("the finished report has no download address")
        endpoints = self._region(target)
        await download(self._http, endpoints, found.url, to, max_bytes=self._max_file_bytes)

    def client(self, target: Target) -> AmazonAdsClient:
        """Any call through the target's connection; it never repeats one by itself."""

        async def tokens(rejected: str | None) -> str:
            return await self._access_token(target, rejected)

        return AmazonAdsClient(
            self._http,
            self._region(target),
            client_id=self._client_id,
            tokens=tokens,
            retry=NO_RETRY,
        )

    async def _access_token(self, target: Target, rejected: str | None) -> str:
        """From token-refresher, for every request; never again the one Amazon has just refused."""
        body = {"organization_id": str(target.organization_id)}
        if rejected is not None:
            body["refused_token_sha256"] = hashlib.sha256(rejected.encode()).hexdigest()
        path = f"/internal/credentials/{target.connection_id}/access-token"
        answer = await self._tokens.post(path, json=body)
        return str(answer["access_token"])

    def _region(self, target: Target) -> RegionEndpoints:
        return self._endpoints.region(target.region)


def request_of(report: Report, target: Target) -> reporting.ReportRequest:
    """The same report always makes the same request, so that a repeated one is a duplicate."""
    kind = report_type(report.report_type)
    configuration = reporting.Configuration(
        report_type_id=kind.name,
        group_by=kind.group_by,
        columns=kind.columns,
        filters={"advertiserId": (target.amazon_advertiser_id,)},
        time_unit=kind.time_unit,
    )
    days = f"{report.start_date} {report.end_date}"
    name = f"leadline {report.report_type} {target.amazon_advertiser_id} {days}"
    return reporting.ReportRequest(name, report.start_date, report.end_date, configuration)


def _account(target: Target) -> reporting.Account:
    return reporting.Account.advertiser(target.amazon_advertiser_id)


class Warehouse:
    """Where slices land, named by their content: putting one twice changes nothing."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def land(
        self, report: Report, normalised: Normalised, raw: Path, as_of: datetime, now: datetime
    ) -> File:
        """Puts a normalised slice, the file it came from, and the manifest that tells of both.
        Raises AppError when the store fails."""
        folder = f"dsp/{report.organization_id}/{report.advertiser_id}/{report.report_type}"
        kept = await self._store.put(f"{folder}/raw/{normalised.source_sha256}.json.gz", raw)
        stored = await self._store.put(f"{folder}/{normalised.sha256}.parquet", normalised.path)
        file = File(
            uri=stored.uri,
            sha256=stored.sha256,
            byte_count=stored.bytes,
            row_count=normalised.row_count,
            totals=normalised.totals,
            currency=normalised.currency,
            as_of=as_of,
            raw_uri=kept.uri,
            drift=normalised.drift,
        )
        told = manifest(report, file, normalised.source_sha256, now)
        await self._store.put(f"{folder}/{report.report_id}.manifest.json", told)
        return file

    async def keep_raw(self, report: Report, path: Path) -> str:
        """Keeps a rejected file for whoever looks into it; its uri."""
        folder = f"dsp/{report.organization_id}/{report.advertiser_id}/rejected"
        return (await self._store.put(f"{folder}/{report.report_id}.json.gz", path)).uri


async def normalise_file(source: Path, report: Report, target: Target) -> Normalised:
    """Normalises beside `source`, off the event loop."""
    expected = Expected(
        report_type(report.report_type),
        target.amazon_advertiser_id,
        report.start_date,
        report.end_date,
        target.currency,
    )
    return await asyncio.to_thread(normalise, source, source.with_suffix(".parquet"), expected)
