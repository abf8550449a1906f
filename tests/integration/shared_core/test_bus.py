"""The bus on a real Apache Kafka: through, twice, and over the broker's absence."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from infra.databases import MakeDb
from infra.embedded_parts import free_port
from infra.events import (
    EFFECTS,
    brand_created,
    effects,
    eventually,
    record_effect,
    service_settings,
)
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from shared.bus import Bus
from shared.consumers import on
from shared.db import SYSTEM, Db
from shared.events import BrandCreated
from shared.ids import new_id
from shared.tracing import span, stop_tracing, use_exporter

from shared import outbox

HANDLERS = (on(BrandCreated, record_effect),)


@pytest.fixture
async def db(make_db: MakeDb, tmp_path: Path) -> Db:
    (tmp_path / "0001_effects.sql").write_text(EFFECTS)
    return await make_db("effects", tmp_path)


@asynccontextmanager
async def connected(db: Db, kafka: str) -> AsyncGenerator[tuple[Bus, Bus]]:
    """A service that publishes, and another that reads all there is."""
    settings = service_settings(db.url, kafka)
    publisher = Bus(settings, db, service="auth")
    consumer = Bus(settings, db, service=f"reader-{new_id().hex[:6]}", handlers=HANDLERS)
    await publisher.start()
    await consumer.start()
    try:
        yield publisher, consumer
    finally:
        await consumer.stop()
        await publisher.stop()


async def named(db: Db, name: str) -> list[str]:
    """The effects of this name; the topic may hold other tests' events, too."""
    return [found for _, found in await effects(db) if found == name]


async def test_a_committed_event_reaches_the_handler_and_a_second_sending_changes_nothing(
    db: Db, kafka_bootstrap: str, organization_id: UUID
) -> None:
    async with connected(db, kafka_bootstrap) as (publisher, consumer):
        async with db.tx(SYSTEM) as tx:
            await outbox.add(tx, brand_created("once"), organization_id=organization_id)
        assert await eventually(lambda: named(db, "once"))
        async with db.tx(SYSTEM) as tx:
            await tx.execute("update outbox set published_at = null")
            await outbox.add(tx, brand_created("then"), organization_id=organization_id)

        assert await eventually(lambda: named(db, "then"))
        assert await named(db, "once") == ["once"]
        assert await publisher.ready() is None
        assert await consumer.ready() is None


async def test_a_bus_without_a_broker_starts_says_so_and_stops(db: Db) -> None:
    bus = Bus(
        service_settings(db.url, f"127.0.0.1:{free_port()}"),
        db,
        service="auth",
        handlers=HANDLERS,
    )
    await bus.start()
    assert await bus.ready() == "kafka: not consuming yet"
    await bus.stop()


async def test_one_trace_runs_from_the_request_through_outbox_and_kafka_into_the_handler(
    db: Db, kafka_bootstrap: str, organization_id: UUID
) -> None:
    exporter = InMemorySpanExporter()
    provider = use_exporter("auth", exporter)
    async with connected(db, kafka_bootstrap):
        with span("POST /v1/brands") as request:
            async with db.tx(SYSTEM) as tx:
                await outbox.add(tx, brand_created("traced"), organization_id=organization_id)
        assert await eventually(lambda: named(db, "traced"))
    provider.force_flush()
    handled = {
        s.context.trace_id
        for s in exporter.get_finished_spans()
        if s.context and s.name == "handle brand.created"
    }
    stop_tracing()
    assert request.get_span_context().trace_id in handled
