"""Fills the queues: confirmations, then the records of every moment that has passed, when somebody looks.

Deliveries are at least once and out of order: records of a moment are shuffled, some come twice and
some come late. What is sent twice and when is drawn by hash, so that it happens again the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any

import orjson

from sandbox.accounts.whims import Whims
from sandbox.clock import SandboxClock, stamp
from sandbox.world.facts import World
from sandbox.world.tree import Advertiser

from .hours import HourOfCell, days_told, told
from .queues import Outgoing, Queues
from .records import PERFORMANCE, performance_record
from .subscriptions import PROVISION_SECONDS, Subscription, Subscriptions, document

ENOUGH = 1000
"""So many waiting messages stop the filling until somebody takes them."""
_HOUR = timedelta(hours=1)
_KEPT = 64


@dataclass(slots=True)
class Habits:
    """Shares of records that come twice, and late by up to so many seconds."""

    duplicate_rate: float = 0.02
    late_rate: float = 0.01
    late_seconds: float = 5400.0


@dataclass(slots=True)
class Streams:
    """All of the stream: who subscribed, what waits, how it is delivered."""

    clock: SandboxClock
    world: World = field(repr=False)
    whims: Whims
    subscriptions: Subscriptions
    queues: Queues
    habits: Habits = field(default_factory=Habits)
    lock: RLock = field(default_factory=RLock)
    _filled: dict[str, tuple[datetime, int]] = field(
        default_factory=dict[str, tuple[datetime, int]], repr=False
    )
    _told: dict[tuple[str, datetime], list[HourOfCell]] = field(
        default_factory=dict[tuple[str, datetime], list[HourOfCell]], repr=False
    )

    def reset(self) -> None:
        """As new; the state has been cleared already."""
        self.queues.load()
        self._filled.clear()
        self.habits = Habits()
        self.subscriptions.provision_seconds = PROVISION_SECONDS

    def fill(self, arn: str, sns_base: str) -> None:
        """Everything due until now, or ENOUGH of it, is in the queue; `sns_base` confirms."""
        with self.lock:
            seen = (_next_hour(self.clock.now()), self.subscriptions.changes)
            if self._filled.get(arn) == seen:
                return
            now = self.clock.now()
            mine = [item for item in self.reviewed() if item.queue_arn == arn]
            for item in mine:
                if item.status(now) == "PENDING_CONFIRMATION" and not item.invited:
                    self._invite(item, sns_base)
            active = [item for item in mine if item.status(now) == "ACTIVE"]
            whole = [self._deliver(item) for item in active]
            provisioning = any(item.status(now) == "PROVISIONING" for item in mine)
            if all(whole) and not provisioning:
                self._filled[arn] = seen

    def reviewed(self) -> list[Subscription]:
        """All subscriptions; those whose user lost the advertiser are suspended for good."""
        return [self._review(item) for item in self.subscriptions.every()]

    def _review(self, item: Subscription) -> Subscription:
        lost = item.advertiser_id in self.whims.hidden_from(item.user)
        if lost and item.status(self.clock.now()) == "ACTIVE":
            return self.subscriptions.change(item, ending="SUSPENDED")
        return item

    def _invite(self, item: Subscription, sns_base: str) -> None:
        aws_region = item.queue_arn.split(":")[3]
        query = f"Action=ConfirmSubscription&TopicArn={item.topic_arn}&Token={item.confirm_token}"
        text = f"You have chosen to subscribe to the topic {item.topic_arn}.\nTo confirm the subscription, visit the SubscribeURL included in this message."
        body = {
            "Type": "SubscriptionConfirmation",
            "MessageId": item.subscription_id.rsplit(".", 1)[-1],
            "Token": item.confirm_token,
            "TopicArn": item.topic_arn,
            "Message": text,
            "SubscribeURL": f"{sns_base}/{aws_region}/?{query}",
            "Timestamp": stamp(self.clock.now()),
            "SignatureVersion": "1",
            "Signature": "c2FuZGJveA==",
            "SigningCertURL": f"{sns_base}/{aws_region}/SimpleNotificationService.pem",
        }
        self._send(item, [Outgoing(orjson.dumps(body).decode(), self.clock.now())], invited=True)

    def _deliver(self, item: Subscription) -> bool:
        """Moment by moment, and each is in the queue as a whole together with the new `sent_through`;
        False: more is due than the queue takes for now."""
        at = _next_hour(item.sent_through or self.clock.now())
        waiting = self.queues.open(item.queue_arn).waiting
        while at <= self.clock.now():
            if len(waiting) >= ENOUGH:
                return False
            item = self._send(item, list(self._outgoing(item, at)), sent_through=at)
            at += _HOUR
        return True

    def _send(self, item: Subscription, bodies: list[Outgoing], **changes: Any) -> Subscription:
        changed = replace(item, **changes)
        self.queues.put(item.queue_arn, bodies, [document(changed)])
        return changed

    def _outgoing(self, item: Subscription, at: datetime) -> Iterator[Outgoing]:
        """Shuffled bodies of one moment, doubles and latecomers among them."""
        records = list(self._records(item, at))
        dice = self.world.dice
        draws = [dice.units("stream", item.subscription_id, r["idempotency_id"]) for r in records]
        for units, record in sorted(zip(draws, records, strict=True), key=lambda pair: pair[0]):
            body = orjson.dumps(record).decode()
            late = units[1] < self.habits.late_rate
            delay = timedelta(seconds=units[2] * self.habits.late_seconds if late else 0)
            yield Outgoing(body, at + delay)
            if units[3] < self.habits.duplicate_rate:
                again = timedelta(seconds=units[4] * self.habits.late_seconds)
                yield Outgoing(body, at + again)

    def _records(self, item: Subscription, at: datetime) -> Iterator[dict[str, Any]]:
        if item.dataset not in PERFORMANCE:
            return
        advertiser = self.world.tree.advertisers[item.advertiser_id]
        for hour in self._hours(advertiser, at):
            record = performance_record(self.world.dice, item.dataset, hour, at)
            if record:
                yield record

    def _hours(self, advertiser: Advertiser, at: datetime) -> list[HourOfCell]:
        """Kept for a while: several datasets and queues tell of the same hours."""
        key = (advertiser.advertiser_id, at)
        if key not in self._told:
            days = days_told(advertiser.zone, at)
            found = [hour for day in days for hour in told(self.world, advertiser, day, at)]
            while len(self._told) >= _KEPT:
                self._told.pop(next(iter(self._told)))
            self._told[key] = found
        return self._told[key]


def _next_hour(at: datetime) -> datetime:
    """The first full hour after `at`."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + _HOUR
