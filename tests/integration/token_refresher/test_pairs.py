"""Should Amazon rotate refresh tokens: no crash, stall or lost answer costs the grant."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from infra.connected import Connected
from infra.credentials import Replica, World, facts, minted, refused
from shared.db import Scope
from token_refresher import apply_queries, queries, service
from token_refresher.domain import Credential


class ProcessDied(BaseException):
    """Stands for kill -9: nothing of ours runs after it."""


async def die(*_: Any, **__: Any) -> None:
    raise ProcessDied


async def due(world: World) -> tuple[Replica, Credential]:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=51)
    return replica, await world.row(replica.db, connection_id)


def opened(world: World, row: Credential) -> tuple[str, str | None]:
    spare = None if row.spare is None else world.keys.decrypt(row.spare)
    return world.keys.decrypt(row.refresh), spare


async def after_lease(world: World, replica: Replica) -> None:
    world.clock.forward(seconds=46)
    await replica.refresher.tick()


async def test_the_old_token_is_kept_until_the_new_one_has_proved_itself(world: World) -> None:
    replica, row = await due(world)
    world.amazon.script = [minted(1, "Atzr|second"), minted(2, "Atzr|second")]
    await replica.refresher.tick()
    row = await world.row(replica.db, row.connection_id)
    assert opened(world, row) == ("Atzr|second", "Atzr|grant-0")
    world.clock.forward(minutes=51)
    await replica.refresher.tick()
    row = await world.row(replica.db, row.connection_id)
    assert opened(world, row) == ("Atzr|second", None)


async def test_the_new_token_is_on_disk_before_anything_else_is_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica, row = await due(world)
    world.amazon.script = [minted(1, "Atzr|second")]
    lease = await world.claim(replica, row.connection_id)
    with monkeypatch.context() as patch:
        patch.setattr(apply_queries, "lock_held", die)
        with pytest.raises(ProcessDied):
            await replica.refresher.refresh(lease)
    row = await world.row(replica.db, row.connection_id)
    assert opened(world, row) == ("Atzr|grant-0", "Atzr|second")
    assert row.version == 1
    world.amazon.script = [refused("invalid_grant"), refused("invalid_grant"), minted(4)]
    await after_lease(world, replica)
    row = await world.row(replica.db, row.connection_id)
    assert (row.state, opened(world, row)) == ("healthy", ("Atzr|second", None))
    assert world.amazon.asked == ["Atzr|grant-0"] * 3 + ["Atzr|second"]
    assert "credential.reauth_required" not in await facts(replica.db)


async def test_only_a_pair_refused_as_a_whole_needs_a_person(world: World) -> None:
    replica, row = await due(world)
    world.amazon.script = [minted(1, "Atzr|second"), *[refused("invalid_grant")] * 3]
    await replica.refresher.tick()
    world.clock.forward(minutes=51)
    await replica.refresher.tick()
    assert world.amazon.asked[1:] == ["Atzr|second", "Atzr|second", "Atzr|grant-0"]
    assert (await world.row(replica.db, row.connection_id)).state == "reauth_required"


async def test_an_outage_at_the_second_token_is_no_refusal(world: World) -> None:
    replica, row = await due(world)
    script = [
        minted(1, "Atzr|second"),
        *[refused("invalid_grant")] * 2,
        refused("server_error", 500),
    ]
    world.amazon.script = [*script]
    await replica.refresher.tick()
    world.clock.forward(minutes=51)
    await replica.refresher.tick()
    assert (await world.row(replica.db, row.connection_id)).state == "retrying"


async def test_a_stalled_holders_new_token_becomes_the_spare_not_the_current(world: World) -> None:
    stalled, row = await due(world)
    quick = await world.replica()
    old = await world.claim(stalled, row.connection_id)
    world.amazon.script = [minted(1), minted(2, "Atzr|of-the-stalled")]

    async def sleep_through_the_lease() -> None:
        world.amazon.before_answer = None
        await after_lease(world, quick)

    world.amazon.before_answer = sleep_through_the_lease
    await stalled.refresher.refresh(old)
    row = await world.row(quick.db, row.connection_id)
    assert opened(world, row) == ("Atzr|grant-0", "Atzr|of-the-stalled")
    assert world.keys.decrypt(row.access) == "Atza|minted-1"


async def test_a_stalled_holder_does_not_replace_a_younger_spare(world: World) -> None:
    stalled, row = await due(world)
    old = await world.row(stalled.db, row.connection_id)
    world.amazon.script = [minted(1, "Atzr|second")]
    await stalled.refresher.tick()
    async with stalled.db.tx(Scope.organization(world.organization_id)) as tx:
        await queries.write_ahead(tx, old, world.keys.encrypt("Atzr|too-late"))
    row = await world.row(stalled.db, row.connection_id)
    assert opened(world, row) == ("Atzr|second", "Atzr|grant-0")


async def test_a_new_consent_takes_nothing_from_the_old_one(world: World) -> None:
    replica, row = await due(world)
    grant = service.Grant("Atzr|new", "Atza|new", 3600)
    async with replica.db.tx(Scope.organization(world.organization_id)) as tx:
        ids = (row.connection_id, world.organization_id)
        await service.store_grant(tx, world.keys, *ids, "NA", grant, world.clock())
        await queries.write_ahead(tx, row, world.keys.encrypt("Atzr|of-the-old-consent"))
    row = await world.row(replica.db, row.connection_id)
    assert opened(world, row) == ("Atzr|new", None)


async def test_a_database_that_is_away_is_waited_for_with_the_new_token(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica, row = await due(world)
    world.amazon.script = [minted(1, "Atzr|second")]
    write, away = queries.write_ahead, 3

    async def not_yet(*arguments: Any) -> None:
        nonlocal away
        away -= 1
        if away >= 0:
            raise ConnectionRefusedError
        await write(*arguments)

    monkeypatch.setattr(queries, "write_ahead", not_yet)
    await replica.refresher.tick()
    assert len(world.slept) == 3
    row = await world.row(replica.db, row.connection_id)
    assert opened(world, row) == ("Atzr|second", "Atzr|grant-0")


async def test_suspending_in_the_middle_of_a_rotation_keeps_both_tokens(world: World) -> None:
    replica, row = await due(world)
    world.amazon.script = [minted(1, "Atzr|second"), minted(2, "Atzr|third"), minted(3)]
    await replica.refresher.tick()
    world.clock.forward(minutes=51)

    async def suspend() -> None:
        world.amazon.before_answer = None
        async with replica.db.tx(Scope.organization(world.organization_id)) as tx:
            ids = (row.connection_id, world.organization_id)
            await service.suspend(tx, *ids, "audit", world.clock())

    world.amazon.before_answer = suspend
    await replica.refresher.tick()
    row = await world.row(replica.db, row.connection_id)
    assert (row.state, opened(world, row)) == ("suspended", ("Atzr|second", "Atzr|third"))


def dies_before_the_answer(connected: Connected, _: pytest.MonkeyPatch) -> None:
    async def lost(*_: object) -> None:
        raise ProcessDied

    connected.refresher._ask_with = lost  # type: ignore[method-assign]  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]


def dies_before_the_first_write(_: Connected, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(queries, "write_ahead", die)


def dies_before_the_second_write(_: Connected, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(apply_queries, "lock_held", die)


def dies_in_the_second_write(_: Connected, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(apply_queries, "apply_tokens", die)


Death = Callable[[Connected, pytest.MonkeyPatch], None]
BEFORE: list[Death] = [dies_before_the_answer, dies_before_the_first_write]
AFTER: list[Death] = [dies_before_the_second_write, dies_in_the_second_write]


@pytest.mark.parametrize("turn", [1, 2, 3])
@pytest.mark.parametrize(
    ("rotation", "death"),
    [*(("graceful", d) for d in BEFORE + AFTER), *(("strict", d) for d in AFTER)],
)
async def test_death_at_any_point_of_a_rotation_costs_no_grant(
    connected: Connected,
    monkeypatch: pytest.MonkeyPatch,
    rotation: str,
    death: Death,
    turn: int,
) -> None:
    """Strict rotation kills the old token with its answer: an answer that dies on the wire is lost to all."""
    await connected.behave(rotate_refresh_tokens=rotation)
    for _ in range(turn):
        assert await connected.tick() == "healthy"
    await connected.forward(61 * 60)
    row = await connected.world.row(connected.db, connected.connection_id)
    lease = await connected.refresher.claim(row)
    assert lease
    ask = connected.refresher._ask_with  # pyright: ignore[reportPrivateUsage]
    with monkeypatch.context() as patch:
        death(connected, patch)
        with pytest.raises(ProcessDied):
            await connected.refresher.refresh(lease)
    connected.refresher._ask_with = ask  # type: ignore[method-assign]  # pyright: ignore[reportPrivateUsage]
    for _ in range(3):
        assert await connected.tick() == "healthy"
        assert await connected.profiles() == 200
    assert "credential.reauth_required" not in await facts(connected.db)


async def test_two_refreshes_at_once_of_a_rotating_grant_lose_nothing(connected: Connected) -> None:
    await connected.behave(rotate_refresh_tokens="strict")
    await connected.tick()
    await connected.forward(61 * 60)
    await asyncio.gather(*(connected.take() for _ in range(50)))
    assert await connected.tick() == "healthy"
    assert await connected.refreshes() == [200] * 3
