"""The outside of a report: tokens, Amazon, the report file, object storage."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx
from amazon_ads import NO_RETRY, AmazonAdsClient, Endpoints, RegionEndpoints, download, reporting
from amazon_ads.errors import AmazonError, MalformedResponse, RateLimited
from shared.objects import ObjectStore
from shared.ratelimit import Cooldown
from shared.service_client import ServiceClient

from .domain import File, Report
from .normalise import Expected, Normalised, normalise
from .rows import COLUMNS, GROUP_BY

_UNNAMED_COOLDOWN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Target:
    """Whose report, and through which connection."""

    organization_id: UUID
    amazon_advertiser_id: str
    currency: str
    connection_id: UUID
    region: str


class Amazon:
    """Report calls through a connection, throttled together with every other replica.

    Cooldowns are per region and kind of call: Amazon throttles creation on its own.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        endpoints: Endpoints,
        *,
        client_id: str,
        tokens: ServiceClient,
        cooldown: Cooldown,
        max_file_bytes: int,
    ) -> None:
        self._http = http
        self._endpoints = endpoints
        self._client_id = client_id
        self._tokens = tokens
        self._cooldown = cooldown
        self._max_file_bytes = max_file_bytes

    async def start(self) -> None:
        """Connections open with the first call."""

    async def stop(self) -> None:
        await self._http.aclose()

    async def blocked_for(self, target: Target, call: str) -> float:
        """Seconds until `call` ('create' or 'read') may be made in the target's region."""
        return await self._cooldown.blocked_for(self._key(target, call))

    async def create(self, target: Target, report: Report) -> str:
        """Asks for the report; its id. Raises AmazonError, and AppError for want of a token."""
        request = request_of(report, target)
        try:
            created = await reporting.create_report(self._client(target), _account(target), request)
        except RateLimited as error:
            await self._cool_down(target, "create", error)
            raise
        return created.report_id

    async def look(self, target: Target, amazon_report_id: str) -> reporting.Report:
        """The report as it stands at Amazon."""
        try:
            return await reporting.get_report(
                self._client(target), _account(target), amazon_report_id
            )
        except RateLimited as error:
            await self._cool_down(target, "read", error)
            raise

    async def delete(self, target: Target, amazon_report_id: str) -> None:
        """Cancels a pending report, as far as Amazon lets it be cancelled."""
        try:
            await reporting.delete_report(self._client(target), _account(target), amazon_report_id)
        except AmazonError:
            return

    async def download(self, target: Target, found: reporting.Report, to: Path) -> None:
        """The file of a finished report."""
        if not found.url:
            raise MalformedResponse("the finished report has no download address")
        endpoints = self._region(target)
        await download(self._http, endpoints, found.url, to, max_bytes=self._max_file_bytes)

    def _client(self, target: Target) -> AmazonAdsClient:
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

    def _key(self, target: Target, call: str) -> str:
        client = hashlib.sha256(self._client_id.encode()).hexdigest()[:12]
        return f"{client}:{target.region}:{call}"

    async def _cool_down(self, target: Target, call: str, error: RateLimited) -> None:
        seconds = error.retry_after or _UNNAMED_COOLDOWN_SECONDS
        await self._cooldown.block(self._key(target, call), seconds)


def request_of(report: Report, target: Target) -> reporting.ReportRequest:
    """The same report always makes the same request, so that a repeated one is a duplicate."""
    configuration = reporting.Configuration(
        report_type_id=report.report_type,
        group_by=GROUP_BY,
        columns=COLUMNS,
        filters={"advertiserId": (target.amazon_advertiser_id,)},
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

    async def land(self, report: Report, normalised: Normalised, as_of: datetime) -> File:
        """Puts a normalised slice. Raises AppError when the store fails."""
        folder = f"dsp/{report.organization_id}/{report.advertiser_id}/{report.report_type}"
        key = f"{folder}/{normalised.sha256}.parquet"
        stored = await self._store.put(key, normalised.path)
        return File(
            uri=stored.uri,
            sha256=stored.sha256,
            byte_count=stored.bytes,
            row_count=normalised.row_count,
            totals=normalised.totals,
            currency=normalised.currency,
            as_of=as_of,
        )

    async def keep_raw(self, report: Report, path: Path) -> str:
        """Keeps a rejected file for whoever looks into it; its uri."""
        folder = f"dsp/{report.organization_id}/{report.advertiser_id}/rejected"
        return (await self._store.put(f"{folder}/{report.report_id}.json.gz", path)).uri


async def normalise_file(source: Path, report: Report, target: Target) -> Normalised:
    """Normalises beside `source`, off the event loop."""
    expected = Expected(
        target.amazon_advertiser_id, report.start_date, report.end_date, target.currency
    )
    return await asyncio.to_thread(normalise, source, source.with_suffix(".parquet"), expected)
