"""One service on the bus: consumes with its handlers, relays its outbox, outlives the broker.

Kafka may be down when the process starts and go away at any time: HTTP is served all the while, the
connection is retried in the background, and /readyz says so.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from . import idempotency, outbox
from .consumers import Inbox, Subscription
from .db import Db
from .events import topics_of
from .kafka import ensure_topics, make_producer, publish_rows, security_of
from .metrics import counter, gauge
from .settings import ServiceSettings

log = logging.getLogger(__name__)

RELAYED = counter("outbox_relayed_total", "Events handed to Kafka")
CONNECTED = gauge("bus_connected", "1 while this part of the service reaches Kafka", ["part"])
LAG = gauge("consumer_lag_messages", "Messages behind the end of the topic", ["topic"])

RELAY_POLL_SECONDS = 1.0
LAG_SECONDS = 10.0
PURGE_SECONDS = 3600.0


class Bus:
    """A resource: `start` returns at once and connects in the background."""

    required = False
    """/readyz tells of a broker that is away; requests are served without one (ADR 0021)."""

    def __init__(
        self,
        settings: ServiceSettings,
        db: Db,
        *,
        service: str,
        handlers: Sequence[Subscription] = (),
    ) -> None:
        self.inbox = Inbox(db, handlers)
        self._settings = settings
        self._db = db
        self._service = service
        self._topics = sorted({topic for heard in handlers for topic in heard.data_type.topics()})
        self._broker: KafkaBroker | None = None
        self._consuming = not self._topics
        self._producer: AIOKafkaProducer | None = None
        self._tasks: list[asyncio.Task[None]] = []
        CONNECTED.labels("consumer").set_function(lambda: self._consuming)
        CONNECTED.labels("producer").set_function(lambda: self._producer is not None)

    async def start(self) -> None:
        for work in (self._consume_forever, self._relay_forever, self._watch_lag, self._tidy):
            self._tasks.append(asyncio.create_task(work(), name=f"bus:{work.__name__}"))

    async def stop(self) -> None:
        self.inbox.stopping.set()
        if self._broker is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._broker.stop(), 8)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._drop_producer()

    async def ready(self) -> str | None:
        """None when consuming and able to publish."""
        if not self._consuming:
            return "kafka: not consuming yet"
        return None if self._producer is not None else "kafka: not connected yet"

    async def _consume_forever(self) -> None:
        if not self._topics:
            return
        await self._until_done(self._start_consuming, "consumer")

    async def _until_done(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        pause = 0.2
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - the broker may be anything but there
                log.warning("kafka %s: %s: %s", name, type(error).__name__, error)
            else:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _start_consuming(self) -> None:
        await ensure_topics(self._settings, sorted({*self._topics, *topics_of(self._service)}))
        broker = KafkaBroker(
            self._settings.kafka_bootstrap_servers,
            security=security_of(self._settings),
            client_id=f"{self._service}-{self._settings.replica_id}",
            apply_types=False,
            decoder=_records,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            graceful_timeout=8,
            logger=log,
            log_level=logging.DEBUG,
        )
        broker.subscriber(
            *self._topics,
            batch=True,
            group_id=self._service,
            group_instance_id=f"{self._service}-{self._settings.replica_id}",
            auto_offset_reset="earliest",
            max_records=200,
            batch_timeout_ms=100,
            fetch_max_wait_ms=100,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=1_000,
        )(self._consume)
        try:
            await broker.start()
        except BaseException:
            with contextlib.suppress(Exception):
                await broker.stop()  # else half-open clients pile up
            raise
        self._broker, self._consuming = broker, True

    async def _consume(self, records: list[Any]) -> None:
        await self.inbox.deliver_all(records)

    async def _relay_forever(self) -> None:
        await self._until_done(self._start_producer, "producer")
        while True:
            self._db.wake.clear()
            try:
                sent = await outbox.relay_once(self._db, self._publish)
            except Exception as error:  # noqa: BLE001 - what was not sent stays in the outbox
                await self._recover(error)
                continue
            RELAYED.inc(sent)
            if sent < outbox.BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._db.wake.wait(), RELAY_POLL_SECONDS)

    async def _recover(self, error: Exception) -> None:
        """After a failed send the producer is made anew: an idempotent one does not go on after a gap."""
        log.warning("outbox relay: %s: %s", type(error).__name__, error)
        await asyncio.sleep(RELAY_POLL_SECONDS)
        if isinstance(error, KafkaError):
            await self._drop_producer()
            await self._until_done(self._start_producer, "producer")

    async def _start_producer(self) -> None:
        await ensure_topics(self._settings, topics_of(self._service))
        producer = make_producer(self._settings)
        try:
            await producer.start()
        except BaseException:
            with contextlib.suppress(Exception):
                await producer.stop()
            raise
        self._producer = producer

    async def _publish(self, rows: Sequence[Any]) -> tuple[int, Exception | None]:
        if self._producer is None:
            raise RuntimeError("the producer is not started")
        return await publish_rows(self._producer, rows)

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(producer.stop(), 5)

    async def _watch_lag(self) -> None:
        while True:
            await asyncio.sleep(LAG_SECONDS)
            if self._broker is not None:
                with contextlib.suppress(Exception):
                    await self._measure_lag(self._broker)

    async def _measure_lag(self, broker: KafkaBroker) -> None:
        behind = dict.fromkeys(self._topics, 0)
        for subscriber in broker.subscribers:
            consumer: Any = getattr(subscriber, "consumer", None)
            if consumer is None:
                continue
            for partition in consumer.assignment():
                end = consumer.highwater(partition)
                position = await asyncio.wait_for(consumer.position(partition), 2)
                behind[partition.topic] += max(0, (end or position) - position)
        for topic, messages in behind.items():
            LAG.labels(topic=topic).set(messages)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(PURGE_SECONDS)
            with contextlib.suppress(Exception):
                await outbox.purge(self._db)
                await self.inbox.purge()
                await idempotency.purge(self._db)


async def _records(message: Any) -> list[Any]:
    """The raw records of a batch: decoding is the inbox's, which parks what it can't read."""
    return list(message.raw_message)
