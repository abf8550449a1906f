"""Due, done, late and failed, as they are counted per organization and hour."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest
from infra.credentials import Replica, World, refused
from shared.db import SYSTEM, Scope
from token_refresher import continuity, jobs
from token_refresher.continuity import Tally


async def due(world: World, minutes: int = 51) -> tuple[Replica, UUID]:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=minutes)
    return replica, connection_id


async def tally(world: World, replica: Replica, *, hours: int = 24) -> Tally:
    async with replica.db.read(Scope.organization(world.organization_id)) as tx:
        return await continuity.read(tx, world.organization_id, world.clock(), hours)


async def test_what_is_due_counts_before_anybody_tries(world: World) -> None:
    replica, _ = await due(world)
    assert await tally(world, replica) == Tally(due=1)
    await replica.refresher.tick()
    await replica.refresher.tick()
    assert await tally(world, replica) == Tally(due=1, done=1)


async def test_many_attempts_are_one_due_refresh(world: World) -> None:
    replica, _ = await due(world)
    world.amazon.script = [httpx.Response(503), httpx.Response(503)]
    for _ in range(2):
        await replica.refresher.tick()
        assert await tally(world, replica) == Tally(due=1)
        world.clock.forward(seconds=11)
    await replica.refresher.tick()
    assert await tally(world, replica) == Tally(due=1, done=1)


async def test_a_refresh_in_the_last_five_minutes_is_done_late(world: World) -> None:
    replica, _ = await due(world, minutes=56)
    await replica.refresher.tick()
    assert await tally(world, replica) == Tally(due=1, done=1, late=1)


async def test_a_refused_grant_is_due_and_failed(world: World) -> None:
    replica, _ = await due(world)
    world.amazon.script = [refused("invalid_grant"), refused("invalid_grant")]
    await replica.refresher.tick()
    assert await tally(world, replica) == Tally(due=1, failed=1)


async def test_a_refresh_before_its_time_was_never_due(world: World) -> None:
    replica, connection_id = await due(world, minutes=30)
    await replica.refresher.refresh(await world.claim(replica, connection_id))
    assert await tally(world, replica) == Tally()


async def test_a_late_end_completes_the_hour_it_was_due_in(world: World) -> None:
    replica, _ = await due(world)
    world.amazon.script = [httpx.Response(503)]
    await replica.refresher.tick()
    world.clock.forward(hours=3)
    await replica.refresher.tick()
    async with replica.db.read(SYSTEM) as tx:
        rows = await tx.fetch("select due, done, late from continuity_hour")
    assert [tuple(row) for row in rows] == [(1, 1, 1)]


async def test_other_organizations_and_old_hours_are_not_in_it(
    world: World, other_organization_id: UUID
) -> None:
    replica, _ = await due(world)
    await world.grant(replica.db, organization_id=other_organization_id, number=1)
    world.clock.forward(minutes=51)
    await replica.refresher.tick()
    assert (await tally(world, replica)).due == 1
    async with replica.db.tx(Scope.organization(other_organization_id)) as tx:
        assert await tx.fetchval("select count(*) from continuity_hour") == 1
    world.clock.forward(hours=30)
    assert (await tally(world, replica)).done == 0
    world.clock.forward(days=90)
    await continuity.purge(replica.db, world.clock())
    async with replica.db.read(SYSTEM) as tx:
        assert await tx.fetchval("select count(*) from continuity_hour") == 0


async def shown(world: World, replica: Replica) -> dict[tuple[str, str], float]:
    """The gauges of continuity on /metrics, by organization and outcome."""
    await jobs.count_by_organization(replica.db, world.clock)()
    (family,) = jobs.BY_ORGANIZATION.collect()
    return {(s.labels["organization"], s.labels["outcome"]): s.value for s in family.samples}


async def test_metrics_tell_each_organization_what_its_page_tells(
    world: World, other_organization_id: UUID
) -> None:
    replica, _ = await due(world)
    assert await shown(world, replica) == {
        (str(world.organization_id), outcome): float(outcome == "due")
        for outcome in ("due", "done", "late", "failed")
    }
    await replica.refresher.tick()
    await world.grant(replica.db, number=1, organization_id=other_organization_id)
    world.clock.forward(minutes=51)
    found = await shown(world, replica)
    mine, others = str(world.organization_id), str(other_organization_id)
    assert (found[mine, "due"], found[mine, "done"]) == (2, 1)
    assert (found[others, "due"], found[others, "done"]) == (1, 0)


async def test_metrics_forget_an_organization_after_a_day_and_name_a_hundred_at_most(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica, connection_id = await due(world)
    await replica.refresher.tick()
    monkeypatch.setattr(jobs, "MOST_ORGANIZATIONS", 0)
    assert await shown(world, replica) == {}
    monkeypatch.undo()
    assert len(await shown(world, replica)) == 4
    async with replica.db.tx(SYSTEM) as tx:
        await tx.execute("delete from credential where connection_id = $1", connection_id)
    world.clock.forward(hours=25)
    assert await shown(world, replica) == {}
