"""POST /adsApi/v1/{create,retrieve,delete}/reports: one report a call, in the shape of a multi-status."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.accounts.access import SCOPE_HEADER, Caller, authenticate
from sandbox.clock import stamp
from sandbox.deps import Deps, SandboxDeps
from sandbox.entities.asking import Asked, RawBody
from sandbox.envelopes import ads_api, json_response
from sandbox.reports.lifecycle import URL_SECONDS, Report

from .files import parts
from .request import QueryError, read_query, refuse, the_report

router = APIRouter(prefix="/adsApi/v1")

Shown = dict[str, Any]
MULTI_STATUS = 207
POLL_SECONDS = 60
_POLLS = "unified_poll"


@router.post("/create/reports")
def create_report(request: Request, body: RawBody, deps: Deps) -> Response:
    """Every call makes another report: asking twice is not recognised."""
    caller, asked = _enter(request, body, deps)
    advertiser_ids = _accounts(asked, caller)
    report = the_report(asked)
    try:
        read_query(report, advertiser_ids, _latest_date(advertiser_ids, deps))
    except QueryError as error:
        return _failure(error.code, str(error), error.where)
    made = deps.unified_reports.submit(report.fields, advertiser_ids, str(uuid.uuid4()))
    return _success(_describe(made, made.created_at, []))


@router.post("/retrieve/reports")
def retrieve_report(request: Request, body: RawBody, deps: Deps) -> Response:
    """At most once a minute for each report."""
    caller, asked = _enter(request, body, deps)
    found = _visible(asked, caller)
    if found is None:
        return _failure("RESOURCE_ID_NOT_FOUND", "Report not found", "reportIds[0]")
    now = deps.clock.now()
    wait = _wait(found.report_id, now, deps)
    if wait > 0:
        error = ads_api(429, "A report may be retrieved once a minute")
        return json_response(error.body, 429, Retry_After=str(wait))
    done = found.status(now) == "COMPLETED"
    return _success(_describe(found, now, _parts(request, found, now, caller) if done else []))


@router.post("/delete/reports")
def delete_report(request: Request, body: RawBody, deps: Deps) -> Response:
    caller, asked = _enter(request, body, deps)
    found = _visible(asked, caller)
    if found is None:
        return _failure("RESOURCE_ID_NOT_FOUND", "Report not found", "reportIds[0]")
    deps.unified_reports.cancel(found.report_id)
    return _success(_describe(found, deps.clock.now(), []))


def _enter(request: Request, body: bytes, deps: SandboxDeps) -> tuple[Caller, Asked]:
    caller = authenticate(request, deps, ads_api)
    if request.headers.get(SCOPE_HEADER):
        raise ads_api(400, "Amazon-Advertising-API-Scope is not allowed")
    return caller, Asked.of(body, refuse)


def _accounts(asked: Asked, caller: Caller) -> tuple[str, ...]:
    """The advertisers of the accounts asked for; an empty list breaks Amazon's own serialisation."""
    value = asked.fields.get("accessRequestedAccounts")
    if not isinstance(value, list):
        raise refuse("accessRequestedAccounts", "is required")
    items = cast("list[Any]", value)
    if not items:
        raise ads_api(500, "SerializationException")
    if len(items) > 2000:
        raise refuse("accessRequestedAccounts", "must have from 1 to 2000 entries")
    return tuple(dict.fromkeys(i for item in items for i in _account(item, caller)))


def _account(item: object, caller: Caller) -> list[str]:
    fields = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
    wanted, manager = fields.get("advertiserAccountId"), fields.get("managerAccountId")
    if isinstance(wanted, str) == isinstance(manager, str):
        text = "each must have an advertiserAccountId or a managerAccountId"
        raise refuse("accessRequestedAccounts", text)
    if isinstance(wanted, str) and caller.advertiser(wanted):
        return [wanted]
    tree = caller.deps.world.tree
    if caller.user.manager and manager == tree.manager_account_id:
        return [advertiser.advertiser_id for advertiser in caller.advertisers()]
    raise ads_api(403, "Not authorized to access the account")


def _latest_date(advertiser_ids: tuple[str, ...], deps: SandboxDeps) -> date:
    now, known = deps.clock.now(), deps.world.tree.advertisers
    return max((now.astimezone(known[i].zone).date() for i in advertiser_ids), default=now.date())


def _visible(asked: Asked, caller: Caller) -> Report | None:
    ids = asked.texts("reportIds", 1)
    if ids is None:
        raise refuse("reportIds", "must have exactly 1 value")
    report = caller.deps.unified_reports.find(next(iter(ids)))
    mine = {item.advertiser_id for item in caller.advertisers()}
    return report if report and set(report.advertiser_ids) <= mine else None


def _wait(report_id: str, now: datetime, deps: SandboxDeps) -> int:
    """Seconds until this report may be asked for again; asking in time is remembered."""
    kept = deps.state.get(_POLLS, report_id)
    passed = now.timestamp() - kept["at"] if kept else POLL_SECONDS
    if 0 <= passed < POLL_SECONDS:
        return max(1, round(POLL_SECONDS - passed))
    deps.state.put(_POLLS, report_id, {"at": now.timestamp()})
    return 0


def _parts(request: Request, report: Report, now: datetime, caller: Caller) -> list[Shown]:
    queue = caller.deps.unified_reports
    expires = int(now.timestamp()) + URL_SECONDS
    base = f"{request.url.scheme}://{request.url.netloc}/{caller.region}/_download"
    until = stamp(now + timedelta(seconds=URL_SECONDS))
    shown: list[Shown] = []
    for number, content in enumerate(parts(report, caller.deps)):
        name = f"{report.report_id}.{number}"
        url = f"{base}/{name}?expires={expires}&sig={queue.signature(name, expires)}"
        shown.append({"url": url, "sizeInBytes": len(content), "urlExpirationDateTime": until})
    return shown


def _describe(report: Report, now: datetime, found: list[Shown]) -> Shown:
    status = report.status(now)
    body = report.body
    touched = {"PENDING": report.created_at, "PROCESSING": report.processing_at}
    shown: Shown = {
        "reportId": report.report_id,
        "status": status,
        "format": body["format"],
        "periods": body["periods"],
        "query": body["query"],
        "creationDateTime": stamp(report.created_at),
        "lastUpdatedDateTime": stamp(touched.get(status, report.generated_at)),
    }
    if "currencyOfView" in body:
        shown["currencyOfView"] = body["currencyOfView"]
    if status == "COMPLETED":
        shown |= {
            "completedDateTime": stamp(report.generated_at),
            "completedReportParts": found,
        }
    if status == "FAILED":
        shown |= {"failureCode": "INTERNAL_ERROR", "failureReason": report.failure}
    return shown


def _success(report: Shown) -> Response:
    return json_response({"success": [{"index": 0, "report": report}]}, MULTI_STATUS)


def _failure(code: str, text: str, where: str) -> Response:
    error = {"code": code, "message": text, "fieldLocation": where}
    return json_response({"error": [{"index": 0, "errors": [error]}]}, MULTI_STATUS)
