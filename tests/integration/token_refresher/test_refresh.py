from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from cryptography.fernet import Fernet
from infra.credentials import KEYS, Replica, World, facts, minted, payloads, refused
from shared.keyring import KeyRing
from token_refresher import apply_queries, refresher, service

from shared import outbox


async def due(world: World) -> tuple[Replica, UUID]:
    """A replica and a connection whose refresh is due; the first fact is its grant."""
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=51)
    return replica, connection_id


async def test_a_due_credential_is_refreshed_once_and_says_so(world: World) -> None:
    replica, connection_id = await due(world)
    await replica.refresher.tick()
    await replica.refresher.tick()
    row = await world.row(replica.db, connection_id)
    assert world.amazon.asked == ["Atzr|grant-0"]
    assert world.keys.decrypt(row.access) == "Atza|minted-1"
    assert row.expires_at == world.clock.now + timedelta(hours=1)
    left = row.expires_at - row.next_refresh_at
    assert timedelta(minutes=10) <= left <= timedelta(minutes=15)
    assert (row.version, row.attempts, row.lease_until) == (2, 0, None)
    assert await facts(replica.db) == ["credential.refreshed"] * 2


async def test_nothing_is_refreshed_before_its_time(world: World) -> None:
    replica = await world.replica()
    await world.grant(replica.db)
    world.clock.forward(minutes=44)
    assert await replica.refresher.tick() is False
    assert world.amazon.asked == []


async def test_more_than_a_batch_is_refreshed_in_one_tick_never_more_of_it_at_once(
    world: World,
) -> None:
    replica = await world.replica(batch=3)
    for number in range(7):
        await world.grant(replica.db, number=number)
    world.clock.forward(minutes=51)
    at_once: list[int] = []

    async def count() -> None:
        at_once.append(len(replica.refresher._running))  # pyright: ignore[reportPrivateUsage]

    world.amazon.before_answer = count
    assert await replica.refresher.tick() is False
    assert sorted(world.amazon.asked) == [f"Atzr|grant-{n}" for n in range(7)]
    assert max(at_once) <= 3


async def test_a_slow_answer_does_not_hold_up_the_others(world: World) -> None:
    replica = await world.replica(batch=4)
    for number in range(12):
        await world.grant(replica.db, number=number)
    world.clock.forward(minutes=51)
    others_done = asyncio.Event()

    async def first_waits_for_the_rest() -> None:
        if len(world.amazon.asked) == 1:
            await others_done.wait()
        elif len(world.amazon.asked) == 12:
            others_done.set()

    world.amazon.before_answer = first_waits_for_the_rest
    async with asyncio.timeout(30):
        await replica.refresher.tick()
    assert len(world.amazon.asked) == 12


async def test_a_batch_is_asked_at_once_not_one_after_the_other(world: World) -> None:
    replica = await world.replica()
    for number in range(5):
        await world.grant(replica.db, number=number)
    world.clock.forward(minutes=51)
    together = asyncio.Barrier(5)

    async def meet() -> None:
        await together.wait()

    world.amazon.before_answer = meet
    async with asyncio.timeout(30):
        await replica.refresher.tick()


async def test_two_replicas_never_refresh_the_same_credential(world: World) -> None:
    one, two = await world.replica(), await world.replica()
    for number in range(20):
        await world.grant(one.db, number=number)
    world.clock.forward(minutes=51)
    await asyncio.gather(one.refresher.tick(), two.refresher.tick())
    assert sorted(world.amazon.asked) == sorted(f"Atzr|grant-{n}" for n in range(20))


async def test_a_rotated_refresh_token_is_kept(world: World) -> None:
    replica, connection_id = await due(world)
    world.amazon.script = [minted(1, "Atzr|rotated")]
    await replica.refresher.tick()
    row = await world.row(replica.db, connection_id)
    assert world.keys.decrypt(row.refresh) == "Atzr|rotated"
    world.clock.forward(minutes=51)
    await replica.refresher.tick()
    assert world.amazon.asked == ["Atzr|grant-0", "Atzr|rotated"]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (refused("server_error", 500), "unavailable"),
        (httpx.Response(429), "rate_limited"),
        (httpx.RemoteProtocolError("cut"), "connection_lost"),
        (httpx.Response(400, content=b"<html>a proxy</html>"), "malformed_response"),
    ],
)
async def test_a_passing_failure_is_retried_and_its_end_announced(
    world: World, failure: httpx.Response | Exception, code: str
) -> None:
    replica, connection_id = await due(world)
    world.amazon.script = [failure]
    await replica.refresher.tick()
    row = await world.row(replica.db, connection_id)
    assert (row.state, row.last_error_code, row.attempts) == ("retrying", code, 1)
    assert world.keys.decrypt(row.access) == "Atza|first-0"
    assert world.clock.now < row.next_refresh_at <= world.clock.now + timedelta(seconds=5)
    await replica.refresher.tick()
    assert len(world.amazon.asked) == 1
    world.clock.forward(seconds=6)
    await replica.refresher.tick()
    assert (await world.row(replica.db, connection_id)).state == "healthy"
    assert (await facts(replica.db))[1:] == [
        "credential.refresh_failed",
        "credential.recovered",
        "credential.refreshed",
    ]


