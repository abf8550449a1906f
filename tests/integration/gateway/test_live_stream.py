"""`/v1/events` from the first hello to the reason it ended, and from a real broker."""

import asyncio
import json
import os
import signal
import sys
from typing import Any
from uuid import UUID

import aiohttp
from aiokafka import AIOKafkaProducer
from gateway.settings import Settings
from infra.edge import Behind, Browser, Serve, as_user
from infra.edge_streams import metrics, opened, publish
from infra.embedded_parts import free_port
from infra.events import eventually
from pydantic import SecretStr
from shared.events import Event, MetricsUpdated, SessionRevoked, make_event
from shared.ids import new_id


async def test_streams_carry_their_own_organization_and_brands_only(
    serve: Serve, settings: Settings, behind: Behind,
    organization_id: UUID, other_organization_id: UUID,
) -> None:  # fmt: skip
    running = await serve(settings)
    brand = new_id()
    behind.sign_in("whole", organization_id)
    behind.sign_in("guest", organization_id, brands=[brand])
    behind.sign_in("foreign", other_organization_id)
    ours, branded, theirs = (
        metrics(organization_id),
        metrics(organization_id, brand),
        metrics(other_organization_id, brand),
    )
    async with (
        opened(running.root, "whole") as whole,
        opened(running.root, "guest") as guest,
        opened(running.root, "foreign") as foreign,
    ):
        for stream in (whole, guest, foreign):
            name, data, _ = await stream.next()
            assert (name, data["resumed"]) == ("hello", False)
        for event in (ours, branded, theirs):
            publish(running, event)
        assert [(await whole.next())[2] for _ in range(2)] == [str(ours.id), str(branded.id)]
        name, data, event_id = await guest.next()
        assert (name, event_id) == ("metrics.updated", str(branded.id))
        assert data["organization_id"] == str(organization_id)
        assert data["data"]["rows_changed"] == 3
        assert (await foreign.next())[2] == str(theirs.id)


async def test_a_browser_resumes_where_it_was_cut_off(
    serve: Serve, settings: Settings, behind: Behind, organization_id: UUID
) -> None:
    running = await serve(settings)
    behind.sign_in("t", organization_id)
    first, missed = metrics(organization_id), metrics(organization_id)
    publish(running, first)
    publish(running, missed)
    async with opened(running.root, "t", **{"last-event-id": str(first.id)}) as stream:
        assert (await stream.next())[1]["resumed"] is True
        assert (await stream.next())[2] == str(missed.id)
    async with opened(running.root, "t", **{"last-event-id": str(new_id())}) as stream:
        assert (await stream.next())[1]["resumed"] is False


async def test_a_session_that_ends_ends_its_stream_without_any_event(
    serve: Serve, settings: Settings, behind: Behind, organization_id: UUID
) -> None:
    running = await serve(settings.model_copy(update={"live_session_check_seconds": 0.05}))
    behind.sign_in("t", organization_id)
    async with opened(running.root, "t") as stream:
        await stream.next()
        behind.sessions.clear()
        name, data, _ = await stream.next()
        assert (name, data) == ("closed", {"reason": "session_ended"})
        assert await stream.answer.read() == b""


async def test_heartbeats_carry_the_servers_clock(
    serve: Serve, settings: Settings, behind: Behind, organization_id: UUID
) -> None:
    running = await serve(settings.model_copy(update={"live_heartbeat_seconds": 0.05}))
    behind.sign_in("t", organization_id)
    async with opened(running.root, "t") as stream:
        names = [await stream.next() for _ in range(3)]
    assert [name for name, _, _ in names] == ["hello", "heartbeat", "heartbeat"]
    assert all("server_time" in data for _, data, _ in names)


async def test_logout_ends_the_sessions_streams(
    serve: Serve, settings: Settings, behind: Behind, browser: Browser, organization_id: UUID
) -> None:
    running = await serve(settings)
    behind.sign_in("t", organization_id)
    client = Browser(browser.http, running.root)
    async with opened(running.root, "t") as stream:
        await stream.next()
        assert (await client.status("DELETE", "/v1/session", headers=as_user("t")))[0] == 200
        assert (await stream.next())[1] == {"reason": "session_ended"}


async def test_too_many_streams_of_one_session_are_refused(
    serve: Serve, settings: Settings, behind: Behind, browser: Browser, organization_id: UUID
) -> None:
    running = await serve(settings.model_copy(update={"live_streams_per_session": 1}))
    behind.sign_in("t", organization_id)
    async with opened(running.root, "t") as stream:
        await stream.next()
        client = Browser(browser.http, running.root)
        status, problem = await client.status("GET", "/v1/events", headers=as_user("t"))
        assert (status, problem["code"]) == (429, "too_many_streams")


async def test_a_stopping_process_says_goodbye(
    serve: Serve, settings: Settings, behind: Behind, organization_id: UUID
) -> None:
    running = await serve(settings)
    behind.sign_in("t", organization_id)
    async with opened(running.root, "t") as stream:
        await stream.next()
        running.edge.parts.live.hub.close()
        assert (await stream.next())[1] == {"reason": "shutdown"}


async def test_events_of_the_broker_reach_the_stream_and_revocations_end_it(
    serve: Serve, settings: Settings, behind: Behind, kafka_bootstrap: str, organization_id: UUID
) -> None:
    running = await serve(settings.model_copy(update={"kafka_bootstrap_servers": kafka_bootstrap}))
    session = behind.sign_in("t", organization_id)
    probe = running.edge.parts.readiness.parts["live"]

    async def reading() -> bool:
        return await probe() is None

    await eventually(reading)
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap)
    await producer.start()
    try:
        async with opened(running.root, "t") as stream:
            await stream.next()
            event = metrics(organization_id)
            for _ in range(2):
                await _send(producer, event)
            await producer.send_and_wait(MetricsUpdated.TOPIC, b"\xff not an event")
            assert (await stream.next())[2] == str(event.id)
            ended = SessionRevoked(
                subject_id=UUID(session["session_id"]), user_id=UUID(session["subject"])
            )
            await _send(producer, make_event(ended, organization_id))
            assert (await stream.next())[1] == {"reason": "session_ended"}
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, event: Event[Any]) -> None:
    await producer.send_and_wait(event.data.TOPIC, event.model_dump_json().encode())


async def test_a_process_told_to_stop_ends_its_streams_and_itself(
    settings: Settings, behind: Behind, organization_id: UUID
) -> None:
    behind.sign_in("t", organization_id)
    port = free_port()
    environment = {**os.environ, **_environment(settings), "SERVICE_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await eventually(lambda: _answers(port))
        async with opened(f"http://127.0.0.1:{port}", "t") as stream:
            await stream.next()
            process.terminate()
            assert (await stream.next())[1] == {"reason": "shutdown"}
            async with asyncio.timeout(20):
                assert await process.wait() in {0, -signal.SIGTERM}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _answers(port: int) -> bool:
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{port}/livez") as answer,
        ):
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def _environment(settings: Settings) -> dict[str, str]:
    values = settings.model_dump(mode="json")
    for name, value in settings:
        if isinstance(value, SecretStr):
            values[name] = value.get_secret_value()
    return {
        name.upper(): json.dumps(value) if isinstance(value, dict) else str(value)
        for name, value in values.items()
        if value is not None
    }
