"""The whole service as it runs: real loops, real Kafka, real Valkey."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from dsp_ingest.main import create_app
from httpx import MockTransport
from infra.events import eventually
from infra.ingest import Rig
from shared.events.envelope import make_event
from shared.ids import new_id
from shared.kafka import make_producer


@pytest.fixture
def quiet() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_an_event_on_kafka_becomes_landed_files_and_events(
    rig: Rig, quiet: None, kafka_bootstrap: str, redis_url: str
) -> None:
    organization_id = new_id()
    rig.sandbox.state.deps.clock.set(None, frozen=False)
    await rig.pace(pending_seconds=0, processing_seconds=0.2)
    advertiser = await rig.advertiser(organization_id)
    settings = rig.settings(
        kafka_bootstrap_servers=kafka_bootstrap,
        redis_url=redis_url,
        plan_tick_seconds=0.1,
        work_tick_seconds=0.1,
        poll_min_seconds=0.1,
    )
    app = create_app(
        settings,
        clock=lambda: datetime.now(UTC),
        amazon_transport=rig.wire,
        token_transport=MockTransport(rig.desk.answer),
    )
    async with app.router.lifespan_context(app):
        producer = make_producer(settings)
        await producer.start()
        data = advertiser.linked()
        event = make_event(data, organization_id)
        for _ in range(2):
            await producer.send_and_wait(
                data.TOPIC, event.model_dump_json().encode(), key=data.subject.encode()
            )
        await producer.stop()

        async def completed() -> bool:
            return {sync["state"] for sync in await rig.syncs()} == {"completed"}

        await eventually(completed, seconds=60)
        assert len(await rig.syncs()) == 1
        assert len(await rig.events("report.landed")) == 2
        for resource in app.state.resources:
            if hasattr(resource, "alive"):
                assert await resource.alive() is None
    assert not (rig.folder / "scratch" / "leadline-dsp-ingest-8733-0").exists()