async def test_retry_after_is_waited_for(world: World) -> None:
    replica, connection_id = await due(world)
    world.amazon.script = [httpx.Response(429, headers={"Retry-After": "120"})]
    await replica.refresher.tick()
    row = await world.row(replica.db, connection_id)
    assert row.next_refresh_at == world.clock.now + timedelta(seconds=120)


async def test_a_grant_refused_once_is_asked_again_and_lives(world: World) -> None:
    replica, connection_id = await due(world)
    world.amazon.script = [refused("invalid_grant"), minted(2)]
    await replica.refresher.tick()
    assert len(world.amazon.asked) == 2
    assert world.slept == [refresher.RECHECK_SECONDS]
    assert (await world.row(replica.db, connection_id)).state == "healthy"
    assert await facts(replica.db) == ["credential.refreshed"] * 2


async def test_a_grant_refused_twice_is_dead_and_left_alone(world: World) -> None:
    replica, connection_id = await due(world)
    world.amazon.script = [refused("invalid_grant"), refused("invalid_grant")]
    await replica.refresher.tick()
    row = await world.row(replica.db, connection_id)
    assert (row.state, row.last_error_code) == ("reauth_required", "invalid_grant")
    world.clock.forward(days=1)
    await replica.refresher.tick()
    assert len(world.amazon.asked) == 2
    assert (await facts(replica.db))[1:] == ["credential.reauth_required"]


async def test_a_refused_grant_whose_second_check_fails_otherwise_is_not_declared_dead(
    world: World,
) -> None:
    replica, connection_id = await due(world)
    world.amazon.script = [refused("invalid_grant"), refused("server_error", 503)]
    await replica.refresher.tick()
    assert (await world.row(replica.db, connection_id)).state == "retrying"


async def test_a_new_consent_during_the_second_check_wins(world: World) -> None:
    replica, connection_id = await due(world)
    world.amazon.script = [refused("invalid_grant")]

    async def consent_again() -> None:
        world.amazon.before_answer = None
        await store(world, replica, connection_id, "Atzr|new", "Atza|new")

    world.amazon.before_answer = consent_again
    await replica.refresher.tick()
    row = await world.row(replica.db, connection_id)
    assert (row.state, world.keys.decrypt(row.access)) == ("healthy", "Atza|new")
    assert world.amazon.asked == ["Atzr|grant-0"]


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client"])
async def test_our_own_misconfiguration_is_the_operators_and_heals(
    world: World, error: str
) -> None:
    replica, connection_id = await due(world)
    world.amazon.script = [refused(error, 401)]
    await replica.refresher.tick()
    row = await world.row(replica.db, connection_id)
    assert (row.state, row.last_error_code) == ("client_misconfigured", error)
    world.clock.forward(minutes=2)
    await replica.refresher.tick()
    assert (await world.row(replica.db, connection_id)).state == "healthy"
    failed = (await payloads(replica.db))[1]["data"]
    assert (failed["state"], failed["error_code"]) == ("client_misconfigured", error)


async def test_without_its_key_a_credential_is_the_operators_until_the_key_is_back(
    world: World,
) -> None:
    replica, connection_id = await due(world)
    stranger = await world.replica(keys=KeyRing.parse(f"k9:{Fernet.generate_key().decode()}"))
    await stranger.refresher.tick()
    row = await world.row(replica.db, connection_id)
    assert (row.state, row.last_error_code) == ("client_misconfigured", "encryption_key_missing")
    assert world.amazon.asked == []
    world.clock.forward(minutes=2)
    await replica.refresher.tick()
    assert (await world.row(replica.db, connection_id)).state == "healthy"
    assert (await facts(replica.db))[-2:] == ["credential.recovered", "credential.refreshed"]


async def test_a_new_key_reseals_what_is_refreshed(world: World) -> None:
    replica, connection_id = await due(world)
    assert (await world.row(replica.db, connection_id)).refresh.key_id == "k1"
    rotated = KeyRing.parse(f"k2:{Fernet.generate_key().decode()},{KEYS}")
    await (await world.replica(keys=rotated)).refresher.tick()
    row = await world.row(replica.db, connection_id)
    assert (row.refresh.key_id, row.access.key_id) == ("k2", "k2")
    assert rotated.decrypt(row.refresh) == "Atzr|grant-0"


