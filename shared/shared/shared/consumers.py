"""The inbox: each event takes effect once, however often it is delivered.

decode → one transaction for the inbox row, the handler's writes and its outbox rows. A handler that
fails is tried again shortly; then the raw message is parked in Postgres with its error, visible and
replayable, and the stream goes on. While Postgres itself is away nothing is parked or skipped.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from .db import CONNECTION_ERRORS, SYSTEM, Db, Tx
from .events import Event, EventData, decode
from .ids import new_id
from .logs import bound
from .metrics import counter
from .tracing import SpanKind, from_traceparent, span

log = logging.getLogger(__name__)

HANDLED = counter("events_handled_total", "Events that took effect, by type", ["type"])
PARKED = counter("messages_parked_total", "Messages put aside after failed attempts", ["topic"])

Outcome = Literal["handled", "duplicate", "ignored", "parked"]
E = TypeVar("E", bound=EventData)
Handler = Callable[[Tx, Event[Any]], Awaitable[None]]

RETRY_PAUSES_SECONDS = (0.05, 0.2, 1.0)
DATABASE_PAUSE_SECONDS = 0.5

_SEEN = """
insert into inbox (event_id) select unnest($1::uuid[]) on conflict do nothing returning event_id
"""
_PARK = """
insert into parked_message (id, topic, partition, kafka_offset, key, value, error)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (topic, partition, kafka_offset) do nothing
"""


_PURGE = "delete from inbox where received_at < now() - make_interval(days => $1)"


@dataclass(frozen=True)
class Subscription:
    """One event type and the function that handles it."""

    data_type: type[EventData]
    handler: Handler


def on(data_type: type[E], handler: Callable[[Tx, Event[E]], Awaitable[None]]) -> Subscription:
    """`HANDLERS = (on(ConnectionAuthorized, store_connection), …)`."""
    return Subscription(data_type, handler)


class Message(Protocol):
    """What is needed of a Kafka record."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes: ...


class Stopping(Exception):
    """The process is going down; the message stays uncommitted and is delivered again."""


class Inbox:
    """Delivers messages to a service's handlers, exactly once in effect."""

    def __init__(self, db: Db, handlers: Sequence[Subscription]) -> None:
        self._db = db
        self._handlers: dict[str, list[Handler]] = {}
        for subscription in handlers:
            self._handlers.setdefault(subscription.data_type.TYPE, []).append(subscription.handler)
        self.stopping = asyncio.Event()

    async def deliver_all(self, messages: Sequence[Message]) -> None:
        """A batch in one transaction; where that fails, message by message with retries and parking."""
        try:
            events = [decode(message.value) for message in messages]
            await self._apply([event for event in events if self._wants(event)])
        except Exception as error:  # noqa: BLE001 - each message gets its own verdict below
            log.debug("batch failed (%s), going one by one", type(error).__name__)
            for message in messages:
                await self.deliver(message)

    async def deliver(self, message: Message) -> Outcome:
        """One message: handled, a duplicate, of an unknown type, or parked. Raises Stopping only."""
        last: Exception | None = None
        attempt = 0
        while attempt <= len(RETRY_PAUSES_SECONDS):
            try:
                return await self._once(message.value)
            except CONNECTION_ERRORS as error:
                await self._pause(DATABASE_PAUSE_SECONDS, error)
                continue
            except ValueError as error:
                last = error
                if _undecodable(message.value):
                    break
            except Exception as error:  # noqa: BLE001 - parked below
                last = error
            if attempt < len(RETRY_PAUSES_SECONDS):
                await self._pause(RETRY_PAUSES_SECONDS[attempt], last)
            attempt += 1
        return await self._park(message, last)

    async def deliver_once(self, raw: bytes) -> Outcome:
        """One attempt, no parking: raises what the handler raised."""
        return await self._once(raw)

    async def purge(self, *, keep_days: int = 30) -> None:
        """Forget ids older than `keep_days`: longer than Kafka keeps messages (7 days by default)."""
        async with self._db.tx(SYSTEM) as tx:
            await tx.execute(_PURGE, keep_days)

    def _wants(self, event: Event[Any] | None) -> bool:
        return event is not None and event.type in self._handlers

    async def _once(self, raw: bytes) -> Outcome:
        event = decode(raw)
        if event is None or not self._wants(event):
            return "ignored"
        return "handled" if await self._apply([event]) else "duplicate"

    async def _apply(self, events: Sequence[Event[Any] | None]) -> int:
        wanted = {event.id: event for event in events if event is not None}
        if not wanted:
            return 0
        async with self._db.tx(SYSTEM) as tx:
            rows = await tx.fetch(_SEEN, sorted(wanted))
            fresh = {row["event_id"] for row in rows}
            for event in (event for event in wanted.values() if event.id in fresh):
                await self._handle(tx, event)
        return len(fresh)

    async def _handle(self, tx: Tx, event: Event[Any]) -> None:
        parent = from_traceparent(event.traceparent)
        with (
            span(f"handle {event.type}", parent=parent, kind=SpanKind.CONSUMER),
            bound(event_id=str(event.id), org=str(event.tenantid)),
        ):
            for handler in self._handlers[event.type]:
                await handler(tx, event)
        HANDLED.labels(type=event.type).inc()

    async def _pause(self, seconds: float, error: Exception) -> None:
        log.warning("event not handled yet: %s: %s", type(error).__name__, error)
        if self.stopping.is_set():
            raise Stopping from error
        await asyncio.sleep(seconds)

    async def _park(self, message: Message, error: Exception | None) -> Outcome:
        text = f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
        while True:
            try:
                async with self._db.tx(SYSTEM) as tx:
                    await tx.execute(
                        _PARK,
                        new_id(),
                        message.topic,
                        message.partition,
                        message.offset,
                        message.key,
                        message.value,
                        text,
                    )
            except CONNECTION_ERRORS as failure:
                await self._pause(DATABASE_PAUSE_SECONDS, failure)
                continue
            PARKED.labels(topic=message.topic).inc()
            log.error("parked %s/%s/%s: %s", message.topic, message.partition, message.offset, text)
            return "parked"


def _undecodable(raw: bytes) -> bool:
    try:
        decode(raw)
    except ValueError:
        return True
    return False


@dataclass(frozen=True)
class _Direct:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes


async def deliver(
    db: Db, handlers: Sequence[Subscription], event: Event[Any] | bytes, *, offset: int = 0
) -> Outcome:
    """Deliver one event as the consumer does; for tests and replays."""
    raw = event if isinstance(event, bytes) else event.model_dump_json().encode()
    return await Inbox(db, handlers).deliver(_Direct("direct", 0, offset, None, raw))
