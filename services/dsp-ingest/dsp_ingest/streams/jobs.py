"""Ticks of the stream: receive and count, land days, keep subscriptions, forget."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from amazon_ads import errors
from amazon_ads.streams import Confirmation
from shared.clock import Clock
from shared.db import SYSTEM, Db, Tx
from shared.errors import AppError
from shared.metrics import counter
from shared.objects import ObjectStore

from dsp_ingest.quota import service as quota
from dsp_ingest.quota.spending import Cause, Spending, spending
from dsp_ingest.reports.clients import Amazon

from . import queries, service
from .clients import Found, ensure_subscription, put_day
from .domain import Queue
from .service import Check, Patience
from .sqs import Sqs

log = logging.getLogger(__name__)

RECORDS_KEPT = timedelta(days=15)
"""SQS keeps a message for 14 days at most."""
DAYS_KEPT = timedelta(days=8)
HIDDEN_SECONDS = 60
CHECK_LEASE_SECONDS = 120.0
_BATCH = 10_000
_MESSAGES = counter("dsp_stream_messages_total", "Messages of the stream", ["outcome"])
_LANDED = counter("dsp_stream_days_total", "Days of the stream that were due", ["outcome"])


@dataclass(frozen=True, slots=True)
class Receiver:
    """Empties one queue. A message is deleted only once what it says is committed, so that a process
    may die on any line: the message comes again and counts nothing twice."""

    db: Db
    sqs: Sqs
    queue: Queue
    clock: Clock
    amazon_base_url: str
    wait_seconds: int

    async def tick(self) -> bool:
        """True when there may be more."""
        messages = await self.sqs.receive(self.queue, self.wait_seconds, HIDDEN_SECONDS)
        if not messages:
            return False
        batch = service.read_batch(messages)
        async with self.db.tx(SYSTEM) as tx:
            new = await service.count(tx, self.queue, batch, self.clock())
        refused = {
            message.message_id
            for message, confirmation in batch.confirmations
            if not await self._confirm(confirmation)
        }
        _MESSAGES.labels("counted").inc(new)
        _MESSAGES.labels("known").inc(len(batch.deltas) - min(new, len(batch.deltas)))
        _MESSAGES.labels("parked").inc(len(batch.unread))
        await self.sqs.delete(self.queue, [m for m in messages if m.message_id not in refused])
        return True

    async def _confirm(self, confirmation: Confirmation) -> bool:
        """Says yes to a topic, at no address but AWS' own. False: to be tried again."""
        if not self._is_trusted(confirmation.confirm_url):
            log.warning("a confirmation of %s leads elsewhere", confirmation.topic_arn[:200])
            return True
        try:
            response = await self.sqs.http.get(confirmation.confirm_url, follow_redirects=False)
        except httpx.RequestError:
            return False
        return response.status_code < 500

    def _is_trusted(self, url: str) -> bool:
        if self.amazon_base_url:
            return url.startswith(f"{self.amazon_base_url.rstrip('/')}/sns/")
        parts = urlsplit(url)
        own = f"sns.{self.queue.aws_region}.amazonaws.com"
        return parts.scheme == "https" and parts.netloc == own


@dataclass(frozen=True, slots=True)
class Lander:
    """Lands days that changed: claim with sums → put the file → announce it where the lease holds."""

    db: Db
    store: ObjectStore
    clock: Clock
    patience: Patience

    async def tick(self) -> bool:
        """True when there may be more."""
        async with self.db.tx(SYSTEM) as tx:
            landing = await service.claim_day(tx, self.clock(), self.patience)
        if landing is None:
            return False
        stored = None
        if landing.shown:
            stored = await put_day(self.store, landing.day, landing.report_id, landing.as_of)
        async with self.db.tx(SYSTEM) as tx:
            kept = await service.settle_day(tx, landing, stored, self.clock())
        outcome = "landed" if landing.shown else "not_shown"
        _LANDED.labels(outcome if kept else "lease_lost").inc()
        return True


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Keeps every advertiser subscribed that a queue is configured for."""

    db: Db
    amazon: Amazon
    queues: Sequence[Queue]
    clock: Clock
    check_seconds: float

    async def tick(self) -> bool:
        """Looks at one subscription; True when it did."""
        async with self.db.tx(SYSTEM) as tx:
            check = await service.claim_subscription(
                tx, self.queues, self.clock(), CHECK_LEASE_SECONDS
            )
        if check is None:
            return False
        with spending() as spent:
            found = await self._ensure(check)
        async with self.db.tx(SYSTEM) as tx:
            await self._record(check, found, spent, tx)
        return True

    async def _ensure(self, check: Check) -> Found | errors.AmazonError | AppError | None:
        if check.target is None:
            return None
        try:
            return await ensure_subscription(self.amazon, check.target, check.wanted)
        except (errors.AmazonError, AppError) as error:
            return error

    async def _record(
        self,
        check: Check,
        found: Found | errors.AmazonError | AppError | None,
        spent: Spending,
        tx: Tx,
    ) -> None:
        now = self.clock()
        if check.target is not None:
            cause = Cause(
                check.organization_id, check.brand_id, check.target.region, "stream", "subscribe"
            )
            await quota.record(tx, cause, spent, now)
        if isinstance(found, Found):
            await service.record_subscription(tx, check, found, now, self.check_seconds)
        elif found is None:
            await service.record_trouble(tx, check, "no_connection", "", now, None)
        else:
            wait = found.retry_after if isinstance(found, errors.AmazonError) else None
            await service.record_trouble(tx, check, found.code, found.detail[:300], now, wait)


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Forgets records no queue can bring again, and days that have their report."""

    db: Db
    clock: Clock

    async def tick(self) -> bool:
        """True when there may be more."""
        now = self.clock()
        async with self.db.tx(SYSTEM) as tx:
            days_before = (now - DAYS_KEPT).date()
            return await queries.delete_old(tx, days_before, now - RECORDS_KEPT, _BATCH) == _BATCH
