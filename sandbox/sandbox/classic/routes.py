"""POST and GET /accounts/{accountId}/dsp/reports."""

from datetime import date, timedelta
from typing import Any, cast

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.accounts.access import Caller, authenticate
from sandbox.clock import stamp
from sandbox.deps import Deps, SandboxDeps
from sandbox.entities.asking import RawBody
from sandbox.envelopes import dsp_error, dsp_reports, json_response
from sandbox.reports.lifecycle import URL_SECONDS, DuplicateReportError, Report
from sandbox.world.tree import Advertiser

from .files import TooLargeError, classic_rows
from .request import MEDIA, advertiser_filter, read_request, refusal

router = APIRouter(prefix="/accounts/{account_id}/dsp/reports")

CREATE_MEDIA = "application/vnd.dspcreatereports.v3+json"
GET_MEDIA = "application/vnd.dspgetreports.v3+json"
Shown = dict[str, Any]


@router.post("")
def create_report(request: Request, account_id: str, body: RawBody, deps: Deps) -> Response:
    """The same request again, while the first is unfinished, answers with the first report."""
    caller = authenticate(request, deps, dsp_reports)
    if request.headers.get("content-type", "").partition(";")[0] not in {
        CREATE_MEDIA, "application/json",
    }:  # fmt: skip
        raise dsp_reports(415, "Cannot consume content type")
    reachable = _account(account_id, caller)
    fields = _object(body)
    wanted = advertiser_filter(fields, allowed=account_id.startswith("ENTITY"))
    chosen = tuple(a.advertiser_id for a in reachable if not wanted or a.advertiser_id in wanted)
    if wanted and len(chosen) != len(set(wanted)):
        raise dsp_error(403, "ENTITY_NOT_ALLOWED", "advertiserIds", "Not authorized", MEDIA)
    read_request(fields, chosen, _latest_date(reachable, deps))
    try:
        fingerprint = repr((account_id, sorted(fields.items())))
        report = deps.classic_reports.submit(fields, chosen, fingerprint)
    except DuplicateReportError as error:
        report = cast("Report", deps.classic_reports.find(error.report_id))
    return json_response(_describe(request, report, deps), 202, CREATE_MEDIA)


@router.get("/{report_id}")
def get_report(request: Request, account_id: str, report_id: str, deps: Deps) -> Response:
    caller = authenticate(request, deps, dsp_reports)
    mine = {item.advertiser_id for item in _account(account_id, caller)}
    report = deps.classic_reports.find(report_id)
    if not report or not set(report.advertiser_ids) <= mine:
        raise dsp_error(404, "REPORT_NOT_FOUND", "reportId", "Report not found", MEDIA)
    return json_response(_describe(request, report, deps), media=GET_MEDIA)


def _account(account_id: str, caller: Caller) -> list[Advertiser]:
    """A whole entity (in capitals) or one advertiser; profile ids are no accounts."""
    found = [
        item
        for item in caller.advertisers()
        if account_id in {item.advertiser_id, item.seat.entity_id}
    ]
    if not found:
        raise dsp_reports(401, "Not authorized to access the account")
    return found


def _object(body: bytes) -> Shown:
    try:
        fields: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise dsp_reports(400, "Malformed JSON") from error
    if not isinstance(fields, dict):
        raise refusal([{"errorType": "REQUEST_BODY_INVALID", "field": "", "message": "No object"}])
    return cast("Shown", fields)


def _latest_date(advertisers: list[Advertiser], deps: SandboxDeps) -> date:
    now = deps.clock.now()
    return max(now.astimezone(item.zone).date() for item in advertisers)


def _describe(request: Request, report: Report, deps: SandboxDeps) -> Shown:
    now = deps.clock.now()
    until = now + timedelta(seconds=URL_SECONDS)
    words = {"COMPLETED": "SUCCESS", "FAILED": "FAILURE"}
    shown = {
        "reportId": report.report_id,
        "type": report.body.get("type", "CAMPAIGN"),
        "format": report.body.get("format", "JSON"),
        "status": words.get(report.status(now), "IN_PROGRESS"),
        "statusDetails": "In progress",
        "location": "",
        "expiration": stamp(until),
    }
    if shown["status"] == "FAILURE":
        return shown | {"statusDetails": report.failure or ""}
    if shown["status"] == "IN_PROGRESS":
        return shown
    try:
        classic_rows(report, deps)
    except TooLargeError:
        return shown | {"status": "FAILURE", "statusDetails": "Report size too large"}
    expires = int(until.timestamp())
    region = request.url.path.split("/", 2)[1]
    sign = deps.classic_reports.signature(report.report_id, expires)
    base = f"{request.url.scheme}://{request.url.netloc}/{region}/_download/{report.report_id}"
    return shown | {"statusDetails": "Success", "location": f"{base}?expires={expires}&sig={sign}"}
