"""Builds the stream's loops; nothing is built without a queue."""

from dataclasses import dataclass

import httpx
from shared.clock import Clock
from shared.db import Db
from shared.loops import Loops
from shared.objects import ObjectStore

from dsp_ingest.reports.clients import Amazon
from dsp_ingest.settings import Settings

from .domain import queues_of
from .jobs import Lander, Receiver, Subscriber, Sweeper
from .service import Patience
from .sqs import Sqs


@dataclass(frozen=True, slots=True)
class Parts:
    """What the stream shares with the rest of the service."""

    db: Db
    amazon: Amazon
    store: ObjectStore
    clock: Clock


def schedule_streams(
    settings: Settings, loops: Loops, parts: Parts, transport: httpx.AsyncBaseTransport | None
) -> list[Sqs]:
    """Adds the loops; answers what is to be started and stopped: nothing where no queue is set."""
    queues = queues_of(settings.stream_queue_urls)
    if not queues:
        return []
    sqs = Sqs(httpx.AsyncClient(transport=transport, trust_env=not settings.amazon_base_url))
    seconds = settings.stream_tick_seconds
    for queue in queues:
        receiver = Receiver(
            parts.db,
            sqs,
            queue,
            parts.clock,
            settings.amazon_base_url,
            settings.stream_wait_seconds,
        )
        loops.every(seconds, receiver.tick, f"stream-{queue.region}")
    patience = patience_of(settings)
    check_seconds = settings.stream_check_seconds
    subscriber = Subscriber(parts.db, parts.amazon, queues, parts.clock, check_seconds)
    loops.every(seconds, Lander(parts.db, parts.store, parts.clock, patience).tick, "stream-land")
    loops.every(seconds, subscriber.tick, "stream-subscribe")
    loops.every(3600, Sweeper(parts.db, parts.clock).tick, "stream-sweep")
    return [sqs]


def patience_of(settings: Settings) -> Patience:
    """How long changed days wait, from settings."""
    return Patience(
        settings.stream_settle_seconds, settings.stream_longest_wait_seconds, settings.lease_seconds
    )
