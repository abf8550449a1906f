"""Use cases of the stream: count what arrives, land days before their report, keep subscriptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from amazon_ads import errors
from amazon_ads.streams import Confirmation, read_message
from shared.db import Tx
from shared.events import ReportLanded
from shared.ids import new_id
from shared.objects import Stored

from dsp_ingest.reports import queries as reports
from dsp_ingest.reports.clients import Target
from dsp_ingest.reports.service import is_usable
from shared import outbox

from . import queries
from .clients import Day, Found, Wanted
from .domain import REPORT_TYPE, Delta, Queue, Standing, delta_of, landing_id, may_land
from .sqs import Message

WAITING_SECONDS = 20.0
"""Between two looks at a subscription that is being set up."""
TROUBLE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages as they were read. Those of `unread` say why."""

    deltas: Sequence[Delta]
    confirmations: Sequence[tuple[Message, Confirmation]]
    unread: Sequence[tuple[Message, str]]


def read_batch(messages: Sequence[Message]) -> Batch:
    """What the messages hold."""
    deltas: list[Delta] = []
    confirmations: list[tuple[Message, Confirmation]] = []
    unread: list[tuple[Message, str]] = []
    for message in messages:
        try:
            found = read_message(message.body)
            if isinstance(found, Confirmation):
                confirmations.append((message, found))
            else:
                read = [delta_of(record, message.sent_at) for record in found]
                deltas += [delta for delta in read if delta is not None]
        except errors.MalformedResponse as error:
            unread.append((message, error.detail))
    return Batch(deltas, confirmations, unread)


async def count(tx: Tx, queue: Queue, batch: Batch, now: datetime) -> int:
    """Adds every difference once for each organization that follows its advertiser; how many were
    new. Of advertisers nobody follows nothing is kept."""
    for message, why in batch.unread:
        await queries.park(tx, queue, message.message_id, message.body, why, now)
    by_amazon_id: dict[str, list[Delta]] = {}
    for delta in batch.deltas:
        by_amazon_id.setdefault(delta.amazon_advertiser_id, []).append(delta)
    new = 0
    for row in await queries.find_advertisers(tx, list(by_amazon_id)):
        whose = (row["organization_id"], row["advertiser_id"])
        new += await _count_for(tx, *whose, by_amazon_id[row["amazon_advertiser_id"]], now)
    return new


async def _count_for(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, deltas: Sequence[Delta], now: datetime
) -> int:
    distinct = {delta.record_key: delta for delta in deltas}
    fresh = await queries.add_records(tx, organization_id, advertiser_id, list(distinct), now)
    counted = [delta for key, delta in distinct.items() if key in fresh]
    await queries.add_deltas(tx, organization_id, advertiser_id, counted)
    for day, group in groupby(sorted(counted, key=lambda d: d.day), key=lambda d: d.day):
        sent_at = max(delta.sent_at for delta in group)
        await queries.touch_day(tx, organization_id, advertiser_id, day, sent_at, now)
    return len(counted)