async def test_a_stalled_holder_cannot_overwrite_a_newer_token(world: World) -> None:
    stalled, quick = await world.replica(), await world.replica()
    connection_id = await world.grant(stalled.db)
    world.clock.forward(minutes=51)
    old = await world.claim(stalled, connection_id)

    async def sleep_through_the_lease() -> None:
        world.amazon.before_answer = None
        world.clock.forward(seconds=46)
        await quick.refresher.tick()

    world.amazon.before_answer = sleep_through_the_lease
    world.amazon.script = [minted(99)]  # taken by the quick one, which answers first
    await stalled.refresher.refresh(old)
    row = await world.row(stalled.db, connection_id)
    assert len(world.amazon.asked) == 2
    assert world.keys.decrypt(row.access) == "Atza|minted-99"
    assert row.version == 2
    assert await facts(stalled.db) == ["credential.refreshed"] * 2


async def test_a_stalled_failure_cannot_kill_a_newer_token(world: World) -> None:
    stalled, quick = await world.replica(), await world.replica()
    connection_id = await world.grant(stalled.db)
    world.clock.forward(minutes=51)
    old = await world.claim(stalled, connection_id)
    world.clock.forward(seconds=46)
    await quick.refresher.tick()
    world.amazon.script = [refused("invalid_client", 401)]
    await stalled.refresher.refresh(old)
    row = await world.row(stalled.db, connection_id)
    assert (row.state, row.version) == ("healthy", 2)


class ProcessDied(BaseException):
    """Stands for kill -9: nothing of ours runs after it."""


async def die(*_: Any, **__: Any) -> None:
    raise ProcessDied


def dies_before_the_call(world: World, _: pytest.MonkeyPatch) -> None:
    world.amazon.before_answer = die


def dies_while_writing(_: World, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(apply_queries, "apply_tokens", die)


def dies_before_the_fact(_: World, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outbox, "add", die)


@pytest.mark.parametrize("death", [dies_before_the_call, dies_while_writing, dies_before_the_fact])
async def test_death_at_any_step_costs_one_lease_and_nothing_else(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    death: Callable[[World, pytest.MonkeyPatch], None],
) -> None:
    replica, connection_id = await due(world)
    lease = await world.claim(replica, connection_id)
    with monkeypatch.context() as patch:
        death(world, patch)
        with pytest.raises(ProcessDied):
            await replica.refresher.refresh(lease)
    world.amazon.before_answer = None
    row = await world.row(replica.db, connection_id)
    assert (row.version, row.lease_until) == (1, lease.until)
    assert await facts(replica.db) == ["credential.refreshed"]
    await replica.refresher.tick()
    assert (await world.row(replica.db, connection_id)).version == 1
    world.clock.forward(seconds=46)
    await replica.refresher.tick()
    assert (await world.row(replica.db, connection_id)).version == 2
    assert await facts(replica.db) == ["credential.refreshed"] * 2


async def three_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> tuple[Replica, list[UUID]]:
    """Three refreshes, of which the database refuses every batch that holds the second."""
    replica = await world.replica()
    ids = [await world.grant(replica.db, number=n) for n in range(3)]
    world.clock.forward(minutes=51)
    together = asyncio.Barrier(3)

    async def meet() -> None:
        await together.wait()

    world.amazon.before_answer = meet
    apply: Callable[..., Awaitable[None]] = apply_queries.apply_tokens

    async def fail_for_one(tx: Any, changes: Any) -> None:
        if any(change.lease.credential.connection_id == ids[1] for change in changes):
            raise error
        await apply(tx, changes)

    monkeypatch.setattr(apply_queries, "apply_tokens", fail_for_one)
    await replica.refresher.tick()
    return replica, ids


async def test_one_bad_row_does_not_hold_up_the_batch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica, ids = await three_at_once(world, monkeypatch, ValueError("a NUL in a text"))
    versions = [(await world.row(replica.db, i)).version for i in ids]
    assert versions == [2, 1, 2]
    assert (await facts(replica.db)).count("credential.refreshed") == 5


async def test_a_batch_that_found_no_database_is_asked_for_again_after_the_lease(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        replica, ids = await three_at_once(world, patch, ConnectionResetError())
    assert (await world.row(replica.db, ids[1])).version == 1
    world.amazon.before_answer = None
    world.clock.forward(seconds=46)
    await replica.refresher.tick()
    assert {(await world.row(replica.db, i)).version for i in ids} == {2}


async def store(
    world: World, replica: Replica, connection_id: UUID, refresh_token: str, access_token: str
) -> None:
    grant = service.Grant(refresh_token, access_token, 3600)
    async with replica.db.tx(refresher.SYSTEM) as tx:
        await service.store_grant(
            tx, world.keys, connection_id, world.organization_id, "NA", grant, world.clock()
        )
