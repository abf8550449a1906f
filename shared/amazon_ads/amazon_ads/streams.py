"""Amazon Marketing Stream for DSP: which datasets of which advertiser go into which queue, and how to
read what arrives there.

Delivery is at least once and out of order, and every record is a difference: drop an
`idempotency_id` you have seen, then add up. A new subscription first sends a confirmation into the
queue: fetch its `confirm_url` within three days. Queues live in one AWS region for each region of ours.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from urllib.parse import quote

from .client import AmazonAdsClient
from .endpoints import Region
from .errors import MalformedResponse
from .fields import identifier, mapping, optional_identifier, optional_moment, text
from .headers import STREAM_ACCOUNT
from .paging import by_token
from .responses import Json, decode_json, decode_object

TRAFFIC, CONVERSION, CLICKSTREAM = "adsp-traffic", "adsp-conversion", "adsp-clickstream"
RICH_MEDIA = "adsp-rich-media"
AWS_REGIONS = {Region.NA: "us-east-1", Region.EU: "eu-west-1", Region.FE: "us-west-2"}
PAGE_SIZE = 5000
_PATH = "/dsp/streams/subscriptions"
_MEDIA = "application/vnd.amazonmarketingstreamsubscriptions.v1+json"


@dataclass(frozen=True, slots=True)
class Subscription:
    """`status`: PROVISIONING, PENDING_CONFIRMATION, ACTIVE, SUSPENDED, ARCHIVED, FAILED_CONFIRMATION
    or FAILED_PROVISIONING."""

    subscription_id: str
    dataset_id: str
    status: str
    queue_arn: str
    notes: str
    created_at: datetime | None
    updated_at: datetime | None
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Amazon asks whether a topic may fill the queue; fetching `confirm_url` says yes."""

    topic_arn: str
    confirm_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """A difference: add `raw`'s numbers to what is known of this hour. `hour` is its beginning, with
    the advertiser's offset; ids as text."""

    dataset_id: str
    idempotency_id: str
    hour: datetime
    advertiser_id: str
    campaign_id: str
    ad_group_id: str
    creative_id: str
    raw: Json = field(repr=False, compare=False)


async def create_subscription(
    client: AmazonAdsClient,
    advertiser_id: str,
    dataset_id: str,
    queue_arn: str,
    *,
    request_token: str,
    notes: str = "",
) -> str:
    """Subscribes; the subscription's id. `request_token` has 22 to 36 characters; the same one gives
    the same subscription, so this is retried. BadRequest (409) where one exists already."""
    body = {
        "clientRequestToken": request_token,
        "dataSetId": dataset_id,
        "destination": {"sqsDestination": {"queueArn": queue_arn}},
        **({"notes": notes} if notes else {}),
    }
    answer = decode_object(await client.query(_PATH, body, headers=_headers(advertiser_id)))
    return identifier(answer, "subscriptionId")


async def iterate_subscriptions(
    client: AmazonAdsClient, advertiser_id: str, *, page_size: int = PAGE_SIZE
) -> AsyncIterator[Subscription]:
    """Every subscription of the advertiser by this client, archived ones too."""

    async def ask(token: str | None) -> Json:
        params = {"maxResults": str(page_size)} | ({"startingToken": token} if token else {})
        return decode_object(
            await client.get(_PATH, headers=_headers(advertiser_id), params=params)
        )

    async for raw in by_token(ask, "subscriptions", key="subscriptionId"):
        yield _subscription(raw)


async def get_subscription(
    client: AmazonAdsClient, advertiser_id: str, subscription_id: str
) -> Subscription:
    """The subscription as it stands."""
    answer = decode_object(await client.get(_one(subscription_id), headers=_headers(advertiser_id)))
    return _subscription(mapping(answer, "subscription"))


async def archive_subscription(
    client: AmazonAdsClient, advertiser_id: str, subscription_id: str
) -> None:
    """Ends it for good."""
    headers = _headers(advertiser_id)
    await client.put(_one(subscription_id), {"status": "ARCHIVED"}, headers=headers)


def read_message(body: str | bytes) -> list[Record] | Confirmation:
    """What a message of the queue holds: records (bare, in a list or in an SNS envelope), or the
    confirmation of a subscription. MalformedResponse for anything else."""
    value = decode_json(body.encode() if isinstance(body, str) else body)
    rows = cast("list[object]", value) if isinstance(value, list) else [value]
    if not all(isinstance(row, dict) for row in rows):
        raise MalformedResponse("the message is no object")
    found = cast("list[Json]", rows)
    if len(found) == 1 and "Type" in found[0]:
        return _envelope(found[0])
    return [_record(row) for row in found]


def _envelope(raw: Json) -> list[Record] | Confirmation:
    kind = text(raw, "Type")
    if kind == "SubscriptionConfirmation":
        return Confirmation(identifier(raw, "TopicArn"), identifier(raw, "SubscribeURL"))
    inner = text(raw, "Message")
    if kind != "Notification" or not inner:
        raise MalformedResponse(f"unknown type of message {kind[:40]!r}")
    found = read_message(inner)
    if isinstance(found, Confirmation):
        raise MalformedResponse("a notification holds no confirmation")
    return found


def _record(raw: Json) -> Record:
    hour = optional_moment(raw, "time_window_start")
    if hour is None:
        raise MalformedResponse("time_window_start is missing")
    return Record(
        dataset_id=identifier(raw, "dataset_id"),
        idempotency_id=identifier(raw, "idempotency_id"),
        hour=hour,
        advertiser_id=identifier(raw, "advertiser_id"),
        campaign_id=optional_identifier(raw, "campaign_id") or "",
        ad_group_id=optional_identifier(raw, "adgroup_id") or "",
        creative_id=optional_identifier(raw, "creative_id") or "",
        raw=raw,
    )


def _headers(advertiser_id: str) -> dict[str, str]:
    return {STREAM_ACCOUNT: advertiser_id, "Accept": _MEDIA, "Content-Type": _MEDIA}


def _one(subscription_id: str) -> str:
    return f"{_PATH}/{quote(subscription_id, safe='')}"


def _subscription(raw: Json) -> Subscription:
    destination = mapping(mapping(raw, "destination"), "sqsDestination")
    return Subscription(
        subscription_id=identifier(raw, "subscriptionId"),
        dataset_id=text(raw, "dataSetId"),
        status=text(raw, "status"),
        queue_arn=text(destination, "queueArn") or text(raw, "destinationArn"),
        notes=text(raw, "notes"),
        created_at=optional_moment(raw, "createdDate"),
        updated_at=optional_moment(raw, "updatedDate"),
        raw=raw,
    )