@dataclass(frozen=True, slots=True)
class Landing:
    """A leased day, as it stood when it was claimed. Not `shown`: its report has come, or not every
    difference of it was subscribed to."""

    day: Day
    brand_id: UUID | None
    as_of: datetime
    lease_token: UUID
    shown: bool

    @property
    def report_id(self) -> UUID:
        return landing_id(self.day.advertiser_id, self.day.day, self.day.version)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a day must be quiet before it lands, and how long it waits for that at most."""

    quiet_seconds: float
    most_seconds: float
    lease_seconds: float


async def claim_day(tx: Tx, now: datetime, patience: Patience) -> Landing | None:
    """Leases a changed day with what it adds up to; None when none is due."""
    token = new_id()
    row = await queries.claim_day(
        tx,
        now,
        now - timedelta(seconds=patience.quiet_seconds),
        now - timedelta(seconds=patience.most_seconds),
        token,
        now + timedelta(seconds=patience.lease_seconds),
    )
    if row is None:
        return None
    advertiser_id, date = row["advertiser_id"], row["date"]
    standing = Standing(
        row["timezone"],
        await queries.list_active_since(tx, advertiser_id),
        await queries.newest_report(tx, advertiser_id, date),
    )
    rows = [dict(each) for each in await queries.sum_day(tx, advertiser_id, date)]
    day = Day(row["organization_id"], advertiser_id, date, row["version"], row["currency"], rows)
    shown = may_land(date, standing, now)
    return Landing(day, row["brand_id"], row["sent_at"], token, shown)


async def settle_day(tx: Tx, landing: Landing, stored: Stored | None, now: datetime) -> bool:
    """Records that this version is dealt with, and announces its file. False: the lease was lost."""
    day = landing.day
    settled = await queries.settle_day(
        tx, day.advertiser_id, day.day, landing.lease_token, day.version
    )
    if settled and stored is not None:
        await outbox.add(
            tx,
            _landed(landing, stored, now),
            organization_id=day.organization_id,
            brand_id=landing.brand_id,
        )
    return settled


def _landed(landing: Landing, stored: Stored, now: datetime) -> ReportLanded:
    day = landing.day
    return ReportLanded(
        report_id=landing.report_id,
        sync_id=landing.report_id,
        advertiser_id=day.advertiser_id,
        amazon_report_id="",
        report_type=REPORT_TYPE,
        start_date=day.day,
        end_date=day.day,
        uri=stored.uri,
        sha256=stored.sha256,
        bytes=stored.bytes,
        rows=len(day.rows),
        totals=day.totals,
        currency=day.currency,
        as_of=landing.as_of,
        landed_at=now,
        provisional=True,
    )


@dataclass(frozen=True, slots=True)
class Check:
    """A subscription to look at. Without a `target` nobody can reach its advertiser now."""

    organization_id: UUID
    advertiser_id: UUID
    brand_id: UUID | None
    wanted: Wanted
    target: Target | None


async def claim_subscription(
    tx: Tx, queues: Sequence[Queue], now: datetime, lease_seconds: float
) -> Check | None:
    """The next subscription due, also of advertisers that were linked since."""
    arns = {queue.region: queue.arn for queue in queues}
    await queries.want_subscriptions(tx, list(arns), now)
    row = await queries.claim_subscription(tx, now, now + timedelta(seconds=lease_seconds))
    if row is None:
        return None
    sources = await reports.list_sources(tx, row["advertiser_id"], None)
    usable = next((s for s in sources if is_usable(s) and s["region"] in arns), None)
    arn = arns[usable["region"]] if usable else ""
    return Check(
        row["organization_id"],
        row["advertiser_id"],
        row["brand_id"],
        Wanted(row["dataset_id"], arn, row["subscription_id"], row["generation"]),
        _target(row, usable) if usable else None,
    )


def _target(row: Any, source: Any) -> Target:
    return Target(
        row["organization_id"],
        row["amazon_advertiser_id"],
        row["currency"],
        source["connection_id"],
        source["region"],
    )


async def record_subscription(
    tx: Tx, check: Check, found: Found, now: datetime, check_seconds: float
) -> None:
    """How it stands; active ones are looked at seldom."""
    seconds = check_seconds if found.status == "ACTIVE" else WAITING_SECONDS
    await queries.save_subscription(
        tx,
        check.advertiser_id,
        check.wanted.dataset_id,
        subscription_id=found.subscription_id,
        status=found.status,
        generation=found.generation,
        now=now,
        next_check_at=now + timedelta(seconds=seconds),
    )


async def record_trouble(
    tx: Tx, check: Check, code: str, detail: str, now: datetime, wait: float | None
) -> None:
    """It could not be looked at."""
    until = now + timedelta(seconds=max(wait or 0.0, TROUBLE_SECONDS))
    await queries.postpone_subscription(
        tx, check.advertiser_id, check.wanted.dataset_id, code, detail, until
    )
