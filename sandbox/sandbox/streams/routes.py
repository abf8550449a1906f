"""/dsp/streams/subscriptions as Amazon's OpenAPI file has it. No trailing slashes, as it says."""

import re
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from sandbox.accounts.access import Caller, authenticate
from sandbox.clock import stamp
from sandbox.deps import Deps
from sandbox.entities.asking import Asked, RawBody
from sandbox.envelopes import STREAM_MEDIA, AdsError, json_response, stream
from sandbox.paging import UnknownTokenError, page
from sandbox.world.tree import Advertiser

from .datasets import DATASETS
from .subscriptions import ConflictError, Subscription

router = APIRouter(prefix="/dsp/streams/subscriptions")

AWS_REGIONS = {"na": "us-east-1", "eu": "eu-west-1", "fe": "us-west-2"}
ACCOUNT_HEADERS = (
    "amazon-ads-account-id",
    "amazon-ads-accountid",
    "amazon-advertising-api-account-id",
)
REQUEST_MEDIA = frozenset({
    STREAM_MEDIA, "application/json",
    "application/vnd.marketingstreamsubscriptions.dspstreamsubscriptionresource.v1.0+json",
})  # fmt: skip
MOST = 5000
PENDING_LIMIT = 1500
_ARN = re.compile(r"arn:aws:sqs:([a-z0-9-]+):(\d{12}):[A-Za-z0-9_-]{1,80}")


@router.post("")
def create_subscription(request: Request, body: RawBody, deps: Deps) -> Response:
    caller, advertiser = _account(request, deps)
    asked = _asked(request, body)
    draft: dict[str, Any] = {
        "user": caller.user.key,
        "region": caller.region,
        "advertiser_id": advertiser.advertiser_id,
        "dataset": _dataset(asked),
        "queue_arn": _queue_arn(asked, caller.region),
        "notes": _text(asked, "notes", 0, 128, lambda: None),
        "client_request_token": _text(asked, "clientRequestToken", 22, 36),
    }
    pending = [
        s for s in deps.streams.reviewed() if s.status(deps.clock.now()) == "PENDING_CONFIRMATION"
    ]
    if len(pending) >= PENDING_LIMIT:
        raise _refuse("", f"Application's pending confirmation limit of {PENDING_LIMIT} exceeded")
    try:
        made = deps.streams.subscriptions.create(draft)
    except ConflictError as error:
        raise stream(409, str(error)) from error
    deps.streams.queues.open(made.queue_arn)
    answer = {
        "clientRequestToken": made.client_request_token,
        "subscriptionId": made.subscription_id,
    }
    return json_response(answer, media=STREAM_MEDIA)


@router.get("")
def list_subscriptions(
    request: Request,
    deps: Deps,
    max_results: str | None = Query(default=None, alias="maxResults"),
    token: str | None = Query(default=None, alias="startingToken"),
) -> Response:
    _, advertiser = _account(request, deps)
    mine = [s for s in deps.streams.reviewed() if s.advertiser_id == advertiser.advertiser_id]
    try:
        shown, following = page(mine, advertiser.advertiser_id, token, _count(max_results))
    except UnknownTokenError as error:
        raise _refuse("startingToken", "startingToken is invalid") from error
    answer: dict[str, Any] = {"subscriptions": [_shown(item, deps) for item in shown]}
    if following:
        answer["nextToken"] = following
    return json_response(answer, media=STREAM_MEDIA)


@router.get("/{subscription_id}")
def get_subscription(request: Request, subscription_id: str, deps: Deps) -> Response:
    found = _visible(request, subscription_id, deps)
    return json_response({"subscription": _shown(found, deps)}, media=STREAM_MEDIA)


@router.put("/{subscription_id}")
def update_subscription(
    request: Request, subscription_id: str, body: RawBody, deps: Deps
) -> Response:
    """Notes, and ARCHIVED: the only status that a client may set."""
    found = _visible(request, subscription_id, deps)
    asked = _asked(request, body)
    status = asked.fields.get("status")
    if status not in {None, "ARCHIVED"}:
        raise _refuse("status", "status must be ARCHIVED")
    notes = _text(asked, "notes", 0, 128, lambda: found.notes)
    if found.ending == "ARCHIVED":
        raise stream(409, "An archived subscription cannot be changed")
    ending = status or found.ending
    deps.streams.subscriptions.change(found, notes=notes, ending=ending)
    return Response(status_code=200)


def _account(request: Request, deps: Deps) -> tuple[Caller, Advertiser]:
    caller = authenticate(request, deps, stream)
    named = [request.headers[name] for name in ACCOUNT_HEADERS if name in request.headers]
    if not named:
        raise _refuse("", "Amazon-Ads-Account-ID header is missing")
    advertiser = caller.advertiser(named[0])
    if not advertiser:
        raise stream(403, "Not authorized to access the account")
    return caller, advertiser


def _visible(request: Request, subscription_id: str, deps: Deps) -> Subscription:
    _, advertiser = _account(request, deps)
    deps.streams.reviewed()
    found = deps.streams.subscriptions.find(subscription_id)
    if not found or found.advertiser_id != advertiser.advertiser_id:
        raise stream(404, "Subscription not found")
    return found


def _asked(request: Request, body: bytes) -> Asked:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in REQUEST_MEDIA:
        raise _refuse("", "Content-Type is not supported")
    return Asked.of(body, _refuse)


def _refuse(_field: str, text: str) -> AdsError:
    return stream(400, text)


def _text(
    asked: Asked, name: str, least: int, most: int, default: Callable[[], str | None] | None = None
) -> str | None:
    value = asked.fields.get(name)
    if value is None and default:
        return default()
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise _refuse(name, f"{name} must have from {least} to {most} characters")
    return value


def _dataset(asked: Asked) -> str:
    found = asked.fields.get("dataSetId")
    if not isinstance(found, str) or found not in DATASETS:
        raise _refuse("dataSetId", "dataSetId is not a data set of Amazon DSP")
    return found


def _queue_arn(asked: Asked, region: str) -> str:
    """One queue, named either way; Firehose is not played here."""
    destination = asked.member("destination")
    inner = destination.member("sqsDestination") if destination else None
    if destination and not inner:
        raise _refuse("destination", "Only sqsDestination is supported")
    named = [asked.fields.get("destinationArn"), inner.fields.get("queueArn") if inner else None]
    found = [item for item in named if item is not None]
    match = _ARN.fullmatch(found[0]) if len(found) == 1 and isinstance(found[0], str) else None
    if not match:
        raise _refuse(
            "destinationArn", "Exactly one destination is needed: the ARN of a standard SQS queue"
        )
    if match[1] != AWS_REGIONS[region]:
        raise _refuse("destinationArn", f"Region is not supported: use {AWS_REGIONS[region]}")
    return match[0]


def _count(text: str | None) -> int:
    if text is None:
        return MOST
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
        raise _refuse("maxResults", f"maxResults must be from 1 to {MOST}")
    return int(text)


def _shown(item: Subscription, deps: Deps) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "createdDate": stamp(item.created_at),
        "dataSetId": item.dataset,
        "destination": {"sqsDestination": {"queueArn": item.queue_arn}},
        "destinationArn": item.queue_arn,
        "notes": item.notes or "",
        "status": item.status(deps.clock.now()),
        "subscriptionId": item.subscription_id,
        "updatedDate": stamp(max(item.updated_at, min(item.provisioned_at, deps.clock.now()))),
    }
    return shown
