"""An outage of Amazon's token host, and a client that Amazon refuses, over several replicas."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx
import pytest
from infra.credentials import Replica, World, facts, payloads, refused
from shared.db import SYSTEM
from shared.errors import Unavailable
from token_refresher import breaker_queries, jobs
from token_refresher.breaker import HOST_DOWN, HOST_FAILURES, Breaker

from shared import metrics


async def due(world: World, count: int, *, batch: int = 1) -> tuple[Replica, list[UUID]]:
    replica = await world.replica(batch=batch)
    ids = [await world.grant(replica.db, number=n) for n in range(count)]
    world.clock.forward(minutes=51)
    return replica, ids


async def breaker(replica: Replica, name: str) -> Breaker:
    async with replica.db.read(SYSTEM) as tx:
        return next(b for b in await breaker_queries.list_all(tx) if b.name == name)


def out(times: int) -> list[httpx.Response | Exception]:
    return [httpx.Response(503) for _ in range(times)]


async def test_an_outage_stops_calls_of_all_replicas_and_one_probe_ends_it(world: World) -> None:
    one, ids = await due(world, 20)
    two = await world.replica()
    world.amazon.script = out(HOST_FAILURES)
    await one.refresher.tick()
    assert len(world.amazon.asked) == HOST_FAILURES
    assert (await breaker(one, "NA")).cause == "unavailable"
    for replica in (two, one, two):
        await replica.refresher.tick()
    assert len(world.amazon.asked) == HOST_FAILURES
    rows = [await world.row(one.db, i) for i in ids]
    assert {row.state for row in rows} == {"retrying"}
    assert sum(row.last_error_code == HOST_DOWN for row in rows) == 20 - HOST_FAILURES
    world.clock.forward(seconds=6)
    await asyncio.gather(one.refresher.tick(), two.refresher.tick())
    assert not (await breaker(one, "NA")).open
    await one.refresher.tick()
    rows = [await world.row(one.db, i) for i in ids]
    assert {(row.state, row.version) for row in rows} == {("healthy", 2)}
    assert len(world.amazon.asked) == HOST_FAILURES + 20


async def test_in_an_outage_each_grant_fails_and_recovers_in_one_event(world: World) -> None:
    replica, _ = await due(world, 12)
    world.amazon.script = out(HOST_FAILURES + 6)
    for _ in range(8):
        await replica.refresher.tick()
        world.clock.forward(seconds=31)
    assert len(world.amazon.asked) == HOST_FAILURES + 6 + 12
    told = (await facts(replica.db))[12:]
    assert told.count("credential.refresh_failed") == 12
    assert told.count("credential.recovered") == 12
    assert told.count("credential.refreshed") == 12


async def test_a_failed_probe_is_one_call_and_the_next_one_comes_later(world: World) -> None:
    replica, _ = await due(world, 10)
    world.amazon.script = out(HOST_FAILURES + 2)
    await replica.refresher.tick()
    world.clock.forward(seconds=6)
    await replica.refresher.tick()
    await replica.refresher.tick()
    assert len(world.amazon.asked) == HOST_FAILURES + 1
    state = await breaker(replica, "NA")
    assert state.probe_at is not None
    assert 5 <= (state.probe_at - world.clock.now).total_seconds() <= 10


async def test_of_many_replicas_one_sends_the_probe(world: World) -> None:
    replica, _ = await due(world, 10)
    world.amazon.script = out(HOST_FAILURES + 10)
    await replica.refresher.tick()
    replicas = [await world.replica() for _ in range(4)]
    world.clock.forward(seconds=6)
    await asyncio.gather(*(r.refresher.tick() for r in replicas))
    assert len(world.amazon.asked) == HOST_FAILURES + 1


async def test_a_prober_that_dies_is_replaced_when_its_lease_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica, ids = await due(world, 10)
    world.amazon.script = out(HOST_FAILURES)
    await replica.refresher.tick()
    world.clock.forward(seconds=6)

    async def vanish(_: object) -> None:
        return None

    with monkeypatch.context() as patch:
        patch.setattr(replica.refresher, "refresh", vanish)
        await replica.refresher.tick()
    await replica.refresher.tick()
    assert len(world.amazon.asked) == HOST_FAILURES
    world.clock.forward(seconds=46)
    await replica.refresher.tick()
    await replica.refresher.tick()
    assert {(await world.row(replica.db, i)).version for i in ids} == {2}


async def test_a_probe_nobody_is_due_for_is_left_to_the_next(world: World) -> None:
    replica, ids = await due(world, HOST_FAILURES)
    async with replica.db.tx(SYSTEM) as tx:
        now = world.clock.now
        await breaker_queries.open_breaker(tx, "EU", now, now, "unavailable")
    await replica.refresher.tick()
    eu = await breaker(replica, "EU")
    assert (eu.probe_at, eu.probes) == (world.clock.now, 0)
    assert {(await world.row(replica.db, i)).version for i in ids} == {2}


async def test_behind_an_open_breaker_living_tokens_are_handed_out_and_no_call_is_made(
    world: World,
) -> None:
    replica, (*_, last) = await due(world, HOST_FAILURES + 1)
    world.amazon.script = [httpx.Response(503, headers={"Retry-After": "600"})] * HOST_FAILURES  # type: ignore[assignment]
    await replica.refresher.tick()
    world.clock.forward(minutes=6)
    token = await replica.handout.get(world.ask(last))
    assert (token.token, token.remaining_seconds) == (f"Atza|first-{HOST_FAILURES}", 180)
    world.clock.forward(minutes=3)
    with pytest.raises(Unavailable) as error:
        await replica.handout.get(world.ask(last))
    assert error.value.code == "credential_retrying"
    assert error.value.retry_after_seconds == 60
    assert len(world.amazon.asked) == HOST_FAILURES


async def test_a_hand_out_may_be_the_probe(world: World) -> None:
    replica, (*_, last) = await due(world, HOST_FAILURES + 1)
    world.amazon.script = out(HOST_FAILURES)
    await replica.refresher.tick()
    world.clock.forward(minutes=6)
    assert (await replica.handout.get(world.ask(last))).token.startswith("Atza|minted")
    assert not (await breaker(replica, "NA")).open


async def test_a_refused_client_is_told_of_once_and_asked_slowly(world: World) -> None:
    replica, ids = await due(world, 30, batch=10)
    world.amazon.script = [refused("invalid_client", 401) for _ in range(12)]
    await replica.refresher.tick()
    assert len(world.amazon.asked) == 10  # those under way when the first one failed
    for _ in range(12):
        world.clock.forward(seconds=5)
        await replica.refresher.tick()
    assert len(world.amazon.asked) <= 12
    rows = [await world.row(replica.db, i) for i in ids]
    assert {row.state for row in rows} == {"client_misconfigured"}
    failed = [e for e in await payloads(replica.db) if e["type"] == "credential.refresh_failed"]
    assert [e["data"]["error_code"] for e in failed] == ["invalid_client"]


async def test_a_corrected_client_heals_everything_by_itself(world: World) -> None:
    replica, ids = await due(world, 30, batch=10)
    world.amazon.script = [refused("invalid_client", 401) for _ in range(12)]
    for _ in range(8):
        await replica.refresher.tick()
        world.clock.forward(minutes=5)
    rows = [await world.row(replica.db, i) for i in ids]
    assert {row.state for row in rows} == {"healthy"}
    assert not (await breaker(replica, "client")).open


async def test_a_restart_tries_the_client_at_once(world: World) -> None:
    replica, ids = await due(world, 2)
    world.amazon.script = [refused("invalid_client", 401)]
    await replica.refresher.tick()
    await replica.refresher.tick()
    assert len(world.amazon.asked) == 1
    corrected = await world.replica()
    await corrected.refresher.start()
    await corrected.refresher.tick()
    assert {(await world.row(replica.db, i)).state for i in ids} == {"healthy"}


async def test_one_odd_grant_does_not_hold_up_the_installation(world: World) -> None:
    replica, ids = await due(world, 6, batch=1)
    world.amazon.script = [refused("unauthorized_client", 400)]
    await replica.refresher.tick()
    states = [(await world.row(replica.db, i)).state for i in ids]
    assert sorted(states) == ["client_misconfigured", *["healthy"] * 5]
    assert len(world.amazon.asked) == 6


async def test_an_open_breaker_shows_on_the_metrics(world: World) -> None:
    replica, _ = await due(world, HOST_FAILURES)
    world.amazon.script = out(HOST_FAILURES)
    await replica.refresher.tick()
    await jobs.count_states(replica.db, world.clock)()
    text = metrics.render()[0].decode()
    assert "leadline_credential_refreshes_overdue 0.0" in text
    world.clock.forward(minutes=11)
    await jobs.count_states(replica.db, world.clock)()
    overdue = f"leadline_credential_refreshes_overdue {HOST_FAILURES}.0"
    assert overdue in metrics.render()[0].decode()
    assert 'leadline_token_gate_open{gate="NA"} 1.0' in text
    assert 'leadline_token_gate_open{gate="client"} 0.0' in text


async def test_the_only_grant_of_an_installation_is_probed_as_often_as_one_of_many(
    world: World,
) -> None:
    replica, (only,) = await due(world, 1)
    world.amazon.script = out(200)
    for _ in range(60):  # ten minutes
        await replica.refresher.tick()
        world.clock.forward(seconds=10)
    world.amazon.script = []
    for _ in range(5):
        await replica.refresher.tick()
        world.clock.forward(seconds=10)
    assert (await world.row(replica.db, only)).state == "healthy"
