"""POST, GET and DELETE /reporting/reports."""

from datetime import date
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sandbox.accounts.access import (
    ACCOUNT_HEADER,
    SCOPE_HEADER,
    Caller,
    authenticate,
    scoped_profile,
)
from sandbox.deps import Deps, SandboxDeps
from sandbox.envelopes import AdsError, json_response, reporting
from sandbox.world.tree import Advertiser

from .lifecycle import URL_SECONDS, DuplicateReportError, Report, describe
from .request import ReportRequest, parse_request
from .rows import report_file

router = APIRouter()

CREATE_MEDIA = "application/vnd.createasyncreportrequest.v3+json"
CREATED_MEDIA = "application/vnd.createasyncreportresponse.v3+json"
GET_MEDIA = "application/vnd.getasyncreportresponse.v3+json"
DELETE_MEDIA = "application/vnd.deleteasyncreportresponse.v3+json"


@router.post("/reporting/reports")
async def create_report(request: Request, deps: Deps) -> Response:
    caller = authenticate(request, deps, reporting)
    if request.headers.get("content-type", "").partition(";")[0] not in {
        CREATE_MEDIA, "application/json",
    }:  # fmt: skip
        raise reporting(415, "Cannot consume content type")
    body = await request.body()
    return await run_in_threadpool(_create, request, body, caller)


def _create(request: Request, body: bytes, caller: Caller) -> Response:
    deps = caller.deps
    account, reachable = _account(request, caller)
    try:
        fields: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise reporting(400, "Malformed JSON") from error
    parsed = parse_request(fields, _latest_date(reachable, deps))
    _check_reach(request, parsed, reachable)
    fingerprint = parsed.fingerprint(account)
    kept = {name: fields.get(name) for name in ("name", "startDate", "endDate", "configuration")}
    try:
        report = deps.reports.submit(kept, parsed.advertiser_ids, fingerprint)
    except DuplicateReportError as error:
        text = f"The Request is a duplicate of : {error.report_id}"
        raise reporting(425, text) from error
    shown = describe(report, report.created_at, None, None)
    return json_response(shown | {"status": "PENDING"}, media=CREATED_MEDIA)


@router.get("/reporting/reports/{report_id}")
def get_report(request: Request, report_id: str, deps: Deps) -> Response:
    caller = authenticate(request, deps, reporting)
    report = _visible(caller, report_id)
    now = deps.clock.now()
    if report.status(now) != "COMPLETED":
        return json_response(describe(report, now, None, None), media=GET_MEDIA)
    size = deps.reports.sizes.get(report_id) or len(build_file(report, deps))
    expires = int(now.timestamp()) + URL_SECONDS
    sign = deps.reports.signature(report_id, expires)
    base = f"{request.url.scheme}://{request.url.netloc}/{caller.region}/_download/{report_id}"
    url = f"{base}?expires={expires}&sig={sign}"
    return json_response(describe(report, now, url, size), media=GET_MEDIA)


@router.delete("/reporting/reports/{report_id}")
def delete_report(request: Request, report_id: str, deps: Deps) -> Response:
    report = _visible(authenticate(request, deps, reporting), report_id)
    if report.status(deps.clock.now()) != "PENDING":
        raise reporting(400, "Only reports in PENDING status can be cancelled")
    deps.reports.cancel(report_id)
    answer = {"code": "200", "detail": "Report deleted", "reportId": report_id}
    return json_response(answer, media=DELETE_MEDIA)


def build_file(report: Report, deps: SandboxDeps) -> bytes:
    """The report's bytes; its size is remembered for later polls."""
    latest = date.fromisoformat(report.body["endDate"])
    content = report_file(deps.world, parse_request(report.body, latest), report.data_at)
    deps.reports.sizes[report.report_id] = len(content)
    return content


def _account(request: Request, caller: Caller) -> tuple[str, list[Advertiser]]:
    """Seat mode by Scope or advertiser mode by AccountId: (fingerprint part, advertisers)."""
    account_id = request.headers.get(ACCOUNT_HEADER)
    if account_id and request.headers.get(SCOPE_HEADER):
        text = "Only one of Amazon-Advertising-API-Scope and Amazon-Ads-AccountId is allowed"
        raise reporting(400, text)
    if not account_id:
        profile = scoped_profile(request, caller, reporting)
        return profile.profile_id, caller.advertisers(profile)
    advertiser = caller.advertiser(account_id)
    if not advertiser:
        raise reporting(401, "Not authorized to access the account")
    return account_id, [advertiser]


def _latest_date(advertisers: list[Advertiser], deps: SandboxDeps) -> date:
    now = deps.clock.now()
    return max((now.astimezone(a.zone).date() for a in advertisers), default=now.date())


def _check_reach(request: Request, parsed: ReportRequest, reachable: list[Advertiser]) -> None:
    known = {item.advertiser_id for item in reachable}
    foreign = [item for item in parsed.advertiser_ids if item not in known]
    if foreign and request.headers.get(ACCOUNT_HEADER):
        raise reporting(400, "advertiserId filter must equal Amazon-Ads-AccountId")
    if foreign:
        text = f"Not authorized to access advertiserId: ({', '.join(foreign)})"
        raise reporting(401, text)


def _visible(caller: Caller, report_id: str) -> Report:
    report = caller.deps.reports.find(report_id)
    mine = {item.advertiser_id for item in caller.advertisers()}
    if not report or not set(report.advertiser_ids) <= mine:
        raise _not_found(report_id)
    return report


def _not_found(report_id: str) -> AdsError:
    return reporting(404, f"Report {report_id[:100]} was not found")
