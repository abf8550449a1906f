"""Queues in the manner of SQS standard queues: at least once, in no promised order, in sandbox time.

Messages survive a restart; what was in flight then is simply visible again.
"""

import hashlib
import uuid
from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.state import State

_MESSAGES, _QUEUES = "stream_message", "stream_queue"


@dataclass(slots=True)
class Message:
    """`available_at`: from when it can be received; after a receipt, when it comes back."""

    key: str
    message_id: str
    body: str
    sent_at: datetime
    available_at: datetime
    receives: int = 0
    first_received_at: datetime | None = None

    @property
    def order(self) -> tuple[datetime, str]:
        return self.sent_at, self.key

    @property
    def receipt(self) -> str:
        return f"{self.key}.{self.receives}.{self.message_id}"

    @property
    def md5(self) -> str:
        return hashlib.md5(self.body.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A body on its way into a queue, receivable from `at`."""

    body: str
    at: datetime


@dataclass(slots=True)
class Counts:
    visible: int = 0
    in_flight: int = 0
    delayed: int = 0


@dataclass(slots=True)
class Queue:
    """`waiting` are all its messages, those out of sight too, in their order."""

    arn: str
    created_at: datetime
    visibility_seconds: int = 30
    waiting: dict[str, Message] = field(default_factory=dict[str, Message])
    order: list[tuple[datetime, str]] = field(default_factory=list[tuple[datetime, str]])
    sent: int = 0
    deleted: int = 0

    def add(self, message: Message) -> None:
        self.waiting[message.key] = message
        insort(self.order, message.order)

    def remove(self, key: str) -> Message | None:
        message = self.waiting.pop(key, None)
        if message:
            self.order.remove(message.order)
            self.deleted += 1
        return message

    def counts(self, now: datetime) -> Counts:
        found = Counts()
        for message in self.waiting.values():
            if message.available_at <= now:
                found.visible += 1
            elif message.receives:
                found.in_flight += 1
            else:
                found.delayed += 1
        return found


@dataclass(slots=True)
class Queues:
    """All queues by ARN."""

    state: State = field(repr=False)
    clock: SandboxClock
    lock: RLock = field(default_factory=RLock)
    by_arn: dict[str, Queue] = field(default_factory=dict[str, Queue])

    def __post_init__(self) -> None:
        self.load()

    def load(self) -> None:
        """What the state holds, and nothing else."""
        self.by_arn.clear()
        for arn, kept in self.state.all(_QUEUES):
            queue = Queue(arn, datetime.fromisoformat(kept["created_at"]), kept["visibility"])
            queue.sent = kept["sent"]
            self.by_arn[arn] = queue
        for key, kept in self.state.all(_MESSAGES):
            self.by_arn[kept["arn"]].add(_loaded(key, kept))

    def open(self, arn: str, visibility_seconds: int = 30) -> Queue:
        """The queue; made when it is not there."""
        with self.lock:
            queue = self.by_arn.get(arn)
            if queue is None:
                queue = self.by_arn[arn] = Queue(arn, self.clock.now(), visibility_seconds)
                self.state.put(_QUEUES, arn, _dumped(queue))
            return queue

    def put(
        self, arn: str, bodies: Sequence[Outgoing], also: Sequence[tuple[str, str, Any]] = ()
    ) -> None:
        """Sends messages; `also` are documents of the state that are written in the same step."""
        with self.lock:
            queue = self.open(arn)
            messages = [self._message(queue, body) for body in bodies]
            documents = [(_MESSAGES, item.key, _document(arn, item)) for item in messages]
            self.state.write([*documents, (_QUEUES, arn, _dumped(queue)), *also])
            for message in messages:
                queue.add(message)

    def receive(self, arn: str, most: int, visibility_seconds: int | None) -> list[Message]:
        """Up to `most` messages, which nobody else sees for a while."""
        now = self.clock.now()
        with self.lock:
            queue = self.by_arn[arn]
            seconds = queue.visibility_seconds if visibility_seconds is None else visibility_seconds
            found = _visible(queue, most, now)
            for message in found:
                message.receives += 1
                message.first_received_at = message.first_received_at or now
                message.available_at = now + timedelta(seconds=seconds)
            return found

    def delete(self, arn: str, receipts: Iterable[str]) -> None:
        """Forgets the messages of these receipts; those that are gone already are no error."""
        with self.lock:
            queue = self.by_arn[arn]
            keys = [receipt.partition(".")[0] for receipt in receipts]
            gone = [key for key in keys if queue.remove(key)]
            self.state.drop(_MESSAGES, gone)

    def change_visibility(self, arn: str, receipt: str, seconds: int) -> bool:
        """Whether the message was there."""
        with self.lock:
            message = self.by_arn[arn].waiting.get(receipt.partition(".")[0])
            if message:
                message.available_at = self.clock.now() + timedelta(seconds=seconds)
            return message is not None

    def purge(self, arn: str) -> None:
        with self.lock:
            queue = self.by_arn[arn]
            self.delete(arn, [message.receipt for message in queue.waiting.values()])

    def counts(self, arn: str) -> Counts:
        with self.lock:
            return self.by_arn[arn].counts(self.clock.now())

    def _message(self, queue: Queue, outgoing: Outgoing) -> Message:
        queue.sent += 1
        key = f"{hashlib.sha256(queue.arn.encode()).hexdigest()[:16]}-{queue.sent:010}"
        message_id = str(uuid.uuid5(uuid.NAMESPACE_URL, key))
        return Message(key, message_id, outgoing.body, outgoing.at, outgoing.at)


def well_formed(receipt: str) -> bool:
    """Whether this may have been a receipt of ours."""
    key, _, rest = receipt.partition(".")
    return len(key) == 27 and rest.count(".") == 1


def _visible(queue: Queue, most: int, now: datetime) -> list[Message]:
    found: list[Message] = []
    for sent_at, key in queue.order:
        if len(found) == most or sent_at > now:
            break
        if queue.waiting[key].available_at <= now:
            found.append(queue.waiting[key])
    return found


def _document(arn: str, message: Message) -> dict[str, Any]:
    return {
        "arn": arn,
        "message_id": message.message_id,
        "body": message.body,
        "sent_at": message.sent_at.isoformat(),
    }


def _loaded(key: str, kept: dict[str, Any]) -> Message:
    sent_at = datetime.fromisoformat(kept["sent_at"])
    return Message(key, kept["message_id"], kept["body"], sent_at, sent_at)


def _dumped(queue: Queue) -> dict[str, Any]:
    return {
        "created_at": queue.created_at.isoformat(),
        "visibility": queue.visibility_seconds,
        "sent": queue.sent,
    }
