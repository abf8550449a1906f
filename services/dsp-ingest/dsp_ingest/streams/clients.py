"""The outside of the stream: subscriptions at Amazon, files of landed days."""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from amazon_ads import errors, streams
from shared.objects import ObjectStore, Stored

from dsp_ingest.report_types import report_type, schema_of
from dsp_ingest.reports.clients import Amazon, Target

from .domain import ENDED, REPORT_TYPE, request_token


@dataclass(frozen=True, slots=True)
class Wanted:
    """One dataset of one advertiser, into the region's queue. `subscription_id`: what is known of it."""

    dataset_id: str
    queue_arn: str
    subscription_id: str | None
    generation: int


@dataclass(frozen=True, slots=True)
class Found:
    """How a subscription stands at Amazon; `generation` is raised where the next one must be new."""

    subscription_id: str | None
    status: str
    generation: int


async def ensure_subscription(amazon: Amazon, target: Target, wanted: Wanted) -> Found:
    """The subscription, made if there is none. One that has ended is asked anew the next time."""
    client, advertiser_id = amazon.client(target), target.amazon_advertiser_id
    subscription_id = wanted.subscription_id or await _subscribe(amazon, target, wanted)
    if subscription_id is None:
        return Found(None, "CONFLICT", wanted.generation + 1)
    try:
        found = await streams.get_subscription(client, advertiser_id, subscription_id)
    except errors.NotFound:
        return Found(None, "GONE", wanted.generation + 1)
    if found.status in ENDED:
        return Found(None, found.status, wanted.generation + 1)
    return Found(subscription_id, found.status, wanted.generation)


async def _subscribe(amazon: Amazon, target: Target, wanted: Wanted) -> str | None:
    """Makes it, or adopts the one that is in the way. None: neither."""
    client, advertiser_id = amazon.client(target), target.amazon_advertiser_id
    wish = (wanted.dataset_id, wanted.queue_arn)
    token = request_token(advertiser_id, *wish, wanted.generation)
    try:
        return await streams.create_subscription(
            client, advertiser_id, *wish, request_token=token, notes="leadline"
        )
    except errors.BadRequest as error:
        if error.status != 409:
            raise
    async for found in streams.iterate_subscriptions(client, advertiser_id):
        if (found.dataset_id, found.queue_arn) == wish and found.status not in ENDED:
            return found.subscription_id
    return None


@dataclass(frozen=True, slots=True)
class Day:
    """A day as the stream knows it, and the sums over its rows."""

    organization_id: UUID
    advertiser_id: UUID
    day: date
    version: int
    currency: str
    rows: Sequence[dict[str, Any]]

    @property
    def totals(self) -> dict[str, int]:
        """By measure; money in micros."""
        measures = report_type(REPORT_TYPE).measures
        return {name: sum(row[name] for row in self.rows) for name in measures}


async def put_day(store: ObjectStore, day: Day, report_id: UUID, as_of: datetime) -> Stored:
    """Puts the day's file, in the shape of the report's, and a manifest which says what it is."""
    folder = f"dsp/{day.organization_id}/{day.advertiser_id}/{REPORT_TYPE}/stream"
    content = _parquet(day)
    digest = hashlib.sha256(content).hexdigest()
    stored = await store.put(f"{folder}/{digest}.parquet", content)
    told = {
        "version": 1,
        "report_id": str(report_id),
        "report_type": REPORT_TYPE,
        "source": "marketing_stream",
        "provisional": True,
        "start_date": day.day.isoformat(),
        "end_date": day.day.isoformat(),
        "as_of": as_of.isoformat(),
        "currency": day.currency,
        "rows": len(day.rows),
        "totals": day.totals,
        "parquet": {"uri": stored.uri, "sha256": stored.sha256, "bytes": stored.bytes},
    }
    manifest = json.dumps(told, sort_keys=True, indent=1).encode()
    await store.put(f"{folder}/{report_id}.manifest.json", manifest)
    return stored


def _parquet(day: Day) -> bytes:
    schema = schema_of(report_type(REPORT_TYPE))
    rows = [{"date": day.day, "currency": day.currency, **row} for row in day.rows]
    columns = {name: [row.get(name, "") for row in rows] for name in schema.names}
    file = io.BytesIO()
    pq.write_table(pa.table(columns, schema=schema), file, compression="zstd")
    return file.getvalue()
