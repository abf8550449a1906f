"""What the stream says and when a day of it may be shown. Pure; time is an argument."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from amazon_ads.errors import MalformedResponse
from amazon_ads.fields import optional_decimal, text
from amazon_ads.streams import CLICKSTREAM, CONVERSION, TRAFFIC, Record

REPORT_TYPE: Final = "dspCampaign"
"""The shape in which days land: that of the report which replaces them."""
MEASURES: Final[Mapping[str, Mapping[str, str]]] = {
    TRAFFIC: {"impressions": "impressions", "clicks": "clicks", "total_cost_micros": "total_cost"},
    CLICKSTREAM: {"detail_page_views": "detail_page_views", "add_to_cart": "add_to_cart"},
    CONVERSION: {
        "purchases": "purchases",
        "units_sold": "units_sold",
        "new_to_brand_purchases": "new_to_brand_purchases",
        "sales_micros": "sales",
        "new_to_brand_sales_micros": "new_to_brand_product_sales",
    },
}
"""Dataset → landed measure → the record's name of it."""
DATASETS: Final = tuple(MEASURES)
LANDED: Final = tuple(name for names in MEASURES.values() for name in names)
SHOWN_DAYS: Final = 3
"""Today and two days before: older days have their report."""
ENDED: Final = ("ARCHIVED", "SUSPENDED", "FAILED_CONFIRMATION", "FAILED_PROVISIONING")
_MOST: Final = 10**15
_REGION_OF_HOST: Final = re.compile(r"^https?://sqs\.([a-z0-9-]+)\.")
_REGION_OF_PATH: Final = re.compile(r"/sqs/([a-z0-9-]+)/\d{12}/[^/]+$")


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of the region (NA, EU, FE) whose subscriptions fill it."""

    region: str
    url: str
    aws_region: str

    @property
    def arn(self) -> str:
        """As Amazon's subscriptions name it."""
        account, name = self.url.rsplit("/", 2)[1:]
        return f"arn:aws:sqs:{self.aws_region}:{account}:{name}"

    @property
    def endpoint(self) -> str:
        """The service that the queue's URL belongs to."""
        return f"{self.url.rsplit('/', 2)[0]}/"


def queues_of(setting: str) -> tuple[Queue, ...]:
    """From `NA=https://sqs.us-east-1.amazonaws.com/123456789012/name,EU=…`; ValueError otherwise."""
    found: list[Queue] = []
    for part in filter(None, (each.strip() for each in setting.split(","))):
        region, _, url = part.partition("=")
        match = _REGION_OF_HOST.match(url) or _REGION_OF_PATH.search(url)
        account = url.rsplit("/", 2)[1:2]
        if region not in ("NA", "EU", "FE") or match is None or not account[0].isdigit():
            raise ValueError("STREAM_QUEUE_URLS is REGION=https://sqs.….amazonaws.com/…/…, …")
        found.append(Queue(region, url, match[1]))
    if len({queue.region for queue in found}) != len(found):
        raise ValueError("STREAM_QUEUE_URLS names a region twice")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Delta:
    """A record as it is counted; `values` in the order of LANDED."""

    amazon_advertiser_id: str
    record_key: UUID
    hour: datetime
    day: date
    order_id: str
    line_item_id: str
    creative_id: str
    creative_name: str
    values: tuple[int, ...]
    sent_at: datetime


def delta_of(record: Record, sent_at: datetime) -> Delta | None:
    """None for a dataset that is not counted. MalformedResponse for numbers that are none."""
    names = MEASURES.get(record.dataset_id)
    if names is None:
        return None
    key = hashlib.sha256(f"{record.dataset_id}\0{record.idempotency_id}".encode()).digest()
    return Delta(
        record.advertiser_id,
        UUID(bytes=key[:16]),
        record.hour,
        record.hour.date(),
        record.campaign_id,
        record.ad_group_id,
        record.creative_id,
        text(record.raw, "creative_name").replace("\0", ""),
        tuple(_value(record.raw, measure, names.get(measure)) for measure in LANDED),
        sent_at,
    )


def _value(raw: Mapping[str, Any], measure: str, name: str | None) -> int:
    number = optional_decimal(raw, name) if name else None
    if not number:
        return 0
    scaled = number.scaleb(6) if measure.endswith("_micros") else number
    whole = scaled.to_integral_value()
    if abs(whole) > _MOST or (not measure.endswith("_micros") and whole != Decimal(scaled)):
        raise MalformedResponse(f"{name} is out of range")
    return int(whole)


def request_token(
    amazon_advertiser_id: str, dataset_id: str, queue_arn: str, generation: int
) -> str:
    """The same wish has the same token, whoever asks and however often."""
    wish = f"leadline/{amazon_advertiser_id}/{dataset_id}/{queue_arn}/{generation}"
    return str(uuid5(NAMESPACE_URL, wish))


def landing_id(advertiser_id: UUID, day: date, version: int) -> UUID:
    """The report id under which a version of a day is announced, also by who repeats the step."""
    return uuid5(advertiser_id, f"stream/{day.isoformat()}/{version}")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an advertiser's day: `active_since` of each dataset's subscription, and when the
    newest report with this day was generated."""

    timezone: str
    active_since: Sequence[datetime | None]
    report_as_of: datetime | None


def may_land(day: date, standing: Standing, now: datetime) -> bool:
    """A day is shown while it is recent, every difference of it was subscribed to, and no report has
    been generated after it ended."""
    zone = _zone(standing.timezone)
    today = now.astimezone(zone).date()
    if not today - timedelta(days=SHOWN_DAYS) < day <= today:
        return False
    start, end = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, 1))
    known = [since for since in standing.active_since if since is not None and since <= start]
    if len(known) < len(DATASETS):
        return False
    return standing.report_as_of is None or standing.report_as_of < end


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
