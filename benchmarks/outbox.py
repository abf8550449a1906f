"""Outbox commit → handler: latency and throughput, against the raw idempotent producer.

`python -m benchmarks outbox`: about a minute, its own Postgres and Apache Kafka. The path is the real one:
`outbox.add` in a transaction, the relay, Kafka, the inbox transaction and a handler that notes the time.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from embedded.kafka import Kafka
from embedded.postgres import Postgres
from embedded.unprivileged import scratch_folder
from servers import PASSWORD, free_port, provisioned
from shared.bus import Bus
from shared.consumers import on
from shared.db import SYSTEM, Db, Tx
from shared.events import BrandCreated, Event, make_event
from shared.ids import new_id
from shared.internal_tokens import generate_keypair
from shared.kafka import make_producer
from shared.settings import ServiceSettings

from shared import outbox

EVENTS, PACED, RATE = 20_000, 600, 100
CHUNK = 500


@dataclass
class Seen:
    """When each event reached the handler, by its name."""

    at: dict[str, float] = field(default_factory=dict[str, float])
    wanted: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, _tx: Tx, event: Event[BrandCreated]) -> None:
        self.at[event.data.name] = time.perf_counter()
        if len(self.at) >= self.wanted:
            self.done.set()

    def expect(self, count: int) -> None:
        self.at.clear()
        self.wanted = count
        self.done.clear()


async def main() -> None:
    async with running() as (db, settings, seen):
        raw = await raw_producer(settings)
        through, written = await throughput(db, seen)
        latencies = await paced(db, seen)
    print(f"{EVENTS:,} events for throughput, {PACED} at {RATE}/s for latency\n")
    print("| path | events/s | ratio to the raw producer |")
    print("|---|---|---|")
    print(f"| raw idempotent producer, pipelined | {raw:,.0f} | 1 |")
    print(f"| writers: outbox.add, {CHUNK} a transaction | {written:,.0f} | {written / raw:.2f} |")
    print(f"| commit → handler (inbox), end to end | {through:,.0f} | {through / raw:.2f} |")
    cuts = statistics.quantiles(latencies, n=100)
    print(f"\ncommit → handler: p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms")
    print(
        "Limits: the producer is bound by its Python; end to end adds two Postgres commits per batch,"
    )
    print("envelope validation per event, and everything shares this machine's cores.")


@asynccontextmanager
async def running() -> AsyncGenerator[tuple[Db, ServiceSettings, Seen]]:
    with scratch_folder() as folder:
        kafka = Kafka(folder / "kafka", free_port(), free_port())
        async with Postgres(folder / "postgres", free_port(), password=PASSWORD) as server, kafka:
            url = await provisioned(server, "auth")
            settings = make_settings(url, kafka.bootstrap)
            async with connected(settings, folder) as (db, seen):
                yield db, settings, seen


@asynccontextmanager
async def connected(settings: ServiceSettings, _folder: Path) -> AsyncGenerator[tuple[Db, Seen]]:
    """A service that publishes brand events and consumes its own."""
    db = Db(settings.database_url.get_secret_value(), schema="auth")
    seen = Seen()
    bus = Bus(settings, db, service="auth", handlers=(on(BrandCreated, seen.handle),))
    await db.start()
    await bus.start()
    try:
        while await bus.ready():
            await asyncio.sleep(0.05)
        yield db, seen
    finally:
        await bus.stop()
        await db.stop()


def make_settings(url: str, bootstrap: str) -> ServiceSettings:
    private, public = generate_keypair()
    values = {
        "database_url": url,
        "kafka_bootstrap_servers": bootstrap,
        "redis_url": "redis://127.0.0.1:1/0",
        "object_store_url": "memory:///",
        "service_port": 1,
        "internal_signing_key": private,
        "internal_public_keys": {"auth": public},
        "public_url": "http://127.0.0.1:1",
    }
    return ServiceSettings(**values)  # pyright: ignore[reportArgumentType]


async def raw_producer(settings: ServiceSettings) -> float:
    """Events a second straight into a topic nobody reads."""
    payload = make_event(BrandCreated(brand_id=new_id(), name="x"), new_id()).model_dump_json()
    producer = make_producer(settings)
    await producer.start()
    started = time.perf_counter()
    sends = [await producer.send("auth.access.v1", payload.encode()) for _ in range(EVENTS)]
    await asyncio.gather(*sends)
    took = time.perf_counter() - started
    await producer.stop()
    return EVENTS / took


async def throughput(db: Db, seen: Seen) -> tuple[float, float]:
    """(events a second from first commit to last handler, events a second written)."""
    organization = new_id()
    seen.expect(EVENTS)
    started = time.perf_counter()
    for first in range(0, EVENTS, CHUNK):
        async with db.tx(SYSTEM) as tx:
            for number in range(first, first + CHUNK):
                await add(tx, organization, f"bulk-{number}")
    written = time.perf_counter() - started
    await asyncio.wait_for(seen.done.wait(), 120)
    return EVENTS / (time.perf_counter() - started), EVENTS / written


async def paced(db: Db, seen: Seen) -> list[float]:
    """Seconds from commit to handler at a steady rate."""
    organization = new_id()
    seen.expect(PACED)
    committed: dict[str, float] = {}
    for number in range(PACED):
        name = f"paced-{number}"
        async with db.tx(SYSTEM) as tx:
            await add(tx, organization, name)
        committed[name] = time.perf_counter()
        await asyncio.sleep(1 / RATE)
    await asyncio.wait_for(seen.done.wait(), 60)
    return [max(0.0, seen.at[name] - at) for name, at in committed.items()]


async def add(tx: Tx, organization: UUID, name: str) -> None:
    event = BrandCreated(brand_id=new_id(), name=name)
    await outbox.add(tx, event, organization_id=organization)


if __name__ == "__main__":
    asyncio.run(main())
